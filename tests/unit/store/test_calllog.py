"""The call log: every attempt is kept, a database that is away blocks nobody, memory stays bounded."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from b24app.clock import FixedClock
from b24app.store import calllog
from b24app.store.calllog import StoredCallLog
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import CallLogRow
from b24app.wire.log import CallRecord


def _record(clock: FixedClock, label: str) -> CallRecord:
    return CallRecord(
        clock.now(), "t", "portal:x", label, "POST", "https://x/rest", "answered", "", 200, 12.6, 5, 9, True
    )


def _labels(sessions: Sessions) -> list[str]:
    with read_scope(sessions) as session:
        return list(session.scalars(select(CallLogRow.label).order_by(CallLogRow.id)))


def test_records_are_written_in_order_by_a_thread_of_their_own(sessions: Sessions, clock: FixedClock) -> None:
    log = StoredCallLog(sessions, every_s=0.01)
    for n in range(700):
        log.record(_record(clock, f"call-{n}"))
    end = time.monotonic() + 5
    while len(_labels(sessions)) < 700 and time.monotonic() < end:
        time.sleep(0.02)
    assert _labels(sessions) == [f"call-{n}" for n in range(700)]
    with read_scope(sessions) as session:
        row = session.scalars(select(CallLogRow).limit(1)).one()
    assert (row.ms, row.status, row.people, row.at) == (13, 200, True, clock.now())


def test_a_database_that_is_away_costs_nothing_but_patience(
    sessions: Sessions, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calllog, "MAX_WAITING", 3)
    log = StoredCallLog(sessions, every_s=3600)
    with session_scope(sessions) as session:
        session.connection().exec_driver_sql("ALTER TABLE call_log RENAME TO elsewhere")
    for n in range(5):
        log.record(_record(clock, f"call-{n}"))
    with capture_logs() as lines:
        log.flush()
    assert [line["event"] for line in lines] == ["call_log_waits"]
    with session_scope(sessions) as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO call_log")
    log.flush()
    assert _labels(sessions) == ["call-2", "call-3", "call-4"]
    log.flush()
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(CallLogRow)) == 3


def test_closing_writes_what_waits_and_ends_the_thread(sessions: Sessions, clock: FixedClock) -> None:
    before = set(threading.enumerate())
    log = StoredCallLog(sessions, every_s=3600)
    for n in range(3):
        log.record(_record(clock, f"call-{n}"))
    mine = [each for each in threading.enumerate() if each.name == "call-log" and each not in before]
    log.close()
    assert _labels(sessions) == ["call-0", "call-1", "call-2"]
    assert [each.is_alive() for each in mine] == [False]
