"""Forecasts: the ladder of samples, what is known already, risks, and that nothing gets earlier by waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows import forecast as flow
from b24app.flows.forecast import ENOUGH, By, Forecast, History, Lane, Level, Parcel, Past, Risk, quantile
from b24app.flows.history import IDLE_AFTER, WEEKEND
from b24app.flows.rest_days import Rest

TODAY = date(2026, 11, 12)
LANE = Lane("cdek", "pickup", "MOW", "TA")
DAYS = st.lists(st.integers(0, 40), min_size=1, max_size=60)


def forecast(parcel: Parcel, pasts: Sequence[Past], today: date) -> Forecast:
    return flow.forecast(parcel, History(pasts), today)


def usual(lane: Lane, pasts: Sequence[Past]) -> Forecast:
    return flow.usual(lane, History(pasts))


def past(*days: int, lane: Lane = LANE, gap: int | None = None, kept: bool | None = None) -> list[Past]:
    return [Past(lane, each, None, gap, kept) for each in days]


def sent(days_ago: int, **more: Any) -> Parcel:
    handed = TODAY - timedelta(days=days_ago)
    return replace(Parcel(LANE, handed=handed, news=handed), **more)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


USUAL = past(2, 3, 3, 3, 4, 4, 4, 5, 5, 7)


@given(DAYS, st.floats(0, 1), st.floats(0, 1))
def test_quantiles_never_cross_and_are_values_that_occurred(days: list[int], one: float, other: float) -> None:
    values, (less, more) = sorted(days), sorted((one, other))
    assert quantile(values, less) <= quantile(values, more)
    assert quantile(values, one) in days
    assert (quantile(values, 0), quantile(values, 1)) == (min(days), max(days))


def test_quantiles_are_of_the_nearest_rank() -> None:
    values = list(range(1, 11))
    assert [quantile(values, share) for share in (0.25, 0.5, 0.75, 0.9)] == [3, 5, 8, 9]
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


@given(st.lists(st.integers(0, 30), min_size=ENOUGH, max_size=40), st.integers(0, 45))
def test_more_days_on_the_way_never_make_it_earlier(days: list[int], way: int) -> None:
    handed = date(2026, 10, 1)
    told = [
        forecast(Parcel(LANE, handed=handed, news=handed), past(*days), handed + timedelta(days=each)).expected
        for each in (way, way + 1)
    ]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0] <= told[1]
    assert told[0] >= handed + timedelta(days=way)


@given(st.lists(st.integers(0, 30), min_size=ENOUGH, max_size=40), st.integers(0, 30), st.integers(0, 40))
def test_a_later_promise_is_never_more_in_danger(days: list[int], way: int, promise: int) -> None:
    parcel = sent(way)
    tones = [Risk.LATE, Risk.MAYBE, Risk.OK]
    risks = [
        tones.index(forecast(replace(parcel, promised=after(each)), past(*days), TODAY).risk)
        for each in (promise, promise + 1)
    ]
    assert risks[0] <= risks[1]


WEEKDAYS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=IDLE_AFTER, max_size=40)


def on_weekdays(ways: Sequence[tuple[int, int]], country: str = "") -> list[Past]:
    """Handed over on any day, so many working days on the way: nothing arrives at weekends, or on a country's
    holidays."""
    found = []
    for ago, days in ways:
        handed = TODAY - timedelta(days=90 - ago)
        arrived = Rest(WEEKEND, country).working_day(handed, days)
        found.append(Past(LANE, (arrived - handed).days, arrived=arrived))
    return found


@given(
    st.dates(date(2025, 12, 1), date(2027, 6, 1)), st.integers(0, 60),
    st.sets(st.sampled_from([*range(1, 8)]), max_size=6), st.sampled_from(["", "RU", "KZ", "ZZ"]),
)  # fmt: skip
def test_working_days_are_counted_as_they_are_found(begun: date, count: int, week: set[int], country: str) -> None:
    rest = Rest(tuple(week), country)
    day = rest.working_day(begun, count)
    assert rest.working(begun, day) == count
    assert count == 0 or day not in rest
    assert rest.working(begun, begun - timedelta(days=1)) == -1


@given(WEEKDAYS, st.integers(0, 60), st.integers(0, 25), st.integers(-5, 20), st.sampled_from(["", "RU"]))
def test_rest_days_make_no_parcel_earlier_and_none_late_that_was_not(
    ways: list[tuple[int, int]], start: int, way: int, promise: int, country: str
) -> None:
    pasts, handed = on_weekdays(ways, country), TODAY + timedelta(days=start)
    today = handed + timedelta(days=way)
    parcel = Parcel(LANE, promised=handed + timedelta(days=promise), handed=handed, news=handed)
    told, later = (forecast(parcel, pasts, today + timedelta(days=each)) for each in (0, 1))
    assert told.idle == WEEKEND
    assert told.expected is not None
    assert later.expected is not None
    assert today <= told.expected <= later.expected
    assert told.expected not in Rest(WEEKEND, country)
    plain = forecast(parcel, [replace(each, arrived=None) for each in pasts], today)
    assert plain.idle == ()
    assert told.risk is not Risk.LATE or plain.risk is Risk.LATE
    assert (told.n, told.low, told.high, told.most) == (plain.n, plain.low, plain.high, plain.most)


def test_a_parcel_of_new_years_eve_comes_after_the_holidays() -> None:
    """Of the country it goes to, where nothing comes at weekends, and nothing came on a holiday."""
    handed = date(2026, 12, 30)  # the last working day of 2026
    pasts = on_weekdays([(n * 3, 2) for n in range(IDLE_AFTER)], "RU")

    def told(pasts: Sequence[Past], to: str = "TA") -> tuple[date | None, int]:
        lane = replace(LANE, to=to)
        parcel = Parcel(lane, handed=handed, promised=handed + timedelta(days=3))
        found = forecast(parcel, [replace(each, lane=lane) for each in pasts], handed)
        return found.expected, found.holidays

    assert told(pasts) == (date(2027, 1, 12), 7)  # Tuesday: Thursday the 31st to Friday the 8th, both weekends
    assert told(pasts, "+KZ") == (date(2027, 1, 5), 2)
    assert told(pasts, "+ZZ") == (date(2027, 1, 1), 0)
    on_holiday = replace(pasts[0], arrived=date(2026, 11, 4))
    assert told([*pasts, on_holiday]) == (date(2027, 1, 1), 0)
    on_sunday = replace(pasts[0], arrived=date(2026, 11, 8))
    assert told([*pasts, on_sunday]) == (date(2027, 1, 1), 0)


def test_a_day_that_the_client_chose_is_expected_and_late_only_when_it_is_over() -> None:
    chosen = sent(9, promised=after(3), by=By.CLIENT, plan=after(9), news=after(-8))
    found = forecast(chosen, past(1, 1, 2, 2, 2, 2, 2, 3, gap=1), TODAY)
    assert (found.expected, found.risk, found.silent, found.moved) == (after(3), Risk.NONE, 0, False)
    over = forecast(chosen, past(*[2] * 8), after(4))
    assert (over.expected, over.risk, over.late_by) == (None, Risk.LATE, 1)


def test_a_parcel_of_a_friday_comes_after_the_weekend() -> None:
    """Two working days as a rule; a day that fell on a weekend even once is a day like others."""
    monday = date(2026, 11, 2)
    pasts = on_weekdays([((monday + timedelta(days=n % 7) - TODAY).days + 90, 2) for n in range(IDLE_AFTER)])
    friday = monday + timedelta(days=11)
    early = Parcel(LANE, handed=friday - timedelta(days=4), promised=friday - timedelta(days=2))
    late = Parcel(LANE, handed=friday, promised=friday + timedelta(days=2))
    assert forecast(early, pasts, friday - timedelta(days=4)).risk is Risk.OK
    told = forecast(late, pasts, friday)
    assert (told.expected, told.idle, told.risk) == (friday + timedelta(days=4), WEEKEND, Risk.MAYBE)
    sunday = replace(pasts[0], arrived=date(2026, 11, 8))
    assert forecast(late, [*pasts, sunday], friday).idle == (6,)
    assert forecast(late, pasts[1:], friday).idle == ()


def test_the_nearest_sample_that_is_enough_counts() -> None:
    other = past(*[9] * ENOUGH, lane=Lane("cdek", "pickup", "SPE", "TA"))
    far = past(*[8] * ENOUGH, lane=Lane("cdek", "pickup", "MOW", "BA"))  # as far from Moscow as Tatarstan, by class
    foreign = past(*[1] * 50, lane=Lane("boxberry", "pickup", "MOW", "TA")) + past(
        *[1] * 50, lane=Lane("cdek", "courier", "MOW", "TA")
    )

    def level(pasts: Sequence[Past]) -> tuple[Level, int]:
        found = forecast(sent(1), [*pasts, *foreign], TODAY)
        return found.level, found.n

    assert level([*past(*[4] * ENOUGH), *other, *far]) == (Level.LANE, ENOUGH)
    assert level([*past(4, 4), *other, *far]) == (Level.REGION, ENOUGH + 2)
    assert level([*past(4, 4), *far]) == (Level.DISTANCE, ENOUGH + 2)
    assert level([*past(4, 4)]) == (Level.CARRIER, 0)
    nowhere = past(*[3] * ENOUGH, lane=Lane("cdek", "pickup", "", ""))
    assert forecast(replace(sent(1), lane=Lane("cdek", "pickup")), nowhere, TODAY).level is Level.CARRIER


def test_what_a_parcel_has_behind_it_counts() -> None:
    fresh, old, slow = (forecast(sent(days), USUAL, TODAY) for days in (0, 5, 9))
    assert (fresh.low, fresh.high, fresh.most, fresh.n, fresh.expected) == (3, 5, 5, 10, after(4))
    assert (old.expected, old.left, old.way) == (after(0), 3, 5)
    assert (slow.expected, slow.left) == (after(1), 0)


def test_in_its_region_only_the_last_days_count() -> None:
    pasts = [Past(LANE, 6, last=1)] * ENOUGH
    there = forecast(sent(7, reached=TODAY), pasts, TODAY)
    assert (there.expected, there.near, there.left) == (after(1), 0, ENOUGH)
    assert forecast(sent(7), pasts, TODAY).left == 0


@pytest.mark.parametrize(
    ("days_ago", "promised", "risk", "late_by"),
    [(0, 5, Risk.OK, 0), (0, 4, Risk.MAYBE, 0), (0, 1, Risk.LATE, 3), (4, 1, Risk.OK, 0), (6, 0, Risk.MAYBE, 0),
     (4, -1, Risk.LATE, 1), (9, 2, Risk.MAYBE, 0)],
)  # fmt: skip
def test_risk_is_how_many_of_its_like_kept_that_day(days_ago: int, promised: int, risk: Risk, late_by: int) -> None:
    found = forecast(sent(days_ago, promised=after(promised)), USUAL, TODAY)
    assert (found.risk, found.late_by) == (risk, late_by)
    assert found.in_time <= found.left


def test_without_parcels_to_go_by_only_the_carrier_speaks() -> None:
    by_rate = forecast(sent(1, days_max=4, promised=after(3)), (), TODAY)
    assert (by_rate.level, by_rate.expected, by_rate.risk) == (Level.CARRIER, after(3), Risk.NONE)
    moved = forecast(sent(1, promised=after(3), plan=after(5)), (), TODAY)
    assert (moved.expected, moved.risk, moved.late_by, moved.moved) == (after(5), Risk.LATE, 2, True)
    assert forecast(sent(1), (), TODAY) == Forecast(LANE, Level.CARRIER, way=1)
    broken = forecast(sent(9, promised=after(-2)), (), TODAY)
    assert (broken.expected, broken.risk, broken.late_by) == (None, Risk.LATE, 2)


def test_a_carriers_later_day_wins_over_our_experience() -> None:
    found = forecast(sent(1, promised=after(4), plan=after(9)), USUAL, TODAY)
    assert (found.expected, found.risk, found.late_by, found.moved) == (after(9), Risk.LATE, 5, True)


def test_silence_is_a_risk_of_its_own_once_it_is_longer_than_usual() -> None:
    pasts = past(9, 9, 9, 9, 9, 9, 9, 9, gap=2)
    quiet = forecast(sent(4, promised=after(9), news=after(-2)), pasts, TODAY)
    assert (quiet.risk, quiet.silent) == (Risk.OK, 0)
    silent = forecast(sent(4, promised=after(9), news=after(-3)), pasts, TODAY)
    assert (silent.risk, silent.silent, silent.gap) == (Risk.MAYBE, 3, 2)
    unknown = forecast(sent(4, promised=after(9), news=after(-3)), past(*[9] * 8), TODAY)
    assert (unknown.risk, unknown.silent) == (Risk.OK, 0)


def test_what_a_lane_usually_does_is_told_before_anything_is_sent() -> None:
    found = usual(LANE, past(*[3] * 6, kept=True) + past(5, 5, kept=False) + past(4))
    assert (found.level, found.n, found.low, found.high, found.most) == (Level.LANE, 9, 3, 4, 5)
    assert (found.left, found.in_time) == (8, 6)
    assert usual(LANE, ()) == Forecast(LANE, Level.CARRIER)


def test_a_forecast_comes_out_of_its_row_as_it_went_in() -> None:
    found = forecast(sent(4, promised=after(1)), USUAL, TODAY)
    assert Forecast.from_json(found.to_json()) == found
