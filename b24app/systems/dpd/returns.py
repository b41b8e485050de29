"""A client's return (dpd.md §10): an ordinary order in the opposite direction, under a number of its own."""

from __future__ import annotations

from dataclasses import replace

from b24app.logistics.model import Recipient, ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.ports import ReturnRequest
from b24app.logistics.status import Status
from b24app.systems.dpd.orders import Way

_TURNED = {Status.DELIVERED: Status.RETURNED}


def turned(request: ReturnRequest, way: Way) -> tuple[ShipmentRequest, Way]:
    """The order that brings it back: the ends of the way to the client change places, nothing is collected. What the
    buyer chose beside carrying is over."""
    client = replace(way.end, point=request.point_code) if request.point_code else way.end
    home = way.start.person
    shipment = replace(
        request.shipment,
        number=request.number,
        recipient=Recipient(home.contact, home.phone, home.phone or None, company=home.name),
        cod=None,
        extras=(),
    )
    return shipment, replace(way, start=client, end=way.start)


def as_return(state: OrderState) -> OrderState:
    """Its events are `back`; handed over to us, it has come back."""
    events = tuple(
        replace(event, back=True, status=_on_the_way_back(event.status), problem=None) for event in state.events
    )
    return replace(state, events=events)


def _on_the_way_back(status: Status | None) -> Status | None:
    if status is None or status in (Status.CREATED, Status.CANCELLED, Status.LOST, Status.UNKNOWN):
        return status
    return _TURNED.get(status, Status.RETURNING)
