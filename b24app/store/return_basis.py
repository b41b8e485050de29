"""What the returns of a deal are judged by, as the portal told it last (`flows.returns.basis`): kept, so that pages,
clerks and carriers' news need not wait for the portal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.store.models import DealReturns
from b24app.store.sql import chunks, locked


def keep(session: Session, portal_id: int, basis: Basis) -> None:
    """The newer one takes the place of the former; one that was read earlier is dropped."""
    row, _ = locked(session, DealReturns, {"portal_id": portal_id, "deal_id": basis.deal_id}, {"last_n": 0})
    before = Basis.from_json(row.basis) if row.basis else None
    if before is None or before.read_at <= basis.read_at:
        row.basis = basis.to_json()
        session.flush()


def of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, Basis]:
    """Of those deals whose goods were ever read for a return."""
    found: dict[int, Basis] = {}
    for some in chunks(list(dict.fromkeys(deal_ids))):
        mine = select(DealReturns).where(DealReturns.portal_id == portal_id, DealReturns.deal_id.in_(some))
        rows = session.scalars(mine, execution_options={"populate_existing": True})
        found |= {row.deal_id: Basis.from_json(row.basis) for row in rows if row.basis}
    return found
