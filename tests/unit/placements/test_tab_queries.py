"""The deal's tab asks the database a fixed number of times, however many shipments a deal has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from b24app.clock import FixedClock
from b24app.flows.returns.effects import Actor
from b24app.store import intents, portals, return_journal, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal, TrackingRow
from b24app.store.return_journal import Moved
from tests.unit.flows.returns.given import a_return, wish
from tests.unit.placements.test_deal_tab import Tab
from tests.unit.queries import statements
from tests.unit.store.test_returns import begun

OPENED, NEWS, NO_NEWS = 28, 27, 10


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def grow(sessions: Sessions, portal: Portal, clock: FixedClock, first: int, n: int) -> None:
    """Shipments of one deal, each with a call and an event."""
    now = clock.now()
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        for number in range(first, first + n):
            given: dict[str, Any] = {"status": "in_transit", "request": {}, "remote_id": f"r{number}", "now": now}
            row = shipments.create(session, portal, 8061, number, account.id, **given)
            session.flush()
            intents.add(session, row, "create", {}, now=now, trace_id="t")
            session.add(TrackingRow(portal_id=portal.id, shipment_id=row.id, key=f"{number}", at=now, code="20",
                                    status="in_transit"))  # fmt: skip


def test_few_questions_however_many_shipments(
    page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str],
    sessions: Sessions, clock: FixedClock,
) -> None:  # fmt: skip
    tab = Tab(page_app, frame_query)
    tab.open(frame_body)  # who the portal's people are is known from here on
    found = []
    for first, n in ((1, 1), (2, 5)):
        grow(sessions, set_up, clock, first, n)
        with statements(sessions) as opened:
            text = tab.open(frame_body).text
        with statements(sessions) as news:
            tab.ask("GET", "/tab/version?v=older")
        with statements(sessions) as none:
            version = text.partition('data-version="')[2].partition('"')[0]
            assert tab.ask("GET", f"/tab/version?v={version}").status_code == 204
        found.append((opened, news, none))
    assert f"-{first + n - 1}" in text
    sizes = [tuple(map(len, each)) for each in found]
    assert sizes[0] == sizes[1] == (OPENED, NEWS, NO_NEWS), "\n".join(found[1][0])


def test_returns_cost_the_same_however_many_there_are(
    page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str],
    sessions: Sessions, clock: FixedClock,
) -> None:  # fmt: skip
    tab = Tab(page_app, frame_query)
    tab.open(frame_body)
    sizes = []
    for _ in range(3):
        kept = begun(sessions, set_up, deal_id=8061, lines=a_return(wish(1, "1")).lines)
        with session_scope(sessions) as session:
            moved = Moved(clock.now(), Actor.PERSON, None, kept.case.stage, kept.case.stage, 7, "Анна")
            return_journal.add(session, set_up.id, kept.id, moved)
        with statements(sessions) as news:
            text = tab.ask("GET", "/tab/version?v=older").text
        assert text.count(kept.case.number) >= 2, "in the list and in the history"
        with statements(sessions) as none:
            version = text.partition('data-version="')[2].partition('"')[0]
            assert tab.ask("GET", f"/tab/version?v={version}").status_code == 204
        sizes.append((len(news), len(none)))
    assert len(set(sizes)) == 1, "\n".join(news)
    assert sizes[0][1] == NO_NEWS
