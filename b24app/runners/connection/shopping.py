"""The portal's online store hears of a shipment's new status, and of its number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.snapshot import ShipmentView
from b24app.runners.connection.tasks import Landed
from b24app.store import shop_requests
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal, Shipment


def told(
    session: Session, portal: Portal, row: Shipment, before: ShipmentView, landed: Landed, now: datetime
) -> LaneRef | None:
    """`before`: the shipment as it was until this answer. Wake the lane after the commit."""
    known = (before.status.value, before.tracking_number, before.order_number)
    if known == (row.status, row.tracking_number or "", row.order_number or ""):
        return None
    return shop_requests.news(session, portal, [row.deal_id], now, landed.task.trace_id)
