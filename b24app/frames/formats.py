"""How amounts, sizes and times are written for people (rules: mockups README, "Copy"). Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_symbol

from b24app.frames.words import Words
from b24app.logistics.numbers import plain
from b24app.words import language_of

NBSP = "\u00a0"
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BYN": "Br"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def zone_or_default(name: str, lang: str) -> str:
    """A zone that exists: the person's own, else the usual one of the language."""
    try:
        return ZoneInfo(name).key if name else _default_zone(lang)
    except (ZoneInfoNotFoundError, ValueError):
        return _default_zone(lang)


def _default_zone(lang: str) -> str:
    return "Europe/Moscow" if lang == "ru" else "UTC"


def portal_zone(language: str) -> ZoneInfo:
    """The clock by which a portal of this `LANG` counts days."""
    return ZoneInfo(_default_zone(language_of(language)))


@dataclass(frozen=True, slots=True)
class Formats:
    """Writers of one person's page: language, zone and the moment the page is made."""

    words: Words
    zone: tzinfo
    now: datetime

    @property
    def lang(self) -> str:
        return self.words.lang

    @property
    def today(self) -> date:
        return self._local_date(self.now)

    def money(self, minor: int, currency: str = "RUB") -> str:
        """4320050 RUB -> `43 200,50 ₽` / `₽43,200.50`."""
        sign = _SIGNS.get(currency) or get_currency_symbol(currency, locale=self.lang)
        digits = 0 if currency in {"JPY", "KRW", "VND"} else 2
        number = self._number(Decimal(abs(minor)).scaleb(-digits), "#,##0." + "0" * digits if digits else "#,##0")
        minus = "−" if minor < 0 else ""
        return f"{minus}{number}{NBSP}{sign}" if self.lang == "ru" else f"{minus}{sign}{number}"

    def weight(self, grams: int) -> str:
        """6200 -> `6,200 кг` / `6.200 kg`."""
        return self._number(Decimal(grams) / 1000, "#,##0.000") + NBSP + self.words("unit.kg")

    def size(self, length_mm: int, width_mm: int, height_mm: int) -> str:
        """400, 300, 255 -> `40 × 30 × 25,5`; an empty text when a side is unknown."""
        sides = (length_mm, width_mm, height_mm)
        return (
            f"{NBSP}×{NBSP}".join(self._number(Decimal(side) / 10, "#,##0.#") for side in sides) if all(sides) else ""
        )

    def count(self, quantity: Decimal) -> str:
        """`12`, `1 250`, `2,5`: at most three places, as product rows have."""
        return self._number(quantity, "#,##0.###")

    def typed(self, value: Decimal) -> str:
        """`1250`, `2,5`: as a person would have typed it."""
        text = plain(value)
        return text.replace(".", ",") if self.lang == "ru" else text

    def day(self, when: date | datetime) -> str:
        """`сегодня`, `завтра`, `чт, 12 ноября`."""
        day, today = self._local_date(when), self.today
        near = {0: "day.today", 1: "day.tomorrow", -1: "day.yesterday"}.get((day - today).days)
        return self.words(near) if near else self.weekday(day)

    def weekday(self, when: date | datetime) -> str:
        """`чт, 12 ноября` / `Thu, 12 November`; the year only when it is another one."""
        day = self._local_date(when)
        pattern = "EEE, d MMMM" if day.year == self.today.year else "EEE, d MMMM y"
        return format_date(day, pattern, locale=self.lang).replace(" ", NBSP)

    def time(self, when: datetime) -> str:
        return format_time(when.astimezone(self.zone), "HH:mm", locale=self.lang)

    def moment(self, when: datetime) -> str:
        """`14:05` today, `12 ноя, 14:05` else."""
        if self._local_date(when) == self.today:
            return self.time(when)
        return f"{self.short_day(when)}, {self.time(when)}"

    def short_day(self, when: date | datetime) -> str:
        """`12 ноя` / `12 Nov`."""
        day = self._local_date(when)
        return f"{day.day}{NBSP}{format_date(day, 'MMM', locale=self.lang)[:3]}"

    def ago(self, when: datetime) -> str:
        """`только что`, `2 мин назад`, `3 ч назад`, then the day."""
        seconds = int((self.now - when) / timedelta(seconds=1))
        if seconds < _MINUTE:
            return self.words("ago.now")
        if seconds < _HOUR:
            return self.words("ago.minutes", n=seconds // _MINUTE)
        return self.words("ago.hours", n=seconds // _HOUR) if seconds < _DAY else self.moment(when)

    def phone(self, e164: str) -> str:
        """`+79000001462` -> `+7 900 000-14-62`; other countries stay as they are."""
        digits = e164.removeprefix("+")
        if not (e164.startswith("+7") and digits.isdigit() and len(digits) == 11):
            return e164
        return f"+7{NBSP}{digits[1:4]}{NBSP}{digits[4:7]}-{digits[7:9]}-{digits[9:]}"

    def quote(self, text: str) -> str:
        """Somebody's words in the quotes of the page's language."""
        return f"«{text}»" if self.lang == "ru" else f"“{text}”"

    def _local_date(self, when: date | datetime) -> date:
        return when.astimezone(self.zone).date() if isinstance(when, datetime) else when

    def _number(self, value: Decimal, pattern: str) -> str:
        return format_decimal(value, pattern, locale=self.lang).replace(" ", NBSP)
