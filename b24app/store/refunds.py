"""Money of returns that was proposed to a person, and what a person says was paid back. Nobody is paid by us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.money import Money
from b24app.store import returns, returns_rows
from b24app.store.models import RefundKind, ReturnRefund
from b24app.store.models.base import MAX_NAME
from b24app.store.returns import Kept, Written


@dataclass(frozen=True, slots=True)
class Refund:
    """`key` is what this proposal or press is known by: sent twice it is one. `by` is a user of the portal, 0 = we."""

    key: str
    kind: RefundKind
    amount: Money
    at: datetime
    by: int = 0
    name: str = ""
    note: str = ""


def add(session: Session, portal_id: int, seen: Kept, refund: Refund, now: datetime) -> Written:
    """Keeps it for who saw the return as `seen`; what was paid counts as `Return.refunded` from then on. One that is
    kept already is done. Raises NoResultFound, ValueError without a key, or for what was paid in another currency."""
    if not refund.key:
        raise ValueError("a refund without a key cannot be told from the next one")
    returns_rows.hold(session, portal_id, seen.id)
    mine = (ReturnRefund.portal_id == portal_id, ReturnRefund.return_id == seen.id)
    if session.scalar(select(ReturnRefund.id).where(*mine, ReturnRefund.key == refund.key)) is not None:
        return Written(returns.present(session, portal_id, seen.id), True)
    if not returns_rows.step(session, portal_id, seen.id, now, seen.version):
        return Written(returns.present(session, portal_id, seen.id), False)
    session.add(
        ReturnRefund(
            portal_id=portal_id, return_id=seen.id, key=refund.key, kind=refund.kind, minor=refund.amount.minor,
            currency=refund.amount.currency, by=refund.by, name=refund.name[:MAX_NAME], note=refund.note, at=refund.at,
        )
    )  # fmt: skip
    session.flush()
    return Written(returns.present(session, portal_id, seen.id), True)


def of_return(session: Session, portal_id: int, return_id: int) -> tuple[Refund, ...]:
    """Oldest first."""
    mine = select(ReturnRefund).where(ReturnRefund.portal_id == portal_id, ReturnRefund.return_id == return_id)
    return tuple(
        Refund(row.key, RefundKind(row.kind), Money(row.minor, row.currency), row.at, row.by, row.name, row.note)
        for row in session.scalars(mine.order_by(ReturnRefund.id))
    )
