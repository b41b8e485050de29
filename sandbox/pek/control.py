"""PEK's own switches beside those that every carrier has."""

from __future__ import annotations

from typing import Any

from flask import Flask

from sandbox.kernel.steering import create_control, found, json_body

from .core import Pek
from .data.network import find_warehouse
from .rules import life


def control_of(pek: Pek) -> Flask:
    """``POST /orders/<key>/rollback``: the newest status is undone. ``POST /warehouses/<id>``: ``{"open": false}``
    closes it, other keys replace fields of its row. ``POST /keys/expire {"key"}``: an API key is no longer live.
    ``GET /webhooks``: PEK has none."""
    app = create_control(pek)

    @app.post("/orders/<key>/rollback")
    def roll_back(key: str) -> dict[str, Any]:
        with found(pek, key) as cargo:
            life.move(pek, cargo, {"undo": True})
            return dict(pek.summary(cargo))

    @app.post("/warehouses/<key>")
    def change_warehouse(key: str) -> dict[str, Any]:
        if find_warehouse(key, pek.switches.extra_points) is None:
            raise LookupError(f"no such warehouse: {key}")
        with pek.lock:
            pek.changes.setdefault(key, {}).update(json_body())
            return pek.changes[key]

    @app.post("/keys/expire")
    def expire_key() -> dict[str, Any]:
        with pek.lock:
            pek.switches.dead_keys = [*pek.switches.dead_keys, str(json_body("key")["key"])]
            return {"dead_keys": pek.switches.dead_keys}

    @app.get("/webhooks")
    def list_webhooks() -> dict[str, Any]:
        return {"webhooks": []}

    return app
