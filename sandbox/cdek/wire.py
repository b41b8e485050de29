"""How CDEK speaks HTTP: JSON bodies, its envelopes, and the account of a call."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Cdek, wire_time
from .errors import Refused, error, framework_error
from .model import Account

_UNKNOWN = "sandbox_unknown_field"


def account() -> Account:
    """The account of the present call."""
    return cast(Account, g.account)


def body() -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused."""
    try:
        data = json.loads(request.get_data() or b"null")
    except ValueError:
        raise Refused(error("v2_bad_request", "JSON parse error"), envelope="request", request_type="CREATE") from None
    if not isinstance(data, dict):
        raise Refused(error("v2_bad_request", "JSON object is expected"), envelope="request", request_type="CREATE")
    note(keys=sorted(data))
    return data


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def answer(cdek: Cdek, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; in the unknown-fields mode every object carries one more."""
    if cdek.switches.unknown_fields:
        data = with_unknown_fields(data, _UNKNOWN)
    return Response(json.dumps(data, ensure_ascii=False), status, headers, content_type="application/json")


def refused(cdek: Cdek, problem: Refused) -> Response:
    """A refusal in its envelope (§2.2)."""
    note(codes=[found["code"] for found in problem.errors])
    if problem.envelope == "bare":
        return answer(cdek, {"errors": problem.errors}, problem.status)
    row: dict[str, Any] = {"type": problem.request_type, "date_time": cdek.now_text(), "state": "INVALID"}
    data = {"requests": [row | {"errors": problem.errors}], "related_entities": []}
    return answer(cdek, data, problem.status)


def fault_words(cdek: Cdek, status: int, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like at CDEK: envelope 4 for 500, plain text for 503 (§2.1, §2.2)."""
    phrase = HTTPStatus(status).phrase
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "text/plain", phrase.encode()
    data = framework_error(environ["PATH_INFO"], status, phrase, wire_time(cdek.clock.time()))
    return "application/json", json.dumps(data).encode()


def handle_http_errors(app: Flask, cdek: Cdek) -> None:
    """Unknown paths and methods: the framework's envelope."""

    def respond(problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what CDEK (or this sandbox) does not have.
        note(unknown=True)
        words = framework_error(request.path, problem.code, problem.name, cdek.now_text())
        return answer(cdek, words, problem.code)

    for status in (404, 405):
        app.register_error_handler(status, respond)
    app.register_error_handler(Refused, lambda problem: refused(cdek, problem))
