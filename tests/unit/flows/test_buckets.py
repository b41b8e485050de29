"""Days by a clock that is put forward and back, and how long things took."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows import buckets
from b24app.flows.buckets import Bin, Period, bins_of, percentile

ZONES = ("Europe/Moscow", "UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")


def of(days: int, zone: str, since: date = date(2026, 1, 5)) -> Period:
    return Period(since, since + timedelta(days=days), ZoneInfo(zone))


@given(st.sampled_from(ZONES), st.integers(0, 400), st.data())
def test_offsets_say_the_day_of_every_moment_of_the_period(zone: str, days: int, data: st.DataObject) -> None:
    period = of(days, zone)
    length = int((period.end - period.begin).total_seconds())
    at = period.begin + timedelta(seconds=data.draw(st.integers(0, length - 1)))
    ahead = [seconds for since, seconds in period.offsets if since <= at][-1]
    number = (int(at.timestamp()) + ahead) // 86400
    assert buckets.day_of(number) == at.astimezone(period.zone).date()
    assert period.since <= buckets.day_of(number) <= period.until
    assert buckets.week_of(number) in period.weeks


def test_a_clock_turns_to_the_second() -> None:
    period = of(300, "Europe/Berlin")
    spring, autumn = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert period.offsets == [(period.begin, 3600), (spring, 7200), (autumn, 3600)]
    assert of(300, "Europe/Moscow").offsets == [(datetime(2026, 1, 4, 21, tzinfo=UTC), 10800)]


def test_weeks_begin_on_mondays() -> None:
    monday = date(2026, 11, 9)
    week = buckets.week_of(buckets.number_of(monday))
    assert buckets.monday_of(week) == monday
    assert [buckets.week_of(buckets.number_of(monday + timedelta(days=n))) - week for n in (-1, 0, 6, 7)] == [
        -1,
        0,
        0,
        1,
    ]
    assert [buckets.is_weekend(monday + timedelta(days=n)) for n in range(7)] == [False] * 5 + [True] * 2


@given(st.dictionaries(st.integers(0, 21600), st.integers(1, 50), max_size=40))
def test_every_deal_is_in_one_bin(seconds: dict[int, int]) -> None:
    bins = bins_of(seconds)
    assert sum(each.count for each in bins) == sum(seconds.values())
    assert len(bins) <= buckets.BINS
    for before, after in itertools.pairwise(bins):
        assert before.high == after.low
    for each in bins:
        inside = [
            count for took, count in seconds.items() if took >= each.low and (each.high is None or took < each.high)
        ]
        assert sum(inside) == each.count


@given(st.dictionaries(st.integers(0, 1000), st.integers(1, 9), min_size=1, max_size=30), st.integers(1, 100))
def test_a_percentile_is_the_first_that_covers_so_many(seconds: dict[int, int], percent: int) -> None:
    every = sorted(took for took, count in seconds.items() for _ in range(count))
    found = percentile(seconds, percent)
    assert found is not None
    assert sum(each <= found for each in every) * 100 >= percent * len(every)
    assert sum(each < found for each in every) * 100 < percent * len(every)


@pytest.mark.parametrize(
    ("seconds", "bins"),
    [
        ({}, []),
        ({0: 2, 1: 1}, [Bin(0, 1, 2), Bin(1, 2, 1)]),
        ({3: 96, 100: 4}, [Bin(0, 1, 0), Bin(1, 2, 0), Bin(2, 3, 0), Bin(3, 4, 96), Bin(4, 5, 0), Bin(5, 6, 0),
                           Bin(6, 7, 0), Bin(7, 8, 0), Bin(8, None, 4)]),
        ({90: 1}, [Bin(0, 30, 0), Bin(30, 60, 0), Bin(60, 90, 0), Bin(90, 120, 1)]),
    ],
)  # fmt: skip
def test_bins_are_as_wide_as_most_need(seconds: dict[int, int], bins: list[Bin]) -> None:
    assert list(bins_of(seconds)) == bins
    assert percentile({}, 50) is None
