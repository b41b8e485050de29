"""A client begins to write in an open channel, or stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.bitrix24.state.openlines import Chat
from sandbox.bitrix24.state.portal import Portal

from .deals import item_of
from .given import body, number, portal_of

_FIRST = 1701


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.post("/<member_id>/chat")
    def chat(member_id: str) -> dict[str, Any]:
        """``{"id", "entity_type_id"?: 3, "users": [7], "connector"?, "active"?: true}`` -> the chat's id. With
        ``chat`` one that is there becomes active or not."""
        portal = portal_of(portals, member_id)
        spec = body("id", "entity_type_id", "users", "connector", "active", "chat")
        with portal.lock:
            if "chat" in spec:
                known = portal.chats.get(number(spec, "chat"))
                if known is None:
                    raise ValueError(f"no chat {spec['chat']}")
                known.active = bool(spec.get("active", True))
                return {"chat": known.id}
            owner = (number(spec, "entity_type_id", 3), number(spec, "id"))
            item_of(portal, *owner)
            users = spec.get("users") or []
            if not isinstance(users, list) or not all(isinstance(each, int) for each in users):
                raise ValueError("users must be a list of ids")
            new = Chat(_FIRST + len(portal.chats), owner, tuple(users), active=bool(spec.get("active", True)))
            new.connector = str(spec.get("connector") or new.connector)
            portal.chats[new.id] = new
            return {"chat": new.id}
