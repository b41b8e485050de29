"""Any verified administrator who opens a page of ours lends the portal a key for background work (DESIGN, "Who acts")."""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix24.payloads import FramePost
from b24app.frames.parts import PageParts
from b24app.frames.proof import Proof
from b24app.store import token_pool
from b24app.store.engine import read_scope, session_scope


def refill(parts: PageParts, portal_id: int, post: FramePost, proof: Proof, admin: bool) -> None:
    """Stores the frame's key if it belongs to an administrator and the pool needs it; usually reads one row and is done."""
    if not admin or not post.refresh_id:
        return
    now, user_id = parts.clock.now(), proof.info.user_id
    with read_scope(parts.sessions) as session:
        if not token_pool.wanted(session, portal_id, user_id, now):
            return
    with session_scope(parts.sessions) as session:
        token_pool.keep(
            session, portal_id, user_id, access=post.auth_id, refresh=post.refresh_id,
            expires_at=now + timedelta(seconds=post.auth_expires_s), is_admin=True, now=now,
        )
