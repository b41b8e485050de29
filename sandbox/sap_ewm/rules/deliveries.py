"""Deliveries are made with reference to an order, changed and deleted under If-Match (§3.4, §9.3-9.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.sap_ewm.data.goods import WAREHOUSES, materials
from sandbox.sap_ewm.errors import Refused
from sandbox.sap_ewm.model import DONE, NONE, Delivery, Line, OrderItem, SdOrder, User
from sandbox.sap_ewm.schema import Entity
from sandbox.sap_ewm.values import read

from . import life
from .facts import facts_of

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

Body = Mapping[str, Any]
_ITEMS = "to_DeliveryDocumentItem"
_REFERENCED = {"J": "C", "T": "H"}


def create(sap: Sap, user: User, kind: str, entity: Entity, items: Entity, body: Body) -> Delivery:
    """Deep insert (§3.4). Raises Refused."""
    header = checked(sap, kind, entity, {name: value for name, value in body.items() if name != _ITEMS}, "c")
    given = body.get(_ITEMS)
    rows = given.get("results") if isinstance(given, Mapping) else given
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise Refused("VL/559")
    return make(sap, user, kind, header, [checked(sap, kind, items, row, "c") for row in rows])


def make(sap: Sap, user: User, kind: str, header: Body, rows: Sequence[Body]) -> Delivery:
    """From what was checked. Raises Refused."""
    order = _order(sap, kind, rows)
    _refused_on_purpose(sap, order)
    taken = [_take(order, row) for row in rows]
    shipping_point = str(header.get("ShippingPoint") or order.shipping_point)
    if shipping_point not in WAREHOUSES:
        raise Refused("/IWBEP/CM_MGW_RT/025", "ShippingPoint", name="ShippingPoint", value=shipping_point)
    now = sap.now()
    lines = []
    for place, (item, quantity) in enumerate(taken, start=1):
        item.delivered += quantity
        weight = materials()[item.material].weight
        line = Line(place * 10, item.material, item.name, item.unit, quantity, weight, order.number, item.number)
        line.quantity = quantity
        lines.append(line)
    delivery = Delivery(
        str(next(sap.numbers[kind])), kind, order, user.name, shipping_point, lines, dict(order.address), now, now,
        ewm_order=str(next(sap.ewm_numbers)) if sap.switches.ewm else "",
    )  # fmt: skip
    sap.deliveries[delivery.number] = delivery
    told = {"order": order.number, "user": user.name, "lines": len(lines), "label": order.label}
    sap.note("delivery.created", delivery.number, category=kind, **told)
    if supplier := header.get("DeliveryDocumentBySupplier"):
        delivery.fields["DeliveryDocumentBySupplier"] = supplier
    if mark := header.get("BillOfLading"):
        _mark(sap, delivery, str(mark))
    return delivery


def _order(sap: Sap, kind: str, rows: Sequence[Body]) -> SdOrder:
    numbers = {str(row.get("ReferenceSDDocument") or "").lstrip("0") for row in rows}
    number = numbers.pop()
    order = sap.orders.get(number)
    if order is None or order.kind != _REFERENCED[kind]:
        raise Refused("V1/302", "ReferenceSDDocument", order=number)
    if numbers:
        raise Refused("VL/559", "ReferenceSDDocument", words="Items of one delivery must refer to one order here")
    if order.blocked:
        raise Refused("VL/609", order=number)
    return order


def _refused_on_purpose(sap: Sap, order: SdOrder) -> None:
    """What a test or the demo wants (``POST /sap_ewm/overrides``): a code, or {code, message, status, target}."""
    wanted = sap.override_for(facts_of(order), "errors")
    if wanted is None:
        return
    given = wanted.errors[0]
    row: Mapping[str, Any] = given if isinstance(given, Mapping) else {"code": str(given)}
    status = row.get("status") or (sap.switches.locked_status if row["code"] == "MC/601" else None)
    raise Refused(
        str(row["code"]), str(row.get("target") or ""), status=status, words=str(row.get("message") or ""),
        order=order.number, item="000010",
    )  # fmt: skip


def _take(order: SdOrder, row: Body) -> tuple[OrderItem, Decimal]:
    name = str(row.get("ReferenceSDDocumentItem") or "")
    item = order.item(name)
    shown = f"{name.lstrip('0') or '0':0>6}"
    if item is None:
        raise Refused("VL/363", "ReferenceSDDocumentItem", item=shown, order=order.number)
    quantity = row.get("ActualDeliveryQuantity", item.open)
    if quantity <= 0:
        raise Refused("VL/302" if item.open <= 0 else "VL/461", "ActualDeliveryQuantity", item=shown)
    unit = row.get("DeliveryQuantityUnit") or item.unit
    if unit != item.unit:
        raise Refused("VL/019", "DeliveryQuantityUnit", item=shown, unit=unit, right=item.unit)
    if quantity > item.open:
        raise Refused("VL/302", "ActualDeliveryQuantity", item=shown)
    return item, quantity


def checked(sap: Sap, kind: str, entity: Entity, given: Body, flag: str) -> dict[str, Any]:
    """Values by property; ``flag``: c or u. Raises Refused: unknown, not to be written, of a wrong type."""
    values = {}
    for name, value in given.items():
        if name == "__metadata":
            continue
        found = entity.properties.get(name)
        if found is None:
            raise Refused("/IWBEP/CM_MGW_RT/024", name, name=name)
        if flag not in _flags(sap, kind, name, found.flags):
            raise Refused("/IWBEP/CM_MGW_RT/022" if flag == "c" else "/IWBEP/CM_MGW_RT/023", name, name=name)
        try:
            values[name] = read(found, value)
        except (ValueError, OverflowError):
            raise Refused("/IWBEP/CM_MGW_RT/025", name, name=name, value=value) from None
    return values


def _flags(sap: Sap, kind: str, name: str, flags: str) -> str:
    """Whether a returns delivery takes our mark, and when, is not known (§5)."""
    if kind == "T" and name == "BillOfLading":
        return {"patch": "u", "create": "c"}.get(sap.switches.returns_mark, "")
    return flags


def guard(sap: Sap, delivery: Delivery, if_match: str | None) -> None:
    """Raises Refused: 428 without If-Match, 412 for a stale one, locked (§9.3)."""
    if not if_match:
        raise Refused("/IWFND/CM_MGW/428")
    if if_match not in ("*", delivery.etag):
        raise Refused("/IWFND/CM_MGW/420")
    if sap.locks.get(delivery.number, 0.0) > sap.time():
        raise Refused("MC/601", status=sap.switches.locked_status, delivery=delivery.number, user="DIALOG1")


def patch_header(sap: Sap, delivery: Delivery, entity: Entity, body: Body) -> None:
    """Raises Refused."""
    values = checked(sap, delivery.kind, entity, body, "u")
    mark = values.pop("BillOfLading", None)
    delivery.fields |= values
    if mark is not None:
        _mark(sap, delivery, mark)
    sap.touch(delivery)


def _mark(sap: Sap, delivery: Delivery, mark: str) -> None:
    """Our number on it; the first one is what the journal counts an order by."""
    first = not delivery.mark
    delivery.fields["BillOfLading"] = mark
    if not first or not mark:
        return
    told = {"delivery": delivery.number, "order": delivery.order.number, "recipient": delivery.address.get(
        "BusinessPartnerName1", ""), "phone": delivery.address.get("PhoneNumber", "")}  # fmt: skip
    sap.note("order.accepted" if delivery.kind == "J" else "receipt.accepted", mark, **told)
    if delivery.kind == "J" and not delivery.walked:
        delivery.walked = True
        sap.begin_walk(delivery)


def patch_item(sap: Sap, delivery: Delivery, line: Line, entity: Entity, body: Body) -> None:
    """Only the quantity means something here. Raises Refused."""
    values = checked(sap, delivery.kind, entity, body, "u")
    quantity = values.get("ActualDeliveryQuantity")
    if quantity is not None:
        if delivery.ewm_order:
            raise Refused("VL/605", delivery=delivery.number, warehouse=sap.warehouse(delivery))
        item = delivery.order.item(str(line.reference_item))
        if quantity <= 0 or (item is not None and quantity - line.quantity > item.open):
            raise Refused("VL/302", "ActualDeliveryQuantity", item=f"{line.number:06d}")
        if item is not None:
            item.delivered += quantity - line.ordered
        line.quantity = line.ordered = quantity
    sap.touch(delivery)


def patch_address(sap: Sap, delivery: Delivery, entity: Entity, body: Body) -> None:
    """Raises Refused."""
    if delivery.goods == DONE:
        raise Refused("VL/607", delivery=delivery.number)
    delivery.address |= checked(sap, delivery.kind, entity, body, "u")
    sap.touch(delivery)
    sap.note("order.changed", delivery.mark or delivery.number, delivery=delivery.number, part="address")


def delete(sap: Sap, delivery: Delivery) -> None:
    """Only before picking (§3.4). Raises Refused."""
    if delivery.goods != NONE or any(line.picking != NONE or line.ewm != ("1", "1") for line in delivery.lines):
        raise Refused("VL/602", delivery=delivery.number)
    life.delete(sap, delivery, by="client")
    sap.touch(delivery)
