"""A database with two portals, each with an account at CDEK, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from b24app.clock import FixedClock
from b24app.store import portals
from b24app.store.engine import Sessions, make_engine, make_sessions, session_scope
from b24app.store.models import Portal, PortalState


@pytest.fixture(scope="session")
def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def sessions(database_url: str, key: str) -> Iterator[Sessions]:
    engine = make_engine(database_url, [key])
    yield make_sessions(engine)
    engine.dispose()


def _portal(sessions: Sessions, clock: FixedClock, member_id: str) -> Portal:
    with session_scope(sessions) as session:
        portal = portals.remember(
            session, member_id, now=clock.now(), application_token="t-" + member_id, state=PortalState.ACTIVE
        )
        portals.add_connection(session, portal.id, "cdek", "CDEK", "test", {"account": "a"}, clock.now())
    return portal


@pytest.fixture
def portal(sessions: Sessions, clock: FixedClock) -> Portal:
    return _portal(sessions, clock, "north")


@pytest.fixture
def neighbour(sessions: Sessions, clock: FixedClock) -> Portal:
    return _portal(sessions, clock, "south")
