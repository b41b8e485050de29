"""The days of a parcel's way, read from its history: handed over, in its region, arrived, silent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import pairwise

from b24app.logistics.model import DeliveryKind
from b24app.logistics.regions import region_of_place
from b24app.logistics.status import Status

#: To a point a parcel has arrived once it can be collected; to a door once it is handed over.
_ARRIVED = {
    DeliveryKind.PICKUP: (Status.READY_FOR_PICKUP, Status.DELIVERED),
    DeliveryKind.COURIER: (Status.DELIVERED,),
}
#: The day of a moment, by somebody's clock.
Day = Callable[[datetime], date]
_ENDED = (Status.RETURNING, Status.RETURNED, Status.CANCELLED, Status.REJECTED, Status.LOST)


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the history, in time; those of a way back are left out."""

    status: Status
    at: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Days by the portal's clock, None = not yet. `gap`: the longest time without news up to the arrival, in days;
    `ended`: it will not arrive any more. `begun`: where the carrier took it, `place`: where it was last seen."""

    handed: date | None = None
    reached: date | None = None
    arrived: date | None = None
    news: date | None = None
    gap: int | None = None
    place: str = ""
    ended: bool = False
    begun: str = ""


def way_of(
    kind: DeliveryKind, to: str, status: Status, status_at: datetime, steps: Sequence[Step], zone: tzinfo
) -> Way:
    """`to`: code of the region it goes to. The status counts where the history does not show how it came to that."""

    def day(when: datetime) -> date:
        return when.astimezone(zone).date()

    told = sorted(steps, key=lambda step: step.at)
    if status not in {step.status for step in told}:
        told = sorted([*told, Step(status, status_at)], key=lambda step: step.at)
    moved = [step for step in told if step.status.has_moved]
    handed = _first(moved, day)
    if handed is None:
        return Way(news=_last(told, day), place=_place(told), ended=status in _ENDED)
    arrived = _first([step for step in moved if step.status in _ARRIVED[kind]], day)
    there = [step for step in moved if to and step.place and region_of_place(step.place) == to]
    reached = _first([step for step in there if arrived is None or day(step.at) <= arrived], day)
    until = [step for step in moved if arrived is None or day(step.at) <= arrived]
    gaps = [(day(after.at) - day(before.at)).days for before, after in pairwise(until)]
    return Way(
        handed=handed,
        reached=reached,
        arrived=arrived,
        news=_last(told, day),
        gap=max(gaps, default=0) if arrived else None,
        place=_place(moved),
        ended=arrived is None and status in _ENDED,
        begun=moved[0].place,
    )


def _first(steps: Sequence[Step], day: Day) -> date | None:
    return day(steps[0].at) if steps else None


def _last(steps: Sequence[Step], day: Day) -> date | None:
    return day(steps[-1].at) if steps else None


def _place(steps: Iterable[Step]) -> str:
    return next((step.place for step in reversed(list(steps)) if step.place), "")
