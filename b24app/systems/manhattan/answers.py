"""Reading answers by a profile's paths (manhattan.md §6): `$`, `.name`, `[n]`, `[*]`, and the filters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from b24app.systems.manhattan.filters import Around, CannotError
from b24app.systems.manhattan.values import check_filters, filtered, filters_of

_WHOLE = re.compile(r"\$((?:\.[A-Za-z_][\w-]*|\[\d+\]|\[\*\])*)")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+|\*)\]")
Row = Mapping[str, Any]


class OddError(ValueError):
    """An answer without what it has to have."""


@lru_cache(maxsize=2048)
def steps_of(path: str) -> tuple[str | int, ...]:
    """`$.data[0].Id` -> `("data", 0, "Id")`; `[*]` stays `*`. Raises CannotError."""
    found = _WHOLE.fullmatch(path.strip())
    if found is None:
        raise CannotError("answer_path_shape", given=path[:60])
    return tuple(step[1] or (step[2] if step[2] == "*" else int(step[2])) for step in _STEP.finditer(found[1]))


def all_at(path: str, document: Any) -> list[Any]:
    """Every value there; what is not there is none."""
    found = [document]
    for step in steps_of(path):
        found = [below for each in found for below in _below(each, step)]
    return found


def _below(value: Any, step: str | int) -> Sequence[Any]:
    if step == "*":
        return value if isinstance(value, list) else ()
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and step < len(value) else ()
    return [value[step]] if isinstance(value, Mapping) and step in value else ()


def first_at(path: str, document: Any) -> Any:
    return next(iter(all_at(path, document)), None)


def texts_at(paths: Sequence[str], document: Any) -> list[str]:
    """What all paths tell, each text once, the emptier ones left out."""
    found = [str(each) for path in paths for each in all_at(path, document) if each not in (None, "", [], {})]
    return list(dict.fromkeys(found))


def check_field(spec: Any, around: Around) -> Iterator[CannotError]:
    """What is wrong with a path and its filters, or a list of them."""
    for each in spec if isinstance(spec, list) else [spec]:
        try:
            path, filters = filters_of(each)
            steps_of(path)
            check_filters(filters, around)
        except CannotError as wrong:
            yield wrong


def field_of(spec: Any, row: Any, around: Around) -> Any:
    """The first of its paths that says something; a nested table gives rows. Raises CannotError."""
    if isinstance(spec, Mapping):
        rows = first_at(spec["rows"], row)
        found = rows if isinstance(rows, list) else []
        return [fields_of(spec["fields"], each, around) for each in found if isinstance(each, Mapping)]
    for each in spec if isinstance(spec, list) else [spec]:
        path, filters = filters_of(each)
        value = filtered(first_at(path, row), filters, around)
        if value not in (None, ""):
            return value
    return None


def fields_of(fields: Row, row: Any, around: Around) -> dict[str, Any]:
    return {name: field_of(spec, row, around) for name, spec in fields.items()}


def rows_at(path: str, document: Any, total: str) -> list[Row]:
    """The rows of a list; one object alone is a list of it. Raises OddError: an answer without one is no empty list,
    unless it says itself that it counts none."""
    found = first_at(path, document)
    if found is None and total and first_at(total, document) in (0, "0"):
        return []
    rows = [found] if isinstance(found, Mapping) else found
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise OddError(f"no rows at {path}")
    return rows
