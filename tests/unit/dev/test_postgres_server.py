"""The embedded PostgreSQL: databases, templates, restart, and a clean end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from b24app.dev.ports import NotReadyError
from b24app.dev.postgres_server import PostgresServer


def ask(url: str, question: str) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(question))
        return result.scalar() if result.returns_rows else None


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    yield postgres_server.create_database("dev_test")
    postgres_server.drop_database("dev_test")


def test_a_database_is_empty_and_speaks_utf8(database: str) -> None:
    assert ask(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert ask(database, "SHOW server_encoding") == "UTF8"
    assert ask(database, "SHOW timezone") == "UTC"


def test_a_copy_of_a_template_has_its_rows_and_is_apart(postgres_server: PostgresServer, database: str) -> None:
    ask(database, "CREATE TABLE word AS SELECT 'kept' AS it")
    copy = postgres_server.create_database("dev_copy", "dev_test")
    ask(copy, "UPDATE word SET it = 'changed'")
    assert (ask(database, "SELECT it FROM word"), ask(copy, "SELECT it FROM word")) == ("kept", "changed")
    postgres_server.drop_database("dev_copy")


def test_a_database_is_dropped_under_open_connections(postgres_server: PostgresServer) -> None:
    engine = create_engine(postgres_server.create_database("dev_busy"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        postgres_server.drop_database("dev_busy")
        connection.invalidate()
    found = ask(postgres_server.url(), "SELECT count(*) FROM pg_database WHERE datname = 'dev_busy'")
    assert found == 0


def test_a_durable_one_waits_for_the_disk_and_keeps_its_data_when_killed(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", durable=True) as server:
        url = server.create_database("kept")
        assert [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]
        ask(url, "CREATE TABLE word AS SELECT 'kept' AS it")
        server.kill()
        assert not server.alive
        server.start()
        assert ask(server.url("kept"), "SELECT it FROM word") == "kept"
    with pytest.raises(NotReadyError, match="not running"):
        server.url()
