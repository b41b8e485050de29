"""Wake-ups: coalesced, cheap, and harmless when Redis is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from timeit import repeat

import pytest

from b24app.dev.ports import wait_until
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
        lane = wakes.pop(BOTH, 30)
        found.append((lane, time.monotonic()))

    thread = threading.Thread(target=pop)
    thread.start()
    time.sleep(0.3)
    sent = time.monotonic()
    wakes.send([PORTAL])
    thread.join()
    assert found[0][0] == PORTAL
    assert found[0][1] - sent < 5


@pytest.mark.parametrize("make", [lambda: BackgroundWaker(RedisWakes(NOWHERE)), lambda: Wakes(RedisWakes(NOWHERE))])
def test_without_redis_nobody_waits(make: Callable[[], Waker]) -> None:
    waker = make()
    waker.wake(PORTAL)
    # The quickest of a few: the others may have had no turn on a busy machine.
    assert min(repeat(lambda: waker.wake(PORTAL), number=1000, repeat=5)) < 0.5


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
    wait_until(lambda: wakes.send([PORTAL]), "Redis", 30)
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
    wait_until(lambda: bool(sent), "the burst", 30)
    time.sleep(0.3)
    burst = len(sent)
    assert burst <= 50
    waker.wake(PORTAL)
    wait_until(lambda: sent[burst:] == [[PORTAL]], "one wake-up alone", 30)


def test_local_wakes_wake_a_waiting_thread() -> None:
    wakes = LocalWakes()
    threading.Timer(0.05, wakes.wake, [ACCOUNT]).start()
    begun = time.monotonic()
    assert wakes.pop(BOTH, 30) == ACCOUNT
    assert time.monotonic() - begun < 5


def test_who_waits_is_let_go(redis_url: str) -> None:
    """Each of them once; a lane that was woken before comes first, and nobody who waits later is sent away again."""
    wakes, found = Wakes(RedisWakes(redis_url)), []
    threads = [threading.Thread(target=lambda: found.append(wakes.pop(BOTH, 30))) for _ in range(3)]
    for thread in threads:
        thread.start()
    wakes.wake(ACCOUNT)
    wakes.let_go(2)
    for thread in threads:
        thread.join(10)
    assert sorted(map(str, found)) == sorted(map(str, [ACCOUNT, None, None]))
    wakes.wake(PORTAL)
    assert wakes.pop(BOTH, 1) == PORTAL
