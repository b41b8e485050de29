"""Deliveries made with reference to a SAP order (sap-ewm.md §3.4, §8). Pure: which rows of it, which is ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Item, ShipmentRequest
from b24app.logistics.numbers import plain
from b24app.logistics.order import fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.goods import article_unknown
from b24app.systems.sap_ewm.odata import ITEMS
from b24app.systems.sap_ewm.vocabulary import DONE, article, bare, quantity, reference_missing

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row of a SAP order: what of it is open, in its unit ("" = not told)."""

    number: str
    material: str
    unit: str = ""
    open: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of the delivery to be: of which row of the order, how much."""

    row: OrderRow
    quantity: Decimal


def reference(request: ShipmentRequest) -> str:
    """The SAP order's number. Raises Refused."""
    number = bare(request.reference)
    if not number:
        raise Refused([reference_missing()])
    return number


def order_rows(rows: Iterable[Row], key: str, there: Iterable[Row] = ()) -> list[OrderRow]:
    """Of A_SalesOrderItem or A_CustomerReturnItem, `key` is the name of the item's number; without what the deliveries
    that are `there` have taken already."""
    taken = _sums((item["ReferenceSDDocumentItem"], item) for row in there for item in row[ITEMS])
    return [
        OrderRow(number, str(row.get("Material") or ""), str(row.get("RequestedQuantityUnit") or ""),
                 quantity(row.get("RequestedQuantity")) - taken.get(number, Decimal(0)))
        for row in rows
        if (number := bare(str(row.get(key) or "")))
    ]  # fmt: skip


def _sums(items: Iterable[tuple[str, Row]]) -> dict[str, Decimal]:
    """Quantities of deliveries' rows, by what stands before each."""
    found: dict[str, Decimal] = {}
    for name, item in items:
        found[bare(name)] = found.get(bare(name), Decimal(0)) + quantity(item["ActualDeliveryQuantity"])
    return found


def by_position(items: Sequence[Item]) -> list[Wanted]:
    """Where the order cannot be read: of its rows 10, 20, … in the deal's order."""
    return [
        Wanted(OrderRow(str(place * 10), item.sku), Decimal(item.quantity)) for place, item in enumerate(items, start=1)
    ]


def goods(request: ShipmentRequest) -> list[Item]:
    return [item for parcel in request.parcels for item in parcel.items]


def choose(items: Sequence[Item], rows: Sequence[OrderRow]) -> list[Wanted]:
    """Which rows of the order, and how much of each. Rows of one article are filled one after another; what is more
    than is open is asked of the last, so that SAP itself says no. Raises Refused: nothing to ship, an article that the
    order does not have."""
    fitting: dict[str, list[OrderRow]] = {}
    for row in rows:
        fitting.setdefault(article(row.material), []).append(row)
    needed: dict[str, Decimal] = {}
    problems = [] if items else [Problem("items_missing", Field.ITEMS, Who.MANAGER)]
    for item in items:
        name = article(item.sku)
        if not item.sku or name not in fitting:
            problems.append(article_unknown(item.sku or item.name))
            continue
        needed[name] = needed.get(name, Decimal(0)) + item.quantity
    if problems:
        raise Refused(problems)
    return [each for name, amount in needed.items() for each in _fill(amount, fitting[name])]


def _fill(amount: Decimal, rows: Sequence[OrderRow]) -> list[Wanted]:
    found = []
    for row in rows:
        held = amount if row is rows[-1] else min(amount, row.open)
        if held > 0:
            found.append(Wanted(row, held))
            amount -= held
    return found


def build_items(order: str, wanted: Iterable[Wanted]) -> list[dict[str, str]]:
    """The only creatable properties of an item (§3.4)."""
    return [
        {"ReferenceSDDocument": order, "ReferenceSDDocumentItem": each.row.number,
         "ActualDeliveryQuantity": plain(each.quantity),
         **({"DeliveryQuantityUnit": each.row.unit} if each.row.unit else {})}
        for each in wanted
    ]  # fmt: skip


def build_mark(request: ShipmentRequest) -> dict[str, str]:
    """Our number, and by what the delivery is known as made of this very request: its ship-to is the SAP order's, who
    need not be the deal's recipient."""
    return {"BillOfLading": request.number, "DeliveryDocumentBySupplier": fingerprint(request)}


def ours(headers: Iterable[Row], number: str) -> Row | None:
    """The oldest living one with our mark."""
    found = [row for row in headers if row["BillOfLading"] == number]
    return min(found, key=lambda row: int(bare(row["DeliveryDocument"]) or 0)) if found else None


def half_made(headers: Iterable[Row], wanted: Sequence[Wanted], user: str) -> Row | None:
    """One that a lost answer left behind: no mark, nothing posted, just our goods, made by our user ("" = whoever).
    From which rows of an article they were taken depends on what was open then."""
    rows = {each.row.number: each.quantity for each in wanted}
    goods: dict[str, Decimal] = {}
    for each in wanted:
        name = bare(each.row.material)
        goods[name] = goods.get(name, Decimal(0)) + each.quantity
    for row in headers:
        mine = not user or row["CreatedByUser"].upper() == user.upper()
        untouched = not row["BillOfLading"] and row["OverallGoodsMovementStatus"] != DONE
        same = _sums((item["ReferenceSDDocumentItem"], item) for item in row[ITEMS]) == rows
        if mine and untouched and (same or _sums((item["Material"], item) for item in row[ITEMS]) == goods):
            return row
    return None
