"""A field that nobody documented, as every vendor adds one some day: a client must not mind it."""

from __future__ import annotations

from typing import Any


def with_unknown_fields(data: Any, name: str) -> Any:
    """JSON-like ``data`` with a field ``name`` (in the vendor's spelling) in every object of it, however deep."""
    if isinstance(data, list):
        return [with_unknown_fields(row, name) for row in data]
    if isinstance(data, dict):
        inner = {key: with_unknown_fields(value, name) for key, value in data.items()}
        return inner | {name: {"nobody": "documented this"}}
    return data
