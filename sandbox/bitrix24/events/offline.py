"""The offline queue: repeated changes of one object are one row, read by the app itself (§4.5)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sandbox.bitrix24.state.install import Handler, OfflineEvent
from sandbox.bitrix24.state.users import Actor

if TYPE_CHECKING:
    from sandbox.bitrix24.state.portal import Portal


def enqueue(portal: Portal, handler: Handler, data: dict[str, Any], actor: Actor) -> None:
    """Add or refresh the row of (event, data, connector). A change made by the same connector is not queued."""
    if handler.connector and handler.connector == actor.connector:
        return
    app = portal.app
    unique = json.dumps([handler.event, data, handler.connector], sort_keys=True)
    message_id = hashlib.sha256(unique.encode()).hexdigest()[:32]
    now = portal.hub.clock.time()
    for row in app.offline.values():
        if row.message_id == message_id and not row.process_id:
            row.timestamp = now
            return
    number = next(app.ids)
    app.offline[number] = OfflineEvent(number, handler.event, data, handler.connector, now, message_id, actor.user_id)
    _announce(portal, now)


def _announce(portal: Portal, now: float) -> None:
    for handler in portal.app.handlers:
        if handler.event != "ONOFFLINEEVENT" or handler.offline:
            continue
        pause = float(handler.options.get("minTimeout", 1))
        if now - float(handler.options.get("_last", 0.0)) >= pause:
            handler.options["_last"] = now
            portal.events.queue(handler, "ONOFFLINEEVENT", {}, Actor(portal.admin().id))
