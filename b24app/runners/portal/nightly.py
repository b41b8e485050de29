"""The nightly reconciliation: one job for each working portal, behind everything that a person waits for."""

from __future__ import annotations

from datetime import timedelta

from b24app.runners.services import Services
from b24app.store import jobs, lanes, reconciling
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import JobState
from b24app.wire.trace import new_trace_id

#: Looked at hourly; a portal is due when its last look is older than this, or when it has never had one.
PERIOD_S = 3600
OLD = timedelta(hours=22)
#: Hours of UTC in which managers of our portals sleep (2 to 5 in Moscow).
NIGHT = range(23, 24), range(3)


def reconcile_all(services: Services) -> int:
    """Starts the jobs that are due; returns how many."""
    now = services.clock.now()
    if not any(now.hour in hours for hours in NIGHT):
        return 0
    with read_scope(services.sessions) as session:
        due = reconciling.due_nightly(session, now - OLD)
    return sum(_start(services, portal_id) for portal_id in due)


def _start(services: Services, portal_id: int) -> bool:
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        last = jobs.latest(session, portal_id, reconciling.KIND)
        waiting = last is not None and last.state in (JobState.WAITING, JobState.RUNNING)
        if waiting or (last is not None and now - last.created_at < OLD):
            return False
        lane = lanes.portal_lane(session, portal_id)
        trace = new_trace_id()
        jobs.start(session, portal_id, lane, reconciling.KIND, {}, asked_by=None, now=now, trace_id=trace, people=False)
    services.waker.wake(lane)
    return True
