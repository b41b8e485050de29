"""Orders and statuses as the answers show them (spec: OrderInfo, OrderStatus, OrderInfoResponse)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .data.carriers import PROVIDERS
from .data.statuses import STATUSES
from .model import Order, Status

if TYPE_CHECKING:
    from .core import ApiShip

Row = dict[str, Any]


def order_info(order: Order) -> Row:
    """Ids are texts here and numbers elsewhere, what is not known yet is an empty text: as their pages show it."""
    tracking = PROVIDERS[order.provider].tracking
    return {
        "orderId": str(order.id),
        "providerKey": order.provider,
        "providerNumber": order.provider_number,
        "returnProviderNumber": order.return_number,
        "additionalProviderNumber": order.additional_number,
        "barcode": order.provider_number,
        "clientNumber": order.number,
        "trackingUrl": tracking.format(order.provider_number) if tracking and order.provider_number else "",
    }


def status_info(apiship: ApiShip, status: Status) -> Row:
    name, description = STATUSES.get(status.key, (status.key, ""))
    return {
        "key": status.key,
        "name": name,
        "description": description,
        "created": apiship.wire_time(status.at),
        "providerCode": status.provider_code,
        "providerName": status.provider_name,
        "providerDescription": status.provider_description,
        "createdProvider": apiship.wire_time(status.at) if status.provider_code else "",
        "errorCode": status.error_code,
    }


def status_common(apiship: ApiShip, order: Order) -> Row:
    return {"orderInfo": order_info(order), "status": status_info(apiship, order.statuses[-1])}


def newest_first(apiship: ApiShip, order: Order, since: float = 0.0, until: float = float("inf")) -> list[Row]:
    """The history, ``created`` descending (spec)."""
    rows = [status_info(apiship, status) for status in order.statuses if since <= status.at <= until]
    return rows[::-1]


def order_full(order: Order) -> Row:
    """``GET /orders/{id}``: what was sent, and what became known since."""
    body = copy.deepcopy(order.body)
    known = {
        "orderId": order.id,
        "providerNumber": order.provider_number or None,
        "additionalProviderNumber": order.additional_number or None,
    }
    for place in body["places"]:
        place["providerNumber"] = place["providerBarcode"] = order.provider_number or None
        for item in place["items"]:
            item["quantityDelivered"] = _delivered(order, item)
    # A return was sent without them.
    weight, cod = {"weight": sum(place["weight"] for place in body["places"])}, {"codCost": 0}
    extended = {"planDeliveryCost": order.plan_cost, "factOrderWeight": None, "returnReason": None}
    return {
        "order": known | weight | body["order"],
        "cost": cod | body["cost"],
        "sender": body["sender"],
        "recipient": body["recipient"],
        "returnAddress": body.get("returnAddress"),
        "items": [],
        "places": body["places"],
        "extraParams": body.get("extraParams") or [],
        "extendedInfo": extended,
    }


def _delivered(order: Order, item: Row) -> int | None:
    """Filled after a partial delivery only (spec)."""
    return int(item["quantity"] * order.delivered_share) if order.status == "partialReturn" else None
