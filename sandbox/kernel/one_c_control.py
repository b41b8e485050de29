"""What the control API of both 1C systems has beside every carrier's: the address that 1C calls back, documents."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIEnvironment

from flask import Flask

from . import one_c_http_documents as documents
from .carrier import Carrier
from .one_c_http_callbacks import settings_of
from .one_c_http_state import Exchange
from .one_c_users import User
from .pdf import label_pdf
from .steering import found, json_body

if TYPE_CHECKING:
    from .one_c_http import HttpService


def add_callback_routes(
    app: Flask, carrier: Carrier[Any], exchange: Callable[[], Exchange], users: Sequence[User]
) -> None:
    """``POST /callback {"url", "token", "base"}`` types an address into an infobase's form (no base: the first one);
    ``GET /webhooks`` shows what is typed there."""

    @app.post("/callback")
    def set_callback() -> dict[str, Any]:
        spec = json_body("url", "token", "base")
        settings_of(carrier, exchange().callbacks, str(spec.get("base") or users[0].base), spec)
        return list_webhooks()

    @app.get("/webhooks")
    def list_webhooks() -> dict[str, Any]:
        with carrier.lock:
            rows = [{"base": base, "url": each.url, "token": each.token} for base, each in exchange().callbacks.items()]
        return {"webhooks": rows}


def add_document_route(
    app: Flask, service: HttpService, owner_of: Callable[[Any], tuple[str, str]], added: Callable[[Any], None]
) -> None:
    """``POST /orders/<key>/documents {"kind", "name", "signed"}``: a document of theirs appears. ``owner_of`` gives an
    order's (id, our number); ``added`` is told whose it is."""

    @app.post("/orders/<key>/documents")
    def add_document(key: str) -> dict[str, Any]:
        spec = json_body("kind", "name", "signed")
        kind = str(spec.get("kind") or "other")
        if kind not in documents.KINDS:
            raise ValueError(f"no such kind: {kind} (there are: {', '.join(documents.KINDS)})")
        name = str(spec.get("name") or f"{kind}.pdf")
        with found(service.carrier, key) as order:
            owner, number = owner_of(order)
            content = label_pdf([(number if number.isascii() else "1C", [name, number, kind])])
            digest = hashlib.sha256(f"{owner}{name}{len(service.exchange.documents)}".encode()).hexdigest()
            new = documents.Document(
                f"0a000201-0000-4000-8000-{digest[:12]}", owner, "", kind, name, "application/pdf", content,
                service.carrier.time(), bool(spec.get("signed")),
            )  # fmt: skip
            documents.add(service, owner, number, new)
            added(order)
        return {"id": new.id, "kind": kind, "name": name}


def account_of(environ: WSGIEnvironment, users: Sequence[User]) -> str:
    """The login of a call, whether or not its password is right; empty without a known one."""
    given = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")[2]
    try:
        login = base64.b64decode(given, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return login if any(each.login == login for each in users) else ""
