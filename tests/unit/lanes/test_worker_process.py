"""Real worker processes, killed and stopped in the middle of a slice: another one goes on, nothing is closed twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from b24app.clock import SystemClock
from b24app.lanes.wake import RedisWakes
from b24app.store import inbox, lanes
from b24app.store.engine import Sessions, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal

SCRIPT = Path(__file__).with_name("process.py")
Start = Callable[[float], "subprocess.Popen[bytes]"]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary"
    path.touch()
    return path


@pytest.fixture
def start(database_url: str, redis_url: str, diary: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[bytes]] = []

    def starter(pause_s: float) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, str(SCRIPT), database_url, redis_url, str(diary), str(pause_s)]
        process = subprocess.Popen(arguments, cwd=Path(__file__).parents[3], env={"PYTHONPATH": "."})
        running.append(process)
        return process

    yield starter
    for process in running:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def _append(sessions: Sessions, portal: Portal, *keys: str) -> LaneRef:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        for key in keys:
            inbox.append(session, lane.id, "deal", key, {}, now=SystemClock().now(), trace_id="t")
    return lane


def _wait(diary: Path, wanted: Callable[[Counter[str]], bool], seconds: float = 60) -> Counter[str]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        lines = Counter(diary.read_text().splitlines())
        if wanted(lines):
            return lines
        time.sleep(0.02)
    raise AssertionError(f"did not come: {diary.read_text()!r}")


def _stop_between_writes(process: subprocess.Popen[bytes], sessions: Sessions) -> None:
    """SIGSTOP, but not in the middle of a write: a stopped writer keeps SQLite's only lock, and nobody can go on.

    PostgreSQL ends such a transaction after STOPPED_MS; SQLite has nothing like it (docs/operations.md: one machine).
    """
    for _attempt in range(20):
        process.send_signal(signal.SIGSTOP)
        try:
            with sessions() as session:
                session.connection().exec_driver_sql("UPDATE lane SET id = id WHERE id = -1")
                session.rollback()
            return
        except OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.2)  # for what it was writing: stopped again at once, it would still be at it
    raise AssertionError("the worker writes without a pause")


def test_a_killed_workers_rows_are_served_by_another(
    sessions: Sessions, portal: Portal, start: Start, diary: Path
) -> None:
    _append(sessions, portal, "1", "2", "3")
    victim = start(30)
    _wait(diary, lambda lines: lines["began 1"] == 1)
    victim.kill()
    victim.wait()
    start(0)
    lines = _wait(diary, lambda lines: lines["closed 3"] == 1)
    assert [lines[f"closed {key}"] for key in "123"] == [1, 1, 1]


def test_a_stopped_worker_that_comes_back_closes_nothing(
    sessions: Sessions, portal: Portal, start: Start, diary: Path
) -> None:
    _append(sessions, portal, "1")
    sleeper = start(1)
    _wait(diary, lambda lines: lines["began 1"] == 1)
    _stop_between_writes(sleeper, sessions)
    start(0)
    _wait(diary, lambda lines: lines["closed 1"] == 1)
    sleeper.send_signal(signal.SIGCONT)
    _append(sessions, portal, "2")
    _wait(diary, lambda lines: lines["closed 2"] == 1)
    time.sleep(1.5)  # the sleeper's own second would be over by now
    assert Counter(diary.read_text().splitlines())["closed 1"] == 1
    assert sleeper.poll() is None


def test_a_worker_stops_after_its_slice_when_it_is_asked_to(
    sessions: Sessions, portal: Portal, start: Start, diary: Path
) -> None:
    _append(sessions, portal, "1")
    worker = start(0.5)
    _wait(diary, lambda lines: lines["began 1"] == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert Counter(diary.read_text().splitlines())["closed 1"] == 1


def test_a_wake_up_is_served_within_moments_and_a_lost_one_by_the_sweep(
    sessions: Sessions, portal: Portal, start: Start, diary: Path, redis_url: str
) -> None:
    start(0)
    _append(sessions, portal, "lost")  # nobody is woken
    _wait(diary, lambda lines: lines["closed lost"] == 1)
    lane = _append(sessions, portal, "told")
    assert RedisWakes(redis_url).send([lane])
    _wait(diary, lambda lines: lines["closed told"] == 1)
