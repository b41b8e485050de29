"""When triggers and robots of ours last worked in a portal, for its administrator."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import AutomationUse
from b24app.store.sql import locked

#: A trigger whose outcome nobody knows.
MAYBE = "maybe"


def note(session: Session, portal_id: int, code: str, now: datetime, *, trouble: str = "") -> None:
    """It worked, or did not: `trouble` is `MAYBE`, or what was said."""
    first = {"count": 0, "trouble": ""}
    row, _ = locked(session, AutomationUse, {"portal_id": portal_id, "code": code[:64]}, first)
    if trouble:
        row.trouble, row.trouble_at = trouble[:500], now
    else:
        row.used_at, row.count, row.trouble, row.trouble_at = now, row.count + 1, "", None


def of_portal(session: Session, portal_id: int) -> dict[str, AutomationUse]:
    """By code."""
    rows = session.scalars(select(AutomationUse).where(AutomationUse.portal_id == portal_id))
    return {row.code: row for row in rows}
