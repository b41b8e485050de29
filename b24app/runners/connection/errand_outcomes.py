"""What a call for a return means for its errand: the row's next columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from b24app.flows.polling import Pace, next_look
from b24app.flows.track import VISIBLE_AFTER
from b24app.lanes import ladder
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.jsonable import dump
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptStage, ReceiptState
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE, CANCEL_POLL, LOOK_UP_AFTER
from b24app.store.models import ErrandState
from b24app.store.return_errands import Errand

#: A read that failed is made again after this: nobody waits for it.
READ_AGAIN = timedelta(minutes=1)
#: Nothing else tells of many return orders, so that they are looked at at least this often.
MOST_PAUSE_S = 3600.0
_CANCEL = ("cancel_refused", "return_cancel_by_hand", "cancel_silent")
BY_HAND = Problem("return_cancel_by_hand", Field.ORDER, Who.MANAGER)
_GONE = Problem("return_order_gone", Field.ORDER, Who.MANAGER)
_NOTHING = (ReceiptStage.CANCELLED,)


class Deed(StrEnum):
    """What is done about an errand. `drop`: it may never have got there, and is not wanted any more. All but `follow`
    write."""

    SEND = "send"
    FOLLOW = "follow"
    CANCEL = "cancel"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Came:
    """What a call came back with: an order, a receipt, or an error. `absent`: the system says that it has none."""

    order: OrderState | None = None
    receipt: ReceiptState | None = None
    error: LogisticsError | None = None
    absent: bool = False

    @property
    def is_gone(self) -> bool:
        return any(state is not None and state.gone for state in (self.order, self.receipt))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the account and the moment say. `visible_after`: a fresh order may stay unseen by a look-up for so long."""

    now: datetime
    spread: float
    dead_after: int
    visible_after: timedelta = timedelta(0)
    pace: Pace | None = None


def deed_of(errand: Errand) -> Deed:
    """What is to be done about it next."""
    if errand.state is not ErrandState.LIVE:
        return Deed.DROP if errand.wants_cancel else Deed.SEND
    asked = errand.order is not None and errand.order.cancel is Decision.PENDING
    return Deed.CANCEL if errand.wants_cancel and not asked else Deed.FOLLOW


def columns(errand: Errand, deed: Deed, came: Came, attempts: int, terms: Terms) -> dict[str, Any]:
    """`errand` as it was before the call, `attempts` all that were made."""
    if came.error is not None:
        return _failed(errand, deed, came.error, attempts, terms)
    if came.absent or (came.is_gone and deed in (Deed.CANCEL, Deed.DROP)):
        return _closed(ErrandState.CANCELLED, terms, wants_cancel=True)
    if came.order is not None:
        return _order(errand, deed, came.order, terms)
    if came.receipt is not None:
        return _receipt(errand, deed, came.receipt, attempts, terms)
    raise ValueError("a call came back with nothing at all")


# --- answers ----------------------------------------------------------------------------------------------------------


def _order(errand: Errand, deed: Deed, state: OrderState, terms: Terms) -> dict[str, Any]:
    if state.gone:
        return _gone(errand, terms)
    cancel = state.cancel
    if deed in (Deed.CANCEL, Deed.DROP):
        cancel = cancel or Decision.ACCEPTED
        # A cancellation's own answer tells of nothing else.
        before = errand.order or OrderState(state.remote_id, errand.number)
        state = replace(before, remote_id=state.remote_id or before.remote_id, problems=state.problems)
    elif errand.order is not None and errand.order.cancel is Decision.PENDING:
        cancel = cancel or Decision.PENDING
    state = replace(state, cancel=cancel)
    status = Status.CANCELLED if cancel is Decision.ACCEPTED else status_of(errand.status, state)
    if status is Status.CANCELLED:
        unwanted = () if errand.wants_cancel else (_GONE,)
        return {**_learnt(state, status), **_closed(ErrandState.CANCELLED, terms, unwanted, wants_cancel=True)}
    if state.decision is Decision.REFUSED and not status.has_moved:
        problems = state.problems or (Problem("refused", Field.ORDER, Who.CARRIER),)
        return {**_learnt(state, Status.REJECTED), **_closed(ErrandState.REFUSED, terms, problems)}
    if cancel is Decision.REFUSED and errand.wants_cancel:
        told = {"wants_cancel": False, "problems": _told([_cancel_refused(state.problems)])}
        stays = _live(errand, status, state.events, terms)
        return {**_learnt(replace(state, cancel=None), status), **stays, **told}
    values = {
        **_learnt(state, status),
        **_live(errand, status, state.events, terms),
        "problems": _kept(errand, state.problems),
    }
    if cancel is Decision.PENDING:
        values["next_try_at"] = terms.now + CANCEL_POLL
    return values


