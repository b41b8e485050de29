"""Routes of ``/bitrix24/…``: the app's card, the OAuth servers, and every portal by its member_id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

import requests
from flask import Flask
from werkzeug.exceptions import HTTPException

from sandbox.bitrix24.data import control as story
from sandbox.bitrix24.errors import RestError

from . import automation, deals, fields, life, messages, openlines, people, shop, traffic
from .given import body

if TYPE_CHECKING:
    from sandbox.bitrix24.system import Bitrix24


def create_control(system: Bitrix24) -> WSGIApplication:
    """JSON in, JSON out; a refusal is ``{"error": words}`` with 400 or 404."""
    app = Flask("sandbox.bitrix24.control")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.register_error_handler(ValueError, lambda problem: ({"error": str(problem)}, 400))
    app.register_error_handler(RestError, lambda problem: ({"error": str(problem)}, 400))
    app.register_error_handler(HTTPException, _http_refused)
    _add_shared(app, system)
    for part in (life, people, deals, fields, automation, messages, openlines, shop, traffic, story):
        part.add_routes(app, system.portals)
    return app


def _add_shared(app: Flask, system: Bitrix24) -> None:
    @app.get("/app")
    def read_card() -> dict[str, Any]:
        return system.hub.card.as_json()

    @app.post("/app")
    def change_card() -> dict[str, Any]:
        system.hub.card.update(body())
        return system.hub.card.as_json()

    @app.post("/app/check")
    def check_card() -> dict[str, Any]:
        """HEAD of every address, as the cabinet does; it wants 200, 301 or 302 (§1.2). null: no answer."""
        card = system.hub.card
        urls = {name: getattr(card, name) for name in ("app_url", "installer_url", "event_url")}
        return {name: _head(url) for name, url in urls.items() if url}

    @app.get("/oauth")
    def read_oauth() -> dict[str, Any]:
        return vars(system.oauth_switches)

    @app.post("/oauth")
    def change_oauth() -> dict[str, Any]:
        system.oauth_switches.update(body())
        return vars(system.oauth_switches)

    @app.get("/portals")
    def portals() -> dict[str, Any]:
        return {"portals": [portal.as_json() for portal in system.portals.values()]}


def _head(url: str) -> int | None:
    with requests.Session() as http:
        http.trust_env = False
        try:
            return http.head(url, timeout=10, allow_redirects=False).status_code
        except requests.RequestException:
            return None


def _http_refused(problem: HTTPException) -> tuple[dict[str, str], int]:
    return {"error": f"{problem.name}: {problem.description}"}, problem.code or 500
