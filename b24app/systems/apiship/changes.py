"""Changes of an order (apiship.md §4): the whole order is sent anew with `PUT`; what the carrier behind takes of it is
its own word. Once it holds the parcel, nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part
from b24app.logistics.changes import Way as How
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.status import Status
from b24app.systems.apiship.orders import MAX_COMMENT
from b24app.systems.kit.units import money_of

_BEFORE = (Status.SUBMITTING, Status.CREATED)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, How.HERE, Cost.UNKNOWN),
    ChangeRule(Part.RECIPIENT, _MOVED, How.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.DESTINATION, _BEFORE, How.HERE, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVED, How.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _BEFORE, How.HERE, Cost.FREE),
    ChangeRule(Part.COMMENT, _MOVED, How.NO),
    ChangeRule(Part.COD, _BEFORE, How.HERE, Cost.UNKNOWN),
    ChangeRule(Part.COD, _MOVED, How.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.PARCELS, _BEFORE, How.ANEW, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVED, How.NO),
    ChangeRule(Part.STOP, _BEFORE, How.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, How.ELSEWHERE, Cost.UNKNOWN),
)


def shows(full: Mapping[str, Any], after: ShipmentRequest) -> bool:
    """Whether the order as ApiShip shows it is the one that was asked for."""
    order, recipient = full.get("order"), full.get("recipient")
    cost = full.get("cost")
    if not isinstance(order, Mapping) or not isinstance(recipient, Mapping) or not isinstance(cost, Mapping):
        return False
    phone = after.recipient.phone or after.recipient.phone_raw
    pairs = [
        (recipient.get("contactName"), after.recipient.name),
        (_digits(recipient.get("phone")), _digits(phone)),
        (order.get("description") or "", after.comment[:MAX_COMMENT]),
        (money_of(cost.get("codCost") or 0), after.cod or Money(0)),
    ]
    if after.kind is DeliveryKind.PICKUP:
        pairs.append((str(order.get("pointOutId") or ""), after.point_code or ""))
    else:
        pairs.append((recipient.get("addressString") or "", after.address.text if after.address else ""))
        pairs.append((order.get("deliveryType"), 1))
    return all(theirs == ours for theirs, ours in pairs)


def _digits(phone: Any) -> str:
    return "".join(sign for sign in str(phone or "") if sign.isdigit())[-10:]
