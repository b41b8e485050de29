"""Switches, limits and events by control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.bitrix24.events import payload
from sandbox.bitrix24.state.install import Handler
from sandbox.bitrix24.state.limits import Limits
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import Actor

from .given import actor, body, portal_of


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    _add_switches(app, portals)
    _add_events(app, portals)


def _add_switches(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/settings")
    def read(member_id: str) -> dict[str, Any]:
        return portal_of(portals, member_id).switches.as_json()

    @app.post("/<member_id>/settings")
    def change(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body()
        with portal.lock:
            portal.switches.update(spec)
            if "event_seed" in spec:
                portal.events.reseed()
        return portal.switches.as_json()

    @app.post("/<member_id>/limits/reset")
    def reset_limits(member_id: str) -> dict[str, Any]:
        portal_of(portals, member_id).limits = Limits()
        return {"reset": True}

    @app.get("/<member_id>/limits")
    def limits(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"buckets": portal.limits.levels(), "operating": portal.limits.spent(portal.hub.clock.time())}


def _add_events(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/event")
    def event(member_id: str) -> dict[str, Any]:
        """Send a real event now, through the ordinary queue: ``{"event", "data", "user"?: id or null}``."""
        portal, spec = portal_of(portals, member_id), body("event", "data", "user")
        portal.emit(str(spec.get("event", "")).upper(), dict(spec.get("data") or {}), actor(portal, spec))
        return {"queued": True}

    @app.post("/<member_id>/forge")
    def forge(member_id: str) -> dict[str, Any]:
        """POST a forged event: ``{"event", "data", "application_token", "handler"?, "auth"?: keys to put over}``."""
        portal, spec = portal_of(portals, member_id), body("event", "data", "application_token", "handler", "auth")
        name = str(spec.get("event", "ONCRMDEALUPDATE")).upper()
        handler = str(spec.get("handler") or _handler_of(portal, name))
        auth = payload.bare_auth(portal, str(spec.get("application_token", "f" * 32))) | dict(spec.get("auth") or {})
        row = Handler(0, name, handler)
        data = dict(spec.get("data") or {})
        portal.events.post(row, name, data, payload.body(portal, name, 1, data, auth), with_token=False)
        return {"sent_to": handler}

    @app.post("/<member_id>/test-event")
    def test_event(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        portal.emit("ONAPPTEST", {"QUERY": body()}, Actor(portal.admin().id))
        return {"queued": True}


def _handler_of(portal: Portal, event: str) -> str:
    found = next((row.handler for row in portal.app.handlers if row.event == event and not row.offline), None)
    if found is None:
        raise ValueError(f"nobody bound {event}; give a handler")
    return found
