"""Sender and receiver of an order (§5.1): legal forms, tax numbers, phones, identity."""

from __future__ import annotations

import re
from typing import Any

from sandbox.pek.check import Check, join
from sandbox.pek.data.directories import SMS_DOCUMENT

COMPANY, TRADER, PERSON = 1, 2, 3
_PHONE = re.compile(r"\+\d{10,18}")
_MOBILE = re.compile(r"\+79\d{9}")
_SENDER = """warehouseId addressStock countryOfRegistrationCode legalForm inn kpp fs title individual personPhones
    person email identityCard"""
_RECEIVER = f"{_SENDER} coordinates comment GLN"


def check_party(check: Check, data: dict[str, Any], path: str, *, sender: bool, edi: bool) -> None:
    check.known(data, path, _SENDER if sender else _RECEIVER)
    form = check.take(data, path, "legalForm", "whole")
    if form not in (None, COMPANY, TRADER, PERSON):
        check.bad(join(path, "legalForm"), "Допустимые значения: 1, 2, 3")
    check.take(data, path, "title", "text")
    check.take(data, path, "person", "text")
    for name in ("kpp", "fs", "email", "comment", "countryOfRegistrationCode"):
        check.take(data, path, name, "text", required=False)
    _check_inn(check, data, path, form, required=form == COMPANY or (form == TRADER and not sender))
    if form == PERSON or (form == TRADER and edi):
        person = check.take(data, path, "individual", "object") or {}
        for name in ("firstName", "lastName"):
            check.take(person, join(path, "individual"), name, "text")
    _check_identity(check, data, path, form, sender=sender)
    by_sms = form == PERSON and not sender and not _has_document(data)
    check_phones(check, data, path, by_sms=by_sms)


def _check_inn(check: Check, data: dict[str, Any], path: str, form: int | None, *, required: bool) -> None:
    inn, key = check.take(data, path, "inn", "text", required=required), join(path, "inn")
    if inn is None:
        return
    if form == PERSON:
        check.bad(key, "Для физических лиц ИНН не передается")
    elif not inn.isdigit() or len(inn) != (10 if form == COMPANY else 12):
        check.bad(key, "ИНН должен содержать 10 цифр для юридических лиц и 12 для индивидуальных предпринимателей")


def _has_document(data: dict[str, Any]) -> bool:
    card = data.get("identityCard")
    return isinstance(card, dict) and card.get("typeGuid") != SMS_DOCUMENT


def _check_identity(check: Check, data: dict[str, Any], path: str, form: int | None, *, sender: bool) -> None:
    key = join(path, "identityCard")
    if form in (COMPANY, TRADER):
        if data.get("identityCard") is not None:
            check.bad(key, "Для юридических лиц и ИП документ не передается")
        return
    card = check.take(data, path, "identityCard", "object", required=sender)
    if card is None or not _has_document(data):
        return
    for name, kind in (("typeGuid", "text"), ("series", "text"), ("number", "text"), ("date", "date")):
        check.take(card, key, name, kind)


def check_phones(check: Check, data: dict[str, Any], path: str, *, by_sms: bool) -> None:
    """1..3 numbers; for a hand-out by SMS exactly one mobile without an extension."""
    rows, key = check.take(data, path, "personPhones", "list"), join(path, "personPhones")
    if rows is None:
        return
    if not 1 <= len(rows) <= 3:
        check.bad(key, "Список должен содержать не менее 1, но не более 3-х номеров телефонов")
    for at, row in enumerate(rows):
        place = f"{key}[{at}]"
        if not isinstance(row, dict):
            check.bad(place, "Неверный тип значения")
            continue
        check.known(row, place, "phone additional")
        phone = check.take(row, place, "phone", "text")
        if phone and not _PHONE.fullmatch(phone):
            check.bad(f"{place}.phone", "Номер телефона должен быть в международном формате через «+», только цифры")
        more = check.take(row, place, "additional", "text", required=False)
        if more and not re.fullmatch(r"\d{1,10}", more):
            check.bad(f"{place}.additional", "Добавочный номер: не более 10 цифр")
        if by_sms and (more or (phone and not _MOBILE.fullmatch(phone))):
            check.bad(f"{place}.phone", "Для выдачи по СМС нужен мобильный номер без добавочного")
    if by_sms and len(rows) > 1:
        check.bad(key, "При выдаче по СМС допускается только один номер телефона")
