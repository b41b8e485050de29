"""The store's tokens in the shape that the Bitrix24 client asks for; the two rooms do not know each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from b24app.bitrix24.oauth import TokenReply
from b24app.bitrix24.tokens import StoredToken
from b24app.clock import Clock
from b24app.store import tokens
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import PortalToken


def _stored(row: PortalToken) -> StoredToken:
    return StoredToken(
        token_id=row.id,
        portal_id=row.portal_id,
        user_id=row.user_id,
        is_admin=row.is_admin,
        access=row.access,
        refresh=row.refresh,
        expires_at=row.expires_at,
        version=row.version,
    )


class PortalTokenStore:
    """A `bitrix24.tokens.TokenStore`; every function is one short transaction."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def load_pool(self, portal_id: int) -> Sequence[StoredToken]:
        with read_scope(self._sessions) as session:
            return [_stored(row) for row in tokens.pool(session, portal_id)]

    def load_user(self, portal_id: int, user_id: int) -> StoredToken | None:
        with read_scope(self._sessions) as session:
            row = tokens.of_user(session, portal_id, user_id)
            return None if row is None else _stored(row)

    def reload(self, token: StoredToken) -> StoredToken | None:
        with read_scope(self._sessions) as session:
            row = tokens.by_id(session, token.portal_id, token.token_id)
            return None if row is None else _stored(row)

    def claim_refresh(self, token: StoredToken, owner: str, lease_s: float) -> bool:
        now = self._clock.now()
        until = now + timedelta(seconds=lease_s)
        with session_scope(self._sessions) as session:
            return tokens.claim_refresh(session, token.portal_id, token.token_id, token.version, owner, now, until)

    def release_refresh(self, token: StoredToken, owner: str) -> None:
        with session_scope(self._sessions) as session:
            tokens.release_refresh(session, token.portal_id, token.token_id, owner)

    def save_rotated(self, token: StoredToken, owner: str, fresh: TokenReply) -> bool:
        """Save by version alone: a refresher whose lease ran out still holds the only valid pair."""
        del owner
        with session_scope(self._sessions) as session:
            return tokens.save_rotated(
                session,
                token.portal_id,
                token.token_id,
                token.version,
                access=fresh.access,
                refresh=fresh.refresh,
                expires_at=fresh.expires_at,
                now=self._clock.now(),
            )

    def mark_broken(self, token: StoredToken, why: str) -> None:
        with session_scope(self._sessions) as session:
            tokens.mark_broken(session, token.portal_id, token.token_id, token.version, why)
