"""What a hook process remembers of portals and connections for a few seconds, so that a burst costs one query."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_ENTRIES = 10_000
MISS_S = 1.0  # an unknown key is asked again sooner: a portal may be installing right now


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T | None
    until: float


class Memory(Generic[T]):
    """A bounded cache over `load(key)`, which returns None for what does not exist. Misses are remembered too."""

    def __init__(self, load: Callable[[str], T | None], ttl_s: float) -> None:
        self._load = load
        self._ttl_s = ttl_s
        self._entries: dict[str, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        """Return what belongs to `key` now, at most `ttl_s` old."""
        entry = self._entries.get(key)
        if entry is None or entry.until < time.monotonic():
            entry = self._refresh(key)
        return entry.value

    def forget(self, key: str) -> None:
        """Load it anew next time: it was changed by this process."""
        with self._lock:
            self._entries.pop(key, None)

    def _refresh(self, key: str) -> _Entry[T]:
        value = self._load(key)
        entry = _Entry(value, time.monotonic() + (self._ttl_s if value is not None else min(MISS_S, self._ttl_s)))
        with self._lock:
            if len(self._entries) >= MAX_ENTRIES:
                self._entries.clear()
            self._entries[key] = entry
        return entry
