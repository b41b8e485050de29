"""What the store keeps for a portal's pages for clients: its id, orders by their numbers, tries while Redis is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.frames.tries import Limit, Tries
from b24app.store import portals, public_ids, public_orders, public_tries, retention
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal, PublicTry
from b24app.wire.shared import Shared, connect
from tests.unit.flows.returns.given import a_return
from tests.unit.meeting import at_once
from tests.unit.placements import public_order as given
from tests.unit.placements.public_order import DEAL, ORDER_NUMBER, PHONE
from tests.unit.queries import statements


def test_a_portal_has_one_id_that_says_nothing_of_it(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    with session_scope(sessions) as session:  # as one that was there before there were such pages
        portals.get(session, portal.id).public_id = None
    first, second = at_once(sessions, lambda session: public_ids.of_portal(session, portal.id))
    assert first == second
    with session_scope(sessions) as session:
        theirs = public_ids.of_portal(session, neighbour.id)
        found = public_ids.portal_of(session, first)
        assert found is not None
        assert found.id == portal.id
        assert public_ids.portal_of(session, "") is None
    assert len({first, theirs}) == 2
    assert len(first) >= 16
    assert not any(part in first for part in (portal.member_id, portal.code))


def test_an_order_is_found_by_what_clients_call_it_and_only_in_its_portal(
    sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    mine = given.ship(sessions, portal, tracking_number="a1b2c3")
    again = given.ship(sessions, portal, n=2, phone="+79000000002")
    kept = given.begun(sessions, portal, a_return())
    with read_scope(sessions) as session:
        for text in (ORDER_NUMBER, mine.number.lower(), "a1b2c3", f"№{mine.number}"):
            [found] = public_orders.named(session, portal.id, text)
            assert (found.shipment_id, found.deal_id, found.phones) == (mine.id, DEAL, (PHONE,))
        for text in (str(DEAL), kept.case.number):
            both = public_orders.named(session, portal.id, text)
            assert [each.shipment_id for each in both] == [again.id, mine.id]
        for text in ("", "№", "9" * 40, "%", mine.number[:-1]):
            assert public_orders.named(session, portal.id, text) == []
        for text in (ORDER_NUMBER, str(DEAL), mine.number, kept.case.number):
            assert public_orders.named(session, neighbour.id, text) == []
        assert public_orders.of_shipment(session, neighbour.id, mine.id) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("№ 1042", "1042"), ("#1042", "1042"), ("N° 1042", "1042"), ("n2ab-7-1", "N2AB-7-1"), (" ab-7 - 1\t", "AB-7-1")],
)
def test_signs_that_people_put_before_a_number_are_no_part_of_it(typed: str, meant: str) -> None:
    assert public_orders.plainly(typed) == meant


def test_finding_an_order_and_finding_none_ask_the_database_the_same(sessions: Sessions, portal: Portal) -> None:
    given.ship(sessions, portal)

    def asked(text: str) -> list[str]:
        with statements(sessions) as said, read_scope(sessions) as session:
            public_orders.named(session, portal.id, text)
        return said

    asked("0")
    assert asked(ORDER_NUMBER) == asked("1573840217")
    assert len(asked(ORDER_NUMBER)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL chooses by the number of rows
def test_an_order_is_looked_up_and_not_searched_for(sessions: Sessions, portal: Portal) -> None:
    with statements(sessions) as said, read_scope(sessions) as session:
        public_orders.named(session, portal.id, "8061")
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + said[0], (1,) * said[0].count("?")).all()
    steps = [str(row[3]) for row in plan if str(row[3]).startswith(("SEARCH", "SCAN"))]
    assert steps
    assert [step for step in steps if step.startswith("SCAN") or "(portal_id=?)" in step] == []


def test_tries_are_counted_and_counted_anew_when_their_time_is_over(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    def take(portal_id: int = portal.id, **limits: tuple[int, int]) -> int:
        with session_scope(sessions) as session:
            return public_tries.take(session, portal_id, limits, clock.now())

    assert [take(a=(2, 60), b=(5, 600)) for _ in range(3)] == [0, 0, 60]
    assert take(b=(3, 600)) == 0  # the third of b: the one that was turned away was not counted
    assert take(b=(3, 600)) == 600
    assert take(neighbour.id, a=(2, 60)) == 0
    clock.advance(60)
    assert take(a=(2, 60)) == 0
    retention.purge(sessions, clock.now() + timedelta(seconds=59), retention.Keep())
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(PublicTry)) == 2
    retention.purge(sessions, clock.now() + timedelta(seconds=600), retention.Keep())
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(PublicTry)) == 0


def test_redis_counts_as_the_store_does_and_the_store_while_it_is_away(
    sqlite_database_url: str, sessions: Sessions, portal: Portal, clock: FixedClock, redis_url: str
) -> None:
    client = connect(redis_url)
    limits = {("number", "8061"): (Limit(2, 60), Limit(5, 3600)), ("caller", "10.0.0.1"): (Limit(9, 60),)}

    def tries(shared: Shared) -> Tries:
        return Tries(shared, sessions, clock, lambda text: f"d{hash(text)}")

    shared = tries(Shared(client))
    assert [shared.take(portal.id, limits) for _ in range(3)] == [0, 0, 60]
    assert shared.take(portal.id, {("caller", "10.0.0.1"): (Limit(3, 60),)}) == 0
    assert shared.take(portal.id, {("caller", "10.0.0.1"): (Limit(3, 60),)}) == 60
    assert not any(b"8061" in key or b"10.0.0.1" in key for key in client.keys("*"))
    alone = tries(Shared(None))
    assert [alone.take(portal.id, limits) for _ in range(3)] == [0, 0, 60]
    client.close()
