"""The list of everything the sandbox accepted or sent: the evidence tests judge by."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted thing. ``key`` is what it is counted by (an order's number, a deal's id)."""

    seq: int
    at: datetime
    system: str
    kind: str
    key: str
    portal: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "system": self.system,
            "portal": self.portal,
            "kind": self.kind,
            "key": self.key,
            "data": dict(self.data),
        }


class Journal:
    """Append-only and thread-safe. ``seq`` starts at 1 and grows by one within a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._last_seq = 0

    def add(self, system: str, kind: str, key: object = "", *, portal: str = "", **data: Any) -> Entry:
        """Append one entry; ``data`` must be JSON-like."""
        now = self._clock.now()
        with self._lock:
            self._last_seq += 1
            entry = Entry(self._last_seq, now, system, kind, str(key), portal, data)
            self._entries.append(entry)
            self._counts[(system, kind)] += 1
        return entry

    def find(
        self,
        *,
        system: str | None = None,
        kind: str | None = None,
        key: object = None,
        portal: str | None = None,
        since: int = 0,
        limit: int | None = None,
    ) -> list[Entry]:
        """Entries after ``since`` (a seq), oldest first. ``kind`` may end in ``*``: ``order.*``."""
        with self._lock:
            if since:
                rows = self._entries[bisect_right(self._entries, since, key=lambda entry: entry.seq) :]
            else:
                rows = list(self._entries)
        found = [row for row in rows if _fits(row, system, kind, None if key is None else str(key), portal)]
        return found if limit is None else found[:limit]

    def counts(self) -> dict[str, dict[str, int]]:
        """System -> kind -> how many."""
        with self._lock:
            out: dict[str, dict[str, int]] = {}
            for (system, kind), number in sorted(self._counts.items()):
                out.setdefault(system, {})[kind] = number
        return out

    def clear(self) -> None:
        """Forget everything; ``seq`` goes on, so that a reader's ``since`` stays valid."""
        with self._lock:
            self._entries.clear()
            self._counts.clear()

    def remember(self) -> Callable[[], None]:
        """A function that brings back the entries of now; ``seq`` goes on."""
        with self._lock:
            entries, counts = list(self._entries), Counter(self._counts)

        def back() -> None:
            with self._lock:
                self._entries, self._counts = list(entries), Counter(counts)

        return back


def _fits(row: Entry, system: str | None, kind: str | None, key: str | None, portal: str | None) -> bool:
    if system is not None and row.system != system:
        return False
    if kind is not None and not _kind_fits(row.kind, kind):
        return False
    if key is not None and row.key != key:
        return False
    return portal is None or row.portal == portal


def _kind_fits(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted
