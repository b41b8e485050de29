"""Smart processes: ``crm.type.*`` and ``crm.automatedsolution.*`` (crm §6.1, §6.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, invalid_value, missing, plan_without
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


def _listed(found: DynamicType) -> Row:
    """A row of the list: without relations, linked fields and sections (b24restdocs: crm-type-list.md)."""
    return {
        "id": found.id, "title": found.title, "code": "", "createdBy": found.created_by,
        "entityTypeId": found.entity_type_id, "customSectionId": None,
        **{name: found.flags.get(name, "N") for name in FLAGS},
        "createdTime": found.created_time, "updatedTime": found.updated_time, "updatedBy": found.updated_by,
    }  # fmt: skip


def _shown(found: DynamicType) -> Row:
    return _listed(found) | {
        "relations": {"parent": found.parents, "child": found.children},
        "linkedUserFields": {name: found.flags.get(name, "N") for name in _LINKED},
        "customSections": [],
    }


@method("crm.type.add", scope="crm")
def add(call: Call) -> Any:
    given = call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    if not call.portal.switches.smart_processes:
        raise plan_without("CREATE_DYNAMIC_TYPE")
    title = str(given.get("title") or "")
    if not title:
        raise missing("title")
    flags = {name: "Y" if given.get(name) == "Y" else "N" for name in FLAGS}
    if "isSetOpenPermissions" not in given:
        flags["isSetOpenPermissions"] = "Y"
    crm = call.portal.crm
    found = crm.add_type(title, flags, _entity_type_id(call, given), call.user.id, call.portal.now())
    _relate(found, given)
    _tell(call, "ADD", found)
    call.portal.note("type.added", found.entity_type_id, title=title)
    return {"type": _shown(found)}


def _tell(call: Call, what: str, found: DynamicType) -> None:
    data = {"FIELDS": {"ID": str(found.id), "ENTITY_TYPE_ID": str(found.entity_type_id)}}
    call.portal.emit(f"ONCRMTYPE{what}", data, call.actor)


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
    """Booleans of relations are ``true``/``false`` on input and ``Y``/``N`` in answers (crm §6.1). Given ones replace
    all but the predefined ones, which come and go with the client (b24restdocs: crm-type-update.md)."""
    relations = given.get("relations")
    if isinstance(relations, dict):
        found.parents = _relations(relations.get("parent"))
        found.children = _relations(relations.get("child"))
    else:
        found.parents = [row for row in found.parents if row["isPredefined"] == "N"]
    if found.flags.get("isClientEnabled") == "Y":
        client = {"isChildrenListEnabled": "true"}
        found.parents += [_relation(client | {"entityTypeId": number}, predefined=True) for number in (3, 4)]


def _relations(given: object) -> list[Row]:
    rows = [_relation(row, predefined=False) for row in items_of(given) if isinstance(row, dict)]
    return [row for row in rows if row["entityTypeId"] not in (3, 4)]


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
    rows = [row for row in map(_listed, call.portal.crm.types.values()) if matches(row, conditions)]
    found = page(ordered(rows, call.opt_map("order"), "id"), call.params.get("start"))
    return Listing({"types": found.result}, found.total, found.next)


@method("crm.type.update", scope="crm")
def update(call: Call) -> Any:
    found, given = _found(call, "id"), call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    if not call.portal.switches.smart_processes:
        raise plan_without("UPDATE_DYNAMIC_TYPE")
    found.title = str(given.get("title") or found.title)
    found.flags |= {name: "Y" if given[name] == "Y" else "N" for name in FLAGS if name in given}
    _relate(found, given)
    found.updated_by, found.updated_time = call.user.id, call.portal.now()
    _tell(call, "UPDATE", found)
    call.portal.note("type.updated", found.entity_type_id, fields=sorted(given))
    return {"type": _shown(found)}


@method("crm.type.delete", scope="crm")
def delete(call: Call) -> Any:
    found = _found(call, "id")
    if not call.user.may_configure_crm:
        raise access_denied()
    if len(call.portal.crm.tables[found.entity_type_id]):
        raise RestError("BX_ERROR", "Нельзя удалить смарт-процесс, в котором есть элементы")
    call.portal.crm.remove_type(found)
    _tell(call, "DELETE", found)
    call.portal.note("type.deleted", found.entity_type_id, title=found.title)
    return []


@method("crm.type.fields", scope="crm")
def fields(_call: Call) -> Any:
    return {"fields": {name: {"type": "boolean", "title": name} for name in FLAGS} | {"title": {"type": "string"}}}
