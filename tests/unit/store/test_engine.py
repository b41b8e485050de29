"""What every connection to a database is told."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from b24app.store import engine as engines
from b24app.store.engine import make_engine


def test_a_transaction_that_nobody_continues_lets_its_rows_go(
    postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "STOPPED_MS", 200)
    stopped, other = make_engine(postgres_database_url), make_engine(postgres_database_url)
    with stopped.connect() as held, other.begin() as mine:
        held.execute(text("LOCK TABLE lane IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        mine.execute(text("SELECT count(*) FROM lane"))
        assert time.monotonic() - began > 0.1
        with pytest.raises(DBAPIError):
            held.execute(text("SELECT 1"))
        held.invalidate()
    stopped.dispose()
    other.dispose()


def test_sqlite_waits_for_its_disk(sqlite_database_url: str) -> None:
    engine = make_engine(sqlite_database_url)
    with engine.connect() as connection:
        told = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    engine.dispose()
    assert told == ["wal", 2, 1]
