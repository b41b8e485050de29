"""What is kept of a simulation, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.store import jobs, lanes, portals, retention, simulations
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxKind, InboxRow, Job, JobState, Portal, Priority

ASKED = [{"deal": 501, "chosen": True, "request": {"secret": "Химки"}}, {"deal": 502, "chosen": False, "request": {}}]


@pytest.fixture
def account(sessions: Sessions, portal: Portal) -> int:
    with sessions() as session:
        return portals.connections(session, portal.id)[0].id


def begin(sessions: Sessions, portal: Portal, now: datetime) -> int:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        given = {"count": 20, "also": []}
        return simulations.begin(session, portal.id, lane, given, asked_by=7, now=now, trace="t").id


def spread(sessions: Sessions, portal: Portal, account: int, now: datetime) -> None:
    with session_scope(sessions) as session:
        job = jobs.latest(session, portal.id, simulations.KIND)
        assert job is not None
        simulations.spread(session, job, {"deals": []}, {account: ASKED}, now, "t")


def last(sessions: Sessions, portal: Portal) -> simulations.Simulation:
    with sessions() as session:
        found = simulations.last(session, portal.id)
    assert found is not None
    return found


def test_prices_are_asked_behind_the_orders_and_requests_live_until_the_last_one(
    sessions: Sessions, portal: Portal, account: int, clock: FixedClock
) -> None:
    now = clock.now()
    begin(sessions, portal, now)
    spread(sessions, portal, account, now)
    with read_scope(sessions) as session:
        row = session.scalars(select(InboxRow).where(InboxRow.kind == InboxKind.QUOTES)).one()
        assert row.lane_id == lanes.connection_lane(session, account).id
    assert row.priority == Priority.BACKGROUND
    for deal, state in (("501", JobState.RUNNING), ("502", JobState.DONE)):
        with session_scope(sessions) as session:
            found = simulations.last(session, portal.id)
            assert found is not None
            simulations.answered(found.quotes[account], {deal: {"offers": []}}, now)
        assert last(sessions, portal).quotes[account].state == state
    done = last(sessions, portal).quotes[account]
    assert "Химки" not in str([done.input, done.memory, done.result])
    assert set(done.result["found"]) == {"501", "502"}
    assert not last(sessions, portal).busy(now)


def test_a_new_one_forgets_the_one_before_and_nothing_of_a_neighbour(
    sessions: Sessions, portal: Portal, neighbour: Portal, account: int, clock: FixedClock
) -> None:
    now = clock.now()
    theirs = begin(sessions, neighbour, now)
    first = begin(sessions, portal, now)
    spread(sessions, portal, account, now)
    assert last(sessions, portal).busy(now)
    assert not last(sessions, portal).busy(now + simulations.GIVEN_UP)
    second = begin(sessions, portal, now)
    assert second > first
    assert last(sessions, portal).quotes == {}
    with read_scope(sessions) as session:
        assert set(session.scalars(select(Job.id))) == {theirs, second}


def test_it_is_deleted_after_days_and_with_its_portal(
    sessions: Sessions, portal: Portal, account: int, clock: FixedClock
) -> None:
    now = clock.now()
    begin(sessions, portal, now)
    spread(sessions, portal, account, now)
    retention.purge(sessions, now + timedelta(days=3, seconds=1), retention.Keep())
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0
    begin(sessions, portal, now)
    spread(sessions, portal, account, now)
    retention.erase_portal(sessions, portal.id, now)
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0
        assert session.scalar(select(func.count()).select_from(InboxRow)) == 0
