"""Print forms: waybills and barcode labels, ready by the clock, gone after an hour (contract §12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, error, warning
from sandbox.cdek.model import Account, Entity, Order, Request
from sandbox.kernel.pdf import label_pdf

from .webhooks import publish

LINK_SECONDS = 3600.0
MAX_ORDERS = 100
NAMES = {"ACCEPTED": "Принят", "PROCESSING": "Формируется", "READY": "Сформирован", "REMOVED": "Удален",
         "INVALID": "Некорректный запрос"}  # fmt: skip
FORMATS = ("A4", "A5", "A6", "A7")
LANGUAGES = ("RUS", "ENG")
TEMPLATES = tuple(
    f"tpl_{name}"
    for name in ("china", "armenia", "russia", "english", "italian", "korean", "latvian", "lithuanian", "german",
                 "turkish", "czech", "thailand", "invoice")
)  # fmt: skip


def create(cdek: Cdek, account: Account, kind: str, body: Mapping[str, Any]) -> tuple[str, Request]:
    """``kind`` is ``waybill`` or ``barcode``. Raises Refused."""
    _check(body, kind)
    with cdek.lock:
        request = cdek.new_request("CREATE")
        found = [_order(cdek, account, row, request) for row in body["orders"]]
        orders = [order for order in found if order is not None]
        if not orders:
            raise Refused(error("v2_entity_empty"), envelope="request", request_type="CREATE")
        if any(order.cdek_number is None for order in orders):
            raise Refused(error("v2_entity_not_ready"), envelope="request", request_type="CREATE")
        form = _new_form(cdek, account, kind, body, orders)
        form.requests.append(request)
    return form.uuid, request


def with_order(cdek: Cdek, order: Order) -> None:
    """The form asked for together with the order (its field ``print``)."""
    kind = str(order.body["print"]).lower()
    form = _new_form(cdek, order.account, kind, {"orders": [{"order_uuid": order.uuid}]}, [order])
    form.requests.append(cdek.new_request("CREATE"))


def _check(body: Mapping[str, Any], kind: str) -> None:
    orders = body.get("orders")
    problem = None
    if not orders or not isinstance(orders, list):
        problem = error("orders_number_is_empty")
    elif len(orders) > MAX_ORDERS:
        problem = bad_value(len(orders), "orders")
    elif not all(isinstance(row, Mapping) and (row.get("order_uuid") or row.get("cdek_number")) for row in orders):
        problem = error("v2_order_number_empty")
    elif kind == "barcode" and body.get("format", "A4") not in FORMATS:
        problem = bad_value(body["format"], "format")
    elif kind == "barcode" and body.get("lang", "RUS") not in LANGUAGES:
        problem = bad_value(body["lang"], "lang")
    elif kind == "waybill" and body.get("type", "tpl_russia") not in TEMPLATES:
        problem = bad_value(body["type"], "type")
    if problem is not None:
        raise Refused(problem, envelope="request", request_type="CREATE")


def _order(cdek: Cdek, account: Account, row: Mapping[str, Any], request: Request) -> Order | None:
    """One order of the form; what is wrong with it becomes a warning and the rest is printed."""
    uuid, number = row.get("order_uuid"), row.get("cdek_number")
    order = cdek.orders.get(str(uuid)) if uuid else cdek.by_cdek_number.get(str(number))
    code = None
    if order is None or order.removed:
        code = "v2_entity_not_found"
    elif order.account != account:
        code = "v2_entity_forbidden"
    elif order.status == "INVALID":
        code = "v2_entity_invalid"
    if code is None:
        return order
    request.warnings.append(warning(code))
    return None


def _new_form(cdek: Cdek, account: Account, kind: str, body: Mapping[str, Any], orders: list[Order]) -> Entity:
    form = Entity(cdek.new_uuid(), account, kind, dict(body), cdek.time())
    form.order_uuids = [order.uuid for order in orders]
    form.statuses.append(cdek.new_status("ACCEPTED", NAMES["ACCEPTED"]))
    cdek.entities[form.uuid] = form
    cdek.note("print.accepted", form.uuid, type=kind, orders=len(orders))
    for order in orders:
        order.related.append({"uuid": form.uuid, "type": kind, "create_time": cdek.now_text()})
    half = cdek.switches.print_seconds / 2
    cdek.after(half, lambda: _move(cdek, form, "PROCESSING"))
    cdek.after(half * 2, lambda: _move(cdek, form, "READY"))
    return form


def _move(cdek: Cdek, form: Entity, code: str) -> None:
    form.statuses.append(cdek.new_status(code, NAMES[code]))
    for request in form.requests:
        request.state = "SUCCESSFUL"
    for row in (row for uuid in form.order_uuids for row in cdek.orders[uuid].related if row["uuid"] == form.uuid):
        row.pop("url", None)
        if code == "READY":
            row["url"] = url_of(cdek, form)
    if code == "READY":
        publish(cdek, form.account, "PRINT_FORM", form.uuid, {"type": form.kind.upper(), "url": url_of(cdek, form)})
        cdek.after(LINK_SECONDS, lambda: _move(cdek, form, "REMOVED"))


def url_of(cdek: Cdek, form: Entity) -> str:
    folder = "orders" if form.kind == "waybill" else "barcodes"
    return f"{cdek.base_url}/v2/print/{folder}/{form.uuid}.pdf"


def form_of(cdek: Cdek, account: Account, kind: str, uuid: str) -> Entity:
    """Raises Refused: unknown, foreign."""
    form = cdek.entities.get(uuid)
    if form is None or form.kind != kind:
        text = f"Entity is not found by uuid {uuid}"
        raise Refused(error("v2_entity_not_found", text), envelope="request")
    if form.account != account:
        raise Refused(error("v2_entity_forbidden"), envelope="request")
    return form


def as_json(cdek: Cdek, form: Entity) -> dict[str, Any]:
    body = form.body
    entity: dict[str, Any] = {"uuid": form.uuid, "orders": body["orders"]}
    if form.kind == "waybill":
        entity |= {"copy_count": body.get("copy_count", 2), "type": body.get("type", "tpl_russia")}
    else:
        entity |= {"copy_count": body.get("copy_count", 1), "format": body.get("format", "A4")}
        entity["lang"] = body.get("lang", "RUS")
    if form.status == "READY":
        entity["url"] = url_of(cdek, form)
    rows = [{"code": row.code, "name": row.name, "date_time": row.at} for row in form.statuses]
    requests = [request.as_json() for request in form.requests]
    return {"entity": entity | {"statuses": rows}, "requests": requests, "related_entities": []}


def pdf_of(cdek: Cdek, form: Entity) -> bytes:
    """The file. Raises Refused before READY and after the link has expired."""
    if form.status == "REMOVED":
        raise Refused(error("v2_entity_expired"), envelope="request")
    if form.status != "READY":
        raise Refused(error("v2_entity_not_ready"), envelope="request")
    size = str(form.body.get("format", "A4"))
    copies = int(form.body.get("copy_count") or (2 if form.kind == "waybill" else 1))
    pages = [page for uuid in form.order_uuids for page in _pages(cdek.orders[uuid], form.kind)]
    return label_pdf(pages * max(1, copies), size)


def _pages(order: Order, kind: str) -> list[tuple[str, list[str]]]:
    recipient = order.body["recipient"]
    place = order.body.get("delivery_point") or (order.body.get("to_location") or {}).get("address", "")
    head = [
        f"CDEK {order.cdek_number}",
        f"No. {order.number}",
        recipient["name"],
        place,
        recipient["phones"][0]["number"],
    ]
    if kind == "waybill":
        return [(str(order.cdek_number), [*head, f"Tariff {order.body['tariff_code']}"])]
    total = len(order.body["packages"])
    return [
        (str(order.cdek_number), [*head, f"Place {number} of {total}, {package['weight']} g"])
        for number, package in enumerate(order.body["packages"], start=1)
    ]
