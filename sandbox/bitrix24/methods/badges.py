"""Kanban badges, activity types, and extra blocks under other people's records (crm §5.4, §5.5)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, item_not_found
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.table import Row

from .owners import owner_item

_KINDS = ("success", "failure", "warning", "primary", "secondary")


@method("crm.activity.badge.add", scope="crm")
def badge_add(call: Call) -> Any:
    if not call.user.may_configure_crm:
        raise access_denied()
    row: Row = {name: call.params.get(name) for name in ("code", "title", "value", "type")}
    for name, value in row.items():
        if not value:
            raise RestError("REQUIRED_ARG_MISSING", f"Не задан обязательный параметр {name}")
    if row["type"] not in _KINDS:
        raise RestError("REQUIRED_ARG_MISSING", "Неверный параметр type")
    call.portal.timeline.badges[str(row["code"])] = row
    return {"badge": row}


def _badge(call: Call) -> Row:
    row = call.portal.timeline.badges.get(str(call.params.get("code") or ""))
    if row is None:
        raise item_not_found()
    return row


@method("crm.activity.badge.get", scope="crm")
def badge_get(call: Call) -> Any:
    return {"badge": _badge(call)}


@method("crm.activity.badge.list", scope="crm")
def badge_list(call: Call) -> Any:
    return {"badges": list(call.portal.timeline.badges.values())}


@method("crm.activity.badge.delete", scope="crm")
def badge_delete(call: Call) -> Any:
    if not call.user.may_configure_crm:
        raise access_denied()
    del call.portal.timeline.badges[_badge(call)["code"]]
    return None


@method("crm.activity.type.add", scope="crm", admin=True, app=True)
def type_add(call: Call) -> Any:
    fields = call.need_map("fields")
    code = str(fields.get("TYPE_ID") or "")
    if not code:
        raise RestError("", "Empty type code")
    call.portal.timeline.activity_types[code] = dict(fields)
    return True


@method("crm.activity.type.list", scope="crm", app=True)
def type_list(call: Call) -> Any:
    return list(call.portal.timeline.activity_types.values())


@method("crm.activity.type.delete", scope="crm", admin=True, app=True)
def type_delete(call: Call) -> Any:
    if call.portal.timeline.activity_types.pop(str(call.any_case("TYPE_ID") or ""), None) is None:
        raise RestError("", "Type is not found")
    return True


def _blocks_key(call: Call) -> tuple[str, int, int, int]:
    if not call.identity.app_context:
        raise RestError("ERROR_WRONG_CONTEXT", "Метод доступен только в контексте приложения")
    kind = "activity" if call.method.startswith("crm.activity") else "timeline"
    owner = (call.need_int("entityTypeId"), call.need_int("entityId"))
    owner_item(call, *owner)
    number = call.need_int(f"{kind}Id")
    timeline = call.portal.timeline
    if kind == "activity" and timeline.activities.get(number) is None:
        raise item_not_found()
    if kind == "timeline" and timeline.comments.get(number) is None:
        code = "UNSUITABLE_TIMELINE_ITEM" if timeline.log_messages.get(number) else "NOT_FOUND"
        raise RestError(code, "Неподходящая запись таймлайна")
    return kind, owner[0], owner[1], number


@method("crm.activity.layout.blocks.set", "crm.timeline.layout.blocks.set", scope="crm")
def blocks_set(call: Call) -> Any:
    call.portal.timeline.blocks[_blocks_key(call)] = call.need_map("layout")
    return {"success": True}


@method("crm.activity.layout.blocks.get", "crm.timeline.layout.blocks.get", scope="crm")
def blocks_get(call: Call) -> Any:
    return {"layout": call.portal.timeline.blocks.get(_blocks_key(call))}


@method("crm.activity.layout.blocks.delete", "crm.timeline.layout.blocks.delete", scope="crm")
def blocks_delete(call: Call) -> Any:
    call.portal.timeline.blocks.pop(_blocks_key(call), None)
    return {"success": True}
