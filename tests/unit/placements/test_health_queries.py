"""The health page asks the database a fixed number of times, however much a portal has."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import intents, portals, problems, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import ConnectionState, Intent, Portal
from tests.unit.placements.page import Page
from tests.unit.placements.test_desk_page import dead_write
from tests.unit.queries import statements

MOST = 13


def asked(page: Page, sessions: Sessions, path: str) -> list[str]:
    with statements(sessions) as said:
        assert page.ask("GET", path).status_code == 200
    return said


def grow(sessions: Sessions, portal: Portal, clock: FixedClock, n: int) -> None:
    """More accounts, each with orders, dead calls and problems."""
    for number in range(n):
        deal = 7000 + number
        dead_write(sessions, portal, clock, f"grown-{number}", deal)
        with session_scope(sessions) as session:
            account = portals.add_connection(session, portal.id, "cdek", f"CDEK {number}", "test", {}, clock.now())
            account.state = ConnectionState.READY
            row = shipments.create(
                session, portal, deal, 1, account.id, status="draft", request={"to": "Anna"}, now=clock.now()
            )
            intents.add(session, row, "create", {}, now=clock.now(), trace_id="t")
            intent = session.scalars(select(Intent).where(Intent.shipment_id == row.id)).one()
            intent.state, intent.next_try_at, intent.last_error, intent.attempts = "dead", None, "gave up", 3
            found = Problem("phone_missing", Field.PHONE, Who.MANAGER).to_json()
            problems.open_problem(session, portal.id, deal, "k", found, now=clock.now())


@pytest.mark.parametrize("path", ["/app/s/health", "/app/version"])
def test_few_queries_whatever_the_portal_has(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock, path: str
) -> None:
    before = asked(page, sessions, path)
    grow(sessions, set_up, clock, 6)
    after = asked(page, sessions, path)
    text = page.ask("GET", path).text
    assert "CDEK 5" in text
    assert "CDEK 5: нет ответа" in text
    assert len(before) == len(after) <= MOST, "\n".join(after)


def test_the_other_sections_do_not_pay_for_it(page: Page, sessions: Sessions) -> None:
    assert len(asked(page, sessions, "/app/s/defaults")) <= 12
