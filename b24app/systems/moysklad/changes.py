"""Changes of an order that has not left (moysklad.md §5.1: a partial update): the recipient, where it goes, the
comment. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, Way, parts_changed
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.status import Status
from b24app.systems.moysklad.orders import build_agent, build_order
from b24app.systems.moysklad.vocabulary import Row

_OPEN = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE)
_LEFT = (Status.IN_TRANSIT, Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED)
#: The fields of an order that a part is in.
_FIELDS = {Part.RECIPIENT: "agent", Part.DESTINATION: "shipmentAddressFull", Part.COMMENT: "description"}
RULES = (
    *(ChangeRule(part, _OPEN, Way.HERE, Cost.FREE) for part in _FIELDS),
    # What is being picked is not changed under the pickers' hands.
    ChangeRule(Part.PARCELS, (Status.CREATED,), Way.ANEW, Cost.FREE),
    ChangeRule(Part.PARCELS, (Status.ACCEPTED_AT_WAREHOUSE, *_LEFT), Way.NO),
    *(ChangeRule(part, _LEFT, Way.NO) for part in _FIELDS),
)


def build_change(before: ShipmentRequest, after: ShipmentRequest, agent: Row) -> dict[str, Any]:
    """Only what differs."""
    whole = build_order(after, {"agent": agent}, (), ())
    return {_FIELDS[part]: whole[_FIELDS[part]] for part in named(before, after)}


def named(before: ShipmentRequest, after: ShipmentRequest) -> Iterable[Part]:
    return [part for part in parts_changed(before, after) if part in _FIELDS]


def shows(order: Row, after: ShipmentRequest) -> bool:
    """Whether an order whose agent was expanded is as this request wants it."""
    agent, wanted = order.get("agent"), build_order(after, {}, (), ())
    same = isinstance(agent, dict) and agent.get("syncId") == build_agent(after.recipient)["syncId"]
    place = order.get("shipmentAddressFull") or {}
    return same and (order.get("description") or "", place.get("addInfo")) == (
        wanted["description"], wanted["shipmentAddressFull"]["addInfo"],
    )  # fmt: skip
