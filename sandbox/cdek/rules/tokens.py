"""Tokens: signed JWTs that outlive a restart and a reset of the sandbox (contract §3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, error
from sandbox.cdek.model import ACCOUNTS, Account

_KEY = b"sandbox-cdek-token-key"


class InvalidClient(Exception):  # noqa: N818  (CDEK's word)
    """The pair of keys is wrong: envelope 3."""


def issue(cdek: Cdek, client_id: str, client_secret: str) -> dict[str, Any]:
    """The body of ``POST /v2/oauth/token``. Raises InvalidClient."""
    account = next((found for found in ACCOUNTS if found.client_id == client_id), None)
    if account is None or not hmac.compare_digest(account.client_secret.encode(), client_secret.encode()):
        raise InvalidClient
    seconds = cdek.switches.token_seconds
    jti = cdek.new_uuid()
    claims = {
        "scope": ["order:all", "payment:all"],
        "exp": int(cdek.clock.time()) + seconds,
        "authorities": [f"contract-type:{account.contract}"],
        "jti": jti,
        "client_id": client_id,
        "generation": cdek.token_generation,
    }
    cdek.note("token.issued", client_id)
    head = {"access_token": _sign(claims), "token_type": "bearer", "expires_in": seconds - 1}
    return head | {"scope": "order:all payment:all", "jti": jti}


def account_of(cdek: Cdek, header: str | None) -> Account:
    """Whose token it is. Raises Refused 401."""
    if not header:
        raise _refuse("unauthorized")
    scheme, _, token = header.partition(" ")
    claims = _open(token.strip())
    if scheme.lower() != "bearer" or claims is None:
        raise _refuse("v2_authorization_incorrect")
    if claims["exp"] <= cdek.clock.time() or claims["generation"] < cdek.token_generation:
        raise _refuse("v2_token_expired", f"Access token is expired: {token[:12]}…")
    return next(found for found in ACCOUNTS if found.client_id == claims["client_id"])


def client_of(header: str | None) -> str:
    """The client id a token names, whether or not the token is still good; empty without one."""
    claims = _open((header or "").partition(" ")[2].strip())
    return str(claims["client_id"]) if claims else ""


def _refuse(code: str, message: str | None = None) -> Refused:
    return Refused(error(code, message), status=401, envelope="request", request_type="AUTH")


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _sign(claims: dict[str, Any]) -> str:
    head = _pack(b'{"alg":"HS256","typ":"JWT"}')
    body = f"{head}.{_pack(json.dumps(claims).encode())}"
    return f"{body}.{_pack(hmac.digest(_KEY, body.encode(), hashlib.sha256))}"


def _open(token: str) -> dict[str, Any] | None:
    body, _, signature = token.rpartition(".")
    if not body or not _good(body, signature):
        return None
    payload = body.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _good(body: str, signature: str) -> bool:
    expected = _pack(hmac.digest(_KEY, body.encode(), hashlib.sha256))
    return hmac.compare_digest(expected.encode(), signature.encode())
