"""The supervisor: order, restarts, who is held down, and when it gives up."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.dev import processes
from b24app.dev.ports import wait_until
from b24app.dev.processes import ChildEndedError, Restart, Spec, Supervisor

SLEEPER = "import time; time.sleep(60)"


class House(Supervisor):
    """A supervisor that remembers what it told."""

    def __init__(self, log_dir: Path) -> None:
        self.told: list[tuple[str, str]] = []
        super().__init__(log_dir, lambda name, word: self.told.append((name, word)))

    def python(self, name: str, code: str = SLEEPER, restart: Restart = Restart.NEVER) -> processes.Child:
        return self.start(Spec(name=name, argv=[sys.executable, "-c", code], restart=restart))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as opened:
        yield opened


def ended(child: processes.Child) -> None:
    wait_until(lambda: not child.alive, "the end", 10)


def test_all_stop_in_reverse_order(house: House) -> None:
    children = [house.python(name) for name in ("redis", "web", "worker")]
    house.stop()
    assert [child.alive for child in children] == [False, False, False]
    assert house.told == [
        ("redis", "started"),
        ("web", "started"),
        ("worker", "started"),
        ("worker", "stopped"),
        ("web", "stopped"),
        ("redis", "stopped"),
    ]


def test_two_children_may_not_share_a_name(house: House) -> None:
    house.python("web")
    with pytest.raises(ValueError, match="a child named 'web' exists already"):
        house.python("web")


def test_a_killed_one_is_started_again(house: House) -> None:
    child = house.python("worker", restart=Restart.ALWAYS)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    ended(child)
    assert house.tick() == ["worker"]
    assert child.alive
    assert child.pid != first
    assert house.tick() == []


def test_killing_often_and_fast_is_not_held_against_a_child(house: House) -> None:
    child = house.python("worker", restart=Restart.ALWAYS)
    for _ in range(processes.QUICK_DEATHS + 1):
        house["worker"].kill()
        house.tick()
    assert child.alive
    assert child.starts == processes.QUICK_DEATHS + 2


def test_a_held_one_stays_down_until_released(house: House) -> None:
    child = house.python("worker", restart=Restart.ALWAYS)
    house.hold("worker")
    assert house.tick() == []
    assert not child.alive
    house.release("worker")
    assert child.alive


def test_one_that_may_end_well_is_let_go(house: House) -> None:
    child = house.python("migrate", "pass", Restart.ON_FAILURE)
    ended(child)
    assert house.tick() == []


def test_one_that_may_not_die_ends_the_run_with_its_words(house: House) -> None:
    ended(house.python("web", "raise SystemExit('port taken')"))
    with pytest.raises(ChildEndedError, match=r"web ended with 1; its log ends with:\nport taken"):
        house.tick()


def test_one_that_keeps_dying_at_once_is_given_up(house: House) -> None:
    child = house.python("worker", "raise SystemExit('no database')", Restart.ALWAYS)
    with pytest.raises(ChildEndedError, match=r"worker keeps ending at once; its log ends with:\nno database"):
        for _ in range(processes.QUICK_DEATHS):
            ended(child)
            house.tick()
    assert child.starts == processes.QUICK_DEATHS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_the_handlers_are_put_back(house: House, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
    house.run()
    assert signal.getsignal(number) is before


def test_run_watches_over_the_children(house: House) -> None:
    child = house.python("worker", restart=Restart.ALWAYS)
    os.kill(child.pid, signal.SIGKILL)
    house.run(until=lambda: child.starts == 2)
    assert child.alive
