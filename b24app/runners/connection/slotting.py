"""When a courier could come, asked in the lane of the parcel's account for a client who looks at its page."""

from __future__ import annotations

from typing import Any

from b24app.lanes.slices import Slice
from b24app.logistics.changes import Slot
from b24app.logistics.errors import LogisticsError
from b24app.logistics.jsonable import dump
from b24app.logistics.ports import Days
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import inbox, jobs, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import Job, JobState
from b24app.store.slots import KIND
from b24app.wire.mask import mask_text
from b24app.wire.trace import tracing


def is_ours(job: Job | None) -> bool:
    return job is not None and job.kind == KIND


def serve(services: Services, slice_: Slice, account: Account, system: Any, row: Claimed, job: Job) -> None:
    """Asked once: a silent carrier is asked again when the client looks again."""
    portal_id = account.portal.id
    with read_scope(services.sessions) as session:
        shipment = shipments.get(session, portal_id, int(job.input.get("shipment_id") or 0))
    found: tuple[Slot, ...] | None = None
    why = "gone"
    if shipment is not None and shipment.remote_id and shipment.connection_id == account.connection.id:
        with tracing(row.trace_id):
            found, why = _asked(system, shipment.remote_id)
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        slice_.check(session)
        inbox.close(session, slice_, row.ids, now)
        kept = jobs.get(session, portal_id, job.id)
        if kept is None or kept.state not in (JobState.WAITING, JobState.RUNNING):
            return
        if found is None:
            jobs.fail(kept, why, now)
        else:
            jobs.finish(kept, {"slots": dump(found)}, now)


def _asked(system: Any, remote_id: str) -> tuple[tuple[Slot, ...] | None, str]:
    if not isinstance(system, Days):
        return None, "no_port"
    try:
        return system.slots(remote_id), ""
    except LogisticsError as error:
        return None, mask_text(str(error)) or type(error).__name__
