"""Addresses of print forms."""

from __future__ import annotations

from flask import Flask, Response

from .core import Cdek
from .rules import prints
from .view import accepted_envelope
from .wire import account, answer, body

_FOLDERS = {"orders": "waybill", "barcodes": "barcode"}


def add(app: Flask, cdek: Cdek) -> None:
    """Register the print routes of both kinds."""

    @app.post("/v2/print/<any(orders, barcodes):folder>")
    def create_form(folder: str) -> Response:
        done = prints.create(cdek, account(), _FOLDERS[folder], body())
        return answer(cdek, accepted_envelope(cdek, *done), 202)

    @app.get("/v2/print/<any(orders, barcodes):folder>/<uuid>")
    def read_form(folder: str, uuid: str) -> Response:
        with cdek.lock:
            wanted = uuid.removesuffix(".pdf")
            form = prints.form_of(cdek, account(), _FOLDERS[folder], wanted)
            if uuid.endswith(".pdf"):
                return Response(prints.pdf_of(cdek, form), 200, content_type="application/pdf")
            return answer(cdek, prints.as_json(cdek, form))
