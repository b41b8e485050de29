"""Print forms (pek.md §6): made at once, as base64 whose JSON is not what the page prints. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import re

from b24app.logistics.papers import PDF, PaperForm, PaperKind

#: Ours -> their `type`: the order form, labels of all places.
TYPES = {"waybill": "big", "label": "multiple"}
FORMS = (
    PaperForm("label", PaperKind.LABEL, "A6", first=True),
    PaperForm("waybill", PaperKind.WAYBILL, "A4", first=True),
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def pdf_in(body: bytes) -> bytes | None:
    """A bare JSON string, an object with one, or the text that the page prints, which is no JSON at all."""
    text = body.replace(b"\\/", b"/").replace(b"\\r", b"").replace(b"\\n", b"")
    for found in _BASE64.findall(text):
        try:
            pdf: bytes = base64.b64decode(found, validate=True)
        except binascii.Error:
            continue
        if pdf.startswith(PDF):
            return pdf
    return None


def document_in(body: bytes) -> object:
    """The JSON of an answer that brought no file; None when it is none."""
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
