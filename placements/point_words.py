"""Pickup points in words: opening hours, what a point can, why it is not offered, what should be said of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import Money
from b24app.logistics.points import Hours, Misfit, Opening, PickupPoint, SpecialDays, Takes

#: Days ahead in which special hours are worth saying.
AHEAD = timedelta(days=14)
_DAY_MIN = 24 * 60


def hours_text(hours: Hours, formats: Formats) -> str:
    """`10:00–21:00`, `пн–пт 10:00–20:00, сб–вс 10:00–16:00`, `10:00–20:00, вс закрыт`; what the system wrote where it
    gave no times."""
    t = formats.words
    if not hours.week or any(each.opens == each.closes for each in hours.week):
        return hours.text or t("points.hours.unknown")
    times = {each.day: _times(each, formats) for each in hours.week}
    shut = [day for day in range(1, 8) if day not in times]
    if len(set(times.values())) == 1:
        said = next(iter(times.values()))
    else:
        said = ", ".join(f"{_days(days, formats)}{NBSP}{time}" for days, time in _runs(times))
    return f"{said}, {t('points.hours.shut', days=_days(shut, formats))}" if shut else said


def _times(each: Opening, formats: Formats) -> str:
    if each.opens == 0 and each.closes >= _DAY_MIN - 1:
        return formats.words("points.hours.always")
    return f"{_clock(each.opens)}–{_clock(each.closes)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _runs(times: dict[int, str]) -> Iterator[tuple[list[int], str]]:
    """Neighbouring days with the same hours."""
    for time, days in groupby(sorted(times), key=times.__getitem__):
        yield list(days), time


def _days(days: Sequence[int], formats: Formats) -> str:
    """`пн–пт`, `сб, вс`."""
    names = [formats.words(f"points.day.{day}") for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{names[0]}–{names[-1]}" if in_a_row else ", ".join(names)


def special_text(hours: Hours, formats: Formats, today: date) -> str:
    """The next days on which the week does not hold; empty when there are none soon."""
    soon = [each for each in hours.special if each.first - AHEAD <= today <= each.last]
    return ", ".join(_special(each, formats) for each in sorted(soon, key=lambda each: each.first)[:2])


def _special(each: SpecialDays, formats: Formats) -> str:
    first, last = formats.short_day(each.first), formats.short_day(each.last)
    days = first if each.first == each.last else f"{first} – {last}"
    if not each.is_open:
        return formats.words("points.special.shut", days=days)
    if each.opens is None or each.closes is None:
        return formats.words("points.special.open", days=days)
    return f"{days}{NBSP}{_clock(each.opens)}–{_clock(each.closes)}"


def abilities(takes: Takes, formats: Formats) -> list[str]:
    """What the system says that the point can; silence is not mentioned."""
    can = {"card": takes.card, "cash": takes.cash, "fitting": takes.fitting, "returns": takes.returns}
    return [formats.words(f"points.can.{name}") for name, able in can.items() if able]


def why_text(found: Misfit, formats: Formats) -> str:
    """`предел веса 5 кг, а посылка 6,2 кг`: the same sentence for one point and for many."""
    return formats.words(f"points.why.{found.code}", **{name: _shown(name, value, formats) for name, value in
                                                        found.params.items()})  # fmt: skip


def _shown(name: str, value: object, formats: Formats) -> object:
    if isinstance(value, Money):
        return formats.money(value.minor, value.currency)
    if isinstance(value, date):
        return f"{formats.day(value)}, {formats.short_day(value)}" if near(value, formats) else formats.weekday(value)
    if name.endswith("_g") and isinstance(value, int):
        return formats.weight(value)
    if name.endswith("_mm") and isinstance(value, int):
        return f"{value / 10:g}".replace(".", "," if formats.lang == "ru" else ".")
    return value


def near(day: date, formats: Formats) -> bool:
    """Whether a day is called today or tomorrow."""
    return formats.day(day) != formats.weekday(day)


def doubt_texts(codes: Iterable[str], formats: Formats) -> list[str]:
    return [formats.words(f"points.doubt.{code}") for code in codes]


def away(metres: int | None, formats: Formats) -> str:
    """`400 м`, `1,1 км`; empty when it is unknown or means nothing any more."""
    if metres is None or metres > 500_000:
        return ""
    if metres < 950:
        return formats.words("points.metres", n=max(50, round(metres / 50) * 50))
    km = f"{metres / 1000:.1f}" if metres < 9_950 else str(round(metres / 1000))
    return formats.words("points.km", n=km.replace(".", "," if formats.lang == "ru" else "."))


def name_of(point: PickupPoint, carrier: str) -> str:
    return f"{carrier}, {point.code}"
