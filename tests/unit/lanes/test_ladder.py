"""The retry ladder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from b24app.lanes.ladder import RUNGS_S, SPREAD, is_spent, wait_s


def test_the_rungs() -> None:
    assert [wait_s(attempt) for attempt in range(1, 8)] == [1, 5, 15, 60, 300, 900, 3600]


def test_the_others_word_wins_over_a_shorter_rung() -> None:
    assert wait_s(1, retry_after=40) == 40
    assert wait_s(5, retry_after=40) == 300


@given(st.integers(0, 100), st.floats(0, 1))
def test_spread_stays_within_a_fifth(attempts: int, spread: float) -> None:
    rung = wait_s(attempts)
    assert rung in RUNGS_S
    assert rung * (1 - SPREAD) <= wait_s(attempts, spread=spread) <= rung * (1 + SPREAD) + 1e-9


def test_a_row_is_spent_with_its_last_attempt() -> None:
    assert [is_spent(attempts, 3) for attempts in (2, 3)] == [False, True]
