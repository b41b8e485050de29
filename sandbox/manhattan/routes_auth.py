"""The auth host, an address of its own (§2)."""

from __future__ import annotations

import json

from flask import Flask, Response, request

from .core import Manhattan
from .rules import tokens

_PATHS = {"classic": "/oauth/token", "realm": "/auth/realms/maactive/protocol/openid-connect/token"}


def create_app(wm: Manhattan) -> Flask:
    """The WSGI application of `https://{env}-auth.sce.manh.com`."""
    app = Flask("sandbox.manhattan.auth")

    @app.errorhandler(tokens.NoToken)
    def refused(problem: tokens.NoToken) -> Response:
        headers = {"WWW-Authenticate": 'Basic realm="oauth2/client"'} if problem.error == "invalid_client" else {}
        return _json({"error": problem.error, "error_description": problem.words}, problem.status, headers)

    def token() -> Response:
        return _json(
            tokens.issue(wm, request.mimetype, request.headers.get("Authorization", ""), request.form),
            200,
            {"Cache-Control": "no-store"},
        )

    for kind, path in _PATHS.items():

        def route(kind: str = kind) -> Response:
            if wm.switches.token_paths not in ("both", kind):
                return _json({"error": "Not Found"}, 404, {})
            return token()

        app.add_url_rule(path, kind, route, methods=["POST"])
    return app


def _json(data: object, status: int, headers: dict[str, str]) -> Response:
    return Response(json.dumps(data), status, headers, content_type="application/json")
