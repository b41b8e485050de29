"""The warehouse part of the service (§6.8), with documents (§6.6) of orders and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from sandbox.kernel import one_c_http_documents as documents
from sandbox.kernel.one_c_http import HttpService, user
from sandbox.kernel.one_c_http_errors import Refused
from sandbox.kernel.one_c_http_shapes import CANCEL, Said, complaint

from . import shapes, view
from .core import OneCWms
from .data.goods import WAREHOUSES, goods
from .data.statuses import RECEIPT
from .model import USERS
from .rules import accept

INFOBASE = {
    "configuration": "1С:WMS Логистика. Управление складом",
    "version": "5.2.4.10",
    "platform": "8.3.24.1586",
}
#: docs/systems/one_c/contract.md: so many orders in one call.
MOST_IDS = 50
_ORDER, _RECEIPT = "/v1/wms/shipment-orders/<identifier>", "/v1/wms/expected-receipts/<identifier>"


def create_service(wms: OneCWms) -> HttpService:
    """The service with its WSGI application (``app``)."""
    service = HttpService(wms, USERS, INFOBASE, ("wms", "documents", "callbacks", "xml"))
    for add in (_orders, _receipts, _stock, _documents):
        add(wms, service)
    return service


def _orders(wms: OneCWms, service: HttpService) -> None:
    @service.post("/v1/wms/shipment-orders", shapes.SHIPMENT_ORDER, shapes.SHIPMENT_STATE)
    def create(body: Mapping[str, Any]) -> Said:
        with wms.lock:
            return accept.create_order(wms, service, body)

    @service.get("/v1/wms/shipment-orders", shapes.SHIPMENT_STATES)
    def several() -> Mapping[str, Any]:
        asked = [identifier for identifier in request.args.get("ids", "").split(",") if identifier]
        if not 1 <= len(asked) <= MOST_IDS:
            raise Refused("VALIDATION_FAILED", fields=[complaint("ids", "range", f"От 1 до {MOST_IDS} через запятую")])
        with wms.lock:
            found = [view.order(service, order) for order in accept.orders_of(wms, asked)]
        return {"items": found, "nextCursor": None}

    @service.get(_ORDER, shapes.SHIPMENT_STATE)
    def read(identifier: str) -> Mapping[str, Any]:
        with wms.lock:
            return view.order(service, accept.order_of(wms, identifier))

    @service.get("/v1/wms/shipment-orders/by-external-id/<external_id>", shapes.SHIPMENT_STATE)
    def read_ours(external_id: str) -> Mapping[str, Any]:
        with wms.lock:
            return view.order(service, accept.order_of_number(wms, external_id))

    @service.post(f"{_ORDER}/cancel", CANCEL, shapes.SHIPMENT_STATE)
    def cancel(body: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
        with wms.lock:
            found = accept.order_of(wms, identifier)
            accept.cancel_order(wms, service, found, body)
            return view.order(service, found)


def _receipts(wms: OneCWms, service: HttpService) -> None:
    @service.post("/v1/wms/expected-receipts", shapes.RECEIPT, shapes.RECEIPT_STATE)
    def create(body: Mapping[str, Any]) -> Said:
        with wms.lock:
            return accept.create_receipt(wms, service, body)

    @service.get(_RECEIPT, shapes.RECEIPT_STATE)
    def read(identifier: str) -> Mapping[str, Any]:
        with wms.lock:
            return view.receipt(service, accept.receipt_of(wms, identifier))

    @service.get("/v1/wms/expected-receipts/by-external-id/<external_id>", shapes.RECEIPT_STATE)
    def read_ours(external_id: str) -> Mapping[str, Any]:
        with wms.lock:
            return view.receipt(service, accept.receipt_of_number(wms, external_id))

    @service.get(f"{_RECEIPT}/inspection", shapes.INSPECTION)
    def inspection(identifier: str) -> Mapping[str, Any]:
        with wms.lock:
            found = accept.receipt_of(wms, identifier)
            if found.completed is None:
                status = RECEIPT.get(found.raw, found.raw)
                raise Refused("STATE_CONFLICT", "Осмотр не завершён", details={"status": status})
            return view.inspection(service, found)

    @service.post(f"{_RECEIPT}/cancel", CANCEL, shapes.RECEIPT_STATE)
    def cancel(body: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
        with wms.lock:
            found = accept.receipt_of(wms, identifier)
            accept.cancel_receipt(wms, service, found, body)
            return view.receipt(service, found)


def _stock(wms: OneCWms, service: HttpService) -> None:
    @service.get("/v1/wms/warehouses", shapes.WAREHOUSES)
    def warehouses() -> Mapping[str, Any]:
        rows = [{"ref": ref, "name": name, "address": address} for ref, (name, address) in WAREHOUSES.items()]
        return service.page(sorted(rows, key=lambda row: row["ref"]), lambda row: str(row["ref"]))

    @service.get("/v1/wms/stock", shapes.STOCK)
    def stock() -> Mapping[str, Any]:
        asked = list(dict.fromkeys(sku for sku in request.args.get("sku", "").split(",") if sku))
        places = _among("warehouseRef", tuple(WAREHOUSES), "UNKNOWN_REFERENCE")
        conditions = _among("condition", ("good", "damaged"), "VALIDATION_FAILED")
        known = [sku for sku in asked if sku in goods()] if asked else list(goods())
        keys = sorted((sku, place, condition) for sku in known for place in places for condition in conditions)
        with wms.lock:
            rows = view.stock(wms, user().base, keys)
        page = service.page(rows, lambda row: f"{row['sku']}|{row['warehouseRef']}|{row['condition']}")
        unknown = [sku for sku in asked if sku not in goods()]
        return {"asOf": service.wire_time(), "items": page["items"], "unknownSkus": unknown} | {
            "nextCursor": page["nextCursor"]
        }


def _among(name: str, known: tuple[str, ...], code: str) -> tuple[str, ...]:
    """The value of the query, or all. Raises Refused."""
    value = request.args.get(name, "")
    if value and value not in known:
        raise Refused(code, f"Неизвестное значение {name}: {value}", [complaint(name, "enum", "Неизвестное значение")])
    return (value,) if value else known


def _documents(wms: OneCWms, service: HttpService) -> None:
    def of_order(identifier: str) -> tuple[str, str]:
        found = accept.order_of(wms, identifier)
        return found.key, found.external_id

    def of_receipt(identifier: str) -> tuple[str, str]:
        found = accept.receipt_of(wms, identifier)
        return found.key, found.external_id

    documents.add_routes(service, _ORDER, of_order)
    # Photos of an inspection.
    documents.add_routes(service, _RECEIPT, of_receipt, upload=False)
