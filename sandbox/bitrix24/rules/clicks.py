"""A person presses a button of a configurable activity (crm §5.4)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor


def actions(layout: Row) -> dict[str, Row]:
    """Every action of the layout by the key of its button, menu item, tag, or ``title``."""
    found: dict[str, Row] = {}
    footer = layout.get("footer") or {}
    groups = (footer.get("buttons"), (footer.get("menu") or {}).get("items"), layout["header"].get("tags"))
    for group in groups:
        for key, row in (group or {}).items():
            if row.get("action"):
                found[key] = row["action"]
    if layout["header"].get("titleAction"):
        found["title"] = layout["header"]["titleAction"]
    return found


def press(portal: Portal, activity_id: int, key: str, user_id: int) -> dict[str, Any]:
    """Send ONCRMTIMELINEITEMACTION for a ``restEvent`` button; the card stays locked until it is updated.

    Returns the event's data. ValueError if there is no such button.
    """
    with portal.lock:
        row = portal.timeline.activities.get(activity_id)
        action = actions(row["layout"]).get(key) if row is not None and row["layout"] else None
        if row is None or action is None or action.get("type") != "restEvent":
            raise ValueError(f"activity {activity_id} has no restEvent button {key!r}")
        entity_type_id, number = row["_owner"]
        data: dict[str, Any] = dict(action.get("actionParams") or {})
        # Reserved names win over equally named parameters.
        data |= {
            "id": action["id"],
            "entityTypeId": str(entity_type_id),
            "entityId": str(number),
            "activityId": str(activity_id),
            "userId": str(user_id),
        }
        row["locked"] = bool(action.get("animationType"))
        portal.emit("ONCRMTIMELINEITEMACTION", data, Actor(user_id))
        return data
