"""The separate auth host (§2): password and refresh grants, Basic client, a form. Tokens outlive a reset."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.manhattan.model import ACCOUNTS, Account

if TYPE_CHECKING:
    from sandbox.manhattan.core import Manhattan

_KEY = b"sandbox-manhattan-token-key"


class NoToken(Exception):  # noqa: N818 - an answer of the auth host, not a failure of ours
    """`{"error", "error_description"}` (§2)."""

    def __init__(self, status: int, error: str, words: str) -> None:
        super().__init__(error)
        self.status, self.error, self.words = status, error, words


def issue(wm: Manhattan, content_type: str, header: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The answer of a token call. Raises NoToken, whatever is wrong first."""
    if content_type != "application/x-www-form-urlencoded":
        raise NoToken(415, "invalid_request", "Content-Type must be application/x-www-form-urlencoded")
    client = _client(header)
    if client is None:
        raise NoToken(401, "invalid_client", "Bad client credentials")
    grant = form.get("grant_type", "")
    if not grant:
        raise NoToken(400, "invalid_request", "Missing grant type")
    if grant == "password":
        account = _signed_in(wm, client, form)
    elif grant == "refresh_token":
        account = _refreshed(wm, client, form.get("refresh_token", ""))
    else:
        raise NoToken(400, "unsupported_grant_type", f"Unsupported grant type: {grant}")
    wm.note("token.issued", account.username, grant=grant)
    at = f"{int(wm.clock.time()):010x}{wm.token_generation:04x}"
    seconds = wm.switches.token_seconds
    return {
        "access_token": at + _sign(account, at, "access"), "token_type": "bearer",
        "refresh_token": at + _sign(account, at, "refresh"), "expires_in": max(seconds - 1, 0), "scope": "omni",
    }  # fmt: skip


def account_of(wm: Manhattan, header: str | None) -> Account | None:
    """Whose live token it is; None for none, a wrong or an expired one."""
    token = (header or "").removeprefix("Bearer ")
    for account in ACCOUNTS:
        if header and header.startswith("Bearer ") and token[14:] == _sign(account, token[:14], "access"):
            return account if _lives(wm, token) else None
    return None


def name_of(header: str | None) -> str:
    """The user that a token names, whether or not it is still good."""
    token = (header or "").removeprefix("Bearer ")
    found = (row.username for row in ACCOUNTS if token and token[14:] == _sign(row, token[:14], "access"))
    return next(found, "")


def _client(header: str) -> Account | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return next((row for row in ACCOUNTS if (row.client_id, row.client_secret) == (name, secret)), None)


def _signed_in(wm: Manhattan, client: Account, form: Mapping[str, str]) -> Account:
    for name in ("username", "password"):
        if not form.get(name):
            raise NoToken(400, "invalid_request", f"Missing {name}")
    if (client.username, client.password) != (form["username"], form["password"]):
        raise NoToken(wm.switches.login_status, "invalid_grant", "Bad credentials")
    return client


def _refreshed(wm: Manhattan, client: Account, token: str) -> Account:
    """A refresh token lives ten times as long."""
    if token[14:] != _sign(client, token[:14], "refresh") or not _lives(wm, token, 10):
        raise NoToken(400, "invalid_grant", "Invalid refresh token")
    return client


def _lives(wm: Manhattan, token: str, times: int = 1) -> bool:
    issued, generation = int(token[:10], 16), int(token[10:14], 16)
    ended = issued + wm.switches.token_seconds * times <= wm.clock.time()
    return generation >= wm.token_generation and not ended


def _sign(account: Account, at: str, kind: str) -> str:
    return hmac.digest(_KEY, f"{account.username}|{at}|{kind}".encode(), hashlib.sha256).hex()[:40]
