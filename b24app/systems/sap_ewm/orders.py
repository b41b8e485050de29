"""Deliveries made with reference to a SAP order (sap-ewm.md §3.4, §8). Pure: which rows of it, which is ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Item, ShipmentRequest
from b24app.logistics.order import fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.sap_ewm.odata import ITEMS
from b24app.systems.sap_ewm.vocabulary import DONE, bare, plain, quantity, reference_missing, same_article

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row of a SAP order: `quantity` None = not told (all that is open)."""

    number: str
    material: str
    unit: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of the delivery to be: of which row of the order, how much (None = all that is open)."""

    row: OrderRow
    quantity: Decimal | None


def reference(request: ShipmentRequest) -> str:
    """The SAP order's number. Raises Refused."""
    number = bare(request.reference)
    if not number:
        raise Refused([reference_missing()])
    return number


def order_rows(rows: Iterable[Row], key: str) -> list[OrderRow]:
    """Of A_SalesOrderItem or A_CustomerReturnItem; `key` is the name of the item's number."""
    found = [
        OrderRow(bare(str(row.get(key) or "")), str(row.get("Material") or ""),
                 str(row.get("RequestedQuantityUnit") or ""), quantity(row.get("RequestedQuantity")))
        for row in rows
    ]  # fmt: skip
    return [row for row in found if row.number]


def by_position(items: Sequence[Item]) -> list[OrderRow]:
    """Where the order cannot be read: rows 10, 20, … in the deal's order."""
    return [OrderRow(str(place * 10), item.sku) for place, item in enumerate(items, start=1)]


def goods(request: ShipmentRequest) -> list[Item]:
    return [item for parcel in request.parcels for item in parcel.items]


def choose(items: Sequence[Item], rows: Sequence[OrderRow]) -> list[Wanted]:
    """Which rows of the order, and how much of each. Rows of one article are filled one after another; what is more
    than they hold is asked of the last, so that SAP itself says no. Without goods: the whole order. Raises Refused: an
    article that the order does not have."""
    if not items:
        return [Wanted(row, None) for row in rows]
    needed: dict[str, Decimal] = {}
    problems = []
    for item in items:
        row = next((row for row in rows if item.sku and same_article(row.material, item.sku)), None)
        if row is None:
            problems.append(Problem("article_unknown", Field.ITEMS, Who.MANAGER, params={"sku": item.sku or item.name}))
            continue
        needed[row.material] = needed.get(row.material, Decimal(0)) + item.quantity
    if problems:
        raise Refused(problems)
    return [each for material, amount in needed.items() for each in _fill(material, amount, rows)]


def _fill(material: str, amount: Decimal, rows: Sequence[OrderRow]) -> list[Wanted]:
    found = []
    fitting = [row for row in rows if row.material == material]
    for place, row in enumerate(fitting, start=1):
        held = amount if row.quantity is None or place == len(fitting) else min(amount, row.quantity)
        if held > 0:
            found.append(Wanted(row, held))
        amount -= held
    return found


def build_items(order: str, wanted: Iterable[Wanted]) -> list[dict[str, str]]:
    """The only creatable properties of an item (§3.4)."""
    rows = []
    for each in wanted:
        row = {"ReferenceSDDocument": order, "ReferenceSDDocumentItem": each.row.number}
        if each.quantity is not None:
            row["ActualDeliveryQuantity"] = plain(each.quantity)
            row |= {"DeliveryQuantityUnit": each.row.unit} if each.row.unit else {}
        rows.append(row)
    return rows


def build_mark(request: ShipmentRequest) -> dict[str, str]:
    """Our number, and by what the delivery is known as made of this very request: its ship-to is the SAP order's, who
    need not be the deal's recipient."""
    return {"BillOfLading": request.number, "DeliveryDocumentBySupplier": fingerprint(request)}


def ours(headers: Iterable[Row], number: str) -> Row | None:
    """The oldest living one with our mark."""
    found = [row for row in headers if row["BillOfLading"] == number]
    return min(found, key=lambda row: int(bare(row["DeliveryDocument"]) or 0)) if found else None


def half_made(headers: Iterable[Row], wanted: Sequence[Wanted], user: str) -> Row | None:
    """One that a lost answer left behind: no mark, nothing posted, just our rows, made by our user ("" = whoever)."""
    asked = sorted((each.row.number, each.quantity) for each in wanted if each.quantity is not None)
    for row in headers:
        held = sorted(
            (bare(item["ReferenceSDDocumentItem"]), quantity(item["ActualDeliveryQuantity"])) for item in row[ITEMS]
        )
        mine = not user or row["CreatedByUser"].upper() == user.upper()
        untouched = not row["BillOfLading"] and row["OverallGoodsMovementStatus"] != DONE
        if mine and untouched and (held == asked or (not asked and held)):
            return row
    return None
