"""Accepting and cancelling by the HTTP service (§6.8): its documents are written into the infobase as §7 maps them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.kernel.one_c_http import HttpService, base_url, note_key, user
from sandbox.kernel.one_c_http_errors import Refused, check_references, check_revision
from sandbox.kernel.one_c_http_shapes import CANCEL, Complaint, Doc, Said, complaint
from sandbox.kernel.one_c_odata import NO_DATE, Base, ODataRefused
from sandbox.one_c_wms import view
from sandbox.one_c_wms.data import configuration as names
from sandbox.one_c_wms.data import statuses as words
from sandbox.one_c_wms.data.goods import WAREHOUSES, goods
from sandbox.one_c_wms.model import Order, Receipt
from sandbox.one_c_wms.shapes import RECEIPT, SHIPMENT_ORDER

from . import moves, states

if TYPE_CHECKING:
    from sandbox.one_c_wms.core import OneCWms

Body = Mapping[str, Any]
Found = TypeVar("Found", Order, Receipt)
CARRIERS = ("CR-7", "CR-9")


def order_of(wms: OneCWms, identifier: str) -> Order:
    """Of the signed-in user's infobase. Raises Refused 404."""
    return _known(wms.orders.get(identifier), "Заказ на отгрузку не найден")


def orders_of(wms: OneCWms, identifiers: Iterable[str]) -> list[Order]:
    """Those of the signed-in user's infobase, each once."""
    found = (wms.orders.get(identifier) for identifier in dict.fromkeys(identifiers))
    return [order for order in found if order is not None and order.base == user().base]


def order_of_number(wms: OneCWms, external_id: str) -> Order:
    note_key(external_id)
    return _known(_ours(wms.orders.values(), external_id), "Заказ на отгрузку не найден")


def receipt_of(wms: OneCWms, identifier: str) -> Receipt:
    return _known(wms.receipts.get(identifier), "Ожидаемая приёмка не найдена")


def receipt_of_number(wms: OneCWms, external_id: str) -> Receipt:
    note_key(external_id)
    return _known(_ours(wms.receipts.values(), external_id), "Ожидаемая приёмка не найдена")


def create_order(wms: OneCWms, service: HttpService, body: Body) -> Said:
    """201, or 202 when 1C takes longer. Raises Refused."""
    _check(service, SHIPMENT_ORDER, body)
    made = _once(
        wms, body, wms.orders.values(), lambda base: wms.orders[_write(wms, base, body, states.ORDER, _order_header)]
    )
    if made is None:
        return _later(body)
    where = f"{base_url()}/v1/wms/shipment-orders/{made.key}"
    return Said(view.order(service, made), 201, {"Location": where})


def create_receipt(wms: OneCWms, service: HttpService, body: Body) -> Said:
    """201, or 202. Raises Refused."""
    _check(service, RECEIPT, body)
    made = _once(
        wms,
        body,
        wms.receipts.values(),
        lambda base: wms.receipts[_write(wms, base, body, states.RECEIPT, _receipt_header)],
    )
    if made is None:
        return _later(body)
    where = f"{base_url()}/v1/wms/expected-receipts/{made.key}"
    return Said(view.receipt(service, made), 201, {"Location": where})


def cancel_order(wms: OneCWms, service: HttpService, order: Order, body: Body) -> None:
    """Until picking started (§6.8). Raises Refused."""
    service.check(CANCEL, body)
    if order.raw == words.CANCELLED:
        return
    status = words.ORDER.get(order.raw, order.raw)
    check_revision(body.get("expectedRevision"), order.revision, "Объект изменён", status)
    if order.raw != words.NEW:
        raise Refused("STATE_CONFLICT", "Сборка заказа уже начата", details={"status": status})
    moves.set_raw(wms, order, words.CANCELLED)
    wms.note("order.cancelled", order.external_id, id=order.key, reason=body["reasonCode"])


def cancel_receipt(wms: OneCWms, service: HttpService, receipt: Receipt, body: Body) -> None:
    """Until receiving started. Raises Refused."""
    service.check(CANCEL, body)
    if receipt.raw == words.R_CANCELLED:
        return
    status = words.RECEIPT.get(receipt.raw, receipt.raw)
    check_revision(body.get("expectedRevision"), receipt.revision, "Объект изменён", status)
    if receipt.raw not in (words.R_NEW, words.R_ON_THE_WAY):
        raise Refused("STATE_CONFLICT", "Приёмка уже началась", details={"status": status})
    moves.set_receipt(wms, receipt, words.R_CANCELLED)
    wms.note("receipt.cancelled", receipt.external_id, id=receipt.key, reason=body["reasonCode"])


# --- the inside -------------------------------------------------------------------------------------------------------


def _known(found: Found | None, said: str) -> Found:
    if found is None or found.base != user().base:
        raise Refused("NOT_FOUND", said)
    note_key(found.external_id)
    return found


def _ours(rows: Iterable[Found], external_id: str) -> Found | None:
    base = user().base
    return next((row for row in rows if row.base == base and row.external_id == external_id), None)


