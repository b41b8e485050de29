"""When a parcel will arrive, from the portal's own finished parcels of the same way: plain statistics, explained. Pure.

Days are calendar days by the portal's clock, from the day on which the carrier took the parcel to the day on which it
was delivered or lay ready at its point. The sample is the nearest that has enough parcels: the same lane, else the same
system to the same region, else the same system over a like distance; else only the carrier's own word is left.

What is known of the parcel already counts: of the sample only those are looked at that took at least as long. So more
days on the way never make a forecast earlier (`tests/unit/flows/test_forecast.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.regions import distance

#: Fewer parcels than this say nothing.
ENOUGH = 8
#: Older parcels say nothing about today's roads.
NEWEST = timedelta(days=90)
#: From this share of its like on it a parcel is in time; none of at least `CERTAIN` in time = it will be late.
GOOD = 0.8
CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Lane(Jsonable):
    """A way: system, kind of delivery (`courier` | `pickup`), regions (`logistics.regions`, "" = not known)."""

    system: str
    kind: str
    origin: str = ""
    to: str = ""

    @property
    def distance(self) -> str:
        return distance(self.origin, self.to)


@dataclass(frozen=True, slots=True)
class Past:
    """A finished parcel. `days` on the way; `last` of them in the region it went to, `gap` the longest without news,
    both None where nobody can tell. `kept`: it came by the day that was promised, None = none was."""

    lane: Lane
    days: int
    last: int | None = None
    gap: int | None = None
    kept: bool | None = None


class Level(StrEnum):
    """Which parcels a forecast was made from. `carrier`: from none, it is the carrier's own word."""

    LANE = "lane"
    REGION = "region"
    DISTANCE = "distance"
    CARRIER = "carrier"


class By(StrEnum):
    """Who promised a day: the `carrier`, of this very order, or its `rate`, as so many days from the hand-over."""

    CARRIER = "carrier"
    RATE = "rate"


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
    `moved`: the carrier itself names a later day than it promised."""

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


def quantile(values: Sequence[int], share: float) -> int:
    """Of sorted values the least that at least this share of them do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    return values[min(len(values), max(1, ceil(share * len(values) - 1e-9))) - 1]


def sample(lane: Lane, pasts: Iterable[Past]) -> tuple[Level, tuple[Past, ...]]:
    """The nearest parcels that are enough; none of `Level.CARRIER`. Unknown regions are like none."""
    mine = [past for past in pasts if (past.lane.system, past.lane.kind) == (lane.system, lane.kind)]
    for level, like in _LADDER:
        found = tuple(past for past in mine if like(lane, past.lane))
        if len(found) >= ENOUGH:
            return level, found
    return Level.CARRIER, ()


def _same(lane: Lane, other: Lane) -> bool:
    return bool(lane.to) and (lane.origin, lane.to) == (other.origin, other.to)


def _same_region(lane: Lane, other: Lane) -> bool:
    return bool(lane.to) and lane.to == other.to


def _like_distance(lane: Lane, other: Lane) -> bool:
    return bool(lane.distance) and lane.distance == other.distance


_LADDER: tuple[tuple[Level, Callable[[Lane, Lane], bool]], ...] = (
    (Level.LANE, _same),
    (Level.REGION, _same_region),
    (Level.DISTANCE, _like_distance),
)


def forecast(parcel: Parcel, pasts: Iterable[Past], today: date) -> Forecast:
    """`pasts`: finished parcels of the portal, of whatever lanes."""
    level, like = sample(parcel.lane, pasts)
    way = (today - parcel.handed).days if parcel.handed else None
    near = (today - parcel.reached).days if parcel.reached else None
    found = Forecast(parcel.lane, level, way=way, near=near)
    told = _of_history(found, parcel, like, today) if like else _of_carrier(found, parcel)
    return _silence(_broken(told, parcel, today), parcel, like, today)


def usual(lane: Lane, pasts: Iterable[Past]) -> Forecast:
    """What a parcel that is not sent yet may expect there: `low`, `high` and `most` days, and of `left` parcels to
    which a day was promised how many kept it (`in_time`)."""
    level, like = sample(lane, pasts)
    if not like:
        return Forecast(lane, level)
    told = [past.kept for past in like if past.kept is not None]
    return replace(_spread(Forecast(lane, level), like), left=len(told), in_time=sum(told))


def _spread(found: Forecast, like: Sequence[Past]) -> Forecast:
    days = sorted(past.days for past in like)
    low, high, most = (quantile(days, share) for share in (0.25, 0.75, 0.9))
    return replace(found, n=len(days), low=low, high=high, most=most)


def _of_history(found: Forecast, parcel: Parcel, like: Sequence[Past], today: date) -> Forecast:
    """Counted from the hand-over (of one that was not handed over: from today), or, where the parcel is in its region
    and enough others are known from there on, from that day."""
    begun, gone = parcel.handed or today, found.way or 0
    days = sorted(past.days for past in like)
    lasts = sorted(past.last for past in like if past.last is not None)
    if parcel.reached is not None and found.near is not None and len(lasts) >= ENOUGH:
        begun, gone, days = parcel.reached, found.near, lasts
    left = [each for each in days if each >= gone]
    after = quantile(left, 0.5) if left else gone + 1
    told = replace(_spread(found, like), expected=begun + timedelta(days=after), left=len(left))
    if parcel.promised is None:
        return told
    in_time = sum(begun + timedelta(days=each) <= parcel.promised for each in left)
    return replace(_judged(replace(told, in_time=in_time), parcel.promised), in_time=in_time)


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
    """What needs no statistics: the carrier itself put the day off, or the day is over."""
    promised = parcel.promised
    if promised is None:
        return told
    moved = parcel.plan is not None and parcel.plan > promised
    if not moved and today <= promised:
        return told
    days = [each for each in (told.expected, parcel.plan if moved else None) if each is not None]
    expected = max([*days, today])
    return replace(
        told, risk=Risk.LATE, expected=expected, late_by=max(1, (expected - promised).days), in_time=0, moved=moved
    )


def _silence(told: Forecast, parcel: Parcel, like: Sequence[Past], today: date) -> Forecast:
    """No news for longer than nine of ten parcels there ever were silent."""
    gaps = sorted(past.gap for past in like if past.gap is not None)
    if parcel.news is None or parcel.handed is None or len(gaps) < ENOUGH:
        return told
    gap, silent = max(1, quantile(gaps, 0.9)), (today - parcel.news).days
    if silent <= gap:
        return told
    risk = told.risk if told.risk is Risk.LATE else Risk.MAYBE
    return replace(told, silent=silent, gap=gap, risk=risk)
