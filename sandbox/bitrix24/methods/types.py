"""Smart processes: ``crm.type.*`` and ``crm.automatedsolution.*`` (crm §6.1, §6.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, invalid_value, missing
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import matches, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.crm import DynamicType
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

FLAGS = (
    "isStagesEnabled", "isCategoriesEnabled", "isAutomationEnabled", "isBizProcEnabled", "isBeginCloseDatesEnabled",
    "isClientEnabled", "isDocumentsEnabled", "isLinkWithProductsEnabled", "isMycompanyEnabled", "isObserversEnabled",
    "isRecyclebinEnabled", "isSourceEnabled", "isUseInUserfieldEnabled", "isSetOpenPermissions", "isPaymentsEnabled",
    "isCountersEnabled",
)  # fmt: skip
_LINKED = ("CALENDAR_EVENT|UF_CRM_CAL_EVENT", "TASKS_TASK|UF_CRM_TASK", "TASKS_TASK_TEMPLATE|UF_CRM_TASK")
_FIRST_FREE = 1038


def _shown(found: DynamicType) -> Row:
    return {
        "id": found.id, "entityTypeId": found.entity_type_id, "title": found.title, "createdBy": found.created_by,
        "createdTime": found.created_time, "updatedTime": found.updated_time, "updatedBy": found.updated_by,
        **{name: found.flags.get(name, "N") for name in FLAGS},
        "relations": {"parent": found.parents, "child": found.children},
        "linkedUserFields": {name: found.flags.get(name, "N") for name in _LINKED},
        "customSections": [], "customSectionId": None,
    }  # fmt: skip


@method("crm.type.add", scope="crm")
def add(call: Call) -> Any:
    given = call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    title = str(given.get("title") or "")
    if not title:
        raise missing("title")
    flags = {name: "Y" if given.get(name) == "Y" else "N" for name in FLAGS}
    if "isSetOpenPermissions" not in given:
        flags["isSetOpenPermissions"] = "Y"
    crm = call.portal.crm
    found = crm.add_type(title, flags, _entity_type_id(call, given), call.user.id, call.portal.now())
    _relate(found, given)
    data = {"FIELDS": {"ID": str(found.id), "ENTITY_TYPE_ID": str(found.entity_type_id)}}
    call.portal.emit("ONCRMTYPEADD", data, call.actor)
    call.portal.note("type.added", found.entity_type_id, title=title)
    return {"type": _shown(found)}


def _entity_type_id(call: Call, given: Row) -> int:
    tables = call.portal.crm.tables
    if given.get("entityTypeId") in (None, "", 0):
        return next(number for number in range(_FIRST_FREE, 100_000, 2) if number not in tables)
    number = to_int(given["entityTypeId"])
    allowed = number is not None and (128 <= number <= 192 or (number >= 1030 and number % 2 == 0))
    if number is None or not allowed or number in tables:
        raise invalid_value("entityTypeId is out of range")
    return number


def _relate(found: DynamicType, given: Row) -> None:
    """Booleans of relations are ``true``/``false`` on input and ``Y``/``N`` in answers (crm §6.1)."""
    relations = given.get("relations")
    parents = items_of(relations.get("parent")) if isinstance(relations, dict) else []
    rows = [_relation(row, predefined=False) for row in parents if isinstance(row, dict)]
    if found.flags.get("isClientEnabled") == "Y":
        rows += [
            _relation({"entityTypeId": number, "isChildrenListEnabled": "true"}, predefined=True) for number in (3, 4)
        ]
    if rows:
        found.parents = rows


def _relation(row: Row, *, predefined: bool) -> Row:
    enabled = row.get("isChildrenListEnabled") in ("true", True)
    return {
        "entityTypeId": to_int(row.get("entityTypeId")) or 0,
        "isChildrenListEnabled": "Y" if enabled else "N",
        "isPredefined": "Y" if predefined else "N",
    }


def _found(call: Call, key: str) -> DynamicType:
    number = call.need_int(key)
    crm = call.portal.crm
    found = crm.types.get(number) if key == "id" else crm.type_of(number)
    if found is None:
        raise (
            RestError(0, "Смарт-процесс не найден")
            if key == "id"
            else RestError("NOT_FOUND", "Смарт-процесс не найден")
        )
    return found


@method("crm.type.get", scope="crm")
def get(call: Call) -> Any:
    return {"type": _shown(_found(call, "id"))}


@method("crm.type.getByEntityTypeId", scope="crm")
def get_by_entity(call: Call) -> Any:
    return {"type": _shown(_found(call, "entityTypeId"))}


@method("crm.type.list", scope="crm")
def type_list(call: Call) -> Any:
    if not call.user.may_configure_crm:
        raise access_denied()
    conditions = call.opt_map("filter")
    for key in conditions:
        if split_key(key)[1] not in ("id", "entityTypeId", "title", "name", "createdTime", *FLAGS):
            raise invalid_value(f"Invalid filter: field '{split_key(key)[1]}' is not allowed in filter")
    rows = [row for row in map(_shown, call.portal.crm.types.values()) if matches(row, conditions)]
    found = page(ordered(rows, call.opt_map("order"), "id"), call.params.get("start"))
    return Listing({"types": found.result}, found.total, found.next)


@method("crm.type.update", scope="crm")
def update(call: Call) -> Any:
    found, given = _found(call, "id"), call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    found.title = str(given.get("title") or found.title)
    found.flags |= {name: "Y" if given[name] == "Y" else "N" for name in FLAGS if name in given}
    if "relations" in given:
        _relate(found, given)
    found.updated_by, found.updated_time = call.user.id, call.portal.now()
    return {"type": _shown(found)}


@method("crm.type.delete", scope="crm")
def delete(call: Call) -> Any:
    found = _found(call, "id")
    if not call.user.may_configure_crm:
        raise access_denied()
    if len(call.portal.crm.tables[found.entity_type_id]):
        raise RestError("BX_ERROR", "Нельзя удалить смарт-процесс, в котором есть элементы")
    call.portal.crm.remove_type(found)
    return []


@method("crm.type.fields", scope="crm")
def fields(_call: Call) -> Any:
    return {"fields": {name: {"type": "boolean", "title": name} for name in FLAGS} | {"title": {"type": "string"}}}
