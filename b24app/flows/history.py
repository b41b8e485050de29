"""A portal's own finished parcels, by what they are like, and how long they took: what forecasts are made from. Pure.

The nearest sample that has enough parcels counts: the same lane, else the same system to the same region, else the same
system over a like distance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from b24app.flows.rest_days import Rest
from b24app.logistics.days_off import country_of
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.regions import distance

#: Fewer parcels than this say nothing.
ENOUGH = 8
#: Older parcels say nothing about today's roads.
NEWEST = timedelta(days=90)
#: So many have to have arrived, and none of them on that day of the week: if all days were alike, one such sample of
#: twenty would look so by chance. Of no other days is it asked.
IDLE_AFTER = 20
WEEKEND = (6, 7)


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
    both None where nobody can tell. `kept`: it came by the day that was promised, None = none was. `arrived`: the day,
    None = nobody asks for days of the week."""

    lane: Lane
    days: int
    last: int | None = None
    gap: int | None = None
    kept: bool | None = None
    arrived: date | None = None


class Level(StrEnum):
    """Which parcels a forecast was made from. `carrier`: from none, it is the carrier's own word."""

    LANE = "lane"
    REGION = "region"
    DISTANCE = "distance"
    CARRIER = "carrier"


def quantile(values: Sequence[int], share: float) -> int:
    """Of sorted values the least that at least this share of them do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    return values[min(len(values), max(1, ceil(share * len(values) - 1e-9))) - 1]


@dataclass(frozen=True, slots=True)
class Counted:
    """How long parcels took, each list sorted: the whole `days`, and `lasts` in their region, of those of which that is
    known. Days of the week that are `idle` are left out, with `holidays` those of the country where it goes, too."""

    days: tuple[int, ...]
    lasts: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()
    holidays: bool = False

    @classmethod
    def of(cls, pasts: Sequence[Past], idle: tuple[int, ...] = (), holidays: bool = False) -> Counted:
        def count(past: Past, days: int) -> int:
            if not idle or past.arrived is None:
                return days
            return _rest(past.lane, idle, holidays).working(past.arrived - timedelta(days=days), past.arrived)

        lasts = sorted(count(past, past.last) for past in pasts if past.last is not None)
        return cls(tuple(sorted(count(past, past.days) for past in pasts)), tuple(lasts), idle, holidays)

    def rest(self, lane: Lane) -> Rest:
        """What is left out on that way."""
        return _rest(lane, self.idle, self.holidays)


def _rest(lane: Lane, idle: tuple[int, ...], holidays: bool) -> Rest:
    return Rest(idle, country_of(lane.to) if holidays else "")


@dataclass(frozen=True, slots=True)
class Sample:
    """Parcels that a forecast is made from. `plain`: by calendar days; `worked`: without idle days, None = there are
    none. `gaps`, sorted, only of those of which they are known; `told` parcels had a promised day, `kept` of them kept
    it."""

    plain: Counted
    worked: Counted | None = None
    gaps: tuple[int, ...] = ()
    told: int = 0
    kept: int = 0

    @property
    def days(self) -> tuple[int, ...]:
        return self.plain.days

    @classmethod
    def of(cls, pasts: Sequence[Past]) -> Sample:
        promised = [past.kept for past in pasts if past.kept is not None]
        idle = idle_days(pasts)
        return cls(
            plain=Counted.of(pasts),
            worked=Counted.of(pasts, idle, _keeps_holidays(pasts, idle)) if idle else None,
            gaps=tuple(sorted(past.gap for past in pasts if past.gap is not None)),
            told=len(promised),
            kept=sum(promised),
        )


def idle_days(pasts: Sequence[Past]) -> tuple[int, ...]:
    """Days of a weekend on which none of many ever arrived."""
    arrived = [past.arrived.isoweekday() for past in pasts if past.arrived is not None]
    if len(arrived) < max(IDLE_AFTER, len(pasts)):
        return ()
    return tuple(day for day in WEEKEND if day not in arrived)


def _keeps_holidays(pasts: Sequence[Past], idle: tuple[int, ...]) -> bool:
    """Who brings nothing on either day of a weekend keeps the week of offices, and their holidays, unless a parcel
    arrived on one. Who works at weekends works on holidays, too: no day of the year shows which of them."""
    if idle != WEEKEND:
        return False
    rests = ((past.arrived, _rest(past.lane, idle, True)) for past in pasts if past.arrived is not None)
    return all(day not in rest for day, rest in rests)


_Key = tuple[Level, str, str, str, str]


class History:
    """Finished parcels of one portal, by what they are like: read once, asked for every parcel under way."""

    def __init__(self, pasts: Iterable[Past]) -> None:
        self._groups: dict[_Key, list[Past]] = {}
        for past in pasts:
            for key in _keys(past.lane):
                self._groups.setdefault(key, []).append(past)
        self._samples: dict[_Key, Sample] = {}

    def sample(self, lane: Lane) -> tuple[Level, Sample]:
        """The nearest parcels that are enough; none of `Level.CARRIER`."""
        for key in _keys(lane):
            found = self._groups.get(key, ())
            if len(found) >= ENOUGH:
                if key not in self._samples:
                    self._samples[key] = Sample.of(found)
                return key[0], self._samples[key]
        return Level.CARRIER, Sample(Counted(()))


def _keys(lane: Lane) -> Iterator[_Key]:
    """The ladder, nearest first. Nothing is like what goes nobody knows where."""
    if lane.to:
        yield Level.LANE, lane.system, lane.kind, lane.origin, lane.to
        yield Level.REGION, lane.system, lane.kind, "", lane.to
    if lane.distance:
        yield Level.DISTANCE, lane.system, lane.kind, lane.distance, ""
