"""``crm.item.*`` for deals, contacts, companies, invoices and smart processes (crm §1.2 to §1.5, §6.2)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import access_denied, item_not_found, plan_without
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules import items
from sandbox.bitrix24.rules.fields_in import read_fields
from sandbox.bitrix24.rules.finding import Finder
from sandbox.bitrix24.rules.rights import EDIT, READ, may, may_add
from sandbox.bitrix24.rules.shown import Shower
from sandbox.bitrix24.state.fields import Field
from sandbox.bitrix24.state.stages import stage_directory
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.userfields import UserField
from sandbox.bitrix24.wire import items_of


def _original(call: Call) -> bool:
    return str(call.params.get("useOriginalUfNames", "N")).upper() == "Y"


def _shower(call: Call, entity_type_id: int) -> Shower:
    return Shower(call.portal, entity_type_id, call.identity.token, original=_original(call))


def _item(call: Call) -> tuple[int, Row]:
    """Order of checks: entity type, item (crm §1.2)."""
    entity_type_id = call.need_int("entityTypeId")
    number = call.need_int("id")
    item = call.table(entity_type_id).get(number)
    if item is None:
        raise item_not_found()
    return entity_type_id, item


def _check_plan(call: Call, entity_type_id: int, what: str) -> None:
    if not call.portal.switches.smart_processes and call.portal.crm.type_of(entity_type_id) is not None:
        raise plan_without(f"{what}_DYNAMIC_ITEM")


@method("crm.item.get", scope="crm")
def get(call: Call) -> Any:
    entity_type_id, item = _item(call)
    if not may(call.user, READ, entity_type_id, item):
        raise access_denied()
    return {"item": _shower(call, entity_type_id).whole(item)}


@method("crm.item.list", scope="crm")
def item_list(call: Call) -> Any:
    entity_type_id = call.need_int("entityTypeId")
    call.table(entity_type_id)
    finder = Finder(call.portal, entity_type_id, original=_original(call))
    rows = finder.find(call.params.get("filter") or {}, call.opt_map("order"))
    user = call.user
    if not user.admin:
        rows = [row for row in rows if may(user, READ, entity_type_id, row)]
    select = [str(name) for name in items_of(call.params.get("select"))] or ["*"]
    shower = _shower(call, entity_type_id)
    found = page(rows, call.params.get("start"))
    return Listing({"items": [shower.some(row, select) for row in found.result]}, found.total, found.next)


@method("crm.item.add", scope="crm")
def add(call: Call) -> Any:
    entity_type_id = call.need_int("entityTypeId")
    call.table(entity_type_id)
    given = call.need_map("fields")
    if not may_add(call.user, entity_type_id):
        raise access_denied()
    _check_plan(call, entity_type_id, "CREATE")
    values = read_fields(call.portal, entity_type_id, given, {}, original=_original(call))
    item = items.create(call.portal, entity_type_id, values, call.actor)
    return {"item": _shower(call, entity_type_id).whole(item)}


@method("crm.item.update", scope="crm")
def update(call: Call) -> Any:
    entity_type_id, item = _item(call)
    given = call.need_map("fields")
    if not may(call.user, EDIT, entity_type_id, item):
        raise access_denied()
    _check_plan(call, entity_type_id, "UPDATE")
    values = read_fields(call.portal, entity_type_id, given, item, original=_original(call))
    items.change(call.portal, entity_type_id, item, values, call.actor)
    return {"item": _shower(call, entity_type_id).whole(item)}


@method("crm.item.delete", scope="crm")
def delete(call: Call) -> Any:
    entity_type_id, item = _item(call)
    if not may(call.user, EDIT, entity_type_id, item):
        raise access_denied()
    items.delete(call.portal, entity_type_id, item, call.actor)
    return []


@method("crm.item.fields", scope="crm")
def fields(call: Call) -> Any:
    entity_type_id = call.need_int("entityTypeId")
    call.table(entity_type_id)
    portal = call.portal
    entity = portal.crm.uf_entity(entity_type_id)
    names = {} if _original(call) else portal.crm.userfields.names(entity)[1]
    out = {
        name: _system_field(call, entity_type_id, row) for name, row in items.fields_of(portal, entity_type_id).items()
    }
    for name, row in portal.crm.userfields.of(entity).items():
        out[names.get(name, name)] = _user_field(row, portal.spec.language)
    return {"fields": out}


def _system_field(call: Call, entity_type_id: int, row: Field) -> Row:
    found: Row = {
        "type": row.kind, "isRequired": row.name == "title" and entity_type_id == 4, "isReadOnly": row.read_only,
        "isImmutable": False, "isMultiple": row.multiple, "isDynamic": False, "title": row.name, "upperName": row.upper,
    }  # fmt: skip
    if row.name == "stageId":
        category = call.portal.crm.default_category(entity_type_id)
        found["statusType"] = "DEAL_STAGE" if entity_type_id == 2 else stage_directory(entity_type_id, category)
    return found


def _user_field(row: UserField, language: str) -> Row:
    found: Row = {
        "type": row.kind, "isRequired": row.mandatory, "isReadOnly": False, "isImmutable": False,
        "isMultiple": row.multiple, "isDynamic": True, "title": row.label(language), "upperName": row.name,
        "settings": row.settings or [],
    }  # fmt: skip
    if row.kind == "enumeration":
        found["items"] = [{"ID": str(one["id"]), "VALUE": one["value"]} for one in row.enum]
    return found
