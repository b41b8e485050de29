"""Changes, recall, deletion (contract §6.3) and courier calls (§6.5). Success is ``{"err": false}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.data.cities import resolve
from sandbox.boxberry.errors import (
    ALREADY_CANCELLED,
    CANCEL_TYPE,
    IN_ACT,
    ISSUED,
    NOT_FOUND,
    NOT_IN_ACT,
    NOT_NOW,
    Refused,
    invalid,
    required,
)
from sandbox.boxberry.model import Account, Parcel

from . import checks
from .places import takes_parcels, taking_point
from .statuses import CHANGEABLE

DONE: dict[str, Any] = {"err": False}
KEYS = ("track", "orderid")
DETAILS = (*KEYS, "fio", "phone", "email")
STORAGE = (*KEYS, "storageDate")
ISSUE = (*KEYS, "issue")
DELIVERY = (
    *KEYS, "deliveryType", "pointId", "city", "addressp", "timeFrom", "timeTo", "deliveryDate", "comment",
)  # fmt: skip
CANCEL = (*KEYS, "cancelType")
INTAKE = [
    "zip",
    "city",
    "street",
    "house",
    "building",
    "housing",
    "flat",
    "contact_person",
    "contact_phone",
    "taking_date",
    "taking_time_from",
    "taking_time_to",
    "seats_count",
    "volume",
    "weight",
    "comment",
]


def _asked(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Parcel:
    key = checks.text(params.get("track"), "track") or checks.text(params.get("orderid"), "orderid")
    if not key:
        raise required("track")
    found = boxberry.live(account.token, key)
    if found is None:
        gone = boxberry.find(key)
        raise Refused(ALREADY_CANCELLED if gone and gone.token == account.token and gone.deleted else NOT_FOUND)
    return found


def _changeable(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> Parcel:
    """Before the act an order is replaced by ``ParselCreate`` alone; on its way back nothing is changed."""
    parcel = _asked(boxberry, account, params)
    if parcel.stage not in CHANGEABLE:
        raise Refused(ISSUED if parcel.stage == "issued" else NOT_NOW)
    return parcel


def _changed(boxberry: Boxberry, parcel: Parcel, **facts: Any) -> dict[str, Any]:
    boxberry.note("order.changed", parcel.number, track=parcel.track, **facts)
    return dict(DONE)


def change_details(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    parcel = _changeable(boxberry, account, params)
    fio = checks.text(params.get("fio"), "ФИО получателя")
    email = checks.text(params.get("email"), "E-mail получателя")
    phone = checks.text(params.get("phone"), "Номер телефона получателя")
    if not (fio or email or phone):
        raise required("ФИО получателя")
    if email and "@" not in email:
        raise invalid("E-mail получателя")
    digits = checks.phone(phone, "Номер телефона получателя") if phone else parcel.phone
    parcel.fio, parcel.email, parcel.phone = fio or parcel.fio, email or parcel.email, digits
    return _changed(boxberry, parcel, fio=parcel.fio, phone=parcel.phone)


def change_storage_date(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """Only what lies at its point can be kept longer."""
    parcel = _changeable(boxberry, account, params)
    wished = checks.day(params.get("storageDate"), "Срок хранения", "%d.%m.%Y")
    if wished is None:
        raise required("Срок хранения")
    if parcel.stage != "point":
        raise Refused(NOT_NOW)
    if not 0 < (wished - boxberry.local(boxberry.time()).date()).days <= 30:
        raise invalid("Срок хранения")
    parcel.storage_until = wished.isoformat()
    return _changed(boxberry, parcel, storage=parcel.storage_until)


def change_issue(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    parcel = _changeable(boxberry, account, params)
    parcel.issue = int(checks.chosen(params.get("issue"), "Вид выдачи", ("0", "1", "2"), ""))
    return _changed(boxberry, parcel, issue=parcel.issue)


def change_delivery_type(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """Another point, another address, another kind: checked before anything is changed."""
    parcel = _changeable(boxberry, account, params)
    kind = checks.chosen(params.get("deliveryType"), "deliveryType", ("1", "2"), "")
    if kind == "1":
        code = checks.needed(params.get("pointId"), "pointId")
        fitting = str(parcel.sdata.get("fitting")) == "1"
        takes_parcels(taking_point(boxberry, code), grams=parcel.grams, payment=parcel.payment, fitting=fitting)
        parcel.vid, parcel.point, parcel.city, parcel.address, parcel.postal = 1, code, "", "", ""
        return _changed(boxberry, parcel, point=code)
    cities = resolve(checks.needed(params.get("city"), "Город"))
    address = checks.needed(params.get("addressp"), "Адрес")
    if len(cities) != 1 or not cities[0].courier:
        raise Refused(f"Курьерская доставка в город «{params.get('city')}» не осуществляется")
    checks.day(params.get("deliveryDate"), "Дата доставки", "%Y-%m-%d")
    for name in ("timeFrom", "timeTo"):
        checks.minutes(params.get(name), name)
    parcel.vid, parcel.point, parcel.city, parcel.address = 2, "", cities[0].name, address
    return _changed(boxberry, parcel, city=parcel.city, address=address)


def cancel_order(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """1 deletes what is in no act, 2 calls back what was handed over (§6.3, §12.5)."""
    kind = checks.text(params.get("cancelType"), "cancelType") or boxberry.switches.cancel_default
    if kind not in ("1", "2"):
        raise Refused(CANCEL_TYPE)
    parcel = _asked(boxberry, account, params)
    if parcel.stage in ("issued", "lost"):
        raise Refused(ISSUED)
    if parcel.stage not in CHANGEABLE | {"created"}:
        raise Refused(ALREADY_CANCELLED)
    if kind == "1":
        _delete(boxberry, parcel)
        return dict(DONE)
    if not parcel.act:
        raise Refused(NOT_IN_ACT)
    parcel.walk += 1
    # What was never accepted lies with its sender still: nothing has to be brought back.
    accepted = parcel.stage != "loaded"
    boxberry.add_status(parcel, "back", "Отзыв отправителем")
    boxberry.note("return.accepted", parcel.number, track=parcel.track)
    if accepted and boxberry.switches.auto_route:
        boxberry.walk(parcel, "recalled")
    return dict(DONE)


def _delete(boxberry: Boxberry, parcel: Parcel) -> None:
    still = parcel.stage == "created" or (parcel.stage == "loaded" and boxberry.switches.delete_after_act)
    if not still:
        raise Refused(IN_ACT)
    parcel.deleted = True
    boxberry.note("order.cancelled", parcel.number, track=parcel.track)


def parsel_del(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """The old way: by track only, before the act only."""
    track = checks.needed(params.get("ImId"), "ImId")
    parcel = boxberry.live(account.token, track)
    if parcel is None or parcel.track != track:
        raise Refused(NOT_FOUND)
    if parcel.act:
        raise Refused(IN_ACT)
    _delete(boxberry, parcel)
    return {"text": "ok"}


def create_intake(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """A courier call (§6.5): cubic metres and kilograms. Nothing reads or cancels it."""
    for name in ("zip", "city", "street", "house", "contact_person"):
        checks.needed(params.get(name), name)
    if not re.fullmatch(r"\d{6}", str(params["zip"]).strip()):
        raise invalid("zip")
    found = resolve(str(params["city"]))
    if len(found) != 1 or not found[0].terminal:
        raise Refused(f"Забор заказов в городе «{params['city']}» не осуществляется")
    phone = checks.phone(params.get("contact_phone"), "contact_phone")
    day = checks.day(params.get("taking_date"), "taking_date", "%d.%m.%Y")
    if day is None:
        raise required("taking_date")
    if not 0 < (day - boxberry.local(boxberry.time()).date()).days <= 14:
        raise invalid("taking_date")
    start = checks.minutes(params.get("taking_time_from"), "taking_time_from")
    end = checks.minutes(params.get("taking_time_to"), "taking_time_to")
    if start is None or end is None or start >= end:
        raise invalid("taking_time_from")
    checks.whole(params.get("seats_count"), "seats_count", 1, 999)
    for name, most in (("volume", 50.0), ("weight", 5000.0)):
        value = checks.needed(params.get(name), name)
        if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", value) or not 0 < float(value) <= most:
            raise invalid(name)
    number = boxberry.next_intake()
    boxberry.note(
        "courier.accepted", str(number), account=account.token, day=day.isoformat(), phone=phone,
        city=str(params["city"]), seats=str(params["seats_count"]), weight=str(params["weight"]),
        volume=str(params["volume"]), comment=checks.text(params.get("comment"), "comment"),
    )  # fmt: skip
    return {"message": number}
