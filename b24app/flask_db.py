"""Flask-SQLAlchemy and Flask-Migrate over the house's own engine: sessions for pages, `flask --app wsgi db` for us.

The engine is opened by `parts` for every process alike (keys, SQLite's pragmas and turns of writers); Flask's
extensions get that one instead of building a second.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine

from b24app.store.engine import Sessions
from b24app.store.migrate import FOLDER
from b24app.store.models import Base


class Database(SQLAlchemy):
    """Flask-SQLAlchemy that is handed its engine and the models' metadata."""

    def __init__(self, engine: Engine) -> None:
        self._given = engine
        super().__init__(metadata=Base.metadata, session_options={"expire_on_commit": False})

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        """Nothing: the engine exists, and SQLite's folder is not Flask's instance folder."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:  # noqa: ARG002 - theirs
        return self._given


def join_database(app: Flask, engine: Engine) -> Sessions:
    """Give the app its extensions; return the factory of sessions for pages, to be used inside a request."""
    app.config["SQLALCHEMY_DATABASE_URI"] = engine.url
    database = Database(engine)
    database.init_app(app)
    Migrate(app, database, directory=str(FOLDER), render_as_batch=True)
    return cast("Sessions", database.session.session_factory)
