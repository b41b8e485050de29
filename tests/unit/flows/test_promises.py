"""Kept promises: what has not come counts as late once its day is over; sums agree however they are grouped."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.forecast import By, Lane
from b24app.flows.promises import Promise, kept, report

TODAY = date(2026, 11, 12)
MONDAY = date(2026, 11, 9)


def promise(promised: int, arrived: int | None = None, system: str = "cdek", lost: bool = False) -> Promise:
    day = TODAY + timedelta(days=promised)
    came = TODAY + timedelta(days=arrived) if arrived is not None else None
    return Promise(1, "n", Lane(system, "courier", "MOW", "TA"), day, By.CARRIER, came, lost, 3 if came else None)


ANY = st.builds(
    promise,
    st.integers(-40, 5),
    st.one_of(st.none(), st.integers(-40, 0)),
    st.sampled_from(["cdek", "pek"]),
    st.booleans(),
)


def test_what_did_not_come_is_late_once_its_day_is_over() -> None:
    found = kept(
        [promise(-2, -2), promise(-2, -3), promise(-2, 0), promise(-1), promise(0), promise(3), promise(-4, lost=True)],
        TODAY,
    )
    assert (found.n, found.in_time, found.late, found.coming, found.lost) == (5, 2, 3, 1, 1)
    assert found.mean_late == 20
    assert (found.low, found.high, found.most) == (3, 3, 3)
    assert kept([], TODAY).share == 0


@given(st.lists(ANY, max_size=40))
def test_groups_add_up_to_the_whole(promises: list[Promise]) -> None:
    found = report(promises, TODAY - timedelta(days=40), TODAY + timedelta(days=5), TODAY)
    for groups in (found.systems, found.lanes, found.weeks):
        assert sum(each.n for _, each in groups) == found.whole.n
        assert sum(each.in_time for _, each in groups) == found.whole.in_time
    assert found.whole.late >= found.whole.coming + found.whole.lost
    assert [monday.weekday() for monday, _ in found.weeks] == [0] * len(found.weeks)


def test_weeks_without_a_promise_are_there_too() -> None:
    found = report([promise(0, 0)], TODAY - timedelta(days=14), TODAY, TODAY)
    assert [(monday, each.n) for monday, each in found.weeks] == [
        (MONDAY - timedelta(days=14), 0), (MONDAY - timedelta(days=7), 0), (MONDAY, 1),
    ]  # fmt: skip
