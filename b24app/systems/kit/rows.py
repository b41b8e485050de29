"""Objects of a JSON document that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rows_of(value: Any) -> list[Mapping[str, Any]]:
    """The objects of what should be a list of them; anything else is left out."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
