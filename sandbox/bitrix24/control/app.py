"""Routes of ``/bitrix24/…``: the app's card, the OAuth servers, and every portal by its member_id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from sandbox.bitrix24.data import control as data_control

if TYPE_CHECKING:
    from sandbox.bitrix24.system import Bitrix24


def create_control(system: Bitrix24) -> WSGIApplication:
    """JSON in, JSON out; a refusal is ``{"error": words}`` with 400 or 404."""
    app = Flask("sandbox.bitrix24.control")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.register_error_handler(ValueError, lambda problem: ({"error": str(problem)}, 400))
    app.register_error_handler(HTTPException, _http_refused)
    _add_shared(app, system)
    data_control.add_routes(app, system.portals)
    return app


def _add_shared(app: Flask, system: Bitrix24) -> None:
    @app.get("/app")
    def read_card() -> dict[str, Any]:
        return system.hub.card.as_json()

    @app.post("/app")
    def change_card() -> dict[str, Any]:
        system.hub.card.update(body())
        return system.hub.card.as_json()

    @app.post("/oauth")
    def oauth() -> dict[str, Any]:
        system.oauth_switches.update(body())
        return vars(system.oauth_switches)


def body() -> dict[str, Any]:
    """The request's JSON object; ValueError (HTTP 400) for anything else."""
    data = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  (answered as HTTP 400)
    return data


def _http_refused(problem: HTTPException) -> tuple[dict[str, str], int]:
    return {"error": f"{problem.name}: {problem.description}"}, problem.code or 500
