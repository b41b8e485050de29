"""When to read an order again: often while it is undecided, then more and more seldom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from b24app.flows.snapshot import ShipmentView
from b24app.logistics.status import Status

#: cdek.md §2.1: usually decided within half a second, 3-7 s were measured, a minute at peaks.
FIRST_READ = timedelta(seconds=1)
#: (age since the request was taken, pause) while the system has not decided.
UNDECIDED = (
    (timedelta(seconds=15), timedelta(seconds=0.5)),
    (timedelta(seconds=30), timedelta(seconds=2)),
    (timedelta(seconds=90), timedelta(seconds=5)),
    (timedelta(minutes=5), timedelta(seconds=15)),
    (timedelta(minutes=20), timedelta(seconds=30)),
)
UNDECIDED_LAST = timedelta(seconds=60)
#: (age since the last change, pause) on the way; callbacks are faster, this is the net below them.
ON_THE_WAY = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(days=10), timedelta(hours=3)),
)
ON_THE_WAY_LAST = timedelta(hours=6)
#: A final status is looked at once more: systems do take one back.
LATE_CHECK = timedelta(hours=24)
#: Nobody moves a parcel after this long; the number is not polled for ever.
GIVE_UP = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an account's orders under way are looked at: all of them at the same moments, so that one call that
    tells of many is never half empty. `every_s` apart, `offset_s` tells accounts apart. `offset_s` None = each at its
    own moments, where a call tells of one order alone."""

    every_s: float
    offset_s: float | None = 0.0

    def next_look(self, after: datetime) -> datetime:
        """The first such moment later than `after`."""
        if self.offset_s is None:
            return after + timedelta(seconds=self.every_s)
        begun = (after.timestamp() - self.offset_s) // self.every_s
        return datetime.fromtimestamp((begun + 1) * self.every_s + self.offset_s, UTC)


def first_read(accepted_at: datetime) -> datetime:
    """When to ask first after the system took the request."""
    return accepted_at + FIRST_READ


def next_poll(
    status: Status, view: ShipmentView, now: datetime, status_at: datetime | None = None, pace: Pace | None = None
) -> datetime | None:
    """None = never again. `pace` None = the ladder of pauses below callbacks."""
    taken_at = view.accepted_at or now
    return next_look(status, taken_at, status_at or view.status_at or taken_at, now, pace)


def next_look(
    status: Status, taken_at: datetime, changed_at: datetime, now: datetime, pace: Pace | None = None
) -> datetime | None:
    """The same of any order: `taken_at` = the system took it, `changed_at` = it came to its status."""
    if status.rank < Status.CREATED.rank:
        return _while_undecided(taken_at, now)
    if status.is_final:
        late = changed_at + LATE_CHECK
        return None if is_over(status, changed_at, now) else pace.next_look(late) if pace else late
    if now - changed_at > GIVE_UP:
        return None
    if pace is not None:
        return pace.next_look(now)
    return now + _pause(now - changed_at, ON_THE_WAY, ON_THE_WAY_LAST)


def is_over(status: Status, status_at: datetime | None, now: datetime) -> bool:
    """Nothing more to follow: an order that never was, or a final status after its late check."""
    if status in (Status.CANCELLED, Status.REJECTED):
        return True
    return status.is_final and (status_at is None or now - status_at >= LATE_CHECK)


def _while_undecided(accepted_at: datetime, now: datetime) -> datetime:
    if now < first_read(accepted_at):
        return first_read(accepted_at)
    return now + _pause(now - accepted_at, UNDECIDED, UNDECIDED_LAST)


def _pause(age: timedelta, table: tuple[tuple[timedelta, timedelta], ...], last: timedelta) -> timedelta:
    return next((pause for limit, pause in table if age < limit), last)
