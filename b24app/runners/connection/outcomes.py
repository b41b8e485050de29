"""What a landed call means for its intent and its shipment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from b24app.flows.decisions import Advance
from b24app.flows.polling import Pace
from b24app.flows.snapshot import Role, ShipmentView
from b24app.lanes import ladder
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.runners.connection import collecting, telling
from b24app.runners.connection.tasks import CANCEL, CHANGE, CHECK, CREATE, DAY, FOLLOW, STOP, Landed, Task
from b24app.store.models import IntentState, Shipment
from b24app.store.sending import SEEN_AFTER, Outcome
from b24app.systems.plugin import Manifest
from b24app.words import language_of

LOOK_UP_AFTER = SEEN_AFTER
#: An account that is refused is not asked again before an administrator acts, or this has passed.
ACCOUNT_PAUSE = timedelta(hours=1)
#: Of the calls whose answer is one of `state.changes`: the Problem of one that is refused, and of one that is given up.
_PROBLEMS = {
    CHANGE: ("change_refused", "change_silent"),
    STOP: ("stop_refused", "stop_silent"),
    DAY: ("day_refused", "day_silent"),
}
#: Orders that were read together and could not be are read again at such whole moments.
TOGETHER_S = 5.0
#: While a cancellation or a change is being decided.
CANCEL_POLL = timedelta(seconds=3)
_DECIDED = {
    Decision.PENDING: IntentState.ACCEPTED,
    Decision.ACCEPTED: IntentState.DONE,
    Decision.REFUSED: IntentState.REFUSED,
}


def with_service(row: Shipment, view: ShipmentView, change: Advance, manifest: Manifest, lang: str) -> Advance:
    """With an order's number the deal also learns what it goes by, whoever chose that: a rule or a person."""
    code = str(row.request.get("service_code") or "")
    if not code or view.order_number or Role.ORDER_ID not in change.fields:
        return change
    return replace(change, fields={**change.fields, Role.SERVICE: manifest.service_words(code, language_of(lang))})


def intent_outcome(
    landed: Landed, now: datetime, spread: float, dead_after: int, visible_after: timedelta = LOOK_UP_AFTER
) -> Outcome:
    """The next state of the task's intent. `visible_after`: a fresh order may stay unseen by a look-up for so long."""
    task, error = landed.task, landed.error
    if task.kind == CHECK:
        return _checked(landed)
    if task.kind in telling.KINDS:
        return telling.outcome(task.intent_id, task.tries, error, landed.ms, now, spread, dead_after)
    if landed.state is not None:
        decision = _decision(task, landed.state)
        outcome = "adopted" if landed.adopted else decision.value
        return Outcome(task.intent_id, _DECIDED[decision], outcome, landed.ms)
    if landed.collected is not None:
        return _collected(landed, landed.collected, now, spread, dead_after)
    if isinstance(error, Refused):
        return _refused(landed, error.problems, str(error))
    if isinstance(error, Uncertain):
        due = max(now + max(visible_after, LOOK_UP_AFTER), ladder.next_try(now, task.tries, spread=spread))
        return Outcome(task.intent_id, IntentState.UNCERTAIN, "uncertain", landed.ms, "", error.why, due)
    if isinstance(error, AccountProblem):
        problem = error.problem
        due = now + ACCOUNT_PAUSE
        return Outcome(
            task.intent_id, IntentState.WAITING, "account", landed.ms, problem.their_code, problem.their_text, due
        )
    return _unavailable(landed, now, spread, dead_after)


def _checked(landed: Landed) -> Outcome:
    """A carrier that does not answer now keeps nobody from picking: it is asked again when the goods lie packed."""
    if isinstance(landed.error, Refused):
        return _refused(landed, landed.error.problems)
    silent = landed.error is not None
    words = str(landed.error) if landed.error is not None else ""
    return Outcome(
        landed.task.intent_id, IntentState.DONE, "unavailable" if silent else "accepted", landed.ms, "", words
    )


def _refused(landed: Landed, problems: Sequence[Problem], otherwise: str = "") -> Outcome:
    first = problems[0] if problems else None
    words = first.their_text if first else otherwise
    code = first.their_code if first else ""
    return Outcome(landed.task.intent_id, IntentState.REFUSED, "refused", landed.ms, code, words)


