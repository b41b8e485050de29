"""Conversions that several carriers need. Ours: integer grams, millimetres, minor units, aware UTC."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal


def centimetres(millimetres: int) -> int:
    """Whole centimetres; a started one counts."""
    return math.ceil(millimetres / 10)


def metres(millimetres: int) -> float:
    return millimetres / 1000


def kilograms(grams: int) -> float:
    return grams / 1000


def grams_of(kilos: Any) -> int | None:
    """From kilograms as a number or text (`0,5` too); None when it is none, or not above 0."""
    value = decimal_of(kilos)
    return int((value * 1000).quantize(Decimal(1), ROUND_HALF_UP)) if value is not None and value > 0 else None


def decimal_of(value: Any) -> Decimal | None:
    """A number of a sensible size as a number or text, with a decimal comma too; None when it is none."""
    return None if isinstance(value, bool) or value is None else read_decimal(str(value).strip().replace(",", "."))


def money_of(value: Any, currency: str = "RUB") -> Money | None:
    """Whole units of theirs, a number or text."""
    found = decimal_of(value)
    return None if found is None else Money.of(found, currency)


def whole_units(money: Money) -> float:
    """For systems that take money as a float of whole units; two decimals survive the way."""
    return float(money.amount)


def moment_of(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """ISO 8601, with `Z`, an offset or none (`zone` then); None when unreadable."""
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    return at.astimezone(UTC) if at.year > 1 else None


def day_of(value: Any) -> date | None:
    """The date that an ISO text begins with, if it is a sensible one."""
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return day if day.year >= 2000 else None


def whole(value: Any) -> int | None:
    """A whole number as a number or text; None when it is none."""
    found = decimal_of(value)
    return int(found) if found is not None and found == found.to_integral_value() else None
