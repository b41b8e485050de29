"""How ApiShip speaks HTTP: JSON, errors with a code and fields, a tracing id on every answer (§1, §7)."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import ApiShip
from .errors import Refused, field
from .model import Account

_UNKNOWN = "sandboxUnknownField"


def account() -> Account:
    """The account of the present call."""
    return cast(Account, g.account)


def body() -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused."""
    if request.mimetype != "application/json":
        raise Refused("040000", description="Content-Type must be application/json")
    try:
        data = json.loads(request.get_data())
    except ValueError:
        raise Refused("040000", description="Syntax error") from None
    if not isinstance(data, dict):
        raise Refused("040000", [field("", "Ожидается объект")])
    return data


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def answer(apiship: ApiShip, data: Any, status: int = 200) -> Response:
    """A JSON answer; in the unknown-fields mode every object carries one more."""
    if apiship.switches.unknown_fields:
        data = with_unknown_fields(data, _UNKNOWN)
    text = json.dumps(data, ensure_ascii=False)
    return Response(text, status, {"X-Tracing-Id": uuid.uuid4().hex}, content_type="application/json")


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like (spec: ServerError, ServiceError)."""
    return "application/json", json.dumps({"message": HTTPStatus(status).phrase}).encode()


def handle_errors(app: Flask, apiship: ApiShip) -> None:
    """Refusals, and paths or methods that there are not."""

    def refused(problem: Refused) -> Response:
        note(code=problem.code, fields=[row["field"] for row in problem.fields])
        return answer(apiship, problem.as_json(), problem.status)

    def strange(problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what ApiShip (or this sandbox) does not have.
        note(unknown=True)
        return answer(apiship, {"message": f"{problem.name}: {request.method} {request.path}"}, problem.code)

    app.register_error_handler(Refused, refused)
    for status in (404, 405):
        app.register_error_handler(status, strange)
