"""Print forms that two ask for at the same moment are made once, and neither meets an error."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.store import lanes, papers, portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxRow, Paper, PaperStatus, Portal, Shipment
from tests.unit.meeting import at_once

FORM = "label_a6"


@pytest.fixture
def orders(sessions: Sessions, clock: FixedClock, portal: Portal) -> list[Shipment]:
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        lanes.connection_lane(session, account.id)
        return [
            shipments.create(
                session,
                portal,
                deal,
                1,
                account.id,
                status="created",
                request={},
                now=clock.now(),
                remote_id=f"r{deal}",
            )
            for deal in (1, 2)
        ]


def asked(sessions: Sessions) -> tuple[list[tuple[int, str, str]], int]:
    """Papers, and rows of the inbox that have them made."""
    with read_scope(sessions) as session:
        found = session.scalars(select(Paper).order_by(Paper.shipment_id))
        rows = session.scalars(select(InboxRow.id)).all()
        return [(each.shipment_id, str(each.status), each.remote_id) for each in found], len(rows)


def test_one_label_that_two_press_for(sessions: Sessions, clock: FixedClock, orders: list[Shipment]) -> None:
    def press(session: Session) -> bool:
        lane = papers.ask(session, orders[0], FORM, asked_by=1, now=clock.now(), trace_id="t")
        return lane is not None

    assert at_once(sessions, press) == (True, False)
    assert asked(sessions) == ([(orders[0].id, PaperStatus.WAITING, "r1")], 1)


def test_labels_of_many_orders_that_two_print(
    sessions: Sessions, clock: FixedClock, portal: Portal, orders: list[Shipment]
) -> None:
    with session_scope(sessions) as session:
        papers.ask(session, orders[0], FORM, asked_by=None, now=clock.now(), trace_id="t")
        session.flush()
        [paper] = session.scalars(select(Paper))
        paper.status = PaperStatus.FAILED

    def press(session: Session) -> int:
        forms = {order.id: FORM for order in orders}
        return len(papers.ask_many(session, portal.id, forms, asked_by=1, now=clock.now()))

    assert at_once(sessions, press) == (1, 0)
    found, rows = asked(sessions)
    assert found == [(order.id, PaperStatus.WAITING, order.remote_id) for order in orders]
    assert rows == 1 + len(orders)
