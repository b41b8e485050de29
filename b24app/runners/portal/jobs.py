"""Jobs of a portal's lane: slow work that a person asked for on a page, step by step within slices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix24.errors import NoToken, RestError
from b24app.runners.portal.context import Run
from b24app.store import inbox, jobs
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import InboxKind, Job, JobState

#: After so many tries at one step a job is told to have failed; the person may ask again.
TRIES = 4


@dataclass(frozen=True, slots=True)
class JobStep:
    """What one step of a job came to: `result` when it is over, else the `memory` with which the next step goes on, in
    the lane of the connection `at` if it is that carrier's turn."""

    result: dict[str, Any] | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    at: int = 0


class JobFailedError(Exception):
    """A step that no repeat mends; `why` is a key of the `job.*` words, the other side's words after a bar."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


#: Does one step of a job (a few seconds at most). May raise JobFailedError, RestError, NotSent, OutcomeUnknown.
JobHandler = Callable[[Run, Job], JobStep]


def do(run: Run, handlers: Mapping[str, JobHandler]) -> bool:
    """Serve one step of each job that is due; False when there is none."""
    with read_scope(run.services.sessions) as session:
        rows = run.slice.claim_inbox(session, (InboxKind.JOB,), 20)
    for row in rows:
        _serve(run, row, handlers)
    return bool(rows)


def _serve(run: Run, row: Claimed, handlers: Mapping[str, JobHandler]) -> None:
    with read_scope(run.services.sessions) as session:
        job = jobs.get(session, run.portal.id, int(row.key))
    handler = handlers.get(job.kind) if job else None
    if job is None or handler is None or job.state in (JobState.DONE, JobState.FAILED):
        _close(run, row)
        return
    try:
        step = handler(run, job)
    except JobFailedError as error:
        _fail(run, row, job.id, error.why)
    except NoToken as error:
        _fail(run, row, job.id, f"no_admin_key|{error.code}")
    except RestError as error:
        if error.retryable and row.attempts < TRIES:
            raise
        _fail(run, row, job.id, f"refused|{error.text or error.code}")
    else:
        _save(run, row, job.id, step)


def _save(run: Run, row: Claimed, job_id: int, step: JobStep) -> None:
    now = run.services.clock.now()
    lane: LaneRef | None = None
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        job = jobs.get(session, run.portal.id, job_id)
        if job is not None and step.result is None and not step.at:
            jobs.go_on(job, step.memory, step.done, step.total)
            return
        inbox.close(session, run.slice, row.ids, now)
        if job is not None and step.result is not None:
            jobs.finish(job, step.result, now)
        elif job is not None:
            lane = connection_lane(session, step.at)
            jobs.hand_over(session, job, lane, step.memory, now=now, trace_id=row.trace_id)
    if lane is not None:
        run.services.waker.wake(lane)


def _fail(run: Run, row: Claimed, job_id: int, why: str) -> None:
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        job = jobs.get(session, run.portal.id, job_id)
        if job is not None:
            jobs.fail(job, why, now)
        inbox.close(session, run.slice, row.ids, now)


def _close(run: Run, row: Claimed) -> None:
    with session_scope(run.services.sessions) as session:
        inbox.close(session, run.slice, row.ids, run.services.clock.now())
