"""Tokens of every portal: one hour to live, refresh tokens that die when used (contract bitrix24-app §2.4, §2.5)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.kernel.clock import Clock

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 24 * 3600
CODE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Token:
    """One access token with its refresh token. ``hops`` is set for tokens that an event carried (§4.3)."""

    access: str
    refresh: str
    client_id: str
    member_id: str
    user_id: int
    scope: str
    expires: int
    refresh_expires: int
    generation: int
    hops: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: 30 seconds, one use, bound to a client (§2.3)."""

    client_id: str
    member_id: str
    user_id: int
    expires: float


class TokenStore:
    """Every token issued. A lookup never depends on how many there are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._used: dict[str, tuple[Token, float]] = {}
        self._codes: dict[str, Code] = {}

    def remember(self) -> Callable[[], None]:
        """A function that brings back the tokens of now."""
        kept = {name: dict(rows) for name, rows in vars(self).items() if isinstance(rows, dict)}
        return lambda: vars(self).update({name: dict(rows) for name, rows in kept.items()})

    def issue(
        self, client_id: str, member_id: str, user_id: int, scope: str, generation: int, *, hops: int | None = None
    ) -> Token:
        """A new pair. ``generation`` is the installation's number: an uninstall makes all earlier ones dead."""
        now = int(self._clock.time())
        token = Token(
            secrets.token_hex(35),
            secrets.token_hex(35),
            client_id,
            member_id,
            user_id,
            scope,
            now + ACCESS_SECONDS,
            now + REFRESH_SECONDS,
            generation,
            hops,
        )
        self._access[token.access] = token
        # A token that came with an event has no refresh token that anybody ever sees.
        if hops is None:
            self._refresh[token.refresh] = token
        return token

    def by_access(self, text: str) -> Token | None:
        return self._access.get(text)

    def expired(self, token: Token) -> bool:
        return self._clock.time() >= token.expires

    def take_refresh(self, text: str, grace: float = 0.0) -> Token | None:
        """The token that ``text`` may renew, once; within ``grace`` seconds of its use a second time. None: dead."""
        now = self._clock.time()
        token = self._refresh.pop(text, None)
        if token is not None:
            self._used[text] = (token, now)
            return token if now < token.refresh_expires else None
        used = self._used.get(text)
        if used is not None and grace > 0 and now - used[1] <= grace:
            return used[0]
        return None

    def knows_refresh(self, text: str) -> Token | None:
        """Whose refresh token this is or was, dead or alive."""
        token = self._refresh.get(text)
        return token if token is not None else self._used.get(text, (None, 0.0))[0]

    def expire(self, member_id: str) -> int:
        """Make every access token of a portal expired; refresh tokens stay good. Returns how many."""
        found = [token for token in self._access.values() if token.member_id == member_id]
        for token in found:
            self._access[token.access] = replace(token, expires=0)
        return len(found)

    def issue_code(self, client_id: str, member_id: str, user_id: int) -> str:
        text = secrets.token_hex(35)
        self._codes[text] = Code(client_id, member_id, user_id, self._clock.time() + CODE_SECONDS)
        return text

    def take_code(self, text: str, client_id: str) -> Code | None:
        """The code, once; None if unknown, used, late, or another client's."""
        code = self._codes.pop(text, None)
        if code is None or code.client_id != client_id or self._clock.time() >= code.expires:
            return None
        return code
