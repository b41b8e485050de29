"""Findings of the reconciliation, and what settles them."""

from __future__ import annotations

from datetime import timedelta

from b24app.clock import FixedClock
from b24app.flows.reconcile import stages_from
from b24app.store import deals, inbox, lanes, portals, problems, reconciling, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, ForeignOrder, Portal
from b24app.store.reconciling import Missing


def test_stages_in_which_a_deal_should_have_been_shipped() -> None:
    stages = [
        {"id": "WON", "sort": 40, "semantics": "S"},
        {"id": "NEW", "sort": 10, "semantics": ""},
        {"id": "WAY", "sort": 30, "semantics": ""},
        {"id": "SHIP", "sort": 20, "semantics": ""},
        {"id": "LOSE", "sort": 50, "semantics": "F"},
    ]
    assert stages_from("SHIP", stages) == ["SHIP", "WAY"]
    assert stages_from("GONE", stages) == ["GONE"]
    assert stages_from("", stages) == []


def test_missing_deals_are_settled_by_what_came_since(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    now = clock.now()
    found = [Missing(n, f"Deal {n}", "SHIP", 0, now - timedelta(hours=1)) for n in range(501, 508)]
    with session_scope(sessions) as session:
        reconciling.keep(session, portal.id, found, [], now, 9, more=True)
        account = portals.connections(session, portal.id)[0]
        shipments.create(session, portal, 501, 1, account.id, status="created", request={}, now=now)
        problems.open_problem(session, portal.id, 502, "k", {"code": "x"}, now=now)
        deals.save(session, portal.id, {503: {"waits_for_person": "old_move"}})
        inbox.append(session, lanes.portal_lane(session, portal.id).id, "deal", "504", {}, now=now, trace_id="t")
        for deal, at in ((505, now), (506, now - timedelta(hours=2))):
            detail = {"what": "missing", "reason": "r"}
            session.add(AuditRow(portal_id=portal.id, at=at, action="checked_off", deal_id=deal, detail=detail))
    with sessions() as session:
        seen = reconciling.findings(session, portal.id, now)
        # The word about 506 is older than its last move.
        assert [(row.deal_id, row.title) for row in seen.missing] == [(506, "Deal 506"), (507, "Deal 507")]
        assert (seen.at, seen.read, seen.more, seen.count) == (now, 9, True, 2)
        assert reconciling.open_findings(session, portal.id, now) == 2
        assert reconciling.open_findings(session, neighbour.id, now) == 0
        assert reconciling.findings(session, neighbour.id, now).at is None


def test_orders_of_others_are_kept_once_and_never_too_many(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        ours = shipments.create(session, portal, 7, 1, account, status="created", request={}, now=now)
        orders = {"a": "X-1", "b": "", "late": ours.number, "r": ""}
        reconciling.note_foreign(session, portal.id, account, orders, now)
        reconciling.note_foreign(session, portal.id, account, {"a": "X-1"}, now + timedelta(seconds=1))
        ours.remote_id = "r"
    with session_scope(sessions) as session:
        rows = reconciling.foreign(session, portal.id)
        assert [(row.remote_id, row.number, row.seen) for row in rows] == [("a", "X-1", 2), ("b", "", 1)]
        assert not reconciling.dismiss_foreign(session, neighbour.id, rows[0].id)
        assert reconciling.dismiss_foreign(session, portal.id, rows[0].id)
        many = {f"m{n}": "" for n in range(600)}
        reconciling.note_foreign(session, portal.id, account, many, now)
    with sessions() as session:
        # Two of the rows that were looked at are ours.
        assert len(reconciling.foreign(session, portal.id)) == reconciling.SHOWN - 2
        assert reconciling.foreign(session, neighbour.id) == []
        assert session.query(ForeignOrder).count() == reconciling.FOREIGN_MOST


def test_prices_are_compared_with_the_first_one(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        row = shipments.create(session, portal, 7, 1, account, status="created", request={}, now=now)
        row.price_minor = 48600
        reconciling.note_price(session, row, 51000, "RUB", now - timedelta(hours=2))
        row.price_minor = 51000
        reconciling.note_price(session, row, 60000, "RUB", now - timedelta(hours=1))
    with session_scope(sessions) as session:
        [found] = reconciling.prices(session, portal.id, now)
        assert (found.deal_id, found.first, found.now, found.currency) == (7, 48600, 60000, "RUB")
        assert reconciling.prices(session, neighbour.id, now) == []
        assert reconciling.prices(session, portal.id, now + timedelta(days=31)) == []
        detail = {"what": "price", "shipment": found.shipment_id}
        session.add(AuditRow(portal_id=portal.id, at=now, action="checked_off", deal_id=7, detail=detail))
        session.flush()
        assert reconciling.prices(session, portal.id, now) == []
