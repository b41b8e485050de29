"""Sending an SMS through the app's sender by control, as a person in a card or a rule of the automation does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.bitrix24.events import sms
from sandbox.bitrix24.state.portal import Portal

from .deals import item_of
from .given import body, number, portal_of


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/senders")
    def sms_senders(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"senders": [row.as_json() for row in portal.app.senders.values()]}

    @app.post("/<member_id>/sms")
    def sms_send(member_id: str) -> dict[str, Any]:
        """``{"code", "id", "entity_type_id"?: 2, "phone", "text", "author"?: 0, "workflow"?: ""}`` -> the message."""
        portal = portal_of(portals, member_id)
        spec = body("code", "id", "entity_type_id", "phone", "text", "author", "workflow")
        kind, item = number(spec, "entity_type_id", 2), number(spec, "id")
        words = [str(spec.get(name) or "") for name in ("phone", "text")]
        by = {"author": number(spec, "author", 0), "workflow": str(spec.get("workflow") or "")}
        with portal.lock:
            item_of(portal, kind, item)
            found = sms.send(portal, str(spec.get("code") or ""), kind, item, *words, **by)  # type: ignore[arg-type]
            return portal.app.sms[found].as_json()

    @app.get("/<member_id>/sms")
    def sms_listed(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"messages": [row.as_json() for row in portal.app.sms.values()]}

    @app.post("/<member_id>/sms/<message_id>/send-again")
    def sms_again(member_id: str, message_id: str) -> dict[str, Any]:
        """The queue server delivers the same POST once more."""
        portal = portal_of(portals, member_id)
        with portal.lock:
            found = portal.app.sms.get(message_id)
            if found is None:
                raise ValueError(f"no message {message_id}")
            sms.post(portal, found)
            return found.as_json()
