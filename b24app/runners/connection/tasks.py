"""One call (or look-up and call) at a system, run in a thread of its own; never touches the database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from b24app.clock import Clock
from b24app.flows.track import NUMBER_TAKEN
from b24app.logistics.changes import Slot
from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.ports import AddressCheck, ChangeNews, Preview
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection import collecting, telling
from b24app.runners.connection.wishing import wishing
from b24app.wire.deadline import sending_until
from b24app.wire.trace import tracing

CREATE = "create"
CANCEL = "cancel"
#: Payload: `{"request": the carrier's, "then": the warehouse's}`. The intent is the warehouse's leg's, in the carrier's
#: lane.
CHECK = "check"
FOLLOW = "follow"
#: Payload of such an intent: `{"before": request, "after": request, "ref": the system's name for our request}`.
CHANGE = "change"
#: Calling a parcel back that has moved. Payload: `{"ref": …}`, as of a change.
STOP = "stop"
#: Another time for the courier. Payload: `{"slot": a Slot, "ref": …}`.
DAY = "day"
#: Kinds whose payload says what to do with an order.
OF_ORDERS = frozenset({CREATE, CHECK, CHANGE, STOP, DAY})
#: In a create intent's payload: orders of earlier attempts that the system refused.
REFUSED_IDS = "refused_ids"


@dataclass(frozen=True)
class Task:
    """What to do: `intent_id` 0 = only follow. `send_by` is a reading of the clock after which nothing may leave.

    `attempts` are all that were made, `tries` those since a person last revived it.
    `fresh`: nothing was ever sent for this shipment, so that there is nothing to look up before. `payload` of a task
    that follows is the request of its order, `refs` the changes of it that the system has not decided yet, `due` the
    moment at which it was to be read.
    """

    kind: str
    shipment_id: int
    deal_id: int
    number: str
    trace_id: str
    remote_id: str = ""
    intent_id: int = 0
    attempts: int = 0
    tries: int = 0
    payload: dict[str, Any] = field(default_factory=dict)
    send_by: float | None = None
    people: bool = False
    fresh: bool = False
    refs: tuple[str, ...] = ()
    due: datetime | None = None


@dataclass(frozen=True)
class Landed:
    """What came of a task: an order's state, what a call about collecting was answered, or the error a port raised.
    `adopted` = it existed before this call, `together` = one call was for many."""

    task: Task
    ms: int
    state: OrderState | None = None
    error: LogisticsError | None = None
    adopted: bool = False
    collected: collecting.Collected | None = None
    together: bool = False


def carry_out(system: Any, task: Task, clock: Clock) -> Landed:
    """Run the task; errors of ports are results, everything else is a bug and raises."""
    began = time.monotonic()
    try:
        with tracing(task.trace_id):
            if task.kind in collecting.KINDS:
                with sending_until(task.send_by if task.send_by is not None else clock.monotonic()):
                    collected = collecting.act(system, task.kind, task.payload, task.attempts)
                return Landed(task, _ms(began), collected=collected)
            if task.kind == CHECK:
                check(system, ShipmentRequest.from_json(task.payload["request"]))
                return Landed(task, _ms(began))
            if task.kind in telling.KINDS:
                with sending_until(task.send_by if task.send_by is not None else clock.monotonic()):
                    telling.act(system, task.kind, task.remote_id, task.payload)
                return Landed(task, _ms(began))
            state, adopted = _act(system, task, clock)
    except LogisticsError as error:
        return Landed(task, _ms(began), error=error)
    return Landed(task, _ms(began), state=state, adopted=adopted)


def check(system: Any, request: ShipmentRequest) -> None:
    """Raises what creating this order would before anything is sent, as far as the system lets it be known."""
    if isinstance(system, Preview):
        wishing(system.preview, request)
    elif isinstance(system, AddressCheck) and request.address is not None:
        found = system.check_address(request.address)
        if found.city is None and found.problem is not None:
            raise Refused([found.problem])


def carry_out_all(system: Any, tasks: Sequence[Task]) -> list[Landed]:
    """Follow many orders by as few calls as the system allows. One that it leaves out could not be read now."""
    began = time.monotonic()
    try:
        with tracing(tasks[0].trace_id):
            found = system.read_many([task.remote_id for task in tasks])
    except LogisticsError as error:
        return [Landed(task, _ms(began), error=error, together=True) for task in tasks]
    ms, states = _ms(began), {state.remote_id: state for state in found}
    return [_landed(task, ms, states.get(task.remote_id)) for task in tasks]


def _landed(task: Task, ms: int, state: OrderState | None) -> Landed:
    if state is None:
        return Landed(task, ms, error=Unavailable("left out of an answer for many"), together=True)
    return Landed(task, ms, state=state)


def _ms(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _act(system: Any, task: Task, clock: Clock) -> tuple[OrderState, bool]:
    if task.kind == FOLLOW:
        return _follow(system, task)
    with sending_until(task.send_by if task.send_by is not None else clock.monotonic()):
        if task.kind == CREATE:
            return _create(system, task)
        if task.kind == CHANGE:
            return _change(system, task), False
        if task.kind == STOP:
            return _stop(system, task), False
        if task.kind == DAY:
            return _day(system, task), False
        return system.cancel(task.remote_id), False


def _follow(system: Any, task: Task) -> tuple[OrderState, bool]:
    """Read the order. Refused because our number is taken: the order that has it may be ours, from before our database
    was restored."""
    state: OrderState = _with_changes(system, task, system.read(task.remote_id))
    if not task.payload or not any(problem.code == NUMBER_TAKEN for problem in state.problems):
        return state, False
    found: OrderState | None = system.find(task.number)
    alive = found is not None and not found.gone and found.decision is not Decision.REFUSED
    if found is not None and alive and is_ours(ShipmentRequest.from_json(task.payload), found):
        return found, True
    return state, False


def _with_changes(system: Any, task: Task, state: OrderState) -> OrderState:
    """The order does not tell of every change: those are asked by their names."""
    if state.gone or not isinstance(system, ChangeNews):
        return state
    found = [change for ref in task.refs if (change := system.read_change(task.remote_id, ref)) is not None]
    return replace(state, changes=(*state.changes, *found)) if found else state


def _create(system: Any, task: Task) -> tuple[OrderState, bool]:
    """Look the number up, then create: an answer lost in a crash must never become a second parcel.

    A row is `sending` before its first byte leaves, so a fresh one cannot have left anything.
    """
    request = ShipmentRequest.from_json(task.payload)
    found: OrderState | None = None if task.fresh else system.find(request.number)
    if found is not None and not found.gone and _is_new(task, found):
        if is_ours(request, found):
            return found, True
        raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL, params={"number": request.number})])
    return wishing(system.create, request), False


def _change(system: Any, task: Task) -> OrderState:
    """What an earlier try may have done is looked up before it is asked for again."""
    before, after = (ShipmentRequest.from_json(task.payload[name]) for name in ("before", "after"))
    found: OrderState | None = system.changed(task.remote_id, after) if task.attempts else None
    if found is not None:
        return found
    asked: OrderState = wishing(lambda each: system.change(task.remote_id, before, each), after)
    return asked


def _stop(system: Any, task: Task) -> OrderState:
    """As a change: what an earlier try may have done is looked up first."""
    found: OrderState | None = system.stopped(task.remote_id) if task.attempts else None
    if found is not None:
        return found
    asked: OrderState = system.stop(task.remote_id)
    return asked


def _day(system: Any, task: Task) -> OrderState:
    """As a change: what an earlier try may have done is looked up first."""
    slot = Slot.from_json(task.payload["slot"])
    found: OrderState | None = system.brought_on(task.remote_id, slot) if task.attempts else None
    if found is not None:
        return found
    asked: OrderState = system.bring_on(task.remote_id, slot)
    return asked


def _is_new(task: Task, found: OrderState) -> bool:
    """Alive, or refused but unknown to us: then an answer of this very attempt was lost, and it is the answer."""
    if found.decision is not Decision.REFUSED:
        return True
    return task.attempts > 0 and found.remote_id not in task.payload.get(REFUSED_IDS, ())