def _collected(landed: Landed, found: collecting.Collected, now: datetime, spread: float, dead_after: int) -> Outcome:
    """Nothing else tells how such a call goes: while it is being decided, it is looked up again and again."""
    task, (decision, problems) = landed.task, collecting.decided(found)
    if decision is Decision.REFUSED:
        return _refused(landed, problems)
    if decision is Decision.ACCEPTED:
        return Outcome(task.intent_id, IntentState.DONE, decision.value, landed.ms)
    if ladder.is_spent(task.tries, dead_after):
        return Outcome(task.intent_id, IntentState.DEAD, "dead", landed.ms)
    due = max(now + CANCEL_POLL, ladder.next_try(now, task.tries, spread=spread))
    return Outcome(task.intent_id, IntentState.WAITING, decision.value, landed.ms, next_try_at=due)


def _decision(task: Task, state: OrderState) -> Decision:
    """What the system has decided about the task so far. An order that is gone cannot be changed any more."""
    if task.kind == CREATE:
        return state.decision
    if task.kind in _PROBLEMS:
        return Decision.REFUSED if state.gone else state.changes[-1].decision
    return state.cancel or Decision.ACCEPTED


def _unavailable(landed: Landed, now: datetime, spread: float, dead_after: int) -> Outcome:
    error = landed.error
    why = error.why if isinstance(error, Unavailable) else str(error)
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    if ladder.is_spent(landed.task.tries, dead_after):
        return Outcome(landed.task.intent_id, IntentState.DEAD, "dead", landed.ms, "", why)
    due = ladder.next_try(now, landed.task.tries, retry_after=retry_after, spread=spread)
    return Outcome(landed.task.intent_id, IntentState.WAITING, "unavailable", landed.ms, "", why, due)


def heard_state(landed: Landed) -> OrderState | None:
    """What the flow is told. A refused creation is an order that never was; None = nothing was learnt."""
    if landed.state is not None:
        return landed.state
    if isinstance(landed.error, Refused) and landed.task.kind in (CREATE, CHECK):
        return OrderState("", landed.task.number, Decision.REFUSED, problems=landed.error.problems)
    return None


def columns(row: Shipment, landed: Landed, state: OrderState, change: Advance, now: datetime) -> dict[str, Any]:
    """The shipment's columns after this answer; what an answer does not tell keeps its value."""
    values: dict[str, Any] = {
        "status": change.status,
        "incident": change.incident or None,
        "status_at": change.status_at or row.status_at,
        "next_poll_at": told_meanwhile(row, landed.task, change)
        or next_look(state, change, now, cancelled=landed.task.kind == CANCEL),
        "polled_at": now,
        "closed": change.closed,
        "sent": True,
        "pickup_code": _pickup_code(row, state, change),
        **_learnt(row, state, change),
    }
    if landed.task.kind == CREATE or landed.adopted:
        values |= _created(row, state, now)
    return values


def _pickup_code(row: Shipment, state: OrderState, change: Advance) -> str | None:
    """Kept while the parcel lies at its point, and no longer: before that it is of no use, afterwards nobody's."""
    if change.status is Status.READY_FOR_PICKUP:
        return state.pickup_code or row.pickup_code
    return row.pickup_code if change.status is Status.UNKNOWN else None


