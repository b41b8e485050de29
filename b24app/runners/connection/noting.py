"""A parcel that came to a new status may be told of to its client: kept with the news (`store.messages`), decided about
in the portal's lane."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.decisions import Advance
from b24app.flows.legs import PICKED
from b24app.flows.messages import timely
from b24app.flows.messages.moments import of_status
from b24app.flows.messages.rules import MessageRules
from b24app.frames.formats import portal_zone
from b24app.store import messages
from b24app.store.lanes import LaneRef
from b24app.store.messages import Occasion
from b24app.store.models import DealState, Portal, Shipment


def occasion(
    session: Session,
    portal: Portal,
    row: Shipment,
    change: Advance,
    deal: DealState | None,
    now: datetime,
    trace_id: str,
) -> LaneRef | None:
    """The lane to wake after the commit; None = there is nothing to tell. Of several steps that are learnt at once the
    last is told; what a warehouse does with its own orders is nobody else's concern."""
    moment = of_status(change.status) if change.changed else None
    if moment is None or row.leg == PICKED:
        return None
    plan = MessageRules.of(portal.settings or {}).plan(deal.category if deal is not None else None, moment)
    zone = portal_zone(portal.language)
    if not plan.on or not timely.is_news(moment, now, change.status_at, zone):
        return None
    day = (change.status_at or now).astimezone(zone).date()
    found = Occasion(moment, row.number, row.deal_id, row.id, day=day)
    return messages.note(session, portal.id, [found], now=now, trace_id=trace_id)
