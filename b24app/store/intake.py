"""The cheapest durable way to append one inbox row: one prepared INSERT on a connection that stays open.

The driver is in autocommit, so a row costs one round trip and one flush to disk, and no session is involved.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert

from b24app.store.models import InboxRow, InboxState, Priority
from b24app.store.turns import BUSY_MS, patiently

COLUMNS = ("lane_id", "kind", "key", "payload", "priority", "received_at", "due_at", "state", "attempts", "trace_id")


#: A request asks for its turn more often than a worker does: its transaction is the shortest of all.
ASK_S = 0.0002


class IntakeError(RuntimeError):
    """The row could not be stored."""


def _sqlite_moment(moment: datetime) -> str:
    # As SQLAlchemy writes it: always with microseconds, without zone, so that text sorts like time.
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


class Intake:
    """Appends rows from many threads and forked processes; each thread keeps a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._here = threading.local()
        statement = insert(InboxRow.__table__).compile(engine, column_keys=list(COLUMNS))  # type: ignore[arg-type]
        self._sql = str(statement)
        self._positions = statement.positiontup
        self._moment: Callable[[datetime], Any] = _sqlite_moment if self._positions else _as_is

    def append(
        self, lane_id: int, kind: str, key: str, payload: Mapping[str, Any], now: datetime, trace_id: str
    ) -> None:
        """Store one background row, due at once (`now`: aware, UTC). Raises `IntakeError`.

        A connection that broke is replaced once; the row may then be there twice and folds like any doubled hint.
        """
        moment = self._moment(now)
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        row = (
            lane_id,
            kind[:32],
            key[:64],
            text,
            int(Priority.BACKGROUND),
            moment,
            moment,
            InboxState.NEW.value,
            0,
            trace_id,
        )
        values: Any = row
        if self._positions != list(COLUMNS):
            named = dict(zip(COLUMNS, row, strict=True))
            values = [named[name] for name in self._positions] if self._positions else named
        try:
            self._execute(values)
        except self._driver_error:
            self._drop()
            try:
                self._execute(values)
            except self._driver_error as error:
                self._drop()
                raise IntakeError(str(error)) from error

    def _execute(self, values: Any) -> None:
        connection = self._connection()
        if self._positions is None:
            connection.execute(self._sql, values)
        else:
            patiently(lambda: connection.execute(self._sql, values), time.monotonic() + BUSY_MS / 1000, ASK_S)

    def _connection(self) -> Any:
        if getattr(self._here, "pid", 0) != os.getpid():
            self._here.connection = self._open()
            self._here.pid = os.getpid()
        return self._here.connection

    def _open(self) -> Any:
        fairy = self._engine.raw_connection()
        fairy.detach()
        connection: Any = fairy.dbapi_connection
        if self._positions is None:
            connection.autocommit = True
        else:
            connection.execute("PRAGMA busy_timeout=0")
        self._here.kept = _Kept(fairy)
        return connection

    def close(self) -> None:
        """Close this thread's connection; the next row opens another."""
        if getattr(self._here, "pid", 0) == os.getpid():
            self._drop()

    def _drop(self) -> None:
        self._here.pid = 0
        connection = getattr(self._here, "connection", None)
        if connection is not None:
            with contextlib.suppress(self._driver_error):
                connection.close()


class _Kept:
    """Closes a thread's connection when the thread ends: servers that begin a thread a request would leave one each."""

    def __init__(self, fairy: Any) -> None:
        self._fairy = fairy

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # the interpreter may be ending, the connection broken
            self._fairy.dbapi_connection.close()


def _as_is(moment: datetime) -> datetime:
    return moment
