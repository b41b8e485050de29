"""Refreshing a carrier's list of 100,000 pickup points, carrier by carrier.

`points_memory`: megabytes above the idle process, at the most, of the carrier that takes most. Each list is read
through the adapter over HTTP from its emulator (a process of its own) and taken over into a database as a worker does
it (by `runners/connection/refreshing.py`: pages of points, those that are gone, the cells of the map), in a fresh
process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.lanes.slices import Slice
from b24app.runners.connection.account import Account
from b24app.runners.connection.refreshing import Refreshing
from b24app.store import inbox, lanes, points, portals
from b24app.store.engine import Sessions, make_engine, make_sessions, read_scope, session_scope
from b24app.store.models import Base, ConnectionState, InboxKind, PointRow, PointSource, PortalState
from b24app.systems import discover
from bench.figures import Bar, Figure, Say
from bench.points import KEY, NOW
from sandbox.control import Control
from sandbox.processes import ProcessWorld
from tests.contract.systems.conftest import HARNESSES

ROWS = ("points_memory",)
COUNT = 100_000
ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 900.0


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """One row; a child process a carrier."""
    found: dict[str, dict[str, float]] = {}
    for code, plugin in sorted(discover().items()):
        if "PickupPoints" in plugin.manifest.ports:
            say(f"points_memory: {code}")
            found[code] = _of(code)
    worst = max(found, key=lambda code: found[code]["mb"])
    told = ", ".join(f"{code} {each['mb']:.0f} MB in {each['s']:.0f} s" for code, each in found.items())
    figure = Figure(
        "points_memory",
        found[worst]["mb"],
        "MB",
        Bar(150, strict=True),
        [each["mb"] for each in found.values()],
        holds_too=all(each["points"] >= COUNT for each in found.values()),
        note=told,
        more={"carriers": found},
    )
    return [figure] if figure.name in rows else []


def _of(code: str) -> dict[str, float]:
    with (
        tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder,
        ProcessWorld(Path(folder) / "world", systems=[code]) as world,
    ):
        world.control.post(f"/{code}/settings", {"extra_points": COUNT})
        child = subprocess.run(
            [sys.executable, "-m", "bench.lists", code, folder, json.dumps(world.addresses)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    if child.returncode:
        raise RuntimeError(f"{code}: {child.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(child.stdout.strip().splitlines()[-1])
    return answer


# --- in the child -----------------------------------------------------------------------------------------------------


class Peak:
    """The largest resident memory while it is open, looked at a hundred times a second."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.idle = self.most = self._process.memory_info().rss
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.most = max(self.most, self._process.memory_info().rss)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def megabytes(self) -> float:
        return (self.most - self.idle) / 2**20


def refresh(code: str, folder: str, addresses: dict[str, Any]) -> dict[str, float]:
    """A refresh as the account's lane does it, step by step, over the adapter and the store, in this process."""
    control = Control(addresses["control"])
    world: Any = SimpleNamespace(addresses=addresses, control=control, clock=SimpleNamespace(now=control.now))
    harness = HARNESSES[code](world)
    engine = make_engine(f"sqlite:///{folder}/points.db", [KEY])
    Base.metadata.create_all(engine)
    sessions = make_sessions(engine)
    harness.port.points(0)  # everything is loaded that a worker has loaded
    with ThreadPoolExecutor(1) as pool:
        work = _asked(sessions, code, harness.port, pool)
        began = time.monotonic()
        with Peak() as peak:
            work.load()
            while work.row is not None:
                work.begin(1)
                wait(work.flying)
                work.land()
    with read_scope(sessions) as session:
        assert session.scalar(select(PointSource.refreshed_at)) is not None
        count = session.scalar(select(func.count()).select_from(PointRow)) or 0
    return {"mb": peak.megabytes, "points": float(count), "s": time.monotonic() - began}


def _asked(sessions: Sessions, code: str, system: Any, pool: Executor) -> Refreshing:
    """The lane of an account whose turn it is to refresh the list."""
    clock, lease = FixedClock(NOW), timedelta(seconds=TIMEOUT_S)
    with session_scope(sessions) as session:
        portal = portals.remember(session, "bench", now=NOW, application_token="t", state=PortalState.ACTIVE)
        connection = portals.add_connection(session, portal.id, code, code, "test", {}, NOW)
        connection.state = ConnectionState.READY
        session.flush()
        source_id, _ = points.take_turn(session, code, "test", [connection.id], NOW)
        lane = lanes.connection_lane(session, connection.id)
        inbox.append(session, lane.id, InboxKind.POINTS, str(source_id), {}, now=NOW, trace_id="bench")
        hold = lanes.claim(session, lane.id, "bench", NOW, lease)
    assert hold is not None
    slice_ = Slice(
        **asdict(hold), sessions=sessions, clock=clock, started=clock.monotonic(), length_s=TIMEOUT_S, lease=lease
    )
    services: Any = SimpleNamespace(sessions=sessions, clock=clock, spread=lambda: 0.0)
    return Refreshing(services, slice_, Account(portal, connection, {}), system, pool)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(refresh(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))) + "\n")
