"""Documents and labels (§9): which exist for what, and when. Real, small PDFs and zips."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date

from sandbox.kernel.pdf import label_pdf
from sandbox.russian_post.catalogue import has_cod
from sandbox.russian_post.core import Post
from sandbox.russian_post.errors import Refused, gateway, internal, not_found
from sandbox.russian_post.model import Account, Batch, Order

from . import backlog, batches

_SHEETS = {"PAPER": "A5", "THERMO": "A6"}
# Types without a form before they are in a batch: "Forbidden mail type" for a plain parcel (§9).
_NO_BACKLOG_FORM = ("POSTAL_PARCEL", "PARCEL_CLASS_1")


def of_order(post: Post, account: Account, number: int, form: str, query: Mapping[str, str]) -> bytes:
    """``f7pdf``, ``f112pdf`` or ``forms`` of an order in a batch. Raises Refused."""
    sheet = _sheet(query)
    order = backlog.one(post, account, number, batched=True)
    if form == "f112pdf" and not has_cod(str(order.body["mail-category"])):
        raise internal("F112 is not available for this mail category")
    post.note("label.made", order.number, id=order.id, form=form, barcode=order.barcode)
    pages = [_page(order, form)]
    if form == "forms" and has_cod(str(order.body["mail-category"])):
        pages.append(_page(order, "f112pdf"))
    return label_pdf(pages, sheet)


def before_batching(post: Post, account: Account, number: int, query: Mapping[str, str]) -> bytes:
    """``/1.0/forms/backlog/{id}/forms``. Raises Refused."""
    _check_date(query)
    order = backlog.one(post, account, number, batched=False)
    if not account.print_from_backlog:
        raise Refused(403, {"status": 403, "message": "Printing from backlog is not enabled"})
    if order.body["mail-type"] in _NO_BACKLOG_FORM:
        raise internal("Forbidden mail type")
    post.note("label.made", order.number, id=order.id, form="backlog-forms", barcode=order.barcode)
    return label_pdf([_page(order, "forms")], "A5")


def _sheet(query: Mapping[str, str]) -> str:
    _check_date(query)
    kind = query.get("print-type", "PAPER")
    if kind not in _SHEETS:
        raise gateway(400, f"Illegal print-type: {kind}")
    return _SHEETS[kind]


def _check_date(query: Mapping[str, str]) -> None:
    try:
        if query.get("sending-date"):
            date.fromisoformat(query["sending-date"])
    except ValueError:
        raise gateway(400, "Illegal sending-date") from None


def _page(order: Order, form: str) -> tuple[str, list[str]]:
    body = order.body
    names = ("index-to", "region-to", "place-to", "street-to", "house-to", "room-to")
    where = ", ".join(str(body[name]) for name in names if body.get(name))
    point = (body.get("ecom-data") or {}).get("delivery-point-index")
    lines = [
        f"Почта России {form}", f"ШПИ {order.barcode}", f"Заказ {order.number}", f"{body['mail-type']}",
        f"Кому: {body['recipient-name']}", f"Куда: {where}" + (f" пункт {point}" if point else ""),
        f"Масса {body['mass']} г",
    ]  # fmt: skip
    for name, word in (("insr-value", "Ценность"), ("payment", "Наложенный платеж")):
        if body.get(name):
            lines.append(f"{word} {body[name] // 100} руб. {body[name] % 100:02d} коп.")
    return order.barcode, lines


def f103(post: Post, account: Account, name: str) -> bytes:
    """The list of a checked-in batch. Raises Refused."""
    batch = batches.batch_of_forms(post, account, name)
    post.note("label.made", name, form="f103pdf", orders=[order.number for order in batches.members(post, batch)])
    return _f103(post, batch)


def _f103(post: Post, batch: Batch) -> bytes:
    orders = batches.members(post, batch)
    rows = [f"{order.barcode} {order.number} {order.body['mass']} г" for order in orders]
    return label_pdf([(f"F103-{batch.name}", [f"Ф. 103 партия {batch.name} {batch.sending_date}", *rows[:50]])], "A4")


def everything(post: Post, account: Account, name: str, query: Mapping[str, str]) -> bytes:
    """``zip-all``: the export, F103 and the labels. Raises Refused."""
    sheet = _sheet(query)
    if query.get("print-type-form", "ONE_SIDED") not in ("ONE_SIDED", "TWO_SIDED"):
        raise gateway(400, "Illegal print-type-form")
    batch = batches.batch_of_forms(post, account, name)
    orders = batches.members(post, batch)
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerow(("ORDERNUM", "BARCODE", "MASS", "INDEX"))
    for order in orders:
        writer.writerow((order.number, order.barcode, order.body["mass"], order.body.get("index-to", "")))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Export.csv", table.getvalue())
        archive.writestr("Export.xls", table.getvalue())
        archive.writestr("F103.pdf", _f103(post, batch))
        archive.writestr("F7.pdf", label_pdf([_page(order, "f7pdf") for order in orders], sheet))
        if cod := [order for order in orders if has_cod(str(order.body["mail-category"]))]:
            archive.writestr("F112.pdf", label_pdf([_page(order, "f112pdf") for order in cod], sheet))
    post.note("label.made", name, form="zip-all", orders=[order.number for order in orders])
    return out.getvalue()


def inspection_act(post: Post, account: Account, name: str) -> bytes:
    """``completeness-checking-form``: only where an item has that service. Raises Refused."""
    batch = batches.batch_of_forms(post, account, name)
    rows = [order for order in batches.members(post, batch) if order.body.get("completeness-checking")]
    if not rows:
        raise internal("No shipments with completeness checking")
    return label_pdf([_page(order, "completeness") for order in rows], "A4")


def easy_return(post: Post, account: Account, barcode: str, query: Mapping[str, str]) -> bytes:
    """The label of a return shipment. Raises Refused."""
    sheet = _sheet(query)
    order = post.by_barcode.get(barcode)
    if order is None or order.account != account or order.kind != "return" or order.deleted:
        raise not_found("ReturnShipment", barcode)
    post.note("label.made", order.number or barcode, form="easy-return-pdf", barcode=barcode)
    lines = [f"Почта России EASY_RETURN {barcode}", f"К отправлению {order.direct or '-'}",
             f"Кому: {order.body['recipient-name']}"]  # fmt: skip
    return label_pdf([(barcode, lines)], sheet)
