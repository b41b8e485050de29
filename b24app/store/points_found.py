"""Pickup points one by one: the nearest, those with a code, and what a typed text finds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from b24app.logistics import mercator
from b24app.logistics.addresses import read_address
from b24app.logistics.points import Misfit, PickupPoint
from b24app.store.models import PointRow
from b24app.store.points import plain, sources
from b24app.store.points_map import Known, Sieve, Window, among, inside, sieved

#: Half a side, in metres, of the squares in which the nearest points are looked for, one after the other.
_RINGS_M = (1_500, 5_000, 15_000, 60_000, 250_000, 1_000_000)
_NOISE = frozenset(
    (
        "ул",
        "улица",
        "д",
        "дом",
        "г",
        "гор",
        "город",
        "м",
        "метро",
        "кв",
        "корп",
        "стр",
        "пр",
        "проспект",
        "станция",
        "st",
    )
)
_CODE = re.compile(r"[A-Za-zА-Яа-яЁё]{0,8}-?\d{1,10}[A-Za-z]?")


@dataclass(frozen=True, slots=True)
class Found:
    """A point as it is listed. `against` is why it is not offered, `metres` from where the client is (None =
    unknown), `gone`: the system does not list it any more."""

    id: int
    system: str
    point: PickupPoint
    against: tuple[Misfit, ...] = ()
    metres: int | None = None
    gone: bool = False


def nearest(
    session: Session,
    sieve: Sieve,
    centre: tuple[float, float],
    limit: int,
    window: Window | None = None,
    offered: bool | None = True,
) -> list[Found]:
    """The points nearest to `centre`, in the window or anywhere. `offered` None = those that are not, too."""
    for metres in _RINGS_M:
        ring = window or Window.around(*centre, metres)
        found = _nearest_in(session, sieve, ring, centre, limit, offered)
        if window is not None or len(found) >= limit:
            break
    return found


def _nearest_in(
    session: Session, sieve: Sieve, window: Window, centre: tuple[float, float], limit: int, offered: bool | None
) -> list[Found]:
    x, y = mercator.project(*centre)
    dx, dy = cast(PointRow.mx, BigInteger) - x, cast(PointRow.my, BigInteger) - y
    which = among(PointRow.class_id, [*sieve.fit, *sieve.why]) if offered is None else sieved(sieve, offered)
    query = select(PointRow).where(*inside(window), which).order_by(dx * dx + dy * dy, PointRow.id).limit(limit)
    return [_found(row, sieve, centre) for row in session.scalars(query)]


def by_ids(
    session: Session, sieve: Sieve, ids: Collection[int], centre: tuple[float, float] | None = None
) -> list[Found]:
    """Points of the portal's systems by their rows, in the order asked for."""
    mine = [row.id for row in sieve.known.sources]
    rows = session.scalars(select(PointRow).where(PointRow.id.in_(list(ids)), PointRow.source_id.in_(mine)))
    found = {row.id: _found(row, sieve, centre) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def by_code(
    session: Session, sieve: Sieve, code: str, centre: tuple[float, float] | None = None, limit: int = 5
) -> list[Found]:
    """Points with exactly this code, also those that are gone."""
    mine = [row.id for row in sieve.known.sources]
    codes = {code, code.upper()}
    query = select(PointRow).where(PointRow.source_id.in_(mine), PointRow.code.in_(codes)).limit(limit)
    return [_found(row, sieve, centre) for row in session.scalars(query)]


def listed(
    session: Session, systems: Collection[tuple[str, str]], code: str
) -> dict[tuple[str, str], PickupPoint | None]:
    """The point of this code in the list of each (system, mode), None = not listed (any more); systems whose lists were
    never read whole are missing."""
    found: dict[tuple[str, str], PickupPoint | None] = {}
    there = (PointRow.code.in_({code, code.upper()}), PointRow.gone_at.is_(None))
    for source in sources(session, set(systems)):
        if source.refreshed_at is not None:
            row = session.scalar(select(PointRow).where(PointRow.source_id == source.id, *there).limit(1))
            found[source.system, source.mode] = PickupPoint.from_json(row.details) if row is not None else None
    return found


def labels(session: Session, known: Known, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """(system, code) of points by their rows."""
    system_of = known.system_of
    query = select(PointRow.id, PointRow.source_id, PointRow.code).where(among(PointRow.id, ids))
    return {id_: (system_of.get(source, ""), code) for id_, source, code in session.execute(query)}


def _found(row: PointRow, sieve: Sieve, centre: tuple[float, float] | None) -> Found:
    point = PickupPoint.from_json(row.details)
    metres = None
    if centre is not None and row.lat is not None and row.lon is not None:
        metres = round(mercator.distance_m(centre, (row.lat, row.lon)))
    against = sieve.against(row.class_id, row.days_id)
    if row.gone_at is not None:
        against = (Misfit("gone"), *against)
    return Found(row.id, sieve.known.system_of[row.source_id], point, against, metres, row.gone_at is not None)


# --- search ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text leads: `centre` and a `zoom` that shows it, and the points that it names themselves. `city` is the
    city that was recognised, `found` says by what: code, points, city or nothing."""

    found: str = ""
    centre: tuple[float, float] | None = None
    zoom: int = 0
    ids: tuple[int, ...] = ()
    city: str = ""


def look_up(session: Session, known: Known, text: str, limit: int = 10) -> Place:
    """A point's code, a metro station, an address or a city; as much of it as our points know."""
    mine = [row.id for row in known.sources]
    typed = text.strip()
    if not typed or not mine:
        return Place()
    if _CODE.fullmatch(typed) and (coded := _coded(session, mine, typed)):
        return coded
    city = _city(session, mine, typed)
    words = [word for word in re.split(r"[\s,.;:()]+", plain(typed)) if word and word not in _NOISE]
    left = [word for word in words if city is None or word not in plain(city.city).split()]
    for some in _fewer(left):
        found = _named(session, mine, some, city, limit)
        if found is not None:
            return found
    return city or Place()


def _coded(session: Session, mine: Sequence[int], code: str) -> Place | None:
    query = select(PointRow.id, PointRow.lat, PointRow.lon).where(
        PointRow.source_id.in_(mine), PointRow.code.in_({code, code.upper()})
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    return Place("code", _middle([(row.lat, row.lon) for row in rows]), 15, tuple(row.id for row in rows))


def _city(session: Session, mine: Sequence[int], text: str) -> Place | None:
    """The city with the most points of those that the text may name."""
    names = [plain(name) for name in read_address(text).city_names]
    n = func.count()
    query = (
        select(PointRow.city_key, n, func.avg(PointRow.lat), func.avg(PointRow.lon))
        .where(PointRow.source_id.in_(mine), PointRow.city_key.in_(names), PointRow.tile.is_not(None))
        .group_by(PointRow.city_key)
    )
    rows = {row[0]: row for row in session.execute(query)}
    best = next((rows[name] for name in names if name in rows), None)
    return Place("city", (float(best[2]), float(best[3])), 11, city=best[0]) if best is not None else None


def _fewer(words: list[str]) -> Iterable[list[str]]:
    """All words, then without numbers (houses, which points do not share with clients)."""
    plain_words = [word for word in words if not any(sign.isdigit() for sign in word)]
    return [some for some in (words, plain_words if plain_words != words else []) if some]


def _named(session: Session, mine: Sequence[int], words: Sequence[str], city: Place | None, limit: int) -> Place | None:
    holds = [PointRow.search.contains(word, autoescape=True) for word in words]
    where = [PointRow.source_id.in_(mine), PointRow.tile.is_not(None), *holds]
    if city is not None:
        where.insert(0, PointRow.city_key == city.city)
    query = select(PointRow.id, PointRow.lat, PointRow.lon).where(*where).limit(limit)
    rows = session.execute(query).all()
    if not rows:
        return None
    places = [(row.lat, row.lon) for row in rows]
    return Place("points", _middle(places), 14, tuple(row.id for row in rows), city.city if city else "")


def _middle(places: Sequence[tuple[float | None, float | None]]) -> tuple[float, float] | None:
    """The place that has the least way to all others: a centre of gravity may lie in nobody's city."""
    known = [(lat, lon) for lat, lon in places if lat is not None and lon is not None]
    if not known:
        return None
    return min(known, key=lambda one: sum(mercator.distance_m(one, other) for other in known))
