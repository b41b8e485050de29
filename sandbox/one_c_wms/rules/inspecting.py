"""The inspection of a receipt (§6.8): what the control API says was found, with pictures of what is damaged."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.kernel import one_c_http_documents as documents
from sandbox.one_c_wms.data import statuses as words
from sandbox.one_c_wms.model import Receipt, ReceiptLine

from . import moves, stock

if TYPE_CHECKING:
    from sandbox.one_c_wms.core import OneCWms

_KEYS = ("sku", "accepted", "damaged", "missing", "surplus", "comment", "reason")


def inspect(wms: OneCWms, receipt: Receipt, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that are not named were accepted as expected. Raises ValueError: accepted + damaged + missing = expected."""
    if receipt.raw in (words.R_DONE, words.R_CANCELLED):
        raise ValueError(f"{receipt.raw} is final")
    known = {line.sku for line in receipt.lines}
    if strange := [str(row.get("sku")) for row in rows if row.get("sku") not in known]:
        raise ValueError(f"not in this receipt: {', '.join(strange)}")
    said = {line.line: next((row for row in rows if row.get("sku") == line.sku), {}) for line in receipt.lines}
    counted = {line.line: _counted(line, said[line.line]) for line in receipt.lines}
    for line in receipt.lines:
        line.accepted, line.damaged, line.missing, line.surplus = counted[line.line]
        if line.damaged:
            line.findings = [_finding(wms, receipt, line, said[line.line])]
        stock.change(wms, receipt.base, line.sku, receipt.warehouse, line.accepted + line.surplus, line.damaged)
    receipt.completed, receipt.inspector = wms.time(), "Кладовщик 2"
    moves.set_receipt(wms, receipt, words.R_DONE, "inspection.completed")


def _counted(line: ReceiptLine, row: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """(accepted, damaged, missing, surplus)."""
    if unknown := sorted(set(row) - set(_KEYS)):
        raise ValueError(f"unknown keys: {', '.join(unknown)} (known: {', '.join(_KEYS)})")
    damaged, missing = float(row.get("damaged") or 0), float(row.get("missing") or 0)
    accepted = float(row["accepted"]) if "accepted" in row else line.expected - damaged - missing
    if accepted < 0 or accepted + damaged + missing != line.expected:
        raise ValueError(f"{line.sku}: accepted + damaged + missing must be {line.expected}")
    return accepted, damaged, missing, float(row.get("surplus") or 0)


def _finding(wms: OneCWms, receipt: Receipt, line: ReceiptLine, row: Mapping[str, Any]) -> dict[str, Any]:
    key = str(uuid.UUID(int=wms.rng.getrandbits(128), version=4))
    photo = documents.Document(
        key, receipt.key, "", "photo", f"{line.sku}.png", "image/png", _picture(line.line), wms.time()
    )
    documents.add(wms.service, receipt.key, receipt.external_id, photo)
    return {
        "qty": line.damaged, "condition": "damaged", "reasonCode": str(row.get("reason") or "package_crushed"),
        "comment": str(row.get("comment") or "Упаковка вскрыта"), "photos": [key],
    }  # fmt: skip


def _picture(shade: int) -> bytes:
    """A PNG of 8 by 8 grey dots."""
    scan = b"".join(b"\x00" + bytes((shade * 40 % 256,)) * 8 for _ in range(8))
    head = b"\x00\x00\x00\x08\x00\x00\x00\x08\x08\x00\x00\x00\x00"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(scan)), (b"IEND", b""))
    body = b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
