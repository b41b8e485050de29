"""Changing an order (cdek.md §6.6-§6.8): what may be changed in which state, and the PATCH itself.

A PATCH says how the order shall be, so that the same one twice changes nothing; still it is looked up first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, parts_changed
from b24app.logistics.changes import Way as How
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.status import Status
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.errors import ACCOUNT, NOT_FOUND, STILL_PROCESSED, problem_of, problems_of, rows_of
from b24app.systems.cdek.orders import MAX_COMMENT, Way, location, parse_order, recipient_contact, update_requests

_BEFORE = (Status.CREATED,)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
#: The contract states a price for two of them only: DELETE is free, a refusal is charged. A new destination may change
#: the price (warnings `v2_cost_change_by_*`). After it moved: an agreement with CDEK, within the same city (§10).
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, How.HERE, Cost.UNKNOWN),
    ChangeRule(Part.RECIPIENT, _MOVED, How.NO),
    ChangeRule(Part.DESTINATION, _BEFORE, How.HERE, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVED, How.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _BEFORE, How.HERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _MOVED, How.NO),
    ChangeRule(Part.COD, _BEFORE, How.ANEW, Cost.FREE),
    ChangeRule(Part.COD, _MOVED, How.NO),
    ChangeRule(Part.PARCELS, _BEFORE, How.ANEW, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVED, How.NO),
    ChangeRule(Part.STOP, _BEFORE, How.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, How.ELSEWHERE, Cost.PAID),
)


def build_change(remote_id: str, before: ShipmentRequest, after: ShipmentRequest, way: Way | None) -> dict[str, Any]:
    """The body of `PATCH /v2/orders`: `type` and `recipient` always, of the rest what differs. `way` is needed for
    another destination."""
    parts = parts_changed(before, after)
    body: dict[str, Any] = {"uuid": remote_id, "recipient": recipient_contact(after.recipient)}
    if Part.COMMENT in parts:
        body["comment"] = after.comment[:MAX_COMMENT]
    if Part.DESTINATION in parts and way is not None:
        body["tariff_code"] = way.tariff
        if after.kind is DeliveryKind.PICKUP:
            body["delivery_point"] = after.point_code or ""
        elif after.address is not None:
            body["to_location"] = location(after.address, way.to_city)
    return body


def shows(entity: Mapping[str, Any], after: ShipmentRequest) -> bool:
    """Whether the order as CDEK shows it is the one that was asked for. CDEK rewrites phones and trims spaces, so only
    letters and the last ten digits count."""
    recipient = entity.get("recipient")
    if not isinstance(recipient, Mapping):
        return False
    phones = rows_of(recipient.get("phones"))
    phone = str(phones[0].get("number") or "") if phones else ""
    wanted = after.recipient.phone or after.recipient.phone_raw
    if _letters(str(recipient.get("name") or "")) != _letters(after.recipient.name) or _ten(phone) != _ten(wanted):
        return False
    if _letters(str(entity.get("comment") or "")) != _letters(after.comment[:MAX_COMMENT]):
        return False
    if after.kind is DeliveryKind.PICKUP:
        return str(entity.get("delivery_point") or "") == (after.point_code or "")
    place = entity.get("to_location")
    address = str(place.get("address") or "") if isinstance(place, Mapping) else ""
    return not entity.get("delivery_point") and _letters(address) == _letters(
        after.address.text if after.address else ""
    )


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _ten(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())[-10:]


class ChangeDesk:
    """The port `Changes` of a connection."""

    _client: Client

    def _way(self, request: ShipmentRequest, priced: bool = False) -> Way:
        raise NotImplementedError

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """What has to be looked up is looked up first, so that `Uncertain` can only come from the change itself."""
        way = self._way(after)
        moved = Part.DESTINATION in parts_changed(before, after)
        body = {"type": way.order_type, **build_change(remote_id, before, after, way if moved else None)}
        reply = self._client.write("PATCH", "orders", "orders.change", body)
        if reply.codes & ACCOUNT:
            raise AccountProblem(next(problem_of(error) for error in reply.errors if error.code in ACCOUNT))
        if STILL_PROCESSED in reply.codes:
            raise Unavailable("orders.change: the change before is still being decided", 3.0)
        if reply.errors:
            raise Refused(problems_of(reply.errors))
        updates = update_requests(rows_of(reply.data.get("requests") if isinstance(reply.data, Mapping) else None))
        if not updates:
            raise Uncertain(f"orders.change: HTTP {reply.status} without a request or an error")
        return OrderState(remote_id, after.number, Decision.ACCEPTED, changes=updates[-1:])

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        reply = self._client.read(f"orders/{remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True)
        state = parse_order(reply.data) if isinstance(reply.data, Mapping) else None
        if state is None:
            raise Unavailable(f"orders.read: HTTP {reply.status}, no order, {sorted(reply.codes)}")
        newest = state.changes[-1] if state.changes else None
        if newest is not None and newest.decision is Decision.PENDING:
            return state
        if not shows(reply.entity, after):
            return None
        done = newest if newest and newest.decision is Decision.ACCEPTED else ChangeState("", Decision.ACCEPTED)
        return OrderState(remote_id, state.number, state.decision, state.order_number, changes=(done,))
