"""Rate budgets in memory, in Redis, by several processes' worth of objects, and while Redis is away."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.dev.redis_server import RedisServer
from b24app.wire.budget import Budgets, Leaky, PaceBudget, Rate, RateBudget
from b24app.wire.calls import RemoteKey
from b24app.wire.shared import Shared, connect

RATE = Rate(50, 2)


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_drain() -> None:
    ticks = Ticks()
    budget = RateBudget("one", RATE, Shared(None), monotonic=ticks)
    assert [budget.take(people=False).granted for _ in range(41)] == [True] * 40 + [False]
    assert budget.take(people=False).wait_s == pytest.approx(0.5)
    ticks.now += 0.5
    assert budget.take(people=False).granted


def test_a_fifth_is_kept_for_people() -> None:
    budget = RateBudget("one", RATE, Shared(None), monotonic=Ticks())
    while budget.take(people=False).granted:
        pass
    assert [budget.take(people=True).granted for _ in range(11)] == [True] * 10 + [False]


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200))
def test_never_more_than_the_remote_allows(steps: list[tuple[float, bool]]) -> None:
    """Against the remote's own arithmetic (bitrix24-app.md §3.5): its counter never passes its threshold."""
    ticks = Ticks()
    budget = RateBudget("one", RATE, Shared(None), monotonic=ticks)
    counter = 0.0
    for pause, people in steps:
        ticks.now += pause
        counter = max(0.0, counter - pause * RATE.drain)
        if budget.take(people).granted:
            counter += 1
        assert counter <= RATE.size + 1e-6


def test_processes_share_one_bucket(redis_url: str) -> None:
    budgets = [RateBudget("one", Rate(10, 1), Shared(connect(redis_url))) for _ in range(3)]
    granted = sum(budget.take(people=True).granted for _ in range(10) for budget in budgets)
    assert granted == 10


def test_a_wiped_redis_does_not_give_the_budget_twice(redis_url: str, redis_server: RedisServer) -> None:
    budget = RateBudget("one", Rate(10, 0.1), Shared(connect(redis_url)))
    assert sum(budget.take(people=True).granted for _ in range(12)) == 10
    with redis_server.client() as client:
        client.flushall()
    assert not budget.take(people=True).granted


def test_a_full_bucket_told_by_the_remote(redis_url: str) -> None:
    shared, slow = Shared(connect(redis_url)), Rate(50, 0.05)
    one, other = RateBudget("one", slow, shared), RateBudget("one", slow, shared)
    one.exhausted()
    assert 10 < other.take(people=True).wait_s <= 20


def test_without_redis_a_process_takes_its_share() -> None:
    shared = Shared(connect("redis://127.0.0.1:1/0"))
    budget = RateBudget("one", Rate(50, 2), shared, processes=5)
    assert sum(budget.take(people=True).granted for _ in range(20)) == 10


def test_a_lost_redis_costs_one_timeout_not_one_a_call(redis_server: RedisServer, redis_url: str) -> None:
    budget = RateBudget("one", Rate(1000, 1), Shared(connect(redis_url, timeout_s=0.2)))
    budget.take(people=True)
    redis_server.freeze()
    try:
        began = time.monotonic()
        for _ in range(50):
            budget.take(people=True)
        assert time.monotonic() - began < 5
    finally:
        redis_server.thaw()


def test_pace_counts_calls_at_one_time() -> None:
    budget = PaceBudget(Shared(None), RemoteKey("cdek", "7"), per_second=100, concurrency=2)
    assert [budget.take(people=False).granted for _ in range(3)] == [True, True, False]
    assert budget.take(people=True).granted
    budget.give_back()
    budget.give_back()
    assert budget.take(people=False).granted


def test_a_slow_pace_still_lets_one_through() -> None:
    budget = PaceBudget(Shared(None), RemoteKey("cdek", "7"), per_second=0.5, concurrency=9)
    assert budget.take(people=False).granted
    assert budget.take(people=False).wait_s == pytest.approx(2.0, abs=0.05)


def test_one_object_per_remote() -> None:
    budgets = Budgets(Shared(None))
    assert budgets.portal("a", RATE) is budgets.portal("a", RATE)
    assert budgets.portal("a", RATE) is not budgets.portal("b", RATE)
    remote = RemoteKey("cdek", "7")
    assert budgets.pace(remote, 10, 2) is budgets.pace(remote, 10, 2)


def test_the_local_count_drains_to_nothing() -> None:
    ticks = Ticks()
    bucket = Leaky(Rate(5, 1), ticks)
    bucket.charge(99)
    assert bucket.level == 5
    ticks.now += 99
    assert bucket.level == 0
