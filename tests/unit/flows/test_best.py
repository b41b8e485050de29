"""The best of a deal's offers: a few roubles are worth promises that are kept; where nobody knows, nothing is best."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.best import Best, best
from b24app.flows.forecast import ENOUGH, Forecast, Lane, Level
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote

LANE = Lane("cdek", "courier", "MOW", "TA")


def quote(roubles: int, days: int | None = 3) -> Quote:
    return Quote("parcel", Money(100 * roubles), days, days)


def record(in_time: int, left: int, most: int = 4) -> Forecast:
    return Forecast(LANE, Level.LANE, n=max(left, ENOUGH), low=2, high=3, most=most, left=left, in_time=in_time)


def test_a_little_dearer_but_in_time_is_best() -> None:
    offers = [("a", quote(400)), ("b", quote(440))]
    found = best(offers, {"a": record(60, 100), "b": record(97, 100, most=3)})
    assert found == Best("b", 4000, 1, 97, 100)
    assert best(offers, {"a": record(97, 100), "b": record(97, 100)}) == Best("a", 0, None, 97, 100)
    assert best([("a", quote(400)), ("b", quote(4000))], {"a": record(90, 100), "b": record(100, 100)}) == Best(
        "a", 0, None, 90, 100
    )


def test_where_nobody_knows_nothing_is_best() -> None:
    offers = [("a", quote(400)), ("b", quote(440))]
    assert best(offers, {}) is None
    assert best(offers, {"a": record(3, 4)}) is None
    assert best(offers[:1], {"a": record(9, 9)}) is None
    abroad = [("a", quote(400)), ("b", Quote("parcel", Money(440, "KZT"), 3, 3))]
    assert best(abroad, {"a": record(9, 9)}) is None
    # One that is only good by its carrier's words gets no mark.
    assert best([("a", quote(900)), ("b", quote(100))], {"a": record(9, 9)}) is None


@given(st.integers(8, 200), st.integers(0, 200), st.integers(100, 900), st.integers(1, 9))
def test_keeping_more_promises_never_loses_the_mark(left: int, kept: int, roubles: int, days: int) -> None:
    kept = min(kept, left - 1)
    offers = [("a", quote(500)), ("b", quote(roubles, days))]
    known = {"a": record(left // 2, left), "b": record(kept, left)}
    before = best(offers, known)
    after = best(offers, {**known, "b": record(kept + 1, left)})
    assert before is not None
    assert after is not None
    if before.value == "b":
        assert after.value == "b"
