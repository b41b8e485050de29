"""Submitting an order, and the list of what was ordered (§5)."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

from sandbox.pek.check import Check
from sandbox.pek.core import Pek, wire_time
from sandbox.pek.data.directories import EASYWAY, LTL
from sandbox.pek.errors import Refused, invalid
from sandbox.pek.model import Account, Cargo, End
from sandbox.pek.wire import as_object, cyrillic, note

from . import life
from .accept import Accepted, check_order

_FACTS = ("number", "recipient", "phone", "comment", "point")


def submit(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """The single method of ordering. Numbers of ours are not checked for being unique: that is the trap (§5.3)."""
    data = copy.deepcopy(as_object(body))
    accepted = check_order(pek, account, data)
    document_id, warnings = pek.next_document(), _warnings(account, data, accepted)
    cargos = [
        _cargo(pek, account, data, row, document_id, accepted, end)
        for row, end in zip(data["cargos"], accepted.ends, strict=True)
    ]
    for cargo in cargos:
        _refuse_unwanted(pek, cargo)
    for cargo in cargos:
        pek.cargos[cargo.code] = cargo
        life.begin(pek, cargo)
        _note(pek, cargo)
        pek.begin_walk(cargo)
    note(key=cargos[0].number or cargos[0].code)
    return _answer(pek, data, cargos, accepted, document_id, warnings)


def _warnings(account: Account, data: dict[str, Any], accepted: Accepted) -> list[str]:
    """What may change the price or the time. EasyWay without its agreement becomes LTL, and nobody asks."""
    found = []
    for row in data["cargos"]:
        if row["common"]["type"] == EASYWAY and not account.easyway:
            row["common"]["type"] = LTL
            found.append("Соглашение по продукту EasyWay отсутствует, заявка оформлена по продукту LTL")
    if accepted.order_type and not (data.get("pickUpDetails") or {}).get("periodTimeFrom"):
        found.append("При создании заявки не удалось проверить возможность выполнения перевозки к желаемой дате")
    if (data.get("common") or {}).get("docflowType") == "FFS_EDI":
        found.append("Подпишите поручение экспедитору в кабинете оператора ЭДО, иначе заявка не будет исполнена")
    return found


def _cargo(
    pek: Pek,
    account: Account,
    data: dict[str, Any],
    row: dict[str, Any],
    document_id: int,
    accepted: Accepted,
    end: End,
) -> Cargo:
    common = row["common"]
    assert accepted.start is not None  # noqa: S101 (an order without a start was refused)
    return Cargo(
        code=pek.next_code(), document_id=document_id, login=account.login, number=str(common.get("orderNumber") or ""),
        created=pek.time(), order_type=accepted.order_type, body=row, sender=data["sender"], start=accepted.start,
        end=end, product=common["type"], places=common["positionsCount"],
    )  # fmt: skip


def _refuse_unwanted(pek: Pek, cargo: Cargo) -> None:
    """An override may refuse an order that would pass: ``{"Key", "Value"}`` of a field, or a title."""
    wanted = pek.override_for(pek.facts(cargo), "errors")
    if wanted is None:
        return
    rows = [error for error in wanted.errors if isinstance(error, dict)]
    if rows:
        fields = {str(row.get("Key", "cargos[0]")): [str(text) for text in row.get("Value") or []] for row in rows}
        raise invalid(fields)
    raise Refused(str(wanted.errors[0]))


def _note(pek: Pek, cargo: Cargo) -> None:
    facts = pek.facts(cargo)
    pek.note(
        "order.accepted", cargo.number or cargo.code,
        cargo_code=cargo.code, document=cargo.document_id, account=cargo.login, type=cargo.product, places=cargo.places,
        weight=cargo.common.get("weight"), address=cargo.end.address if cargo.door else None,
        **{name: facts[name] for name in _FACTS if name != "number"},
    )  # fmt: skip


def barcode(cargo: Cargo) -> str:
    """EAN-13: the code and its check digit."""
    digits = [int(sign) for sign in cargo.code]
    total = sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{cargo.code}{-total % 10}"


def positions(cargo: Cargo) -> list[str]:
    return [f"{cargo.code}{place:06d}" for place in range(1, cargo.places + 1)]


def _answer(
    pek: Pek, data: dict[str, Any], cargos: list[Cargo], accepted: Accepted, document_id: int, warnings: list[str]
) -> dict[str, Any]:
    start = accepted.start
    assert start is not None  # noqa: S101
    edi = (data.get("common") or {}).get("docflowType") == "FFS_EDI"
    links = [f"{pek.base_url}/edi/{document_id}"] if edi else []
    rows: list[Any] = [_answered(pek, cargo) for cargo in cargos]
    found: dict[str, Any] = {
        "documentId": document_id,
        "sender": {
            "warehouseID": start.warehouse_id,
            "addressNormal": start.address,
            "coordinates": {"latitude": start.latitude, "longitude": start.longitude},
        },
        "cargos": rows,
    }
    if pek.switches.notifications_in_cargos:
        # As the page's sample prints it, made into JSON: the last element holds them.
        rows.append({"notifications": warnings, "ediTemplateUrls": links})
        return found
    return found | {"notifications": warnings, "ediTemplateUrls": links}


def _answered(pek: Pek, cargo: Cargo) -> dict[str, Any]:
    row = {
        "cargoCode": cargo.code,
        "barcode": barcode(cargo),
        "orderNumber": cargo.number or None,
        "stockTitle": None,
        "customerCorrelation": cargo.common.get("customerCorrelation"),
        "positions": [{"barcode": text} for text in positions(cargo)],
        "clientPositionsBarcode": cargo.common.get("clientPositionsBarcode") or [],
        "receiver": {
            "warehouseId": cargo.end.warehouse_id,
            "addressNormal": cargo.end.address,
            "coordinates": {"latitude": cargo.end.latitude, "longitude": cargo.end.longitude},
        },
    }
    return cyrillic(pek, row, "barcode")


# --- the list ---------------------------------------------------------------------------------------------------------


def list_all(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """§5.3: only what the login has confirmed access to; without it the list is empty and proves nothing."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "selectBy dateBegin dateEnd")
    by = check.take(data, "", "selectBy", "whole")
    if by not in (None, 0, 1, 2):
        check.bad("selectBy", "Допустимые значения: 0, 1, 2")
    first, last = (check.take(data, "", name, "date") for name in ("dateBegin", "dateEnd"))
    if first and last and last < first:
        check.bad("dateEnd", "Дата окончания раньше даты начала")
    check.done()
    mine = [cargo for cargo in pek.cargos.values() if account.confirmed and cargo.login == account.login]
    found = [cargo for cargo in mine if _within(cargo, by, first, last)]
    return cyrillic(pek, {"cargos": [_listed(pek, account, cargo) for cargo in found]}, "cargos")


