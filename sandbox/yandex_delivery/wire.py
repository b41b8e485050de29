"""How both APIs speak HTTP: sign-in, limits, JSON, their error bodies."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Yandex
from .errors import Refused, bad, shaped
from .fields import Fields
from .model import ACCOUNTS, Account

_UNKNOWN = "sandbox_unknown_field"
_BLOCKED = "<!DOCTYPE html><html><head><title>403 Forbidden</title></head><body>Доступ ограничен</body></html>"


def account() -> Account:
    """The account of the present call."""
    return cast(Account, g.account)


def body(*, may_be_empty: bool = False) -> Fields:
    """The JSON object that was sent. Raises Refused."""
    raw = request.get_data()
    if not raw.strip() and may_be_empty:
        return Fields({})
    try:
        data = json.loads(raw)
    except ValueError:
        raise bad("Parse error", "Parse error" if g.express else "bad_request") from None
    return Fields(data)


def query(name: str, default: str | None = None) -> str:
    """Raises Refused when it is missing and there is no default."""
    found = request.args.get(name, default)
    if found is None or (not found and default is None):
        raise bad(f"Missing {name} in query")
    return found


def note(**facts: Any) -> None:
    request.environ[CALL_KEY].update(facts)


def answer(yandex: Yandex, data: Any, status: int = 200) -> Response:
    """A JSON answer; in the unknown-fields mode every object carries one more."""
    if yandex.switches.unknown_fields:
        data = with_unknown_fields(data, _UNKNOWN)
    return Response(json.dumps(data, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def prepare(app: Flask, yandex: Yandex, *, express: bool) -> None:
    """Sign-in before every call, the API's own words for what Flask refuses."""

    @app.before_request
    def sign_in() -> Response | None:
        yandex.settle()
        g.express = express
        if yandex.switches.blocked_html:
            return Response(_BLOCKED, 403, content_type="text/html; charset=utf-8")
        if request.url_rule is None:
            return None
        header = request.headers.get("Authorization")
        found = yandex.account_of(header, express)
        if found is None:
            raise Refused(401, "unauthorized", "Not authorized request" if header else "Access denied")
        if express and not request.headers.get("Accept-Language"):
            raise bad("Missing Accept-Language in header")
        g.account = found
        note(account=found.code)
        return _too_many(yandex, found, express)

    def refused(problem: Refused) -> Response:
        note(code=problem.code)
        shape = "code" if express else yandex.switches.error_shape
        return answer(yandex, shaped(shape, problem), problem.status)

    def no_route(problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what Yandex (or this sandbox) does not have.
        note(unknown=True)
        return answer(yandex, {"code": "not_found", "message": "No route for URL"}, problem.code)

    app.register_error_handler(Refused, refused)
    for status in (404, 405):
        app.register_error_handler(status, no_route)


def _too_many(yandex: Yandex, found: Account, express: bool) -> Response | None:
    limit = yandex.switches.per_minute
    if not limit:
        return None
    now, key = yandex.clock.time(), (found.code, "express" if express else "platform")
    with yandex.lock:
        recent = [moment for moment in yandex.calls.get(key, ()) if moment > now - 60]
        yandex.calls[key] = recent
        if len(recent) < limit:
            recent.append(now)
            return None
    refusal = answer(yandex, {"code": "too_many_requests", "message": "Too many requests"}, 429)
    if yandex.switches.retry_after:
        refusal.headers["Retry-After"] = str(yandex.switches.retry_after)
    return refusal


def fault_words(status: int, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: 403 is a page of HTML, the rest is `{code, message}` (§A12)."""
    del environ
    if status == HTTPStatus.FORBIDDEN:
        return "text/html; charset=utf-8", _BLOCKED.encode()
    phrase = HTTPStatus(status).phrase
    code = {401: "unauthorized", 404: "not_found", 409: "conflict", 429: "too_many_requests"}.get(status, str(status))
    return "application/json", json.dumps({"code": code, "message": phrase}).encode()


def account_in(yandex: Yandex, environ: WSGIEnvironment, *, express: bool) -> str:
    """Whose call it is, for faults and the journal."""
    found = yandex.account_of(environ.get("HTTP_AUTHORIZATION"), express)
    return found.code if found else ""


def account_rows(yandex: Yandex) -> list[dict[str, Any]]:
    """The credentials as they are now."""
    return [
        {
            "account": found.code,
            "token": yandex.token_of(found.token),
            "express_token": yandex.token_of(found.express_token),
            "station_id": found.station_id,
        }
        for found in ACCOUNTS
    ]
