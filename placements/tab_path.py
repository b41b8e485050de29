"""The path of the goods as the tab draws it: stops at the warehouse, then those of the way. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from b24app.flows.picking import Step, step_of
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import ShipmentFacts, TabFacts
from placements.tab_chain_view import legs_of

_WAY = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.READY_FOR_PICKUP, Status.DELIVERED)
_NO_PATH = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED, Status.CANCELLED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Stop:
    """`state`: is-done, is-here, is-bad or empty (ahead)."""

    title: str
    detail: str
    state: str


def stops_of(facts: TabFacts, shipment: ShipmentFacts, formats: Formats) -> tuple[Stop, ...]:
    picked, carrier = legs_of(facts)
    if picked is not None:
        return _chain_stops(picked, carrier, formats)
    return _way_stops(shipment, formats)


def _chain_stops(picked: ShipmentFacts, carrier: ShipmentFacts | None, formats: Formats) -> tuple[Stop, ...]:
    """What the warehouse does stands for the first stops of the way; the rest is ahead until the carrier has it."""
    if picked.status in _NO_PATH and (carrier is None or carrier.status in _NO_PATH):
        return ()
    carried = carrier is not None and carrier.status not in (Status.CANCELLED, Status.REJECTED)
    way = _way_stops(carrier, formats) if carrier is not None and carried else ()
    gone = any(stop.state for stop in way[1:])
    stops, here = [], True
    for title, when, over in _inside(picked, formats):
        done = over or gone
        stops.append(Stop(title, when, "is-done" if done else "is-here" if here else ""))
        here = here and done
    if stops[-1].state == "is-done" and not gone:
        stops[-1] = replace(stops[-1], state="is-here")
    ahead = [Stop(formats.words(f"stop.{status.value}"), "", "") for status in _way(carrier or picked)[2:]]
    return (*stops, *(way[2:] if len(way) > 2 else ahead))


def _inside(picked: ShipmentFacts, formats: Formats) -> list[tuple[str, str, bool]]:
    """`(title, when, whether it is done)` of the stops at the warehouse."""
    step, packed = step_of(picked), picked.picking.packed if picked.picking else None
    begun = _first(picked, Status.ACCEPTED_AT_WAREHOUSE)
    at = packed.at if packed else None
    over = step in (Step.PACKED, Step.SHIPPED)
    return [
        (formats.words("chain.stop.picking"), formats.short_day(begun) if begun else "", over),
        (formats.words("chain.stop.packed"), formats.short_day(at) if at else "", over),
    ]


def _first(shipment: ShipmentFacts, status: Status) -> datetime | None:
    return min((event.at for event in shipment.events if event.status is status), default=None)


def _way_stops(shipment: ShipmentFacts, formats: Formats) -> tuple[Stop, ...]:
    if shipment.status in _NO_PATH:
        return ()
    first = {event.status: event.at for event in reversed(shipment.events)}
    first.setdefault(Status.CREATED, shipment.created_at)
    at = _position(shipment.status)
    return tuple(_stop(shipment, status, index, at, first, formats) for index, status in enumerate(_way(shipment)))


def _way(shipment: ShipmentFacts) -> tuple[Status, ...]:
    """To a door there is no waiting at a point: the courier's stop stands there instead."""
    to_door = shipment.request is None or shipment.request.point_code is None
    return tuple(
        Status.OUT_FOR_DELIVERY if status is Status.READY_FOR_PICKUP and to_door else status for status in _WAY
    )


def _position(status: Status) -> int:
    places = {
        Status.OUT_FOR_DELIVERY: 3,
        Status.DELIVERY_FAILED: 3,
        Status.RETURNING: 3,
        Status.LOST: 2,
        Status.RETURNED: 3,
    }
    return places.get(status, _WAY.index(status) if status in _WAY else 0)


def _stop(
    shipment: ShipmentFacts, status: Status, index: int, at: int, first: dict[Status, datetime], formats: Formats
) -> Stop:
    bad = shipment.status in (Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNED, Status.LOST)
    title = formats.words(f"stop.{shipment.status.value if bad and index == at else status.value}")
    done = index < at or (index == at and shipment.status is Status.DELIVERED)
    state = "is-done" if done else "" if index > at else "is-bad" if bad else "is-here"
    return Stop(title, _stop_detail(shipment, status, index - at, first, formats), state)


def _stop_detail(
    shipment: ShipmentFacts, status: Status, ahead: int, first: dict[Status, datetime], formats: Formats
) -> str:
    if ahead == 0 and shipment.status is not Status.DELIVERED:
        place = shipment.events[-1].place if shipment.events and shipment.status.has_moved else ""
        return formats.words("stop.here_at", place=place) if place else formats.words("stop.here")
    if status in first:
        return formats.short_day(first[status])
    return _promise(shipment.promised, formats) if status is Status.DELIVERED and ahead > 0 else ""


def _promise(promised: date | None, formats: Formats) -> str:
    return formats.words("stop.promised", day=formats.day(promised)) if promised else ""
