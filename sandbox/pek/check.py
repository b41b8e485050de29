"""Taking requests apart: types, required fields, unknown fields; every complaint under the path of its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .errors import BAD_DATE, REQUIRED, UNKNOWN_FIELD, WRONG_TYPE, invalid

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


class Check:
    """Collects complaints. ``done`` raises them all at once, as the API answers them."""

    def __init__(self, *, strict: bool) -> None:
        self.fields: dict[str, list[str]] = {}
        self._strict = strict

    def bad(self, key: str, text: str) -> None:
        found = self.fields.setdefault(key, [])
        if text not in found:
            found.append(text)

    def done(self) -> None:
        """Raises Refused when anything was wrong."""
        if self.fields:
            raise invalid(self.fields)

    def known(self, data: Mapping[str, Any], path: str, names: str) -> None:
        """Complain about fields that the documentation does not have."""
        if self._strict:
            for name in data:
                if name not in names.split():
                    self.bad(join(path, name), UNKNOWN_FIELD)

    def take(self, data: Mapping[str, Any], path: str, name: str, kind: str, *, required: bool = True) -> Any:
        """The value of ``name`` when it is of ``kind`` (text, number, whole, flag, list, object, date, moment, time),
        else None with a complaint. Absent and null are the same."""
        value, key = data.get(name), join(path, name)
        if value is None or (kind == "text" and value == ""):
            if required:
                self.bad(key, REQUIRED)
            return None
        if not _KINDS[kind](value):
            self.bad(key, _FORMATS.get(kind, WRONG_TYPE))
            return None
        return _VALUES.get(kind, _same)(value)


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _same(value: Any) -> Any:
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10 and _parses(date.fromisoformat, value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 19 and "T" in value and _parses(datetime.fromisoformat, value)


def _parses(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


_KINDS: dict[str, Any] = {
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "flag": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "date": _is_date,
    "moment": _is_moment,
    "time": lambda value: isinstance(value, str) and _TIME.fullmatch(value) is not None,
}
_FORMATS = {
    "date": BAD_DATE.format("yyyy-MM-dd"),
    "moment": BAD_DATE.format("yyyy-MM-ddTHH:mm:ss"),
    "time": BAD_DATE.format("HH:mm:ss"),
}
_VALUES: dict[str, Any] = {"date": date.fromisoformat, "moment": datetime.fromisoformat}
