"""OAuth tokens of a portal's users. A rotation is one compare-and-set; a lease keeps others from trying beside it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from b24app.store.models import PortalToken, TokenState
from b24app.store.sql import changed

POOL = 5


def pool(session: Session, portal_id: int) -> list[PortalToken]:
    """Return usable tokens of verified administrators, the one who installed first, then the longest known."""
    wanted = select(PortalToken).where(
        PortalToken.portal_id == portal_id, PortalToken.is_admin.is_(True), PortalToken.state == TokenState.OK
    )
    return list(session.scalars(wanted.order_by(PortalToken.id).limit(POOL)))


def of_user(session: Session, portal_id: int, user_id: int) -> PortalToken | None:
    """Return the usable token of one person."""
    mine = (PortalToken.portal_id == portal_id, PortalToken.user_id == user_id, PortalToken.state == TokenState.OK)
    return session.scalar(select(PortalToken).where(*mine))


def by_id(session: Session, portal_id: int, token_id: int) -> PortalToken | None:
    """Return a usable token row as it is now."""
    mine = (PortalToken.portal_id == portal_id, PortalToken.id == token_id, PortalToken.state == TokenState.OK)
    return session.scalar(select(PortalToken).where(*mine))


def remember(
    session: Session,
    portal_id: int,
    user_id: int,
    *,
    access: str,
    refresh: str,
    expires_at: datetime,
    is_admin: bool,
    now: datetime,
) -> None:
    """Keep a verified person's tokens from a frame: they replace what was there, broken or not."""
    mine = (PortalToken.portal_id == portal_id, PortalToken.user_id == user_id)
    row = session.scalar(select(PortalToken).where(*mine).with_for_update())
    if row is None:
        row = PortalToken(portal_id=portal_id, user_id=user_id, version=0)
        session.add(row)
    row.access, row.refresh, row.expires_at, row.is_admin = access, refresh, expires_at, is_admin
    row.state, row.broken_why, row.refresh_owner, row.refresh_lease_until = TokenState.OK, "", None, None
    row.version, row.updated_at = row.version + 1, now
    session.flush()


def claim_refresh(
    session: Session, portal_id: int, token_id: int, version: int, owner: str, now: datetime, until: datetime
) -> bool:
    """Take the refresh lease if the version is still this one and nobody holds a live lease."""
    free = or_(PortalToken.refresh_owner.is_(None), PortalToken.refresh_lease_until <= now)
    mine = update(PortalToken).where(*_same(portal_id, token_id, version), PortalToken.state == TokenState.OK, free)
    return changed(session, mine.values(refresh_owner=owner, refresh_lease_until=until)) == 1


def release_refresh(session: Session, portal_id: int, token_id: int, owner: str) -> None:
    """Give the lease back without a rotation."""
    mine = update(PortalToken).where(
        PortalToken.portal_id == portal_id, PortalToken.id == token_id, PortalToken.refresh_owner == owner
    )
    changed(session, mine.values(refresh_owner=None, refresh_lease_until=None))


def save_rotated(
    session: Session,
    portal_id: int,
    token_id: int,
    version: int,
    *,
    access: str,
    refresh: str,
    expires_at: datetime,
    now: datetime,
) -> bool:
    """Store the new pair if nobody rotated meanwhile; the lease ends with it."""
    mine = update(PortalToken).where(*_same(portal_id, token_id, version))
    fresh = mine.values(
        access=access,
        refresh=refresh,
        expires_at=expires_at,
        version=PortalToken.version + 1,
        state=TokenState.OK,
        refresh_owner=None,
        refresh_lease_until=None,
        updated_at=now,
    )
    return changed(session, fresh) == 1


def mark_broken(session: Session, portal_id: int, token_id: int, version: int, why: str) -> None:
    """Put a token aside for good; a newer version stays."""
    mine = update(PortalToken).where(*_same(portal_id, token_id, version))
    changed(
        session,
        mine.values(state=TokenState.BROKEN, broken_why=why[:255], refresh_owner=None, refresh_lease_until=None),
    )


def forget(session: Session, portal_id: int) -> int:
    """Delete all tokens of a portal that left; return how many there were."""
    return changed(session, delete(PortalToken).where(PortalToken.portal_id == portal_id))


def _same(portal_id: int, token_id: int, version: int) -> tuple[ColumnElement[bool], ...]:
    return PortalToken.portal_id == portal_id, PortalToken.id == token_id, PortalToken.version == version
