"""Values on the wire: what a property holds, written for V2, V4 and Atom, and read from a body or a literal (§2)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .schema import Property

Value = Any
_TICKS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_TIME = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
#: A literal of a V2 address: type and text.
_LITERALS = (
    ("String", re.compile(r"'((?:[^']|'')*)'")),
    ("DateTime", re.compile(r"datetime'([^']*)'")),
    ("DateTimeOffset", re.compile(r"datetimeoffset'([^']*)'")),
    ("Time", re.compile(r"time'([^']*)'")),
    ("Guid", re.compile(r"guid'([^']*)'|([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")),
    ("DateTimeOffset", re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))")),
    ("Date", re.compile(r"(\d{4}-\d\d-\d\d)")),
    ("Decimal", re.compile(r"(-?\d+(?:\.\d+)?)[MmLlDdFf]?")),
    ("Boolean", re.compile(r"(true|false)")),
    ("Null", re.compile(r"(null)")),
)
LITERAL = re.compile("|".join(f"(?:{found.pattern})" for _, found in _LITERALS))


def default(found: Property) -> Value:
    """What a property holds that nothing says anything about."""
    empty: dict[str, Value] = {"String": "", "Decimal": Decimal(0), "Boolean": False, "Int32": 0, "Time": timedelta()}
    return empty.get(found.type, "00000000-0000-0000-0000-000000000000" if found.type == "Guid" else None)


def write(found: Property, value: Value, *, v4: bool = False, zeros: bool = False) -> Any:
    """JSON. ``zeros``: V2's decimals with all their fraction digits."""
    if value is None:
        return None
    if found.type == "Decimal":
        return _decimal(found, value, v4, zeros)
    if found.type == "Time":
        return _duration(value)
    if isinstance(value, datetime):
        if v4:
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"/Date({int(value.timestamp() * 1000)}{'+0000' if found.type == 'DateTimeOffset' else ''})/"
    return value.isoformat() if isinstance(value, date) else value


def _decimal(found: Property, value: Decimal, v4: bool, zeros: bool) -> Any:
    if v4:
        return int(value) if value == value.to_integral_value() else float(value)
    if zeros:
        return f"{value:.{found.size[1]}f}"
    return f"{value.normalize():f}"


def _duration(value: timedelta) -> str:
    whole = int(value.total_seconds())
    return f"PT{whole // 3600:02d}H{whole // 60 % 60:02d}M{whole % 60:02d}S"


def atom(found: Property, value: Value) -> str | None:
    """Text of an element; None = null."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = write(found, value)
    return None if shown is None else str(shown)


def read(found: Property, given: Any) -> Value:
    """From a body. Raises ValueError: a wrong type, too long."""
    if given is None:
        return default(found)
    if found.type == "String":
        if not isinstance(given, str) or (found.size and len(given) > found.size[0]):
            raise ValueError(given)
        return given
    if found.type == "Decimal":
        return _read_decimal(found, given)
    if found.type in ("DateTime", "DateTimeOffset"):
        ticks = _TICKS.fullmatch(str(given))
        if ticks is None:
            return moment(str(given))
        return datetime.fromtimestamp(int(ticks[1]) / 1000, UTC)
    if found.type == "Time":
        return _read_time(str(given))
    if not isinstance(given, bool if found.type == "Boolean" else int | str):
        raise ValueError(given)  # noqa: TRY004 - answered as any other wrong value
    return given


def _read_decimal(found: Property, given: Any) -> Decimal:
    """Gateway wants them as texts (contract §2)."""
    try:
        value = Decimal(given) if isinstance(given, str) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or value != round(value, found.size[1]):
        raise ValueError(given)
    return value


def _read_time(text: str) -> timedelta:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def moment(text: str) -> datetime:
    """Raises ValueError."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def literal(text: str) -> Value:
    """A literal of an address or a filter. Raises ValueError."""
    for kind, pattern in _LITERALS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        inner = next((group for group in found.groups() if group is not None), "")
        return _of_literal(kind, inner)
    raise ValueError(text)


def _of_literal(kind: str, inner: str) -> Value:
    if kind == "String":
        return inner.replace("''", "'")
    if kind in ("DateTime", "DateTimeOffset"):
        return moment(inner)
    if kind == "Decimal":
        return Decimal(inner)
    if kind == "Time":
        return _read_time(inner)
    if kind == "Date":
        return date.fromisoformat(inner)
    return {"true": True, "false": False, "null": None}.get(inner, inner)
