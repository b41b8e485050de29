"""Carriers' invoices beside what was quoted: each file once, each line to the shipment whose number it has, and what
fits nothing for a person to look at. One transaction a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from b24app.flows.bills import BillLine, Columns, plain, repeated
from b24app.flows.costs import BilledBy
from b24app.flows.legs import PICKED
from b24app.logistics.money import Money
from b24app.store import costs, shipments
from b24app.store.models import BillLineState, CarrierBill, CarrierBillLine, Connection, Shipment, ShipmentFigures
from b24app.store.sql import changed, chunks, insert_new

#: Lines of a bill and bills that are shown.
SHOWN, BILLS = 200, 20
_INSERTED = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sends. `digest` of its content."""

    connection_id: int
    name: str
    digest: str
    columns: Columns
    by: int
    by_name: str


def known(session: Session, portal_id: int, connection_id: int, digest: str) -> CarrierBill | None:
    """The same file, read before."""
    mine = (CarrierBill.portal_id == portal_id, CarrierBill.connection_id == connection_id)
    return session.scalar(select(CarrierBill).where(*mine, CarrierBill.digest == digest))


def take(session: Session, portal_id: int, upload: Upload, lines: Sequence[BillLine], now: datetime) -> CarrierBill:
    """Keep the file's lines and bill the shipments that they name; a file that was read before changes nothing."""
    row = {
        "portal_id": portal_id, "connection_id": upload.connection_id, "digest": upload.digest,
        "name": upload.name[:160], "mapping": upload.columns.to_json(), "lines": len(lines), "taken": 0,
        "by": upload.by, "by_name": upload.by_name[:120], "at": now,
    }  # fmt: skip
    fresh = insert_new(session, CarrierBill, [row], ["portal_id", "connection_id", "digest"])
    bill = known(session, portal_id, upload.connection_id, upload.digest)
    assert bill is not None  # noqa: S101 - it was there, or has just been put
    if not fresh:
        return bill
    owned = _named(session, portal_id, upload.connection_id, [each.number for each in lines])
    billed = _billed(session, portal_id, {row.id for rows in owned.values() for row in rows})
    twice = repeated(lines)
    kept = []
    for line in lines:
        mine = owned.get(line.number, [])
        state, why = _judged(line, mine, billed, line.number in twice)
        if state is BillLineState.TAKEN and line.money is not None:
            costs.invoice(session, mine[0], line.money, now, line.weighed_g, line.extra)
            bill.taken += 1
        kept.append(_kept(portal_id, bill.id, line, mine, state, why))
    for some in chunks(kept, _INSERTED):
        session.add_all(some)
        session.flush()
    return bill


def _judged(
    line: BillLine, mine: Sequence[Shipment], billed: dict[int, tuple[int, str]], twice: bool
) -> tuple[BillLineState, str]:
    """`why`: digits | amount (of the line itself), none, many, repeated, billed."""
    if line.why == "digits":
        return BillLineState.DOUBTFUL, line.why
    if not mine:
        return BillLineState.UNMATCHED, "none"
    if line.why:
        return BillLineState.DOUBTFUL, line.why
    if len(mine) > 1:
        return BillLineState.DOUBTFUL, "many"
    if twice:
        return BillLineState.DOUBTFUL, "repeated"
    before = billed.get(mine[0].id)
    if before is not None and line.money is not None and before != (line.money.minor, line.money.currency):
        return BillLineState.DOUBTFUL, "billed"
    return BillLineState.TAKEN, ""


def _kept(
    portal_id: int, bill_id: int, line: BillLine, mine: Sequence[Shipment], state: BillLineState, why: str
) -> CarrierBillLine:
    return CarrierBillLine(
        portal_id=portal_id,
        bill_id=bill_id,
        n=line.n,
        number=line.number,
        minor=line.money.minor if line.money else None,
        currency=line.money.currency if line.money else "",
        weighed_g=line.weighed_g,
        extra=line.extra,
        shipment_id=mine[0].id if len(mine) == 1 else None,
        state=state,
        why=why,
    )


def _named(session: Session, portal_id: int, connection_id: int, numbers: Iterable[str]) -> dict[str, list[Shipment]]:
    """The account's shipments by each number that names them: the carrier's, that of tracking, ours."""
    found: dict[str, dict[int, Shipment]] = {}
    for some in chunks(sorted(set(numbers))):
        names = (Shipment.order_number, Shipment.tracking_number, Shipment.number)
        mine = (Shipment.portal_id == portal_id, Shipment.connection_id == connection_id, Shipment.leg != PICKED)
        wanted = set(some)
        for row in session.scalars(select(Shipment).where(*mine, or_(*(each.in_(some) for each in names)))):
            for name in (row.order_number, row.tracking_number, row.number):
                if name and plain(name) in wanted:
                    found.setdefault(plain(name), {})[row.id] = row
    return {number: list(rows.values()) for number, rows in found.items()}


