"""A worker process: threads that serve woken lanes, a heart, a sweep, the schedule; stops gracefully.

SIGKILL at any moment is safe: leases run out, rows stay. SIGSTOP and SIGCONT are safe: the fence has moved on.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

import redis
import sqlalchemy
import structlog

from b24app.lanes.engine import LaneEngine
from b24app.lanes.schedule import Schedule
from b24app.lanes.wake import Wakes
from b24app.store.lanes import LaneRef
from b24app.store.models import LaneKind

POP_S = 1.0
SOON_TICK_S = 0.05
BOTH = (LaneKind.CONNECTION, LaneKind.PORTAL)
PORTALS = (LaneKind.PORTAL,)


def new_worker_id() -> str:
    """Host, process and a random part: no two starts share a lease."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """Owns the threads of one process. At most half of them ever stand in connection lanes: carriers may be slow."""

    def __init__(
        self, engine: LaneEngine, wakes: Wakes, schedule: Schedule, threads: int = 8, sweep_s: float = 1.0
    ) -> None:
        self._engine = engine
        self._wakes = wakes
        self._schedule = schedule
        self._sweep_s = sweep_s
        self._stop = threading.Event()
        self._stopped_heart = threading.Event()
        self._due_before: set[LaneRef] = set()
        self._log = structlog.get_logger("waybill.worker")
        self._servers = [self._thread(f"lane-{n}", self._serve, BOTH if n % 2 else PORTALS) for n in range(threads)]
        self._helpers = [
            self._thread("sweep", self._sweep),
            self._thread("schedule", self._tick),
            self._thread("soon", self._soon),
        ]
        self._heart = self._thread("heart", self._beat)

    @staticmethod
    def _thread(name: str, target: Callable[..., None], *args: object) -> threading.Thread:
        return threading.Thread(target=target, args=args, name=name, daemon=True)

    def start(self) -> None:
        """Start all threads and return."""
        self._log.info("worker_started", worker=self._engine.worker_id, threads=len(self._servers))
        for thread in (*self._servers, *self._helpers, self._heart):
            thread.start()

    def stop(self) -> None:
        """Ask the worker to stop taking lanes. Safe in a signal handler."""
        self._stop.set()

    def wait(self, grace_s: float) -> bool:
        """Wait until `stop` is called, then at most `grace_s` for running slices; True when all were finished."""
        while not self._stop.wait(1.0):
            pass
        self._wakes.let_go(len(self._servers))
        clean = self._join(self._servers, grace_s)
        self._stopped_heart.set()
        self._join([*self._helpers, self._heart], 2.0)
        self._log.info("worker_stopped", worker=self._engine.worker_id, clean=clean)
        return clean

    @staticmethod
    def _join(threads: list[threading.Thread], grace_s: float) -> bool:
        until = time.monotonic() + grace_s
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _serve(self, kinds: tuple[LaneKind, ...]) -> None:
        while not self._stop.is_set():
            self._guarded(lambda: self._serve_next(kinds))

    def _serve_next(self, kinds: tuple[LaneKind, ...]) -> None:
        lane = self._wakes.pop(kinds, POP_S)
        if lane is not None:
            self._engine.serve(lane)

    def _sweep(self) -> None:
        while not self._stop.wait(self._sweep_s):
            self._guarded(self.sweep)

    def sweep(self) -> None:
        """Wake due lanes; those that were due a sweep ago too are taken here, whatever Redis believes."""
        due = self._engine.due()
        for lane in due:
            if lane in self._due_before:
                self._wakes.wake_here(lane)
            else:
                self._wakes.wake(lane)
        self._due_before = set(due)

    def _soon(self) -> None:
        while not self._stop.wait(SOON_TICK_S):
            self._guarded(self._engine.wake_soon)

    def _tick(self) -> None:
        self._guarded(self._schedule.prepare)
        while not self._stop.wait(self._sweep_s):
            self._guarded(self._schedule.tick)

    def _beat(self) -> None:
        while not self._stopped_heart.wait(self._engine.timing.lease_s / 4):
            self._guarded(self._engine.renew_leases)

    def _guarded(self, work: Callable[[], object]) -> None:
        """A thread outlives a database or a Redis that is away for a while."""
        try:
            work()
        except (sqlalchemy.exc.SQLAlchemyError, redis.RedisError, OSError) as error:
            self._log.warning("worker_waits", why=f"{type(error).__name__}: {error}"[:500])
            self._stop.wait(1.0)
