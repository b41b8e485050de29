"""What the control API has for MoySklad beside what every carrier has."""

from __future__ import annotations

from typing import Any

from flask import Flask

from sandbox.kernel.steering import create_control, found, json_body

from .core import MoySklad
from .model import USERS, Entity
from .rules import ways
from .rules.view import plain


def control_of(sklad: MoySklad) -> Flask:
    """``POST /tokens/expire``: users' tokens end; ``{"all": true}``: those of solutions too. ``GET /webhooks``.
    ``POST /orders/<key>/documents {"kind", "name"}``. ``GET /receipts/<key>``; ``POST /receipts/<key>/inspect {"lines",
    "photos"}``."""
    app = create_control(sklad)

    @app.post("/tokens/expire")
    def expire_tokens() -> dict[str, Any]:
        wanted = json_body("all")
        with sklad.lock:
            ended = list(sklad.tokens)
            sklad.tokens.clear()
            if wanted.get("all"):
                sklad.dead_tokens = {user.token for user in USERS if user.token}
        return {"ended": ended}

    @app.get("/webhooks")
    def list_webhooks() -> dict[str, Any]:
        with sklad.lock:
            rows = [{"url": hook.get("url"), "account": base.code, "entityType": hook.get("entityType", kind),
                     "action": hook.get("action", ""), "enabled": hook.get("enabled")}
                    for base in sklad.bases.values() for kind in ("webhook", "webhookstock")
                    for hook in base.of(kind).values()]  # fmt: skip
        return {"webhooks": rows}

    @app.post("/orders/<key>/documents")
    def add_document(key: str) -> dict[str, Any]:
        spec = json_body("kind", "name")
        with found(sklad, key) as order:
            paper = ways.add_document(sklad, order, str(spec.get("kind", "other")), str(spec["name"]))
            return {"id": paper.id, "name": paper.filename, "bytes": len(paper.content)}

    @app.get("/receipts/<key>")
    def read_receipt(key: str) -> dict[str, Any]:
        with sklad.lock:
            receipt = _receipt(sklad, key)
            base = sklad.base_with(receipt)
            losses = [plain(base, row) for row in base.of("loss").values() if row.ref("salesReturn") == receipt.id]
            return {**plain(base, receipt), "losses": losses}

    @app.post("/receipts/<key>/inspect")
    def inspect(key: str) -> dict[str, Any]:
        sklad.settle()
        spec = json_body("lines", "photos")
        with sklad.lock:
            receipt = _receipt(sklad, key)
            return ways.inspect(sklad, receipt, spec.get("lines") or [], int(spec.get("photos", 0)))

    return app


def _receipt(sklad: MoySklad, key: str) -> Entity:
    receipt = sklad.find_of("salesreturn", key)
    if receipt is None:
        raise LookupError(f"no such receipt: {key}")
    return receipt
