"""Time is a port: everything that asks "when" is handed a Clock (DESIGN, "Time")."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests


class Clock(Protocol):
    """What the program knows about time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean something."""


class SystemClock:
    """The machine's clock: production."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    ticks: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        """Move both the wall and the monotonic reading forward."""
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


class SandboxClock:
    """The machine's clock plus the offset of the sandbox's control API (`GET /clock`), for test and demo profiles.

    The offset is asked for at most every `poll_s` seconds, by a background thread: `now()` itself never waits, except
    once at the very first use, for at most `first_s`: what is written at a wrong time may be due only minutes later;
    and for one call after `stale_s` in which nobody asked: the clock may have been set on by days meanwhile.
    While the control API does not answer, the last offset holds.
    """

    def __init__(self, control_url: str, poll_s: float = 0.2, first_s: float = 10.0, stale_s: float = 5.0) -> None:
        self._url = control_url.rstrip("/") + "/clock"
        self._poll_s = poll_s
        self._first_s, self._stale_s = first_s, stale_s
        self._offset = 0.0
        self._asked = float("-inf")
        self._lock = threading.Lock()
        self._asking = False
        self._first = threading.Lock()
        self._known = False

    def now(self) -> datetime:
        self._keep_fresh()
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        self._keep_fresh()
        return time.monotonic() + self._offset

    def _keep_fresh(self) -> None:
        if not self._known:
            self._ask_first()
        elif self._is_stale():
            with self._first:
                if self._is_stale():
                    self._ask()
        with self._lock:
            if self._asking or time.monotonic() - self._asked < self._poll_s:
                return
            self._asking = True
        threading.Thread(target=self._ask, name="sandbox-clock", daemon=True).start()

    def _is_stale(self) -> bool:
        return time.monotonic() - self._asked > self._stale_s

    def _ask_first(self) -> None:
        """One asks, the others wait for it: none of them may go on with a time that is not known yet."""
        with self._first:
            end = time.monotonic() + self._first_s
            while not self._known and not self._ask() and time.monotonic() < end:
                time.sleep(self._poll_s)
            self._known = True

    def _ask(self) -> bool:
        """Whether the control API answered."""
        try:
            answer = requests.get(self._url, timeout=(1, 1), allow_redirects=False)
            self._offset = float(answer.json()["offset"])
            return True
        except (requests.RequestException, ValueError, KeyError, TypeError):
            return False  # the control API restarts during fault runs; the last offset is the best guess
        finally:
            with self._lock:
                self._asked = time.monotonic()
                self._asking = False
