"""Which token a call uses, and refreshing it by one refresher at a time (DESIGN, "Who acts"; bitrix24-app.md §2.5)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from b24app.bitrix24.errors import NoToken
from b24app.bitrix24.oauth import OAuthRefused, OAuthServer, TokenReply
from b24app.clock import Clock
from b24app.wire.errors import NotSent, OutcomeUnknown, Why

#: A token this near its end is refreshed before it is used.
MARGIN = timedelta(seconds=60)
#: A refresher that died is replaced after this; longer than the OAuth call's own limit.
LEASE_S = 30.0
#: How long others wait for the refresher before they give the work back.
WAIT_S = 6.0
POLL_S = 0.05
#: Codes (lower case) that speak of the user, not of the token: he was dismissed, or may not use the app any more.
USER_GONE = frozenset({"authorization_error", "user_access_error"})


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A row of the store. `version` grows with every rotation."""

    token_id: int
    portal_id: int
    user_id: int
    is_admin: bool
    access: str
    refresh: str
    expires_at: datetime
    version: int


class TokenStore(Protocol):
    """What the store does for tokens. Every function is its own short transaction."""

    def load_pool(self, portal_id: int) -> Sequence[StoredToken]:
        """Usable tokens of the portal's verified administrators, the installer's first."""

    def load_user(self, portal_id: int, user_id: int) -> StoredToken | None:
        """The usable token of one person."""

    def reload(self, token: StoredToken) -> StoredToken | None:
        """The same row now; None when it is gone or broken."""

    def claim_refresh(self, token: StoredToken, owner: str, lease_s: float) -> bool:
        """Compare and set: succeeds if the version is still this one and nobody holds a live lease."""

    def release_refresh(self, token: StoredToken, owner: str) -> None:
        """Give the lease back without a rotation."""

    def save_rotated(self, token: StoredToken, owner: str, fresh: TokenReply) -> bool:
        """Compare and set on the version; the lease ends. False = somebody else rotated it meanwhile."""

    def mark_broken(self, token: StoredToken, why: str) -> None:
        """The OAuth server refused it for good; only if the version is still this one."""


@dataclass(frozen=True, slots=True)
class Access:
    """A token for one call. `stored` None = a token that we cannot refresh."""

    value: str
    user_id: int
    stored: StoredToken | None = None


class TokenSource(Protocol):
    """Where a PortalClient takes its token from."""

    def current(self) -> Access:
        """A token that should work. Raises NoToken, or NotSent when a refresh is under way or failed for now."""

    def refreshed(self, used: Access) -> Access:
        """Another one, because the portal refused `used`. Raises as `current`."""

    def instead(self, used: Access, code: str) -> Access | None:
        """Somebody else's, because the portal does not know (or let in) the user of `used`; None if there is none."""


class GivenToken:
    """A token from a frame: the person's own, never refreshed by us."""

    def __init__(self, access: str, user_id: int = 0) -> None:
        self._access = Access(access, user_id)

    def current(self) -> Access:
        return self._access

    def refreshed(self, used: Access) -> Access:
        """Always NoToken."""
        del used
        raise NoToken("expired_token", "the page's token is over: the page has to be opened again")

    def instead(self, used: Access, code: str) -> Access | None:
        """None: nobody else may act in a person's name."""
        del used, code
        return None


