"""When a parcel will arrive, from the portal's own finished parcels of the same way: plain statistics, explained. Pure.

Days are calendar days by the portal's clock, from the day on which the carrier took the parcel to the day on which it
was delivered or lay ready at its point. The sample is the nearest that has enough parcels: the same lane, else the same
system to the same region, else the same system over a like distance; else only the carrier's own word is left.

What is known of the parcel already counts: of the sample only those are looked at that took at least as long. So more
days on the way never make a forecast earlier (`tests/unit/flows/test_forecast.py`).

Where none of many parcels ever arrived on a Saturday, or on a Sunday, that day is not counted: a parcel handed over
before a weekend comes later than one handed over after it. Where both days are left out, public holidays of the
country it goes to are, too, unless a parcel arrived on one. Such a count alone never says for certain that a parcel
will be late: the plain one has to say so, too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from b24app.flows.history import (
    ENOUGH,
    NEWEST,
    Counted,
    History,
    Lane,
    Level,
    Past,
    Sample,
    quantile,
)
from b24app.logistics.jsonable import Jsonable

__all__ = [
    "ENOUGH", "NEWEST", "By", "Forecast", "History", "Lane", "Level", "Parcel", "Past", "Risk", "forecast", "quantile",
    "usual",
]  # fmt: skip

#: From this share of its like on it a parcel is in time; none of at least `CERTAIN` in time = it will be late.
GOOD = 0.8
CERTAIN = 3


class By(StrEnum):
    """Who promised a day: the `carrier`, of this very order, or its `rate`, as so many days from the hand-over. The
    `client`: they chose it since, and the carrier agreed."""

    CARRIER = "carrier"
    RATE = "rate"
    CLIENT = "client"


class Risk(StrEnum):
    """`none`: nothing is promised, or nobody can tell."""

    NONE = ""
    OK = "ok"
    MAYBE = "maybe"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is known of one under way. `promised` is the first promise, `plan` the carrier's word of now; `handed` None
    = the carrier does not have it yet; `reached`: the region it goes to; `news`: the last day that anything was
    heard. `days_max` is what the chosen rate said."""

    lane: Lane
    promised: date | None = None
    by: By = By.CARRIER
    plan: date | None = None
    days_max: int | None = None
    handed: date | None = None
    reached: date | None = None
    news: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast(Jsonable):
    """`expected` None = nobody can tell. `n` parcels of `level` took `low`…`high` days as a rule (a quarter were
    quicker, a quarter slower), nine of ten at most `most`. Of those that took as long as this one, `left`, `in_time`
    kept the day that was promised to this one. `way` days it travels by now (None = not handed over), `near` of them
    in its region (None = not there). `silent` > 0: so many days without news, more than the `gap` usual there.
    `moved`: the carrier itself names a later day than it promised. `idle`: days of the week (6, 7) on which nothing
    arrives there, so that `expected`, `left` and `in_time` leave them out; all other numbers are calendar days. So many
    `holidays` lie before the day that is `expected`, or promised, and are left out with them."""

    lane: Lane
    level: Level
    n: int = 0
    low: int = 0
    high: int = 0
    most: int = 0
    expected: date | None = None
    way: int | None = None
    near: int | None = None
    left: int = 0
    in_time: int = 0
    risk: Risk = Risk.NONE
    late_by: int = 0
    silent: int = 0
    gap: int = 0
    moved: bool = False
    idle: tuple[int, ...] = ()
    holidays: int = 0


def forecast(parcel: Parcel, history: History, today: date) -> Forecast:
    way = (today - parcel.handed).days if parcel.handed else None
    near = (today - parcel.reached).days if parcel.reached else None
    if parcel.by is By.CLIENT and parcel.promised is not None:
        # It waits for that day: neither the road nor a silence says anything, and the plan may be of before.
        found = Forecast(parcel.lane, Level.CARRIER, expected=parcel.promised, way=way, near=near)
        return _broken(found, replace(parcel, plan=None), today)
    level, like = history.sample(parcel.lane)
    found = Forecast(parcel.lane, level, way=way, near=near)
    told = _of_history(found, parcel, like, today) if like.days else _of_carrier(found, parcel)
    return _silence(_broken(told, parcel, today), parcel, like, today)


