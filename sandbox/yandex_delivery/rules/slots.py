"""Windows: when a parcel may be fetched and handed over (§A5, §A6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import City

from .ends import Target, no_options
from .prices import days

# The warehouse hands parcels over Monday to Saturday, 9 to 18 local; couriers ride in two windows.
OPEN = (9, 18)
_DOOR_WINDOWS = ((10, 18), (18, 22))
_POINT_WINDOW = (10, 21)
NARROWEST = 3600.0


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, seconds since the epoch."""

    start: float
    end: float


def _window(day: datetime, hours: tuple[int, int]) -> Window:
    return Window((day + timedelta(hours=hours[0])).timestamp(), (day + timedelta(hours=hours[1])).timestamp())


def _midnight(moment: float, city: City) -> datetime:
    zone = timezone(timedelta(hours=city.utc_offset))
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def pickup_window(yandex: Yandex, source: City) -> Window:
    """When the seller's parcels are fetched next: tomorrow, Sundays left out."""
    day = _midnight(yandex.time(), source) + timedelta(days=1)
    if day.isoweekday() == 7:
        day += timedelta(days=1)
    return _window(day, (OPEN[0] + 3, OPEN[0] + 6))


def windows(yandex: Yandex, source: City, target: Target, first: float | None = None) -> Iterator[Window]:
    """Five days of them, from the first that the parcel can make."""
    start = pickup_window(yandex, source).start if first is None else first
    day = _midnight(start, target.city) + timedelta(days=days(source, target.city))
    for number in range(5):
        for hours in (_POINT_WINDOW,) if target.point else _DOOR_WINDOWS:
            yield _window(day + timedelta(days=number), hours)


def wanted_source(yandex: Yandex, source: Fields, city: City) -> float | None:
    """The start of ``source.interval_utc``, if one is named. Raises Refused outside the schedule (§A6)."""
    if not source.has("interval_utc"):
        return None
    interval = source.child("interval_utc")
    start, end = interval.moment("from"), interval.moment("to")
    if end <= yandex.time():
        raise bad("Delivery window in the past")
    if end - start < NARROWEST:
        raise bad("Delivery window is too narrow")
    midnight = _midnight(start, city)
    day = _window(midnight, OPEN)
    if midnight.isoweekday() == 7 or start < day.start or end > day.end:
        raise no_options()
    return start


def wanted_window(yandex: Yandex, destination: Fields, offered: list[Window]) -> list[Window]:
    """The offered windows that ``destination`` asks for: all, or the one that it names. Raises Refused."""
    name = next((key for key in ("interval_utc", "interval") if destination.has(key)), None)
    if name is None:
        return offered
    interval = destination.child(name)
    wanted = Window(interval.moment("from"), interval.moment("to"))
    if wanted.end <= yandex.time():
        raise bad("Delivery window in the past")
    if wanted.end - wanted.start < NARROWEST:
        raise bad("Delivery window is too narrow")
    found = [window for window in offered if window == wanted]
    if not found:
        raise no_options()
    return found
