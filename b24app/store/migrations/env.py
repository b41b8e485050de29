"""Alembic's entry: the caller passes a connection (store/migrate.py), or Flask-Migrate the app's engine."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from b24app.store.crypto import EncryptedJson, EncryptedText
from b24app.store.migrate import changing
from b24app.store.models import Base, UtcDateTime


def _plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    # Migrations spell out what the database sees: they must not change when a type of ours does.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(item, EncryptedText | EncryptedJson) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


def _engine_of_the_app() -> Connection:
    from flask import current_app

    connection: Connection = current_app.extensions["migrate"].db.engine.connect()
    return connection


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with _engine_of_the_app() as own, changing(own):
        _run(own)
