"""SAP's part of the control API: orders to refer to, inspections, late documents, locks, tokens, stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask

from sandbox.kernel.pdf import label_pdf
from sandbox.kernel.steering import create_control, found, json_body

from .core import Sap
from .data.goods import WAREHOUSES
from .data.orders import address, items, sales
from .model import SdOrder
from .routes_files import put
from .rules import receipts

Answer = dict[str, Any]
_PERSON = ("name", "phone", "email", "city", "street", "house", "flat", "postal_code")


def create(sap: Sap) -> Flask:
    app = create_control(sap)
    for add in (_orders, _deliveries, _rest):
        add(app, sap)
    return app


def _order(order: SdOrder) -> Answer:
    rows = [
        {"item": each.number, "sku": each.material, "quantity": str(each.quantity), "open": str(each.open),
         "unit": each.unit}
        for each in order.items
    ]  # fmt: skip
    return {
        "order": order.number, "kind": order.kind, "label": order.label, "of_order": order.of_order,
        "shipping_point": order.shipping_point, "blocked": order.blocked, "lines": rows,
        "recipient": order.address.get("BusinessPartnerName1", ""),
    }  # fmt: skip


def _orders(app: Flask, sap: Sap) -> None:
    @app.get("/sales_orders")
    def list_sales_orders() -> Answer:
        with sap.lock:
            return {"orders": [_order(each) for each in sap.orders.values()]}

    @app.post("/sales_orders")
    def add_sales_order() -> Answer:
        """``order`` (else the next free number), ``lines`` [{sku, quantity}], ``recipient`` {name, phone, city, …},
        ``shipping_point``, ``label`` (what the caller calls it), ``comment``, ``blocked``."""
        spec = json_body("order", "lines", "recipient", "shipping_point", "label", "comment", "blocked")
        with sap.lock:
            number = str(spec.get("order") or next(sap.order_numbers))
            if number in sap.orders:
                raise ValueError(f"there is an order {number} already")
            person = {name: str(value) for name, value in dict(spec.get("recipient") or {}).items() if name in _PERSON}
            order = sales(
                number, spec.get("lines") or [], person, shipping_point=str(spec.get("shipping_point") or "1010"),
                label=str(spec.get("label") or ""), comment=str(spec.get("comment") or ""),
                blocked=bool(spec.get("blocked")),
            )  # fmt: skip
            sap.orders[number] = order
            return _order(order)

    @app.post("/returns_orders")
    def add_returns_order() -> Answer:
        """``of``: the delivery (ours or their number) that comes back; ``lines`` (else all of it), ``label``."""
        spec = json_body("of", "order", "lines", "label", "recipient", "shipping_point")
        with sap.lock:
            of = sap.find(str(spec["of"])) if spec.get("of") else None
            lines = spec.get("lines") or [
                {"sku": line.material, "quantity": line.quantity} for line in (of.lines if of else [])
            ]
            number = str(spec.get("order") or next(sap.return_numbers))
            person = {name: str(value) for name, value in dict(spec.get("recipient") or {}).items() if name in _PERSON}
            order = SdOrder(
                number, "H", items(lines), dict(of.address) if of else address(person),
                of.shipping_point if of else str(spec.get("shipping_point") or "1010"),
                of.order.number if of else "", str(spec.get("label") or ""),
            )  # fmt: skip
            sap.orders[number] = order
            return _order(order)


def _deliveries(app: Flask, sap: Sap) -> None:
    @app.post("/receipts/<key>/inspect")
    def inspect_receipt(key: str) -> Answer:
        spec = json_body("lines")
        with found(sap, key) as delivery:
            receipts.inspect(sap, delivery, spec.get("lines") or [])
            return dict(sap.detail(delivery))

    @app.post("/orders/<key>/documents")
    def add_document(key: str) -> Answer:
        """``kind`` and ``name`` of a small real PDF, as somebody in SAP attaches one."""
        spec = json_body("kind", "name")
        name = str(spec.get("name") or f"{spec.get('kind') or 'document'}.pdf")
        with found(sap, key) as delivery:
            content = label_pdf([(delivery.number, [name, f"Delivery {delivery.number}"])])
            paper = put(sap, delivery, name, "application/pdf", content, "DIALOG1")
            return {"key": paper.number, "name": paper.name, "bytes": len(content)}

    @app.post("/orders/<key>/lock")
    def lock(key: str) -> Answer:
        """Somebody edits it for ``seconds``."""
        spec = json_body("seconds")
        with found(sap, key) as delivery:
            sap.locks[delivery.number] = sap.time() + float(spec.get("seconds") or 60)
            return {"locked": delivery.number}


def _rest(app: Flask, sap: Sap) -> None:
    @app.post("/tokens/expire")
    def expire_tokens() -> Answer:
        """Access tokens and sessions (with their CSRF tokens) end."""
        with sap.lock:
            ended = {"tokens": len(sap.tokens), "sessions": len(sap.sessions)}
            sap.tokens.clear()
            sap.sessions.clear()
            return ended

    @app.get("/webhooks")
    def list_webhooks() -> Answer:
        """SAP calls nobody back here."""
        return {"webhooks": []}

    @app.get("/stock")
    def read_stock() -> Answer:
        with sap.lock:
            rows = [
                {
                    "warehouse": warehouse,
                    "sku": sku,
                    "on_hand": str(each),
                    "reserved": str(sap.reserved(warehouse, sku)),
                }
                for (warehouse, sku), each in sap.stock.items()
            ]
        return {"stock": rows}

    @app.post("/stock")
    def set_stock() -> Answer:
        spec = json_body("warehouse", "sku", "on_hand")
        if spec.get("warehouse") not in WAREHOUSES.values():
            raise LookupError(f"no such warehouse: {spec.get('warehouse')}")
        with sap.lock:
            sap.stock[spec["warehouse"], str(spec["sku"])] = Decimal(str(spec["on_hand"]))
        return read_stock()
