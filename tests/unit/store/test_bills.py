"""Invoices beside quotes: each line to the shipment that it names, each file once, of the portal's account alone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.flows.bills import BillLine, Columns
from b24app.logistics.money import Money
from b24app.store import bills, portals
from b24app.store.bills import BillFacts, Upload
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import CarrierBillLine, Portal, Shipment, ShipmentFigures
from tests.unit.store import figured
from tests.unit.store.figured import Shipped
from tests.unit.store.test_costs import figures


def upload(sessions: Sessions, portal: Portal, digest: str = "a") -> Upload:
    with sessions() as session:
        account = portals.connections(session, portal.id)[0].id
    return Upload(account, "октябрь.xlsx", digest, Columns(0, 1), 7, "Анна")


def taken(sessions: Sessions, portal: Portal, clock: FixedClock, lines: list[BillLine], digest: str = "a") -> BillFacts:
    with session_scope(sessions) as session:
        bill = bills.take(session, portal.id, upload(sessions, portal, digest), lines, clock.now())
        bill_id = bill.id
    with sessions() as session:
        found = bills.one(session, portal.id, bill_id)
    assert found is not None
    return found


def line(n: int, number: str, rubles: int | None, why: str = "", **more: object) -> BillLine:
    return BillLine(n, number, None if rubles is None else Money.of(rubles), why=why, **more)  # type: ignore[arg-type]


@pytest.fixture
def ids(sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock) -> list[int]:
    """Shipments N1 … N6 of the portal; N1 of another one; an order whose number is another's tracking number."""
    with session_scope(sessions) as session:
        made = [Shipped(n, clock.now(), quoted=486, told_g=2100) for n in range(1, 7)]
        rows = figured.put(session, portal, made)
        figured.put(session, neighbour, made[:1])
        rows[1].tracking_number = "RA 123456789 RU".replace(" ", "")
        rows[3].tracking_number = "N5"
        return [row.id for row in rows]


def test_lines_come_to_their_shipments(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock, ids: list[int]
) -> None:
    with sessions() as session:
        ours = session.get_one(Shipment, ids[2]).number
    lines = [
        line(2, "N1", 520, weighed_g=3000), line(3, "RA123456789RU", 486), line(4, ours.upper(), 500, extra="Подъём"),
        line(5, "N5", 10), line(6, "N6", 1), line(7, "N6", 2), line(8, "N4", None, "amount"), line(9, "X9", 5),
        line(10, "1000000000000000", 5, "digits"),
    ]  # fmt: skip
    found = taken(sessions, portal, clock, lines)
    assert (found.bill.lines, found.bill.taken, found.unmatched, found.doubtful) == (9, 3, 1, 5)
    assert [(each.n, each.state, each.why, deal) for each, deal in found.lines] == [
        (5, "doubtful", "many", None), (6, "doubtful", "repeated", 6), (7, "doubtful", "repeated", 6),
        (8, "doubtful", "amount", 4), (9, "unmatched", "none", None), (10, "doubtful", "digits", None),
    ]  # fmt: skip
    kept = [figures(sessions, each) for each in ids]
    assert [(row.billed, row.billed_by, row.over, row.reason) for row in kept] == [
        (52000, "invoice", 3400, "weight"), (48600, "invoice", 0, "same"), (50000, "invoice", 1400, "service"),
        (None, "", None, ""), (None, "", None, ""), (None, "", None, ""),
    ]  # fmt: skip
    with sessions() as session:
        theirs = session.scalars(select(ShipmentFigures).where(ShipmentFigures.portal_id == neighbour.id)).one()
        assert theirs.billed is None
        assert bills.one(session, neighbour.id, found.bill.id) is None
        assert bills.bills(session, neighbour.id) == []
        assert [each.bill.name for each in bills.bills(session, portal.id)] == ["октябрь.xlsx"]


def test_the_same_file_twice_changes_nothing(
    sessions: Sessions, portal: Portal, clock: FixedClock, ids: list[int]
) -> None:
    first = taken(sessions, portal, clock, [line(2, "N1", 520)])
    again = taken(sessions, portal, clock, [line(2, "N1", 999)])
    assert first.bill.id == again.bill.id
    assert figures(sessions, ids[0]).billed == 52000
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(CarrierBillLine)) == 1
    # The same sums in another file are no news, other sums are for a person to judge.
    more = taken(sessions, portal, clock, [line(2, "N1", 520), line(3, "N2", 300)], "b")
    assert (more.bill.taken, more.lines) == (2, ())
    other = taken(sessions, portal, clock, [line(2, "N1", 530)], "c")
    assert [(each.why, deal) for each, deal in other.lines] == [("billed", 1)]
    assert figures(sessions, ids[0]).billed == 52000
    # A person says which one holds, once.
    [(doubtful, _)] = other.lines
    with session_scope(sessions) as session:
        assert bills.take_line(session, portal.id + 99, doubtful.id, clock.now()) is None
        assert bills.take_line(session, portal.id, doubtful.id, clock.now()) is not None
    with session_scope(sessions) as session:
        assert bills.take_line(session, portal.id, doubtful.id, clock.now()) is None
        found = bills.one(session, portal.id, other.bill.id)
    assert found is not None
    assert (found.bill.taken, found.doubtful, figures(sessions, ids[0]).billed) == (1, 0, 53000)
