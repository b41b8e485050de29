"""Requisites, postal addresses and duplicates by phone (crm §2.1, §2.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, legacy
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import chosen, matches, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, pairs_of, to_int

_ADDRESS = (
    "TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID", "ADDRESS_1", "ADDRESS_2", "CITY", "POSTAL_CODE", "REGION", "PROVINCE",
    "COUNTRY", "COUNTRY_CODE", "LOC_ADDR_ID", "ANCHOR_TYPE_ID", "ANCHOR_ID",
)  # fmt: skip
_KINDS = ((1, "Фактический адрес"), (4, "Адрес регистрации"), (6, "Юридический адрес"),
          (8, "Адрес для корреспонденции"), (9, "Адрес бенефициара"), (11, "Адрес доставки"))  # fmt: skip
_TYPES = {"LEAD": 1, "CONTACT": 3, "COMPANY": 4}
_MAX_VALUES = 20


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _shown_address(row: Row) -> Row:
    return {name: _text(row.get(name)) for name in _ADDRESS}


@method("crm.address.list", scope="crm")
def address_list(call: Call) -> Any:
    conditions = call.opt_map("filter")
    rows = [_shown_address(row) for row in _address_candidates(call, conditions)]
    rows = ordered([row for row in rows if matches(row, conditions)], call.opt_map("order"), "TYPE_ID")
    select = [str(name) for name in items_of(call.any_case("select"))]
    return page([chosen(row, select) for row in rows], call.any_case("start"))


def _address_candidates(call: Call, conditions: Row) -> list[Row]:
    """Through the owner's requisites when the filter names owners, so that no list is walked whole."""
    crm = call.portal.crm
    plain = {split_key(key)[1]: value for key, value in conditions.items() if split_key(key)[0] in ("", "=", "@")}
    kind = to_int(plain.get("ANCHOR_TYPE_ID"))
    if kind is not None and "ANCHOR_ID" in plain:
        owners = [to_int(one) for one in items_of(plain["ANCHOR_ID"])]
        ids = [row["id"] for owner in owners for row in crm.requisites.of((kind, owner))]
        keys = [(number, 8, one) for one in ids for number, _ in _KINDS]
        return [crm.addresses[key] for key in keys if key in crm.addresses]
    return list(crm.addresses.values())


def _address_key(fields: Row) -> tuple[int, int, int]:
    numbers = []
    for name in ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID"):
        number = to_int(fields.get(name))
        if number is None or number <= 0:
            raise legacy(f"{name} is not defined or invalid")
        numbers.append(number)
    return numbers[0], numbers[1], numbers[2]


@method("crm.address.add", "crm.address.update", scope="crm")
def address_save(call: Call) -> Any:
    fields = call.opt_map("fields")
    key = _address_key(fields)
    crm = call.portal.crm
    adding = call.method.endswith("add")
    if adding == (key in crm.addresses):
        raise legacy("TypeAddress exists" if adding else "TypeAddress not found")
    row = crm.addresses.get(key) or dict(zip(_ADDRESS[:3], key, strict=True))
    row |= {name: fields[name] for name in _ADDRESS[3:12] if name in fields}
    if adding:
        row.setdefault("LOC_ADDR_ID", next(crm.location_ids))
        row |= _anchor(call, key)
    crm.addresses[key] = row
    return True


def _anchor(call: Call, key: tuple[int, int, int]) -> Row:
    requisite = call.portal.crm.requisites.get(key[2]) if key[1] == 8 else None
    owner = requisite["_owner"] if requisite else (key[1], key[2])
    return {"ANCHOR_TYPE_ID": owner[0], "ANCHOR_ID": owner[1]}


@method("crm.address.delete", scope="crm")
def address_delete(call: Call) -> Any:
    key = _address_key(call.opt_map("fields"))
    if call.portal.crm.addresses.pop(key, None) is None:
        raise legacy("TypeAddress not found")
    return True


@method("crm.address.fields", scope="crm")
def address_fields(_call: Call) -> Any:
    return {name: {"type": "string" if "ADDRESS" in name else "integer", "title": name} for name in _ADDRESS}


@method("crm.enum.addresstype", scope="crm")
def address_types(_call: Call) -> Any:
    return [{"ID": number, "NAME": name} for number, name in _KINDS]


def _shown_requisite(row: Row) -> Row:
    return {key.upper(): _text(value) for key, value in row.items() if not key.startswith("_")}


