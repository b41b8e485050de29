"""SAP's addresses. Behaviour is in ``rules``; V2, V4, SOAP and attachments have their own modules."""

from __future__ import annotations

import json

from flask import Flask, Response, request

from . import routes_files, routes_soap, routes_v2, routes_v4
from .core import Sap
from .rules import sessions
from .wire import handle_errors, note, sign_in

TOKEN_PATH = "/sap/bc/sec/oauth2/token"


def create_app(sap: Sap) -> Flask:
    """The WSGI application of one application server."""
    app = Flask("sandbox.sap_ewm")
    # SAP redirects nobody to another spelling of an address.
    app.url_map.redirect_defaults = app.url_map.merge_slashes = False
    handle_errors(app, sap)

    @app.before_request
    def begin() -> None:
        sap.settle()
        if request.path != TOKEN_PATH and request.url_rule is not None:
            sign_in(sap)

    @app.post(TOKEN_PATH)
    def token() -> Response:
        """Client credentials (§2)."""
        if request.form.get("grant_type") != "client_credentials":
            return _told({"error": "unsupported_grant_type"}, 400)
        given = (request.headers.get("Authorization") or "").partition(" ")[2]
        name, secret = sessions.pair(given)
        note(key=name)
        with sap.lock:
            issued = sessions.issue(sap, name, secret)
        if issued is None:
            return _told({"error": "invalid_client", "error_description": "Bad credentials"}, 401)
        seconds = sap.switches.token_seconds
        return _told({"access_token": issued, "token_type": "Bearer", "expires_in": seconds}, 200)

    for add in (routes_files.add, routes_v2.add, routes_v4.add, routes_soap.add):
        add(app, sap)
    return app


def _told(body: dict[str, object], status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
