"""Installation, licence, rename, frames and tokens by control."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.frames import Frame, card_placement, deal_options, open_frame
from sandbox.bitrix24.state.install import Licence
from sandbox.bitrix24.state.portal import Portal

from .given import body, number, portal_of

_PLACES = ("DETAIL_TAB", "DETAIL_TOOLBAR", "DETAIL_ACTIVITY", "LIST_MENU")
_FRAME_SECONDS = 60.0


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    _add_install(app, portals)
    _add_fate(app, portals)
    _add_frames(app, portals)
    _add_tokens(app, portals)


def _add_install(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/install")
    def install(member_id: str) -> dict[str, Any]:
        """What an admin does who opens the installer: the answer of the app's page comes back."""
        portal, spec = portal_of(portals, member_id), body("user")
        user = number(spec, "user", portal.admin().id)
        lifecycle.begin_install(portal, user)
        return submit(open_frame(portal, user))

    @app.post("/<member_id>/begin-install")
    def begin(member_id: str) -> dict[str, Any]:
        """Only the portal's side of pressing "Install": nobody opens the installer page yet."""
        portal, spec = portal_of(portals, member_id), body("user")
        install = lifecycle.begin_install(portal, number(spec, "user", portal.admin().id))
        return {"finished": install.finished, "version": install.version}

    @app.post("/<member_id>/finish-install")
    def finish(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body("user")
        return {"finished": lifecycle.finish_install(portal, number(spec, "user", portal.admin().id))}

    @app.post("/<member_id>/uninstall")
    def uninstall(member_id: str) -> dict[str, Any]:
        lifecycle.uninstall(portal_of(portals, member_id), clean=bool(body("clean").get("clean", False)))
        return {"uninstalled": True}

    @app.post("/<member_id>/update-app")
    def update(member_id: str) -> dict[str, Any]:
        spec = body("version")
        lifecycle.update_app(portal_of(portals, member_id), number(spec, "version") if "version" in spec else None)
        return {"updated": True}


def _add_fate(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/rename")
    def rename(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        return {"base_url": lifecycle.rename(portal), "domain": portal.domain}

    @app.post("/<member_id>/licence")
    def licence(member_id: str) -> dict[str, Any]:
        spec = body("blocked", "payment_expired", "days")
        lifecycle.set_licence(portal_of(portals, member_id), Licence(**spec))
        return spec

    @app.post("/<member_id>/delete-portal")
    def delete_portal(member_id: str) -> dict[str, Any]:
        portal_of(portals, member_id).deleted = True
        return {"deleted": True}

    @app.post("/<member_id>/reset")
    def reset(member_id: str) -> dict[str, Any]:
        from sandbox.bitrix24.system import seed_data

        portal = portal_of(portals, member_id)
        portal.reset()
        return dict(seed_data(portal))

    @app.get("/<member_id>")
    def state(member_id: str) -> dict[str, Any]:
        return describe(portal_of(portals, member_id))


def _add_frames(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/frame")
    def frame(member_id: str) -> dict[str, Any]:
        """URL and form fields of a frame, so that a test opens it without a browser; ``open`` posts it, too."""
        spec = body("placement", "entity_id", "entity_type_id", "user", "options", "handler", "open")
        portal = portal_of(portals, member_id)
        found = build_frame(portal, spec)
        return found.as_json() | (submit(found) if spec.get("open") else {})


def build_frame(portal: Portal, spec: Mapping[str, Any]) -> Frame:
    """``placement`` is a code, or a place such as DETAIL_TAB that is completed by the entity type."""
    code = str(spec.get("placement", "DEFAULT"))
    options = dict(spec.get("options") or {})
    kind = number(spec, "entity_type_id", 2)
    if "entity_id" in spec:
        options = deal_options(kind, number(spec, "entity_id"), toolbar=code.endswith("TOOLBAR")) | options
    if code in _PLACES:
        code = card_placement(kind, code)
    return open_frame(portal, number(spec, "user", portal.admin().id), code, options, handler=spec.get("handler"))


def submit(frame: Frame) -> dict[str, Any]:
    """POST the frame's form as a browser would, without following redirects."""
    with requests.Session() as http:
        http.trust_env = False
        answer = http.post(frame.url, data=frame.fields, timeout=_FRAME_SECONDS, allow_redirects=False)
    return {
        "url": frame.url,
        "fields": frame.fields,
        "status": answer.status_code,
        "headers": dict(answer.headers),
        "body": answer.text,
    }


def _add_tokens(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/token")
    def token(member_id: str) -> dict[str, Any]:
        """A token pair of a user, as a frame brings; ``scope`` narrows it, ``client_id`` makes it another app's."""
        portal, spec = portal_of(portals, member_id), body("user", "scope", "client_id")
        install = portal.app.install
        if install is None:
            raise ValueError("the application is not installed")
        client = str(spec.get("client_id", portal.hub.card.client_id))
        scope = str(spec.get("scope", install.scope))
        user = number(spec, "user", portal.admin().id)
        issued = portal.hub.tokens.issue(client, portal.member_id, user, scope, install.generation)
        return {"access_token": issued.access, "refresh_token": issued.refresh, "expires": issued.expires}

    @app.post("/<member_id>/tokens/expire")
    def expire(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        return {"expired": portal.hub.tokens.expire(portal.member_id)}

    @app.post("/<member_id>/code")
    def code(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body("user")
        user = number(spec, "user", portal.admin().id)
        return {"code": portal.hub.tokens.issue_code(portal.hub.card.client_id, portal.member_id, user)}

    @app.post("/<member_id>/webhook")
    def webhook(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body("user")
        user, secret = number(spec, "user", portal.admin().id), secrets.token_hex(8)
        portal.webhooks[secret] = user
        return {"url": f"{portal.client_endpoint}{user}/{secret}/"}


def describe(portal: Portal) -> dict[str, Any]:
    """The app's state on the portal, for tests and the control page."""
    with portal.lock:
        app = portal.app
        install = app.install
        return portal.as_json() | {
            "installed": install is not None and install.finished,
            "installing": install is not None and not install.finished,
            "application_token": install.application_token if install else None,
            "version": install.version if install else None,
            "scope": install.scope if install else "",
            "blocked": app.licence.blocked,
            "handlers": [
                {"event": row.event, "handler": row.handler, "offline": row.offline, "auth_type": row.auth_type}
                for row in app.handlers
            ],
            "placements": [{"placement": row.placement, "handler": row.handler} for row in app.placements],
            "field_types": list(app.field_types),
            "settings": portal.switches.as_json(),
            "deals": len(portal.crm.tables[2]),
        }
