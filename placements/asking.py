"""What a person asks for becomes one row in the portal's lane, at the front of the queue, and one line in the audit."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, trace
from b24app.frames.session import PageSession
from b24app.store import audit, inbox
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.lanes import portal_lane
from b24app.store.models import AuditRow, InboxRow, InboxState

_REMEMBERED = timedelta(hours=1)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")


def new_key() -> str:
    """Names one intention of the person: however often its button is pressed, it happens once."""
    return secrets.token_urlsafe(12)


def is_key(text: str) -> bool:
    """Whether it is a name as `new_key` gives them."""
    return _KEY.fullmatch(text) is not None


def ask(parts: PageParts, who: PageSession, wish: str, deal_id: int, key: str) -> bool:
    """Appends the row and wakes the lane; False when it is waiting already or this press was seen. Raises
    PageError(BAD_INPUT)."""
    if not is_key(key):
        raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
    now = parts.clock.now()
    with session_scope(parts.sessions) as session:
        lane = portal_lane(session, who.portal_id)
        if _waiting(session, lane.id, wish, deal_id) or pressed(session, who.portal_id, deal_id, key, now):
            return False
        payload = {"deal_id": deal_id, "user_id": who.user_id, "name": who.name, "key": key}
        inbox.append(session, lane.id, wish, str(deal_id), payload, now=now, trace_id=trace(), people=True)
        by = who.author
        audit.write(session, who.portal_id, Act(wish), now, by=by, deal_id=deal_id, detail={"key": key})
    parts.waker.wake(lane)
    return True


def _waiting(session: Session, lane_id: int, wish: str, deal_id: int) -> bool:
    """The same wish of the same deal, not served yet."""
    return (
        session.scalar(
            select(InboxRow.id)
            .where(
                InboxRow.lane_id == lane_id,
                InboxRow.state == InboxState.NEW,
                InboxRow.kind == wish,
                InboxRow.key == str(deal_id),
            )
            .limit(1)
        )
        is not None
    )


def pressed(session: Session, portal_id: int, deal_id: int, key: str, now: datetime) -> bool:
    """This very press of the button arrived before (a double click, or a repeat after a lost answer)."""
    recent = select(AuditRow.detail).where(
        AuditRow.portal_id == portal_id, AuditRow.at >= now - _REMEMBERED, AuditRow.deal_id == deal_id
    )
    return any(detail.get("key") == key for detail in session.scalars(recent))
