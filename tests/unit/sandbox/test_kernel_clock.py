"""The sandbox's clock and timers."""

from __future__ import annotations

import queue
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.kernel.clock import Clock
from sandbox.kernel.push import Push, Pusher, Result
from sandbox.kernel.timers import Timers


def test_two_clocks_of_one_file_agree(tmp_path: Path) -> None:
    first, second = Clock(tmp_path / "clock"), Clock(tmp_path / "clock")
    first.advance(3600)
    second.advance(60)
    assert abs(first.time() - time.time() - 3660) < 1
    assert first.offset == second.offset


def test_set_and_reset(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    clock.set(datetime(2030, 1, 2, tzinfo=UTC))
    assert clock.now() - datetime(2030, 1, 2, tzinfo=UTC) < timedelta(seconds=1)
    clock.reset()
    assert clock.offset == 0
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2030, 1, 2))  # noqa: DTZ001  (what is refused)


def test_concurrent_advances_add_up(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    threads = [threading.Thread(target=lambda: Clock(tmp_path / "clock").advance(10)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.offset == 80


def test_timers_run_in_order_of_time_when_the_clock_is_advanced(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    timers = Timers(clock)
    seen: list[str] = []
    done = threading.Event()

    def late() -> None:
        seen.append("late")
        done.set()

    timers.after(7200, late)
    timers.after(3600, lambda: seen.append("early"))
    assert not done.wait(0.1)
    clock.advance(7201)
    assert done.wait(30)
    assert seen == ["early", "late"]
    timers.stop()


def test_a_failing_timer_does_not_stop_the_others(tmp_path: Path) -> None:
    timers = Timers(Clock(tmp_path / "clock"))
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("on purpose")

    timers.after(0, fail)
    timers.after(0.01, done.set)
    assert done.wait(30)
    timers.stop()


def test_a_clock_that_cannot_be_read_once_ends_no_time(tmp_path: Path) -> None:
    clock, ran = Clock(tmp_path / "clock"), threading.Event()
    read, failed = clock.time, threading.Event()

    def unreadable() -> float:
        if failed.is_set():
            return read()
        failed.set()
        raise OSError("too many open files")

    clock.time = unreadable  # type: ignore[method-assign]
    timers = Timers(clock)
    timers.at(0, ran.set)
    assert ran.wait(5)
    assert failed.is_set()
    timers.stop()


def test_a_push_that_cannot_be_sent_takes_no_sender_along() -> None:
    ended: queue.SimpleQueue[Result] = queue.SimpleQueue()
    pusher = Pusher(workers=1)
    for value in ("кириллица", "latin"):
        pusher.send(Push("http://127.0.0.1:9/", b"", {"X-Word": value}, 1.0, ended.put))
    found = [ended.get(timeout=5) for _ in range(2)]
    assert [each.status for each in found] == [None, None]
    assert "Unicode" in found[0].error
    pusher.stop()
