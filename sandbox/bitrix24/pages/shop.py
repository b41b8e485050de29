"""The portal's store as a buyer sees it (a plain checkout), and its orders as a manager does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from sandbox.bitrix24.events import shop as asking
from sandbox.bitrix24.rules import shop as rules
from sandbox.bitrix24.rules.shop import Basket
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

from .session import signed_in

_GOODS = 12
_PARTS = ("POSTAL_CODE", "ADM_LEVEL_1", "LOCALITY", "STREET", "BUILDING", "ROOM")


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/shop/")
    def shop() -> str:
        return _page(portal, {})

    @pages.post("/shop/")
    def checkout() -> Any:
        """Nobody signs in here: buyers are no employees."""
        try:
            basket = _basket(portal)
            price, said = asking.calculate(portal, basket)
            if not said.ok or request.form.get("act") != "order":
                return _page(portal, {"price": price, "said": said})
            with portal.lock:
                made = rules.order(portal, basket, price, deal=True)
        except ValueError as problem:
            return _page(portal, {"problem": str(problem)}), 400
        return _page(portal, {"made": made, "price": price})

    @pages.get("/shop/orders/")
    @signed_in
    def orders() -> str:
        with portal.lock:
            rows = [_order(portal, row) for row in portal.shop.shipments]
        return render_template("portal/shop_orders.html", rows=rows, said=request.args.get("said", ""))

    @pages.post("/shop/orders/<int:shipment>/<any(request, cancel):act>")
    @signed_in
    def press(shipment: int, act: str) -> Response:
        with portal.lock:
            known = portal.shop.request_of(shipment)
        if act == "request":
            said = asking.create_request(portal, [shipment])
        elif known is not None:
            said = asking.cancel_request(portal, known.delivery_id, known.request_id)
        else:
            return redirect("/shop/orders/")
        return redirect(f"/shop/orders/?said={said.reason}" if said.reason else "/shop/orders/")


def _page(portal: Portal, found: Row) -> str:
    with portal.lock:
        goods = [
            {"id": row["id"], "name": row["name"], "price": portal.catalog.price_of[row["id"]]["price"]}
            for row in portal.catalog.products
            if row["id"] in portal.catalog.price_of
        ]
        ways = [row for row in portal.shop.services if row["PARENT_ID"] and row["ACTIVE"] == "Y"]
        extras = {row["CODE"]: row for way in ways for row in portal.shop.extras_of(way["id"]) if row["ACTIVE"] == "Y"}
    return render_template(
        "portal/shop.html", goods=goods[:_GOODS], ways=ways, extras=list(extras.values()), parts=_PARTS,
        typed=request.form, **found,
    )  # fmt: skip


def _basket(portal: Portal) -> Basket:
    form = request.form
    goods = {int(name[1:]): float(value) for name, value in form.items() if name[:1] == "g" and value.strip()}
    goods = {product: quantity for product, quantity in goods.items() if quantity > 0}
    if not goods:
        raise ValueError("nothing is in the basket")
    fields = {part: form.get(part, "").strip() for part in _PARTS}
    with portal.lock:
        codes = {row["type"]: row["code"] for row in portal.shop.properties if row["type"] == "ADDRESS"}
    values: Row = {name[2:]: value for name, value in form.items() if name.startswith("p_") and value.strip()}
    if any(fields.values()) and "ADDRESS" in codes:
        values[codes["ADDRESS"]] = {"fields": fields, "lat": None, "lon": None}
    extras = {name[2:]: "Y" for name in form if name.startswith("x_")}
    return Basket(int(form.get("way") or 0), goods, values, extras, form.get("name", ""), form.get("phone", ""))


def _order(portal: Portal, row: Row) -> Row:
    known = portal.shop.request_of(row["id"])
    return {**row, "deal": (portal.shop.links.get(row["orderId"]) or (0, None))[1], "request": known}
