"""Any verified administrator who opens a page lends the portal a key for background work (DESIGN, "Who acts")."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.bitrix24.payloads import FramePost
from b24app.clock import Clock
from b24app.frames.proof import Proof
from b24app.store import lanes, tokens
from b24app.store.engine import Sessions, read_scope, session_scope


def refill(sessions: Sessions, clock: Clock, portal_id: int, post: FramePost, proof: Proof, admin: bool) -> None:
    """Keeps the frame's key if it belongs to an administrator and the pool has no live one of theirs; else reads one
    row. A portal whose pool was empty goes on at once."""
    if not admin or not post.refresh_id:
        return
    now = clock.now()
    with read_scope(sessions) as session:
        known = tokens.of_user(session, portal_id, proof.info.user_id)
        if known is not None and known.is_admin and known.expires_at > now:
            return
    with session_scope(sessions) as session:
        empty = not tokens.pool(session, portal_id)
        lend(session, portal_id, post, proof, now)
        if empty:
            lanes.free(session, lanes.portal_lane(session, portal_id).id, now)


def lend(session: Session, portal_id: int, post: FramePost, proof: Proof, now: datetime) -> None:
    """Keeps a verified administrator's key."""
    tokens.remember(
        session,
        portal_id,
        proof.info.user_id,
        access=post.auth_id,
        refresh=post.refresh_id,
        expires_at=now + timedelta(seconds=post.auth_expires_s),
        is_admin=True,
        now=now,
    )
