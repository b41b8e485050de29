"""People of a portal as far as our pages know them: those who did something there."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import AuditRow

_LOOKED_AT = 2000


def known_people(session: Session, portal_id: int) -> dict[int, str]:
    """User id -> name, from the audit's newest rows."""
    return {user_id: name for user_id, name in authors(session, portal_id).items() if name}


def authors(session: Session, portal_id: int) -> dict[int, str]:
    """Everybody in the audit's newest rows; "" = somebody of whom the portal told only the id."""
    rows = session.execute(
        select(AuditRow.user_id, AuditRow.detail)
        .where(AuditRow.portal_id == portal_id, AuditRow.user_id.is_not(None))
        .order_by(AuditRow.id.desc())
        .limit(_LOOKED_AT)
    )
    found: dict[int, str] = {}
    for user_id, detail in rows:
        if user_id and not found.get(int(user_id)):
            found[int(user_id)] = str(detail.get("name") or "")
    return found