def _once(wms: OneCWms, body: Body, known: Iterable[Found], make: Callable[[str], Found]) -> Found | None:
    """One object an externalId, made now; None = after a while. Raises Refused."""
    base, external_id = user().base, str(body["externalId"])
    there = _ours(known, external_id)
    if there is not None:
        raise Refused("ALREADY_EXISTS", details={"id": there.key})
    if (base, external_id) in wms.pending:
        raise Refused("LOCKED", "Объект с этим идентификатором ещё создаётся")
    wait = wms.decision_delay()
    if wait <= 0:
        return make(base)
    wms.pending.add((base, external_id))

    def later() -> None:
        wms.pending.discard((base, external_id))
        make(base)

    wms.after(wait, later)
    return None


def _later(body: Body) -> Said:
    return Said({"externalId": body["externalId"], "accepted": True}, 202)


def _check(service: HttpService, doc: Doc, body: Body) -> None:
    note_key(str(body.get("externalId") or ""))
    service.check(doc, body, *_numbering(body.get("items")))
    strange = [
        (f"items[{at}].sku", f"Номенклатура не найдена: {item['sku']}")
        for at, item in enumerate(body["items"])
        if item["sku"] not in goods()
    ]
    if body["warehouseRef"] not in WAREHOUSES:
        strange.append(("warehouseRef", f"Склад не найден: {body['warehouseRef']}"))
    if body.get("carrierRef") and body["carrierRef"] not in CARRIERS:
        strange.append(("carrierRef", f"Перевозчик не найден: {body['carrierRef']}"))
    check_references(strange)


def _numbering(items: Any) -> Sequence[Complaint]:
    lines = [str(item.get("line")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    repeated = len(set(lines)) != len(lines)
    return [complaint("items", "unique", "Номера строк повторяются")] if repeated else []


def _write(
    wms: OneCWms, name: str, body: Body, kind: states.Kind, header: Callable[[Base, Body], dict[str, Any]]
) -> str:
    """The documents of §4.1, §4.2, as §7 maps them, in one transaction. Answers the reference."""
    base, key = wms.bases[name], str(uuid.UUID(int=wms.rng.getrandbits(128), version=4))
    now = wms.service.wire_time()[:19]
    common = {
        "Ref_Key": key, "Number": f"ВМ00-{next(wms.numbers):06d}", "Date": now, "НомерКИС": body["externalId"],
        "ДатаКИС": now,
    }  # fmt: skip
    wms.bodies[key] = body
    try:
        base.create(kind.document, common | header(base, body))
        states.put_state(base, kind, key, kind.first)
        for item in body["items"]:
            row = {
                "Number": str(item["line"]), "Date": now, "Владелец_Key": key,
                "Номенклатура_Key": names.ref_of(names.GOODS, item["sku"]),
                "Количество": item.get("qty") or item.get("qtyExpected"),
                "СтатусНоменклатуры_Key": names.ref_of(names.CONDITIONS, "Кондиция"),
            }  # fmt: skip
            base.create(kind.rows, row)
        base.post(kind.document, (key,))
    except (Refused, ODataRefused) as refused:
        _undo(base, kind, key)
        raise refused if isinstance(refused, Refused) else Refused("POSTING_REFUSED", str(refused)) from refused
    finally:
        del wms.bodies[key]
    return key


def _undo(base: Base, kind: states.Kind, key: str) -> None:
    for row in states.rows_of(base, kind, key):
        del base.rows[kind.rows][(str(row["Ref_Key"]),)]
    del base.rows[kind.register][(key,)], base.rows[kind.document][(key,)]


def _order_header(base: Base, body: Body) -> dict[str, Any]:
    day = str(body.get("plannedShipDate") or "")
    return {
        "ДатаОтгрузки": f"{day}T00:00:00" if day else NO_DATE,
        "Организация_Key": names.ref_of("Catalog_Организации", "ООО «Ромашка»"),
        "НаправлениеОтгрузки_Key": names.ref_of("Catalog_усНаправлениеОтгрузки", "Доставка покупателю"),
        "СтадииОтгрузки_Key": names.ref_of("Catalog_усСтадииОтгрузки", "Одна стадия"),
        "Контрагент_Key": _partner(base, body["party"]),
    }


def _receipt_header(base: Base, body: Body) -> dict[str, Any]:
    source = "Возврат покупателя" if body["type"] == "return" else "Поставка"
    party = body.get("party")
    header = {
        "ИсточникПоступления_Key": names.ref_of("Catalog_усИсточникиПоступления", source),
        "ДатаПоступления": str(body["expectedAt"])[:19] if body.get("expectedAt") else NO_DATE,
        "Организация_Key": names.ref_of("Catalog_Организации", "ООО «Ромашка»"),
    }
    return header | ({"Контрагент_Key": _partner(base, party)} if party else {})


def _partner(base: Base, party: Body) -> str:
    """Found by INN, else by name; made when there is none (§7)."""
    inn, name = str(party.get("inn") or ""), str(party["name"])
    found = base.where(names.PARTNERS, ИНН=inn) if inn else base.where(names.PARTNERS, Description=name)
    if not found:
        found = [base.create(names.PARTNERS, {"Description": name, "НаименованиеПолное": name, "ИНН": inn})]
    return str(found[0]["Ref_Key"])
