"""What happens to planned orders on the floor: allocation, picking, packing, leaving; and what stock that takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.manhattan.data.items import ITEMS
from sandbox.manhattan.model import Line, Order, Package, Stock

if TYPE_CHECKING:
    from sandbox.manhattan.core import Manhattan

ALLOCATED, PICKED, PACKED, SHIPPED, CANCELLED = "3000", "5000", "6000", "7200", "9000"
#: What the scales find above what was announced, and the box that everything goes into.
EXTRA_G, BOX_MM = 300, (300, 200, 150)
_UNKNOWN_G = 500
_GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237}


def facts_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What an override is matched against."""
    address = body.get("DestinationAddress") or {}
    names = [str(address.get(name) or "") for name in ("FirstName", "LastName")]
    notes = body.get("OriginalOrderNotes") or []
    comment = " ".join(str(row.get("NoteText") or row.get("Note") or "") for row in notes if isinstance(row, dict))
    return {
        "number": str(body.get("OriginalOrderId") or ""), "recipient": " ".join(filter(None, names)),
        "phone": str(address.get("Phone") or ""), "comment": comment, "point": "",
    }  # fmt: skip


def move(wm: Manhattan, order: Order, step: Mapping[str, Any]) -> None:
    """To a status of four digits (`max` beside it: rows that are further), `blocked` with a `text`, or `split`.
    `short`: so many pieces of one row are missing when it is picked. Raises ValueError."""
    code = str(step.get("code") or "")
    if code == "split":
        split(wm, order, step.get("take") or {})
        return
    if code == "blocked":
        order.failure, order.failed_at = str(step.get("text") or "Item is not available for allocation"), wm.time()
        _plan_now(wm, order)
        wm.note("order.status", order.id, code=code)
        return
    if not re.fullmatch(r"\d{4}", code):
        raise ValueError(f"a status of four digits is needed, e.g. 6000: {code!r}")
    _plan_now(wm, order)
    if step.get("forward") and code <= order.low:
        return
    short = int(step.get("short", 0))
    if CANCELLED > code >= ALLOCATED:
        _allocate(wm, order)
    if CANCELLED > code >= PICKED:
        _pick(wm, order, short)
    if CANCELLED > code >= PACKED:
        _pack(wm, order)
    if CANCELLED > code >= SHIPPED:
        _ship(wm, order)
    order.failure = ""
    set_status(wm, order, code, str(step.get("max") or code))
    for package in order.packages:
        package.status = code if code in ("6000", "7000", "7200", "9000") else package.status
        package.tracking = str(step.get("tracking") or package.tracking)


def set_status(wm: Manhattan, order: Order, low: str, high: str = "") -> None:
    order.low, order.high, order.updated = low, high or low, wm.time()
    if low == CANCELLED and not order.order_cancelled:
        free(wm, order)
        order.order_cancelled = True
        wm.note("order.cancelled", order.id)
    wm.note("order.status", order.id, code=low, max=order.high)


def free(wm: Manhattan, order: Order) -> None:
    """What was promised to the order and not shipped is available again."""
    for line in order.lines:
        _take(wm, order, line.item, -(line.allocated - line.shipped))
        line.allocated = line.shipped


