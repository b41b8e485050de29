"""Older CRUD in UPPER_CASE strings: ``crm.deal.*``, ``crm.contact.*``, ``crm.company.*`` (crm §1.6, §2.1)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import legacy
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import fits, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules import items
from sandbox.bitrix24.rules.fields_in import read_fields
from sandbox.bitrix24.rules.rights import EDIT, READ, may, may_add
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

_KINDS = {"deal": 2, "contact": 3, "company": 4}
_MULTIFIELDS = ("PHONE", "EMAIL", "WEB", "IM", "LINK")


def _register(kind: str, number: int) -> None:
    method(f"crm.{kind}.get", scope="crm")(lambda call: _upper(call, number, _item(call, number, READ)))
    method(f"crm.{kind}.list", scope="crm")(lambda call: _list(call, number))
    method(f"crm.{kind}.add", scope="crm")(lambda call: _add(call, number))
    method(f"crm.{kind}.update", scope="crm")(lambda call: _update(call, number))
    method(f"crm.{kind}.delete", scope="crm")(lambda call: _delete(call, number))
    method(f"crm.{kind}.fields", scope="crm")(lambda call: _fields(call, number))


def _names(call: Call, number: int) -> dict[str, str]:
    """Original name -> camelCase, of the system fields."""
    return {row.upper: name for name, row in items.fields_of(call.portal, number).items() if name != "fm"}


def _item(call: Call, entity_type_id: int, right: str) -> Row:
    number = to_int(call.any_case("id"))
    if number is None or number <= 0:
        raise legacy("ID is not defined or invalid")
    item = call.portal.crm.tables[entity_type_id].get(number)
    if item is None:
        raise legacy("Not found")
    if not may(call.user, right, entity_type_id, item):
        raise legacy("Access denied", 403)
    return item


def _upper(call: Call, entity_type_id: int, item: Row) -> Row:
    out: Row = {}
    for upper, name in _names(call, entity_type_id).items():
        if upper == "CONTACT_IDS" or name.startswith("parentId"):
            continue
        out[upper] = _text(item.get(name))
    for name, field in call.portal.crm.userfields.of(call.portal.crm.uf_entity(entity_type_id)).items():
        value = item.get(name)
        if field.kind == "boolean":
            out[name] = "1" if value == "Y" else "0"
        else:
            out[name] = value if isinstance(value, list) else _text(value)
    for kind in _MULTIFIELDS:
        rows = [row for row in item.get("fm") or () if row["typeId"] == kind]
        if rows:
            out[kind] = [
                {"ID": str(row["id"]), "VALUE_TYPE": row["valueType"], "VALUE": row["value"], "TYPE_ID": kind}
                for row in rows
            ]
    return out


def _text(value: Any) -> Any:
    if value is None or isinstance(value, list):
        return value
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.2f}"
    return str(value)


def _list(call: Call, entity_type_id: int) -> Any:
    for name in ("filter", "order", "select"):
        value = call.any_case(name)
        if value is not None and not isinstance(value, dict | list):
            raise legacy(f"Parameter '{name}' must be array.")
    names = _names(call, entity_type_id)
    conditions = [(*split_key(key), wanted) for key, wanted in call.opt_map("filter").items()]
    rows = [
        row
        for row in call.portal.crm.tables[entity_type_id]
        if may(call.user, READ, entity_type_id, row)
        and all(fits(row.get(names.get(name, name)), prefix, wanted) for prefix, name, wanted in conditions)
    ]
    order = {names.get(name, name): way for name, way in call.opt_map("order").items()}
    found = page(ordered(rows, order, "id"), call.any_case("start"))
    select = [str(name) for name in items_of(call.any_case("select"))] or ["*"]
    shown = [_chosen(_upper(call, entity_type_id, row), select) for row in found.result]
    return type(found)(shown, found.total, found.next)


def _chosen(row: Row, select: list[str]) -> Row:
    """``*`` is the system fields; user fields need ``UF_*`` beside it (crm §1.6)."""
    system, user = "*" in select, "UF_*" in select
    return {
        name: value
        for name, value in row.items()
        if name in select or name == "ID" or (user if name.startswith("UF_") else system and name not in _MULTIFIELDS)
    }


def _given(call: Call, entity_type_id: int, current: Row) -> Row:
    fields = call.any_case("fields")
    if not isinstance(fields, dict):
        raise legacy("Parameter 'fields' must be array")
    names = _names(call, entity_type_id)
    given: Row = {names.get(str(name), str(name)): value for name, value in fields.items()}
    fm = [
        {"typeId": kind, "valueType": one.get("VALUE_TYPE"), "value": one.get("VALUE"), "id": to_int(one.get("ID"))}
        for kind in _MULTIFIELDS
        for one in items_of(fields.get(kind))
        if isinstance(one, dict)
    ]
    if fm:
        given["fm"] = fm
    return read_fields(call.portal, entity_type_id, given, current, original=True)


def _add(call: Call, entity_type_id: int) -> int:
    values = _given(call, entity_type_id, {})
    if not may_add(call.user, entity_type_id):
        raise legacy("Access denied", 403)
    number: int = items.create(call.portal, entity_type_id, values, call.actor)["id"]
    return number


def _update(call: Call, entity_type_id: int) -> bool:
    item = _item(call, entity_type_id, EDIT)
    values = _given(call, entity_type_id, item)
    values.pop("categoryId", None)
    # crm §1.6: a stage of another pipeline is silently ignored, and the pipeline cannot change.
    stage = values.get("stageId")
    if stage is not None and call.portal.crm.stage(entity_type_id, item["categoryId"], stage) is None:
        del values["stageId"]
    items.change(call.portal, entity_type_id, item, values, call.actor)
    return True


def _delete(call: Call, entity_type_id: int) -> bool:
    items.delete(call.portal, entity_type_id, _item(call, entity_type_id, EDIT), call.actor)
    return True


def _fields(call: Call, entity_type_id: int) -> Row:
    out: Row = {
        row.upper: {"type": row.kind, "isRequired": False, "isReadOnly": row.read_only, "isImmutable": False,
                    "isMultiple": row.multiple, "isDynamic": False, "title": row.name}
        for row in items.fields_of(call.portal, entity_type_id).values()
    }  # fmt: skip
    for name, field in call.portal.crm.userfields.of(call.portal.crm.uf_entity(entity_type_id)).items():
        out[name] = {"type": field.kind, "isRequired": field.mandatory, "isReadOnly": False, "isImmutable": False,
                     "isMultiple": field.multiple, "isDynamic": True, "title": name,
                     "formLabel": field.label(call.portal.spec.language)}  # fmt: skip
    return out


for _kind, _number in _KINDS.items():
    _register(_kind, _number)


@method("crm.deal.contact.items.get", scope="crm")
def contact_items_get(call: Call) -> Any:
    item = _item(call, 2, READ)
    return [
        {"CONTACT_ID": number, "SORT": 10 * place, "ROLE_ID": 0, "IS_PRIMARY": "Y" if place == 1 else "N"}
        for place, number in enumerate(item["contactIds"], start=1)
    ]


@method("crm.deal.contact.items.set", scope="crm")
def contact_items_set(call: Call) -> Any:
    item = _item(call, 2, EDIT)
    rows = [row for row in items_of(call.any_case("items")) if isinstance(row, dict)]
    rows.sort(key=lambda row: (row.get("IS_PRIMARY") != "Y", to_int(row.get("SORT")) or 0))
    ids = [number for number in (to_int(row.get("CONTACT_ID")) for row in rows) if number]
    items.change(call.portal, 2, item, {"contactIds": ids}, call.actor)
    return True


@method("crm.deal.contact.items.delete", scope="crm")
def contact_items_delete(call: Call) -> Any:
    items.change(call.portal, 2, _item(call, 2, EDIT), {"contactIds": []}, call.actor)
    return True


@method("crm.deal.contact.add", "crm.deal.contact.delete", scope="crm")
def contact_change(call: Call) -> Any:
    item, fields = _item(call, 2, EDIT), call.opt_map("fields")
    number = to_int(fields.get("CONTACT_ID"))
    if number is None:
        raise legacy("The CONTACT_ID is not defined or invalid")
    ids = [one for one in item["contactIds"] if one != number]
    if call.method.endswith("add"):
        ids = [number, *ids] if fields.get("IS_PRIMARY") == "Y" else [*ids, number]
    items.change(call.portal, 2, item, {"contactIds": ids}, call.actor)
    return True
