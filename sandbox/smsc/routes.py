"""The wire of SMSC: ``/sys/<script>.php`` by GET or POST, JSON for ``fmt=3``, HTTP 200 for everything (§2)."""

from __future__ import annotations

import json
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Smsc
from .errors import PARAMETERS, Refused
from .rules import SCRIPTS

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_CHARSETS = ("utf-8",)


def create_app(smsc: Smsc) -> Flask:
    app = Flask("sandbox.smsc")

    @app.route("/sys/<script>.php", methods=["GET", "POST"])
    def call(script: str) -> Response:
        smsc.settle()
        note(key=f"{script}.php")
        try:
            return answer(smsc, _done(smsc, script))
        except Refused as problem:
            note(refused=problem.code)
            return answer(smsc, problem.body())

    def missing(problem: Any) -> Response:
        note(unknown=True)
        return Response(f"<html><h1>{problem.code}</h1></html>", problem.code, content_type="text/html")

    for status in (404, 405):
        app.register_error_handler(status, missing)
    return app


def _done(smsc: Smsc, script: str) -> Any:
    handler = SCRIPTS.get(script)
    if handler is None:
        # Loud for whoever reads the journal: a script that SMSC (or this sandbox) does not have.
        note(unknown=True)
        raise Refused(PARAMETERS, f"no such script: {script}")
    form = {**request.args.to_dict(), **request.form.to_dict()}
    note(fields=sorted(form))
    with smsc.lock:
        account = smsc.account(form)
        if form.get("fmt") != "3" or form.get("charset", "utf-8").lower() not in _CHARSETS:
            raise Refused(PARAMETERS, "the sandbox speaks fmt=3 and utf-8 only")
        return handler(smsc, account, form)


def answer(smsc: Smsc, data: Any) -> Response:
    told = with_unknown_fields(data, "sandbox_unknown_field") if smsc.switches.unknown_fields else data
    return Response(json.dumps(told, ensure_ascii=False), 200, _JSON)


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """An outage is a page of the web server before the API, never JSON."""
    return "text/html", f"<html><body><h1>{status}</h1><hr>nginx</body></html>".encode()
