"""``crm.item.productrow.*`` and the legacy rows of deals (crm §3.1 to §3.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, invalid_value, item_not_found, legacy
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import fits, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules import product_rows as rows_of
from sandbox.bitrix24.rules.rights import EDIT, READ, may
from sandbox.bitrix24.state.fields import entity_of_short
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, pairs_of, to_int


def _required() -> RestError:
    return RestError("REQUIRED_ARG_MISSING", "Filter must contain =ownerType and =ownerId")


@method("crm.item.productrow.list", scope="crm")
def row_list(call: Call) -> Any:
    """Exactly ``=ownerType`` and ``=ownerId`` (with the ``=``), one owner; only id and productId beside them."""
    conditions = dict(pairs_of(call.params.get("filter")))
    kind, owner = conditions.get("=ownerType"), to_int(conditions.get("=ownerId"))
    if not isinstance(kind, str) or owner is None or owner <= 0:
        raise _required()
    entity_type_id = entity_of_short(kind)
    table = call.portal.crm.tables.get(entity_type_id or 0)
    item = table.get(owner) if table else None
    if entity_type_id is None or item is None or not may(call.user, READ, entity_type_id, item):
        raise access_denied()
    rows = [row for row in call.portal.crm.product_rows.of((entity_type_id, owner)) if _fits(row, conditions)]
    order = {name: way for name, way in call.opt_map("order").items() if name in ("id", "sort")}
    rows = ordered(rows, order or {"sort": "ASC"}, "id")
    found = page([rows_of.shown(row) for row in rows], call.params.get("start"))
    return Listing({"productRows": found.result}, found.total, found.next)


def _fits(row: Row, conditions: Row) -> bool:
    for key, wanted in conditions.items():
        prefix, name = split_key(key)
        if name not in ("id", "productId"):
            continue
        if prefix[:1] in ("<", ">") and isinstance(wanted, dict | list):
            raise invalid_value(f"Invalid filter: field '{name}' has invalid value")
        if not fits(row.get(name), prefix, wanted):
            return False
    return True


def _owner(call: Call, given: Row) -> tuple[int, int]:
    """(entity type, id) of a writable owner."""
    entity_type_id = entity_of_short(str(given.get("ownerType") or ""))
    table = call.portal.crm.tables.get(entity_type_id or 0)
    if entity_type_id is None or table is None:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Тип владельца не поддерживается")
    item = table.get(to_int(given.get("ownerId")))
    if item is None:
        raise RestError("OWNER_NOT_FOUND", "Владелец не найден")
    if not may(call.user, EDIT, entity_type_id, item):
        raise access_denied()
    return entity_type_id, item["id"]


def _row(call: Call, right: str) -> tuple[int, Row]:
    row = call.portal.crm.product_rows.get(call.need_int("id"))
    if row is None:
        raise item_not_found()
    entity_type_id, number = row["_owner"]
    item = call.portal.crm.tables[entity_type_id].get(number)
    if item is None or not may(call.user, right, entity_type_id, item):
        raise access_denied()
    return entity_type_id, row


@method("crm.item.productrow.get", scope="crm")
def row_get(call: Call) -> Any:
    return {"productRow": rows_of.shown(_row(call, READ)[1])}


@method("crm.item.productrow.add", scope="crm")
def row_add(call: Call) -> Any:
    given = call.need_map("fields")
    entity_type_id, owner = _owner(call, given)
    row = rows_of.insert(call.portal, entity_type_id, owner, given)
    rows_of.saved(call.portal, entity_type_id, owner, call.actor)
    return {"productRow": rows_of.shown(row)}


@method("crm.item.productrow.update", scope="crm")
def row_update(call: Call) -> Any:
    entity_type_id, row = _row(call, EDIT)
    given = call.need_map("fields")
    if not any(name in rows_of.WRITABLE for name in given):
        name = next(iter(given), "fields")
        raise invalid_value(f"Field '{name}' not available for update")
    row |= rows_of.build(call.portal, given, row)
    rows_of.saved(call.portal, entity_type_id, row["ownerId"], call.actor)
    return {"productRow": rows_of.shown(row)}


@method("crm.item.productrow.delete", scope="crm")
def row_delete(call: Call) -> Any:
    entity_type_id, row = _row(call, EDIT)
    call.portal.crm.product_rows.remove(row["id"])
    rows_of.saved(call.portal, entity_type_id, row["ownerId"], call.actor)
    return None


@method("crm.item.productrow.set", scope="crm")
def row_set(call: Call) -> Any:
    call.need_int("ownerId")
    entity_type_id, owner = _owner(call, call.params)
    given = [dict(row) for _, row in sorted(call.need_map("productRows").items()) if isinstance(row, dict)]
    rows = rows_of.replace(call.portal, entity_type_id, owner, given)
    rows_of.saved(call.portal, entity_type_id, owner, call.actor)
    return {"productRows": [rows_of.shown(row) for row in rows]}


@method("crm.item.productrow.fields", scope="crm")
def row_fields(_call: Call) -> Any:
    kinds = dict.fromkeys(("productName", "xmlId", "ownerType", "taxIncluded", "measureName"), "string")
    names = ("id", "ownerId", "ownerType", *rows_of.WRITABLE)
    return {"fields": {name: {"type": kinds.get(name, "double"), "upperName": name.upper()} for name in names}}


@method("crm.item.productrow.getAvailableForPayment", scope="crm")
def row_available(call: Call) -> Any:
    entity_type_id, owner = _owner(call, call.params)
    rows = call.portal.crm.product_rows.of((entity_type_id, owner))
    return {"productRows": [rows_of.shown(row) for row in rows]}


def _deal(call: Call, right: str) -> Row:
    number = to_int(call.any_case("id"))
    if number is None or number <= 0:
        raise legacy("The parameter id is invalid or not defined.")
    item = call.portal.crm.tables[2].get(number)
    if item is None:
        raise legacy("Not found.")
    if not may(call.user, right, 2, item):
        raise legacy("Access denied.", 403)
    return item


@method("crm.deal.productrows.get", scope="crm")
def deal_rows_get(call: Call) -> Any:
    item = _deal(call, READ)
    return [_legacy_row(row) for row in call.portal.crm.product_rows.of((2, item["id"]))]


_LEGACY = {
    "id": "ID", "ownerId": "OWNER_ID", "ownerType": "OWNER_TYPE", "productId": "PRODUCT_ID",
    "productName": "PRODUCT_NAME", "price": "PRICE", "priceExclusive": "PRICE_EXCLUSIVE", "priceNetto": "PRICE_NETTO",
    "priceBrutto": "PRICE_BRUTTO", "priceAccount": "PRICE_ACCOUNT", "quantity": "QUANTITY",
    "discountTypeId": "DISCOUNT_TYPE_ID", "discountRate": "DISCOUNT_RATE", "discountSum": "DISCOUNT_SUM",
    "taxRate": "TAX_RATE", "taxIncluded": "TAX_INCLUDED", "customized": "CUSTOMIZED", "measureCode": "MEASURE_CODE",
    "measureName": "MEASURE_NAME", "sort": "SORT", "xmlId": "XML_ID", "type": "TYPE", "storeId": "STORE_ID",
}  # fmt: skip


def _legacy_row(row: Row) -> Row:
    out = {upper: row.get(name) for name, upper in _LEGACY.items()}
    for name in ("ID", "OWNER_ID"):
        out[name] = str(out[name])
    return out | {"ORIGINAL_PRODUCT_NAME": row["productName"], "PRODUCT_DESCRIPTION": None}


@method("crm.deal.productrows.set", scope="crm")
def deal_rows_set(call: Call) -> Any:
    item = _deal(call, EDIT)
    back = {upper: name for name, upper in _LEGACY.items()}
    given = [
        {back[name]: value for name, value in row.items() if name in back}
        for row in items_of(call.any_case("rows"))
        if isinstance(row, dict)
    ]
    rows_of.replace(call.portal, 2, item["id"], given)
    rows_of.saved(call.portal, 2, item["id"], call.actor)
    return True
