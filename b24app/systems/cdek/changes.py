"""Changing an order (cdek.md §6.6-§6.8, §10): what may be changed in which state, and how.

Before it moves, by a PATCH; afterwards another destination is an agreement with CDEK, an entity of its own, and calling
the parcel back is a refusal, which is charged. All of them say how the order shall be, so that the same one twice
changes nothing; still it is looked up first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, time
from typing import Any

from b24app.logistics.changes import Part, Slot, parts_changed
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.systems.cdek.client import Client, Reply
from b24app.systems.cdek.errors import NOT_FOUND, problems_of, request_errors, rows_of
from b24app.systems.cdek.orders import MAX_COMMENT, Way, change_requests, location, parse_order, recipient_contact
from b24app.systems.cdek.tracking import newest_code
from b24app.systems.cdek.vocabulary import AGREEMENTS

#: What a change is called that is an agreement; all others have the name of their request.
AGREEMENT = "delivery:"


def build_change(remote_id: str, before: ShipmentRequest, after: ShipmentRequest, way: Way | None) -> dict[str, Any]:
    """The body of `PATCH /v2/orders`: `type` and `recipient` always, of the rest what differs. `way` is needed for
    another destination."""
    parts = parts_changed(before, after)
    body: dict[str, Any] = {"uuid": remote_id, "recipient": recipient_contact(after.recipient)}
    if Part.COMMENT in parts:
        body["comment"] = after.comment[:MAX_COMMENT]
    if Part.DESTINATION in parts and way is not None:
        body |= {"tariff_code": way.tariff, **_destination(after, way)}
    return body


def _destination(after: ShipmentRequest, way: Way) -> dict[str, Any]:
    if after.kind is DeliveryKind.PICKUP:
        return {"delivery_point": after.point_code or ""}
    return {"to_location": location(after.address, way.to_city)} if after.address is not None else {}


def build_agreement(
    remote_id: str, after: ShipmentRequest, way: Way, days: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The body of `POST /v2/delivery` for the first of `days` that CDEK offers (its `date_intervals`); to a door within
    that day's longest window, which leaves the courier most freedom. Raises Refused when it offers none."""
    day: Mapping[str, Any] = min(days, key=lambda each: str(each.get("date")), default={})
    if not day.get("date"):
        raise Refused([Problem("date_refused", Field.DATE)])
    body = {"order_uuid": remote_id, "date": day["date"], **_destination(after, way)}
    if after.kind is DeliveryKind.PICKUP:
        return body
    begin, end = _longest(day)
    return body | {"time_from": begin, "time_to": end}


def build_slot(remote_id: str, slot: Slot) -> dict[str, Any]:
    """The body of `POST /v2/delivery` for another time; where it goes stays."""
    hours = {"time_from": f"{slot.begin:%H:%M}", "time_to": f"{slot.end:%H:%M}"}
    return {"order_uuid": remote_id, "date": slot.day.isoformat(), **hours}


def parse_slots(document: Mapping[str, Any]) -> tuple[Slot, ...]:
    """`GET /v2/delivery/intervals`; what cannot be read is left out."""
    found: list[Slot] = []
    for day in rows_of(document.get("date_intervals")):
        for row in rows_of(day.get("time_intervals")):
            with suppress(ValueError):
                found.append(
                    Slot(
                        date.fromisoformat(str(day.get("date"))),
                        time.fromisoformat(str(row.get("start_time"))),
                        time.fromisoformat(str(row.get("end_time"))),
                    )
                )
    return tuple(sorted(set(found), key=lambda slot: (slot.day, slot.begin, slot.end)))


def is_agreed(document: Mapping[str, Any], slot: Slot) -> bool:
    """Whether the agreement that stands, as the order tells it, is this one."""
    found = [row for row in rows_of(document.get("related_entities")) if row.get("type") == "delivery"]
    if not found:
        return False
    told = [str(found[-1].get(name) or "")[:5] for name in ("time_from", "time_to")]
    hours = [f"{slot.begin:%H:%M}", f"{slot.end:%H:%M}"]
    return str(found[-1].get("date") or "") == slot.day.isoformat() and told in (hours, ["", ""])


def _longest(day: Mapping[str, Any]) -> tuple[str, str]:
    """Of a day's windows the longest, which leaves the courier most freedom. Raises Refused when there is none."""
    windows = [(str(row.get("start_time")), str(row.get("end_time"))) for row in rows_of(day.get("time_intervals"))]
    if not windows:
        raise Refused([Problem("date_refused", Field.DATE)])
    return max(windows, key=lambda window: _minutes(window[1]) - _minutes(window[0]))


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes[:2]) if hours.isdigit() and minutes[:2].isdigit() else 0


