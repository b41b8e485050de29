"""The shapes of what may be sent (spec: OrderRequest, CourierCallRequest, …): names, types, what is required."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.apiship.errors import FieldError, field, missing, unknown, wrong_type

_TIME = re.compile(r"([0-1]?[0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PHONE = re.compile(r"\+?\d{10,14}")
_INN = re.compile(r"(\d{10}|\d{12})")
VAT = (-1, 0, 5, 7, 10, 20, 22)


@dataclass(frozen=True, slots=True)
class Kind:
    """One attribute: `type` text, int, number, bool, date, time, phone, inn, ids, words, object, list."""

    type: str = "text"
    required: bool = False
    most: int = 0
    among: tuple[Any, ...] = ()


def text(most: int = 0, required: bool = False) -> Kind:
    return Kind("text", required, most)


Shape = Mapping[str, Kind]
_INT, _NUMBER, _TIME_KIND, _DATE_KIND = Kind("int"), Kind("number"), Kind("time"), Kind("date")
_SIZES: Shape = {"weight": _INT, "length": _INT, "width": _INT, "height": _INT}

ADDRESS: Shape = {
    "countryCode": text(2, required=True), "postIndex": text(), "region": text(100), "area": text(50),
    "city": text(100), "cityGuid": text(50), "community": text(100), "communityGuid": text(55), "street": text(55),
    "house": text(50), "block": text(50), "office": text(50), "lat": _NUMBER, "lng": _NUMBER,
    "addressString": text(255, required=True), "companyName": text(100), "contactName": text(255, required=True),
    "phone": Kind("phone", required=True, most=15), "email": text(50), "comment": text(65535),
}  # fmt: skip
PERSON: Shape = {**ADDRESS, "companyInn": Kind("inn"), "additionalPhone": Kind("phone", most=15)}
SENDER: Shape = {**PERSON, "brandName": text(255)}

ORDER: Shape = {
    "clientNumber": text(100, required=True), "barcode": text(100), "description": text(65535),
    "providerKey": text(required=True), "providerConnectId": text(),
    "pickupType": Kind("int", required=True, among=(1, 2)), "deliveryType": Kind("int", required=True, among=(1, 2)),
    "tariffId": Kind("int", required=True), "pointInId": _INT, "pointOutId": _INT, "pickupDate": _DATE_KIND,
    "pickupTimeStart": _TIME_KIND, "pickupTimeEnd": _TIME_KIND, "deliveryDate": _DATE_KIND,
    "deliveryTimeStart": _TIME_KIND, "deliveryTimeEnd": _TIME_KIND, "providerNumber": text(100),
    # The deprecated place (§2).
    "paymentMethod": Kind("int", among=(1, 2, 3, 4)), **_SIZES, "weight": Kind("int", required=True),
}  # fmt: skip
COST: Shape = {
    "assessedCost": Kind("number", required=True), "deliveryCost": _NUMBER, "deliveryCostVat": Kind("int", among=VAT),
    "codCost": Kind("number", required=True), "isDeliveryPayedByRecipient": Kind("bool"),
    "paymentMethod": Kind("int", among=(1, 2, 3, 4)),
}  # fmt: skip
PLACE: Shape = {
    "placeNumber": text(), "barcode": text(), "items": Kind("list", required=True), **_SIZES,
    "weight": Kind("int", required=True),
}  # fmt: skip
ITEM: Shape = {
    "articul": text(), "markCode": text(), "description": text(required=True), "quantity": Kind("int", required=True),
    "assessedCost": _NUMBER, "cost": _NUMBER, "costVat": Kind("int", among=VAT), "barcode": text(),
    "companyName": text(255), "companyInn": Kind("inn"), "companyPhone": Kind("phone", most=15), "tnved": text(),
    "url": text(), **_SIZES,
}  # fmt: skip
EXTRA: Shape = {"key": text(required=True), "value": text(required=True)}

DIRECTION: Shape = {
    "countryCode": text(2, required=True), "index": text(), "addressString": text(), "region": text(),
    "city": text(), "cityType": text(), "cityGuid": text(), "streetGuid": text(), "lat": _NUMBER, "lng": _NUMBER,
}  # fmt: skip
CALCULATION: Shape = {
    "from": Kind("object", required=True), "to": Kind("object", required=True), "places": Kind("list", required=True),
    "pickupDate": _DATE_KIND, "pickupTypes": Kind("ids"), "deliveryTypes": Kind("ids"), "assessedCost": _NUMBER,
    "codCost": _NUMBER, "includeFees": Kind("bool"), "providerKeys": Kind("words"), "timeout": _INT,
    "extraParams": Kind("object"), "tariffIds": Kind("ids"), "pointInId": _INT, "pointOutId": _INT,
    "promoCode": text(), "customCode": text(), "skipTariffRules": Kind("bool"),
}  # fmt: skip
BOX: Shape = {**_SIZES, "weight": Kind("int", required=True)}
COURIER: Shape = {
    "providerKey": text(required=True), "providerConnectId": _INT, "date": Kind("date", required=True),
    "timeStart": Kind("time", required=True), "timeEnd": Kind("time", required=True),
    **{name: Kind("int", required=True) for name in _SIZES}, "orderIds": Kind("ids", required=True),
    "postIndex": text(), "countryCode": text(2), "region": text(required=True), "area": text(),
    "city": text(required=True), "cityGuid": text(), "street": text(required=True), "house": text(required=True),
    "block": text(), "office": text(), "lat": _NUMBER, "lng": _NUMBER, "addressString": text(), "companyName": text(),
    "contactName": text(required=True), "phone": Kind("phone", required=True), "email": text(), "comment": text(),
    "extraParams": Kind("object"),
}  # fmt: skip


def problems_of(prefix: str, data: Any, shape: Shape, strict: bool) -> list[FieldError]:
    """Everything wrong with one object; an empty text or null counts as absent."""
    if not isinstance(data, Mapping):
        return [wrong_type(prefix, "object")]
    path = f"{prefix}." if prefix else ""
    found = [unknown(path + name) for name in data if strict and name not in shape]
    for name, kind in shape.items():
        value = data.get(name)
        if value is None or value == "" or (value == [] and kind.required):
            found += [missing(path + name)] if kind.required else []
        elif problem := _wrong(path + name, value, kind):
            found.append(problem)
    return found


def _wrong(name: str, value: Any, kind: Kind) -> FieldError | None:
    if not _is(value, kind.type):
        return wrong_type(name, kind.type)
    if kind.among and value not in kind.among:
        return field(name, f"Недопустимое значение, возможны: {', '.join(map(str, kind.among))}")
    if kind.most and len(value) > kind.most:
        return field(name, f"Значение не должно быть длиннее {kind.most} символов")
    if (
        kind.type in ("int", "number")
        and not kind.among
        and name.rpartition(".")[2] not in ("lat", "lng")
        and value < 0
    ):
        return field(name, "Значение не может быть отрицательным")
    pattern = _PATTERNS.get(kind.type)
    return field(name, f"Некорректный формат: {value}") if pattern and not pattern.fullmatch(value) else None


_PATTERNS = {"time": _TIME, "date": _DATE, "phone": _PHONE, "inn": _INN}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,), "number": (int, float), "bool": (bool,), "object": (dict,), "list": (list,), "ids": (list,),
    "words": (list,),
}  # fmt: skip


def _is(value: Any, kind: str) -> bool:
    types = _TYPES.get(kind, (str,))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return False
    inner = {"ids": "int", "words": "text"}.get(kind)
    return inner is None or (isinstance(value, list) and all(_is(one, inner) for one in value))
