"""``ParselCreate``: what is checked before an order exists or is replaced (contract §6.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.data.cities import resolve
from sandbox.boxberry.errors import (
    BAD_NUMBER,
    BAD_TRACK,
    NOT_FOUND,
    NUMBER,
    UPDATE_IN_ACT,
    Refused,
    invalid,
    out_of_range,
    required,
    taken,
)
from sandbox.boxberry.model import Account, Parcel

from . import checks
from .boxes import read_places
from .places import reception, takes_parcels, taking_point

_FIELDS = [
    "order_id",
    "updateByTrack",
    "partner_token",
    "PalletNumber",
    "barcode",
    "price",
    "payment_sum",
    "delivery_sum",
    "vid",
    "supplier_track",
    "issue",
    "fitting",
    "notice",
    "sender_name",
    "AgregatorPointCargoCode",
    "shop",
    "customer",
    "kurdost",
    "export",
    "items",
    "weights",
]
_CUSTOMER = ["fio", "phone", "phone2", "email", "name", "address", "inn", "kpp", "r_s", "bank", "kor_s", "bik"]
_KURDOST = [
    "index",
    "citi",
    "addressp",
    "delivery_date",
    "timesfrom1",
    "timesto1",
    "timesfrom2",
    "timesto2",
    "timep",
    "comentk",
    "type",
    "fragile",
    "strong",
    "optimize",
    "packing_type",
    "packing_strict",
]
_EXPORT = ["index", "countryCode", "cityCode", "area", "street", "house", "flat", "transporterGuid"]
_ITEM = [
    "id",
    "name",
    "UnitName",
    "nds",
    "price",
    "quantity",
    "marking_crpt",
    "supplier_name",
    "supplier_inn",
    "supplier_phone",
]
_NUMBER = re.compile(r"[a-zA-Z0-9а-яА-ЯёЁ\-/.,_№ ]+")
_TRACK = re.compile(r"AAP\d{9}|DUD\d{8}")
#: §2.1, kopecks.
MOST_DECLARED, LEAST_DECLARED = 300_000_00, 5_00


def parsel_create(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """Create or, with ``updateByTrack``, replace. Raises Refused."""
    sdata = checks.mapping(params.get("sdata"), "sdata")
    if not sdata:
        raise required("sdata")
    checks.only(sdata, "", _FIELDS)
    number = order_number(sdata.get("order_id"))
    old = _to_update(boxberry, account, number, sdata)
    if old is None:
        _unique(boxberry, account, number)
    parcel, notes = _read(boxberry, account, number, sdata)
    refusal = boxberry.override_for(boxberry.facts(parcel), "errors")
    if refusal is not None:
        raise Refused(str(refusal.errors[0]))
    if old is None:
        parcel.track = boxberry.next_track()
        boxberry.add(parcel)
        boxberry.add_status(parcel, "created")
        boxberry.note("order.accepted", number, track=parcel.track, account=account.token, recipient=parcel.fio,
                      phone=parcel.phone, weight=parcel.grams, places=len(parcel.places), point=parcel.point,
                      address=parcel.address, payment=parcel.payment)  # fmt: skip
        if not boxberry.switches.act_needed:
            boxberry.begin_walk(parcel)
    else:
        parcel.track, parcel.created, parcel.statuses = old.track, old.created, old.statuses
        parcel.stage, parcel.walk = old.stage, old.walk
        boxberry.parcels[old.track] = parcel
        same = boxberry.by_number[(account.token, number)]
        same[same.index(old)] = parcel
        boxberry.note("order.updated", number, track=parcel.track)
    answer = {"track": parcel.track}
    if not parcel.barcode:
        answer["label"] = label_url(boxberry, account.token, parcel)
    return answer | ({"notification": " ".join(notes)} if notes else {})


def label_url(boxberry: Boxberry, token: str, parcel: Parcel) -> str:
    """The token travels in the link (§2)."""
    return f"{boxberry.base_url}/parcel-files/barcodes?parcel_id={parcel.parcel_id}&token={token}"


def order_number(value: Any) -> str:
    found = checks.needed(value, NUMBER, 35)
    if not _NUMBER.fullmatch(found):
        raise Refused(BAD_NUMBER)
    return found


def _unique(boxberry: Boxberry, account: Account, number: str) -> None:
    for parcel in boxberry.by_number.get((account.token, number), []):
        if not parcel.deleted or boxberry.switches.cancelled_number == "taken":
            raise taken(number)


def _to_update(boxberry: Boxberry, account: Account, number: str, sdata: Mapping[str, Any]) -> Parcel | None:
    track = checks.text(sdata.get("updateByTrack"), "updateByTrack")
    if not track:
        return None
    if not _TRACK.fullmatch(track):
        raise Refused(BAD_TRACK)
    found = boxberry.live(account.token, track)
    if found is None or found.number != number:
        raise Refused(NOT_FOUND)
    if found.act:
        raise Refused(UPDATE_IN_ACT)
    return found


def _read(boxberry: Boxberry, account: Account, number: str, sdata: Mapping[str, Any]) -> tuple[Parcel, list[str]]:
    notes: list[str] = []
    vid = int(checks.chosen(sdata.get("vid"), "Вид доставки", ("1", "2", "3"), ""))
    customer = checks.mapping(sdata.get("customer"), "customer")
    checks.only(customer, "customer", _CUSTOMER)
    places = read_places(checks.mapping(sdata.get("weights"), "weights"))
    shop = checks.mapping(sdata.get("shop"), "shop")
    checks.only(shop, "shop", ("name", "name1"))
    payment = checks.kopecks(sdata.get("payment_sum"), "Сумма к оплате")
    courier = _courier(boxberry, vid, checks.mapping(sdata.get("kurdost"), "kurdost"))
    _no_export(checks.mapping(sdata.get("export"), "export"))
    for name, label, most in (("notice", "Примечание", 100), ("partner_token", "partner_token", 24)):
        checks.text(sdata.get(name), label, most)
    fitting = checks.chosen(sdata.get("fitting"), "fitting", ("0", "1"), "0") == "1"
    point = checks.text(shop.get("name"), "Код ПВЗ")
    email = checks.text(customer.get("email"), "E-mail получателя")
    if email and "@" not in email:
        raise invalid("E-mail получателя")
    parcel = Parcel(
        token=account.token, number=number, track="", created=boxberry.time(), vid=vid, point=point if vid == 1 else "",
        reception=reception(account, checks.text(shop.get("name1"), "Код пункта поступления")),
        city=courier[1], postal=courier[0], address=courier[2],
        fio=checks.needed(customer.get("fio"), "ФИО получателя"),
        phone=checks.phone(customer.get("phone"), "Номер телефона получателя"),
        email=email, price=_declared(sdata.get("price"), notes), payment=payment,
        delivery=checks.kopecks(sdata.get("delivery_sum"), "Стоимость доставки"), places=places,
        items=_items(boxberry, sdata.get("items")),
        issue=int(checks.chosen(sdata.get("issue"), "Вид выдачи", ("0", "1", "2"), "0")),
        notice=checks.text(sdata.get("notice"), "Примечание"), barcode=checks.text(sdata.get("barcode"), "barcode"),
        sdata=dict(sdata),
    )  # fmt: skip
    if vid == 1:
        takes_parcels(taking_point(boxberry, point), grams=parcel.grams, payment=payment, fitting=fitting)
    return parcel, notes


def _declared(value: Any, notes: list[str]) -> int:
    """§2.1: below 5 rubles or absent is raised to 5, with a ``notification``."""
    found = checks.kopecks(value, "Объявленная стоимость")
    if found > MOST_DECLARED:
        raise out_of_range("Объявленная стоимость", LEAST_DECLARED / 100, MOST_DECLARED / 100)
    if found < LEAST_DECLARED:
        notes.append("Объявленная стоимость изменена на 5 руб.")
        return LEAST_DECLARED
    return found


def _items(boxberry: Boxberry, value: Any) -> list[dict[str, Any]]:
    if value in (None, "", []):
        return []
    if not isinstance(value, list):
        raise invalid("Товары")
    return [_item(boxberry, checks.mapping(row, "items")) for row in value]


def _item(boxberry: Boxberry, row: Mapping[str, Any]) -> dict[str, Any]:
    checks.only(row, "items", _ITEM)
    nds = checks.text(row.get("nds"), "НДС")
    if nds:
        checks.whole(nds, "НДС", -1, boxberry.switches.vat_max)
    marking = checks.text(row.get("marking_crpt"), "Код маркировки")
    if marking and len(marking) not in (28, 127):
        raise invalid("Код маркировки")
    supplier = [checks.text(row.get(f"supplier_{name}"), f"supplier_{name}") for name in ("name", "inn", "phone")]
    if any(supplier) and not all(supplier):
        raise Refused("Необходимо заполнить все данные поставщика")
    if supplier[1] and not re.fullmatch(r"\d{10}|\d{12}", supplier[1]):
        raise invalid("ИНН поставщика")
    return {
        "vendor_code": checks.text(row.get("id"), "Артикул"),
        "name": checks.needed(row.get("name"), "Наименование товара"),
        "nds": nds,
        "price": checks.kopecks(row.get("price"), "Цена товара") / 100,
        "quantity": checks.whole(row.get("quantity"), "Количество товара", 1, 9999),
        "marking_crpt": marking,
    }


def _courier(boxberry: Boxberry, vid: int, kurdost: Mapping[str, Any]) -> tuple[str, str, str]:
    """(postal code, place, street and house); empty for a point."""
    checks.only(kurdost, "kurdost", _KURDOST)
    if vid == 1:
        return "", "", ""
    index = checks.text(kurdost.get("index"), "Индекс")
    if (index or vid == 3) and not re.fullmatch(r"\d{6}", index):
        raise invalid("Индекс")
    found = resolve(checks.needed(kurdost.get("citi"), "Город"))
    if len(found) != 1:
        raise Refused(
            f"Город «{kurdost.get('citi')}» не найден" if not found else "Найдено несколько городов, уточните"
        )
    if vid == 2 and not found[0].courier:
        raise Refused(f"Курьерская доставка в город «{found[0].name}» не осуществляется")
    address = checks.needed(kurdost.get("addressp"), "Адрес")
    _when(boxberry, kurdost)
    if vid == 3:
        _post(kurdost)
    return index, found[0].name, address


def _when(boxberry: Boxberry, kurdost: Mapping[str, Any]) -> None:
    """A wish for a day and hours: checked, then granted silently or stretched (§6.1)."""
    wished = checks.day(kurdost.get("delivery_date"), "Дата доставки", "%Y-%m-%d")
    if wished is not None and not 1 <= (wished - boxberry.local(boxberry.time()).date()).days <= 5:
        raise invalid("Дата доставки")
    for number in "12":
        start = checks.minutes(kurdost.get(f"timesfrom{number}"), "Время доставки")
        end = checks.minutes(kurdost.get(f"timesto{number}"), "Время доставки")
        if start is not None and end is not None and start >= end:
            raise invalid("Время доставки")


def _post(kurdost: Mapping[str, Any]) -> None:
    """Russian Post (§6.1): ``optimize`` is 1 unless said otherwise, and excludes ``strong``."""
    checks.chosen(kurdost.get("type"), "type", ("0", "2", "3", "5"), "0")
    checks.chosen(kurdost.get("packing_type"), "packing_type", ("0", "1", "2", "3"), "0")
    strong = checks.chosen(kurdost.get("strong"), "strong", ("0", "1"), "0")
    if strong == "1" == checks.chosen(kurdost.get("optimize"), "optimize", ("0", "1"), "1"):
        raise Refused("Параметры strong и optimize не могут быть указаны одновременно")


def _no_export(export: Mapping[str, Any]) -> None:
    checks.only(export, "export", _EXPORT)
    if any(str(value).strip() for value in export.values()):
        raise Refused("Отправка в ЕАЭС не эмулируется")
