"""Engines and sessions. SQLite: WAL, FULL, writers begin IMMEDIATE. PostgreSQL through psycopg 3, READ COMMITTED."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session, sessionmaker

from b24app.store.crypto import use_keys
from b24app.store.turns import BUSY_MS, Turns

Sessions = sessionmaker[Session]
_READ = "waybill_read"
#: PostgreSQL ends a transaction that nobody continues: a process that was stopped in the middle of one must not keep
#: the rows it had locked from everybody else. Ours take milliseconds.
STOPPED_MS = 15_000


def make_engine(database_url: str, keys: Sequence[str] = (), *, pool_size: int = 12) -> Engine:
    """Build the engine of a process. Nothing is opened until it is used (SQLite's folder is made, though)."""
    url = make_url(database_url)
    engine = _sqlite(url, pool_size) if url.get_backend_name() == "sqlite" else _postgres(url, pool_size)
    use_keys(engine, keys)
    return engine


def _postgres(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=30,
    )
    event.listen(engine, "connect", _postgres_connect)
    return engine


def _postgres_connect(connection: Any, _record: object) -> None:
    # By a statement, because poolers between us and the server refuse start-up options.
    connection.execute(f"SET idle_in_transaction_session_timeout = {STOPPED_MS}")
    connection.commit()


def _sqlite(url: URL, pool_size: int) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _sqlite_connect)
    turns = Turns()

    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails when another wrote in between; IMMEDIATE waits its turn.
        if connection.get_execution_options().get(_READ):
            connection.exec_driver_sql("BEGIN")
        else:
            turns.begin(connection)

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", turns.commit)
    event.listen(engine, "rollback", turns.end)
    return engine


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: see `begin`
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def make_sessions(engine: Engine) -> Sessions:
    """Return the session factory that everything below the pages is handed."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def session_scope(sessions: Sessions) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back when an error leaves the block. Keep it below 50 ms."""
    with sessions() as session, session.begin():
        yield session


@contextmanager
def read_scope(sessions: Sessions) -> Iterator[Session]:
    """One read transaction; never waits for a writer. Whatever is changed inside is thrown away.

    What was loaded stays readable afterwards (closing, unlike a rollback, forgets nothing).
    """
    with sessions() as session:
        session.connection(execution_options={_READ: True})
        yield session
