"""Courier pick-ups (cdek.md §9), the port `CourierCalls`.

A pick-up belongs to one order: without one CDEK has no way to look it up again. The courier of several orders is called
for the first of them, with the weight of all: a second call to the same address and day would be refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.logistics.aftercare import CourierRequest, CourierState
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.order import Decision
from b24app.logistics.problem import Field, Problem
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.errors import NOT_FOUND, problems_of, request_errors, rows_of
from b24app.systems.cdek.orders import MAX_COMMENT
from b24app.systems.cdek.tracking import newest_code

#: Taken but not decided; `REMOVED` and `INVALID` end a call, everything else means that somebody comes.
_UNDECIDED = frozenset({"", "ACCEPTED"})


def build_courier(request: CourierRequest) -> dict[str, Any]:
    """The body of `POST /v2/intakes`. Our number stands in the comment: CDEK has no other place for it."""
    body: dict[str, Any] = {
        "order_uuid": request.remote_ids[0],
        "intake_date": request.day.isoformat(),
        "intake_time_from": f"{request.begin:%H:%M}",
        "intake_time_to": f"{request.end:%H:%M}",
        "comment": " ".join(filter(None, (f"[{request.number}]", request.comment)))[:MAX_COMMENT],
    }
    return body | ({"weight": request.weight_g} if request.weight_g else {})


def parse_courier(entity: Mapping[str, Any], requests: Sequence[Mapping[str, Any]] = ()) -> CourierState | None:
    """None when the answer names no pick-up."""
    if not entity.get("uuid"):
        return None
    code = newest_code(entity)
    refused = code == "INVALID" or any(request.get("state") == "INVALID" for request in requests)
    number = str(entity.get("intake_number") or "")
    decision = Decision.ACCEPTED if number or code not in _UNDECIDED else Decision.PENDING
    problems = problems_of(error for request in requests for error in request_errors(request))
    return CourierState(
        remote_id=str(entity["uuid"]),
        number=number,
        decision=Decision.REFUSED if refused else decision,
        problems=problems or (Problem("pickup_refused", Field.DATE),) if refused else (),
        cancelled=code == "REMOVED",
    )


def is_of(row: Mapping[str, Any], request: CourierRequest) -> bool:
    """Whether a pick-up of the order is this very call: by our number in the comment, else by its hours."""
    if row.get("comment"):
        return f"[{request.number}]" in str(row["comment"])
    wanted = build_courier(request)
    return all(row.get(name) == wanted[name] for name in ("intake_date", "intake_time_from", "intake_time_to"))


class CourierDesk:
    """The port `CourierCalls` of a connection."""

    _client: Client

    def call_courier(self, request: CourierRequest) -> CourierState:
        if not request.remote_ids:
            raise Refused([Problem("order_unknown", Field.ORDER)])
        reply = self._client.write("POST", "intakes", "intakes.create", build_courier(request))
        reply.refuse("intakes.create")
        state = parse_courier(reply.entity, reply.requests)
        if state is None:
            raise Uncertain(f"intakes.create: HTTP {reply.status} without a pick-up or an error")
        return state

    def find_courier(self, request: CourierRequest) -> CourierState | None:
        """The newest pick-up of the order that is this call. Why one was refused is only told by itself."""
        if not request.remote_ids:
            return None
        reply = self._client.read(f"orders/{request.remote_ids[0]}/intakes", "intakes.of_order")
        if reply.codes & NOT_FOUND:
            return None
        if not isinstance(reply.data, list):
            raise reply.odd("intakes.of_order")
        mine = [row for row in rows_of(reply.data) if is_of(row, request)]
        found = [state for row in mine if (state := parse_courier(row)) is not None]
        alive = [state for state in found if state.decision is not Decision.REFUSED]
        return alive[-1] if alive else self._told(found[-1]) if found else None

    def _told(self, state: CourierState) -> CourierState:
        reply = self._client.read(f"intakes/{state.remote_id}", "intakes.read")
        return parse_courier(reply.entity, reply.requests) or state

    def cancel_courier(self, remote_id: str) -> CourierState:
        """One that CDEK does not know any more counts as cancelled."""
        reply = self._client.write("DELETE", f"intakes/{remote_id}", "intakes.delete")
        if not reply.codes & NOT_FOUND:
            reply.refuse("intakes.delete")
        return CourierState(remote_id, decision=Decision.ACCEPTED, cancelled=True)
