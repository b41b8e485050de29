"""The log of remote calls in the database: buffered, written by a thread of its own, bounded."""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from dataclasses import asdict
from typing import Any

import sqlalchemy
import structlog
from sqlalchemy import insert

from b24app.store.engine import Sessions, session_scope
from b24app.store.models import CallLogRow
from b24app.wire.log import CallRecord

MAX_WAITING = 5_000
MAX_BATCH = 500
CLOSING_S = 5.0


class StoredCallLog:
    """A sink for `wire.Http` (a `CallLog`). `record` never blocks and never raises.

    When the database is away, at most `MAX_WAITING` records wait; older ones go to the structured log only (wire's
    own sink has written them there already). What waits when the process ends is written then.
    """

    def __init__(self, sessions: Sessions, every_s: float = 0.5) -> None:
        self._sessions = sessions
        self._every_s = every_s
        self._waiting: deque[CallRecord] = deque(maxlen=MAX_WAITING)
        self._lock = threading.Lock()
        self._pid = 0
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger("waybill.calllog")

    def record(self, entry: CallRecord) -> None:
        self._waiting.append(entry)
        if self._pid != os.getpid():
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
        atexit.register(self.flush)
        self._thread = threading.Thread(target=self._run, name="call-log", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._closed.wait(self._every_s):
            self.flush()

    def close(self) -> None:
        """Write what waits, and end the thread: the database goes before the process does."""
        self._closed.set()
        atexit.unregister(self.flush)
        if self._thread is not None:
            self._thread.join(CLOSING_S)
        self.flush()

    def flush(self) -> None:
        """Write what waits; on a failing database it goes on waiting."""
        while batch := self._take():
            try:
                with session_scope(self._sessions) as session:
                    session.execute(insert(CallLogRow), [_row(entry) for entry in batch])
            except sqlalchemy.exc.SQLAlchemyError as error:
                self._log.warning("call_log_waits", why=type(error).__name__, waiting=len(batch))
                self._waiting.extendleft(reversed(batch))
                return

    def _take(self) -> list[CallRecord]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]


def _row(entry: CallRecord) -> dict[str, Any]:
    row = asdict(entry)
    row["ms"] = round(entry.ms)
    for name, most in (("remote", 160), ("label", 160), ("trace_id", 64)):
        row[name] = row[name][:most]
    return row
