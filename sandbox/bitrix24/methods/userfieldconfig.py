"""``userfieldconfig.*`` (crm §4.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, legacy
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.fields import UF_ENTITIES
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.userfields import LABELS, TYPES, UserField
from sandbox.bitrix24.wire import items_of, to_int

from .userfields import flag, full_type, labels, remove

_DEFAULT_SETTINGS: dict[str, Row] = {
    "string": {"SIZE": 20, "ROWS": 1, "REGEXP": "", "MIN_LENGTH": 0, "MAX_LENGTH": 0, "DEFAULT_VALUE": ""},
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
    "address": {"SHOW_MAP": "Y"},
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX"},
}


def _open(call: Call) -> None:
    """moduleId, the module's own scope, and the right to configure the CRM; every error has an empty code."""
    if str(call.params.get("moduleId") or "") != "crm":
        raise legacy("No settings for UserFieldAccess")
    if "crm" not in call.identity.scopes:
        raise legacy("The current method required more scopes. (crm)")
    if not call.user.may_configure_crm:
        raise legacy("You cannot manage custom fields")


def _field(call: Call) -> UserField:
    found = call.portal.crm.userfields.by_id.get(call.need_int("id"))
    if found is None:
        raise legacy("Custom field not found")
    return found


def shown(found: UserField, *, language: str | None = None) -> Row:
    """camelCase; labels as a map by language, or one text when a language was selected."""
    out: Row = {
        "id": str(found.id), "entityId": found.entity_id, "fieldName": found.name, "userTypeId": found.kind,
        "xmlId": found.xml_id, "sort": str(found.sort), "multiple": "Y" if found.multiple else "N",
        "mandatory": "Y" if found.mandatory else "N", "showFilter": found.show_filter,
        "showInList": "Y" if found.show_in_list else "N", "editInList": "Y" if found.edit_in_list else "N",
        "isSearchable": "Y" if found.is_searchable else "N", "settings": found.settings or [],
        "languageId": {"ru": "ru", "en": "en"},
    }  # fmt: skip
    for name in LABELS:
        texts = found.labels.get(name) or {}
        whole = {code: texts.get(code) for code in ("ru", "en")}
        out[name] = texts.get(language) if language else whole
    if found.kind == "enumeration":
        out["enum"] = [
            {"id": str(row["id"]), "userFieldId": str(found.id), "value": row["value"], "def": row["def"],
             "sort": str(row["sort"]), "xmlId": row["xmlId"]}
            for row in found.enum
        ]  # fmt: skip
    return out


@method("userfieldconfig.add", scope="userfieldconfig")
def add(call: Call) -> Any:
    _open(call)
    given = call.need_map("field")
    entity, name = str(given.get("entityId") or ""), str(given.get("fieldName") or "").upper()
    _check_name(call, entity, name)
    kind = full_type(call.portal, str(given.get("userTypeId") or ""), app=call.identity.app_context)
    if kind is None:
        raise legacy("The 'USER_TYPE_ID' field is not found")
    if name in call.portal.crm.userfields.of(entity):
        raise legacy(f"Field {name} already exists")
    found = call.portal.crm.userfields.add(
        entity,
        name,
        kind,
        xml_id=given.get("xmlId"),
        sort=to_int(given.get("sort")) or 100,
        multiple=flag(given.get("multiple")) and kind != "boolean",
        mandatory=flag(given.get("mandatory")),
        show_filter="E" if flag(given.get("showFilter")) else "N",
        edit_in_list=flag(given.get("editInList", "Y")),
        settings=_DEFAULT_SETTINGS.get(kind, {}) | dict(given.get("settings") or {}),
        labels=_labels(given),
        enum=_enum(given),
    )
    call.portal.note("userfield.added", found.name, entity=entity, type=kind)
    return {"field": shown(found)}


def _check_name(call: Call, entity: str, name: str) -> None:
    if not name:
        raise legacy("The 'FIELD_NAME' field is not found")
    known = set(UF_ENTITIES.values()) | {f"CRM_{kind.id}" for kind in call.portal.crm.types.values()}
    if entity not in known or not name.startswith(f"UF_{entity}_") or len(name) > 50:
        raise legacy("You cannot create custom fields")


def _labels(given: Row) -> dict[str, dict[str, str]]:
    # crm §4.3: the other label parameters are ignored on input.
    return {name: labels(given[name]) for name in ("editFormLabel", "helpMessage") if given.get(name)}


def _enum(given: Row) -> list[Row]:
    rows = [row for row in items_of(given.get("enum")) if isinstance(row, dict) and row.get("value")]
    return [
        {"id": to_int(row.get("id")), "value": row["value"], "sort": to_int(row.get("sort")) or 500,
         "def": "Y" if flag(row.get("def")) else "N", "xmlId": row.get("xmlId")}
        for row in rows
    ]  # fmt: skip


@method("userfieldconfig.update", scope="userfieldconfig")
def update(call: Call) -> Any:
    _open(call)
    found, given = _field(call), call.need_map("field")
    found.labels |= _labels(given)
    if "sort" in given:
        found.sort = to_int(given["sort"]) or found.sort
    if "mandatory" in given:
        found.mandatory = flag(given["mandatory"])
    if "showFilter" in given:
        found.show_filter = "E" if flag(given["showFilter"]) else "N"
    if isinstance(given.get("settings"), dict):
        found.settings |= given["settings"]
    if given.get("userTypeId") == "enumeration" and found.kind == "enumeration":
        # crm §4.3: items missing from ``enum`` are deleted, a bare userTypeId wipes the list.
        known = found.enum_ids()
        rows = [row | {"id": row["id"] if row["id"] in known else None} for row in _enum(given)]
        found.enum = [call.portal.crm.userfields.enum_row(row) for row in rows]
    return {"field": shown(found)}


@method("userfieldconfig.get", scope="userfieldconfig")
def get(call: Call) -> Any:
    _open(call)
    return {"field": shown(_field(call))}


@method("userfieldconfig.list", scope="userfieldconfig")
def config_list(call: Call) -> Any:
    _open(call)
    select = call.params.get("select")
    language = str(select.get("language") or "") if isinstance(select, dict) else ""
    rows = [shown(row, language=language or None) for row in call.portal.crm.userfields.by_id.values()]
    conditions = call.opt_map("filter")
    rows = [row for row in rows if matches(row, conditions)]
    found = page(ordered(rows, call.opt_map("order"), "id"), call.params.get("start"))
    return Listing({"fields": found.result}, found.total, found.next)


@method("userfieldconfig.delete", scope="userfieldconfig")
def delete(call: Call) -> Any:
    _open(call)
    remove(call.portal, _field(call))
    return None


@method("userfieldconfig.getTypes", scope="userfieldconfig")
def get_types(call: Call) -> Any:
    if str(call.params.get("moduleId") or "") != "crm":
        raise RestError("", "No settings for UserFieldAccess")
    return {"types": {kind: {"userTypeId": kind, "description": kind} for kind in TYPES}}
