"""One OAuth server: ``/oauth/token/`` and its own ``/rest/app.info`` (contract bitrix24-app §2, §1.7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.bitrix24.state.hub import Hub
from sandbox.bitrix24.state.portal import Portal
from sandbox.kernel.gate import CALL_KEY

from .tokens import Token


class OAuthError(Exception):
    """A refusal of the OAuth server (§2.6)."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.text, self.status = code, text, status


@dataclass
class OAuthSwitches:
    """Set by ``POST /bitrix24/oauth``."""

    banned: bool = False
    server_error: int = 0
    refresh_grace: float = 0.0

    def update(self, spec: Mapping[str, Any]) -> None:
        for name, value in spec.items():
            if name not in ("banned", "server_error", "refresh_grace"):
                raise ValueError(f"unknown setting: {name}")
            setattr(self, name, type(getattr(self, name))(value))


@dataclass
class OAuthServer:
    """WSGI application of one host (east or west); it knows only the portals of its own regions."""

    name: str
    hub: Hub
    portals: Mapping[str, Portal]
    switches: OAuthSwitches
    routes: dict[str, Callable[[WSGIEnvironment], tuple[int, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.routes = {"/oauth/token": self._token, "/rest/app.info": self._app_info}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"].rstrip("/").removesuffix(".json")
        environ[CALL_KEY].update(kind="oauth.call", key=path)
        route = self.routes.get(path)
        if self.switches.banned:
            return _answer(start_response, 403, b"<html><body><h1>403 Forbidden</h1></body></html>", "text/html")
        if self.switches.server_error:
            return _answer(start_response, self.switches.server_error, b"<html>error</html>", "text/html")
        if route is None:
            return _json(start_response, 404, {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Not found"})
        try:
            status, body = route(environ)
        except OAuthError as problem:
            status, body = problem.status, {"error": problem.code, "error_description": problem.text}
            environ[CALL_KEY]["error"] = problem.code
        return _json(start_response, status, body)

    def _token(self, environ: WSGIEnvironment) -> tuple[int, Any]:
        given = _params(environ)
        grant = given.get("grant_type")
        if grant not in ("authorization_code", "refresh_token"):
            raise OAuthError("invalid_request", "Invalid grant_type parameter or parameter missing")
        card = self.hub.card
        if given.get("client_id") != card.client_id or given.get("client_secret") != card.client_secret:
            raise OAuthError("invalid_client", "Client credentials are invalid")
        token = self._by_code(given) if grant == "authorization_code" else self._by_refresh(given)
        portal = self.portals[token.member_id]
        environ[CALL_KEY].update(grant=grant, member_id=token.member_id, user=token.user_id)
        return 200, token_reply(portal, token)

    def _by_code(self, given: Mapping[str, str]) -> Token:
        if not given.get("code"):
            raise OAuthError("invalid_request", "Missing code parameter")
        code = self.hub.tokens.take_code(given["code"], given["client_id"])
        if code is None or code.member_id not in self.portals:
            raise OAuthError("invalid_grant", "Code doesn't exist or is invalid for the client")
        return self._issue(self.portals[code.member_id], code.user_id, "")

    def _by_refresh(self, given: Mapping[str, str]) -> Token:
        text = given.get("refresh_token")
        if not text:
            raise OAuthError("invalid_request", "Missing refresh_token parameter")
        known = self.hub.tokens.knows_refresh(text)
        if known is not None and known.client_id != given["client_id"]:
            raise OAuthError("wrong_client", "Wrong client")
        if known is None or known.member_id not in self.portals:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        portal = self.portals[known.member_id]
        self._check_portal(portal, known)
        old = self.hub.tokens.take_refresh(text, self.switches.refresh_grace)
        if old is None:
            portal.note("oauth.refused", known.user_id, error="invalid_grant")
            raise OAuthError("invalid_grant", "Invalid refresh token")
        return self._issue(portal, old.user_id, text)

    def _check_portal(self, portal: Portal, token: Token) -> None:
        install = portal.app.install
        if portal.deleted:
            raise OAuthError("NOT_FOUND", "Portal not found", 404)
        if install is None or install.generation != token.generation:
            raise OAuthError("NOT_INSTALLED", "Application not installed", 401)
        if portal.app.licence.blocked:
            raise OAuthError("PAYMENT_REQUIRED", "Payment required", 401)

    def _issue(self, portal: Portal, user_id: int, old: str) -> Token:
        install = portal.app.install
        if install is None:
            raise OAuthError("NOT_INSTALLED", "Application not installed", 401)
        user = portal.users.get(user_id)
        if user is None or not user.active:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        token = self.hub.tokens.issue(
            self.hub.card.client_id, portal.member_id, user_id, install.scope, install.generation
        )
        if old:
            portal.note("oauth.refreshed", user_id, server=self.name)
        return token

    def _app_info(self, environ: WSGIEnvironment) -> tuple[int, Any]:
        given = _params(environ, json_too=True)
        text = given.get("auth") or given.get("access_token") or ""
        token = self.hub.tokens.by_access(text)
        if token is None or token.member_id not in self.portals:
            raise OAuthError("NO_AUTH_FOUND", "Wrong authorization data", 401)
        portal = self.portals[token.member_id]
        if self.hub.tokens.expired(token):
            raise OAuthError("expired_token", "The access token provided has expired.", 401)
        install = portal.app.install
        if install is None or install.generation != token.generation:
            raise OAuthError("NOT_INSTALLED", "Application not installed", 401)
        return 200, {"result": app_info(portal, token), "time": self._time(portal)}

    def _time(self, portal: Portal) -> dict[str, Any]:
        now = self.hub.clock.time()
        stamp = portal.iso(now)
        return {
            "start": now, "finish": now + 0.001, "duration": 0.001, "processing": 0.0,
            "date_start": stamp, "date_finish": stamp,
        }  # fmt: skip


def token_reply(portal: Portal, token: Token) -> dict[str, Any]:
    """The 11 keys of §2.4; ``domain`` is the OAuth host, not the portal."""
    install = portal.app.install
    reply = {
        "access_token": token.access,
        "expires": token.expires,
        "expires_in": 3600,
        "scope": token.scope,
        "domain": portal.oauth_host,
        "server_endpoint": portal.server_endpoint,
        "status": install.status if install else "S",
        "client_endpoint": portal.client_endpoint,
        "member_id": portal.member_id,
        "user_id": token.user_id,
        "refresh_token": token.refresh,
    }
    return {key: value for key, value in reply.items() if key not in portal.switches.token_reply_omit}


def app_info(portal: Portal, token: Token) -> dict[str, Any]:
    """What ``app.info`` of the OAuth server answers (§1.7)."""
    install = portal.app.install
    return {
        "client_id": token.client_id,
        "scope": token.scope,
        "expires": portal.iso(token.expires),
        "user_id": token.user_id,
        "install": {
            "installed": bool(install and install.finished),
            "version": str(install.version) if install else "",
            "status": install.status if install else "",
            "scope": install.scope if install else "",
            "domain": portal.domain,
            "uri": portal.base_url,
            "client_endpoint": portal.client_endpoint,
            "member_id": portal.member_id,
            "member_type": "b24",
        },
    }


def _params(environ: WSGIEnvironment, *, json_too: bool = False) -> dict[str, str]:
    """Query and form fields. The token address does not read JSON, ``app.info`` does (§2.4, §1.7)."""
    found = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    body = environ["wsgi.input"].read()
    if kind == "application/x-www-form-urlencoded":
        found |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "application/json" and json_too:
        try:
            data = json.loads(body or b"{}")
        except ValueError:
            data = {}
        found |= {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}
    return found


def _json(start_response: StartResponse, status: int, body: Any) -> list[bytes]:
    return _answer(start_response, status, json.dumps(body, ensure_ascii=False).encode(), "application/json")


_PHRASES = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def _answer(start_response: StartResponse, status: int, body: bytes, kind: str) -> list[bytes]:
    start_response(f"{status} {_PHRASES.get(status, 'Error')}", [("Content-Type", f"{kind}; charset=utf-8")])
    return [body]
