"""An access token of one account: kept between calls and processes, renewed early, by one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from b24app.systems.plugin import OpenContext

#: Renew this long before the token ends, at most a tenth of its life.
MARGIN_S = 180.0


class AccountToken:
    """`sign_in()` -> (token, seconds it lives). `parts` tell one account from another, its secret included: only their
    hash is kept, so that a changed secret never finds the old token."""

    def __init__(
        self, context: OpenContext, code: str, parts: tuple[str, ...], sign_in: Callable[[], tuple[str, float]]
    ):
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        self._key = f"{code}:{digest[:40]}"
        self._cache = context.token_cache
        self._sign_in = sign_in

    def get(self, refused: str | None = None) -> str:
        """The kept token, unless it is the one that was just refused. Raises what `sign_in` raises."""
        token = self._cache.get(self._key)
        if token and token != refused:
            return token
        with self._cache.lock(self._key):
            token = self._cache.get(self._key)
            return token if token and token != refused else self.renew()

    def renew(self) -> str:
        """Sign in now, whatever token is known."""
        token, lifetime = self._sign_in()
        self._cache.set(self._key, token, max(lifetime - min(MARGIN_S, lifetime * 0.1), 1.0))
        return token

    def drop(self) -> None:
        """Forget it, in all processes. No call."""
        self._cache.drop(self._key)
