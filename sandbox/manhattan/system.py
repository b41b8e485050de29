"""Manhattan Active WM as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem, create_control, json_body
from sandbox.kernel.system import Context

from . import routes, routes_auth, views
from .core import Manhattan
from .coverage import COVERAGE
from .data.places import FACILITIES
from .model import ACCOUNTS
from .rules import asns, tokens
from .wire import fault_words


class ManhattanSystem(CarrierSystem):
    """Two origins (API and auth), two organisations, two warehouses each."""

    def __init__(self, context: Context) -> None:
        self.wm = Manhattan(context)
        super().__init__(self.wm, COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        return [
            Origin(
                "manhattan",
                routes.create_app(self.wm),
                error_body=fault_words,
                portal_of=lambda environ: tokens.name_of(environ.get("HTTP_AUTHORIZATION")),
            ),
            Origin("manhattan-auth", routes_auth.create_app(self.wm)),
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.wm.base_url, self.wm.auth_url = urls["manhattan"], urls["manhattan-auth"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {
                "client_id": row.client_id, "client_secret": row.client_secret, "username": row.username,
                "password": row.password, "organization": row.organizations[0], "facility": next(iter(FACILITIES)),
                "facilities": list(FACILITIES), "warehouse": next(iter(FACILITIES)),
                "address": self.wm.base_url, "auth": self.wm.auth_url,
            }
            for row in ACCOUNTS
        ]  # fmt: skip
        urls = {"auth": self.wm.auth_url}
        return {"manhattan": {"base_url": self.wm.base_url, "urls": urls, "accounts": accounts}}


def _control(wm: Manhattan) -> Flask:
    """What every carrier has; tokens; receipts and their inspection."""
    app = create_control(wm)

    @app.post("/tokens/expire")
    def expire_tokens() -> dict[str, Any]:
        with wm.lock:
            wm.token_generation += 1
            return {"generation": wm.token_generation}

    @app.post("/orders/<key>/documents")
    def add_document(key: str) -> tuple[dict[str, Any], int]:
        return {"error": f"{key}: Manhattan has no public document endpoint"}, 400

    @app.get("/receipts")
    def list_receipts() -> dict[str, Any]:
        with wm.lock:
            return {"receipts": [_receipt(wm, number) for _, number in wm.asns]}

    @app.get("/receipts/<key>")
    def read_receipt(key: str) -> dict[str, Any]:
        with wm.lock:
            return _receipt(wm, key)

    @app.post("/receipts/<key>/inspect")
    def inspect(key: str) -> dict[str, Any]:
        """`lines` of {sku, accepted, damaged, missing, surplus}; `whole` false: more is to come."""
        spec = json_body("lines", "whole")
        wm.settle()
        with wm.lock:
            found = _asn(wm, key)
            asns.inspect(wm, found, list(spec.get("lines") or []), whole=bool(spec.get("whole", True)))
            return _receipt(wm, key)

    @app.post("/stock")
    def set_stock() -> dict[str, Any]:
        """`{"facility", "sku", "quantity", "organization"?}`: so many pieces are there, none promised."""
        spec = json_body("facility", "sku", "quantity", "organization")
        with wm.lock:
            wanted = (spec.get("organization", ACCOUNTS[0].organizations[0]), spec.get("facility"), spec.get("sku"))
            rows = [row for row in wm.stock if (row.organization, row.facility, row.item) == wanted]
            if not rows:
                raise LookupError(f"no such stock: {wanted}")
            for row in rows:
                row.on_hand, row.allocated = 0, 0
            rows[0].on_hand = float(spec.get("quantity") or 0)
            return views.inventory(rows[0])

    return app


def _asn(wm: Manhattan, key: str) -> Any:
    found = next((row for (_, number), row in wm.asns.items() if number == key), None)
    if found is None:
        raise LookupError(f"no such receipt: {key}")
    return found


def _receipt(wm: Manhattan, key: str) -> dict[str, Any]:
    found = _asn(wm, key)
    return {
        "number": found.id, "organization": found.organization, "facility": found.facility, "status": found.status,
        "canceled": found.canceled, "verified": found.verified is not None, "body": found.body,
        "receipts": list(views.receipts(wm, found)),
    }  # fmt: skip