def _learnt(row: Shipment, state: OrderState, change: Advance) -> dict[str, Any]:
    told = {
        "remote_code": change.remote_code[:80],
        "remote_text": change.remote_text,
        "order_number": state.order_number,
        "tracking_number": state.tracking_number,
        "tracking_url": state.tracking_url,
        "promised": state.promised,
        "keep_until": state.keep_until,
        "point_code": state.point_code,
        "return_ids": sorted({*row.return_ids, *state.return_ids}) if state.return_ids else None,
        "price_minor": state.price.minor if state.price else None,
        "currency": state.price.currency if state.price else None,
        "in_part": state.in_part.to_json() if state.in_part else None,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _created(row: Shipment, state: OrderState, now: datetime) -> dict[str, Any]:
    refusal = state.problems[0].their_code[:80] if state.problems else ""
    return {
        "remote_id": state.remote_id or None,
        "accepted_at": now if state.remote_id else row.accepted_at,
        "refusal_code": refusal,
    }


def next_look(state: OrderState, change: Advance, now: datetime, cancelled: bool = False) -> datetime | None:
    """When the order is read again; a cancellation or a change under way is followed closely, and one that was
    `cancelled` just now is read: some systems answer with no more than that they did it."""
    pending = state.cancel is Decision.PENDING or any(each.decision is Decision.PENDING for each in state.changes)
    asked = pending or (cancelled and not change.status.is_final)
    if asked and not change.closed:
        return min(change.next_poll_at or now + CANCEL_POLL, now + CANCEL_POLL)
    return change.next_poll_at


def told_meanwhile(row: Shipment, task: Task, change: Advance) -> datetime | None:
    """A callback, or somebody who asked, has put the order at the head of the queue while this very read was under way:
    its answer may be the older one, and the next look below callbacks may be a day away."""
    moved = task.due is not None and row.next_poll_at != task.due
    return row.next_poll_at if moved and not change.closed else None


def later_poll(landed: Landed, now: datetime, spread: float, failures: int = 1) -> datetime:
    """When to read again after a read that failed. Orders that were read together stay together."""
    if isinstance(landed.error, AccountProblem):
        return now + ACCOUNT_PAUSE
    retry_after = landed.error.retry_after if isinstance(landed.error, Unavailable) else None
    if not landed.together:
        return ladder.next_try(now, failures, retry_after=retry_after, spread=spread)
    return Pace(TOGETHER_S).next_look(ladder.next_try(now, failures, retry_after=retry_after))


def own_problems(landed: Landed, outcome: Outcome | None, state: OrderState | None) -> list[Problem]:
    """Problems that no answer names: we gave up, a cancellation came too late, a change was refused at once."""
    if landed.task.kind in _PROBLEMS:
        return _of_change(landed, outcome)
    if outcome is not None and outcome.state == IntentState.DEAD:
        return [Problem("carrier_silent", Field.ORDER, Who.CARRIER, their_text=outcome.words)]
    late = landed.task.kind != CREATE and state is not None and state.cancel is Decision.REFUSED
    refused = landed.task.kind not in (CREATE, FOLLOW, CHECK) and isinstance(landed.error, Refused)
    if late or refused:
        theirs = landed.error.problems if isinstance(landed.error, Refused) else ()
        first = theirs[0] if theirs else Problem("cancel_refused", Field.ORDER, Who.CARRIER)
        return [Problem("cancel_refused", Field.ORDER, Who.CARRIER, first.their_code, first.their_text)]
    return []


def _of_change(landed: Landed, outcome: Outcome | None) -> list[Problem]:
    if outcome is not None and outcome.state == IntentState.DEAD:
        return [Problem(_PROBLEMS[landed.task.kind][1], Field.ORDER, Who.CARRIER, their_text=outcome.words)]
    if isinstance(landed.error, Refused):
        return [change_refused(landed.error.problems, landed.task.kind)]
    if landed.state is not None and not landed.state.gone and landed.state.changes[-1].decision is Decision.REFUSED:
        return [change_refused(landed.state.changes[-1].problems, landed.task.kind)]
    return []


def change_problems(kind: str) -> tuple[str, ...]:
    """Beginnings of the keys of problems that are over once such a call went through."""
    return tuple(f"{code}|" for code in _PROBLEMS[kind])


def change_refused(why: Sequence[Problem], kind: str = CHANGE) -> Problem:
    """The order stays as it was; the first reason's field and words are shown."""
    first = why[0] if why else Problem("refused", Field.ORDER, Who.CARRIER)
    return Problem(_PROBLEMS[kind][0], first.field, Who.MANAGER, first.their_code, first.their_text)


def cancel_decided(state: OrderState | None) -> str | None:
    """The final state of an accepted cancel intent, once the order shows it."""
    if state is None:
        return None
    if state.gone or state.cancel is Decision.ACCEPTED:
        return IntentState.DONE
    return IntentState.REFUSED if state.cancel is Decision.REFUSED else None


def create_decided(change: Advance) -> str | None:
    """The final state of an accepted create intent, once the system decided."""
    if change.status is Status.REJECTED:
        return IntentState.REFUSED
    return IntentState.DONE if change.status.rank >= Status.CREATED.rank else None
