"""Labels, waybills, the courier's register (contract §5.5, §6)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.dpd import geo
from sandbox.dpd.errors import NOT_FOUND, PAST_PICKUP, Fault
from sandbox.dpd.model import Account, Order
from sandbox.kernel.pdf import label_pdf

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = Mapping[str, Any]


def labels(dpd: Dpd, account: Account, request: Row) -> dict[str, Any]:
    """createLabelFile: one wrong order and there is no file, the reason stands beside it."""
    if request["fileFormat"] not in ("PDF", "FP3"):
        raise Fault(f"Недопустимый формат файла: {request['fileFormat']}", "wrong-file-format")
    if request["pageSize"] not in ("A5", "A6"):
        raise Fault(f"Недопустимый размер страницы: {request['pageSize']}", "wrong-page-size")
    if request["fileFormat"] == "FP3":
        raise Fault("The sandbox makes no FP3 files: see its coverage page", declared=False)
    rows, pages = [], []
    for wanted in request.get("order") or []:
        order = dpd.of_client(account.client_number, order_num=wanted["orderNum"])
        words = _refusal(dpd, order) or ("" if wanted["parcelsNumber"] > 0 else "Не указано количество наклеек")
        rows.append(
            {"orderNum": wanted["orderNum"], "status": "LabelError" if words else "OK"}
            | ({"errorMessage": words} if words else {})
        )
        if order and not words:
            pages += _stickers(order, wanted["parcelsNumber"])
    if not rows or any("errorMessage" in row for row in rows):
        return {"order": rows}
    for row in rows:
        dpd.note("label.made", str(row["orderNum"]), form=request["pageSize"])
    return {"file": label_pdf(pages, request["pageSize"]), "order": rows}


def _refusal(dpd: Dpd, order: Order | None) -> str:
    if order is None:
        return "Заказ не найден"
    if not order.live:
        return "Заказ отменён"
    # Pending ones have no number of DPD's and so cannot even be asked for.
    return PAST_PICKUP if order.pickup < dpd.today() else ""


def _stickers(order: Order, count: int) -> list[tuple[str, Sequence[str]]]:
    city = geo.cities()[order.to_city].name
    lines = [order.order_num, order.number, order.receiver["contactFio"], city, f"{order.body['cargoWeight']} kg"]
    return [(order.pieces[at % len(order.pieces)].dpd_number, [*lines, f"{at + 1} / {count}"]) for at in range(count)]


def raw_label(dpd: Dpd, account: Account, request: Row) -> dict[str, Any]:
    """createParcelLabel: of one parcel, or of all of them."""
    order = dpd.of_client(account.client_number, order_num=request["parcel"]["orderNum"])
    words = _refusal(dpd, order)
    if order is None or words:
        return {"order": [{"orderNum": request["parcel"]["orderNum"], "status": "LabelError", "errorMessage": words}]}
    sender, receiver = order.header["senderAddress"], order.receiver
    row = {
        "orderNum": order.order_num, "clientOrderNum": order.number, "datePickup": order.pickup,
        "serviceCode": order.body["serviceCode"], "category": order.body["cargoCategory"], "senderName": sender["name"],
        "senderAddress": _address(sender), "pickipTerminalCode": sender.get("terminalCode"),
        "receiverName": receiver["name"],
        "receiverAddress": _address(receiver), "deliveryTerminalCode": receiver.get("terminalCode"),
        "isTerm": order.variant.endswith("Т"), "status": "OK",
    }  # fmt: skip
    wanted = request["parcel"].get("parcelNum")
    pieces = [piece for piece in order.pieces if not wanted or wanted in (piece.number, piece.dpd_number)]
    return {"order": [row | {"label": piece.dpd_number} for piece in pieces]}


def _address(fields: Row) -> str:
    names = ("city", "streetAbbr", "street", "house", "flat")
    return ", ".join(str(fields[name]) for name in names if fields.get(name))


def invoice(dpd: Dpd, account: Account, request: Row) -> dict[str, Any]:
    """getInvoiceFile: the waybill."""
    order = dpd.of_client(account.client_number, order_num=request["orderNum"])
    if order is None or not order.live:
        raise Fault(NOT_FOUND, "no-data-found")
    dpd.note("label.made", order.order_num, form="invoice")
    lines = [order.number, order.receiver["contactFio"], f"{len(order.pieces)} pcs", f"{order.body['cargoWeight']} kg"]
    return {"file": label_pdf([(order.order_num, lines)], "A4")}


def register(dpd: Dpd, account: Account, request: Row) -> dict[str, Any]:
    """getRegisterFile: what the courier takes on a day, as XLS."""
    day, city = request["datePickup"], request.get("cityPickupId")
    found = [
        order
        for order in dpd.orders
        if order.client == account.client_number and order.pickup == day and order.order_num and order.live
        and city in (None, order.from_city)
    ]  # fmt: skip
    if not found:
        raise Fault(NOT_FOUND, "no-data-found")
    dpd.note("label.made", day.isoformat(), form="register", orders=len(found))
    rows = [
        [order.order_num, order.number, order.receiver["contactFio"], str(order.body["cargoWeight"])] for order in found
    ]
    return {"file": [_xls(rows)]}


def _xls(rows: Sequence[Sequence[str]]) -> bytes:
    """The oldest form of an XLS sheet (BIFF2): a beginning, one record a cell, an end."""
    parts = [struct.pack("<HHHH", 0x0009, 4, 2, 0x0010)]
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            words = text.encode("cp1251", "replace")[:255]
            head = struct.pack("<HHHH", 0x0004, 8 + len(words), at, column)
            parts.append(head + b"\0\0\0" + bytes([len(words)]) + words)
    return b"".join(parts) + struct.pack("<HH", 0x000A, 0)
