"""While no pipeline ships: hints are not worth a read, except those about goods that lie packed in a warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from b24app.flows import chain
from b24app.flows.legs import pieces
from b24app.runners.portal.asking import WISHES, deal_id_of
from b24app.runners.portal.context import Run
from b24app.runners.views import shipment_view
from b24app.store import inbox, shipments
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import InboxKind

#: While no pipeline ships, goods that lie packed are looked at this often.
SWITCHED_OFF = timedelta(minutes=10)


def drop(run: Run, limit: int) -> list[Claimed]:
    """Closes hints, and wishes of a press on many deals, of at most `limit` rows; returns what was closed. About packed
    goods they are put off instead: those go on once a pipeline ships again. People's wishes stay for people's slices.
    """
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        found = run.slice.claim_inbox(session, (InboxKind.DEAL, *WISHES), limit)
        ours = [row for row in found if row.kind == InboxKind.DEAL or not row.people]
        packed = _packed(session, run.portal.id, map(deal_id_of, ours))
        later = [row_id for row in ours if deal_id_of(row) in packed for row_id in row.ids]
        closed = [row for row in ours if deal_id_of(row) not in packed]
        if later:
            inbox.defer(session, run.slice, later, now + SWITCHED_OFF)
        if closed:
            inbox.close(session, run.slice, [row_id for row in closed for row_id in row.ids], now)
    return closed


def _packed(session: Session, portal_id: int, deal_ids: Iterable[int]) -> set[int]:
    """Deals whose goods lie packed in a warehouse and wait for a carrier."""
    chained = shipments.chained(session, portal_id, {deal_id for deal_id in deal_ids if deal_id})
    owned = shipments.of_deals(session, portal_id, sorted(chained))
    return {deal_id for deal_id, mine in owned.items() if chain.waiting(pieces([shipment_view(row) for row in mine]))}
