"""What the portal's automation has of a parcel's way: triggers that fire, and robots that wait for its order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.decisions import Advance
from b24app.store import robot_wishes, triggers
from b24app.store.lanes import LaneRef
from b24app.store.models import DealState, Portal, Shipment


def moved(
    session: Session,
    portal: Portal,
    row: Shipment,
    change: Advance,
    deal: DealState | None,
    now: datetime,
    trace_id: str,
) -> set[LaneRef]:
    """The lanes to wake after the commit."""
    if not change.changed or (deal is not None and deal.gone):
        return set()
    fired = triggers.of_shipment(session, portal, row, now, trace_id)
    hurried = robot_wishes.hurry(session, portal.id, row.deal_id, now, trace_id)
    return {lane for lane in (fired, hurried) if lane is not None}
