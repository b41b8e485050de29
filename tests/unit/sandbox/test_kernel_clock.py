"""The sandbox's clock and timers."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.kernel.clock import Clock
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