def _billed(session: Session, portal_id: int, ids: set[int]) -> dict[int, tuple[int, str]]:
    """What earlier invoices asked for."""
    found: dict[int, tuple[int, str]] = {}
    columns = (ShipmentFigures.shipment_id, ShipmentFigures.billed, ShipmentFigures.billed_currency)
    for some in chunks(sorted(ids)):
        mine = (ShipmentFigures.portal_id == portal_id, ShipmentFigures.shipment_id.in_(some))
        by_invoice = ShipmentFigures.billed_by == BilledBy.INVOICE
        for shipment_id, billed, currency in session.execute(select(*columns).where(*mine, by_invoice)):
            found[shipment_id] = (billed or 0, currency)
    return found


#: Why a line whose shipment is known was left to a person: it may be taken all the same.
MAY_TAKE = ("billed", "repeated")


def take_line(session: Session, portal_id: int, line_id: int, now: datetime) -> CarrierBillLine | None:
    """A person says that this line is the shipment's bill; None = it is no line of that kind any more."""
    mine = (CarrierBillLine.portal_id == portal_id, CarrierBillLine.id == line_id)
    open_ = (CarrierBillLine.state == BillLineState.DOUBTFUL, CarrierBillLine.why.in_(MAY_TAKE))
    line = session.scalar(select(CarrierBillLine).where(*mine, *open_).with_for_update())
    shipment = shipments.get(session, portal_id, line.shipment_id or 0) if line is not None else None
    if line is None or line.minor is None or shipment is None:
        return None
    costs.invoice(session, shipment, Money(line.minor, line.currency), now, line.weighed_g, line.extra)
    line.state, line.why = BillLineState.TAKEN, ""
    counted = update(CarrierBill).where(CarrierBill.portal_id == portal_id, CarrierBill.id == line.bill_id)
    changed(session, counted.values(taken=CarrierBill.taken + 1))
    session.flush()
    return line


@dataclass(frozen=True, slots=True)
class BillFacts:
    """A file with how many of its lines came to what; `account` is its title, `lines` those that a person should look
    at."""

    bill: CarrierBill
    account: str
    unmatched: int
    doubtful: int
    lines: tuple[tuple[CarrierBillLine, int | None], ...] = ()


def bills(session: Session, portal_id: int) -> list[BillFacts]:
    """The newest first."""
    query = (
        select(CarrierBill, Connection.title)
        .join(Connection, Connection.id == CarrierBill.connection_id)
        .where(CarrierBill.portal_id == portal_id)
        .order_by(CarrierBill.id.desc())
        .limit(BILLS)
    )
    rows = session.execute(query).all()
    counts = _counts(session, portal_id, [bill.id for bill, _ in rows])
    return [_facts(bill, title, counts) for bill, title in rows]


def one(session: Session, portal_id: int, bill_id: int) -> BillFacts | None:
    """A file with what fits nothing."""
    query = (
        select(CarrierBill, Connection.title)
        .join(Connection, Connection.id == CarrierBill.connection_id)
        .where(CarrierBill.portal_id == portal_id, CarrierBill.id == bill_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    mine = (CarrierBillLine.portal_id == portal_id, CarrierBillLine.bill_id == bill_id)
    open_ = (
        select(CarrierBillLine, Shipment.deal_id)
        .outerjoin(Shipment, (Shipment.id == CarrierBillLine.shipment_id) & (Shipment.portal_id == portal_id))
        .where(*mine, CarrierBillLine.state != BillLineState.TAKEN)
        .order_by(CarrierBillLine.n)
        .limit(SHOWN)
    )
    lines = tuple((line, deal_id) for line, deal_id in session.execute(open_))
    return _facts(found[0], found[1], _counts(session, portal_id, [bill_id]), lines)


def _counts(session: Session, portal_id: int, ids: Sequence[int]) -> dict[tuple[int, str], int]:
    mine = (CarrierBillLine.portal_id == portal_id, CarrierBillLine.bill_id.in_(ids))
    query = select(CarrierBillLine.bill_id, CarrierBillLine.state, func.count()).where(*mine)
    rows = session.execute(query.group_by(CarrierBillLine.bill_id, CarrierBillLine.state))
    return {(bill_id, state): count for bill_id, state, count in rows}


def _facts(
    bill: CarrierBill,
    title: str,
    counts: dict[tuple[int, str], int],
    lines: tuple[tuple[CarrierBillLine, int | None], ...] = (),
) -> BillFacts:
    unmatched = counts.get((bill.id, BillLineState.UNMATCHED), 0)
    return BillFacts(bill, title, unmatched, counts.get((bill.id, BillLineState.DOUBTFUL), 0), lines)
