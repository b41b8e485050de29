"""How an order looks when it is read (contract §6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .core import Cdek
from .model import Order
from .rules.orders import resolved_city
from .rules.tariffs import tariffs, volume_grams

_REQUEST_FIELDS = (
    "type", "additional_order_types", "accompanying_number", "tariff_code", "comment", "shipment_point",
    "delivery_point", "date_invoice", "shipper_name", "shipper_address", "delivery_recipient_cost",
    "delivery_recipient_cost_adv", "seller", "recipient", "services", "has_reverse_order", "developer_key",
)  # fmt: skip


def order_envelope(cdek: Cdek, order: Order) -> dict[str, Any]:
    """The whole answer of ``GET /v2/orders``: entity, requests, related entities."""
    return {
        "entity": order_entity(cdek, order),
        "requests": [request.as_json() for request in reversed(order.requests)],
        "related_entities": order.related,
    }


def order_entity(cdek: Cdek, order: Order) -> dict[str, Any]:
    body = order.body
    entity: dict[str, Any] = {"uuid": order.uuid, "type": order.type}
    entity |= {"is_return": order.is_return, "is_reverse": False, "is_client_return": order.is_client_return}
    if order.cdek_number:
        entity["cdek_number"] = order.cdek_number
    entity["number"] = order.number
    entity |= {name: body[name] for name in _REQUEST_FIELDS if body.get(name) is not None}
    entity["sender"] = body.get("sender") or _default_sender(order)
    entity |= _location(cdek, order, "from_location", "shipment_point", order.from_code)
    entity |= _location(cdek, order, "to_location", "delivery_point", order.to_code)
    entity["packages"] = [_package(package, order) for package in body["packages"]]
    # Newest first, as measured (§4).
    entity["statuses"] = [status.as_json() for status in reversed(order.statuses)]
    tariff = tariffs().get(body["tariff_code"])
    if tariff is not None and order.cdek_number:
        entity["delivery_mode"] = str(tariff.mode)
    entity |= {name: value for name, value in order.extra.items() if name not in ("moves", "weighed")}
    if order.problems:
        entity["delivery_problem"] = order.problems
    return entity


def _default_sender(order: Order) -> dict[str, Any]:
    phones = [{"number": order.account.phone}]
    return {"company": order.account.company, "name": order.account.company, "phones": phones}


def _location(cdek: Cdek, order: Order, name: str, point: str, code: int | None) -> dict[str, Any]:
    """An end as resolved (§6.4). One named by an office is the office, and only once decided (§16.4)."""
    sent = order.body.get(name)
    if not sent and code is None:
        return {}
    office = cdek.offices.get(str(order.body.get(point) or ""))
    known = {"address": office["location"]["address"]} if office and not sent else {}
    return {name: known | dict(sent or {}) | resolved_city(code)}


def _package(package: Mapping[str, Any], order: Order) -> dict[str, Any]:
    volume = volume_grams(package)
    grams = order.extra.get("weighed", package["weight"])
    more: dict[str, Any] = {"weight_volume": volume, "weight_calc": max(grams, volume)}
    if order.cdek_number:
        more["barcode"] = (
            f"{order.cdek_number}{package['number']}" if package["number"].isalnum() else order.cdek_number
        )
    return dict(package) | more


def accepted_envelope(cdek: Cdek, uuid: str, request: Any) -> dict[str, Any]:
    """HTTP 202: accepted for processing, which is not yet success. ``request`` shows its first state."""
    del cdek
    return {"entity": {"uuid": uuid}, "requests": [request.as_json()], "related_entities": []}