def _receipt(errand: Errand, deed: Deed, state: ReceiptState, attempts: int, terms: Terms) -> dict[str, Any]:
    if state.gone:
        return _gone(errand, terms)
    learnt = {"answer": state.to_json(), "remote_id": state.remote_id[:64], "order_number": state.receipt_number[:64]}
    if state.stage in _NOTHING:
        unwanted = errand.wants_cancel or deed in (Deed.CANCEL, Deed.DROP)
        return learnt | _closed(ErrandState.CANCELLED, terms, () if unwanted else (_GONE,), wants_cancel=True)
    if deed in (Deed.CANCEL, Deed.DROP):  # it says that it took the call, and shows nothing of it yet
        again = ladder.next_try(terms.now, attempts, spread=terms.spread)
        return learnt | {"state": ErrandState.LIVE, "deadline": None, "wants_cancel": True, "next_try_at": again}
    if state.inspected_at is not None:
        return learnt | _closed(ErrandState.DONE, terms, state.problems)
    since = errand.changed_at if errand.receipt is not None else terms.now
    due = next_look(Status.CREATED, since, since, terms.now, slower(terms.pace))
    live = {"state": ErrandState.LIVE, "deadline": None, "next_try_at": due, "problems": _kept(errand, state.problems)}
    return learnt | (live if due is not None else _closed(ErrandState.DONE, terms, state.problems))


def _gone(errand: Errand, terms: Terms) -> dict[str, Any]:
    """Deleted over there, by our own cancellation or by somebody; a fresh order may not be readable at once."""
    fresh = terms.now - errand.changed_at < VISIBLE_AFTER and (errand.order is None or not errand.order.order_number)
    if fresh and errand.receipt is None and not errand.wants_cancel:
        return {"state": ErrandState.LIVE, "deadline": None, "next_try_at": terms.now + CANCEL_POLL}
    problems = () if errand.wants_cancel else (_GONE,)
    return _closed(ErrandState.CANCELLED, terms, problems, wants_cancel=True)


def status_of(before: Status | None, state: OrderState) -> Status:
    """Where the parcel on its way back is; statuses only go up, as everywhere."""
    status = before or Status.SUBMITTING
    if state.decision is Decision.ACCEPTED and status.rank < Status.CREATED.rank:
        status = Status.CREATED
    if status is Status.SUBMITTING:
        return status
    for event in sorted(state.events, key=lambda event: (event.at, event.status.rank if event.status else 0)):
        if event.status is not None and event.status.may_follow(status):
            status = event.status
    return status


def slower(pace: Pace | None) -> Pace | None:
    """The account's pace, each order at its own moments and none more seldom than every hour."""
    return Pace(min(pace.every_s, MOST_PAUSE_S), None) if pace is not None else None


def strange(before: OrderState | None, state: OrderState) -> list[TrackingEvent]:
    """Events that were not there before."""
    known = {event.key for event in before.events} if before is not None else set()
    return [event for event in state.events if event.key not in known]


def _learnt(state: OrderState, status: Status) -> dict[str, Any]:
    told = {
        "remote_id": state.remote_id[:64],
        "order_number": state.order_number[:64],
        "tracking_number": state.tracking_number[:64],
    }
    return {"answer": state.to_json(), "status": status.value, **{name: value for name, value in told.items() if value}}


