"""What of today's work comes first, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from b24app.logistics.problem import Problem


class Why(StrEnum):
    """The most urgent first: a parcel that goes back tomorrow, one that nobody took, one that comes late, an order that
    stands, a deal that nobody sends."""

    ENDING = "ending"
    FAILED = "failed"
    LATE = "late"
    PROBLEM = "problem"
    WAITING = "waiting"


_ORDER = {why: n for n, why in enumerate(Why)}
#: Storage that ends within this is urgent.
SOON = timedelta(days=2)
#: What has no moment of its own comes after what has.
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Urgent:
    """One deal that needs somebody. `due`: when it is too late (ending), or since when it stands. A late one is late by
    `days`: it was `promised` for one day, is `expected` on another, and was last seen at `place`. `incident` of a
    failed one; `problem` or the `reason` why a person has to send it."""

    why: Why
    deal_id: int
    title: str = ""
    due: datetime | None = None
    days: int = 0
    promised: date | None = None
    expected: date | None = None
    place: str = ""
    system: str = ""
    incident: str = ""
    problem: Problem | None = None
    reason: str = ""
    number: str = ""

    @property
    def turn(self) -> tuple[int, int, datetime, int]:
        return _ORDER[self.why], -self.days, self.due or _NEVER, self.deal_id


def by_urgency(found: Iterable[Urgent]) -> tuple[Urgent, ...]:
    """Each deal once, by what is most urgent of it."""
    first: dict[int, Urgent] = {}
    for each in sorted(found, key=lambda one: one.turn):
        first.setdefault(each.deal_id, each)
    return tuple(first.values())


def soon(today: date, zone: ZoneInfo) -> datetime:
    """The end of tomorrow by the portal's clock."""
    return datetime.combine(today + SOON, datetime.min.time(), zone).astimezone(UTC)
