"""A client's return (spec: `POST /orders/return`): an order of its own the other way round, made at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.aftercare import ReturnRequest
from b24app.systems.apiship.orders import part
from b24app.systems.apiship.vocabulary import COURIER, POINT, RETURNED, RETURNED_ITEM
from b24app.systems.kit.rows import rows_of


def build_return(request: ReturnRequest, full: Mapping[str, Any]) -> dict[str, Any]:
    """Of the order as ApiShip shows it: who received sends, where it started it ends. Handed in where the client says,
    else where it was collected, else a courier comes."""
    direct, cost = part(full, "order"), part(full, "cost")
    point_in = request.point_code or str(direct.get("pointOutId") or "")
    point_out = direct.get("pointInId")
    order: dict[str, Any] = {
        "clientNumber": request.number,
        "providerKey": direct.get("providerKey"),
        "tariffId": direct.get("tariffId"),
        "pickupType": POINT if point_in else COURIER,
        "deliveryType": POINT if point_out else COURIER,
    }
    order |= {"pointInId": int(point_in)} if point_in else {}
    order |= {"pointOutId": point_out} if point_out else {}
    order |= {"providerConnectId": direct["providerConnectId"]} if direct.get("providerConnectId") else {}
    return {
        "directOrderId": direct.get("orderId"),
        "order": order,
        "cost": {"assessedCost": cost.get("assessedCost") or 0},
        "sender": part(full, "recipient"),
        "recipient": part(full, "sender"),
        "places": [_place(place) for place in rows_of(full.get("places"))],
    }


def _place(place: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is collected on the way back."""
    found = {name: place[name] for name in RETURNED if place.get(name) is not None}
    items = rows_of(place.get("items"))
    return found | {
        "items": [{name: item[name] for name in RETURNED_ITEM if item.get(name) is not None} for item in items]
    }
