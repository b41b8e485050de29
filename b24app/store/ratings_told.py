"""A client's rating reaches the portal: an entry in the deal's timeline, and a bell for the responsible person where it
is low. Each once, by its marker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.store import comments, deals, outbox
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal, Shipment
from b24app.store.notices import notice
from b24app.store.ratings import Rated
from b24app.words import say


def tell(
    session: Session, portal: Portal, shipment: Shipment, rated: Rated, *, now: datetime, trace_id: str
) -> LaneRef | None:
    """Queues both in the caller's transaction; wake the lane after the commit. None: the deal is gone."""
    deal = deals.states(session, portal.id, [shipment.deal_id]).get(shipment.deal_id)
    if deal is not None and deal.gone:
        return None
    number = shipment.tracking_number or shipment.order_number or shipment.number
    said = {"number": number, "stars": rated.stars, "comment": rated.comment}
    what = f"{shipment.number}:rating:{rated.changed_at:%y%m%d%H%M%S}"
    key = "rated.said" if rated.at == rated.changed_at else "rated.changed"
    things = [comments.comment(portal.id, shipment.deal_id, Text(key, said, what), portal.language, shipment.id)]
    if rated.is_low and deal is not None and deal.assigned_by:
        words = say("notice.rating", portal.language, deal=deal.title or f"№ {deal.deal_id}", **said)
        things.append(notice(portal.id, deal.deal_id, deal.assigned_by, what, words, shipment.id))
    return outbox.add(session, portal.id, things, now=now, trace_id=trace_id)
