"""What lies where (moysklad.md §5.9): the short report, which costs what any call costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from b24app.logistics.warehouse import StockAnswer, StockLine, Warehouse
from b24app.systems.kit.portions import portions
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.goods import AT_ONCE, STOCKED, Goods, Shelf
from b24app.systems.moysklad.vocabulary import Row, quantity_of

#: In stock and not reserved: what may be promised.
FREE = "freeStock"


def read_stock(client: Client, warehouses: Sequence[Warehouse], skus: Sequence[str], now: datetime) -> StockAnswer:
    """Two calls, or a few more where articles are variants. An article that was never traded is in no report: there is
    none of it. Bundles and services lie nowhere themselves."""
    wanted = list(dict.fromkeys(sku for sku in skus if sku))
    known = Shelf(client).find(wanted)
    goods = [each for each in known.values() if each.kind in STOCKED]
    rows: list[Row] = []
    for some in portions([each.id for each in goods], AT_ONCE):
        asked = [("stockType", FREE), ("include", "zeroLines"), ("filter", f"assortmentId={','.join(some)}")]
        rows += client.bare("report/stock/bystore/current", "stock.current", asked)
    unknown = tuple(sku for sku in wanted if sku not in known)
    return StockAnswer(tuple(lines_of(rows, goods, warehouses)), unknown, now)


def lines_of(rows: Sequence[Row], goods: Sequence[Goods], warehouses: Sequence[Warehouse]) -> list[StockLine]:
    """One line for each article and warehouse. Pure. Rows without a store are reserves of none; a value that is being
    recounted (null) is not known and is no zero."""
    lying: dict[str, dict[str, Any]] = {}
    for row in rows:
        lying.setdefault(str(row.get("assortmentId")), {})[str(row.get("storeId"))] = row.get(FREE)
    found: list[StockLine] = []
    for each in goods:
        told = lying.get(each.id, {})
        for place in warehouses:
            if place.code in told and told[place.code] is None:
                continue
            found.append(StockLine(each.sku, place.code, quantity_of(told.get(place.code, 0)) or Decimal(0)))
    return found
