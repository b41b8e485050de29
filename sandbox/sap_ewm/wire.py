"""How SAP speaks HTTP: signing in, the CSRF token, errors in the caller's format (§2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY

from .core import Sap
from .errors import CsrfRequired, Refused, v2_json, v2_xml, v4_json
from .model import User
from .rules import sessions

_LOGON = (
    "<html><head><title>Logon Error Message</title></head><body><h1>Anmeldung fehlgeschlagen</h1>"
    "<p>Logon failed: client, name or password is not correct; log on again</p></body></html>"
)
_WRITES = frozenset({"POST", "PUT", "PATCH", "MERGE", "DELETE"})


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def user() -> User:
    """Who is calling."""
    return cast(User, g.user)


def wants_json() -> bool:
    """The default is Atom (§2)."""
    return request.args.get("$format") == "json" or "json" in request.headers.get("Accept", "")


def verb() -> str:
    """A tunnelled MERGE or PATCH counts as what it says."""
    return request.headers.get("X-HTTP-Method", request.method)


def sign_in(sap: Sap) -> None:
    """Raises sessions.NotSignedIn."""
    client = request.headers.get("sap-client") or request.args.get("sap-client", "")
    g.user = sessions.user_of(sap, request.headers.get("Authorization"), client)
    note(client=g.user.name)


def guard_write(sap: Sap, service: str) -> None:
    """Raises CsrfRequired, Refused: a display user changes nothing."""
    if verb() not in _WRITES:
        return
    sessions.check(sap, user(), request.cookies.get(sessions.COOKIE, ""), request.headers.get("X-CSRF-Token", ""))
    if not user().writes:
        raise Refused("/IWFND/MED/403", user=user().name, name=service)


def hand_out(sap: Sap, response: Response) -> Response:
    """A read with `X-CSRF-Token: Fetch` gets the token and the cookies it belongs to."""
    if request.headers.get("X-CSRF-Token", "").lower() != "fetch" or verb() in _WRITES:
        return response
    cookie, session = sessions.fetch(sap, user(), request.cookies.get(sessions.COOKIE, ""))
    response.headers["x-csrf-token"] = session.token
    response.set_cookie(sessions.COOKIE, cookie, httponly=True)
    response.set_cookie("sap-usercontext", f"sap-client={sessions.CLIENT}")
    return response


def handle_errors(app: Flask, sap: Sap) -> None:
    def refused(problem: Refused) -> Response:
        note(code=problem.code)
        if "/odata4/" in request.path:
            return Response(v4_json(problem), problem.status, content_type="application/json")
        if not wants_json():
            return Response(v2_xml(problem), problem.status, content_type="application/xml;charset=utf-8")
        name, version = g.get("service", ("", ""))
        moment = datetime.fromtimestamp(sap.time(), UTC).strftime("%Y%m%d%H%M%S.%f0")
        body = v2_json(problem, name, version, moment)
        return Response(body, problem.status, content_type="application/json;charset=utf-8")

    def required(_problem: CsrfRequired) -> Response:
        note(code="csrf")
        headers = {"x-csrf-token": "Required"}
        return Response("CSRF token validation failed", 403, headers, content_type="text/plain;charset=utf-8")

    def not_signed_in(_problem: sessions.NotSignedIn) -> Response:
        note(code="401")
        headers = {"WWW-Authenticate": 'Basic realm="SAP NetWeaver Application Server [S4H/100]"'}
        return Response(_LOGON, 401, headers, content_type="text/html;charset=utf-8")

    def strange(problem: Any) -> Response:
        # Loud for whoever reads the journal: the program called what SAP (or this sandbox) does not have.
        note(unknown=True)
        page = f"<html><body><h1>{problem.code} {problem.name}</h1></body></html>"
        return Response(page, problem.code, content_type="text/html;charset=utf-8")

    app.register_error_handler(Refused, refused)
    app.register_error_handler(CsrfRequired, required)
    app.register_error_handler(sessions.NotSignedIn, not_signed_in)
    for status in (404, 405):
        app.register_error_handler(status, strange)


def fault_words(status: int, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: an error of the gateway's, in the address's format."""
    problem = Refused("/IWFND/CM_MGW/500", status=status, words=f"Internal error {status}")
    if "/srt/" in environ["PATH_INFO"]:
        text = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
            f"<faultcode>soap:Server</faultcode><faultstring>Internal error {status}</faultstring></soap:Fault>"
            "</soap:Body></soap:Envelope>"
        )
        return "text/xml;charset=utf-8", text.encode()
    if "/odata4/" in environ["PATH_INFO"]:
        return "application/json", v4_json(problem)
    return "application/json;charset=utf-8", v2_json(problem, "", "", "20261005124000.0000000")
