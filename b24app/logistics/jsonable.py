"""Dataclasses to JSON values and back, so that models can live in database rows.

Reading is tolerant: keys we do not know are ignored and missing ones take their defaults, because a row may have
been written by an older or a newer version of the program.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Self


class Jsonable:
    """Mixin for dataclasses: `to_json()` gives plain JSON values, `from_json()` builds the object back."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        return typing.cast("dict[str, Any]", dump(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises KeyError for a missing field without a default, ValueError or TypeError for a wrong shape."""
        return typing.cast("Self", _load_dataclass(cls, data))


def dump(value: Any) -> Any:
    """Any model value as JSON: dataclass -> object, tuple -> array, datetime/date -> ISO 8601, Decimal -> string."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: dump(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): dump(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [dump(item) for item in value]
    return value


def load(wanted: Any, value: Any) -> Any:
    """The inverse of `dump` for the type `wanted` (a dataclass, `X | None`, tuple, mapping, enum, date, Decimal)."""
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _load_union(wanted, value)
    if origin is tuple:
        return tuple(load(typing.get_args(wanted)[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        key_type, item_type = typing.get_args(wanted)
        return {load(key_type, key): load(item_type, item) for key, item in value.items()}
    return _load_plain(wanted, value)


def _load_union(wanted: Any, value: Any) -> Any:
    options = [option for option in typing.get_args(wanted) if option is not type(None)]
    return load(options[0], value) if len(options) == 1 else value


def _load_plain(wanted: Any, value: Any) -> Any:
    if not isinstance(wanted, type):
        return value
    if dataclasses.is_dataclass(wanted):
        return _load_dataclass(wanted, value)
    if issubclass(wanted, datetime | date | time):
        return wanted.fromisoformat(value)
    if issubclass(wanted, Enum | Decimal):
        return wanted(value)
    return value


def _load_dataclass(cls: Any, data: Mapping[str, Any]) -> Any:
    if not isinstance(data, Mapping):
        raise TypeError(f"{cls.__name__}: an object was expected, got {type(data).__name__}")
    hints = _hints(cls)
    known = {field.name: field for field in dataclasses.fields(cls)}
    present = {name: load(hints[name], data[name]) for name in known if name in data}
    for name, field in known.items():
        no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if name not in present and no_default:
            raise KeyError(f"{cls.__name__}.{name}")
    return cls(**present)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)
