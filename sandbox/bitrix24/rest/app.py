"""A portal's origin: ``/rest/`` here, everything else to the pages (contract bitrix24-app §3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state.portal import Portal
from sandbox.kernel.gate import CALL_KEY

from . import request as requests
from .auth import identify
from .batch import command_names
from .dispatch import find_method, run
from .files import download

CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "origin, content-type, accept"),
    ("X-Content-Type-Options", "nosniff"),
]
JSON = "application/json; charset=utf-8"


class PortalApp:
    """WSGI application of one address of a portal. ``index`` 0 is its first address, 1 the spare one."""

    def __init__(self, portal: Portal, index: int, pages: WSGIApplication) -> None:
        self._portal = portal
        self._index = index
        self._pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._portal.current != self._index:
            return self._moved(environ, start_response)
        if not environ["PATH_INFO"].startswith("/rest/"):
            environ[CALL_KEY]["kind"] = None
            return self._pages(environ, start_response)
        if environ["REQUEST_METHOD"] == "OPTIONS":
            environ[CALL_KEY]["kind"] = "rest.preflight"
            methods = ("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
            start_response("200 OK", [*CORS, methods, ("Content-Length", "0")])
            return [b""]
        if environ["PATH_INFO"].startswith("/rest/crm.controller.item.getfile") or environ["PATH_INFO"].startswith(
            "/rest/crm.controller.item.getFile"
        ):
            return download(self._portal, environ, start_response)
        status, body = self._rest(environ)
        start_response(f"{status} {_phrase(status)}", [("Content-Type", JSON), *CORS])
        return [json.dumps(body, ensure_ascii=False).encode()]

    def _moved(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        # §2.7: the old host of a renamed portal.
        environ[CALL_KEY]["kind"] = "rest.moved"
        query = environ.get("QUERY_STRING", "")
        target = self._portal.base_url + environ["PATH_INFO"] + (f"?{query}" if query else "")
        start_response("302 Found", [("Location", target), ("Content-Type", "text/html"), *CORS])
        return [b"<html><body>Moved</body></html>"]

    def _rest(self, environ: WSGIEnvironment) -> tuple[int, dict[str, Any]]:
        portal, row = self._portal, environ[CALL_KEY]
        found = requests.read(environ)
        row.update(key=found.method, client=found.client)
        if found.method == "batch":
            row["commands"] = command_names(found.params)
        if environ["PATH_INFO"].startswith("/rest/api/"):
            text = "The sandbox does not emulate REST v3 (/rest/api/)."
            return 501, {"error": {"code": "SANDBOX_NOT_IMPLEMENTED", "message": text}}
        with portal.lock:
            try:
                return self._answer(found, row)
            except RestError as problem:
                row["error"] = problem.code
                return problem.status, problem.body()

    def _answer(self, found: requests.RestRequest, row: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        portal, switches = self._portal, self._portal.switches
        if switches.rate_limit:
            bucket = portal.limits.bucket(found.client)
            if not bucket.take(portal.hub.clock.time(), switches.rate_capacity, switches.rate_drain):
                raise RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
        method = find_method(found.method)
        identity = identify(portal, found)
        row["user"] = identity.user.id
        outcome = run(portal, identity, method, found.params)
        if found.method == "batch" and outcome.result["result_error"]:
            row["errors"] = outcome.result["result_error"]
        return 200, outcome.body()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


_WORDS = {
    401: ("expired_token", "The access token provided has expired."),
    403: ("ACCESS_DENIED", "Access denied!"),
    429: ("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit."),
    500: ("INTERNAL_SERVER_ERROR", "Internal server error"),
    503: ("QUERY_LIMIT_EXCEEDED", "Too many requests"),
}


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a ``status`` fault looks like in a portal's words."""
    code, text = _WORDS.get(status, ("INTERNAL_SERVER_ERROR", "Internal server error"))
    return JSON, json.dumps({"error": code, "error_description": text}).encode()