def _live(errand: Errand, status: Status, events: Sequence[TrackingEvent], terms: Terms) -> dict[str, Any]:
    """Followed until nothing more is to come: a day after its end, whatever else the system tells of it by then."""
    since = errand.changed_at if errand.status is status else terms.now
    if status.is_final:
        since = max((event.at for event in events if event.status is status), default=since)
    due = next_look(status, since, since, terms.now, slower(terms.pace))
    if due is None:
        return _closed(ErrandState.DONE, terms)
    return {"state": ErrandState.LIVE, "deadline": None, "next_try_at": due}


# --- errors -----------------------------------------------------------------------------------------------------------


def _failed(errand: Errand, deed: Deed, error: LogisticsError, attempts: int, terms: Terms) -> dict[str, Any]:
    words = {"last_error": str(error)[:2000], "deadline": None}
    state = _before(errand, deed, error)
    if isinstance(error, AccountProblem):
        return words | {"state": state, "next_try_at": terms.now + ACCOUNT_PAUSE}
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    again = ladder.next_try(terms.now, attempts, retry_after=retry_after, spread=terms.spread)
    if deed is Deed.FOLLOW:
        wait = max(READ_AGAIN, timedelta(seconds=retry_after or 0))
        return words | {"state": state, "next_try_at": terms.now + wait * (1 + terms.spread)}
    if isinstance(error, Refused):
        if deed is Deed.SEND:
            return words | _closed(ErrandState.REFUSED, terms, error.problems)
        return words | _cancel_over(_cancel_refused(error.problems), state, terms)
    if isinstance(error, Uncertain):
        unseen = terms.now + max(terms.visible_after, LOOK_UP_AFTER)
        return words | {"state": state, "next_try_at": max(unseen, again)}
    if ladder.is_spent(attempts, terms.dead_after) and state is not ErrandState.UNCERTAIN:
        if deed is Deed.CANCEL:
            problem = Problem("cancel_refused", Field.ORDER, Who.CARRIER, their_text=str(error)[:500])
            return words | _cancel_over(problem, state, terms)
        problem = Problem("carrier_silent", Field.ORDER, Who.CARRIER, their_text=str(error)[:500])
        return words | _closed(ErrandState.DEAD, terms, [problem])
    return words | {"state": state, "next_try_at": again}


def _before(errand: Errand, deed: Deed, error: LogisticsError) -> ErrandState:
    """What it is again after a call that settled nothing."""
    if deed in (Deed.FOLLOW, Deed.CANCEL):
        return ErrandState.LIVE
    unclear = isinstance(error, Uncertain) or errand.state is ErrandState.UNCERTAIN or deed is Deed.DROP
    return ErrandState.UNCERTAIN if unclear else ErrandState.WAITING


def _cancel_over(problem: Problem, state: ErrandState, terms: Terms) -> dict[str, Any]:
    """It stays as it is, and a person is told."""
    return {"state": state, "wants_cancel": False, "next_try_at": terms.now, "problems": _told([problem])}


def _cancel_refused(why: Sequence[Problem]) -> Problem:
    first = why[0] if why else Problem("cancel_refused", Field.ORDER, Who.CARRIER)
    if first.code == BY_HAND.code:
        return BY_HAND
    return Problem("cancel_refused", Field.ORDER, Who.CARRIER, first.their_code, first.their_text)


def _kept(errand: Errand, found: Iterable[Problem]) -> list[dict[str, Any]]:
    """What the system shows, and that it could not be called off: nobody tells that again."""
    return _told([*(each for each in errand.problems if each.code in _CANCEL), *found])


def _told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = dump(tuple({problem.key: problem for problem in problems}.values()))
    return told


def _closed(
    state: ErrandState, terms: Terms, problems: Sequence[Problem] = (), wants_cancel: bool | None = None
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": state, "next_try_at": None, "deadline": None, "closed_at": terms.now, "problems": _told(problems),
    }  # fmt: skip
    return values if wants_cancel is None else values | {"wants_cancel": wants_cancel}
