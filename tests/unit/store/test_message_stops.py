"""Who wants to hear nothing: kept sealed, found by any of their addresses, in one portal alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from b24app.clock import FixedClock
from b24app.store import message_stops
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal

PHONE, EMAIL = "+79001231462", "olga@example.test"


def test_a_stop_holds_until_it_is_taken_back(
    sessions: Sessions, clock: FixedClock, portal: Portal, neighbour: Portal
) -> None:
    with session_scope(sessions) as session:
        assert not message_stops.is_stopped(session, portal.id, PHONE)
        assert message_stops.stop(session, portal.id, PHONE, now=clock.now())
        assert not message_stops.stop(session, portal.id, PHONE, now=clock.now(), by=7, name="Анна")
        assert message_stops.stop(session, portal.id, EMAIL, now=clock.now(), by=7, name="Анна")
    with session_scope(sessions) as session:
        assert message_stops.stopped(session, portal.id, [PHONE, EMAIL, "+79001231463"]) == {PHONE, EMAIL}
        assert message_stops.is_stopped(session, portal.id, "+79001231463", PHONE)
        assert not message_stops.is_stopped(session, neighbour.id, PHONE, EMAIL)
        assert [(each.address, each.by) for each in message_stops.listed(session, portal.id)] == [
            (EMAIL, 7),
            (PHONE, 0),
        ]
        assert message_stops.count(session, portal.id) == 2
        rows = session.execute(text("SELECT who, address FROM message_stop")).all()
        assert not [row for row in rows if PHONE in str(row) or EMAIL in str(row)]
        assert message_stops.allow(session, portal.id, PHONE)
        assert not message_stops.allow(session, portal.id, PHONE)
        assert not message_stops.is_stopped(session, portal.id, PHONE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8 (900) 123-14-62", PHONE),
        (" Olga@Example.test ", EMAIL),
        ("+7 900 123-14-62, +7 900 123-14-63", ""),
        ("o lga@example.test", ""),
        ("@example.test", ""),
        ("просто текст", ""),
    ],
)
def test_addresses_as_people_write_them(typed: str, kept: str) -> None:
    assert message_stops.normal(typed) == kept


def test_what_is_no_address_is_refused(sessions: Sessions, clock: FixedClock, portal: Portal) -> None:
    with session_scope(sessions) as session, pytest.raises(ValueError, match="neither"):
        message_stops.stop(session, portal.id, "8 900 123-14-62", now=clock.now())
