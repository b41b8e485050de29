"""Serving a lane: claim, run the registered handler for a slice, release, look once more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.lanes import ladder
from b24app.lanes.slices import Handler, Slice, SliceResult
from b24app.lanes.wake import Waker
from b24app.store import inbox, lanes
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import FenceLostError, LaneHold, LaneRef
from b24app.store.models import LaneKind
from b24app.wire.trace import tracing

FULL_BATCH = 500
SOON_S = 10.0
Outcome = Callable[[LaneKind, str, float], None]


@dataclass(frozen=True)
class Timing:
    """Seconds of lanes, from the settings of the same names."""

    slice_s: float = 5.0
    lease_s: float = 10.0
    slice_hard_s: float = 120.0
    dead_after: int = 12


class LaneEngine:
    """Runs slices. Threads of many workers on many machines may call `serve` for the same lane: one of them gets it."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        waker: Waker,
        worker_id: str,
        timing: Timing | None = None,
        outcome: Outcome | None = None,
    ) -> None:
        self.sessions = sessions
        self.clock = clock
        self.waker = waker
        self.worker_id = worker_id
        self.timing = timing or Timing()
        self._outcome = outcome or (lambda _kind, _outcome, _seconds: None)
        self._handlers: dict[LaneKind, Handler] = {}
        self._active: dict[tuple[int, int], Slice] = {}
        self._soon: dict[LaneRef, datetime] = {}
        self._lock = threading.Lock()
        self._log = structlog.get_logger("waybill.lanes")

    def register(self, kind: LaneKind, handler: Handler) -> None:
        """Name the handler that drains lanes of this kind."""
        self._handlers[kind] = handler

    def serve(self, lane: LaneRef) -> bool:
        """Serve one slice of the lane; False when somebody else holds it. Never raises for what a handler does."""
        claimed = self._claim(lane)
        if claimed is None:
            return False
        begun = time.monotonic()
        with self._lock:
            self._active[claimed.lane_id, claimed.fence] = claimed
        try:
            outcome = self._run(claimed)
        finally:
            with self._lock:
                self._active.pop((claimed.lane_id, claimed.fence), None)
        self._outcome(claimed.kind, outcome, time.monotonic() - begun)
        return True

    def _claim(self, lane: LaneRef) -> Slice | None:
        now, lease = self.clock.now(), timedelta(seconds=self.timing.lease_s)
        # Most wake-ups of a busy lane find it held: whoever holds it looks once more after its release.
        with read_scope(self.sessions) as session:
            if not lanes.is_free(session, lane.id, now):
                return None
        with session_scope(self.sessions) as session:
            hold = lanes.claim(session, lane.id, self.worker_id, now, lease)
        if hold is None:
            return None
        fields = {name: getattr(hold, name) for name in LaneHold.__dataclass_fields__}
        return Slice(
            **fields,
            sessions=self.sessions,
            clock=self.clock,
            started=self.clock.monotonic(),
            length_s=self.timing.slice_s,
            lease=lease,
            batch_limit=max(1, FULL_BATCH >> (3 * hold.failures)),
        )

    def _run(self, claimed: Slice) -> str:
        try:
            with tracing():
                result = self._handlers[claimed.kind](claimed)
            self._release(claimed, result)
            return "done"
        except FenceLostError as lost:
            self._log.warning("slice_lost", lane=claimed.lane_id, fence=claimed.fence, why=str(lost))
            return "lost"
        except Exception as error:  # noqa: BLE001 - the one place where any fault of a handler must end: its lane backs off
            self._log.exception("slice_failed", lane=claimed.lane_id, kind=claimed.kind, failures=claimed.failures + 1)
            self._fail(claimed, f"{type(error).__name__}: {error}")
            return "failed"

    def _release(self, claimed: Slice, result: SliceResult) -> None:
        with session_scope(self.sessions) as session:
            if not lanes.release(session, claimed, self.clock.now(), result.next_due, result.not_before):
                raise FenceLostError(f"lane {claimed.lane_id}: lost before its release")
        # A wake-up that came during the slice found the lane taken and is gone: look once more ourselves.
        with read_scope(self.sessions) as session:
            due = lanes.next_due(session, claimed.lane_id)
        if result.more and result.not_before is None:
            due = self.clock.now()
        self._come_back(claimed.ref, due)

    def _come_back(self, lane: LaneRef, due: datetime | None) -> None:
        """Wake a lane that is due, remember one that soon will be; later ones are the sweep's."""
        if due is None:
            return
        wait = (due - self.clock.now()).total_seconds()
        if wait <= 0:
            self.waker.wake(lane)
        elif wait <= SOON_S:
            with self._lock:
                self._soon[lane] = due

    def wake_soon(self) -> None:
        """Wake remembered lanes whose moment has come; a sweep would be up to a second late for them."""
        if not self._soon:
            return
        now = self.clock.now()
        with self._lock:
            ready = [lane for lane, due in self._soon.items() if due <= now]
            for lane in ready:
                del self._soon[lane]
        for lane in ready:
            self.waker.wake(lane)

    def _fail(self, claimed: Slice, error: str) -> None:
        """Back off. A row that fails alone pays for it; a crowd is only served in smaller pieces next time."""
        now = self.clock.now()
        later = ladder.next_try(now, claimed.failures + 1)
        try:
            with session_scope(self.sessions) as session:
                if len(claimed.claimed) == 1:
                    self._blame(session, claimed, error, now)
                lanes.release(session, claimed, now, later, later, error)
            self._come_back(claimed.ref, later)
        except FenceLostError as lost:
            self._log.warning("slice_lost", lane=claimed.lane_id, fence=claimed.fence, why=str(lost))

    def _blame(self, session: Session, claimed: Slice, error: str, now: datetime) -> None:
        row = claimed.claimed[0]
        if ladder.is_spent(row.attempts + 1, self.timing.dead_after):
            inbox.bury(session, claimed, row.ids, now, error)
            self._log.error("row_dead", lane=claimed.lane_id, kind=row.kind, key=row.key, why=error)
        else:
            inbox.retry(session, claimed, row.ids, ladder.next_try(now, row.attempts + 1), error)

    def renew_leases(self) -> None:
        """Prolong the leases of all running slices; those that were lost learn it. Called by the worker's heart."""
        now = self.clock.monotonic()
        with self._lock:
            alive = [one for one in self._active.values() if now - one.started < self.timing.slice_hard_s]
        if not alive:
            return
        with session_scope(self.sessions) as session:
            lost = lanes.renew(session, alive, self.clock.now(), timedelta(seconds=self.timing.lease_s))
        for running in alive:
            if running.lane_id in lost:
                running.lost.set()

    def due(self) -> list[LaneRef]:
        """Return lanes that want serving and are free: what the sweep wakes."""
        with read_scope(self.sessions) as session:
            return lanes.due_lanes(session, self.clock.now())

    def run_until_idle(self, max_s: float = 30.0) -> int:
        """Serve whatever is due, here and now, until nothing is; return the number of slices. Raises TimeoutError.

        For tests and one-shot commands. What is due later (ladder, polling) is not waited for.
        """
        end, count = time.monotonic() + max_s, 0
        while due := self.due():
            for lane in due:
                count += self.serve(lane)
            if time.monotonic() > end:
                raise TimeoutError(f"lanes were still busy after {max_s} s: {due}")
        return count
