"""Intake: rows written by the short way are the same rows, from many threads, over broken connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.store import inbox, lanes
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.intake import Intake
from b24app.store.models import InboxRow, Portal


@pytest.fixture
def intake(sessions: Sessions) -> Iterator[Intake]:
    found = Intake(sessions.kw["bind"])
    yield found
    found.close()


def test_both_ways_write_the_same_row(sessions: Sessions, portal: Portal, clock: FixedClock, intake: Intake) -> None:
    clock.advance(0.000001)
    payload = {"event": "E", "fields": {"ID": "7", "имя": "Пётр 'x' \\"}}
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        inbox.append(session, lane.id, "deal", "7", payload, now=clock.now(), trace_id="t")
    intake.append(lane.id, "deal", "7", payload, clock.now(), "t")
    with read_scope(sessions) as session:
        slow, fast = session.scalars(select(InboxRow).order_by(InboxRow.id)).all()
    names = [column.name for column in InboxRow.__table__.columns if column.name != "id"]
    assert {name: getattr(fast, name) for name in names} == {name: getattr(slow, name) for name in names}
    assert fast.payload == payload


def test_many_threads_and_a_broken_connection(
    sessions: Sessions, portal: Portal, clock: FixedClock, intake: Intake
) -> None:
    def write() -> None:
        for n in range(20):
            intake.append(1, "deal", str(n), {}, clock.now(), "t")
        intake.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    intake.append(1, "deal", "x", {}, clock.now(), "t")
    intake._connection().close()
    intake.append(1, "deal", "y", {}, clock.now(), "t")
    with read_scope(sessions) as session:
        assert len(session.scalars(select(InboxRow.id)).all()) == 82
