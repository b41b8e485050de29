"""``crm.<entity>.userfield.*`` (crm §4.2)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24.errors import RestError, legacy
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import matches, ordered
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.userfields import TYPES, UserField
from sandbox.bitrix24.wire import items_of, to_int

ENTITIES = {"deal": "CRM_DEAL", "contact": "CRM_CONTACT", "company": "CRM_COMPANY", "lead": "CRM_LEAD"}
_NAME = re.compile(r"UF_[A-Z0-9_]+\Z")
_LABELS = {
    "EDIT_FORM_LABEL": "editFormLabel", "LIST_COLUMN_LABEL": "listColumnLabel", "LIST_FILTER_LABEL": "listFilterLabel",
    "ERROR_MESSAGE": "errorMessage", "HELP_MESSAGE": "helpMessage",
}  # fmt: skip
# What ``add`` takes of the settings, by type; anything else is dropped (crm §4.2).
_SETTINGS = {
    "string": ("DEFAULT_VALUE", "ROWS"), "integer": ("DEFAULT_VALUE",), "double": ("DEFAULT_VALUE", "PRECISION"),
    "boolean": ("DEFAULT_VALUE", "DISPLAY"), "date": ("DEFAULT_VALUE",), "datetime": ("DEFAULT_VALUE",),
    "enumeration": ("DISPLAY", "LIST_HEIGHT"), "crm_status": ("ENTITY_TYPE",),
    "crm": ("LEAD", "CONTACT", "COMPANY", "DEAL"),
}  # fmt: skip


def full_type(portal: Portal, kind: str, *, app: bool) -> str | None:
    """The stored type code: ``rest_<app>_<code>`` for the app's own types, which need a finished installation."""
    if kind in TYPES:
        return kind
    install = portal.app.install
    if not app or install is None or not install.finished:
        return None
    prefix = f"rest_{install.local_id}_"
    return prefix + kind.removeprefix(prefix) if kind.removeprefix(prefix) in portal.app.field_types else None


def labels(value: Any, languages: tuple[str, ...] = ("ru", "en")) -> dict[str, str]:
    """A label given as one text or by language."""
    if isinstance(value, dict):
        return {str(language): str(text) for language, text in value.items()}
    return dict.fromkeys(languages, str(value)) if value else {}


def flag(value: Any) -> bool:
    return value in ("Y", "y", True, 1, "1", "true")


def _register(kind: str, entity: str) -> None:
    name = f"crm.{kind}.userfield"
    method(f"{name}.add", scope="crm")(lambda call: _add(call, entity))
    method(f"{name}.list", scope="crm")(lambda call: _list(call, entity))
    method(f"{name}.get", scope="crm")(lambda call: shown(_field(call, entity)))
    method(f"{name}.update", scope="crm")(lambda call: _update(call, entity))
    method(f"{name}.delete", scope="crm")(lambda call: _delete(call, entity))


def _fields(call: Call) -> Row:
    fields = call.any_case("fields")
    if not isinstance(fields, dict):
        raise legacy("Parameter 'fields' must be array")
    if not call.user.may_configure_crm:
        raise legacy("Access denied", 403)
    return fields


def _add(call: Call, entity: str) -> int:
    fields = _fields(call)
    for name in ("USER_TYPE_ID", "FIELD_NAME"):
        if not fields.get(name):
            raise legacy(f"The '{name}' field is not found.")
    name = _full_name(str(fields["FIELD_NAME"]))
    known = call.portal.crm.userfields
    if name in known.of(entity):
        raise RestError("ERROR_CORE", f"Поле {name} для объекта {entity} уже существует.")
    kind = full_type(call.portal, str(fields["USER_TYPE_ID"]), app=call.identity.app_context)
    if kind is None:
        raise RestError("ERROR_CORE", "Incorrect custom type specified.")
    settings = fields.get("SETTINGS")
    kept = {key: settings[key] for key in _SETTINGS.get(kind, ()) if isinstance(settings, dict) and key in settings}
    found = known.add(
        entity,
        name,
        kind,
        xml_id=fields.get("XML_ID"),
        sort=to_int(fields.get("SORT")) or 100,
        multiple=flag(fields.get("MULTIPLE")) and kind != "boolean",
        mandatory=flag(fields.get("MANDATORY")),
        show_filter="E" if flag(fields.get("SHOW_FILTER")) else "N",
        settings=kept,
        labels=_labels(fields),
        enum=_enum(fields.get("LIST")),
    )
    call.portal.note("userfield.added", found.name, entity=entity, type=kind)
    if entity == "CRM_DEAL":
        data = {"ID": str(found.id), "ENTITY_ID": entity, "FIELD_NAME": name}
        call.portal.emit("ONCRMDEALUSERFIELDADD", {"FIELDS": data}, call.actor)
    return found.id


def _full_name(name: str) -> str:
    name = name.upper()
    if not name.startswith("UF_CRM_"):
        name = "UF_CRM_" + name.removeprefix("UF_")
    if len(name) > 50:
        raise RestError("ERROR_CORE", "Название поля не может быть длиннее 50 символов.")
    if not _NAME.match(name):
        raise RestError("ERROR_CORE", "Название поля содержит недопустимые символы.")
    return name


def _labels(fields: Row) -> dict[str, dict[str, str]]:
    common = labels(fields.get("LABEL"))
    found = {ours: labels(fields.get(theirs)) for theirs, ours in _LABELS.items()}
    found["editFormLabel"] = found["editFormLabel"] or common
    return {name: texts for name, texts in found.items() if texts}


