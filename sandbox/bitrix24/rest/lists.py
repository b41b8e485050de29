"""What list methods share: pages of 50, filter prefixes, order, select (contract bitrix24-app §3.3, crm §1.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.bitrix24.wire import items_of, to_int

from .call import Listing

PAGE = 50
Row = Mapping[str, Any]
_PREFIX = re.compile(r"^(!=%|!%=|!%|!=|!@|=%|%=|>=|<=|><|!|=|>|<|@|%)?(.*)$", re.DOTALL)


def split_key(key: str) -> tuple[str, str]:
    """(prefix, field) of a filter key: ``>=updatedTime``."""
    match = _PREFIX.match(key)
    return (match.group(1) or "", match.group(2)) if match else ("", key)


def page(rows: Sequence[Any], start: Any, wrap: Callable[[list[Any]], Any] = lambda rows: rows) -> Listing:
    """Cut one page. ``start`` -1 counts nothing: total 0 and no next; a wrong start is rounded down."""
    number = to_int(start) or 0
    if number < 0:
        return Listing(wrap(list(rows[:PAGE])), 0)
    first = number - number % PAGE
    last = first + PAGE
    return Listing(wrap(list(rows[first:last])), len(rows), last if last < len(rows) else None)


def fits(value: Any, prefix: str, wanted: Any) -> bool:
    """Whether a row's value passes one condition."""
    negative = prefix.startswith("!")
    kind = prefix[1:] if negative else prefix
    if kind in ("", "=", "@"):
        return _among(value, wanted) != negative
    if kind in ("%", "=%", "%="):
        return _like(value, wanted, kind) != negative
    if kind == "><":
        low, high = [*items_of(wanted), None, None][:2]
        return fits(value, ">=", low) and fits(value, "<=", high)
    return _compare(value, kind, wanted)


def _among(value: Any, wanted: Any) -> bool:
    options = items_of(wanted) if isinstance(wanted, list | dict) else [wanted]
    if not options:
        return False
    values = value if isinstance(value, list) else [value]
    texts = {_text(one) for one in values} or {""}
    return any(_text(option) in texts for option in options)


def _like(value: Any, wanted: Any, kind: str) -> bool:
    text, pattern = _text(value).lower(), _text(wanted).lower()
    if kind == "%":
        return pattern in text
    return text.startswith(pattern.rstrip("%")) if not pattern.startswith("%") else pattern.strip("%") in text


def _compare(value: Any, kind: str, wanted: Any) -> bool:
    if value is None or wanted is None or isinstance(wanted, list | dict):
        return False
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        one, other = str(value), str(wanted)
        return {">": one > other, ">=": one >= other, "<": one < other, "<=": one <= other}[kind]
    return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[kind]


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def matches(row: Row, conditions: Mapping[str, Any]) -> bool:
    """All conditions of a flat filter; unknown fields are treated as empty."""
    for key, wanted in conditions.items():
        prefix, name = split_key(key)
        if not fits(row.get(name), prefix, wanted):
            return False
    return True


def ordered(rows: list[Any], order: Mapping[str, Any], default: str) -> list[Any]:
    """Sort by several fields; the last resort is ``default`` ascending."""
    rows = sorted(rows, key=lambda row: _sortable(row.get(default)))
    for name, way in reversed(list(order.items())):
        down = str(way).upper() == "DESC"
        rows = sorted(rows, key=lambda row, name=name: _sortable(row.get(name)), reverse=down)  # type: ignore[misc]
    return rows


def _sortable(value: Any) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    number = _number(value)
    return (1, number, "") if number is not None else (2, 0.0, str(value))


def chosen(row: Row, select: Sequence[str]) -> dict[str, Any]:
    """The selected keys of a row; nothing chosen or ``*`` is everything."""
    if not select or "*" in select:
        return dict(row)
    return {name: row[name] for name in select if name in row}
