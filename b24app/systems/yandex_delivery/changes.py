"""What may be changed of an order, when, and how (yandex-delivery.md §A9). A claim is not changed once a courier is on
his way (§B4): it is cancelled and made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, Way, parts_changed
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.order import fingerprint
from b24app.logistics.status import Status
from b24app.systems.yandex_delivery.errors import child
from b24app.systems.yandex_delivery.orders import destination, order_fingerprint, policy, recipient_info
from b24app.systems.yandex_delivery.vocabulary import EXPRESS

_BEFORE = (Status.CREATED,)
_UNDER_WAY = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT)
_LATE = (Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED)
#: Yandex tells of each order what may be changed now (`available_actions`); from the first scan on a cancellation is
#: paid, so that a person has to ask for it in the cabinet (§A10). A claim rides at once: nothing of it is changed.
RULES = (
    *(
        ChangeRule(part, states, Way.HERE, Cost.UNKNOWN)
        for part in (Part.RECIPIENT, Part.DESTINATION)
        for states in (_BEFORE, _UNDER_WAY)
    ),
    ChangeRule(Part.RECIPIENT, _LATE, Way.NO),
    ChangeRule(Part.DESTINATION, _LATE, Way.ELSEWHERE, Cost.UNKNOWN),
    *(
        rule
        for part in (Part.COMMENT, Part.COD, Part.PARCELS)
        for rule in (ChangeRule(part, _BEFORE, Way.ANEW, Cost.FREE), ChangeRule(part, _UNDER_WAY + _LATE, Way.NO))
    ),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _UNDER_WAY, Way.ELSEWHERE, Cost.PAID),
    ChangeRule(Part.STOP, _LATE, Way.NO),
    # A missed courier too: whether another day is still open, the order says.
    ChangeRule(Part.DAY, (*_BEFORE, *_UNDER_WAY, Status.DELIVERY_FAILED), Way.HERE, Cost.UNKNOWN),
    *(
        ChangeRule(part, states, way, only=(EXPRESS,))
        for part in (Part.RECIPIENT, Part.DESTINATION, Part.DAY)
        for states, way in ((_BEFORE, Way.ANEW), (_UNDER_WAY + _LATE, Way.NO))
    ),
)


def forbidden(order: Mapping[str, Any], before: ShipmentRequest, after: ShipmentRequest) -> bool:
    """Whether Yandex says that this cannot be changed any more; flags that it does not send forbid nothing."""
    flags = child(order, "request", "available_actions")
    parts = parts_changed(before, after)
    names = ["update_recipient"] if Part.RECIPIENT in parts else []
    if Part.DESTINATION in parts:
        words = {DeliveryKind.COURIER: "courier", DeliveryKind.PICKUP: "pickup"}
        old, new = words[before.kind], words[after.kind]
        both_doors = old == new == "courier"
        names.append("update_address_available" if both_doors else f"update_{old}_to_{new}_available")
    return any(flags.get(name) is False for name in names)


def moves(before: ShipmentRequest, after: ShipmentRequest) -> bool:
    return Part.DESTINATION in parts_changed(before, after)


def build_options(remote_id: str, after: ShipmentRequest) -> dict[str, Any]:
    """`redelivery_options`: windows at the new destination."""
    return {"request_id": remote_id, "destination": destination(after), "last_mile_policy": policy(after.kind)}


def build_edit(
    remote_id: str, before: ShipmentRequest, after: ShipmentRequest, window: Mapping[str, Any] | None
) -> dict[str, Any]:
    """`request/edit`: what differs; a new destination with one of its windows."""
    body: dict[str, Any] = {"request_id": remote_id}
    if Part.RECIPIENT in parts_changed(before, after):
        body["recipient_info"] = recipient_info(after.recipient)
    if moves(before, after):
        body["destination"] = destination(after) | ({"interval_utc": dict(window)} if window else {})
    return body


def shows(order: Mapping[str, Any], after: ShipmentRequest) -> bool:
    """Whether the order as Yandex shows it is the one that was asked for; it may rewrite phones and add fields."""
    request = child(order, "request")
    if order_fingerprint(request) != fingerprint(after):
        return False
    there, wanted = child(request, "destination"), destination(after)
    if after.kind is DeliveryKind.PICKUP:
        return str(child(there, "platform_station").get("platform_id") or "") == (after.point_code or "")
    details, mine = (child(place, "custom_location", "details") for place in (there, wanted))
    return all(_letters(details.get(name)) == _letters(mine.get(name)) for name in ("full_address", "apartment"))


def _letters(text: Any) -> str:
    return "".join(sign for sign in str(text or "").casefold() if sign.isalnum())