@method("crm.requisite.list", scope="crm")
def requisite_list(call: Call) -> Any:
    conditions = call.opt_map("filter")
    kind, owners = to_int(conditions.get("ENTITY_TYPE_ID")), items_of(conditions.get("ENTITY_ID"))
    table = call.portal.crm.requisites
    found = [row for owner in owners for row in table.of((kind, to_int(owner)))] if kind and owners else list(table)
    rows = [row for row in map(_shown_requisite, found) if matches(row, conditions)]
    rows = ordered(rows, call.opt_map("order"), "ID")
    select = [str(name) for name in items_of(call.any_case("select"))]
    return page([chosen(row, select) for row in rows], call.any_case("start"))


@method("crm.requisite.add", scope="crm")
def requisite_add(call: Call) -> Any:
    fields = call.opt_map("fields")
    for name in ("ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME"):
        if not fields.get(name):
            raise legacy(f"{name} is not defined or invalid.")
    owner = (to_int(fields["ENTITY_TYPE_ID"]) or 0, to_int(fields["ENTITY_ID"]) or 0)
    table = call.portal.crm.tables.get(owner[0])
    if table is None or table.get(owner[1]) is None:
        raise legacy("Entity not found.")
    number = call.portal.crm.requisites.add_to(owner, {"ACTIVE": "Y"} | fields)
    call.portal.emit("ONCRMREQUISITEADD", {"FIELDS": {"ID": str(number)}}, call.actor)
    return number


@method("crm.requisite.get", scope="crm")
def requisite_get(call: Call) -> Any:
    row = call.portal.crm.requisites.get(to_int(call.any_case("id")))
    if row is None:
        raise RestError("ERROR_NOT_FOUND", "Not found")
    return _shown_requisite(row)


@method("crm.requisite.link.get", scope="crm")
def link_get(call: Call) -> Any:
    key = (to_int(call.any_case("entityTypeId")) or 0, to_int(call.any_case("entityId")) or 0)
    row = call.portal.crm.requisite_links.get(key)
    if row is None:
        raise legacy("Not found")
    return row


@method("crm.requisite.link.register", scope="crm")
def link_register(call: Call) -> Any:
    fields = call.opt_map("fields")
    key = (to_int(fields.get("ENTITY_TYPE_ID")) or 0, to_int(fields.get("ENTITY_ID")) or 0)
    if not all(key):
        raise legacy("ENTITY_TYPE_ID or ENTITY_ID is not defined or invalid")
    numbers = ("REQUISITE_ID", "BANK_DETAIL_ID", "MC_REQUISITE_ID", "MC_BANK_DETAIL_ID")
    link: Row = {"ENTITY_TYPE_ID": key[0], "ENTITY_ID": key[1]}
    call.portal.crm.requisite_links[key] = link | {name: str(fields.get(name) or 0) for name in numbers}
    return True


@method("crm.requisite.link.unregister", scope="crm")
def link_unregister(call: Call) -> Any:
    key = (to_int(call.any_case("entityTypeId")) or 0, to_int(call.any_case("entityId")) or 0)
    if call.portal.crm.requisite_links.pop(key, None) is None:
        raise legacy("Not found")
    return True


@method("crm.duplicate.findbycomm", scope="crm")
def find_by_comm(call: Call) -> Any:
    kind = str(call.any_case("type") or "").upper()
    if kind not in ("PHONE", "EMAIL"):
        raise legacy("Parameter 'type' is not specified or invalid.")
    values = {_same(kind, str(one)) for one in items_of(call.any_case("values"))[:_MAX_VALUES]}
    wanted = str(call.any_case("entity_type") or "").upper()
    found: dict[str, list[int]] = {}
    for name, number in _TYPES.items():
        if wanted in ("", name):
            ids = [row["id"] for row in call.portal.crm.tables[number] if _has(row, kind, values)]
            found |= {name: ids} if ids else {}
    return found or []


def _same(kind: str, text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())[-10:] if kind == "PHONE" else text.strip().lower()


def _has(row: Row, kind: str, values: set[str]) -> bool:
    return any(one["typeId"] == kind and _same(kind, one["value"]) in values for one in row.get("fm") or ())


@method("crm.multifield.fields", scope="crm")
def multifield_fields(_call: Call) -> Any:
    return {name: {"type": "string"} for name, _ in pairs_of({"ID": 1, "TYPE_ID": 1, "VALUE": 1, "VALUE_TYPE": 1})}
