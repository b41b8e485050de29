"""The countdown of a parcel that nobody collects: days of the portal's clock, each notice once, none at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.storage import Audience, Countdown, StorageRules, Waiting, countdown
from b24app.logistics.status import Status

MOSCOW = ZoneInfo("Europe/Moscow")
ENDS = datetime(2026, 11, 20, 21, 0, tzinfo=MOSCOW)
PARCEL = Waiting("wb-42-1", Status.READY_FOR_PICKUP, ENDS - timedelta(days=7), ENDS)
RULES = StorageRules()


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=MOSCOW).astimezone(UTC)


def counted(
    now: datetime, told: set[str] | None = None, parcel: Waiting = PARCEL, rules: StorageRules = RULES
) -> Countdown:
    found = countdown(parcel, told or set(), now, MOSCOW, rules)
    assert found is not None
    return found


def told_to(found: Countdown) -> list[tuple[str, int]]:
    return [(notice.to.value, notice.days_left) for notice in found.notices]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.READY_FOR_PICKUP])
def test_only_a_parcel_that_waits_is_counted_down(status: Status) -> None:
    assert countdown(replace(PARCEL, status=status), set(), at(19), MOSCOW, RULES) is None


def test_days_left_and_who_hears_of_them() -> None:
    assert told_to(counted(at(16))) == []
    assert counted(at(16)).next_at == at(17, 10)
    assert told_to(counted(at(17))) == [("customer", 3)]
    nudged = {notice.key for notice in counted(at(17)).notices}
    assert told_to(counted(at(18), nudged)) == []
    assert told_to(counted(at(19), nudged)) == [("customer", 1), ("manager", 1)]
    assert [counted(at(day)).days_left for day in (13, 20, 21)] == [7, 0, -1]
    assert counted(at(20)).next_at is None


def test_nobody_is_woken() -> None:
    assert told_to(counted(at(17, 9))) == []
    assert counted(at(17, 9)).next_at == at(17, 10)
    assert told_to(counted(at(17, 10))) == [("customer", 3)]


def test_after_a_pause_each_hears_the_last_notice_only() -> None:
    found = counted(at(20))
    assert told_to(found) == [("customer", 0), ("manager", 0)]
    assert sorted(found.skipped) == ["wb-42-1:customer:20261120:3", "wb-42-1:manager:20261120:1"]
    assert {notice.key for notice in found.notices}.isdisjoint(found.skipped)


def test_when_it_is_over_the_client_is_left_alone() -> None:
    found = counted(at(21))
    assert (found.is_over, told_to(found)) == (True, [("manager", -1)])
    assert not counted(at(20, 23)).is_over
    told = {notice.key for notice in found.notices} | set(found.skipped)
    assert counted(at(22), told).notices == ()


def test_an_end_that_was_put_off_is_counted_down_anew() -> None:
    told = {notice.key for day in (17, 19, 20) for notice in counted(at(day)).notices}
    assert counted(at(20), told).notices == ()
    later = replace(PARCEL, keep_until=ENDS + timedelta(days=3))
    assert told_to(counted(at(20), told, later)) == [("customer", 3)]


def test_what_ends_at_midnight_ends_with_the_day_before() -> None:
    midnight = replace(PARCEL, keep_until=datetime(2026, 11, 21, tzinfo=MOSCOW))
    assert [counted(at(day), parcel=midnight).days_left for day in (19, 20, 21)] == [1, 0, -1]
    assert told_to(counted(at(20), parcel=midnight)) == [("customer", 0), ("manager", 0)]


def test_a_system_that_does_not_say_is_guessed_or_not_counted() -> None:
    silent = replace(PARCEL, keep_until=None)
    assert countdown(silent, set(), at(19), MOSCOW, RULES) is None
    found = counted(at(19), parcel=silent, rules=replace(RULES, days=7))
    assert (found.is_guess, found.ends_at, found.days_left) == (True, ENDS, 1)
    assert countdown(replace(silent, since=None), set(), at(19), MOSCOW, replace(RULES, days=7)) is None
    assert not counted(at(19), rules=replace(RULES, days=99)).is_guess


@given(
    st.lists(st.integers(0, 24 * 12), min_size=1, max_size=40),
    st.lists(st.integers(0, 9), max_size=4),
    st.lists(st.integers(0, 9), max_size=4),
)
def test_whenever_it_is_looked_at_each_notice_goes_out_at_most_once(
    hours: list[int], nudge: list[int], warn: list[int]
) -> None:
    rules = StorageRules(tuple(nudge), tuple(warn))
    begun = ENDS - timedelta(days=10)
    told: set[str] = set()
    sent: list[tuple[Audience, datetime]] = []
    for hour in sorted(hours):
        now = begun + timedelta(hours=hour)
        found = counted(now, told, rules=rules)
        assert all(notice.days_left == found.days_left for notice in found.notices)
        assert len({notice.to for notice in found.notices}) == len(found.notices)
        assert told.isdisjoint({notice.key for notice in found.notices})
        assert not (found.is_over and any(notice.to is Audience.CUSTOMER for notice in found.notices))
        assert found.next_at is None or found.next_at > now
        told |= {notice.key for notice in found.notices} | set(found.skipped)
        sent += [(notice.to, now) for notice in found.notices]
        assert counted(now, told, rules=rules).notices == ()
    assert len(sent) <= len(set(nudge)) + len(set(warn))
