"""Orders, their shipments and their links to deals (crm §9.8): scope ``sale``; links ``crm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import chosen, matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules import shop as rules
from sandbox.bitrix24.state.shop import number
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

DEAL, INVOICE = 2, 31
_TRIO = ("allowDelivery", "deducted", "deliveryId")
_TEXTS = ("trackingNumber", "deliveryDocNum", "deliveryDocDate", "comments", "xmlId")


def open_to(call: Call, code: str, what: str) -> None:
    if not call.user.admin:
        raise RestError(code, what)


def listed(call: Call, rows: list[Row], wrap: Callable[[list[Any]], Any], default: str = "id") -> Listing:
    """A camelCase list: select, filter, order, start."""
    found = ordered([row for row in rows if matches(row, call.opt_map("filter"))], call.opt_map("order"), default)
    select = [str(each) for each in items_of(call.params.get("select"))]
    return page([chosen(row, select) for row in found], call.params.get("start"), wrap)


@method("sale.shipment.get", scope="sale")
def shipment_get(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return {"shipment": _shown(_shipment(call))}


@method("sale.shipment.list", scope="sale")
def shipment_list(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, [_shown(row) for row in call.portal.shop.shipments], lambda rows: {"shipments": rows})


@method("sale.shipment.update", scope="sale")
def shipment_update(call: Call) -> Any:
    """The trio is required; prices that are not sent become 0, a status that is not sent becomes DN."""
    open_to(call, "200040300020", "Access Denied")
    row, fields = _shipment(call), call.need_map("fields")
    missing = [name for name in _TRIO if fields.get(name) in (None, "")]
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    if any(fields[name] not in ("Y", "N") for name in ("allowDelivery", "deducted")):
        raise RestError("BX_INVALID_VALUE", "Y or N expected")
    if to_int(fields["deliveryId"]) not in call.portal.shop.services.rows:
        raise RestError("SALE_SHIPMENT_WRONG_DELIVERY_SERVICE", "Wrong delivery service")
    status = str(fields.get("statusId") or "DN")
    if status not in call.portal.shop.statuses:
        raise RestError("BX_INVALID_VALUE", "Wrong status")
    price = fields.get("basePriceDelivery", fields.get("priceDelivery"))
    row |= {"allowDelivery": fields["allowDelivery"], "deducted": fields["deducted"], "statusId": status}
    row["deliveryId"] = to_int(fields["deliveryId"])
    row["basePriceDelivery"] = row["priceDelivery"] = number(price) if price not in (None, "") else 0
    row |= {name: str(fields[name]) for name in _TEXTS if fields.get(name) is not None}
    told = {name: row[name] for name in ("trackingNumber", "statusId", "priceDelivery", "deliveryId", "allowDelivery")}
    call.portal.note("store.shipment.updated", row["id"], order=row["orderId"], **told)
    return {"shipment": _shown(row)}


def _shipment(call: Call) -> Row:
    found = call.portal.shop.shipments.get(call.need_int("id"))
    if found is None:
        raise RestError("201140400001", "shipment is not exists")
    return found


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}


@method("sale.shipmentpropertyvalue.list", scope="sale")
def values(call: Call) -> Any:
    """Codes are told as null, as the page's sample has them."""
    open_to(call, "200040300010", "Access Denied")
    rows = [row for parcel in call.portal.shop.shipments for row in rules.values_of(call.portal, parcel)]
    return listed(call, rows, lambda found: {"propertyValues": found})


@method("sale.order.get", scope="sale")
def order_get(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    found = call.portal.shop.orders.get(call.need_int("id"))
    if found is None:
        raise RestError("201240400001", "order is not exists")
    own = [_shown(row) for row in call.portal.shop.shipments if row["orderId"] == found["id"]]
    return {"order": _shown(found) | {"shipments": own}}


@method("sale.order.list", scope="sale")
def order_list(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, [_shown(row) for row in call.portal.shop.orders], lambda rows: {"orders": rows})


@method("crm.orderentity.add", scope="crm")
def link(call: Call) -> Any:
    """An order has one link: to a deal or an invoice."""
    open_to(call, "200040300020", "Access Denied")
    fields, shop = call.need_map("fields"), call.portal.shop
    missing = [name for name in ("orderId", "ownerTypeId", "ownerId") if fields.get(name) in (None, "")]
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    order, kind, owner = (to_int(fields[name]) or 0 for name in ("orderId", "ownerTypeId", "ownerId"))
    if order not in shop.orders.rows:
        raise RestError("200540400001", "order does not exist")
    if kind not in (DEAL, INVOICE) or owner not in call.portal.crm.tables[kind].rows:
        raise RestError("0", "The owner of the order was not found")
    if shop.links.get(order) == (kind, owner):
        raise RestError("201650000001", "Duplicate entry for key [ownerId, ownerTypeId, orderId]")
    shop.links[order] = (kind, owner)
    call.portal.note("store.order.linked", order, owner=owner, type=kind)
    return {"dealOrder": {"orderId": order, "ownerId": owner, "ownerTypeId": kind}}


@method("crm.orderentity.list", scope="crm")
def links(call: Call) -> Any:
    """Which orders belong to which deals. An order has one link at most."""
    open_to(call, "ACCESS_DENIED", "Access Denied")
    rows = [
        {"orderId": order, "ownerId": owner, "ownerTypeId": kind}
        for order, (kind, owner) in call.portal.shop.links.items()
    ]
    if not call.params.get("select"):
        call.params["select"] = ["orderId", "ownerId"]
    return listed(call, rows, lambda found: {"orderEntity": found}, "ownerId")
