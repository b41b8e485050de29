"""The door of every origin: faults strike here and each call is journalled once."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from .faults import Call, Faults, Rule, Strike
from .journal import Journal
from .server import BreakConnection

# An application may fill this dict: its items go into the journal row; ``kind`` renames the row, None drops it.
CALL_KEY = "sandbox.call"

ErrorBody = Callable[[int, WSGIEnvironment], tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Origin:
    """One address of a system: a name unique in the world, its WSGI application, and what faults look like there.

    ``error_body(status, environ)`` gives (content type, body) of a status fault in the system's own words.
    ``portal_of(environ)`` names the tenant (portal, account) of a call where one origin serves several.
    """

    name: str
    app: WSGIApplication
    portal: str = ""
    error_body: ErrorBody | None = None
    portal_of: Callable[[WSGIEnvironment], str] | None = None
    journal_kind: str = "rest.call"


@dataclass(frozen=True, slots=True)
class Gate:
    """WSGI middleware around one origin."""

    system: str
    origin: Origin
    faults: Faults
    journal: Journal
    stopping: threading.Event

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.monotonic()
        environ[CALL_KEY] = {}
        portal = self.origin.portal_of(environ) if self.origin.portal_of else self.origin.portal
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        strike = self.faults.strike(Call(self.system, method, path, portal, lambda: _sent(environ)))
        status = "none"

        def remember(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, exc_info)

        try:
            return self._answer(strike, environ, remember)
        finally:
            self._note(environ, portal, strike, status, time.monotonic() - started)

    def _answer(self, strike: Strike, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if strike.latency:
            self.stopping.wait(strike.latency)
        rule = strike.rule
        if rule is None:
            return self.origin.app(environ, start_response)
        if rule.action == "break_before":
            raise BreakConnection
        if rule.action == "hang":
            self.stopping.wait(float(rule.params.get("seconds", 60.0)))
            raise BreakConnection
        if rule.action == "break_after":
            for _ in self.origin.app(environ, start_response):
                pass
            raise BreakConnection
        return self._fault_page(rule, environ, start_response)

    def _fault_page(self, rule: Rule, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        default = 502 if rule.action == "html" else 500
        status = int(rule.params.get("status", default))
        phrase = phrase_of(status)
        kind, body = self._fault_body(rule, status, phrase, environ)
        headers = [("Content-Type", kind)]
        headers += [(str(name), str(value)) for name, value in dict(rule.params.get("headers") or {}).items()]
        start_response(f"{status} {phrase}", headers)
        return [body]

    def _fault_body(self, rule: Rule, status: int, phrase: str, environ: WSGIEnvironment) -> tuple[str, bytes]:
        if rule.action == "html":
            page = f"<html><head><title>{status} {phrase}</title></head><body><h1>{status} {phrase}</h1></body></html>"
            return "text/html", page.encode()
        given = rule.params.get("body")
        if isinstance(given, str):
            return str(rule.params.get("content_type", "text/plain")), given.encode()
        if given is not None:
            return "application/json", json.dumps(given, ensure_ascii=False).encode()
        if self.origin.error_body is not None:
            return self.origin.error_body(status, environ)
        return "application/json", json.dumps({"error": phrase}).encode()

    def _note(self, environ: WSGIEnvironment, portal: str, strike: Strike, status: str, seconds: float) -> None:
        extra = dict(environ[CALL_KEY])
        kind = extra.pop("kind", self.origin.journal_kind)
        if not kind:
            return
        if strike.rule is not None:
            extra["fault"] = strike.rule.action
        path = environ["PATH_INFO"]
        extra |= {"method": environ["REQUEST_METHOD"], "path": path, "status": status, "ms": round(seconds * 1000, 1)}
        extra.setdefault("origin", self.origin.name)
        self.journal.add(self.system, kind, extra.pop("key", path), portal=portal, **extra)


def _sent(environ: WSGIEnvironment) -> bytes:
    """The query and the body: an API with one address for all names its method in either."""
    query: str = environ.get("QUERY_STRING", "")
    return query.encode() + b"\n" + _body(environ)


def phrase_of(status: int) -> str:
    """Some systems answer statuses that nobody registered (509)."""
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Unassigned"


def _body(environ: WSGIEnvironment) -> bytes:
    stream = environ["wsgi.input"]
    data: bytes = stream.read()
    environ["wsgi.input"] = io.BytesIO(data)
    return data
