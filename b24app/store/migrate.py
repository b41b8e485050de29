"""Schema migrations, run on purpose (`waybill db upgrade`), never by importing or creating the app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from b24app.store.models import Base

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def changing(connection: Connection) -> Iterator[None]:
    """One transaction in which tables may be made anew; `connection` must not have begun one.

    SQLite alters some things only by copying a table and dropping the old one, and with foreign keys on, the drop
    deletes whatever points at it. They are off meanwhile (that works outside of a transaction only), and nothing is
    committed that points nowhere. Raises RuntimeError then.
    """
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if lost:
                raise RuntimeError(f"rows of {', '.join(sorted({str(row[0]) for row in lost}))} would point nowhere")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`; nothing happens when it is there already."""
    with engine.connect() as connection, changing(connection):
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to `revision` (`base`: empty)."""
    with engine.connect() as connection, changing(connection):
        command.downgrade(_config(connection), revision)


def new_revision(engine: Engine, message: str, rev_id: str) -> None:
    """Write a migration from the difference between the models and the database behind `engine`."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=rev_id)


def current(engine: Engine) -> str | None:
    """Return the revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision that this checkout has."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(engine: Engine) -> list[object]:
    """Return what autogenerate would still change: empty when models and database agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def revision_of(session: Session) -> str | None:
    """Return the revision of the database behind a session."""
    return MigrationContext.configure(session.connection()).get_current_revision()
