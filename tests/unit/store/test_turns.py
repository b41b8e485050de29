"""Writers of SQLite: everybody gets a turn, errors give theirs back, and nobody waits for ever."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from b24app.store import engine, turns
from b24app.store.engine import Sessions, make_engine, make_sessions, session_scope


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "turns.db"


@pytest.fixture
def small(path: Path) -> Sessions:
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE n (id INTEGER PRIMARY KEY)"))
    return make_sessions(engine)


def _write(sessions: Sessions, hold_s: float = 0.0) -> None:
    with session_scope(sessions) as session:
        session.execute(text("INSERT INTO n DEFAULT VALUES"))
        time.sleep(hold_s)


def test_no_writer_of_a_crowd_starves(small: Sessions) -> None:
    end, counts = time.monotonic() + 1.5, [0] * 8

    def writer(at: int) -> None:
        while time.monotonic() < end:
            _write(small, 0.005)
            counts[at] += 1

    threads = [threading.Thread(target=writer, args=(at,)) for at in range(len(counts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(counts) > 0


def test_a_transaction_that_fails_gives_its_turn_back(small: Sessions) -> None:
    with pytest.raises(ValueError, match="inside"), session_scope(small) as session:
        session.execute(text("INSERT INTO n DEFAULT VALUES"))
        raise ValueError("inside")
    _write(small)
    with session_scope(small) as session:
        assert session.scalar(text("SELECT count(*) FROM n")) == 1


def test_another_process_is_waited_for_and_not_for_ever(
    small: Sessions, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.execute, ("COMMIT",)).start()
    began = time.monotonic()
    _write(small)
    assert time.monotonic() - began >= 0.15
    monkeypatch.setattr(turns, "BUSY_MS", 100)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        _write(small)
    other.execute("COMMIT")
    _write(small)
    other.close()


def test_a_turn_lasts_until_its_writes_are_on_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[turns.Turns] = []

    def remembered() -> turns.Turns:
        made.append(turns.Turns())
        return made[-1]

    monkeypatch.setattr(engine, "Turns", remembered)
    one = make_engine(f"sqlite:///{path}")
    told: list[tuple[str, bool]] = []
    with one.begin() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.set_trace_callback(lambda words: told.append((words, made[0]._front.locked())))
        connection.execute(text("CREATE TABLE n (id INTEGER PRIMARY KEY)"))
    driver.set_trace_callback(None)
    assert [each for each in told if each[0] == "COMMIT"] == [("COMMIT", True)]
    assert not made[0]._front.locked()
    one.dispose()


def test_a_commit_that_fails_gives_its_turn_back_and_nothing_stays(small: Sessions) -> None:
    with small() as session, session.begin():
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text("CREATE TABLE child (id INTEGER REFERENCES n (id))"))
    with pytest.raises(IntegrityError), session_scope(small) as session:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text("INSERT INTO child VALUES (99)"))
    _write(small)
    with session_scope(small) as session:
        assert session.scalar(text("SELECT count(*) FROM child")) == 0
