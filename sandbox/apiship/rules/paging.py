"""Pages, filters and chosen fields of the lists (§6): ``key=value;key=[a,b]``, `rows` and `meta`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sandbox.apiship.errors import Refused, field

Wanted = tuple[tuple[str, tuple[str, ...]], ...]
_CLAUSE = re.compile(r"([A-Za-z]+)=(.+)")


def filter_of(text: str, known: Collection[str]) -> Wanted:
    """Raises Refused: 040010 unreadable, 040011 a field that nothing is filtered by."""
    found = []
    for clause in filter(None, (part.strip() for part in text.split(";"))):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            raise Refused("040010", description=clause)
        name, value = match.groups()
        if name not in known:
            raise Refused("040011", description=name)
        values = value[1:-1].split(",") if value.startswith("[") and value.endswith("]") else [value]
        found.append((name, tuple(one.strip() for one in values)))
    return tuple(found)


def window(args: Mapping[str, str], default: int, most: int, furthest: int | None = None) -> tuple[int, int]:
    """(limit, offset). Raises Refused for what is no number or out of bounds."""
    limit = _number(args, "limit", default, 1, most)
    return limit, _number(args, "offset", 0, 0, furthest)


def _number(args: Mapping[str, str], name: str, default: int, low: int, high: int | None) -> int:
    text = args.get(name)
    if text is None or text == "":
        return default
    if not text.isdigit() or int(text) < low or (high is not None and int(text) > high):
        raise Refused("040002", [field(name, f"Значение должно быть от {low} до {high if high is not None else '…'}")])
    return int(text)


def page(rows: Sequence[Any], total: int, limit: int, offset: int) -> dict[str, Any]:
    return {"rows": list(rows), "meta": {"total": total, "offset": offset, "limit": limit}}


def cut(rows: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """A page of rows that are all at hand."""
    return page(rows[offset : offset + limit], len(rows), limit, offset)


def only(row: dict[str, Any], fields: str) -> dict[str, Any]:
    """The chosen fields of a row. Raises Refused 040012."""
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    if strange := [name for name in wanted if name not in row]:
        raise Refused("040012", description=", ".join(strange))
    return {name: row[name] for name in wanted} if wanted else row
