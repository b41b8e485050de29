"""Couriers who collect, and the hand-over of orders: calls about orders that exist, whose answer is no order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from b24app.logistics.aftercare import CourierRequest, CourierState, HandOver
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.order import Decision
from b24app.logistics.problem import Field, Problem

#: Payload: `{"request": CourierRequest, "shipments": ids of ours, "told": what the system said of it}`.
COURIER = "courier"
#: Calling it off. Payload: as above, `told` that of the call.
COURIER_OFF = "courier_off"
#: Payload: `{"remote_ids", "day", "shipments", "told"}`.
HANDOVER = "handover"
KINDS = frozenset({COURIER, COURIER_OFF, HANDOVER})
Collected = CourierState | HandOver


def act(system: Any, kind: str, payload: Mapping[str, Any], attempts: int) -> Collected:
    """What an earlier try may have done is looked up first; a hand-over may be repeated as it is."""
    if kind == HANDOVER:
        handed: HandOver = system.hand_over(payload["remote_ids"], date.fromisoformat(payload["day"]))
        return handed
    request = CourierRequest.from_json(payload["request"])
    found: CourierState | None = system.find_courier(request) if attempts else None
    if kind == COURIER_OFF:
        return _called_off(system, payload["told"]["remote_id"], found, attempts)
    if found is not None:
        return found
    if payload.get("told", {}).get("remote_id"):
        raise Unavailable("the courier was called, the call is not shown yet")
    called: CourierState = system.call_courier(request)
    return called


def _called_off(system: Any, remote_id: str, found: CourierState | None, attempts: int) -> CourierState:
    if attempts and (found is None or found.cancelled):
        return CourierState(remote_id, decision=Decision.ACCEPTED, cancelled=True)
    state: CourierState = system.cancel_courier(remote_id)
    if not state.cancelled:
        raise Refused(state.problems or (Problem("pickup_kept", Field.DATE),))
    return state


def decided(found: Collected) -> tuple[Decision, tuple[Problem, ...]]:
    """What the system decided, and why not. Orders of one hand-over may fare differently: it went through when any
    did."""
    if isinstance(found, CourierState):
        return found.decision, found.problems
    problems = tuple(problem for each in found.refused.values() for problem in each)
    return (Decision.REFUSED if found.refused and not found.handed else Decision.ACCEPTED), problems


def told(found: Collected) -> dict[str, Any]:
    """What is kept of the answer."""
    if isinstance(found, CourierState):
        return {"remote_id": found.remote_id, "number": found.number, "cancelled": found.cancelled}
    return {"key": found.key, "handed": list(found.handed)}
