"""Our address among the subscriptions to callbacks that an account has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def is_ours(found: str, url: str) -> bool:
    """The last part of our address is the secret; what stands before it names the connection."""
    return found.rpartition("/")[0] == url.rpartition("/")[0]


def kept_and_stale(rows: Sequence[Row], url: str, key: str = "url") -> tuple[Row | None, list[Row]]:
    """Of our subscriptions the one to exactly `url` (None = it has to be made), and those to be removed: of another
    secret, and repeated ones. Other people's are in neither."""
    ours = [row for row in rows if is_ours(str(row.get(key)), url)]
    current = [row for row in ours if row.get(key) == url]
    return (current[0] if current else None), [row for row in ours if row.get(key) != url] + current[1:]
