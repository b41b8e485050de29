"""Parameters on the wire: PHP's brackets inside a batch, plain JSON outside (bitrix24-crm.md §13.2, §0.2).

A batch command is parsed like a URL, so every key and value is percent-encoded exactly once, also inside JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote

#: Commands in one batch; the 51st would be refused.
BATCH_MOST = 50
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Command:
    """One method call. `key` names its result in a batch: a letter first, so that maps stay maps in PHP's JSON."""

    key: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is not a key of a batch")

    @property
    def line(self) -> str:
        """As it stands in `cmd`: `method?query`."""
        query = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in flatten(self.params))
        return f"{self.method}?{query}" if query else self.method


def reference(key: str, *path: str | int) -> str:
    """`$result[key][a][0]`: another command's result as the whole value of a parameter.

    Only for reads: a path that does not exist silently puts its container in (bitrix24-crm.md §13.3).
    """
    return f"$result[{key}]" + "".join(f"[{part}]" for part in path)


def flatten(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """PHP's notation, not yet encoded. Empty lists and maps cannot be said in it and are left out."""
    for key, value in params.items():
        yield from _flatten(str(key), value)


def _flatten(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flatten(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple | set | frozenset):
        for index, item in enumerate(value):
            yield from _flatten(f"{name}[{index}]", item)
    else:
        scalar = plain(value)
        yield name, "" if scalar is None else str(scalar)


def plain(value: Any) -> Any:
    """A value as Bitrix24 wants it: `Y`/`N`, ISO 8601 with an offset, decimals as text. Containers keep their shape."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without an offset would be read in the server's own zone")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def as_map(value: Any) -> dict[str, Any]:
    """A map that PHP may have sent as a list: `[]` when empty, numbered when its keys were 0..n."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {}


def as_list(value: Any) -> list[Any]:
    """A list that PHP may have sent as a map."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, Mapping) else []
