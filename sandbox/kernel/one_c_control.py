"""The control API of a 1C system: beside every carrier's, the address that 1C calls back, and documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Flask

from . import one_c_http_documents as documents
from .one_c import Infobases
from .one_c_http_callbacks import settings_of
from .pdf import label_pdf
from .steering import create_control as shared_control
from .steering import found, json_body


def create_control(
    carrier: Infobases[Any], owner_of: Callable[[Any], tuple[str, str]], changed: Callable[[Any], None]
) -> Flask:
    """Beside every carrier's: ``POST /callback``, ``GET /webhooks``, ``POST /orders/<key>/documents``. ``owner_of``
    gives an order's (id, our number); ``changed`` is told that a document of theirs came to one."""
    app = shared_control(carrier)
    _callbacks(app, carrier)
    _documents(app, carrier, owner_of, changed)
    return app


def _callbacks(app: Flask, carrier: Infobases[Any]) -> None:
    """``{"url", "token", "base"}`` types an address into an infobase's form (no base: the first one)."""

    @app.post("/callback")
    def set_callback() -> dict[str, Any]:
        spec = json_body("url", "token", "base")
        base = str(spec.get("base") or carrier.service.users[0].base)
        settings_of(carrier, carrier.exchange.callbacks, base, spec)
        return list_webhooks()

    @app.get("/webhooks")
    def list_webhooks() -> dict[str, Any]:
        with carrier.lock:
            forms = carrier.exchange.callbacks.items()
            return {"webhooks": [{"base": base, "url": form.url, "token": form.token} for base, form in forms]}


def _documents(
    app: Flask,
    carrier: Infobases[Any],
    owner_of: Callable[[Any], tuple[str, str]],
    changed: Callable[[Any], None],
) -> None:
    @app.post("/orders/<key>/documents")
    def add_document(key: str) -> dict[str, Any]:
        """``{"kind", "name", "signed"}``: a document of theirs appears."""
        spec = json_body("kind", "name", "signed")
        kind = str(spec.get("kind") or "other")
        if kind not in documents.KINDS:
            raise ValueError(f"no such kind: {kind} (there are: {', '.join(documents.KINDS)})")
        name = str(spec.get("name") or f"{kind}.pdf")
        with found(carrier, key) as order:
            owner, number = owner_of(order)
            content = label_pdf([(number if number.isascii() else "1C", [name, number, kind])])
            digest = hashlib.sha256(f"{owner}{name}{len(carrier.exchange.documents)}".encode()).hexdigest()
            new = documents.Document(
                f"0a000201-0000-4000-8000-{digest[:12]}", owner, "", kind, name, "application/pdf", content,
                carrier.time(), bool(spec.get("signed")),
            )  # fmt: skip
            documents.add(carrier.service, owner, number, new)
            changed(order)
        return {"id": new.id, "kind": kind, "name": name}
