"""One provisioning step alone, asked for between installations and updates: its row, in the portal's lane."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.store import inbox, lanes, portals
from b24app.store.lanes import LaneRef
from b24app.store.models import InboxKind


def look_again(
    session: Session, portal_id: int, step: str, now: datetime, trace_id: str, *, people: bool = True
) -> LaneRef:
    """Asks for this step alone; its name is the row's key and stands in its payload. Wake the lane after the commit."""
    portals.save_steps(session, portal_id, [{"step": step, "state": "waiting"}], now)
    lane = lanes.portal_lane(session, portal_id)
    asked = {step: True}
    inbox.append(session, lane.id, InboxKind.INSTALL, step, asked, now=now, trace_id=trace_id, people=people)
    return lane
