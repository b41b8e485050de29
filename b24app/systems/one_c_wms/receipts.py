"""Expected receipts and stock by the HTTP service (1c.md §6.8). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from b24app.logistics.warehouse import Finding, InspectedLine, ReceiptRequest, ReceiptStage, ReceiptState, StockLine
from b24app.systems.kit.one_c_documents import MAX_LINE, UNIT, filled
from b24app.systems.kit.one_c_http import Row
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import decimal_of, moment_of
from b24app.systems.one_c_wms.goods import merged
from b24app.systems.one_c_wms.orders import party
from b24app.systems.one_c_wms.vocabulary import RECEIPT_STATUSES

_NOTHING = Decimal(0)


def build_receipt(request: ReceiptRequest, warehouse: str, zone: tzinfo) -> dict[str, Any]:
    """`type: return`. Raises Refused for goods that no warehouse could know."""
    expected = request.expected_at.astimezone(zone).isoformat(timespec="seconds") if request.expected_at else ""
    origin = {"transportRequestExternalId": request.of_number, "reasonText": request.reason[:MAX_LINE]}
    items = [
        {
            "line": line,
            "sku": item.sku.strip()[:MAX_LINE],
            "name": item.name[:MAX_LINE],
            "qtyExpected": item.quantity,
            "unit": UNIT,
        }
        for line, item in enumerate(merged(request.items), 1)
    ]
    return filled(
        {
            "externalId": request.number,
            "type": "return",
            "warehouseRef": request.warehouse or warehouse,
            "expectedAt": expected,
            "returnOf": origin,
            "party": party(request.sender),
            "trackingNumber": request.tracking_number[:MAX_LINE],
            "items": items,
        }
    )


def parse_receipt(row: Row) -> ReceiptState | None:
    """A state of §6.8 without its inspection; None when it is none."""
    identifier, status = str(row.get("id") or ""), str(row.get("status") or "")
    if not identifier or not status:
        return None
    return ReceiptState(
        remote_id=identifier,
        number=str(row.get("externalId") or ""),
        receipt_number=str(row.get("number") or ""),
        stage=RECEIPT_STATUSES.get(status, ReceiptStage.UNKNOWN),
        code=str(row.get("rawStatus") or status),
        text=str(row.get("statusText") or row.get("rawStatus") or status),
        lines=tuple(line for each in rows_of(row.get("items")) if (line := _line(each))),
    )


def _line(row: Row) -> InspectedLine | None:
    sku, expected = str(row.get("sku") or ""), decimal_of(row.get("qtyExpected"))
    if not sku or expected is None:
        return None
    return InspectedLine(sku, expected, received=decimal_of(row.get("qtyReceived")) or _NOTHING)


def with_inspection(state: ReceiptState, row: Row) -> ReceiptState | None:
    """The state with what was found; None when the document is no inspection, or does not add up: accepted + damaged +
    missing = expected (§6.8)."""
    found = [line for each in rows_of(row.get("items")) if (line := _inspected(each))]
    at = moment_of(row.get("completedAt"))
    if at is None or len(found) != len(rows_of(row.get("items"))) or not found:
        return None
    return replace(state, lines=tuple(found), inspected_at=at, inspector=str(row.get("inspector") or ""))


def _inspected(row: Row) -> InspectedLine | None:
    sku, expected = str(row.get("sku") or ""), decimal_of(row.get("qtyExpected"))
    names = ("qtyAccepted", "qtyDamaged", "qtyMissing", "qtySurplus")
    accepted, damaged, missing, surplus = (decimal_of(row.get(name)) or _NOTHING for name in names)
    if not sku or expected is None or accepted + damaged + missing != expected:
        return None
    findings = tuple(finding for each in rows_of(row.get("findings")) if (finding := _finding(each)))
    return InspectedLine(sku, expected, accepted, damaged, missing, surplus, accepted + damaged + surplus, findings)


def _finding(row: Row) -> Finding | None:
    quantity = decimal_of(row.get("qty"))
    if quantity is None:
        return None
    photos = row.get("photos")
    return Finding(
        quantity,
        str(row.get("condition") or ""),
        str(row.get("reasonCode") or ""),
        str(row.get("comment") or ""),
        tuple(str(key) for key in photos) if isinstance(photos, list) else (),
    )


def parse_stock(row: Mapping[str, Any]) -> StockLine | None:
    """A row of §6.8 in good condition; None for another one, or one without sense."""
    sku, available = str(row.get("sku") or ""), decimal_of(row.get("available"))
    if not sku or available is None or str(row.get("condition") or "good") != "good":
        return None
    there, held, soon = (decimal_of(row.get(name)) for name in ("onHand", "reserved", "expected"))
    return StockLine(sku, str(row.get("warehouseRef") or ""), available, there, held, soon, str(row.get("unit") or ""))
