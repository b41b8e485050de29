"""The portal's online store by control: what delivery costs, a checkout, and what a manager presses afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.bitrix24.events import shop as asking
from sandbox.bitrix24.rules import shop as rules
from sandbox.bitrix24.rules.shop import Basket
from sandbox.bitrix24.state.portal import Portal

from .given import body, number, portal_of

_BASKET = ("profile", "goods", "values", "extras", "name", "phone", "pay")


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/shop")
    def shop_shown(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return _shown(portal)

    @app.post("/<member_id>/shop/price")
    def shop_price(member_id: str) -> dict[str, Any]:
        """What a buyer sees: ``{"profile", "goods": {product: quantity}, "values", "extras", "name", "phone"}``."""
        portal = portal_of(portals, member_id)
        found, said = asking.calculate(portal, basket_of(portal, body(*_BASKET)))
        return {"price": found, **said.as_json()}

    @app.post("/<member_id>/shop/checkout")
    def shop_checkout(member_id: str) -> dict[str, Any]:
        """A buyer orders at the price that they are told; ``deal`` false: an order that the CRM knows nothing of."""
        portal, spec = portal_of(portals, member_id), body(*_BASKET, "deal", "category")
        basket = basket_of(portal, spec)
        found, said = asking.calculate(portal, basket)
        if not said.ok:
            return {"order": None, "price": 0, **said.as_json()}
        category = number(spec, "category") if "category" in spec else None
        with portal.lock:
            made = rules.order(portal, basket, found, deal=bool(spec.get("deal", True)), category=category)
        return {**made, "price": found, **said.as_json()}

    @app.post("/<member_id>/shop/request")
    def shop_request(member_id: str) -> dict[str, Any]:
        """A manager orders the delivery of shipments: ``{"shipments": [ids]}``."""
        portal = portal_of(portals, member_id)
        shipments = [int(each) for each in body("shipments").get("shipments") or ()]
        return asking.create_request(portal, shipments).as_json()

    @app.post("/<member_id>/shop/cancel")
    def shop_cancel(member_id: str) -> dict[str, Any]:
        """A manager cancels a delivery request: ``{"delivery", "request"}``."""
        portal, spec = portal_of(portals, member_id), body("delivery", "request")
        return asking.cancel_request(portal, number(spec, "delivery"), str(spec.get("request") or "")).as_json()


def basket_of(portal: Portal, spec: Mapping[str, Any]) -> Basket:
    """A basket as control calls tell it. Raises ValueError."""
    code = str(spec.get("profile") or "")
    with portal.lock:
        services = [row for row in portal.shop.services if row["PROFILE"] == code and row["ACTIVE"] == "Y"]
    if not services:
        raise ValueError(f"the store has no delivery {code!r}")
    goods = {int(product): float(quantity) for product, quantity in dict(spec.get("goods") or {}).items()}
    return Basket(
        services[-1]["id"], goods, dict(spec.get("values") or {}), dict(spec.get("extras") or {}),
        str(spec.get("name") or ""), str(spec.get("phone") or ""), str(spec.get("pay") or ""),
    )  # fmt: skip


def _shown(portal: Portal) -> dict[str, Any]:
    shop = portal.shop
    return {
        "handlers": [{"id": each.id, "code": each.code, **each.row} for each in shop.handlers.values()],
        "services": list(shop.services),
        "extras": list(shop.extras),
        "properties": list(shop.properties),
        "relations": shop.relations,
        "orders": list(shop.orders),
        "shipments": [{name: value for name, value in row.items() if name != "_basket"} for row in shop.shipments],
        "links": {str(order): owner for order, (_, owner) in shop.links.items()},
        "requests": [each.as_json() for each in shop.requests.values()],
    }
