"""Tokens that frames bring: the installer's, and those of administrators who open the app, keep the portal's pool usable."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import PortalToken, TokenState


def wanted(session: Session, portal_id: int, user_id: int, now: datetime) -> bool:
    """Whether this administrator's token would help: there is none, or it is broken or over."""
    row = _row(session, portal_id, user_id)
    return row is None or row.state != TokenState.OK or row.expires_at <= now or not row.is_admin


def keep(
    session: Session, portal_id: int, user_id: int, *, access: str, refresh: str, expires_at: datetime, is_admin: bool, now: datetime
) -> None:
    """Stores a proven token. A refresh under way loses its compare-and-set: its rotation would be the older one."""
    row = _row(session, portal_id, user_id)
    if row is None:
        row = PortalToken(portal_id=portal_id, user_id=user_id, version=0)
        session.add(row)
    row.access, row.refresh, row.expires_at = access, refresh, expires_at
    row.is_admin, row.state, row.broken_why, row.updated_at = is_admin, TokenState.OK, "", now
    row.refresh_owner = row.refresh_lease_until = None
    row.version += 1
    session.flush()


def _row(session: Session, portal_id: int, user_id: int) -> PortalToken | None:
    return session.scalar(select(PortalToken).where(PortalToken.portal_id == portal_id, PortalToken.user_id == user_id))
