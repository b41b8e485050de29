"""Periodic jobs of the deployment: rows in the database, run by whoever moves the date first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from b24app.clock import Clock
from b24app.store import schedule
from b24app.store.engine import Sessions, read_scope, session_scope

Job = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A job and its period in seconds. It must bear being killed half-way and being run again."""

    name: str
    period_s: int
    job: Job


class Schedule:
    """Runs due jobs; many workers may tick, each date is run by one of them."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._entries: list[Entry] = []
        self._log = structlog.get_logger("waybill.schedule")

    def add(self, name: str, period_s: int, job: Job) -> None:
        """Register a job under a name that stays the same between releases."""
        self._entries.append(Entry(name, period_s, job))

    def prepare(self) -> None:
        """Make rows for jobs that have none; their first run is now."""
        periods = {entry.name: entry.period_s for entry in self._entries}
        with session_scope(self._sessions) as session:
            schedule.ensure(session, periods, self._clock.now())

    def tick(self) -> int:
        """Run the jobs whose date has come and which nobody else took; return how many."""
        with read_scope(self._sessions) as session:
            due = schedule.due(session, self._clock.now())
        return sum(self._run(entry) for entry in self._entries if entry.name in due)

    def _run(self, entry: Entry) -> bool:
        with session_scope(self._sessions) as session:
            if not schedule.take(session, entry.name, entry.period_s, self._clock.now()):
                return False
        begun, error = time.monotonic(), ""
        try:
            entry.job()
        except Exception as failure:  # noqa: BLE001 - one job's fault must not stop the others; it is kept in its row
            self._log.exception("job_failed", job=entry.name)
            error = f"{type(failure).__name__}: {failure}"
        with session_scope(self._sessions) as session:
            schedule.note(session, entry.name, int((time.monotonic() - begun) * 1000), error)
        return True
