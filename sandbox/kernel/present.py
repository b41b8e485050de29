"""The present of an emulated system: what is due has happened, and what happens shows its own moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from .clock import Clock
from .timers import Timers


class Present:
    """``lock`` guards a system's memory; what is scheduled runs under it."""

    def __init__(self, clock: Clock, timers: Timers) -> None:
        self.clock = clock
        self.timers = timers
        self.lock = threading.RLock()
        self._due = threading.local()

    def settle(self) -> None:
        """Let everything happen that is due by now, so that an answer shows the present. Never under the lock."""
        self.timers.run_due()

    def time(self) -> float:
        """The present; inside something scheduled, the moment it was due (a jump of the clock then shows each status at
        its own time and not all at once)."""
        moment: float | None = getattr(self._due, "moment", None)
        return self.clock.time() if moment is None else moment

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Run ``action`` under the lock when the clock reaches ``moment``."""

        def due() -> None:
            with self.lock:
                self._due.moment = moment
                try:
                    action()
                finally:
                    self._due.moment = None

        self.timers.at(moment, due)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self.at(self.time() + seconds, action)
