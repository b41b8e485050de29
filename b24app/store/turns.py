"""Whose turn it is to write to SQLite.

SQLite's own waiting is a sleep that grows to 100 ms: whoever waits longest asks most seldom, and among many writers
some never get their turn. Here the threads of a process queue up behind a lock, and the one in front asks every
millisecond. It is only a queue: what may be written when is still decided by SQLite alone.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

BUSY_MS = 10_000
#: Between two attempts: the same for the oldest waiter as for the newest.
PAUSE_S = 0.001
_HELD = "waybill_turn"


def patiently(attempt: Callable[[], object], until: float, pause_s: float = PAUSE_S) -> None:
    """Run a statement on a connection without a busy time-out, until it is not refused for being busy, or until the
    reading `until` of time.monotonic: then its error is raised."""
    while True:
        try:
            attempt()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
        time.sleep(pause_s)


class Turns:
    """The queue of one engine. Safe in a forked child as long as nobody wrote during the fork."""

    def __init__(self) -> None:
        self._front = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE. Raises SQLAlchemy's OperationalError after BUSY_MS."""
        until = time.monotonic() + BUSY_MS / 1000
        connection.info[_HELD] = self._front.acquire(timeout=BUSY_MS / 1000)
        try:
            self._begin(connection, until)
        except BaseException:
            self.end(connection)
            raise

    def commit(self, connection: Connection) -> None:
        """COMMIT on SQLAlchemy's event, which comes before its own COMMIT: that finds nothing left to do, and the turn
        lasts until the disk has what was written. Else the next thread would ask in vain meanwhile. Raises SQLAlchemy's
        DBAPIError."""
        if not connection.info.get(_HELD):
            return
        try:
            connection.exec_driver_sql("COMMIT")
        finally:
            self.end(connection)

    def end(self, connection: Connection) -> None:
        """The transaction ends: the next one may ask. Harmless for one that never began here."""
        if connection.info.pop(_HELD, False):
            self._front.release()

    @staticmethod
    def _begin(connection: Connection, until: float) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA busy_timeout=0")
        try:
            patiently(lambda: driver.execute("BEGIN IMMEDIATE"), until)
        except sqlite3.OperationalError:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for an error in SQLAlchemy's own words
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")
