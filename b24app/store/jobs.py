"""Slow work that a page asks after: begun by a person, served in a lane, its result kept for a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.store import inbox
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind, Job, JobState
from b24app.store.sql import changed

#: Kind of the jobs that hold a client's address against a carrier's directory (`store.addresses`): deleted after a day.
ADDRESS = "address"


def start(
    session: Session,
    portal_id: int,
    lane: LaneRef,
    kind: str,
    given: dict[str, Any],
    *,
    asked_by: int | None,
    now: datetime,
    trace_id: str,
    people: bool = True,
    row: InboxKind = InboxKind.JOB,
) -> Job:
    """Adds a job and the row (of kind `row`) that asks `lane` for it, at the front of the queue when `people` wait.
    Wake the lane after the commit."""
    job = Job(
        portal_id=portal_id,
        kind=kind,
        input=given,
        memory={},
        result={},
        asked_by=asked_by,
        created_at=now,
        state=JobState.WAITING,
        done=0,
        total=0,
    )
    session.add(job)
    session.flush()
    inbox.append(session, lane.id, row, str(job.id), {}, now=now, trace_id=trace_id, people=people)
    return job


def get(session: Session, portal_id: int, job_id: int) -> Job | None:
    return session.scalar(select(Job).where(Job.portal_id == portal_id, Job.id == job_id))


def latest(session: Session, portal_id: int, kind: str, asked_by: int | None = None) -> Job | None:
    """The newest job of a kind, however it went; `asked_by`: of those that this person began."""
    mine = select(Job).where(Job.portal_id == portal_id, Job.kind == kind)
    if asked_by is not None:
        mine = mine.where(Job.asked_by == asked_by)
    return session.scalar(mine.order_by(Job.id.desc()).limit(1))


def go_on(job: Job, memory: dict[str, Any], done: int, total: int) -> None:
    """Keeps how far a job came; it is served again in the next slice."""
    job.state, job.memory, job.done, job.total = JobState.RUNNING, memory, done, total


def hand_over(
    session: Session, job: Job, lane: LaneRef, memory: dict[str, Any], *, now: datetime, trace_id: str
) -> None:
    """The next step is another remote's: it is served in that remote's lane. Wake the lane after the commit."""
    job.state, job.memory = JobState.RUNNING, memory
    inbox.append(session, lane.id, InboxKind.JOB, str(job.id), {}, now=now, trace_id=trace_id, people=True)


def finish(job: Job, result: dict[str, Any], now: datetime) -> None:
    job.state, job.result, job.memory, job.finished_at = JobState.DONE, result, {}, now
    job.done = job.total = max(job.total, 1)


def fail(job: Job, why: str, now: datetime) -> None:
    """`why` is a key of the `job.*` words, or the other side's own words after a bar: `refused|ACCESS_DENIED`."""
    job.state, job.why, job.memory, job.finished_at = JobState.FAILED, why[:2000], {}, now


def forget_before(session: Session, job: Job) -> int:
    """Deletes the earlier jobs of this kind that the same person began, with their results; returns how many."""
    mine = (Job.portal_id == job.portal_id, Job.kind == job.kind, Job.asked_by == job.asked_by, Job.id < job.id)
    return changed(session, delete(Job).where(*mine))


def purge(session: Session, before: datetime, kinds: Collection[str] = ()) -> int:
    """Deletes old jobs with their results, all or those of `kinds`; returns how many."""
    which = [Job.created_at < before, *([Job.kind.in_(kinds)] if kinds else [])]
    return changed(session, delete(Job).where(*which))
