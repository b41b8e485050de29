"""Pipelines, directories and the history of stages (crm §1.7, §1.8)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, invalid_value, item_not_found, legacy
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import chosen, matches, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules.finding import candidates
from sandbox.bitrix24.rules.rights import READ, may
from sandbox.bitrix24.state.stages import Category, Status, stage_directory, stage_prefix
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

_STAGE_DIRECTORY = re.compile(r"(DEAL_STAGE|SMART_INVOICE_STAGE|DYNAMIC_(\d+)_STAGE)(?:_(\d+))?\Z")
_CODE = re.compile(r"[A-Za-z0-9_:-]+\Z")
_AFTER_FINAL = (
    "Cannot create more stages after the final stage because the final successful stage already exists. Try using sort"
    " order values less than that of the final stage."
)
_HISTORY_FIELDS = ("ID", "TYPE_ID", "OWNER_ID", "CREATED_TIME", "CATEGORY_ID", "STAGE_SEMANTIC_ID", "STAGE_ID")


def _categories(call: Call) -> tuple[int, dict[int, Category]]:
    entity_type_id = call.need_int("entityTypeId")
    call.table(entity_type_id)
    known = call.portal.crm.categories.get(entity_type_id)
    if known is None:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Воронки для этого типа не поддерживаются")
    return entity_type_id, known


def _category(call: Call) -> tuple[int, Category]:
    entity_type_id, known = _categories(call)
    found = known.get(call.need_int("id"))
    if found is None:
        raise item_not_found()
    return entity_type_id, found


@method("crm.category.list", scope="crm")
def category_list(call: Call) -> Any:
    _, known = _categories(call)
    rows = [row.as_json() for row in sorted(known.values(), key=lambda row: (row.sort, row.id))]
    return Listing({"categories": rows}, len(rows))


@method("crm.category.get", scope="crm")
def category_get(call: Call) -> Any:
    return {"category": _category(call)[1].as_json()}


@method("crm.category.add", scope="crm")
def category_add(call: Call) -> Any:
    entity_type_id, _ = _categories(call)
    given = call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    name = str(given.get("name") or "")
    if not name:
        raise RestError(0, "Field 'NAME' is required")
    found = call.portal.crm.add_category(entity_type_id, name, sort=to_int(given.get("sort")) or 500)
    return {"category": found.as_json()}


@method("crm.category.update", scope="crm")
def category_update(call: Call) -> Any:
    _, found = _category(call)
    given = call.need_map("fields")
    if not call.user.may_configure_crm:
        raise access_denied()
    found.name = str(given.get("name") or found.name)
    found.sort = to_int(given.get("sort")) or found.sort
    return {"category": found.as_json()}


@method("crm.category.delete", scope="crm")
def category_delete(call: Call) -> Any:
    entity_type_id, found = _category(call)
    if not call.user.may_configure_crm:
        raise access_denied()
    crm = call.portal.crm
    if found.is_default or any(row.get("categoryId") == found.id for row in crm.tables[entity_type_id]):
        raise RestError(0, "Нельзя удалить воронку, в которой есть элементы")
    for row in crm.stages(entity_type_id, found.id):
        crm.statuses.remove(row)
    del crm.categories[entity_type_id][found.id]
    return None


@method("crm.category.fields", scope="crm")
def category_fields(call: Call) -> Any:
    _categories(call)
    names = {"id": "integer", "name": "string", "sort": "integer", "entityTypeId": "integer", "isDefault": "boolean"}
    return {"fields": {name: {"type": kind, "title": name} for name, kind in names.items()}}


@method("crm.status.list", scope="crm")
def status_list(call: Call) -> Any:
    conditions = call.opt_map("filter")
    statuses = call.portal.crm.statuses
    directory = conditions.get("ENTITY_ID")
    found = statuses.of(directory) if isinstance(directory, str) else list(statuses.rows.values())
    rows = [row for row in (status.as_json() for status in found) if matches(row, conditions)]
    rows = ordered(rows, call.opt_map("order") or {"SORT": "ASC"}, "ID")
    return Listing(rows, len(rows))


@method("crm.status.get", scope="crm")
def status_get(call: Call) -> Any:
    return _status(call).as_json()


@method("crm.status.add", scope="crm")
def status_add(call: Call) -> Any:
    fields = _status_fields(call)
    directory, code = str(fields.get("ENTITY_ID") or ""), str(fields.get("STATUS_ID") or "")
    problems = [f"The field {name} is required." for name in ("ENTITY_ID", "STATUS_ID") if not fields.get(name)]
    if problems:
        raise legacy("<br>".join(problems))
    if not fields.get("NAME"):
        raise legacy("The field Title is required.")
    prefix, category = _prefix_of(call, directory)
    code = code if code.startswith(prefix) else prefix + code
    if not _CODE.match(code):
        raise RestError("ERROR_CORE", "Status ID contains invalid characters.")
    code = code[:21] if _STAGE_DIRECTORY.match(directory) else code[:50]
    statuses = call.portal.crm.statuses
    if statuses.find(directory, code):
        raise RestError("ERROR_CORE", "The specified status ID already exists.")
    semantics, sort = fields.get("SEMANTICS") or None, to_int(fields.get("SORT")) or 10
    final = next((row.sort for row in statuses.of(directory) if row.semantics == "S"), None)
    if _STAGE_DIRECTORY.match(directory) and semantics is None and final is not None and sort > final:
        raise legacy(_AFTER_FINAL)
    row = statuses.add(
        directory,
        code,
        str(fields["NAME"]),
        sort,
        semantics=semantics,
        color=str(fields.get("COLOR") or ""),
        category_id=category,
    )
    return row.id


def _prefix_of(call: Call, directory: str) -> tuple[str, int | None]:
    match = _STAGE_DIRECTORY.match(directory)
    if match is None:
        if directory not in call.portal.crm.statuses.directories():
            raise legacy("Specified entity type is not supported.")
        return "", None
    kind = {"DEAL_STAGE": 2, "SMART_INVOICE_STAGE": 31}.get(match.group(1)) or int(match.group(2))
    category = int(match.group(3) or 0)
    if category not in call.portal.crm.categories.get(kind, {}):
        raise legacy("Specified entity type is not supported.")
    return stage_prefix(kind, category), category


@method("crm.status.update", scope="crm")
def status_update(call: Call) -> Any:
    row, fields = _status(call), _status_fields(call)
    row.name = str(fields.get("NAME") or row.name)
    row.sort = to_int(fields.get("SORT")) or row.sort
    row.color = str(fields.get("COLOR") or row.color)
    return True


@method("crm.status.delete", scope="crm")
def status_delete(call: Call) -> Any:
    row = _status(call)
    if not call.user.may_configure_crm:
        raise legacy("Access denied.", 403)
    if row.system:
        raise legacy("CRM System Status can not be deleted.")
    call.portal.crm.statuses.remove(row)
    return True


def _status(call: Call) -> Status:
    number = to_int(call.any_case("id"))
    row = call.portal.crm.statuses.rows.get(number) if number is not None else None
    if row is None:
        raise legacy("Status is not found.")
    return row


def _status_fields(call: Call) -> Row:
    fields = call.any_case("fields")
    if not isinstance(fields, dict):
        raise legacy("Parameter 'fields' must be array.")
    if not call.user.may_configure_crm:
        raise legacy("Access denied.", 403)
    return fields


@method("crm.status.entity.types", scope="crm")
def status_entity_types(call: Call) -> Any:
    crm = call.portal.crm
    out: list[Row] = [{"ID": name, "NAME": name, "SEMANTIC_INFO": []} for name in ("SOURCE", "DEAL_TYPE")]
    for entity_type_id, known in crm.categories.items():
        out += [_directory(call, entity_type_id, row) for row in known.values()]
    return out


def _directory(call: Call, entity_type_id: int, row: Category) -> Row:
    return {
        "ID": stage_directory(entity_type_id, row.id),
        "NAME": f"Стадии воронки «{row.name}»",
        "PREFIX": stage_prefix(entity_type_id, row.id).rstrip(":"),
        "SEMANTIC_INFO": _semantics(call.portal.crm.stages(entity_type_id, row.id)),
        "FIELD_ATTRIBUTE_SCOPE": "",
        "ENTITY_TYPE_ID": entity_type_id,
        "IS_ENABLED": True,
        "CATEGORY_ID": row.id,
    }


def _semantics(stages: list[Status]) -> Row:
    won = next((row for row in stages if row.semantics == "S"), None)
    lost = next((row for row in stages if row.semantics == "F"), None)
    return {
        "START_FIELD": stages[0].status_id if stages else "",
        "FINAL_SUCCESS_FIELD": won.status_id if won else "",
        "FINAL_UNSUCCESS_FIELD": lost.status_id if lost else "",
        "FINAL_SORT": won.sort if won else 0,
    }


@method("crm.stagehistory.list", scope="crm")
def stage_history(call: Call) -> Any:
    entity_type_id = call.need_int("entityTypeId")
    table = call.table(entity_type_id)
    history = call.portal.crm.history_of(entity_type_id)
    conditions, order = call.opt_map("filter"), call.opt_map("order")
    _check_history(conditions, order)
    owner = conditions.get("OWNER_ID", conditions.get("=OWNER_ID", conditions.get("@OWNER_ID")))
    if owner is not None:
        rows = [row for number in items_of(owner) for row in history.table.of(to_int(number))]
    else:
        rows = candidates(history.table, conditions, "ID")
    wanted = _normal_times(call, conditions)
    rows = [row for row in rows if matches(row, wanted) and _readable(call, entity_type_id, table.get(row["OWNER_ID"]))]
    rows = ordered(rows, order, "ID") if order and list(order) != ["ID"] else _by_id(rows, order)
    select = [str(name) for name in items_of(call.params.get("select"))] or list(_HISTORY_FIELDS)
    found = page(rows, call.params.get("start"))
    names = _HISTORY_FIELDS if "*" in select else select
    return Listing({"items": [chosen(row, names) for row in found.result]}, found.total, found.next)


def _by_id(rows: list[Row], order: Row) -> list[Row]:
    return sorted(rows, key=lambda row: row["ID"], reverse=str(order.get("ID", "ASC")).upper() == "DESC")


def _readable(call: Call, entity_type_id: int, item: Row | None) -> bool:
    return call.user.admin or item is None or may(call.user, READ, entity_type_id, item)


def _check_history(conditions: Row, order: Row) -> None:
    for key in conditions:
        if split_key(key)[1] not in _HISTORY_FIELDS:
            raise invalid_value(f"Invalid filter: field '{split_key(key)[1]}' is not allowed in filter")
    for name, way in order.items():
        if name not in _HISTORY_FIELDS or str(way).upper() not in ("ASC", "DESC"):
            raise invalid_value(f"Invalid order: field '{name}' is not allowed in order")


def _normal_times(call: Call, conditions: Row) -> Row:
    out = dict(conditions)
    for key, value in conditions.items():
        if split_key(key)[1] == "CREATED_TIME":
            out[key] = call.portal.parse_time(value) or value
    return out