class Refresher:
    """Single-flight refresh: one refresher per token among all processes, the others wait for what it saves."""

    def __init__(
        self, store: TokenStore, oauth: OAuthServer, clock: Clock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._oauth = oauth
        self._clock = clock
        self._sleep = sleep

    def due(self, token: StoredToken) -> bool:
        return token.expires_at - self._clock.now() <= MARGIN

    def refresh(self, token: StoredToken, oauth_endpoint: str) -> StoredToken | None:
        """The token in a newer version; None when it is broken. Raises NotSent while that cannot be known."""
        owner = secrets.token_hex(8)
        waited = 0.0
        while waited <= WAIT_S:
            now = self._store.reload(token)
            if now is None or now.version != token.version:
                return now
            if self._store.claim_refresh(token, owner, LEASE_S):
                return self._rotate(token, owner, oauth_endpoint)
            self._sleep(POLL_S)
            waited += POLL_S
        raise NotSent(Why.TOKEN, "somebody else refreshes the token", retry_after=1.0)

    def _rotate(self, token: StoredToken, owner: str, oauth_endpoint: str) -> StoredToken | None:
        try:
            fresh = self._oauth.refresh(oauth_endpoint, token.refresh)
        except OAuthRefused as error:
            return self._refused(token, owner, error)
        except (NotSent, OutcomeUnknown) as error:
            self._store.release_refresh(token, owner)
            raise NotSent(Why.TOKEN, f"the token cannot be refreshed now ({error})", retry_after=5.0) from error
        self._store.save_rotated(token, owner, fresh)
        return self._store.reload(token)

    def _refused(self, token: StoredToken, owner: str, error: OAuthRefused) -> StoredToken | None:
        """Whoever held the lease before us may have rotated and saved late: look once more before giving it up."""
        now = self._store.reload(token)
        if now is not None and now.version != token.version:
            return now
        if error.grant_dead:
            self._store.mark_broken(token, f"{error.code}: {error.text}"[:250])
            return None
        self._store.release_refresh(token, owner)
        raise NoToken(error.code, error.text)


class PoolTokens:
    """The portal's own token for background work: the installing admin's, else another verified admin's."""

    def __init__(self, store: TokenStore, refresher: Refresher, portal_id: int, oauth_endpoint: str) -> None:
        self._store = store
        self._refresher = refresher
        self._portal_id = portal_id
        self._endpoint = oauth_endpoint

    def current(self) -> Access:
        return self._first(refused=None)

    def refreshed(self, used: Access) -> Access:
        return self._first(refused=used)

    def instead(self, used: Access, code: str) -> Access | None:
        """The next administrator's token; the refused one is put aside. The only token is kept through a refusal that
        may be the portal's own mistake, because putting it aside stops all work until somebody opens the app."""
        others = [token for token in self._store.load_pool(self._portal_id) if token.access != used.value]
        if used.stored is not None and (others or code in USER_GONE):
            self._store.mark_broken(used.stored, code)
        return self._first(refused=None) if others else None

    def _first(self, refused: Access | None) -> Access:
        for token in self._store.load_pool(self._portal_id):
            usable: StoredToken | None = token
            if self._refresher.due(token) or (refused is not None and token.access == refused.value):
                usable = self._refresher.refresh(token, self._endpoint)
            if usable is not None:
                return Access(usable.access, usable.user_id, usable)
        raise NoToken("none", "no administrator's token works: one has to open the app")


class UserTokens:
    """One person's stored token."""

    def __init__(
        self, store: TokenStore, refresher: Refresher, portal_id: int, user_id: int, oauth_endpoint: str
    ) -> None:
        self._store = store
        self._refresher = refresher
        self._who = (portal_id, user_id)
        self._endpoint = oauth_endpoint

    def current(self) -> Access:
        return self._mine(refused=None)

    def refreshed(self, used: Access) -> Access:
        return self._mine(refused=used)

    def instead(self, used: Access, code: str) -> Access | None:
        """None; a dismissed person's token is put aside."""
        if used.stored is not None and code in USER_GONE:
            self._store.mark_broken(used.stored, code)
        return None

    def _mine(self, refused: Access | None) -> Access:
        token = self._store.load_user(*self._who)
        if token is not None and (
            self._refresher.due(token) or (refused is not None and token.access == refused.value)
        ):
            token = self._refresher.refresh(token, self._endpoint)
        if token is None:
            raise NoToken("none", "this person has to open the app again")
        return Access(token.access, token.user_id, token)
