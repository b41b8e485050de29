"""What lies where (sap-ewm.md §6.2): EWM's available and physical stock by filter, summed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from b24app.logistics.warehouse import StockLine
from b24app.systems.sap_ewm.vocabulary import PIECE, any_of, article, quantity

Row = dict[str, Any]
FIELDS = "EWMWarehouse,Product,EWMStockType,AvailableEWMStockQty,EWMStockQuantityBaseUnit"
LYING = "EWMWarehouse,Product,EWMStockType,EWMStockQuantityInBaseUnit"
_Place = tuple[str, str]


def build_filter(skus: Sequence[str], warehouses: Sequence[str], good: Sequence[str]) -> str:
    """`Always query by filter` (§6.2)."""
    parts = (("EWMWarehouse", warehouses), ("Product", [sku.upper() for sku in skus]), ("EWMStockType", good))
    return " and ".join(f"({any_of(name, values)})" for name, values in parts if values)


def parse_stock(rows: Sequence[Row], lying: Sequence[Row] | None, skus: Sequence[str]) -> list[StockLine]:
    """A line for each article and warehouse that has any, in our spelling: bins, batches, owners summed. `lying`: the
    physical stock; None = not known."""
    free, units = _sums(rows, skus, "AvailableEWMStockQty"), {}
    for row in rows:
        unit = str(row.get("EWMStockQuantityBaseUnit") or "")
        units[article(str(row.get("Product") or ""))] = "" if unit == PIECE else unit
    there = None if lying is None else _sums(lying, skus, "EWMStockQuantityInBaseUnit")
    found = []
    for place in {**free, **(there or {})}:
        amount, held = free.get(place, Decimal(0)), None if there is None else there.get(place, Decimal(0))
        reserved = None if held is None else max(held - amount, Decimal(0))
        found.append(StockLine(*place, amount, held, reserved, unit=units.get(article(place[0]), "")))
    return found


def _sums(rows: Iterable[Row], skus: Sequence[str], name: str) -> dict[_Place, Decimal]:
    ours = {article(sku): sku for sku in reversed(skus)}
    found: dict[_Place, Decimal] = {}
    for row in rows:
        sku = ours.get(article(str(row.get("Product") or "")))
        if sku is not None:
            place = (sku, str(row.get("EWMWarehouse") or ""))
            found[place] = found.get(place, Decimal(0)) + quantity(row.get(name))
    return found


def unknown(skus: Sequence[str], products: Iterable[Row]) -> tuple[str, ...]:
    """Those that the material master does not have either."""
    known = {article(str(row.get("Product") or "")) for row in products}
    return tuple(sku for sku in skus if article(sku) not in known)
