"""Signing in (§1): a login gives a token, the cabinet another that never ends. Tokens outlive a reset."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from sandbox.apiship.errors import Refused, missing
from sandbox.apiship.model import ACCOUNTS, Account

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip

_KEY = b"sandbox-apiship-token-key"


def issue(apiship: ApiShip, body: dict[str, Any]) -> str:
    """Raises Refused: 040001, 040303 (no such user), 040302 (wrong password)."""
    if problems := [missing(name) for name in ("login", "password") if not body.get(name)]:
        raise Refused("040001", problems)
    account = next((found for found in ACCOUNTS if found.login == body["login"]), None)
    if account is None:
        raise Refused("040303")
    if account.password != body["password"]:
        raise Refused("040302")
    apiship.note("token.issued", account.login)
    at = f"{int(apiship.clock.time()):010x}{apiship.token_generation:04x}"
    return at + _sign(account, at)


def account_of(apiship: ApiShip, header: str | None) -> Account:
    """Whose token it is: the header holds the token alone, without `Bearer` (§1). Raises Refused 401, 403."""
    for account in ACCOUNTS:
        if header and header == account.token:
            return account
        if header and header[14:] == _sign(account, header[:14]):
            _check_age(apiship, header)
            return account
    raise Refused("040101")


def login_of(header: str | None) -> str:
    """The account that a token names, whether or not it is still good; empty without one."""
    for account in ACCOUNTS:
        if header and (header == account.token or header[14:] == _sign(account, header[:14])):
            return account.login
    return ""


def _check_age(apiship: ApiShip, token: str) -> None:
    issued, generation = int(token[:10], 16), int(token[10:14], 16)
    seconds = apiship.switches.token_seconds
    if generation < apiship.token_generation or (seconds and issued + seconds <= apiship.clock.time()):
        raise Refused("040304")


def _sign(account: Account, at: str) -> str:
    return hmac.digest(_KEY, f"{account.login}|{at}".encode(), hashlib.sha256).hex()[:32]
