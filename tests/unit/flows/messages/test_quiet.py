"""Quiet hours by the client's clock: over midnight, through the nights in which clocks are changed, anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.messages.quiet import is_quiet, may_leave

MOSCOW, BERLIN, VLADIVOSTOK = (ZoneInfo(name) for name in ("Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok"))
ZONES = ("Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRST, MINUTES = datetime(2026, 1, 1, tzinfo=UTC), 2 * 365 * 24 * 60


@pytest.mark.parametrize(
    ("zone", "local", "leaves"),
    [
        (MOSCOW, "2026-11-12T20:59", "2026-11-12T20:59"),
        (MOSCOW, "2026-11-12T21:00", "2026-11-13T09:00"),
        (MOSCOW, "2026-11-13T00:30", "2026-11-13T09:00"),
        (MOSCOW, "2026-11-13T08:59", "2026-11-13T09:00"),
        (MOSCOW, "2026-11-13T09:00", "2026-11-13T09:00"),
        (VLADIVOSTOK, "2026-12-31T23:10", "2027-01-01T09:00"),
        # The nights in which Berlin's clocks go forward and back.
        (BERLIN, "2026-03-28T23:00", "2026-03-29T09:00"),
        (BERLIN, "2026-10-24T23:00", "2026-10-25T09:00"),
    ],
)
def test_it_leaves_when_the_quiet_hours_are_over(zone: ZoneInfo, local: str, leaves: str) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=zone)
    assert may_leave(at, zone, 21, 9) == datetime.fromisoformat(leaves).replace(tzinfo=zone)


def test_quiet_hours_that_end_in_the_hour_that_does_not_exist() -> None:
    at = datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN)
    assert may_leave(at, BERLIN, 22, 2) == datetime(2026, 3, 29, 3, tzinfo=BERLIN)


def test_quiet_hours_by_day() -> None:
    at = datetime(2026, 11, 12, 13, 15, tzinfo=MOSCOW)
    assert may_leave(at, MOSCOW, 13, 15) == datetime(2026, 11, 12, 15, tzinfo=MOSCOW)


@given(
    at=st.integers(0, MINUTES).map(lambda each: FIRST + timedelta(minutes=each)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    begins=st.integers(0, 23),
    ends=st.integers(0, 23),
)
def test_it_never_leaves_in_quiet_hours_and_never_waits_longer_than_they_last(
    at: datetime, zone: ZoneInfo, begins: int, ends: int
) -> None:
    leaves = may_leave(at, zone, begins, ends)
    assert not is_quiet(leaves, zone, begins, ends)
    # An hour more for a night in which a clock is put back.
    assert at <= leaves <= at + timedelta(hours=(ends - begins) % 24 + 1)
    assert (leaves == at) is (not is_quiet(at, zone, begins, ends))