def usual(lane: Lane, history: History) -> Forecast:
    """What a parcel that is not sent yet may expect there: `low`, `high` and `most` days, and of `left` parcels to
    which a day was promised how many kept it (`in_time`)."""
    level, like = history.sample(lane)
    if not like.days:
        return Forecast(lane, level)
    return replace(_spread(Forecast(lane, level), like), left=like.told, in_time=like.kept)


def _spread(found: Forecast, like: Sample) -> Forecast:
    low, high, most = (quantile(like.days, share) for share in (0.25, 0.75, 0.9))
    return replace(found, n=len(like.days), low=low, high=high, most=most)


def _of_history(found: Forecast, parcel: Parcel, like: Sample, today: date) -> Forecast:
    """Days without a delivery make a forecast better, and a lateness no more certain than calendar days do."""
    spread = _spread(found, like)
    plain = _counted(spread, parcel, like.plain, today)
    if like.worked is None:
        return plain
    told = replace(_counted(spread, parcel, like.worked, today), idle=like.worked.idle)
    if told.risk is Risk.LATE and plain.risk is not Risk.LATE:
        return replace(told, risk=Risk.MAYBE, late_by=0)
    return told


def _counted(found: Forecast, parcel: Parcel, like: Counted, today: date) -> Forecast:
    """Counted from the hand-over (of one that was not handed over: from today), or, where the parcel is in its region
    and enough others are known from there on, from that day."""
    begun, days = parcel.handed or today, like.days
    if parcel.reached is not None and len(like.lasts) >= ENOUGH:
        begun, days = parcel.reached, like.lasts
    rest = like.rest(parcel.lane)
    gone = rest.working(begun, today)
    # On an idle day nothing arrives any more.
    left = days[bisect_left(days, gone + (today in rest)) :]
    after = quantile(left, 0.5) if left else gone + 1
    expected = rest.working_day(begun, after)
    until = max(expected, parcel.promised or expected)
    told = replace(found, expected=expected, left=len(left), holidays=rest.holidays(begun, until))
    if parcel.promised is None:
        return told
    return _judged(replace(told, in_time=bisect_right(left, rest.working(begun, parcel.promised))), parcel.promised)


def _judged(told: Forecast, promised: date) -> Forecast:
    if told.left and told.in_time >= GOOD * told.left:
        return replace(told, risk=Risk.OK)
    if told.in_time or told.left < CERTAIN or told.expected is None:
        return replace(told, risk=Risk.MAYBE)
    return replace(told, risk=Risk.LATE, late_by=max(1, (told.expected - promised).days))


def _of_carrier(found: Forecast, parcel: Parcel) -> Forecast:
    """No parcels to go by: its word is repeated, and no risk is made up."""
    by_rate = parcel.handed + timedelta(days=parcel.days_max) if parcel.handed and parcel.days_max is not None else None
    return replace(found, expected=parcel.plan or by_rate)


def _broken(told: Forecast, parcel: Parcel, today: date) -> Forecast:
    """What needs no statistics: the carrier itself put the day off, or the day is over. A day that nobody names is not
    made up: then it is late by the days that have passed."""
    promised = parcel.promised
    if promised is None:
        return told
    moved = parcel.plan is not None and parcel.plan > promised
    if not moved and today <= promised:
        return told
    days = [each for each in (told.expected, parcel.plan if moved else None) if each is not None and each >= today]
    expected = max(days, default=None)
    late_by = max(1, ((expected or today) - promised).days)
    return replace(told, risk=Risk.LATE, expected=expected, late_by=late_by, in_time=0, moved=moved)


def _silence(told: Forecast, parcel: Parcel, like: Sample, today: date) -> Forecast:
    """No news for longer than nine of ten parcels there ever were silent."""
    if parcel.news is None or parcel.handed is None or len(like.gaps) < ENOUGH:
        return told
    gap, silent = max(1, quantile(like.gaps, 0.9)), (today - parcel.news).days
    if silent <= gap:
        return told
    risk = told.risk if told.risk is Risk.LATE else Risk.MAYBE
    return replace(told, silent=silent, gap=gap, risk=risk)
