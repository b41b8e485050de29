"""Secrets are unreadable in the database, and keys can be rotated."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from b24app.clock import FixedClock
from b24app.store import portals
from b24app.store.crypto import NoKeyError
from b24app.store.engine import Sessions, make_engine, make_sessions, read_scope, session_scope
from b24app.store.models import Connection, Portal
from b24app.store.rotate import rotate


def _token(sessions: Sessions) -> str | None:
    with read_scope(sessions) as session:
        return session.scalars(select(Portal.application_token)).one()


def test_the_database_holds_no_secret_in_clear(sessions: Sessions, portal: Portal) -> None:
    with read_scope(sessions) as session:
        stored = session.execute(text("SELECT application_token FROM portal")).scalar_one()
        settings = session.execute(text("SELECT settings FROM connection")).scalar_one()
    assert "north" not in stored
    assert "account" not in settings
    assert _token(sessions) == "t-north"
    with read_scope(sessions) as session:
        assert session.scalars(select(Connection.settings)).one() == {"account": "a"}


def test_keys_rotate(sessions: Sessions, portal: Portal, database_url: str, key: str) -> None:
    new = Fernet.generate_key().decode()
    both = make_engine(database_url, [new, key])
    assert rotate(make_sessions(both)) > 0
    assert _token(make_sessions(both)) == "t-north"
    only_new = make_engine(database_url, [new])
    assert _token(make_sessions(only_new)) == "t-north"
    with pytest.raises(NoKeyError):
        _token(sessions)
    both.dispose()
    only_new.dispose()


def test_without_a_key_nothing_secret_is_stored(database_url: str) -> None:
    engine = make_engine(database_url)
    sessions = make_sessions(engine)
    with pytest.raises(StatementError, match="WAYBILL_ENCRYPTION_KEYS"), session_scope(sessions) as session:
        portals.remember(session, "north", now=FixedClock().now(), application_token="t")
    engine.dispose()
