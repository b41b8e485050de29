"""Orders, receipts and stock as the service's answers show them (§6.8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.kernel.one_c_http import HttpService
from sandbox.kernel.one_c_http_documents import of_owner

from .data import statuses as words
from .model import Order, Receipt, plain
from .rules.stock import Sums, expected, on_hand, reserved

if TYPE_CHECKING:
    from .core import OneCWms

Row = dict[str, Any]


def order(service: HttpService, found: Order) -> Row:
    row = _state(service, found, words.ORDER.get(found.raw, found.raw))
    row["items"] = [
        {
            "line": line.line, "sku": line.sku, "qtyOrdered": plain(line.ordered), "qtyPicked": plain(line.picked),
            "qtyShipped": plain(line.shipped),
        }
        for line in found.lines
    ]  # fmt: skip
    row["packages"] = [
        {
            "no": box.no, "barcode": box.barcode, "weightKg": box.weight_kg, "lengthCm": box.length_cm,
            "widthCm": box.width_cm, "heightCm": box.height_cm,
        }
        for box in found.packages
    ]  # fmt: skip
    row["problem"] = {"code": "OTHER", "message": found.said} if found.said else None
    row["request"] = dict(found.body) or None
    return row


def receipt(service: HttpService, found: Receipt) -> Row:
    row = _state(service, found, words.RECEIPT.get(found.raw, found.raw))
    row["items"] = [
        {
            "line": line.line, "sku": line.sku, "qtyExpected": plain(line.expected),
            "qtyReceived": plain(line.received),
        }
        for line in found.lines
    ]  # fmt: skip
    return row


def inspection(service: HttpService, found: Receipt) -> Row:
    """Of a completed one."""
    items = [
        {
            "line": line.line, "sku": line.sku, "qtyExpected": plain(line.expected),
            "qtyAccepted": plain(line.accepted), "qtyDamaged": plain(line.damaged),
            "qtyMissing": plain(line.missing), "qtySurplus": plain(line.surplus),
            "findings": [{**row, "qty": plain(row["qty"])} for row in line.findings],
        }
        for line in found.lines
    ]  # fmt: skip
    return {
        "id": found.key, "externalId": found.external_id, "completedAt": service.wire_time(found.completed),
        "inspector": found.inspector, "overall": found.overall, "items": items,
    }  # fmt: skip


def stock(wms: OneCWms, base: str, keys: Iterable[tuple[str, str, str]]) -> list[Row]:
    """A row for each (article, warehouse, condition)."""
    held, coming = reserved(wms, base), expected(wms, base)
    return [_stock(on_hand(wms, base, *key[:2]), key, held, coming) for key in keys]


def _stock(there: tuple[float, float], key: tuple[str, str, str], held: Sums, coming: Sums) -> Row:
    sku, warehouse, condition = key
    lies = there[0] if condition == "good" else there[1]
    kept = held.get((sku, warehouse), 0) if condition == "good" else 0
    soon = coming.get((sku, warehouse), 0) if condition == "good" else 0
    return {
        "sku": sku, "warehouseRef": warehouse, "condition": condition, "onHand": plain(lies), "reserved": plain(kept),
        "available": plain(max(lies - kept, 0)), "expected": plain(soon), "unit": "шт",
    }  # fmt: skip


def _state(service: HttpService, found: Order | Receipt, status: str) -> Row:
    return {
        "id": found.key, "externalId": found.external_id, "number": found.number,
        "date": service.wire_time(found.created), "status": status, "statusText": words.TEXTS.get(found.raw, found.raw),
        "rawStatus": found.raw, "revision": found.revision, "statusAt": service.wire_time(found.status_at),
        "documentsCount": len(of_owner(service, found.key)),
    }  # fmt: skip
