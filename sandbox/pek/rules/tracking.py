"""Statuses in every shape that PEK gives them (§7). Times are Moscow's, without an offset."""

from __future__ import annotations

from typing import Any

from sandbox.pek.check import Check
from sandbox.pek.core import Pek, wire_time
from sandbox.pek.data.directories import DELIVERY_STATUSES, STATUS_BY_ID
from sandbox.pek.errors import Refused
from sandbox.pek.model import Account, Cargo
from sandbox.pek.wire import as_object, cyrillic

from .orders import barcode, positions
from .price import billed

_NOT_FOUND = "Запрашиваемые вами грузы не найдены: {}"


def _codes(pek: Pek, body: Any, most: int) -> list[str]:
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "cargoCodes")
    codes = check.take(data, "", "cargoCodes", "list") or []
    if any(not isinstance(code, str) for code in codes):
        check.bad("cargoCodes", "Неверный тип значения")
    if not 1 <= len(codes) <= most:
        check.bad("cargoCodes", f"Максимальное количество кодов грузов в одном запросе: {most}")
    check.done()
    return codes


def _found(pek: Pek, codes: list[str]) -> list[Cargo]:
    """Raises Refused when none is known; unknown ones among others are left out."""
    found = [cargo for cargo in map(pek.cargo_of, codes) if cargo is not None]
    if not found:
        raise Refused(_NOT_FOUND.format(", ".join(codes)), status=404)
    return found


