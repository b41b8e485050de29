"""What happens to orders and receipts once they are there: picking, packing, shipping, cancelling, receiving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.kernel.one_c_http_callbacks import tell
from sandbox.one_c_wms.data import statuses as words
from sandbox.one_c_wms.data.goods import goods
from sandbox.one_c_wms.model import Order, Package, Receipt

from . import states, stock

if TYPE_CHECKING:
    from sandbox.one_c_wms.core import OneCWms

_HEAVIER_KG = 0.3
_SIDES_CM = (30, 20, 15)


def usual_weight(sku: str) -> float:
    """Of one piece, in kilograms; 0 = nobody weighed it."""
    found = goods().get(sku)
    return found.weight_g / 1000 if found else 0.0


# --- orders -----------------------------------------------------------------------------------------------------------


def accept(wms: OneCWms, order: Order) -> None:
    wms.orders[order.key] = order
    wms.note(
        "order.accepted", order.external_id, id=order.key, base=order.base, their_number=order.number,
        recipient=order.recipient, phone=wms.facts(order)["phone"], warehouse=order.warehouse, http=bool(order.body),
        address=str((order.body.get("deliveryAddress") or {}).get("text") or ""),
        lines=[[line.sku, line.ordered] for line in order.lines],
    )  # fmt: skip
    wms.begin_walk(order)


def move(wms: OneCWms, order: Order, step: Mapping[str, Any]) -> None:
    """Raises ValueError."""
    code = str(step.get("code") or "")
    raw = words.ORDER_RAW.get(code, code)
    if not raw.replace("_", "").isalnum():
        raise ValueError(f"a state is needed, e.g. {words.PICKING} or in_transit: {code!r}")
    if order.raw in words.ORDER_FINAL:
        raise ValueError(f"{order.raw} is final")
    if raw == words.NEW and order.raw != words.NEW:
        raise ValueError(f"{order.raw} cannot become {raw}")
    if raw in (words.PICKED, words.PACKED, words.SHIPPED):
        _pick(wms, order, float(step.get("short") or 0))
    if raw in (words.PACKED, words.SHIPPED) and not order.packages:
        order.packages = [_measured(order)]
    if raw == words.SHIPPED:
        for line in order.lines:
            line.shipped = line.picked
            stock.change(wms, order.base, line.sku, order.warehouse, -line.shipped, 0)
    set_raw(wms, order, raw, str(step.get("said") or ""))


def set_raw(wms: OneCWms, order: Order, raw: str, said: str = "") -> None:
    states.put_state(wms.bases[order.base], states.ORDER, order.key, raw)
    order.raw, order.status_at = raw, wms.time()
    order.said = said or ("Нет свободной ячейки отгрузки" if raw == words.BLOCKED else "")
    wms.note("order.status", order.external_id, id=order.key, code=raw)
    changed(wms, order)


def changed(wms: OneCWms, order: Order) -> None:
    """§10.3: every change is one revision, and a callback."""
    order.revision += 1
    _tell(wms, order, "shipment_order.changed", words.ORDER.get(order.raw, order.raw))


def cancelled_outside(wms: OneCWms, order: Order) -> None:
    """Its document was marked, or its state set."""
    if order.raw != words.CANCELLED:
        set_raw(wms, order, words.CANCELLED)
        wms.note("order.cancelled", order.external_id, id=order.key)


def _pick(wms: OneCWms, order: Order, short: float) -> None:
    """What lies there is picked, at most what was ordered; ``short`` pieces of the first row are not found."""
    if any(line.picked for line in order.lines):
        return
    for at, line in enumerate(order.lines):
        there, _ = stock.on_hand(wms, order.base, line.sku, order.warehouse)
        line.picked = max(min(line.ordered, there) - (short if at == 0 else 0), 0)


def _measured(order: Order) -> Package:
    announced = sum(line.ordered * line.weight_kg for line in order.lines)
    return Package(1, f"{order.external_id}-1", round(announced + _HEAVIER_KG, 3), *_SIDES_CM)


# --- receipts ---------------------------------------------------------------------------------------------------------


def expect(wms: OneCWms, receipt: Receipt, sender: str) -> None:
    wms.receipts[receipt.key] = receipt
    origin = receipt.body.get("returnOf") or {}
    wms.note(
        "receipt.accepted", receipt.external_id, id=receipt.key, base=receipt.base, type=receipt.kind, sender=sender,
        warehouse=receipt.warehouse, http=bool(receipt.body), return_of=origin.get("transportRequestExternalId", ""),
        lines=[[line.sku, line.expected] for line in receipt.lines],
        tracking_number=receipt.body.get("trackingNumber", ""),
    )  # fmt: skip


def move_receipt(wms: OneCWms, receipt: Receipt, code: str) -> None:
    """§9: steps may be skipped, none taken back; cancelled only before it was unloaded. Raises ValueError."""
    raw = words.RECEIPT_RAW.get(code, code)
    order = list(words.RECEIPT)
    if receipt.raw in (words.R_DONE, words.R_CANCELLED):
        raise ValueError(f"{receipt.raw} is final")
    late = receipt.raw not in (words.R_NEW, words.R_ON_THE_WAY)
    back = raw in order and receipt.raw in order and order.index(raw) < order.index(receipt.raw)
    if back or (raw == words.R_CANCELLED and late):
        raise ValueError(f"{receipt.raw} cannot become {raw}")
    if raw == words.R_DONE:
        raise ValueError("a receipt is completed by its inspection: POST /receipts/<key>/inspect")
    set_receipt(wms, receipt, raw)


def set_receipt(wms: OneCWms, receipt: Receipt, raw: str, event: str = "expected_receipt.changed") -> None:
    states.put_state(wms.bases[receipt.base], states.RECEIPT, receipt.key, raw)
    receipt.raw, receipt.status_at = raw, wms.time()
    receipt.revision += 1
    wms.note("receipt.status", receipt.external_id, id=receipt.key, code=raw)
    _tell(wms, receipt, event, words.RECEIPT.get(raw, raw))


def receipt_cancelled_outside(wms: OneCWms, receipt: Receipt) -> None:
    if receipt.raw != words.R_CANCELLED:
        set_receipt(wms, receipt, words.R_CANCELLED)
        wms.note("receipt.cancelled", receipt.external_id, id=receipt.key)


def _tell(wms: OneCWms, found: Order | Receipt, event: str, status: str) -> None:
    tell(wms.service, found.base, found.external_id, event, found.key, status, found.revision)
