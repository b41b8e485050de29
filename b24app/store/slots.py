"""When a courier could come with a parcel: asked of its carrier for a client who looks, kept for minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.changes import Slot
from b24app.store import jobs
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import Job, JobState, Shipment

#: Kind of the jobs; their input is `{"shipment_id"}`, their result `{"slots": Slots}`.
KIND = "slots"
#: What a carrier offered is offered on for so long, and a carrier that was silent is left alone.
FRESH, SILENT = timedelta(minutes=15), timedelta(minutes=2)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`slots` None = no answer (yet): it is awaited since `at`, or `failed`."""

    at: datetime
    slots: tuple[Slot, ...] | None = None
    failed: bool = False


def ask(session: Session, shipment: Shipment, now: datetime, trace_id: str) -> LaneRef:
    """Wake the lane after the commit."""
    lane = connection_lane(session, shipment.connection_id)
    given = {"shipment_id": shipment.id}
    jobs.start(session, shipment.portal_id, lane, KIND, given, asked_by=None, now=now, trace_id=trace_id)
    return lane


def asked(session: Session, portal_id: int, shipment_id: int, now: datetime) -> Asked | None:
    """The newest question about this parcel that still counts."""
    mine = select(Job).where(Job.portal_id == portal_id, Job.kind == KIND, Job.created_at > now - FRESH)
    rows = session.scalars(mine.order_by(Job.id.desc()).limit(_MOST))
    job = next((row for row in rows if row.input.get("shipment_id") == shipment_id), None)
    if job is None:
        return None
    if job.state == JobState.DONE:
        return Asked(job.created_at, tuple(Slot.from_json(each) for each in job.result["slots"]))
    if job.state == JobState.FAILED:
        return Asked(job.created_at, failed=True) if now < job.created_at + SILENT else None
    return Asked(job.created_at)
