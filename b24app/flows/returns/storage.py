"""The countdown of a parcel that waits at a point: days left until it turns back, and who is told when. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.status import Status

#: No portal has anybody told earlier than so many days before the end.
MOST_STORED = 30


class Audience(StrEnum):
    CUSTOMER = "customer"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class StorageRules(Jsonable):
    """A portal's own. So many days before the end the client is nudged and the manager warned, from this local `hour`
    on; 0 days = on the last day. `days` is how long a point keeps a parcel when its system does not say; 0 = then
    nothing is counted."""

    nudge_days: tuple[int, ...] = (3, 1)
    warn_days: tuple[int, ...] = (1, 0)
    days: int = 0
    hour: int = 10


@dataclass(frozen=True, slots=True)
class Waiting(Jsonable):
    """A shipment, as far as its storage matters. `keep_until` is the system's (`OrderState.keep_until`), None = it does
    not say; at CDEK and PEK what ends then is free storage (cdek.md §6.4, pek.md §7). `since`: it lies at the point."""

    number: str
    status: Status
    since: datetime | None
    keep_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice(Jsonable):
    """Tell them once; `key` is what was told."""

    to: Audience
    days_left: int
    key: str


@dataclass(frozen=True, slots=True)
class Countdown(Jsonable):
    """`days_left` by the calendar of the zone: 0 = today is the last day, below 0 = it is over. `is_guess`: the end is
    worked out by the portal's setting. `skipped` are keys of notices that are too late to be sent: keep them as
    told."""

    ends_at: datetime
    days_left: int
    is_guess: bool
    notices: tuple[Notice, ...] = ()
    skipped: tuple[str, ...] = ()
    next_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.days_left < 0


def countdown(
    parcel: Waiting, told: Collection[str], now: datetime, zone: tzinfo, rules: StorageRules
) -> Countdown | None:
    """None = it does not wait, or nobody knows for how long. `told`: keys of notices that were sent already. Of several
    that are due, after a pause, each hears the last one only; an end that was put off is counted down anew."""
    end = parcel.keep_until or _guessed(parcel, rules)
    if parcel.status is not Status.READY_FOR_PICKUP or end is None:
        return None
    last, left = last_day(end, zone), days_left(end, now, zone)
    notices: list[Notice] = []
    skipped: list[str] = []
    ahead: list[datetime] = []
    for to, days in ((Audience.CUSTOMER, rules.nudge_days), (Audience.MANAGER, rules.warn_days)):
        moments = {day: _moment(last, day, zone, rules) for day in sorted(set(days))}
        due = [day for day, at in moments.items() if at <= now]
        # Nobody is nudged to collect what is turning back; a manager who has heard nothing yet still has to.
        timely = due[:1] if left >= 0 or to is Audience.MANAGER else []
        notices += [Notice(to, left, key) for day in timely if (key := _key(parcel, to, last, day)) not in told]
        late = [_key(parcel, to, last, day) for day in due if day not in timely]
        skipped += [key for key in late if key not in told]
        ahead += [at for at in moments.values() if at > now]
    return Countdown(end, left, parcel.keep_until is None, tuple(notices), tuple(skipped), min(ahead, default=None))


def last_day(end: datetime, zone: tzinfo) -> date:
    """The last day of which something is left: what ends at midnight ends with the day before (PEK tells the moment
    from which storage is paid, pek.md §7)."""
    return (end - timedelta(seconds=1)).astimezone(zone).date()


def days_left(end: datetime, now: datetime, zone: tzinfo) -> int:
    """By the calendar of the zone: 0 = today is the last day, below 0 = it is over."""
    return (last_day(end, zone) - now.astimezone(zone).date()).days


def _moment(last: date, days: int, zone: tzinfo, rules: StorageRules) -> datetime:
    return datetime.combine(last - timedelta(days=days), time(rules.hour), zone)


def _key(parcel: Waiting, to: Audience, last: date, days: int) -> str:
    return f"{parcel.number}:{to.value}:{last:%Y%m%d}:{days}"


def _guessed(parcel: Waiting, rules: StorageRules) -> datetime | None:
    return parcel.since + timedelta(days=rules.days) if parcel.since is not None and rules.days > 0 else None