def _within(cargo: Cargo, by: int, first: date, last: date) -> bool:
    moment = (cargo.times.get("takeOnStock"), cargo.created, _planned(cargo))[by]
    day = (wire_time(moment) or "")[:10]
    return bool(day) and str(first) <= day <= str(last)


def _planned(cargo: Cargo) -> float | None:
    return cargo.created + timedelta(days=1).total_seconds() if cargo.order_type else None


def _listed(pek: Pek, account: Account, cargo: Cargo) -> dict[str, Any]:
    receiver = cargo.receiver
    company = receiver.get("legalForm") != 3
    counterpart: dict[str, Any] = {"Type": 0 if company else 1, "Name": receiver.get("title")}
    if company:
        counterpart["LegalEntity"] = {"INN": receiver.get("inn"), "KPP": receiver.get("kpp")}
    row = {
        "code": cargo.shown_code,
        "orderNumber": cargo.number or None,
        "cargoStatus": cargo.status_id,
        "description": cargo.common.get("description"),
        "orderDate": f"{wire_time(cargo.created)}.{int(cargo.created * 1000) % 1000:03d}",
        "intakePlanDateTime": wire_time(_planned(cargo)),
        "takeOnStockDateTime": wire_time(cargo.times.get("takeOnStock")),
        "kindOfTransportationType": "EasyWay" if cargo.product == EASYWAY else "Обычный",
        "shippingType": "Автоперевозка",
        "Sender": {
            "branchId": cargo.start.branch_id,
            "IsIntake": bool(cargo.order_type),
            "IntakeAddress": cargo.start.address if cargo.order_type else None,
            "WarehouseId": cargo.start.warehouse_id,
            "WarehouseAddress": cargo.start.address if cargo.start.warehouse_id else None,
            "Counterpart": {"Type": 0, "Name": account.title, "LegalEntity": {"INN": account.inn, "KPP": account.kpp}},
        },
        "Receiver": {
            "IsDelivery": cargo.door,
            "DelivieryAddress": cargo.end.address if cargo.door else None,
            "WarehouseId": cargo.end.warehouse_id,
            "WarehouseAddress": None if cargo.door else cargo.end.address,
            "Counterpart": counterpart,
        },
    }
    return cyrillic(pek, row, "code")