def basic(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    del account
    return {
        "cargos": [
            {"info": {"cargoStatus": cargo.status} | _times(cargo), "cargo": _cargo(cargo)}
            for cargo in _found(pek, _codes(pek, body, 50))
        ]
    }


def _times(cargo: Cargo) -> dict[str, Any]:
    times = cargo.times
    return {
        "takeOnStockDateTime": wire_time(times.get("takeOnStock")),
        "sendingDateTime": wire_time(times.get("sending")),
        "arrivalDateTime": wire_time(times.get("arrival")),
        "giveOutDateTime": wire_time(times.get("giveOut")),
        "arrivalPlanDateTime": wire_time(times.get("arrivalPlan")),
        "deliveryPlanDate": wire_time(times.get("deliveryPlan")),
        "receivedByClientDateTime": wire_time(times.get("received")),
    }


def _cargo(cargo: Cargo) -> dict[str, Any]:
    return {"code": cargo.shown_code, "cargoBarCode": barcode(cargo), "positionBarCodes": positions(cargo)}


def full(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """``status``: what ``basicstatus`` says and more, some of it only for who has access."""
    return {"cargos": [_full(pek, account, cargo) for cargo in _found(pek, _codes(pek, body, 15))]}


def _full(pek: Pek, account: Account, cargo: Cargo) -> dict[str, Any]:
    common, receiver, own = cargo.common, cargo.receiver, account.confirmed and account.login == cargo.login
    kind = STATUS_BY_ID.get(cargo.status_id)
    arrived = cargo.times.get("arrival")
    info = {
        "cargoStatus": cargo.status.lower() if cargo.status == "Выдан" else cargo.status,
        "cargoStatusId": kind.status_id if kind else cargo.status_id,
        "intakePlanDateTime": wire_time(cargo.created + 86400) if cargo.order_type else None,
        "takeOnStockPlanDateTime": None,
        "takeOnStockPackageState": "",
        "arrivalContractDateTime": wire_time(cargo.times.get("arrivalPlan")),
        "position": f"{cargo.end.latitude};{cargo.end.longitude}",
        "callStatus": "Оповещен получатель" if arrived else None,
        "callStatusDateTime": f"{wire_time(arrived)}+03:00" if arrived else None,
        "storageStartPlanDate": wire_time(arrived + 3 * 86400) if arrived else None,
        "statuses": [],
    } | _times(cargo)
    document = receiver.get("identityCard") is not None
    return {
        "info": cyrillic(pek, info, "callStatus", "callStatusDateTime"),
        "cargo": _cargo(cargo) | {
            "parentCargoCode": None, "amount": float(cargo.places),
            "amountProcessed": float(cargo.places) if cargo.times.get("takeOnStock") else 0.0,
            "weight": common.get("weight"), "volume": common.get("volume"), "maxSize": common.get("length"),
            "description": common.get("description"), "orderNumber": cargo.number or None,
        },
        "services": _services(cargo),
        "sender": {"branch": cargo.start.branch,
                   "intakeAddress": cargo.start.address if own and cargo.order_type else None,
                   "sender": cargo.sender.get("title") if own else None, "counterpartPaymentType": 5},
        "receiver": {
            "branch": {"city": cargo.end.branch, "address": cargo.end.address, "phone": None, "email": None},
            "receiver": receiver.get("title") if own else None,
            "person": receiver.get("person") if own else None,
            "phone": receiver["personPhones"][0]["phone"] if own else None,
            "abbreviated": _abbreviated(receiver),
            "isCorrect": True, "receivingByDocument": document, "receivingBySMSCode": not document,
            "counterpartPaymentType": 5,
        },
    }  # fmt: skip


def _services(cargo: Cargo) -> dict[str, Any]:
    """Billed once the cargo is taken."""
    rows = billed(cargo) if cargo.times.get("takeOnStock") else []
    items = [
        {"branch": cargo.start.branch, "description": row["info"].rstrip(": "), "price": row["cost"], "payerType": 1,
         "payerName": cargo.sender.get("title"), "currencyName": "руб.", "payerForm": 1, "paid": 0.0,
         "paymentMethod": "Банк", "payToReceive": False}
        for row in rows
    ]  # fmt: skip
    total = round(sum(item["price"] for item in items), 2)
    return {"items": items, "sum": total, "hardPack": False, "insurance": True, "resendDocs": False, "debt": 0.0,
            "debtList": [], "freeService": False}  # fmt: skip


def _abbreviated(receiver: dict[str, Any]) -> dict[str, Any]:
    """What anybody may see of the receiver: initials, or the last digits of a tax number."""
    if receiver.get("legalForm") != 3:
        return {
            "legalPerson": {
                "inn": f"*{str(receiver.get('inn'))[-2:]}",
                "kpp": f"*{str(receiver.get('kpp') or '')[-2:]}",
            }
        }
    words = str(receiver.get("person") or receiver.get("title") or "").split()
    initials = "".join(f"{word[0]}." for word in words)
    return {"privatePerson": {"Name": initials, "phone": f"*{receiver['personPhones'][0]['phone'][-2:]}"}}


def current(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    del account
    rows = []
    for cargo in _found(pek, _codes(pek, body, 15)):
        shown = {
            "Tooltip": f"Груз: {cargo.status}",
            "Id": cargo.status_id,
            "ClientStatus": cargo.status,
            "IsActive": not pek.is_over(cargo),
            "ClientStatusLevel2": cargo.statuses[-1].name,
            "ReturnReason": cargo.reason or None,
        }
        rows.append({"cargoCode": cargo.shown_code, "currentStatus": shown})
    return {"cargos": rows}


def history(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """``statusfullhistory``: UTC+3 without an offset, undone ones with ``isCancel``; unknown codes have no rows."""
    del account
    codes = _codes(pek, body, 1000)
    return [
        {
            "cargoCode": code,
            "statuses": [
                {"id": row.id, "date": wire_time(row.moment), "name": row.name, "isCancel": row.is_cancel,
                 "isFinal": row.is_final}
                for row in (cargo.statuses if cargo else [])
            ],
        }
        for code, cargo in ((code, pek.cargo_of(code)) for code in codes)
    ]  # fmt: skip


def deliveries(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """``deliverystatus``: cargos whose last mile has begun to be planned."""
    found = [cargo for cargo in map(pek.cargo_of, _codes(pek, body, 1000)) if cargo is not None and cargo.delivery_code]
    return [
        {
            "cargoCode": cargo.shown_code,
            "deliveryAgreedDate": wire_time(cargo.times.get("deliveryPlan")),
            "deliveryPlanDate": wire_time(cargo.times.get("deliveryPlan")),
            "deliveryAddress": cargo.end.address if account.confirmed else None,
            "intervalFrom": "09:00",
            "intervalTo": "18:00",
            "intervallunchBreakFrom": None,
            "intervallunchBreakTo": None,
            "delivieryHypermarket": False,
            "isLoading": False,
            "deliveryStatusCode": cargo.delivery_code,
            "deliveryStatus": DELIVERY_STATUSES[cargo.delivery_code],
            "carDriver": "Петров Пётр" if cargo.delivery_code == 3090 else None,
            "carDriverPhone": "+79000001499" if cargo.delivery_code == 3090 else None,
            "carNumber": None,
            "carBrand": None,
        }
        for cargo in found
    ]


def table(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    del pek, account, body
    return [
        {"statusId": row.status_id, "isFinal": row.is_final, "name": row.name, "id": row.id, "typeId": row.type}
        for row in STATUS_BY_ID.values()
    ]


def pickups(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """``cargopickup/status``: how far the pickup is; the words of other fields are not documented."""
    del account
    rows: list[dict[str, Any]] = []
    for code in _codes(pek, body, 15):
        cargo = pek.cargo_of(code)
        if cargo is None or not cargo.order_type:
            rows.append({"cargoCode": code, "error": "Заявка на забор не найдена"})
            continue
        live = [row for row in cargo.statuses if not row.is_cancel]
        last = next((row for row in reversed(live) if row.id >= 4000), live[0])
        rows.append(
            {"cargoCode": code, "error": None, "intakeStatus": last.name, "intakeStatusCode": last.id,
             "fenceStatus": cargo.status, "pickupDate": wire_time(cargo.created + 86400), "intervalFrom": "09:00",
             "intervalTo": "18:00", "intervalLunchBreakFrom": None, "intervalLunchBreakTo": None,
             "carDriver": None, "carDriverPhone": None, "carNumber": None, "carBrand": None}
        )  # fmt: skip
    return rows
