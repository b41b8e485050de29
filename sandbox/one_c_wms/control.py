"""What the control API of the emulated warehouse has beside every carrier's."""

from __future__ import annotations

from typing import Any

from flask import Flask

from sandbox.kernel.one_c_control import add_callback_routes, add_document_route
from sandbox.kernel.steering import create_control, json_body

from . import view
from .core import OneCWms
from .model import USERS, Receipt
from .rules import moves
from .rules.inspecting import inspect as inspect_receipt


def control_of(wms: OneCWms) -> Flask:
    """``GET /receipts``, ``/receipts/<key>``; ``POST /receipts/<key>/status {"code"}``, ``/receipts/<key>/inspect
    {"lines": [{"sku", "accepted", "damaged", "missing", "surplus"}]}``; callbacks; documents of theirs."""
    app = create_control(wms)
    add_callback_routes(app, wms, lambda: wms.exchange, USERS)
    _documents(app, wms)

    @app.get("/receipts")
    def list_receipts() -> dict[str, Any]:
        wms.settle()
        with wms.lock:
            return {"receipts": [_summary(found) for found in wms.receipts.values()]}

    @app.get("/receipts/<key>")
    def read_receipt(key: str) -> dict[str, Any]:
        wms.settle()
        with wms.lock:
            found = wms.find_receipt(key)
            return {**_summary(found), "body": found.body, "inspection": view.inspection(wms.service, found)["items"]}

    @app.post("/receipts/<key>/status")
    def move_receipt(key: str) -> dict[str, Any]:
        wms.settle()
        with wms.lock:
            found = wms.find_receipt(key)
            moves.move_receipt(wms, found, str(json_body("code")["code"]))
            return _summary(found)

    @app.post("/receipts/<key>/inspect")
    def inspect(key: str) -> dict[str, Any]:
        wms.settle()
        with wms.lock:
            found = wms.find_receipt(key)
            inspect_receipt(wms, found, json_body("lines").get("lines") or [])
            return _summary(found)

    return app


def _documents(app: Flask, wms: OneCWms) -> None:
    def owner_of(key: str) -> tuple[str, str]:
        found = wms.find(key)
        if found is None:
            raise LookupError(f"no such order: {key}")
        return found.key, found.external_id

    def added(key: str) -> None:
        found = wms.find(key)
        if found is not None:
            with wms.lock:
                moves.changed(wms, found)

    add_document_route(app, wms.service, owner_of, added)


def _summary(found: Receipt) -> dict[str, Any]:
    return {
        "id": found.key, "number": found.external_id, "their_number": found.number, "base": found.base,
        "type": found.kind, "status": found.raw, "revision": found.revision, "warehouse": found.warehouse,
    }  # fmt: skip
