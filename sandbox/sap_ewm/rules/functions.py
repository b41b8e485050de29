"""Function imports of the V2 services (§3.3): picking, putaway, goods movements. A 200 may hold an E (§9.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.sap_ewm.errors import Refused
from sandbox.sap_ewm.model import DONE, HALF, NONE, Delivery, Line
from sandbox.sap_ewm.schema import Service

from . import life, receipts
from .deliveries import guard

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

Arguments = Mapping[str, Any]
Row = dict[str, Any]
#: Those that need If-Match (§1.5).
_GUARDED = frozenset({"PostGoodsIssue", "ReverseGoodsIssue", "PostGoodsReceipt", "ReverseGoodsReceipt"})


def call(sap: Sap, service: Service, name: str, arguments: Arguments, if_match: str | None) -> list[Row]:
    """Rows of its report. Raises Refused."""
    kind = "T" if service.name == "API_CUSTOMER_RETURNS_DELIVERY_SRV" else "J"
    number = str(arguments["DeliveryDocument"])
    delivery = sap.delivery(number, kind)
    if delivery is None:
        raise Refused("VL/055", delivery=number)
    if name in _GUARDED:
        guard(sap, delivery, if_match)
    empty = dict.fromkeys(service.complexes[service.functions[name].result], "")
    try:
        done = _FUNCTIONS[name](sap, delivery, arguments)
    except Refused as problem:
        if sap.switches.function_errors == "http":
            raise
        return [empty | _message(delivery, "E", problem.code, problem.words)]
    sap.touch(delivery, name)
    return [empty | _message(delivery, "S", "VL/311", f"Delivery {delivery.number} saved", line) for line in done]


def _message(delivery: Delivery, kind: str, code: str, words: str, line: Line | None = None) -> Row:
    group, _, number = code.partition("/")
    row: Row = {
        "SystemMessageType": kind, "SystemMessageIdentification": group, "SystemMessageNumber": number,
        "SystemMessageVariable1": words[:50], "DeliveryDocument": delivery.number,
    }  # fmt: skip
    if line is None:
        return row
    return row | {
        "DeliveryDocumentItem": str(line.number), "Material": line.material, "DeliveryDocumentItemText": line.name,
        "DeliveryQuantityUnit": line.unit, "ActualDeliveryQuantity": f"{line.quantity.normalize():f}",
    }  # fmt: skip


def _own(sap: Sap, delivery: Delivery) -> None:
    """§3.5: what is EWM's is moved in EWM."""
    if delivery.ewm_order:
        raise Refused("VL/605", delivery=delivery.number, warehouse=sap.warehouse(delivery))
    if delivery.goods == DONE:
        raise Refused("VL/607", delivery=delivery.number)


def _line(delivery: Delivery, arguments: Arguments) -> Line:
    number = str(arguments["DeliveryDocumentItem"])
    found = delivery.line(number)
    if found is None:
        raise Refused("VL/363", item=f"{number.lstrip('0'):0>6}", order=delivery.number)
    return found


def _pick(line: Line, quantity: Decimal) -> None:
    line.picked = quantity
    line.picking = DONE if quantity == line.quantity else HALF


def _pick_all(sap: Sap, delivery: Delivery, _arguments: Arguments) -> list[Line]:
    _own(sap, delivery)
    for line in delivery.lines:
        _pick(line, line.quantity)
    return delivery.lines


def _pick_one(sap: Sap, delivery: Delivery, arguments: Arguments) -> list[Line]:
    _own(sap, delivery)
    line = _line(delivery, arguments)
    quantity = arguments.get("ActualDeliveryQuantity", line.quantity)
    if not 0 < quantity <= line.quantity:
        raise Refused("VL/461", item=f"{line.number:06d}")
    _pick(line, quantity)
    return [line]


def _confirm(sap: Sap, delivery: Delivery, arguments: Arguments) -> list[Line]:
    """Of one row or all: the quantity of the delivery becomes what was picked."""
    _own(sap, delivery)
    lines = [_line(delivery, arguments)] if "DeliveryDocumentItem" in arguments else delivery.lines
    if any(line.picking == NONE for line in lines):
        raise Refused("VL/608", delivery=delivery.number)
    for line in lines:
        line.quantity, line.picking, line.confirmed = line.picked, DONE, True
    return lines


def _post_issue(sap: Sap, delivery: Delivery, _arguments: Arguments) -> list[Line]:
    _own(sap, delivery)
    if any(line.picking != DONE for line in delivery.lines):
        raise Refused("VL/608", delivery=delivery.number)
    life.issue(sap, delivery)
    return delivery.lines


def _reverse_issue(sap: Sap, delivery: Delivery, _arguments: Arguments) -> list[Line]:
    if delivery.goods != DONE:
        raise Refused("VL/606", delivery=delivery.number)
    life.reverse(sap, delivery)
    return delivery.lines


def _put_away(sap: Sap, delivery: Delivery, arguments: Arguments) -> list[Line]:
    _own(sap, delivery)
    lines = [_line(delivery, arguments)] if "DeliveryDocumentItem" in arguments else delivery.lines
    for line in lines:
        _pick(line, line.quantity)
    return lines


def _post_receipt(sap: Sap, delivery: Delivery, _arguments: Arguments) -> list[Line]:
    _own(sap, delivery)
    receipts.receive(sap, delivery)
    return delivery.lines


def _reverse_receipt(_sap: Sap, delivery: Delivery, _arguments: Arguments) -> list[Line]:
    if delivery.goods != DONE or delivery.inspected:
        raise Refused("VL/606", delivery=delivery.number)
    receipts.unreceive(delivery)
    return delivery.lines


_FUNCTIONS: Mapping[str, Callable[[Any, Delivery, Arguments], list[Line]]] = {
    "PickAllItems": _pick_all,
    "PickOneItem": _pick_one,
    "PickOneItemWithSalesQuantity": _pick_one,
    "ConfirmPickingAllItems": _confirm,
    "ConfirmPickingOneItem": _confirm,
    "PostGoodsIssue": _post_issue,
    "ReverseGoodsIssue": _reverse_issue,
    "PutawayAllItems": _put_away,
    "PutawayOneItem": _put_away,
    "ConfirmPutawayAllItems": _confirm,
    "ConfirmPutawayOneItem": _confirm,
    "PostGoodsReceipt": _post_receipt,
    "ReverseGoodsReceipt": _reverse_receipt,
}
