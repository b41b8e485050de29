"""What happens to a delivery in the warehouse: picking, packing, goods movements, the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.kernel.carrier import Step
from sandbox.sap_ewm.data.goods import WAREHOUSES
from sandbox.sap_ewm.model import DONE, HALF, NONE, Box, Delivery

from .receipts import receive

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

_HEAVIER, _SIDES = Decimal("0.300"), (Decimal(30), Decimal(20), Decimal(15))


def _steps(codes: str) -> list[Step]:
    return [{"code": code} for code in codes.split()]


ROUTES: Mapping[str, Sequence[Step]] = {
    "packed": _steps("picking picked packed"),
    "shipped": _steps("picking picked packed issued"),
    "short": [{"code": "picking"}, {"code": "picked", "short": 1}, {"code": "packed"}],
    "delivered": _steps("picking picked packed issued proof"),
    "reversed": _steps("picking picked packed issued reversed"),
    "cancelled": _steps("deleted"),
    "blocked": _steps("blocked"),
    "stay": [],
    "unknown_code": _steps("picking OverallPickingStatus=D"),
    # Of a returns delivery: it lies at the dock and waits for its inspection.
    "arrived": _steps("received"),
}


def move(sap: Sap, delivery: Delivery, step: Step) -> None:
    """Put the delivery where the step says: a word of `_MOVES`, or ``Property=value`` of its header. Raises
    ValueError."""
    code = str(step.get("code") or "")
    name, sign, value = code.partition("=")
    if delivery.deleted:
        raise ValueError(f"delivery {delivery.number} is deleted")
    if sign:
        delivery.fields[name] = value
    elif code in _MOVES:
        _MOVES[code](sap, delivery, step)
    else:
        raise ValueError(f"no such step: {code!r} (there are: {', '.join(sorted(_MOVES))}, Property=value)")
    sap.touch(delivery, code)


def _picking(_sap: Sap, delivery: Delivery, _step: Step) -> None:
    for line in delivery.lines:
        line.picking, line.ewm = HALF, ("9", "2")


def _picked(sap: Sap, delivery: Delivery, step: Step) -> None:
    """``short``: so much of the last row was not there."""
    for line in delivery.lines:
        line.picking, line.ewm, line.picked = DONE, ("9", "9"), line.quantity
    last = delivery.lines[-1]
    last.picked = max(last.picked - Decimal(str(step.get("short") or 0)), Decimal(0))
    if not delivery.ewm_order or sap.switches.le_follows:
        # LE's quantity follows the picking; of a delivery that is EWM's it does so with the goods issue.
        last.quantity = last.picked


def _packed(sap: Sap, delivery: Delivery, step: Step) -> None:
    """One box, heavier than the goods by what it is made of; `weight_g` = as the scales say."""
    if any(line.picking != DONE for line in delivery.lines):
        _picked(sap, delivery, {})
    number = next(sap.small_numbers)
    weight = Decimal(step["weight_g"]) / 1000 if "weight_g" in step else delivery.weight + _HEAVIER
    delivery.boxes = [Box(f"{number:010d}", f"1{number:019d}", weight, _HEAVIER, _SIDES)]
    delivery.packed = sap.now()


def _issued(sap: Sap, delivery: Delivery, step: Step) -> None:
    if delivery.kind == "T":
        raise ValueError("a returns delivery is received")
    if delivery.packed is None:
        _packed(sap, delivery, step)
    issue(sap, delivery)


def issue(sap: Sap, delivery: Delivery) -> None:
    """Goods issue: what was picked leaves the warehouse, what was short is open again in the order."""
    warehouse = WAREHOUSES[delivery.shipping_point]
    for line in delivery.lines:
        item = delivery.order.item(str(line.reference_item))
        if item is not None:
            item.delivered -= line.ordered - line.picked
        line.quantity = line.picked
        key = (warehouse, line.material)
        sap.stock[key] = max(sap.stock.get(key, Decimal(0)) - line.picked, Decimal(0))
    delivery.goods, delivery.issued, delivery.proof = DONE, sap.now(), NONE


def reverse(sap: Sap, delivery: Delivery) -> None:
    """The goods are back in stock; the picking stays."""
    warehouse = WAREHOUSES[delivery.shipping_point]
    for line in delivery.lines:
        key = (warehouse, line.material)
        sap.stock[key] = sap.stock.get(key, Decimal(0)) + line.picked
    delivery.goods, delivery.issued, delivery.proof = NONE, None, ""


def _reversed(sap: Sap, delivery: Delivery, _step: Step) -> None:
    if delivery.goods != DONE:
        raise ValueError("no goods issue to reverse")
    reverse(sap, delivery)


def _proof(sap: Sap, delivery: Delivery, step: Step) -> None:
    """What the carrier or the recipient confirmed; C, or B for a part."""
    delivery.proof, delivery.proved = str(step.get("value") or DONE), sap.now()


def _blocked(_sap: Sap, delivery: Delivery, step: Step) -> None:
    delivery.fields["DeliveryBlockReason"] = str(step.get("reason") or "01")


def _unblocked(_sap: Sap, delivery: Delivery, _step: Step) -> None:
    delivery.fields["DeliveryBlockReason"] = ""


def _deleted(sap: Sap, delivery: Delivery, _step: Step) -> None:
    delete(sap, delivery, by="warehouse")


def delete(sap: Sap, delivery: Delivery, by: str) -> None:
    """Its quantities are open in the order again."""
    for line in delivery.lines:
        item = delivery.order.item(str(line.reference_item))
        if item is not None:
            item.delivered -= line.ordered
    delivery.deleted = True
    kind = "order.cancelled" if delivery.kind == "J" else "receipt.cancelled"
    sap.note(kind, delivery.mark or delivery.number, delivery=delivery.number, by=by)


def _received(sap: Sap, delivery: Delivery, _step: Step) -> None:
    receive(sap, delivery)


_MOVES: Mapping[str, Callable[[Any, Delivery, Step], None]] = {
    "picking": _picking,
    "picked": _picked,
    "packed": _packed,
    "issued": _issued,
    "reversed": _reversed,
    "proof": _proof,
    "blocked": _blocked,
    "unblocked": _unblocked,
    "deleted": _deleted,
    "received": _received,
}