def _enum(value: Any) -> list[Row]:
    rows = [row for row in items_of(value) if isinstance(row, dict) and row.get("VALUE")]
    codes = [str(row["XML_ID"]) for row in rows if row.get("XML_ID")]
    if len(codes) != len(set(codes)):
        raise RestError("ERROR_CORE", "Значение XML_ID должно быть уникальным.")
    return [_enum_row(row) for row in rows]


def _enum_row(row: Row) -> Row:
    return {
        "value": str(row["VALUE"]),
        "sort": to_int(row.get("SORT")) or 500,
        "def": "Y" if flag(row.get("DEF")) else "N",
        "xmlId": row.get("XML_ID"),
    }


def _field(call: Call, entity: str) -> UserField:
    number = to_int(call.any_case("id"))
    if number is None or number <= 0:
        raise legacy("ID is not defined or invalid")
    found = call.portal.crm.userfields.by_id.get(number)
    if found is None or found.entity_id != entity:
        raise RestError("ERROR_NOT_FOUND", f"The entity with ID '{number}' is not found")
    return found


def shown(found: UserField, language: str | None = None) -> Row:
    """UPPER_CASE strings, as legacy records are."""
    out: Row = {
        "ID": str(found.id), "ENTITY_ID": found.entity_id, "FIELD_NAME": found.name, "USER_TYPE_ID": found.kind,
        "XML_ID": found.xml_id, "SORT": str(found.sort), "MULTIPLE": _yn(found.multiple),
        "MANDATORY": _yn(found.mandatory), "SHOW_FILTER": found.show_filter, "SHOW_IN_LIST": _yn(found.show_in_list),
        "EDIT_IN_LIST": _yn(found.edit_in_list), "IS_SEARCHABLE": _yn(found.is_searchable),
        "SETTINGS": found.settings or [],
    }  # fmt: skip
    for theirs, ours in _LABELS.items():
        texts = found.labels.get(ours) or {}
        if language:
            out[theirs] = texts.get(language)
    if found.kind == "enumeration":
        out["LIST"] = [
            {"ID": str(row["id"]), "SORT": str(row["sort"]), "VALUE": row["value"], "DEF": row["def"],
             "XML_ID": row["xmlId"]}
            for row in found.enum
        ]  # fmt: skip
    return out


def _yn(value: bool) -> str:
    return "Y" if value else "N"


def _list(call: Call, entity: str) -> Listing:
    conditions = dict(call.opt_map("filter"))
    language = str(conditions.pop("LANG", "") or "") or None
    rows = [shown(row, language) for row in call.portal.crm.userfields.of(entity).values()]
    rows = [row for row in rows if matches(row, conditions)]
    rows = ordered(rows, call.opt_map("order"), "ID")
    return Listing(rows, len(rows))


def _update(call: Call, entity: str) -> bool:
    fields, found = _fields(call), _field(call, entity)
    for theirs, ours in _LABELS.items():
        if theirs in fields:
            found.labels[ours] = labels(fields[theirs])
    if "SORT" in fields:
        found.sort = to_int(fields["SORT"]) or found.sort
    if "MANDATORY" in fields:
        found.mandatory = flag(fields["MANDATORY"])
    if "SHOW_FILTER" in fields:
        found.show_filter = "E" if flag(fields["SHOW_FILTER"]) else "N"
    if isinstance(fields.get("SETTINGS"), dict):
        found.settings |= fields["SETTINGS"]
    if "LIST" in fields and found.kind == "enumeration":
        _change_enum(call.portal, found, items_of(fields["LIST"]))
    return True


def _change_enum(portal: Portal, found: UserField, rows: list[Any]) -> None:
    by_id = {row["id"]: row for row in found.enum}
    for row in (row for row in rows if isinstance(row, dict)):
        number = to_int(row.get("ID"))
        if number in by_id and flag(row.get("DEL")):
            del by_id[number]
        elif number in by_id:
            old = by_id[number]
            by_id[number] = old | {"value": str(row.get("VALUE") or old["value"]),
                                   "sort": to_int(row.get("SORT")) or old["sort"]}  # fmt: skip
        elif row.get("VALUE"):
            fresh = portal.crm.userfields.enum_row(_enum_row(row))
            by_id[fresh["id"]] = fresh
    found.enum = list(by_id.values())


def _delete(call: Call, entity: str) -> bool:
    if not call.user.may_configure_crm:
        raise legacy("Access denied", 403)
    found = _field(call, entity)
    remove(call.portal, found)
    return True


def remove(portal: Portal, found: UserField) -> None:
    """Drop the field and its values."""
    portal.crm.userfields.remove(found)
    for entity_type_id, table in portal.crm.tables.items():
        if portal.crm.uf_entity(entity_type_id) == found.entity_id:
            for row in table:
                row.pop(found.name, None)


for _kind, _entity in ENTITIES.items():
    _register(_kind, _entity)


@method("crm.userfield.types", scope="crm")
def userfield_types(call: Call) -> Any:
    own = [f"rest_{call.portal.app.install.local_id}_{code}" for code in call.portal.app.field_types
           if call.portal.app.install]  # fmt: skip
    return [{"ID": kind, "title": kind} for kind in (*TYPES, *own)]


@method("crm.userfield.enumeration.fields", scope="crm")
def enumeration_fields(_call: Call) -> Any:
    kinds = {"ID": "int", "SORT": "int", "VALUE": "string", "DEF": "char", "DEL": "char"}
    return {name: {"type": kind, "title": name} for name, kind in kinds.items()}
