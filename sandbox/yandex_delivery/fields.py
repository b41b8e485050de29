"""Reading a body that must be exactly of its documented types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .errors import Refused, missing, wrong_type

_ABSENT = object()


class Fields:
    """An object of the body under its path. Getters raise Refused: missing, or of a wrong type."""

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise wrong_type(path or "body", "an object")
        self.data, self.path = data, path

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def _get(self, key: str, default: Any) -> Any:
        value = self.data.get(key)
        if value is None:
            if default is _ABSENT:
                raise missing(self.name(key))
            return default
        return value

    def text(self, key: str, default: Any = _ABSENT) -> str:
        value = self._get(key, default)
        if not isinstance(value, str):
            raise wrong_type(self.name(key), "a string")
        if default is _ABSENT and not value:
            raise missing(self.name(key))
        return value

    def integer(self, key: str, default: Any = _ABSENT, least: int | None = None) -> int:
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_type(self.name(key), "an integer")
        if least is not None and value < least:
            raise wrong_type(self.name(key), f"at least {least}")
        return value

    def number(self, key: str, default: Any = _ABSENT) -> float:
        value = self._get(key, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise wrong_type(self.name(key), "a number")
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise wrong_type(self.name(key), "a boolean")
        return value

    def one_of(self, key: str, known: tuple[str, ...], default: Any = _ABSENT) -> str:
        value = self.text(key, default)
        if value not in known:
            raise wrong_type(self.name(key), f"one of {', '.join(known)}")
        return value

    def child(self, key: str) -> Fields:
        return Fields(self._get(key, _ABSENT), self.name(key))

    def children(self, key: str, least: int = 1) -> list[Fields]:
        value = self._get(key, _ABSENT if least else [])
        if not isinstance(value, list):
            raise wrong_type(self.name(key), "an array")
        if len(value) < least:
            raise missing(f"{self.name(key)}[0]")
        return [Fields(row, f"{self.name(key)}[{number}]") for number, row in enumerate(value)]

    def texts(self, key: str, least: int = 0) -> list[str]:
        value = self._get(key, _ABSENT if least else [])
        if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
            raise wrong_type(self.name(key), "an array of strings")
        if len(value) < least:
            raise missing(self.name(key))
        return value

    def moment(self, key: str) -> float:
        """An ISO time with an offset, or a unix integer (older payloads, §A6)."""
        value = self._get(key, _ABSENT)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise wrong_type(self.name(key), "a date-time") from None
        if found.tzinfo is None:
            raise wrong_type(self.name(key), "a date-time with an offset")
        return found.timestamp()


def utc(moment: float) -> str:
    """``2026-05-01T07:00:00.000000Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def offset_time(moment: float) -> str:
    """``2026-05-01T10:00:00.000000+00:00``: the express API's times."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")


__all__ = ["Fields", "Refused", "offset_time", "utc"]
