"""Print forms (pek.md §6): made at once, as base64 whose JSON is not what the page prints. Pure."""

from __future__ import annotations

import base64
import binascii
import re

from b24app.logistics.papers import PDF

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def pdf_in(body: bytes) -> bytes | None:
    """Of a bare JSON string, an object with one, or the text that the page prints, which is no JSON at all."""
    for found in _BASE64.findall(body.replace(b"\\/", b"/")):
        try:
            pdf: bytes = base64.b64decode(found, validate=True)
        except binascii.Error:
            continue
        if pdf.startswith(PDF):
            return pdf
    return None
