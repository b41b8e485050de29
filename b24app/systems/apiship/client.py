"""The wire to ApiShip and nothing else: signing in (apiship.md §1) and calls."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import ACCOUNT, TOKEN
from b24app.systems.kit.line import Line
from b24app.systems.kit.tokens import AccountToken
from b24app.systems.plugin import OpenContext

#: How long a login's token is kept: its life is not documented (§9), and a refused one is renewed anyway.
TOKEN_S = 3600.0


class Client:
    """Calls of one account. A token copied from the cabinet wins over a login."""

    def __init__(self, context: OpenContext) -> None:
        self.line = Line(context)
        self.base = self.line.base
        self._permanent = context.setting("token")
        self._login, self._password = context.setting("login"), context.setting("password")
        parts = (self.base, self._login, self._password)
        self._token = AccountToken(context, "apiship", parts, self._sign_in)

    @property
    def account(self) -> str:
        """Names the account without its secret."""
        return self._login or hashlib.sha256(self._permanent.encode()).hexdigest()[:16]

    def call(
        self,
        verb: str,
        path: str,
        label: str,
        *,
        write: bool = False,
        json: Any = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """With a token; refused for the token alone nothing was done: signed in once more, repeated once. Raises
        `Unavailable`, `Uncertain` (a write), `AccountProblem`; any other refusal is in the reply."""
        token = self._permanent or self._token.get()
        reply = self._once(verb, path, label, token, write, json, params)
        if _token_refused(reply) and not self._permanent:
            token = self._token.get(refused=token)
            reply = self._once(verb, path, label, token, write, json, params)
        if _token_refused(reply) or reply.code in ACCOUNT:
            raise _refused(reply)
        return reply

    def _once(
        self, verb: str, path: str, label: str, token: str, write: bool, json: Any, params: Mapping[str, str] | None
    ) -> Reply:
        # The token stands alone, without `Bearer` (§1).
        headers = {"Authorization": token, "Accept": "application/json"}
        return Reply(*self.line.json(verb, path, label, write=write, json=json, params=params or {}, headers=headers))

    def sign_in(self) -> None:
        """Anew, whatever token is still known; a token of the cabinet is tried out. Raises as `call`."""
        if self._permanent:
            self.call("GET", "lists/pickupTypes", "lists.pickup_types")
        else:
            self._token.renew()

    def sign_out(self) -> None:
        self._token.drop()

    def _sign_in(self) -> tuple[str, float]:
        """Both addresses are in their own SDKs (§1, §9): the second is asked when the first is not there."""
        sent = {"login": self._login, "password": self._password}
        for path in ("users/login", "login"):
            reply = Reply(*self.line.json("POST", path, "oauth.token", json=sent))
            if reply.status == 404:
                continue
            if not reply.ok:
                raise _refused(reply)
            token = reply.row.get("token") or reply.row.get("accessToken")
            if isinstance(token, str) and token:
                return token, TOKEN_S
        raise Unavailable("oauth.token: an answer without a token")


def _token_refused(reply: Reply) -> bool:
    return reply.code in TOKEN or reply.code == "http_401"


def _refused(reply: Reply) -> AccountProblem:
    words = str(reply.row.get("message") or "")
    return AccountProblem(Problem("account_refused", Field.ACCOUNT, Who.ADMIN, reply.code, words))
