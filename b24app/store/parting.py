"""Shipping a part of a deal: a job of its own for every press, so that two parts never fold into one wish."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.portions import PartWish
from b24app.store import jobs
from b24app.store.lanes import LaneRef
from b24app.store.models import Job

#: Kind of the job. Its result: `{"number": ours}` of what was shipped, else `{"why": …}` or `{"problems": […]}`.
KIND = "ship_part"


def start(
    session: Session,
    portal_id: int,
    lane: LaneRef,
    deal_id: int,
    wish: PartWish,
    *,
    by: int | None,
    now: datetime,
    trace_id: str,
    alone: bool = False,
) -> Job:
    """Asks the portal's lane to ship these goods now. `alone`: nobody watches what comes of it, so what is wrong
    becomes Problems of the deal. Wake the lane after the commit."""
    given = {"deal_id": deal_id, "wish": wish.to_json(), "alone": alone}
    return jobs.start(session, portal_id, lane, KIND, given, asked_by=by, now=now, trace_id=trace_id)


def asked(session: Session, portal_id: int, deal_id: int, job_id: int) -> Job | None:
    """A job of this deal; None when there is no such one (any more)."""
    job = jobs.get(session, portal_id, job_id)
    return job if job is not None and job.kind == KIND and job.input.get("deal_id") == deal_id else None
