"""What the control API of the emulated warehouse has beside every carrier's."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask

from sandbox.kernel.one_c_control import create_control
from sandbox.kernel.steering import json_body

from . import view
from .core import OneCWms
from .model import Receipt
from .rules import moves
from .rules.inspecting import inspect as inspect_receipt


def control_of(wms: OneCWms) -> Flask:
    """``GET /receipts``, ``/receipts/<key>``; ``POST /receipts/<key>/status {"code"}``, ``/receipts/<key>/inspect
    {"lines": [{"sku", "accepted", "damaged", "missing", "surplus"}]}``; callbacks; documents of theirs."""
    app = create_control(wms, lambda order: (order.key, order.external_id), partial(moves.changed, wms))

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
        code = str(json_body("code")["code"])
        wms.settle()
        with wms.lock:
            found = wms.find_receipt(key)
            moves.move_receipt(wms, found, code)
            return _summary(found)

    @app.post("/receipts/<key>/inspect")
    def inspect(key: str) -> dict[str, Any]:
        lines = json_body("lines").get("lines") or []
        wms.settle()
        with wms.lock:
            found = wms.find_receipt(key)
            inspect_receipt(wms, found, lines)
            return _summary(found)

    return app


def _summary(found: Receipt) -> dict[str, Any]:
    return {
        "id": found.key, "number": found.external_id, "their_number": found.number, "base": found.base,
        "type": found.kind, "status": found.raw, "revision": found.revision, "warehouse": found.warehouse,
    }  # fmt: skip