def split(wm: Manhattan, order: Order, take: Mapping[str, float]) -> None:
    """Some pieces (`take`: item -> how many, else one of the longest row) go into a planned order of their own. Raises
    ValueError."""
    _plan_now(wm, order)
    if order.order_cancelled or any(line.picked for line in order.lines):
        raise ValueError("an order is split before it is picked")
    wanted = dict(take) or {max(order.lines, key=lambda line: line.ordered).item: 1.0}
    if strange := sorted(set(wanted) - {line.item for line in order.lines}):
        raise ValueError(f"not in this order: {', '.join(strange)}")
    lines = [
        Line(line.id, line.item, min(float(wanted.pop(line.item)), line.ordered))
        for line in order.lines
        if wanted.get(line.item, 0) > 0
    ]
    gone = {line.id: line.ordered for line in lines}
    if all(line.ordered == gone.get(line.id) for line in order.lines):
        raise ValueError("something has to stay in the order")
    free(wm, order)
    for line in order.lines:
        line.ordered -= gone.get(line.id, 0)
    order.lines = [line for line in order.lines if line.ordered]
    taken = sum(each.original == order.original for each in wm.orders.values())
    at = wm.time()
    part_id = f"{order.original}-P{taken + 1}"
    part_of = Order(order.organization, part_id, order.body, at, at, lines, at, order.low, order.low)
    part_of.parent = order.original
    wm.orders[order.organization, part_id] = part_of
    order.updated = at
    wm.note("order.split", order.original, part=part_id, goods={line.item: line.ordered for line in lines})


def _plan_now(wm: Manhattan, order: Order) -> None:
    if order.planned is None:
        order.planned = wm.time()


def _allocate(wm: Manhattan, order: Order) -> None:
    for line in order.lines:
        if not line.allocated:
            line.allocated = min(line.ordered, _available(wm, order, line.item))
            _take(wm, order, line.item, line.allocated)


def _pick(wm: Manhattan, order: Order, short: int) -> None:
    if any(line.picked for line in order.lines):
        return
    scarce = max(order.lines, key=lambda line: line.allocated)
    for line in order.lines:
        line.picked = max(line.allocated - (short if line is scarce else 0), 0)
        _take(wm, order, line.item, line.picked - line.allocated)
        line.allocated = line.picked


def _pack(wm: Manhattan, order: Order) -> None:
    """Everything into one package, weighed and measured."""
    if order.packages:
        return
    content = []
    for line in order.lines:
        line.packed = line.picked
        if line.packed:
            content.append((line.id, line.item, line.packed))
    weight = announced_g(order) + EXTRA_G
    order.packages = [Package(f"OLPN{next(wm.numbers):08d}", weight, BOX_MM, content, wm.time())]
    wm.note("order.packed", order.id, weight=weight, sides=list(BOX_MM))


def announced_g(order: Order) -> int:
    """Of the rows as they were sent; else of the item master."""
    rows = {row["OriginalOrderLineId"]: row for row in order.body["OriginalOrderLine"]}
    total = 0.0
    for line in order.lines:
        row = rows[line.id]
        unit = _GRAMS.get(str(row.get("WeightUomId") or "kg").lower(), 1000.0)
        if row.get("Weight"):
            total += row["Weight"] * unit * line.ordered / row["OrderedQuantity"]
        else:
            total += line.ordered * (ITEMS[line.item].weight_g or _UNKNOWN_G)
    return round(total)


def _ship(wm: Manhattan, order: Order) -> None:
    for line in order.lines:
        if line.shipped < line.packed:
            _take(wm, order, line.item, -line.packed)
            _remove(wm, order, line.item, line.packed)
            line.shipped = line.packed
    for package in order.packages:
        if wm.switches.tracking and not package.tracking:
            package.tracking = f"MA{next(wm.numbers):010d}"


def _rows(wm: Manhattan, order: Order, item: str) -> Iterator[Stock]:
    key = (order.organization, order.facility, item)
    return (row for row in wm.stock if (row.organization, row.facility, row.item) == key)


def _available(wm: Manhattan, order: Order, item: str) -> float:
    return sum(row.on_hand - row.allocated for row in _rows(wm, order, item))


def _take(wm: Manhattan, order: Order, item: str, quantity: float) -> None:
    """Allocate so much over the locations; less than nothing gives it back."""
    for row in _rows(wm, order, item):
        part = min(quantity, row.on_hand - row.allocated) if quantity > 0 else max(quantity, -row.allocated)
        row.allocated += part
        quantity -= part


def _remove(wm: Manhattan, order: Order, item: str, quantity: float) -> None:
    for row in _rows(wm, order, item):
        part = min(quantity, row.on_hand)
        row.on_hand -= part
        quantity -= part
