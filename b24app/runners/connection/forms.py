"""A print form on its way, of an order or of what comes back: one call at a time, and what its answer means for the row
that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from b24app.lanes import ladder
from b24app.logistics.errors import LogisticsError, Unavailable, problem_in
from b24app.logistics.papers import PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import papers
from b24app.store.inbox import Claimed
from b24app.store.models import Paper, PaperStatus, ReturnLabel
from b24app.wire.trace import tracing

#: A form takes some seconds: the first look, and the next ones.
FIRST_LOOK, NEXT_LOOK = timedelta(seconds=2), timedelta(seconds=3)
#: A form that is not ready after this is given up; asking for it again begins anew.
PATIENCE = timedelta(minutes=5)
#: Prints asked for anew because the former one was gone, and calls that failed, before a person is told.
MOST_TRIES = 6
REFUSED = Problem("paper_refused", Field.ORDER, Who.CARRIER)
_LATE = Problem("paper_late", Field.ORDER, Who.CARRIER)
Form = TypeVar("Form", Paper, ReturnLabel)


@dataclass(frozen=True, slots=True)
class Step:
    """One call for one paper, as the store knew it when the slice began."""

    row: Claimed
    paper_id: int
    form: str
    remote_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a step: how far the form is, and its file once it is ready."""

    state: PaperState | None = None
    file: bytes | None = None
    error: LogisticsError | None = None


def take(system: Any, step: Step) -> Came:
    """The next call, and the file right after a form is ready. Runs in a thread of its own, without the database."""
    with tracing(step.row.trace_id):
        state: PaperState | None = None
        try:
            ask, read = system.ask_paper, system.read_paper
            state = read(step.form, step.key) if step.key else ask(step.form, step.remote_id)
            ready = state.stage is PaperStage.READY
            return Came(state, system.fetch_paper(step.form, state.key) if ready else None)
        except LogisticsError as error:
            return Came(state, error=error)


def apply(form: Form, came: Came, now: datetime, spread: float, keep: Callable[[Form, bytes], None]) -> datetime | None:
    """When to look again; None when it is over. `keep` keeps the file of a ready one."""
    if came.file is not None:
        keep(form, came.file)
        return None
    state = came.state
    if state is not None:
        form.remote_key, form.changed_at = state.key, now
        if form.status == PaperStatus.WAITING:
            form.status = PaperStatus.ASKED
    if came.error is not None:
        return _failed(form, came.error, now, spread)
    if state is None or state.stage is PaperStage.REFUSED:
        problems = state.problems if state else ()
        papers.fail(form, (problems[0] if problems else REFUSED).to_json(), now)
        return None
    if state.stage is PaperStage.GONE:
        form.status, form.remote_key = PaperStatus.WAITING, ""
        return _again(form, _LATE, now, spread)
    if now - form.asked_at > PATIENCE:
        papers.fail(form, _LATE.to_json(), now)
        return None
    return now + (FIRST_LOOK if now - form.asked_at < NEXT_LOOK else NEXT_LOOK)


def _failed(form: Form, error: LogisticsError, now: datetime, spread: float) -> datetime | None:
    if isinstance(error, Unavailable):
        return _again(form, problem_in(error), now, spread, error.retry_after)
    papers.fail(form, problem_in(error).to_json(), now)
    return None


def _again(form: Form, why: Problem, now: datetime, spread: float, wait_s: float | None = None) -> datetime | None:
    """A form that is gone is made anew; a call that failed is made again; both not for ever."""
    form.tries += 1
    if form.tries >= MOST_TRIES:
        papers.fail(form, why.to_json(), now)
        return None
    return ladder.next_try(now, form.tries, retry_after=wait_s, spread=spread)
