"""A return's rows as the core knows them, and back: nothing is decided here.

Rows are always read as the database has them now: what was read before may have been written anew since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from b24app.flows.returns.sold import goods_key
from b24app.logistics.jsonable import dump
from b24app.logistics.money import Money
from b24app.logistics.returning import (
    Agreed,
    Condition,
    Counted,
    DeliveryCost,
    Outcome,
    Return,
    ReturnLine,
    ReturnOrigin,
    ReturnStage,
    Settled,
    Signed,
    Sold,
    Span,
)
from b24app.store.models import GoodsReturn, RefundKind, ReturnCount, ReturnRefund, ReturnRow
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed, chunks

#: Of reading: objects that the session knows already are read again.
ANEW = {"populate_existing": True}
ENDS = [stage for stage in ReturnStage if stage.is_final]


@dataclass(frozen=True, slots=True)
class CountedBy:
    """`by` is a user of the portal, 0 = a warehouse's system."""

    counted: Counted
    by: int
    name: str
    at: datetime


def columns(case: Return) -> dict[str, Any]:
    """What of a return may change, as columns of its own row. `refunded` is not among it: it is what people marked."""
    return {
        "stage": case.stage,
        "origin": case.origin,
        "outcome": case.outcome,
        "undelivered": case.undelivered,
        "delivery": case.delivery,
        "asked_at": case.asked_at,
        "signed": {"override": dump(case.override), "agreed": dump(case.agreed)},
        "settled": dump(case.settled),
    }


def cases(session: Session, portal_id: int, rows: Sequence[GoodsReturn]) -> dict[int, Return]:
    """Returns by id, in four queries however many they are."""
    found = {row.id: _bare(row) for row in rows}
    for some in chunks(list(found)):
        for return_id, lines in _lines(session, portal_id, some).items():
            found[return_id] = replace(found[return_id], lines=tuple(lines))
        for return_id, kept in _counts(session, portal_id, some).items():
            found[return_id] = replace(found[return_id], counted=tuple(_counted(row) for row in kept))
        for return_id, money in _paid(session, portal_id, some).items():
            found[return_id] = replace(found[return_id], refunded=money)
    return found


def _bare(row: GoodsReturn) -> Return:
    override, agreed = row.signed["override"], row.signed["agreed"]
    return Return(
        number=row.number,
        deal_id=row.deal_id,
        stage=ReturnStage(row.stage),
        origin=ReturnOrigin(row.origin),
        asked_at=row.asked_at,
        key=row.key or "",
        undelivered=row.undelivered,
        outcome=Outcome(row.outcome) if row.outcome else None,
        override=Signed.from_json(override) if override else None,
        delivery=DeliveryCost(row.delivery) if row.delivery else None,
        agreed=Agreed.from_json(agreed) if agreed else None,
        settled=Settled.from_json(row.settled) if row.settled else None,
    )


def _lines(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, list[ReturnLine]]:
    mine = select(ReturnRow).where(ReturnRow.portal_id == portal_id, ReturnRow.return_id.in_(ids))
    found: dict[int, list[ReturnLine]] = {}
    for row in session.scalars(mine.order_by(ReturnRow.n), execution_options=ANEW):
        pieces = tuple(Span.from_json(span) for span in row.pieces)
        line = ReturnLine(Sold.from_json(row.sold), pieces, row.reason, row.note)
        found.setdefault(row.return_id, []).append(line)
    return found


def _counts(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, list[ReturnCount]]:
    mine = select(ReturnCount).where(ReturnCount.portal_id == portal_id, ReturnCount.return_id.in_(ids))
    found: dict[int, list[ReturnCount]] = {}
    for row in session.scalars(mine.order_by(ReturnCount.n), execution_options=ANEW):
        found.setdefault(row.return_id, []).append(row)
    return found


def _counted(row: ReturnCount) -> Counted:
    condition = Condition(row.condition)
    return Counted(row.row, Decimal(row.quantity), condition, row.percent, row.note, tuple(row.photos))


def counters(session: Session, portal_id: int, return_id: int) -> tuple[CountedBy, ...]:
    """The findings of a return, with who counted them."""
    rows = _counts(session, portal_id, [return_id]).get(return_id, ())
    return tuple(CountedBy(_counted(row), row.by, row.name, row.at) for row in rows)


def _paid(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, Money]:
    """What people say that went back to the client. Raises ValueError where that is in different currencies."""
    mine = (ReturnRefund.portal_id == portal_id, ReturnRefund.return_id.in_(ids))
    wanted = select(ReturnRefund).where(*mine, ReturnRefund.kind == RefundKind.PAID)
    found: dict[int, Money] = {}
    for row in session.scalars(wanted.order_by(ReturnRefund.id)):
        money = Money(row.minor, row.currency)
        before = found.get(row.return_id)
        found[row.return_id] = before + money if before is not None else money
    return found


# --- writing ----------------------------------------------------------------------------------------------------------


def write_lines(session: Session, portal_id: int, return_id: int, lines: Sequence[ReturnLine]) -> None:
    """These lines take the place of the former ones."""
    changed(session, delete(ReturnRow).where(ReturnRow.portal_id == portal_id, ReturnRow.return_id == return_id))
    rows = [
        {
            "portal_id": portal_id, "return_id": return_id, "n": n, "sold": line.sold.to_json(),
            "goods": goods_key(line.sold.product_id, line.sold.title, line.sold.sku),
            "pieces": dump(line.pieces), "reason": line.reason, "note": line.note,
        }
        for n, line in enumerate(lines)
    ]  # fmt: skip
    if rows:
        session.execute(insert(ReturnRow), rows)


def write_counted(
    session: Session,
    portal_id: int,
    return_id: int,
    counted: Sequence[Counted],
    *,
    by: int,
    name: str,
    now: datetime,
) -> None:
    """These findings take the place of the former ones; what was found before keeps who found it, and when."""
    former = list(counters(session, portal_id, return_id))
    changed(session, delete(ReturnCount).where(ReturnCount.portal_id == portal_id, ReturnCount.return_id == return_id))
    rows = []
    for n, each in enumerate(counted):
        mine = next((known for known in former if known.counted == each), None)
        if mine is not None:
            former.remove(mine)
        who = mine or CountedBy(each, by, name[:MAX_NAME], now)
        rows.append(
            {
                "portal_id": portal_id, "return_id": return_id, "n": n, "row": each.row, "quantity": str(each.quantity),
                "condition": each.condition, "percent": each.percent, "note": each.note, "photos": list(each.photos),
                "by": who.by, "name": who.name, "at": who.at,
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(ReturnCount), rows)


def step(
    session: Session, portal_id: int, return_id: int, now: datetime, seen: int | None = None, **values: Any
) -> bool:
    """Something is written to the return (these columns) or beside it: it is held until the transaction ends, and
    whoever saw it before has to look again. False = it is not as it was `seen` (its version; None = however it is), or
    is not there."""
    mine = update(GoodsReturn).where(GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id)
    if seen is not None:
        mine = mine.where(GoodsReturn.version == seen)
    return changed(session, mine.values(version=GoodsReturn.version + 1, changed_at=now, **values)) == 1


def hold(session: Session, portal_id: int, return_id: int) -> None:
    """Nobody else writes to the return, or beside it, until the transaction ends. Raises NoResultFound."""
    mine = select(GoodsReturn.id).where(GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id)
    session.execute(mine.with_for_update()).one()
