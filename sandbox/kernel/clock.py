"""The sandbox's clock: real time plus an offset that every sandbox process agrees on.

The offset lives in one small file of the world's var directory and is re-read when the file changes, so several
processes share one time without talking to each other.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """Aware UTC time that flows like real time and can be moved by ``advance`` and ``set``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._offset = 0.0
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def offset(self) -> float:
        """Seconds by which the sandbox's time differs from real time."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return 0.0
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            with self._lock:
                self._offset = float(self._path.read_text("ascii"))
                self._stamp = stamp
        return self._offset

    def time(self) -> float:
        """Seconds since the epoch, in the sandbox's time."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """The sandbox's time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the time forward (or back, if negative) by real-time seconds."""
        with self._exclusive():
            self._write(self.offset + seconds)

    def set(self, moment: datetime) -> None:
        """Make ``moment`` (aware) the present."""
        if moment.tzinfo is None:
            raise ValueError("the clock takes an aware datetime")
        with self._exclusive():
            self._write(moment.timestamp() - time.time())

    def reset(self) -> None:
        """Back to real time."""
        with self._exclusive():
            self._write(0.0)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        # Two processes that advance at once must not lose one of the two moves.
        with self._path.with_suffix(".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _write(self, offset: float) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        fresh.write_text(repr(offset), "ascii")
        fresh.replace(self._path)
