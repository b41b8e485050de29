"""Flask's extensions work on the house's own engine: same keys, same transactions, one schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from b24app import create_app
from b24app.clock import FixedClock
from b24app.flask_db import join_database
from b24app.settings import Settings
from b24app.store import migrate, portals
from b24app.store.engine import make_engine, make_sessions, read_scope, session_scope


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    key = Fernet.generate_key().decode()
    settings = Settings.model_validate(
        {
            "profile": "test",
            "database_url": database_url,
            "encryption_keys": key,
            "signing_keys": "s" * 40,
            "app_id": "a",
        }
    )
    app = create_app(settings, role="pages")
    yield app
    app.extensions["waybill"].engine.dispose()


def test_pages_share_the_engine_and_its_keys(app: Flask) -> None:
    parts = app.extensions["waybill"]
    with session_scope(parts.sessions) as session:
        portals.remember(session, "north", now=parts.clock.now(), application_token="hush")
    database = app.extensions["sqlalchemy"]
    with app.app_context(), read_scope(database.session.session_factory) as session:
        found = portals.by_member(session, "north")
        assert database.engine is parts.engine
    assert found is not None
    assert found.application_token == "hush"


def test_writes_of_pages_are_kept(database_url: str) -> None:
    engine = make_engine(database_url, [Fernet.generate_key().decode()])
    app = Flask("writes")
    sessions = join_database(app, engine)
    with app.app_context(), session_scope(sessions) as session:
        portals.remember(session, "south", now=FixedClock().now(), application_token="t")
    with read_scope(make_sessions(engine)) as session:
        assert portals.by_member(session, "south") is not None
    engine.dispose()


def test_flask_db_knows_the_schema(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["db", "current"])
    assert answer.exit_code == 0, answer.output
    with app.app_context():
        assert migrate.current(app.extensions["sqlalchemy"].engine) == migrate.head()