def parse_agreement(reply: Reply) -> ChangeState | None:
    """None when the answer names no agreement. `CANCEL` = a newer one, or CDEK itself, took its place."""
    if not reply.entity.get("uuid"):
        return None
    errors = [error for request in reply.requests for error in request_errors(request)]
    decision = AGREEMENTS.get(newest_code(reply.entity), Decision.REFUSED if errors else Decision.PENDING)
    return ChangeState(AGREEMENT + str(reply.entity["uuid"]), decision, problems_of(errors))


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
    """The ports `Changes`, `ChangeNews`, `Stops` and `Days` of a connection."""

    _client: Client

    def _way(self, request: ShipmentRequest, priced: bool = False) -> Way:
        raise NotImplementedError

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """What has to be looked up is looked up first, so that `Uncertain` can only come from the change itself."""
        parts = parts_changed(before, after)
        way = self._way(after)
        if parts == (Part.DESTINATION,) and self._has_moved(remote_id):
            return self._agree(remote_id, after, way)
        way_there = way if Part.DESTINATION in parts else None
        body = {"type": way.order_type, **build_change(remote_id, before, after, way_there)}
        return self._asked(self._client.write("PATCH", "orders", "orders.change", body), "orders.change", remote_id)

    def _has_moved(self, remote_id: str) -> bool:
        state, _ = self._now(remote_id)
        return any(event.status is not None and event.status.has_moved for event in state.events)

    def _agree(self, remote_id: str, after: ShipmentRequest, way: Way) -> OrderState:
        offered = self._client.read("delivery/intervals", "delivery.intervals", {"order_uuid": remote_id})
        offered.refuse("delivery.intervals")
        return self._agreed(build_agreement(remote_id, after, way, rows_of(offered.document.get("date_intervals"))))

    def _agreed(self, body: Mapping[str, Any]) -> OrderState:
        remote_id = str(body["order_uuid"])
        reply = self._client.write("POST", "delivery", "delivery.agree", body)
        reply.refuse("delivery.agree")
        state = parse_agreement(reply)
        if state is None:
            raise Uncertain(f"delivery.agree: HTTP {reply.status} without an agreement or an error")
        return OrderState(remote_id, decision=Decision.ACCEPTED, changes=(state,))

    def slots(self, remote_id: str) -> tuple[Slot, ...]:
        offered = self._client.read("delivery/intervals", "delivery.intervals", {"order_uuid": remote_id})
        offered.refuse("delivery.intervals")
        return parse_slots(offered.document)

    def bring_on(self, remote_id: str, slot: Slot) -> OrderState:
        """An agreement (§10)."""
        return self._agreed(build_slot(remote_id, slot))

    def brought_on(self, remote_id: str, slot: Slot) -> OrderState | None:
        """The order names the agreement that stands."""
        reply = self._client.read(f"orders/{remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True)
        state = parse_order(reply.document)
        if state is None:
            raise reply.odd("orders.read")
        if not is_agreed(reply.document, slot):
            return None
        done = ChangeState("", Decision.ACCEPTED)
        return OrderState(remote_id, state.number, state.decision, state.order_number, changes=(done,))

    def _asked(self, reply: Reply, label: str, remote_id: str) -> OrderState:
        """The request that was just made, of those that the answer tells of."""
        reply.refuse(label)
        found = change_requests(reply.requests)
        if not found:
            raise Uncertain(f"{label}: HTTP {reply.status} without a request or an error")
        return OrderState(remote_id, decision=Decision.ACCEPTED, changes=found[-1:])

    def read_change(self, remote_id: str, ref: str) -> ChangeState | None:  # noqa: ARG002 - the port's shape
        """Orders tell of their requests, not of agreements."""
        if not ref.startswith(AGREEMENT):
            return None
        reply = self._client.read(f"delivery/{ref.removeprefix(AGREEMENT)}", "delivery.read")
        state = parse_agreement(reply)
        if state is None and not reply.codes & NOT_FOUND:
            raise reply.odd("delivery.read")
        return state or ChangeState(ref, Decision.REFUSED, problems_of(reply.errors))

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        state, entity = self._now(remote_id)
        newest = state.changes[-1] if state.changes else None
        if state.gone or (newest is not None and newest.decision is Decision.PENDING):
            return state
        if not shows(entity, after):
            return None
        done = newest if newest and newest.decision is Decision.ACCEPTED else ChangeState("", Decision.ACCEPTED)
        return OrderState(remote_id, state.number, state.decision, state.order_number, changes=(done,))

    def stop(self, remote_id: str) -> OrderState:
        """A refusal (§6.8): charged, and the parcel comes back by an order of its own."""
        reply = self._client.write("POST", f"orders/{remote_id}/refusal", "orders.refusal")
        return self._asked(reply, "orders.refusal", remote_id)

    def stopped(self, remote_id: str) -> OrderState | None:
        """A refusal under way, or an order that is on its way back already."""
        state, _ = self._now(remote_id)
        if state.gone or (state.changes and state.changes[-1].decision is Decision.PENDING):
            return state
        if not any(event.status in (Status.RETURNING, Status.RETURNED) for event in state.events):
            return None
        return OrderState(remote_id, state.number, state.decision, changes=(ChangeState("", Decision.ACCEPTED),))

    def _now(self, remote_id: str) -> tuple[OrderState, Mapping[str, Any]]:
        reply = self._client.read(f"orders/{remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True), {}
        state = parse_order(reply.document)
        if state is None:
            raise reply.odd("orders.read")
        return state, reply.entity
