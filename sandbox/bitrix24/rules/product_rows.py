"""Product rows: price arithmetic, and the owner's update that each write causes (crm §3.1, §3.2, §11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.bitrix24.state.fields import short_code
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor
from sandbox.bitrix24.wire import to_int

from . import items
from .values import number_of

WRITABLE = (
    "productId", "productName", "price", "quantity", "discountTypeId", "discountRate", "discountSum", "taxRate",
    "taxIncluded", "measureCode", "sort", "xmlId", "type", "storeId",
)  # fmt: skip


def build(portal: Portal, given: Row, current: Row | None = None) -> Row:
    """A whole row from what was given, with the derived prices."""
    row: Row = {
        "productId": 0, "productName": "", "price": 0, "quantity": 1, "discountTypeId": 2, "discountRate": 0,
        "discountSum": 0, "taxRate": None, "taxIncluded": "N", "customized": "Y", "measureCode": 796,
        "measureName": "шт", "sort": 10, "xmlId": "", "type": 1, "storeId": None,
    }  # fmt: skip
    row |= current or {}
    row |= {name: given[name] for name in WRITABLE if name in given}
    for name in ("price", "quantity", "discountRate", "discountSum"):
        row[name] = number_of(row[name] or 0)
    for name in ("productId", "measureCode", "sort", "discountTypeId", "type"):
        row[name] = to_int(row[name]) or 0
    row["taxRate"] = _tax(row["taxRate"])
    _from_catalog(portal, row, given)
    _prices(row)
    return row


def _tax(value: Any) -> float | int | None:
    # crm §3.1: a float 0.0 is stored as null, an integer 0 and a text beginning with 0 are VAT 0 %.
    if value is None or value == "" or (isinstance(value, float) and value == 0):
        return None
    return number_of(value)


def _from_catalog(portal: Portal, row: Row, given: Row) -> None:
    product = portal.catalog.products.get(row["productId"])
    if product is None:
        return
    row["productName"] = given.get("productName") or row["productName"] or product["name"]
    row["type"] = product["type"]
    measure = next((one for one in portal.catalog.measures if one["id"] == product["measure"]), None)
    if measure is not None and "measureCode" not in given:
        row["measureCode"], row["measureName"] = measure["code"], measure["symbol"]
    price = portal.catalog.price_of.get(row["productId"])
    if "price" not in given and price is not None and not row["price"]:
        row["price"] = price["price"]


def _prices(row: Row) -> None:
    """price is after discount with tax; the others follow (crm §3.1)."""
    rate = 1 + (row["taxRate"] or 0) / 100
    exclusive = row["price"] / rate
    if row["discountTypeId"] == 1:
        netto = exclusive + row["discountSum"]
        row["discountRate"] = number_of(round(row["discountSum"] / netto * 100, 2)) if netto else 0
    else:
        share = 1 - row["discountRate"] / 100
        netto = exclusive / share if share > 0 else exclusive
        row["discountSum"] = number_of(round(netto - exclusive, 2))
    row["priceExclusive"] = number_of(round(exclusive, 2))
    row["priceNetto"] = number_of(round(netto, 2))
    row["priceBrutto"] = number_of(round(netto * rate, 2))
    row["priceAccount"] = row["price"]


def insert(portal: Portal, entity_type_id: int, owner: int, given: Row) -> Row:
    """Add one row without telling anybody."""
    row = build(portal, given)
    row |= {"ownerId": owner, "ownerType": short_code(entity_type_id)}
    portal.crm.product_rows.add_to((entity_type_id, owner), row)
    return row


def replace(portal: Portal, entity_type_id: int, owner: int, given: Sequence[Row]) -> list[Row]:
    """Replace all rows of an owner without telling anybody; the amount follows."""
    for old in portal.crm.product_rows.of((entity_type_id, owner)):
        portal.crm.product_rows.remove(old["id"])
    rows = [insert(portal, entity_type_id, owner, {"sort": 10 * n} | row) for n, row in enumerate(given, start=1)]
    item = portal.crm.tables[entity_type_id].rows[owner]
    if item.get("isManualOpportunity") == "N":
        item["opportunity"], item["taxValue"] = items.totals(rows)
    return rows


def saved(portal: Portal, entity_type_id: int, owner: int, actor: Actor) -> None:
    """Every write is a full owner update: totals, journal, event (crm §3.2)."""
    item = portal.crm.tables[entity_type_id].rows[owner]
    rows = portal.crm.product_rows.of((entity_type_id, owner))
    if item.get("isManualOpportunity") == "N":
        item["opportunity"], item["taxValue"] = items.totals(rows)
    item["updatedTime"], item["updatedBy"] = portal.now(), actor.id
    kind = "deal.rows" if entity_type_id == 2 else "item.rows"
    portal.note(kind, owner, rows=len(rows), opportunity=item.get("opportunity"), by=actor.user_id)
    items.emit_change(portal, entity_type_id, owner, "UPDATE", actor)


def shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_")}
