"""Kept promises: of the parcels that were to arrive within a period, how many did, by carrier, lane and week. Pure.

Counted by the day that was promised, so that a parcel which is still on its way, or never came, counts as late once its
day is over: nothing looks better by not arriving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from b24app.flows.forecast import By, Lane, quantile
from b24app.logistics.jsonable import Jsonable

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Promise(Jsonable):
    """One parcel: the day that was promised, `by` whom, and the day it came, None = not yet; `lost`: it never will.
    `days` on the way, None = it did not arrive."""

    deal_id: int
    number: str
    lane: Lane
    promised: date
    by: By
    arrived: date | None = None
    lost: bool = False
    days: int | None = None

    @property
    def late_by(self) -> int | None:
        """Days after the promised one, 0 = in time, None = it has not come."""
        return max(0, (self.arrived - self.promised).days) if self.arrived is not None else None

    def over(self, today: date) -> bool:
        """Whether it can be judged: it came, will never come, or its day is past."""
        return self.arrived is not None or self.lost or self.promised < today


@dataclass(frozen=True, slots=True)
class Kept:
    """Parcels of one group. `late` came later or have not come, `coming` of those are still awaited, `lost` never come.
    `mean_late` over those that came late, in tenths of a day. `low`…`high` days on the way of the middle half, `most`
    of nine of ten; None while nothing has come."""

    n: int
    in_time: int
    late: int
    coming: int
    lost: int
    mean_late: int | None
    low: int | None = None
    high: int | None = None
    most: int | None = None

    @property
    def share(self) -> float:
        return self.in_time / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """`systems`: by carrier, most parcels first; `lanes`: the same by lane (carrier, from region, to region); `weeks`:
    by the Monday of the week of the promise, oldest first, every week of the period."""

    whole: Kept
    systems: tuple[tuple[str, Kept], ...]
    lanes: tuple[tuple[tuple[str, str, str], Kept], ...]
    weeks: tuple[tuple[date, Kept], ...]


def kept(promises: Iterable[Promise], today: date) -> Kept:
    """Of those that can be judged."""
    mine = [each for each in promises if each.over(today)]
    lates = [each.late_by for each in mine if each.late_by]
    days = sorted(each.days for each in mine if each.days is not None)
    in_time = sum(each.late_by == 0 for each in mine)
    spread = [quantile(days, share) for share in (0.25, 0.75, 0.9)] if days else [None, None, None]
    return Kept(
        n=len(mine),
        in_time=in_time,
        late=len(mine) - in_time,
        coming=sum(each.arrived is None and not each.lost for each in mine),
        lost=sum(each.arrived is None and each.lost for each in mine),
        mean_late=round(10 * sum(lates) / len(lates)) if lates else None,
        low=spread[0],
        high=spread[1],
        most=spread[2],
    )


def report(promises: Sequence[Promise], since: date, until: date, today: date) -> Report:
    """Both days included."""
    weeks = _groups(promises, lambda each: _monday(each.promised))
    first, last = _monday(since), _monday(until)
    every = [first + timedelta(weeks=at) for at in range((last - first).days // 7 + 1)]
    return Report(
        whole=kept(promises, today),
        systems=_ranked(_groups(promises, lambda each: each.lane.system), today),
        lanes=_ranked(_groups(promises, lambda each: (each.lane.system, each.lane.origin, each.lane.to)), today),
        weeks=tuple((monday, kept(weeks.get(monday, ()), today)) for monday in every),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _groups(promises: Iterable[Promise], key: Callable[[Promise], K]) -> dict[K, list[Promise]]:
    found: dict[K, list[Promise]] = {}
    for each in promises:
        found.setdefault(key(each), []).append(each)
    return found


def _ranked(groups: dict[K, list[Promise]], today: date) -> tuple[tuple[K, Kept], ...]:
    counted = [(key, kept(mine, today)) for key, mine in groups.items()]
    there = [(key, each) for key, each in counted if each.n]
    return tuple(sorted(there, key=lambda pair: (-pair[1].n, str(pair[0]))))
