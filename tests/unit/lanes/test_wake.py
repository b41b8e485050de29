"""Wake-ups: coalesced, cheap, and harmless when Redis is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from b24app.dev.redis_server import RedisServer
from b24app.lanes.wake import BackgroundWaker, LocalWakes, RedisWakes, Waker, Wakes
from b24app.store.lanes import LaneRef
from b24app.store.models import LaneKind

PORTAL = LaneRef(7, LaneKind.PORTAL)
ACCOUNT = LaneRef(8, LaneKind.CONNECTION)
BOTH = (LaneKind.CONNECTION, LaneKind.PORTAL)
NOWHERE = "redis://127.0.0.1:1"


def test_a_lane_is_listed_once_until_it_is_popped(redis_url: str) -> None:
    wakes = RedisWakes(redis_url)
    for _ in range(3):
        assert wakes.send([PORTAL, ACCOUNT])
    assert wakes.pop(BOTH, 1) == ACCOUNT
    assert wakes.pop(BOTH, 1) == PORTAL
    assert wakes.pop(BOTH, 0.05) is None
    assert wakes.send([PORTAL])
    assert wakes.pop([LaneKind.CONNECTION], 0.05) is None
    assert wakes.pop([LaneKind.PORTAL], 1) == PORTAL


def test_a_popper_is_woken_at_once(redis_url: str) -> None:
    wakes, found = RedisWakes(redis_url), []

    def pop() -> None:
        lane = wakes.pop(BOTH, 5)
        found.append((lane, time.monotonic()))

    thread = threading.Thread(target=pop)
    thread.start()
    time.sleep(0.3)
    sent = time.monotonic()
    wakes.send([PORTAL])
    thread.join()
    assert found[0][0] == PORTAL
    assert found[0][1] - sent < 0.25


@pytest.mark.parametrize("make", [lambda: BackgroundWaker(RedisWakes(NOWHERE)), lambda: Wakes(RedisWakes(NOWHERE))])
def test_without_redis_nobody_waits(make: Callable[[], Waker]) -> None:
    waker = make()
    waker.wake(PORTAL)
    begun = time.monotonic()
    for _ in range(1000):
        waker.wake(PORTAL)
    assert time.monotonic() - begun < 0.5


def test_a_worker_without_redis_serves_its_own_wake_ups() -> None:
    wakes = Wakes(RedisWakes(NOWHERE))
    wakes.wake(PORTAL)
    assert wakes.pop(BOTH, 1) == PORTAL
    assert wakes.pop(BOTH, 0.01) is None


def test_after_redis_was_wiped_and_restarted_wake_ups_go_on(redis_server: RedisServer, redis_url: str) -> None:
    wakes = RedisWakes(redis_url, pause_s=0.05)
    assert wakes.send([PORTAL])
    redis_server.kill()
    assert not wakes.send([PORTAL])
    assert wakes.pop(BOTH, 0.05) is None
    redis_server.start()
    with redis_server.client() as client:
        client.flushall()
    end = time.monotonic() + 5
    while not wakes.send([PORTAL]):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert wakes.pop(BOTH, 1) == PORTAL


def test_a_burst_of_wake_ups_is_sent_as_few(redis_url: str) -> None:
    sent: list[list[LaneRef]] = []

    class Counting(RedisWakes):
        def send(self, lanes: list[LaneRef]) -> bool:  # type: ignore[override]
            sent.append(lanes)
            return super().send(lanes)

    waker = BackgroundWaker(Counting(redis_url), gap_s=0.05)
    for _ in range(500):
        waker.wake(PORTAL)
        waker.wake(ACCOUNT)
    time.sleep(0.3)
    assert 1 <= len(sent) <= 4
    waker.wake(PORTAL)
    time.sleep(0.2)
    assert sent[-1] == [PORTAL]


def test_local_wakes_wake_a_waiting_thread() -> None:
    wakes = LocalWakes()
    threading.Timer(0.05, wakes.wake, [ACCOUNT]).start()
    begun = time.monotonic()
    assert wakes.pop(BOTH, 5) == ACCOUNT
    assert time.monotonic() - begun < 2
