"""What lies where (sap-ewm.md §6.2): EWM's available stock by filter, summed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from b24app.logistics.warehouse import StockLine
from b24app.systems.sap_ewm.vocabulary import any_of, quantity, same_article

Row = dict[str, Any]
FIELDS = "EWMWarehouse,Product,EWMStockType,AvailableEWMStockQty,EWMStockQuantityBaseUnit"


def build_filter(skus: Sequence[str], warehouses: Sequence[str], good: Sequence[str]) -> str:
    """`Always query by filter` (§6.2)."""
    parts = (("EWMWarehouse", warehouses), ("Product", [sku.upper() for sku in skus]), ("EWMStockType", good))
    return " and ".join(f"({any_of(name, list(values))})" for name, values in parts if values)


def parse_stock(rows: Iterable[Row], skus: Sequence[str]) -> list[StockLine]:
    """A line for each article and warehouse that has any, in our spelling: bins, batches and owners summed."""
    sums: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for row in rows:
        sku = next((sku for sku in skus if same_article(sku, str(row.get("Product") or ""))), None)
        if sku is None:
            continue
        key = (sku, str(row.get("EWMWarehouse") or ""))
        held, _ = sums.get(key, (Decimal(0), ""))
        unit = str(row.get("EWMStockQuantityBaseUnit") or "")
        sums[key] = held + quantity(row.get("AvailableEWMStockQty")), unit
    return [StockLine(sku, place, amount, unit=unit) for (sku, place), (amount, unit) in sums.items()]


def unknown(skus: Sequence[str], products: Iterable[Row]) -> tuple[str, ...]:
    """Those that the material master does not have either."""
    known = [str(row.get("Product") or "") for row in products]
    return tuple(sku for sku in skus if not any(same_article(sku, name) for name in known))
