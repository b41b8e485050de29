"""Codes that clerks teach: known for the whole portal at once, moved by the last word, forgotten with their scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.snapshot import ProductRow
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, Scan, Sold, Span
from b24app.store import portals, product_barcodes, return_scans, returns, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.faces import clerk as face
from b24app.store.models import Portal, ProductBarcode
from b24app.store.returns import Kept
from tests.unit.flows.returns.given import NOW
from tests.unit.meeting import at_once
from tests.unit.store.test_returns import begun

CODE = "4601234560999"
CUP = Sold(11, "Чашка", Decimal(2), Money(1000), "CUP-1", 501)
SAUCER = Sold(12, "Блюдце", Decimal(1), Money(500), "SCR-1", 502)
#: Typed into the deal by hand: no product of the catalogue.
SPOON = Sold(13, "Ложка", Decimal(1), Money(300), "SPN-1")


def a_return(sessions: Sessions, portal: Portal, *sold: Sold, deal_id: int = 5120) -> Kept:
    lines = tuple(ReturnLine(each, (Span(Decimal(0), each.quantity),)) for each in sold)
    return begun(sessions, portal, lines=lines, counted=(), deal_id=deal_id)


def scans(sessions: Sessions, portal: Portal, kept: Kept, *sent: Scan) -> None:
    with session_scope(sessions) as session:
        return_scans.append(session, portal.id, kept.id, sent, NOW)


def teach(row: int, key: str, code: str = CODE) -> Scan:
    return Scan(key, NOW, code, row, by=31, name="Илья", teaches=code)


def undo(key: str) -> Scan:
    return Scan(f"undo-{key}", NOW, quantity=Decimal(0), undoes=key)


def told(sessions: Sessions, portal: Portal) -> dict[str, dict[int, tuple[str, ...]]]:
    """Codes by row of each return, as a phone is told them."""
    with read_scope(sessions) as session:
        found = face.expected(session, portal.id, NOW)
    return {each.case.number: codes_of(each.case) for each in found}


def codes_of(case: Return) -> dict[int, tuple[str, ...]]:
    return {line.row: line.sold.barcodes for line in case.lines if line.sold.barcodes}


def named(sessions: Sessions, portal: Portal, code: str = CODE) -> set[int]:
    with read_scope(sessions) as session:
        assert {each.id for each in face.found(session, portal.id, [code])} == {
            kept.id for kept in returns.search(session, portal.id, code)
        }
        return {kept.id for kept in returns.search(session, portal.id, code)}


def rows(*sold: Sold) -> Iterable[ProductRow]:
    return [
        ProductRow(each.row, each.title, each.paid, each.quantity, product_id=each.product_id, sku=each.sku)
        for each in sold
    ]


def test_a_code_that_was_taught_once_is_known_in_every_return_of_these_goods(
    sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    before = a_return(sessions, portal, replace(CUP, row=91), SAUCER, deal_id=1)
    mine, theirs = a_return(sessions, portal, CUP), a_return(sessions, neighbour, CUP)
    scans(sessions, portal, mine, teach(CUP.row, "one", " 4601234 560999"))
    after = a_return(sessions, portal, replace(CUP, row=92), deal_id=2)
    assert told(sessions, portal) == {
        before.case.number: {91: (CODE,)}, mine.case.number: {11: (CODE,)}, after.case.number: {92: (CODE,)}
    }  # fmt: skip
    assert named(sessions, portal) == {before.id, mine.id, after.id}
    assert told(sessions, neighbour) == {theirs.case.number: {}}
    assert named(sessions, neighbour) == set()
    with read_scope(sessions) as session:
        assert product_barcodes.of_rows(session, portal.id, rows(CUP, SAUCER)) == {11: (CODE,)}
        assert product_barcodes.of_rows(session, neighbour.id, rows(CUP)) == {}
        [row] = session.scalars(select(ProductBarcode))
    assert (row.portal_id, row.code, row.goods, row.learnt_by, row.name) == (
        portal.id, CODE, "product:501", 31, "Илья"
    )  # fmt: skip
    # The neighbour's clerk may say something else of it.
    scans(sessions, neighbour, theirs, teach(CUP.row, "one"))
    assert named(sessions, neighbour) == {theirs.id}
    assert len(named(sessions, portal)) == 3


def test_goods_without_a_product_are_known_by_their_exact_title_and_article(sessions: Sessions, portal: Portal) -> None:
    one = a_return(sessions, portal, SPOON)
    same = a_return(sessions, portal, replace(SPOON, row=77), deal_id=2)
    a_return(sessions, portal, replace(SPOON, sku="SPN-2"), deal_id=3)
    a_return(sessions, portal, replace(SPOON, title="Ложка чайная"), deal_id=4)
    scans(sessions, portal, one, teach(SPOON.row, "one"))
    assert named(sessions, portal) == {one.id, same.id}
    assert set(map(str, told(sessions, portal).values())) == {
        str({13: (CODE,)}), str({77: (CODE,)}), "{}"
    }  # fmt: skip


def test_the_last_teaching_moves_a_code_and_copies_of_it_count_no_longer(sessions: Sessions, portal: Portal) -> None:
    # A return that was begun while the code was the cup's has kept it so.
    cups = a_return(sessions, portal, replace(CUP, barcodes=(CODE, "4600000000015")), deal_id=1)
    both = a_return(sessions, portal, CUP, SAUCER)
    scans(sessions, portal, both, teach(CUP.row, "one"))
    assert named(sessions, portal) == {cups.id, both.id}
    scans(sessions, portal, both, teach(SAUCER.row, "two"))
    assert told(sessions, portal) == {cups.case.number: {11: ("4600000000015",)}, both.case.number: {12: (CODE,)}}
    assert named(sessions, portal) == {both.id}
    assert named(sessions, portal, "4600000000015") == {cups.id}
    # A phone that had no answer sends the first one again: nothing is taught anew.
    scans(sessions, portal, both, teach(CUP.row, "one"))
    assert told(sessions, portal)[both.case.number] == {12: (CODE,)}


def test_an_undo_forgets_what_nothing_else_has_taught_since(sessions: Sessions, portal: Portal) -> None:
    cups = a_return(sessions, portal, replace(CUP, barcodes=(CODE,)), deal_id=1)
    both = a_return(sessions, portal, CUP, SAUCER)
    scans(sessions, portal, both, teach(CUP.row, "one"))
    scans(sessions, portal, both, teach(SAUCER.row, "two"))
    scans(sessions, portal, both, undo("one"))
    assert told(sessions, portal)[both.case.number] == {12: (CODE,)}
    # Another return's scan of that key is not the one.
    scans(sessions, portal, cups, undo("two"))
    assert told(sessions, portal)[both.case.number] == {12: (CODE,)}
    scans(sessions, portal, both, undo("two"))
    assert told(sessions, portal) == {cups.case.number: {}, both.case.number: {}}
    assert named(sessions, portal) == set()
    # Taken back and scanned once more as faulty, as one sending: it is still taught. And an undo that came first.
    scans(sessions, portal, both, teach(CUP.row, "three"))
    scans(sessions, portal, both, undo("three"), teach(CUP.row, "four"), undo("five"))
    scans(sessions, portal, both, teach(SAUCER.row, "five"))
    assert told(sessions, portal)[both.case.number] == {11: (CODE,)}


def test_numbers_of_returns_and_parcels_are_never_taught(sessions: Sessions, portal: Portal) -> None:
    mine, other = a_return(sessions, portal, CUP), a_return(sessions, portal, SAUCER, deal_id=2)
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        shipment = shipments.create(session, portal, 7, 1, account, status="created", request={}, now=NOW)
        shipment.tracking_number = "ra123456785ru"
        number = shipment.number
    codes = [other.case.number, "RA123456785RU", number]
    scans(sessions, portal, mine, *[teach(CUP.row, f"k{n}", code) for n, code in enumerate(codes)])
    scans(sessions, portal, mine, teach(99, "nothing"), Scan("plain", NOW, "4600000000022", CUP.row))
    with read_scope(sessions) as session:
        assert session.scalars(select(ProductBarcode)).all() == []
        assert len(return_scans.of_return(session, portal.id, mine.id)) == 5


def test_two_phones_that_teach_one_code_at_once_leave_one_of_them(sessions: Sessions, portal: Portal) -> None:
    mine = a_return(sessions, portal, CUP, SAUCER)
    other = a_return(sessions, portal, replace(CUP, row=91), replace(SAUCER, row=92), deal_id=2)
    sent = iter([(mine, teach(CUP.row, "one")), (other, teach(92, "two"))])

    def send(session: Session) -> int:
        kept, scan = next(sent)
        return return_scans.append(session, portal.id, kept.id, [scan], NOW)

    assert at_once(sessions, send) == (1, 1)
    with read_scope(sessions) as session:
        [row] = session.scalars(select(ProductBarcode))
    assert (row.return_id, row.goods) in {(mine.id, "product:501"), (other.id, "product:502")}
