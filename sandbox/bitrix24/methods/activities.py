"""``crm.activity.*``: configurable cards, to-dos, badges, and the older list and delete (crm §5.3 to §5.5)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, item_not_found, legacy, missing
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import chosen, matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules import layout as layouts
from sandbox.bitrix24.rules.rights import EDIT, READ
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

from .owners import owner_item, readable

CONFIGURABLE, TODO = "CONFIGURABLE_REST_APP", "CRM_TODO"
_TRUE = ("Y", "y", 1, "1", True, "true")
_FIELDS = (
    "typeId", "completed", "deadline", "pingOffsets", "isIncomingChannel", "responsibleId", "badgeCode",
    "originatorId", "originId",
)  # fmt: skip


def _context(call: Call) -> None:
    if not call.identity.app_context:
        raise RestError("ERROR_WRONG_CONTEXT", "Метод доступен только в контексте приложения")


def store(call: Call, owner: tuple[int, int], row: Row, subject: str) -> int:
    """Add an activity to its owner, with journal and event."""
    now = call.portal.now()
    row |= {"created": now, "updated": now, "author": call.user.id, "subject": subject}
    number = call.portal.timeline.activities.add_to(owner, row)
    item = call.portal.crm.tables[owner[0]].rows[owner[1]]
    item["lastActivityTime"], item["lastActivityBy"] = now, call.user.id
    call.portal.note(
        "activity.added", owner[1], entity_type_id=owner[0], id=number, provider=row["provider"], subject=subject,
        origin_id=row["fields"].get("originId"), badge=row["fields"].get("badgeCode"),
    )  # fmt: skip
    _emit(call, "ADD", number)
    return number


def _emit(call: Call, what: str, number: int) -> None:
    call.portal.emit(f"ONCRMACTIVITY{what}", {"FIELDS": {"ID": str(number)}}, call.actor)


@method("crm.activity.configurable.add", scope="crm")
def configurable_add(call: Call) -> Any:
    _context(call)
    owner = (call.need_int("ownerTypeId"), call.need_int("ownerId"))
    given = call.need_map("fields")
    layout = call.params.get("layout")
    if layout is None:
        raise missing("layout")
    owner_item(call, *owner)
    if not layout:
        raise RestError("ERROR_EMPTY_LAYOUT", "Не задан layout")
    layouts.validate(layout)
    fields = _fields(call, given, {})
    row: Row = {"provider": CONFIGURABLE, "fields": fields, "layout": layout, "client": call.identity.client}
    number = store(call, owner, row, _title(layout))
    return {"activity": {"id": number}}


def _title(layout: Row) -> str:
    title = layout["header"]["title"]
    return str(next(iter(title.values()), "")) if isinstance(title, dict) else str(title)


def _fields(call: Call, given: Row, current: Row) -> Row:
    """Checked ``fields``; WRONG_FIELD_VALUE for what does not exist."""
    fields = current | {name: given[name] for name in _FIELDS if name in given}
    kind = given.get("typeId", "CONFIGURABLE")
    if kind != "CONFIGURABLE" and (current or kind not in call.portal.timeline.activity_types):
        raise RestError("WRONG_FIELD_VALUE", "Неверное значение поля typeId")
    fields["typeId"] = kind
    for name in ("completed", "isIncomingChannel"):
        fields[name] = fields.get(name) in _TRUE
    fields["badgeCode"] = str(fields.get("badgeCode") or "")
    if fields["badgeCode"] and fields["badgeCode"] not in call.portal.timeline.badges:
        raise RestError("WRONG_FIELD_VALUE", "Неверное значение поля badgeCode")
    fields["deadline"] = _deadline(call, given, current)
    if fields["isIncomingChannel"] and fields["deadline"]:
        raise RestError("INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE", "Входящее дело не может иметь срок")
    fields["responsibleId"] = _responsible(call, fields.get("responsibleId"))
    fields["pingOffsets"] = [
        number for number in map(to_int, items_of(fields.get("pingOffsets"))) if number is not None
    ]
    return fields


def _deadline(call: Call, given: Row, current: Row) -> str | None:
    value = given.get("deadline")
    if not value:
        # crm §5.4: an empty deadline is ignored on update.
        return current.get("deadline")
    found = call.portal.parse_time(value)
    if found is None:
        raise RestError("WRONG_FIELD_VALUE", "Неверное значение поля deadline")
    return found


def _responsible(call: Call, value: Any) -> int:
    number = to_int(value) if value is not None else call.user.id
    if number not in call.portal.users:
        raise RestError("WRONG_FIELD_VALUE", "Неверное значение поля responsibleId")
    return number


def _own(call: Call, right: str) -> Row:
    _context(call)
    row = call.portal.timeline.activities.get(call.need_int("id"))
    if row is None or row["provider"] != CONFIGURABLE:
        raise item_not_found()
    if not readable(call, row["_owner"], right):
        raise access_denied()
    if row["client"] != call.identity.client:
        raise RestError("ERROR_WRONG_APPLICATION", "Дело создано другим приложением")
    return row


@method("crm.activity.configurable.update", scope="crm")
def configurable_update(call: Call) -> Any:
    row = _own(call, EDIT)
    layout = call.params.get("layout")
    if layout:
        layouts.validate(layout)
        row["layout"], row["subject"] = layout, _title(layout)
    if isinstance(call.params.get("fields"), dict):
        row["fields"] = _fields(call, call.params["fields"], row["fields"])
    row["updated"] = call.portal.now()
    # A button's animation ends with the first update (crm §5.4).
    row["locked"] = False
    call.portal.note(
        "activity.updated", row["_owner"][1], id=row["id"], subject=row["subject"],
        completed=row["fields"]["completed"], badge=row["fields"]["badgeCode"],
    )  # fmt: skip
    _emit(call, "UPDATE", row["id"])
    return {"activity": {"id": row["id"]}}


@method("crm.activity.configurable.get", scope="crm")
def configurable_get(call: Call) -> Any:
    row = _own(call, READ)
    owner = row["_owner"]
    fields = {name: row["fields"].get(name) for name in _FIELDS}
    return {
        "activity": {
            "id": row["id"], "ownerTypeId": owner[0], "ownerId": owner[1], "fields": fields, "layout": row["layout"],
        }
    }  # fmt: skip


@method("crm.activity.todo.add", scope="crm")
def todo_add(call: Call) -> Any:
    owner = (call.need_int("ownerTypeId"), call.need_int("ownerId"))
    deadline = _todo_deadline(call, "deadline")
    owner_item(call, *owner)
    responsible = to_int(call.params.get("responsibleId")) or call.user.id
    fields: Row = {
        "completed": False, "deadline": deadline, "responsibleId": responsible,
        "description": str(call.params.get("description") or ""), "colorId": call.params.get("colorId"),
        "pingOffsets": items_of(call.params.get("pingOffsets")),
    }  # fmt: skip
    row: Row = {"provider": TODO, "fields": fields, "layout": None, "client": call.identity.client}
    subject = str(call.params.get("title") or call.params.get("description") or "Дело")
    return {"id": store(call, owner, row, subject)}


def _todo_deadline(call: Call, name: str) -> str:
    value = call.params.get(name)
    if value is None:
        raise missing(name)
    found = call.portal.parse_time(value)
    if found is None:
        raise RestError("WRONG_DATETIME_FORMAT", "Неверный формат даты")
    return found


_TODO_FIELDS = {
    "crm.activity.todo.updateDeadline": "deadline",
    "crm.activity.todo.updateDescription": "description",
    "crm.activity.todo.updateResponsibleUser": "responsibleId",
    "crm.activity.todo.updateColor": "colorId",
}


@method(*_TODO_FIELDS, "crm.activity.todo.update", scope="crm")
def todo_update(call: Call) -> Any:
    owner = (call.need_int("ownerTypeId"), call.need_int("ownerId"))
    owner_item(call, *owner)
    row = call.portal.timeline.activities.get(call.need_int("id"))
    if row is None or row["_owner"] != owner:
        raise item_not_found()
    name = {key.lower(): value for key, value in _TODO_FIELDS.items()}.get(call.method.lower())
    if name is None:
        row["fields"]["deadline"] = _todo_deadline(call, "deadline")
        row["fields"]["description"] = str(call.params.get("description") or row["fields"]["description"])
    elif name == "deadline":
        row["fields"]["deadline"] = _todo_deadline(call, "value")
    else:
        row["fields"][name] = call.params.get("value")
    _emit(call, "UPDATE", row["id"])
    return {"id": row["id"]}


def _legacy_shown(row: Row) -> Row:
    entity_type_id, number = row["_owner"]
    fields = row["fields"]
    return {
        "ID": str(row["id"]), "OWNER_ID": str(number), "OWNER_TYPE_ID": str(entity_type_id),
        "TYPE_ID": "4" if fields.get("typeId") == "EMAIL" else "6",
        "PROVIDER_ID": row["provider"], "PROVIDER_TYPE_ID": fields.get("typeId", "TODO"), "SUBJECT": row["subject"],
        "COMPLETED": "Y" if fields.get("completed") else "N", "STATUS": "2" if fields.get("completed") else "1",
        "RESPONSIBLE_ID": str(fields.get("responsibleId")), "DEADLINE": fields.get("deadline") or "",
        "CREATED": row["created"], "LAST_UPDATED": row["updated"], "AUTHOR_ID": str(row["author"]),
        "DESCRIPTION": fields.get("description", ""), "ORIGINATOR_ID": fields.get("originatorId"),
        "ORIGIN_ID": fields.get("originId"),
    }  # fmt: skip


@method("crm.activity.list", scope="crm")
def activity_list(call: Call) -> Any:
    conditions = call.opt_map("filter")
    kind, number = to_int(conditions.get("OWNER_TYPE_ID")), to_int(conditions.get("OWNER_ID"))
    table = call.portal.timeline.activities
    found = table.of((kind, number)) if kind and number else list(table)
    rows = [_legacy_shown(row) for row in found if readable(call, row["_owner"])]
    rows = ordered([row for row in rows if matches(row, conditions)], call.opt_map("order"), "ID")
    select = [str(name) for name in items_of(call.any_case("select"))]
    return page([chosen(row, select) for row in rows], call.any_case("start"))


def _activity(call: Call, right: str) -> Row:
    row = call.portal.timeline.activities.get(to_int(call.any_case("id")))
    if row is None:
        raise legacy("Activity is not found")
    if not readable(call, row["_owner"], right):
        raise legacy("Access denied", 403)
    return row


@method("crm.activity.get", scope="crm")
def activity_get(call: Call) -> Any:
    return _legacy_shown(_activity(call, READ))


@method("crm.activity.delete", scope="crm")
def activity_delete(call: Call) -> Any:
    row = _activity(call, EDIT)
    call.portal.timeline.activities.remove(row["id"])
    call.portal.note("activity.deleted", row["_owner"][1], id=row["id"])
    _emit(call, "DELETE", row["id"])
    return True
