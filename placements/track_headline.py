"""The headline of a parcel: what is so now, and what follows from it for its client. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from b24app.flows.returns.storage import days_left, last_day
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.status import Incident, Status
from b24app.store.models import TrackingRow
from placements.track_reading import Track

_LOOKS = {
    Status.READY_FOR_PICKUP: ("amber", "pin"),
    Status.OUT_FOR_DELIVERY: ("blue", "walk"),
    Status.DELIVERED: ("green", "check-circle"),
    Status.DELIVERY_FAILED: ("red", "alert-circle"),
    Status.RETURNING: ("violet", "undo"),
    Status.RETURNED: ("violet", "home"),
    Status.CANCELLED: ("grey", "ban"),
    Status.LOST: ("red", "search"),
    Status.UNKNOWN: ("amber", "hourglass"),
}
_BEFORE = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED)
_ON_THE_WAY = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT)
#: What a client can do something about, or has to know; the others are between the shop and the carrier.
_TOLD = frozenset(
    {
        Incident.WRONG_ADDRESS,
        Incident.WRONG_PHONE,
        Incident.NO_ANSWER,
        Incident.REFUSED,
        Incident.DAMAGED,
        Incident.NOT_SERVED,
        Incident.STORAGE_EXPIRED,
        Incident.CUSTOMS,
        Incident.NO_MONEY,
        Incident.ACCESS,
        Incident.RESCHEDULED,
        Incident.REDIRECTED,
        Incident.POINT,
        Incident.CARRIER_LATE,
    }
)


@dataclass(frozen=True, slots=True)
class Headline:
    """`texts` are sentences, in order."""

    tone: str
    icon: str
    title: str
    texts: tuple[str, ...] = ()


def headline_of(track: Track, fmt: Formats, carrier: str) -> Headline:
    status, t = track.status, fmt.words
    tone, icon = _LOOKS.get(status, ("blue", "truck"))
    said = {"carrier": carrier, "place": _place(track), "day": ""}
    if track.at_warehouse and status.is_live:
        return Headline("blue", "box", t("trk.now.picking"), (t("trk.now.picking_text", **said),))
    if status in _BEFORE:
        return Headline("blue", "box", t("trk.now.before"), (t("trk.now.before_text", **said),))
    comes_again = status is Status.DELIVERY_FAILED and track.agreed is not None and track.agreed >= fmt.today
    if status in _ON_THE_WAY or comes_again:
        return _coming(track, fmt, said)
    if status is Status.READY_FOR_PICKUP:
        return _ready(track, fmt, said)
    more = _why(track, fmt)
    if status is Status.DELIVERED:
        part = track.shipment.incident == Incident.PARTIAL
        said["day"] = fmt.day(track.shipment.status_at)
        more = (t("trk.now.partial_text"),) if part else ()
    key = f"trk.now.{status.value}"
    return Headline(tone, icon, t(key, **said), (t(f"{key}_text", **said), *more))


def _coming(track: Track, fmt: Formats, said: Mapping[str, str]) -> Headline:
    """The promise is the headline, unless it is broken, or a forecast says that it will be; a guess is called one."""
    t, promised, expected = fmt.words, track.promised, track.expected
    stands = track.status.value if said["place"] or track.status is not Status.IN_TRANSIT else "in_transit_somewhere"
    stands = "in_transit_there" if is_there(track) else stands
    texts = (t(f"trk.now.{stands}_text", **said), *_why(track, fmt))
    about = long_day(expected, fmt) if expected is not None and expected >= fmt.today else ""
    if promised is None and about:
        return Headline("blue", "truck", t("trk.now.about", day=about), (t("trk.now.about_text", **said), *texts))
    if promised is None:
        return Headline("blue", "truck", t(f"trk.now.{track.status.value}", **said), texts)
    if promised < fmt.today or (track.is_late and about):
        key = "late_about_text" if about else "late_text"
        late = t(f"trk.now.{key}", **{**said, "day": long_day(promised, fmt), "about": about})
        return Headline("amber", "clock", t("trk.now.late"), (late, *texts))
    way = "arrives" if track.to_point else "brought"
    return Headline("blue", "truck", t(f"trk.now.{way}", day=long_day(promised, fmt)), texts)


def _ready(track: Track, fmt: Formats, said: Mapping[str, str]) -> Headline:
    """Until when it waits, and what happens then."""
    t, end = fmt.words, track.shipment.keep_until
    if end is None:
        return Headline("amber", "pin", t("trk.now.ready_for_pickup"), (t("trk.now.ready_for_pickup_text", **said),))
    left = days_left(end, fmt.now, track.zone)
    key = {0: "today", 1: "tomorrow"}.get(left, "until" if left > 0 else "over")
    said = {**said, "day": until_day(last_day(end, track.zone), fmt)}
    tone, icon = ("red", "clock") if left <= 0 else ("amber", "pin")
    return Headline(tone, icon, t(f"trk.now.ready_{key}", **said), (t(f"trk.now.ready_{key}_text", **said),))


def _why(track: Track, fmt: Formats) -> tuple[str, ...]:
    incident = track.shipment.incident or ""
    if incident not in {each.value for each in _TOLD}:
        return ()
    return (fmt.words("trk.why", why=fmt.words(f"trk.incident.{incident}")),)


def long_day(day: date, fmt: Formats) -> str:
    """`завтра, в пятницу, 13 ноября` / `tomorrow, Friday, 13 November`."""
    near = {0: "trk.day.today", 1: "trk.day.tomorrow"}.get((day - fmt.today).days)
    whole = f"{fmt.words(f'trk.on.{day.isoweekday()}')}, {_dated(day, fmt)}"
    return f"{fmt.words(near)}, {whole}" if near else whole


def until_day(day: date, fmt: Formats) -> str:
    """`пятницу, 20 ноября` / `Friday, 20 November`: as it stands after "until"."""
    return f"{fmt.words(f'trk.by.{day.isoweekday()}')}, {_dated(day, fmt)}"


def _dated(day: date, fmt: Formats) -> str:
    return fmt.weekday(day).split(f",{NBSP}", 1)[-1]


def place_of(event: TrackingRow, track: Track) -> str:
    """The city, or the point: of a way to a door nothing with a number of a house in it."""
    place = str(event.place or "")
    return "" if not track.to_point and any(sign.isdigit() for sign in place) else place


def _place(track: Track) -> str:
    moved = [each for each in track.events if Status(each.status).has_moved]
    return place_of(moved[-1], track) if moved else ""


def city_of(track: Track) -> str:
    """Where it goes, no nearer than the city."""
    if track.point is not None and track.point.city:
        return track.point.city
    address = track.request.address if track.request is not None else None
    return address.city_names[0] if address is not None and address.city_names else ""


def is_there(track: Track) -> bool:
    """Whether it travels in the very city that it goes to."""
    return track.status is Status.IN_TRANSIT and _place(track).casefold() == city_of(track).casefold() != ""
