"""What lies in the warehouses (manhattan.md §3.4): rows by location, summed by article. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from b24app.logistics.warehouse import StockLine, Warehouse
from b24app.systems.kit.units import decimal_of

Json = Mapping[str, Any]


def warehouses_of(rows: Iterable[Json]) -> list[Warehouse]:
    """One with no code a text was left out before; a title that is none is the code."""
    found = []
    for row in rows:
        address = ", ".join(str(row[part]) for part in ("city", "address") if isinstance(row.get(part), str))
        title = row.get("title")
        found.append(Warehouse(str(row["code"]), title if isinstance(title, str) else str(row["code"]), address))
    return found


def lines_of(facility: str, rows: Iterable[Json], skus: Sequence[str]) -> list[StockLine]:
    """Of the articles that were asked for, those that lie there. What is allocated is promised already (§5); a system
    that tells what is available is believed."""
    wanted = set(skus)
    on_hand: dict[str, Decimal] = {}
    allocated: dict[str, Decimal | None] = {}
    available: dict[str, Decimal] = {}
    for row in rows:
        sku, here = str(row["sku"]), decimal_of(row.get("onHand"))
        if sku not in wanted or here is None:
            continue
        taken, free = decimal_of(row.get("allocated")), decimal_of(row.get("available"))
        on_hand[sku] = on_hand.get(sku, Decimal(0)) + here
        before = allocated.get(sku, Decimal(0))
        allocated[sku] = None if taken is None or before is None else before + taken
        available[sku] = available.get(sku, Decimal(0)) + (free if free is not None else here - (taken or Decimal(0)))
    return [
        StockLine(sku, facility, max(available[sku], Decimal(0)), on_hand[sku], allocated[sku])
        for sku in skus
        if sku in on_hand
    ]
