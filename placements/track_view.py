"""A parcel as its client sees it: what is so now, what follows from it, where it goes, what was. Pure.

Said is what the carrier says; its own words stand in quotes, a silence has its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.flows.returns.storage import last_day
from b24app.frames.formats import Formats
from b24app.logistics.changes import Cost
from b24app.logistics.points import PickupPoint
from b24app.logistics.status import Status
from b24app.store.models import Shipment, TrackingRow
from placements.point_words import hours_text, special_text
from placements.track_headline import Headline, city_of, headline_of, is_there, place_of
from placements.track_path import Stop, stops
from placements.track_reading import Track

#: A parcel of which nothing was heard for so long is said to be silent.
QUIET = timedelta(days=2)
LINES = 30
_ICONS = {
    Status.CREATED: "box",
    Status.ACCEPTED_AT_WAREHOUSE: "store",
    Status.READY_FOR_PICKUP: "pin",
    Status.OUT_FOR_DELIVERY: "walk",
    Status.DELIVERED: "check-circle",
    Status.DELIVERY_FAILED: "alert-circle",
    Status.RETURNING: "undo",
    Status.RETURNED: "home",
    Status.CANCELLED: "ban",
    Status.LOST: "search",
}
#: Of (card, cash).
_PAID: dict[tuple[bool | None, bool | None], str] = {(True, True): "both", (True, False): "card", (False, True): "cash"}


@dataclass(frozen=True, slots=True)
class PointView:
    """`address` "" = only its code is known. `pay`: what is to be paid there. `route` leads to a map of others."""

    code: str
    address: str
    note: str
    hours: str
    special: str
    phone: str
    phone_text: str
    pay: str
    keep: str
    route: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Line:
    icon: str
    title: str
    quote: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Other:
    """Another parcel of the order."""

    shipment_id: int
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class TrackView:
    """`pay` is what the courier takes. `change`: which page changes the destination, "" = none, and its price in
    `cost`; `day`: another day may be chosen."""

    headline: Headline
    stops: tuple[Stop, ...]
    point: PointView | None
    city: str
    pay: str
    lines: tuple[Line, ...]
    number: str
    carrier: str
    carrier_page: str
    heard: str
    quiet: str
    others: tuple[Other, ...]
    change: str
    cost: str
    day: bool


def track_view(track: Track, fmt: Formats, carrier: str) -> TrackView:
    """`carrier` is what people call the system."""
    shipment, status = track.shipment, track.status
    cod = track.request.cod if track.request is not None else None
    open_ = cod is not None and cod.minor > 0 and not (status.is_final or status is Status.RETURNING)
    pay = fmt.money(cod.minor, cod.currency) if cod is not None and open_ else ""
    change = ("point" if track.to_point else "address") if track.rule is not None else ""
    cost = track.rule.cost if track.rule is not None else Cost.UNKNOWN
    link = shipment.tracking_url or ""
    return TrackView(
        headline=headline_of(track, fmt, carrier),
        stops=stops(track, fmt, carrier),
        point=_point(track, fmt, pay),
        city="" if is_there(track) else city_of(track),
        pay=pay if not track.to_point else "",
        lines=_lines(track, fmt, carrier),
        number=shipment.tracking_number or shipment.order_number or "",
        carrier=carrier,
        carrier_page=link if link.startswith(("https://", "http://")) else "",
        heard=_heard(track, fmt, carrier),
        quiet=_quiet(track, fmt, carrier),
        others=tuple(_other(each, fmt) for each in track.others),
        change=change,
        cost=fmt.words("trk.cost_free" if cost is Cost.FREE else "trk.cost_shop") if change else "",
        day=track.day_rule is not None,
    )


# --- the point -------------------------------------------------------------------------------------------------------


def _point(track: Track, fmt: Formats, pay: str) -> PointView | None:
    found = track.point
    if found is None or track.status in (Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.LOST):
        return None
    end = track.shipment.keep_until
    ready = track.status is Status.READY_FOR_PICKUP
    return PointView(
        code=found.code,
        address=address_of(found),
        note=found.note,
        hours=hours_text(found.hours, fmt) if found.address else "",
        special=special_text(found.hours, fmt, fmt.today),
        phone=found.phone,
        phone_text=fmt.phone(found.phone),
        pay=fmt.words(f"trk.pay_{_means(found)}", money=pay) if pay else "",
        keep=fmt.day(last_day(end, track.zone)) if end is not None and ready else "",
        route=_route(found, fmt.lang),
        lat=found.lat,
        lon=found.lon,
    )


def address_of(point: PickupPoint) -> str:
    return point.address if not point.city or point.city in point.address else f"{point.city}, {point.address}"


def _means(point: PickupPoint) -> str:
    """How one can pay there, as far as the carrier says."""
    able = (point.takes.card, point.takes.cash)
    return _PAID.get(able, "some")


def _route(point: PickupPoint, lang: str) -> str:
    if point.lat is None or point.lon is None:
        return ""
    if lang == "ru":
        return f"https://yandex.ru/maps/?rtext=~{point.lat:.6f},{point.lon:.6f}&rtt=auto"
    return f"https://www.openstreetmap.org/directions?to={point.lat:.6f}%2C{point.lon:.6f}"


# --- the history -----------------------------------------------------------------------------------------------------


def _lines(track: Track, fmt: Formats, carrier: str) -> tuple[Line, ...]:
    found = [_line(event, track, fmt, carrier) for event in track.events if _says(event)]
    if track.packed_at is not None:
        found.append(Line("box", fmt.words("trk.event.packed"), "", track.packed_at))
    return tuple(sorted(found, key=lambda line: line.at, reverse=True)[:LINES])


def _says(event: TrackingRow) -> bool:
    """What happens between the shop and the carrier before an order is one is no news to a client."""
    if event.status in (Status.DRAFT, Status.SUBMITTING):
        return False
    return bool(event.text) or event.status != Status.UNKNOWN


def _line(event: TrackingRow, track: Track, fmt: Formats, carrier: str) -> Line:
    status = Status(event.status)
    place = "" if status is Status.CREATED else place_of(event, track)
    title = fmt.words(f"trk.event.{status.value}", carrier=carrier)
    # Who took it in, some systems write down by name: of a delivery only that it was one is said.
    said = event.text if status is not Status.DELIVERED else ""
    quote = fmt.quote(said) if said else ""
    return Line(_ICONS.get(status, "truck"), f"{title}: {place}" if place else title, quote, event.at)


def _heard(track: Track, fmt: Formats, carrier: str) -> str:
    at = track.shipment.polled_at
    over = track.status.is_final or at is None
    return "" if over or at is None else fmt.words("trk.heard", carrier=carrier, ago=fmt.ago(at))


def _quiet(track: Track, fmt: Formats, carrier: str) -> str:
    """How long the carrier has had nothing to say of a parcel that should move."""
    if track.status not in (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.DELIVERY_FAILED):
        return ""
    last = track.events[-1].at if track.events else track.shipment.status_at
    silence = fmt.now - last
    return fmt.words("trk.quiet", carrier=carrier, n=silence // timedelta(days=1)) if silence >= QUIET else ""


def _other(shipment: Shipment, fmt: Formats) -> Other:
    number = shipment.tracking_number or shipment.order_number or shipment.number
    return Other(shipment.id, number, fmt.words(f"trk.short.{Status(shipment.status).value}"))
