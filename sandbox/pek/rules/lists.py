"""Small lists, the profile and the rights of a login (§2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.data import directories as names
from sandbox.pek.errors import Refused
from sandbox.pek.model import Account
from sandbox.pek.wire import as_object

Rows = list[dict[str, Any]]


def products(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [
        {"type": code, "name": name, "fullName": full, "contractIsRequired": contract}
        for code, (name, full, contract) in names.PRODUCTS.items()
    ]


def contents(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [
        {"code": f"{at:09d}", "name": name, "isFragile": name in names.FRAGILE}
        for at, name in enumerate(names.CONTENTS, start=1)
    ]


def currencies(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [{"code": code, "name": name, "fullName": full} for code, name, full in names.CURRENCIES]


def packing(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [{"code": code, "name": name} for code, name in names.PACKING]


def legal_forms(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [{"name": name, "shortName": short} for name, short in names.LEGAL_FORMS]


def barcodes(pek: Pek, account: Account, body: Any) -> Rows:
    del pek, account, body
    return [{"type": "CODE128"}, {"type": "EAN13"}]


def profile(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    del pek, body
    return {
        "name": account.title,
        "inn": account.inn,
        "kpp": account.kpp,
        "email": account.email,
        "phone": account.phone,
    }


def private_token(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """For the methods that show private data; it travels in their bodies."""
    del body
    token, until = pek.new_token(account.login)
    # The documentation prints a Z where the T is due.
    moment = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dZ%H:%M:%S")
    return {"access_token": token, "token_type": "Bearer", "expires_in": moment, "expires_in_unix": str(int(until))}


def _admitted(pek: Pek, account: Account, body: Any, fields: str) -> dict[str, Any]:
    """Raises Refused without a live token of this login."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", fields)
    for name in fields.split():
        check.take(data, "", name, "text")
    check.done()
    login, until = pek.private_tokens.get(data["access_token"], ("", 0.0))
    if login != account.login or until <= pek.time():
        raise Refused("Токен недействителен", "Получите новый токен", status=403)
    return data


def confirmed(pek: Pek, account: Account, body: Any) -> Rows:
    """The counterparties that confirmed this login's access; an empty list without any."""
    _admitted(pek, account, body, "access_token")
    if not account.confirmed:
        return []
    legal = {"inn": account.inn, "kpp": account.kpp}
    return [{"legalForm": 1, "title": account.title, "guid": account.guid, "counterpartClientCard": None,
             "documents": None, "legal": legal}]  # fmt: skip


def agreements(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    data = _admitted(pek, account, body, "access_token counterpartGUID")
    if data["counterpartGUID"] != account.guid or not account.confirmed:
        raise Refused("Контрагент не найден", status=404)
    able = {names.EASYWAY: account.easyway, names.DTS: account.dts}
    rows = [(names.COD_AGREEMENT, "Наложенный платеж", account.cod),
            (names.EASYWAY_AGREEMENT, "Доставка для интернет-магазинов", account.easyway)]  # fmt: skip
    return {
        "availableTypesOfDelivery": [code for code in names.PRODUCTS if able.get(code, True)],
        "additionalAgreements": [
            {"specialCondition": {"UID": uid, "Title": title}, "beginDate": "2022-07-04T00:00:00",
             "endDate": "2199-06-30T23:59:59"}
            for uid, title, has in rows if has
        ],
        "specialConditionsWithParams": [
            {"specialCondition": {"UID": names.SMS_SERVICE, "Title": "Упрощенная выдача"},
             "params": [{"name": "Максимальная сумма НП", "key": "CODMaxSum", "type": "Money", "values": 100000.0}]}
        ],
    }  # fmt: skip


def subscribe(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """``notification/cargosubscribe``: mails and SMS to a person; nothing is sent here."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "cargoCodes email phone")
    codes = check.take(data, "", "cargoCodes", "list") or []
    if not data.get("email") and not data.get("phone"):
        check.bad("email", "Необходимо указать email или телефон")
    check.done()
    pek.note("notification.subscribed", account.login, codes=codes)
    return {"success": all(pek.cargo_of(str(code)) is not None for code in codes)}
