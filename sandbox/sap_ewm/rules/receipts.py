"""Returns: received at the dock into quality inspection, then judged row by row (§5, §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.sap_ewm.data.goods import WAREHOUSES
from sandbox.sap_ewm.model import DONE, Delivery, Line, StockPart

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

#: Stock types (§6.2): good, in inspection, blocked.
GOOD, CHECKED, BLOCKED = "F2", "Q4", "B6"
_KNOWN = {"sku", "accepted", "damaged", "missing", "surplus"}


def receive(sap: Sap, delivery: Delivery) -> None:
    """Goods receipt: everything expected lies in inspection. Raises ValueError."""
    if delivery.kind != "T":
        raise ValueError("only a returns delivery is received")
    if delivery.goods == DONE:
        raise ValueError("goods receipt is already posted")
    for line in delivery.lines:
        line.picked, line.ewm, line.confirmed = line.quantity, ("9", "1"), True
        number = f"{next(sap.small_numbers):012d}"
        delivery.found.append(StockPart(line.number, line.material, line.quantity, line.unit, CHECKED, number))
    delivery.goods, delivery.issued = DONE, sap.now()


def unreceive(delivery: Delivery) -> None:
    delivery.goods, delivery.issued, delivery.found, delivery.inspected = "A", None, [], False
    for line in delivery.lines:
        line.picked, line.ewm, line.confirmed = Decimal(0), ("1", "1"), False


def inspect(sap: Sap, delivery: Delivery, rows: Iterable[Mapping[str, Any]]) -> None:
    """``rows``: sku, accepted, damaged, missing, surplus. What nobody names is accepted whole. Receives first what was
    not. Raises ValueError."""
    given = {str(row.get("sku")): row for row in rows}
    if strange := {name for row in given.values() for name in row} - _KNOWN:
        raise ValueError(f"unknown keys: {', '.join(sorted(strange))} (known: {', '.join(sorted(_KNOWN))})")
    if unknown := set(given) - {line.material for line in delivery.lines}:
        raise ValueError(f"not in this delivery: {', '.join(sorted(unknown))}")
    if delivery.goods != DONE:
        receive(sap, delivery)
    delivery.found = []
    for line in delivery.lines:
        _judge(sap, delivery, line, given.get(line.material, {"accepted": str(line.ordered)}))
    delivery.inspected = True
    sap.touch(delivery, "inspected")
    sap.note("receipt.inspected", delivery.mark or delivery.number, delivery=delivery.number)


def _judge(sap: Sap, delivery: Delivery, line: Line, row: Mapping[str, Any]) -> None:
    accepted, damaged, missing, surplus = (
        Decimal(str(row.get(name) or 0)) for name in ("accepted", "damaged", "missing", "surplus")
    )
    if accepted + damaged + missing != line.ordered:
        raise ValueError(f"{line.material}: accepted + damaged + missing must be {line.ordered}")
    warehouse = WAREHOUSES[delivery.shipping_point]
    for quantity, kind in ((accepted + surplus, GOOD), (damaged, BLOCKED)):
        if quantity:
            delivery.found.append(StockPart(line.number, line.material, quantity, line.unit, kind))
    key = (warehouse, line.material)
    # Good pieces are on hand again; their part above says where they came from.
    sap.stock[key] = sap.stock.get(key, Decimal(0)) + accepted + surplus
    line.quantity = line.picked = accepted + damaged + surplus
    line.ewm = ("9", "9")
