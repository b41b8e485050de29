"""Orders of a portal's store: which deal a shipment belongs to, how it is told its number (bitrix24-crm.md §9.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map, reference
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.names import DEAL


@dataclass(frozen=True, slots=True)
class OrderDeal:
    id: int
    category: int


def questions(sale_ids: Sequence[int]) -> list[Command]:
    """One request for all: the shipment, the link of its order, the deal of the link. A reference that leads nowhere
    asks for something that is not there, and its answer is not believed (see `read`)."""
    found = []
    for at, sale_id in enumerate(sale_ids):
        order = reference(f"s{at}", "shipment", "orderId")
        owner = reference(f"l{at}", "orderEntity", 0, "ownerId")
        links = {"select": ["orderId", "ownerId", "ownerTypeId"], "filter": {"=orderId": order, "=ownerTypeId": DEAL}}
        deal = {"entityTypeId": DEAL, "select": ["id", "categoryId"], "filter": {"=id": owner}}
        found += [
            Command(f"s{at}", "sale.shipment.get", {"id": sale_id}),
            Command(f"l{at}", "crm.orderentity.list", links),
            Command(f"d{at}", "crm.item.list", deal),
        ]
    return found


def read(answer: BatchAnswer, sale_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, OrderDeal]]:
    """Order by shipment, deal by order. What was refused otherwise than as missing raises its RestError."""
    orders: dict[int, int] = {}
    deals: dict[int, OrderDeal] = {}
    for at, sale_id in enumerate(sale_ids):
        error = answer.errors.get(f"s{at}")
        if error is not None and not error.not_found and error.code != SHIPMENT_GONE:
            raise error
        shipment = as_map(as_map(answer.results.get(f"s{at}")).get("shipment"))
        order = number(shipment.get("orderId"))
        if not order:
            continue
        orders[sale_id] = order
        links = [as_map(each) for each in as_list(as_map(answer.get(f"l{at}")).get("orderEntity"))]
        owner = next((number(each.get("ownerId")) for each in links if number(each.get("orderId")) == order), None)
        items = [as_map(each) for each in as_list(as_map(answer.results.get(f"d{at}")).get("items"))]
        item = next((each for each in items if owner and number(each.get("id")) == owner), None)
        if owner and item is not None:
            deals[order] = OrderDeal(owner, number(item.get("categoryId")) or 0)
    return orders, deals


#: The store knows no such shipment.
SHIPMENT_GONE = "201140400001"
#: The store has forgotten the request: nobody waits for news of it.
REQUEST_GONE = frozenset({"REQUEST_NOT_FOUND", "DELIVERY_NOT_FOUND"})


# --- what is told back ------------------------------------------------------------------------------------------------


def get_shipment(key: str, sale_id: int) -> Command:
    """What is read right before its number is written."""
    return Command(key, "sale.shipment.get", {"id": sale_id})


def shipment_of(result: Any) -> Mapping[str, Any]:
    return as_map(as_map(result).get("shipment"))


def write_tracking(key: str, shipment: Mapping[str, Any], tracking: str) -> Command | None:
    """The number alone: an update without the three required fields is refused, one without a price makes it nothing,
    one without a status takes it back. None when it says so already."""
    if not shipment or str(shipment.get("trackingNumber") or "") == tracking:
        return None
    base, paid = _decimal(shipment.get("basePriceDelivery")), _decimal(shipment.get("priceDelivery"))
    # Both cannot be kept when they differ (a discount): what the buyer pays is.
    price = {"basePriceDelivery": base} if base == paid else {"priceDelivery": paid}
    fields = {
        "allowDelivery": shipment.get("allowDelivery"),
        "deducted": shipment.get("deducted"),
        "deliveryId": shipment.get("deliveryId"),
        "statusId": shipment.get("statusId"),
        **price,
        "trackingNumber": tracking,
    }
    return Command(key, "sale.shipment.update", {"id": shipment.get("id"), "fields": fields})


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value if value is not None else 0))
    except InvalidOperation:
        return Decimal(0)


def update_request(
    key: str,
    delivery_id: int,
    request_id: str,
    text: str,
    properties: Sequence[tuple[str, str]],
    *,
    arrived: bool,
    final: bool,
) -> Command:
    """How the delivery is. All of it each time, so that saying it twice changes nothing."""
    told = {
        "DELIVERY_ID": delivery_id,
        "REQUEST_ID": request_id,
        "STATUS": {"TEXT": text, "SEMANTIC": "success" if arrived else "process"},
        "PROPERTIES": [{"NAME": name, "VALUE": value} for name, value in properties],
        "OVERWRITE_PROPERTIES": "Y",
        "FINALIZE": "Y" if final else "N",
    }
    return Command(key, "sale.delivery.request.update", told)


def say_status(
    key: str, delivery_id: int, request_id: str, addressee: str, subject: str, text: str, semantic: str
) -> Command:
    """A notice of the request's: what the portal makes of it is its own business. Nothing tells whether it was made."""
    message = {"SUBJECT": subject, "BODY": text, "STATUS": {"MESSAGE": text, "SEMANTIC": semantic}}
    told = {"DELIVERY_ID": delivery_id, "REQUEST_ID": request_id, "ADDRESSEE": addressee, "MESSAGE": message}
    return Command(key, "sale.delivery.request.sendmessage", told)


def delete_request(key: str, delivery_id: int, request_id: str) -> Command:
    """The delivery is off: the manager may ask for another one."""
    return Command(key, "sale.delivery.request.delete", {"DELIVERY_ID": delivery_id, "REQUEST_ID": request_id})
