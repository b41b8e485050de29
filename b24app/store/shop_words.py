"""Words of the store about a delivery's new status, to the manager or the recipient: each at most once, ever, because
nothing in the portal tells afterwards whether one was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.store import outbox
from b24app.store.models import ShopRequest
from b24app.store.outbox import ToPortal

KIND = "shop_word"


def queue(
    session: Session,
    row: ShopRequest,
    addressees: Sequence[str],
    what: str,
    text: str,
    semantic: str,
    now: datetime,
    trace: str,
) -> None:
    """`what` names the occasion: told again, it is the same word. In the transaction that learns that the store took
    the status itself."""
    things = [
        ToPortal(
            row.deal_id,
            KIND,
            f"{KIND}:{row.id}:{row.number}:{what}:{to}",
            {"request": row.id, "to": to, "text": text, "semantic": semantic},
            row.shipment_id,
        )
        for to in addressees
    ]
    outbox.add(session, row.portal_id, things, now=now, trace_id=trace)
