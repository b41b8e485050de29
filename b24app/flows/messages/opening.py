"""When a point is open, in few words for a message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from babel.dates import get_day_names

from b24app.logistics.points import Hours, Opening

_DAY_MIN = 24 * 60
_ALWAYS = {"ru": "круглосуточно", "en": "around the clock"}
_DAILY = {"ru": "ежедневно", "en": "daily"}


def hours_words(hours: Hours, lang: str) -> str:
    """`ежедневно 10:00–21:00`, `пн–пт 10:00–20:00, сб 10:00–16:00`; what the system wrote where it gave no times."""
    if not hours.week or any(each.opens == each.closes for each in hours.week):
        return " ".join(hours.text.split())
    times = {each.day: _times(each, lang) for each in sorted(hours.week, key=lambda each: each.day)}
    if len(times) == 7 and len(set(times.values())) == 1:
        said = next(iter(times.values()))
        return said if said == _ALWAYS[lang] else f"{_DAILY[lang]} {said}"
    runs = ((list(days), said) for said, days in groupby(times, key=times.__getitem__))
    return ", ".join(f"{_days(days, lang)} {said}" for days, said in runs)


def _times(each: Opening, lang: str) -> str:
    if each.opens == 0 and each.closes >= _DAY_MIN - 1:
        return _ALWAYS[lang]
    return f"{_clock(each.opens)}–{_clock(each.closes)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _days(days: Sequence[int], lang: str) -> str:
    names = get_day_names("abbreviated", locale=lang)
    said = [str(names[day - 1]) for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{said[0]}–{said[-1]}" if in_a_row else ", ".join(said)
