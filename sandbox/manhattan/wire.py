"""How the WM speaks HTTP (§2): JSON, one envelope for everything, two context headers, a trace id on every answer."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Manhattan
from .data.places import FACILITIES, ORGANIZATIONS
from .errors import Refused, refuse, told
from .model import Account, Scope
from .rules import tokens

_UNKNOWN = "SandboxUnknownField"
_PAIRS = {
    "selected": (("SelectedOrganization", "SelectedLocation"),),
    "plain": (("Organization", "Location"),),
    "both": (("SelectedOrganization", "SelectedLocation"), ("Organization", "Location")),
}


def scope() -> Scope:
    """Who asks in the present call."""
    return cast(Scope, g.scope)


def sign_in(wm: Manhattan) -> Response | None:
    """A live token and both context headers, else the answer that says what is missing. Raises Refused."""
    account = tokens.account_of(wm, request.headers.get("Authorization"))
    if account is None:
        # §2: expired and wrong tokens alike.
        words = {"error": "invalid_token", "error_description": "Access token is missing, invalid or expired"}
        return Response(json.dumps(words), 401, {"WWW-Authenticate": "Bearer"}, content_type="application/json")
    g.scope = _context(wm, account)
    return None


def _context(wm: Manhattan, account: Account) -> Scope:
    switches = wm.switches
    for organization, location in _PAIRS[switches.header_names]:
        chosen = request.headers.get(organization), request.headers.get(location)
        if chosen[0] is None and chosen[1] is None:
            continue
        for name, value in zip((organization, location), chosen, strict=True):
            if not value:
                raise Refused([told("FWCORE::CONTEXT", name)], switches.missing_headers)
        if chosen[0] not in ORGANIZATIONS or chosen[0] not in account.organizations:
            raise refuse("FWCORE::CONTEXT", organization)
        return Scope(account, str(chosen[0]), str(chosen[1]))
    raise Refused([told("FWCORE::CONTEXT", _PAIRS[switches.header_names][0][0])], switches.missing_headers)


def known_facility() -> bool:
    """§7.2: an unknown facility is answered with empty data."""
    return scope().facility in FACILITIES


def body() -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused."""
    if request.mimetype != "application/json":
        raise refuse("FWCORE::415", request.mimetype or "(none)")
    try:
        data = json.loads(request.get_data())
    except ValueError:
        raise refuse("FWCORE::400", "malformed JSON") from None
    if not isinstance(data, dict):
        raise refuse("FWCORE::400", "an object is expected")
    return data


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def answer(
    wm: Manhattan,
    data: Any,
    *,
    status: int = 200,
    total: int | None = None,
    page: tuple[int, int] = (0, 50),
    messages: list[dict[str, Any]] | None = None,
    success: bool = True,
) -> Response:
    """The envelope (§2). `messages` are rows of `messages.Message`."""
    header = None if total is None else {"totalCount": total, "page": page[0], "size": page[1]}
    document: dict[str, Any] = {"header": header, "data": data, "messages": {"Message": messages or []}}
    if wm.switches.envelope == "full":
        told_first = (messages or [{}])[0]
        document |= {
            "success": success, "messageKey": told_first.get("Code"), "message": told_first.get("Description"),
            "errors": [], "exceptions": [], "rootCause": None, "cloudComponent": None, "cloudComponentHostName": None,
            "requestUri": request.path if status >= 400 else None,
            "statusCode": HTTPStatus(status).name,
        }  # fmt: skip
    if wm.switches.unknown_fields:
        document = with_unknown_fields(document, _UNKNOWN)
    return _json(document, status)


def _json(document: Any, status: int) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status, {"cp-trace-id": uuid.uuid4().hex}, content_type="application/json")


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like."""
    words = {
        "success": False,
        "data": None,
        "message": HTTPStatus(status).phrase,
        "statusCode": HTTPStatus(status).name,
    }
    return "application/json", json.dumps(words).encode()


def handle_errors(app: Flask, wm: Manhattan) -> None:
    """Refusals, and paths or methods that there are not."""

    def refused(problem: Refused) -> Response:
        note(codes=[code for code, _ in problem.told])
        return answer(wm, None, status=problem.status, messages=problem.messages, success=False)

    def strange(problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what the WM (or this sandbox) does not have.
        note(unknown=True)
        code = "FWCORE::404" if problem.code == 404 else "FWCORE::405"
        missing = Refused([told(code, f"{request.method} {request.path}")])
        return answer(wm, None, status=problem.code, messages=missing.messages, success=False)

    app.register_error_handler(Refused, refused)
    for status in (404, 405):
        app.register_error_handler(status, strange)
