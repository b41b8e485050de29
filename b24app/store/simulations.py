"""Simulations of the rules: one job in the portal's lane chooses, one in each account's lane asks for prices.

Only the last simulation of a portal is kept. Requests for prices live until they are answered, encrypted as all jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.store import jobs
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import InboxKind, Job, JobState
from b24app.store.sql import changed

#: Kinds of the jobs.
KIND, QUOTES = "simulate", "quotes"
#: After so long without an end nobody waits for it any more: another one may be begun.
GIVEN_UP = timedelta(minutes=10)
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Simulation:
    """The last one: `chosen` its job in the portal's lane, `quotes` those of the accounts by connection id."""

    chosen: Job
    quotes: Mapping[int, Job]

    def busy(self, now: datetime) -> bool:
        """Whether something is still to come."""
        fresh = now - self.chosen.created_at < GIVEN_UP
        return fresh and any(job.state in _OPEN for job in (self.chosen, *self.quotes.values()))


def begin(
    session: Session, portal_id: int, lane: LaneRef, given: dict[str, Any], *, asked_by: int, now: datetime, trace: str
) -> Job:
    """Asks the portal's lane for a new one and forgets the one before. Wake the lane after the commit."""
    job = jobs.start(session, portal_id, lane, KIND, given, asked_by=asked_by, now=now, trace_id=trace)
    # Afterwards: SQLite gives the highest number away again, and a row of the lanes may still name the old one.
    before = delete(Job).where(Job.portal_id == portal_id, Job.kind.in_((KIND, QUOTES)), Job.id < job.id)
    changed(session, before)
    return job


def spread(
    session: Session,
    job: Job,
    result: dict[str, Any],
    asked: Mapping[int, list[dict[str, Any]]],
    now: datetime,
    trace: str,
) -> list[LaneRef]:
    """The choosing is over: keeps its result and asks each account (`asked` by connection id) for prices, behind its
    orders. Wake the lanes after the commit."""
    jobs.finish(job, result, now)
    woken = []
    for connection_id, requests in asked.items():
        if not requests:
            continue
        lane = connection_lane(session, connection_id)
        given = {"simulation": job.id, "connection": connection_id, "asked": requests}
        jobs.start(
            session,
            job.portal_id,
            lane,
            QUOTES,
            given,
            asked_by=job.asked_by,
            now=now,
            trace_id=trace,
            people=False,
            row=InboxKind.QUOTES,
        ).total = len(requests)
        woken.append(lane)
    return woken


def answered(job: Job, found: Mapping[str, Any], now: datetime) -> None:
    """Keeps prices by deal. Once all are there the requests are thrown away."""
    known = {**job.memory.get("found", {}), **found}
    wanted = job.input.get("asked", ())
    if len(known) < len(wanted):
        jobs.go_on(job, {"found": known}, len(known), len(wanted))
    else:
        jobs.finish(job, {"found": known}, now)
        job.input = {name: value for name, value in job.input.items() if name != "asked"}


def last(session: Session, portal_id: int) -> Simulation | None:
    """The portal's last simulation, however far it came."""
    chosen = jobs.latest(session, portal_id, KIND)
    if chosen is None:
        return None
    mine = select(Job).where(Job.portal_id == portal_id, Job.kind == QUOTES, Job.id > chosen.id)
    rows = [row for row in session.scalars(mine.order_by(Job.id)) if row.input.get("simulation") == chosen.id]
    return Simulation(chosen, {int(row.input["connection"]): row for row in rows})
