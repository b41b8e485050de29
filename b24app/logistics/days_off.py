"""Public holidays of the country that a region lies in, as its law has them, days moved by decree included. Pure.

A country that the library does not know has none: its days are days like others."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cache

#: Of a region without a country of its own (`logistics.regions`: one abroad is `+KZ`).
_HOME = "RU"


def country_of(region: str) -> str:
    """ISO 3166-1, "" of a region that is not known."""
    return region[1:] if region.startswith("+") else _HOME if region else ""


def is_off(country: str, day: date) -> bool:
    return day in _of_year(country, day.year)


def between(country: str, begun: date, until: date) -> tuple[date, ...]:
    """Holidays after `begun` up to and with `until`, in order."""
    found: list[date] = []
    for year in range(begun.year, until.year + 1):
        days = _of_year(country, year)
        found += days[bisect_right(days, begun) : bisect_right(days, until)]
    return tuple(found)


@cache
def _of_year(country: str, year: int) -> tuple[date, ...]:
    if not country:
        return ()
    import holidays  # half a second: not before somebody asks

    try:
        return tuple(sorted(holidays.country_holidays(country, years=year, expand=False)))
    except NotImplementedError:
        return ()
