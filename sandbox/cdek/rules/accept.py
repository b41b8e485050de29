"""The first phase: static validation of an order (contract §4, §6.1). Whatever it finds is HTTP 400."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.cdek.errors import bad_type, bad_value, empty, error

Errors = Iterator[dict[str, str]]

VAT_RATES = (0, 5, 7, 10, 16, 22)
MAX_MONEY = 50_000_000
_WARE_KEY = re.compile(r"[A-Za-zА-Яа-яЁё0-9!@\"#№$;%^:&?*()_\-+=<>,.{}\[\]/ ]{1,50}")
_SIDES = ("length", "width", "height")


def check_order(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every static fault of a creation body, in the order of its fields."""
    found = [*_check_head(body), *_check_ends(body), *_check_contact(body, "recipient")]
    if body.get("sender") is not None:
        found += _check_contact(body, "sender", phones_required=False)
    found += _check_money(body.get("delivery_recipient_cost"), "delivery_recipient_cost")
    found += _check_services(body.get("services"))
    found += _check_packages(body)
    return found


def _check_head(body: Mapping[str, Any]) -> Errors:
    kind = body.get("type", 1)
    if not _is_int(kind):
        yield bad_type("type")
    elif kind not in (1, 2):
        yield bad_value(kind, "type")
    number = body.get("number")
    if number is not None and not isinstance(number, str):
        yield bad_type("number")
    elif number is not None and (not number.isascii() or not number.isprintable() or len(number) > 40):
        yield bad_value(number, "number")
    tariff = body.get("tariff_code")
    if tariff is None:
        yield empty("tariff_code")
    elif not _is_int(tariff):
        yield bad_type("tariff_code")
    yield from _check_text(body, "comment", 255)
    if body.get("print") not in (None, "WAYBILL", "BARCODE"):
        yield bad_value(body["print"], "print")


def _check_text(body: Mapping[str, Any], field: str, limit: int, name: str = "") -> Errors:
    value = body.get(field)
    if value is None:
        return
    if not isinstance(value, str):
        yield bad_type(name or field)
    elif len(value) > limit:
        yield bad_value(value, name or field)


def _check_ends(body: Mapping[str, Any]) -> Errors:
    for point, location, both, none in (
        ("shipment_point", "from_location", "v2_shipment_address_multivalued",
         "v2_order_location_from_and_shipment_point_empty"),
        ("delivery_point", "to_location", "v2_delivery_address_multivalued",
         "v2_order_location_to_and_delivery_point_empty"),
    ):  # fmt: skip
        if body.get(point) and body.get(location):
            yield error(both)
        elif not body.get(point) and not body.get(location):
            yield error(none)
        elif body.get(location):
            yield from _check_location(body[location], location)
        elif not isinstance(body[point], str):
            yield bad_type(point)


def _check_location(location: Any, field: str) -> Errors:
    if not isinstance(location, Mapping):
        yield bad_type(field)
        return
    address = location.get("address")
    if not address:
        yield empty(f"{field}.address")
    elif not isinstance(address, str):
        yield bad_type(f"{field}.address")
    elif len(address) > 255:
        yield bad_value(address, f"{field}.address")
    if location.get("code") is not None and not _is_int(location["code"]):
        yield bad_type(f"{field}.code")
    for name in ("city", "postal_code", "region", "country_code"):
        yield from _check_text(location, name, 255, f"{field}.{name}")


def _check_contact(body: Mapping[str, Any], field: str, *, phones_required: bool = True) -> Errors:
    contact = body.get(field)
    if not contact:
        yield empty(field)
        return
    if not isinstance(contact, Mapping):
        yield bad_type(field)
        return
    if not contact.get("name"):
        yield empty(f"{field}.name")
    yield from _check_text(contact, "name", 255, f"{field}.name")
    if contact.get("contragent_type") not in (None, "LEGAL_ENTITY", "INDIVIDUAL"):
        yield bad_value(contact["contragent_type"], f"{field}.contragent_type")
    yield from _check_phones(contact.get("phones"), f"{field}.phones", phones_required)


