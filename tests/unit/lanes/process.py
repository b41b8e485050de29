"""A worker process for tests that kill it: serves rows slowly and writes down what it began and what it closed."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from b24app.clock import SystemClock
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.schedule import Schedule
from b24app.lanes.slices import Slice, SliceResult
from b24app.lanes.wake import RedisWakes, Wakes
from b24app.lanes.worker import Worker, new_worker_id
from b24app.store import inbox
from b24app.store.engine import make_engine, make_sessions, read_scope, session_scope
from b24app.store.models import LaneKind


def main(database_url: str, redis_url: str, diary: str, pause_s: str) -> None:
    name = new_worker_id()
    clock = SystemClock()
    sessions = make_sessions(make_engine(database_url))
    wakes = Wakes(RedisWakes(redis_url) if redis_url else None)
    engine = LaneEngine(sessions, clock, wakes, name, Timing(slice_s=1, lease_s=1.0))

    def write(line: str) -> None:
        with Path(diary).open("a") as file:
            file.write(line + "\n")

    def handler(slice_: Slice) -> SliceResult:
        with read_scope(sessions) as session:
            rows = slice_.claim_inbox(session)
        for row in rows:
            write(f"began {row.key}")
            time.sleep(float(pause_s))
            with session_scope(sessions) as session:
                inbox.close(session, slice_, row.ids, clock.now())
            write(f"closed {row.key}")
        return SliceResult()

    engine.register(LaneKind.PORTAL, handler)
    engine.register(LaneKind.CONNECTION, handler)
    worker = Worker(engine, wakes, Schedule(sessions, clock), threads=2, sweep_s=0.2)
    signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop())
    worker.start()
    sys.exit(0 if worker.wait(10) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
