"""How Otpravka speaks HTTP: two credentials, the daily counter, JSON, files, the gateway's errors (§1, §3)."""

from __future__ import annotations

import base64
import binascii
import json
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY, phrase_of
from sandbox.kernel.unknown import with_unknown_fields

from .core import Post
from .errors import UNAUTHORIZED, UNKNOWN_PATH, Refused, gateway
from .model import ACCOUNTS, Account

_OVER_LIMIT = 509
_UNKNOWN = "sandbox-unknown-field"


def account() -> Account:
    """The account of the present call."""
    return cast(Account, g.account)


def account_of(authorization: str | None, user: str | None) -> Account | None:
    """Both credentials must be right and belong together."""
    scheme, _, token = (authorization or "").partition(" ")
    found = next((row for row in ACCOUNTS if row.token == token), None) if scheme == "AccessToken" else None
    return found if found is not None and _is_user(found, user) else None


def _is_user(found: Account, user: str | None) -> bool:
    scheme, _, encoded = (user or "").partition(" ")
    try:
        login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme == "Basic" and login in (found.login, found.phone) and password == found.password


def portal_of(environ: WSGIEnvironment) -> str:
    """The account's code, for the journal and faults."""
    found = account_of(environ.get("HTTP_AUTHORIZATION"), environ.get("HTTP_X_USER_AUTHORIZATION"))
    return found.code if found else ""


def sign_in(post: Post) -> None:
    """Before every call: who it is, and whether they have calls left today. Raises Refused."""
    found = account_of(request.headers.get("Authorization"), request.headers.get("X-User-Authorization"))
    if found is None:
        raise gateway(401, UNAUTHORIZED)
    g.account = found
    note(account=found.code)
    if found.code in post.switches.blocked_accounts:
        raise gateway(403, "Access to API is blocked")
    if post.count_call(found) > post.day_limit(found):
        raise Refused(_OVER_LIMIT, {"status": _OVER_LIMIT, "message": "Request limit exceeded"})


def body() -> Any:
    """The JSON that was sent. Raises Refused."""
    if not (request.content_type or "").startswith("application/json"):
        raise gateway(415, "Unsupported Media Type")
    try:
        return json.loads(request.get_data() or b"null")
    except ValueError:
        raise gateway(400, "JSON parse error") from None


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def answer(post: Post, data: Any, status: int = 200) -> Response:
    """A JSON answer; in the unknown-fields mode every object carries one more."""
    if post.switches.unknown_fields:
        data = with_unknown_fields(data, _UNKNOWN)
    text = json.dumps(data, ensure_ascii=False)
    return Response(text, status, content_type="application/json;charset=UTF-8")


def file(data: bytes, name: str, kind: str = "application/pdf") -> Response:
    """An attachment."""
    headers = {"Content-Disposition": f"attachment; filename={quote(name)}"}
    return Response(data, 200, headers, content_type=kind)


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: the gateway's body; above the limit plain text (§1: not always JSON)."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "text/plain", b"Service Unavailable"
    return "application/json", json.dumps({"status": status, "message": phrase_of(status)}).encode()


def handle_errors(app: Flask, post: Post) -> None:
    """Refusals in their own bodies; a path nobody knows is 407 (§2)."""

    def unknown(_problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what the Post (or this sandbox) does not have.
        note(unknown=True)
        return answer(post, {"status": 407, "message": UNKNOWN_PATH}, 407)

    def refused(problem: Refused) -> Response:
        note(refused=problem.body)
        return answer(post, problem.body, problem.status)

    for status in (404, 405):
        app.register_error_handler(status, unknown)
    app.register_error_handler(Refused, refused)
