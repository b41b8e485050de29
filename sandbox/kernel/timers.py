"""Things that must happen at a moment of the sandbox's clock, whether or not anybody reads."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

from .clock import Clock
from .guarded import guarded

log = logging.getLogger("sandbox.timers")

# The clock may be moved by another process, so waiting is a short poll rather than one long sleep.
_POLL = 0.02


class Timers:
    """One thread that runs due callbacks in order of time. Callbacks must be short (hand slow work to a Pusher)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._running = threading.RLock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="sandbox:timers", daemon=True)
        self._thread.start()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Run ``action`` when the sandbox's clock reaches ``moment`` (seconds since the epoch)."""
        with self._lock:
            heapq.heappush(self._heap, (moment, next(self._order), action))
        self._wake.set()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` after ``seconds`` of the sandbox's time."""
        self.at(self._clock.time() + seconds, action)

    def clear(self) -> None:
        with self._lock:
            self._heap.clear()

    def waiting(self) -> int:
        """How many callbacks are not due yet."""
        with self._lock:
            return len(self._heap)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join(2.0)

    def run_due(self) -> int:
        """Run what is due now, one at a time and in order; returns how many ran.

        The thread calls it, and so may a reader that wants the present (never while holding a lock that a
        callback takes).
        """
        ran = 0
        with self._running:
            while action := self._pop():
                ran += 1
                guarded(log, "a timer failed", action)
        return ran

    def _pop(self) -> Callable[[], None] | None:
        with self._lock:
            if self._heap and self._heap[0][0] <= self._clock.time():
                return heapq.heappop(self._heap)[2]
        return None

    def _loop(self) -> None:
        while not self._stopping:
            guarded(log, "the timers failed", self.run_due)
            waiting = _POLL if self._heap else None
            self._wake.wait(waiting)
            self._wake.clear()
