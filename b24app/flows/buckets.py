"""Days and weeks of a period by one clock, and how long things took. Pure.

A day is a number, days since 1 January 1970 by that clock: both databases can count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_EPOCH = date(1970, 1, 1)
#: 1 January 1970 was a Thursday: with so many days added, weeks begin on Mondays.
WEEK_SHIFT = 3
_WEEK = 7
_SATURDAY = 5


def number_of(day: date) -> int:
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def week_of(number: int) -> int:
    """The week of a day, by its number."""
    return (number + WEEK_SHIFT) // _WEEK


def monday_of(week: int) -> date:
    return day_of(week * _WEEK - WEEK_SHIFT)


def is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to `until`, both included, by the clock of `zone`."""

    since: date
    until: date
    zone: tzinfo

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.since, time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.until + timedelta(days=1), time(), self.zone).astimezone(UTC)

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]

    @property
    def weeks(self) -> list[int]:
        """Every week that has a day of the period."""
        return list(range(week_of(number_of(self.since)), week_of(number_of(self.until)) + 1))

    @property
    def offsets(self) -> list[tuple[datetime, int]]:
        """By how many seconds the clock is ahead of UTC, and since when; the first from the beginning on."""
        found = [(self.begin, _offset(self.begin, self.zone))]
        at, end = self.begin, self.end
        while at < end:
            after = min(at + timedelta(days=1), end)
            if _offset(after, self.zone) != found[-1][1]:
                turn = _turn(at, after, self.zone)
                found.append((turn, _offset(turn, self.zone)))
            at = after
        return found


def _offset(at: datetime, zone: tzinfo) -> int:
    ahead = at.astimezone(zone).utcoffset()
    return round(ahead.total_seconds()) if ahead is not None else 0


def _turn(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second at which the clock is put forward or back."""
    was = _offset(before, zone)
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(before + timedelta(seconds=middle), zone) == was else (low, middle)
    return before + timedelta(seconds=high)


@dataclass(frozen=True, slots=True)
class Bin:
    """So many took from `low` on and less than `high` seconds; `high` None = that and longer."""

    low: int
    high: int | None
    count: int


#: Widths of bins in seconds, of which the first is taken that lets most of them fit.
_WIDTHS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
BINS = 9
_MOST = 95


def percentile(seconds: Mapping[int, int], percent: int) -> int | None:
    """The least number of seconds within which so many of a hundred were done; None of nothing. `seconds`: how many
    took each number of them."""
    total = sum(seconds.values())
    wanted, found = -(-total * percent // 100), 0
    for value in sorted(seconds):
        found += seconds[value]
        if found >= wanted and total:
            return value
    return None


def bins_of(seconds: Mapping[int, int]) -> Sequence[Bin]:
    """At most `BINS` of one width, so wide that 95 of a hundred are not in the last one, which has no end."""
    most = percentile(seconds, _MOST)
    if most is None:
        return ()
    width = next((each for each in _WIDTHS if most < each * (BINS - 1)), _WIDTHS[-1])
    counts = [0] * BINS
    for value, count in seconds.items():
        counts[min(value // width, BINS - 1)] += count
    while len(counts) > 1 and not counts[-1]:
        counts.pop()
    ends = [(n + 1) * width if n < BINS - 1 else None for n in range(len(counts))]
    return [Bin(n * width, end, count) for n, (end, count) in enumerate(zip(ends, counts, strict=True))]