def _check_phones(phones: Any, field: str, required: bool) -> Errors:
    if not phones:
        if required:
            yield empty(field)
        return
    if not isinstance(phones, list) or not all(isinstance(phone, Mapping) for phone in phones):
        yield bad_type(field)
        return
    if len(phones) > 10:
        yield bad_value(len(phones), field)
    for index, phone in enumerate(phones):
        number = phone.get("number")
        if not number:
            yield empty(f"{field}[{index}].number")
        elif not isinstance(number, str):
            yield bad_type(f"{field}[{index}].number")
        elif len(number) > 24:
            yield bad_value(number, f"{field}[{index}].number")
        yield from _check_text(phone, "additional", 255, f"{field}[{index}].additional")


def _check_money(money: Any, field: str, *, required: bool = False) -> Errors:
    if money is None:
        if required:
            yield empty(field)
        return
    if not isinstance(money, Mapping):
        yield bad_type(field)
        return
    yield from _check_number(money, "value", field, lambda value: 0 <= value <= MAX_MONEY)
    rate = money.get("vat_rate")
    if rate is not None:
        if rate not in VAT_RATES:
            yield bad_value(rate, f"{field}.vat_rate")
        if money.get("vat_sum") is None:
            yield empty(f"{field}.vat_sum")


def _check_number(
    body: Mapping[str, Any], name: str, field: str, good: Callable[[float], bool], *, whole: bool = False
) -> Errors:
    value = body.get(name)
    if value is None:
        yield empty(f"{field}.{name}")
    elif isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        yield bad_type(f"{field}.{name}")
    elif not good(value):
        yield bad_value(value, f"{field}.{name}")


def _check_services(services: Any) -> Errors:
    if services is None:
        return
    if not isinstance(services, list) or not all(isinstance(service, Mapping) for service in services):
        yield bad_type("services")
        return
    for index, service in enumerate(services):
        if not service.get("code"):
            yield empty(f"services[{index}].code")
        yield from _check_text(service, "parameter", 255, f"services[{index}].parameter")


def _check_packages(body: Mapping[str, Any]) -> Errors:
    packages = body.get("packages")
    if not packages:
        yield empty("packages")
        return
    if not isinstance(packages, list) or not all(isinstance(package, Mapping) for package in packages):
        yield bad_type("packages")
        return
    if len(packages) > 255:
        yield bad_value(len(packages), "packages")
    if sum(len(package.get("items") or []) for package in packages) > 126:
        yield error("v2_number_items_is_more_126")
    for index, package in enumerate(packages):
        yield from _check_package(package, f"packages[{index}]", body.get("type", 1))


def _check_package(package: Mapping[str, Any], field: str, order_type: object) -> Errors:
    number = package.get("number")
    if not number:
        yield empty(f"{field}.number")
    elif not isinstance(number, str):
        yield bad_type(f"{field}.number")
    yield from _check_number(package, "weight", field, lambda value: value >= 0, whole=True)
    yield from _check_sides(package, field)
    items = package.get("items")
    if not items:
        if order_type == 1:
            yield empty(f"{field}.items")
        return
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        yield bad_type(f"{field}.items")
        return
    for index, item in enumerate(items):
        yield from _check_item(item, f"{field}.items[{index}]")


def _check_sides(package: Mapping[str, Any], field: str) -> Errors:
    weight = package.get("weight")
    heavy = _is_int(weight) and int(weight or 0) >= 100
    if not heavy and all(package.get(side) is None for side in _SIDES):
        return
    for side in _SIDES:
        yield from _check_number(package, side, field, lambda value: value >= 0, whole=True)


def _check_item(item: Mapping[str, Any], field: str) -> Errors:
    if not item.get("name"):
        yield empty(f"{field}.name")
    yield from _check_text(item, "name", 255, f"{field}.name")
    key = item.get("ware_key")
    if not key:
        yield empty(f"{field}.ware_key")
    elif not isinstance(key, str):
        yield bad_type(f"{field}.ware_key")
    elif not _WARE_KEY.fullmatch(key):
        yield bad_value(key, f"{field}.ware_key")
    yield from _check_money(item.get("payment"), f"{field}.payment", required=True)
    yield from _check_number(item, "cost", field, lambda value: 0 <= value <= MAX_MONEY)
    yield from _check_number(item, "weight", field, lambda value: value >= 0, whole=True)
    yield from _check_number(item, "amount", field, lambda value: 1 <= value <= 999, whole=True)
    if item.get("marking") and item.get("amount") != 1:
        yield error("v2_order_item_amount_incorrect")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
