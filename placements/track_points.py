"""Other points for a parcel that goes to one: in its city, such as take it, the nearest to the former one first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from b24app.frames.formats import Formats
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.points import Needs, PickupPoint
from b24app.store import points_found
from b24app.store.points_map import Memory, Sieve
from placements.point_words import abilities, away, hours_text
from placements.track_headline import city_of
from placements.track_reading import Track
from placements.track_view import address_of

LISTED = 8
#: So many of the nearest are looked through for those of the city.
_LOOKED = 60
MAX_TEXT = 80
#: Classes of points are public data and many: a process keeps them until their lists move on.
_memory = Memory()


@dataclass(frozen=True, slots=True)
class Offer:
    code: str
    address: str
    note: str
    hours: str
    can: str
    away: str


@dataclass(frozen=True, slots=True)
class Offers:
    """`lost`: what was typed names nothing that we know, so that these are near the former point."""

    points: tuple[Offer, ...]
    lost: bool = False


def offers(session: Session, track: Track, text: str, fmt: Formats) -> Offers:
    """Near what was typed, else near the point that the parcel goes to."""
    sieve, former = _sieve(session, track), track.point
    if sieve is None or former is None:
        return Offers(())
    place = f"{former.city}, {text}" if text else former.address
    known = sieve.known
    looked = points_found.look_up(session, known, place) if text or former.lat is None else None
    lost = bool(text) and (looked is None or looked.found not in ("points", "code"))
    centre = looked.centre if looked is not None and not lost else None
    if centre is None and former.lat is not None and former.lon is not None:
        centre = (former.lat, former.lon)
    if centre is None:
        return Offers((), lost)
    near = points_found.nearest(session, sieve, centre, _LOOKED)
    mine = [each for each in near if _same_city(each.point, former) and each.point.code != former.code]
    return Offers(tuple(_offer(each.point, each.metres, fmt) for each in mine[:LISTED]), lost)


def may_go_to(session: Session, track: Track, code: str) -> bool:
    """Whether it is one that could have been offered."""
    sieve, former = _sieve(session, track), track.point
    if sieve is None or former is None or not code or code == former.code:
        return False
    found = points_found.by_code(session, sieve, code)
    return any(not each.against and not each.gone and _same_city(each.point, former) for each in found)


def _sieve(session: Session, track: Track) -> Sieve | None:
    if track.request is None or not city_of(track):
        return None
    known = _memory.known(session, {track.system})
    return _memory.sieve(known, needs_of(track.request))


def needs_of(request: ShipmentRequest) -> Needs:
    """A point that does not give what was only wished for is one all the same."""
    cod = request.cod if request.cod is not None and request.cod.minor else None
    return Needs.of(replace(request, cod=cod, extras=() if request.wished else request.extras))


def _same_city(one: PickupPoint, other: PickupPoint) -> bool:
    return one.city.casefold() == other.city.casefold()


def _offer(point: PickupPoint, metres: int | None, fmt: Formats) -> Offer:
    can = ", ".join(abilities(point.takes, fmt))
    return Offer(point.code, address_of(point), point.note, hours_text(point.hours, fmt), can, away(metres, fmt))
