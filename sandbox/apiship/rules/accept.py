"""What is wrong with an order before it is taken (HTTP 400): its shape, its carrier, its points, its sums (§4, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.apiship.data import points
from sandbox.apiship.data.carriers import POINT, PROVIDERS, TARIFFS
from sandbox.apiship.data.cities import recognise
from sandbox.apiship.errors import FieldError, Refused, field, missing, wrong_type
from sandbox.apiship.model import Account

from . import shapes

Body = dict[str, Any]
_PARTS = {"order": shapes.ORDER, "cost": shapes.COST, "sender": shapes.SENDER, "recipient": shapes.PERSON}
_KNOWN = frozenset({*_PARTS, "returnAddress", "places", "items", "extraParams", "directOrderId"})


def check(account: Account, body: Body, *, strict: bool, extra_points: int) -> None:
    """Raises Refused with everything that is wrong."""
    problems = _shape(body, strict)
    if problems:
        raise Refused("040002", problems)
    order = body["order"]
    if order["providerKey"] in PROVIDERS and order["providerKey"] not in account.providers:
        raise Refused("040005")
    problems = [*_carrier(account, order), *_points(order, extra_points), *_places(body), *_sums(body)]
    problems += [found for name in ("sender", "recipient") for found in _town(name, body[name])]
    if problems:
        raise Refused("040002", problems)


def _shape(body: Body, strict: bool) -> list[FieldError]:
    found = [field(name, f"Атрибут `{name}` не поддерживается") for name in body if strict and name not in _KNOWN]
    for name, shape in _PARTS.items():
        found += [missing(name)] if name not in body else shapes.problems_of(name, body[name], shape, strict)
    if body.get("returnAddress") is not None:
        found += shapes.problems_of("returnAddress", body["returnAddress"], shapes.ADDRESS, strict)
    places = body.get("places")
    if not isinstance(places, list) or not places:
        return [*found, missing("places") if not places else wrong_type("places", "list")]
    for index, place in enumerate(places):
        found += shapes.problems_of(f"places.{index}", place, shapes.PLACE, strict)
        items = place.get("items") if isinstance(place, Mapping) else None
        for row, item in enumerate(items if isinstance(items, list) else []):
            found += shapes.problems_of(f"places.{index}.items.{row}", item, shapes.ITEM, strict)
    for index, extra in enumerate(body.get("extraParams") or []):
        found += shapes.problems_of(f"extraParams.{index}", extra, shapes.EXTRA, strict)
    return found


def _carrier(account: Account, order: Body) -> list[FieldError]:
    key = order["providerKey"]
    if key not in PROVIDERS:
        return [field("order.providerKey", "Служба доставки не найдена")]
    found = []
    connect = order.get("providerConnectId")
    if connect and (connect, key) not in account.connections:
        found.append(field("order.providerConnectId", "Подключение не найдено"))
    tariff = TARIFFS.get(order["tariffId"])
    if tariff is None or tariff.provider != key:
        return [*found, field("order.tariffId", "Тариф не найден")]
    if tariff.pickup not in (None, order["pickupType"]):
        found.append(field("order.pickupType", "Тип забора не подходит к тарифу"))
    if tariff.delivery not in (None, order["deliveryType"]):
        found.append(field("order.deliveryType", "Тип доставки не подходит к тарифу"))
    if order["weight"] > tariff.max_weight:
        found.append(field("order.weight", f"Вес превышает допустимый для тарифа: {tariff.max_weight} г"))
    return found


def _points(order: Body, extra: int) -> list[FieldError]:
    """`pointInId` for 2, `pointOutId` for 2; the point is the carrier's and does what is wanted (§4, §8)."""
    found = []
    for name, kind, operations in (("pointInId", "pickupType", (1, 3)), ("pointOutId", "deliveryType", (2, 3))):
        if order[kind] != POINT:
            continue
        identifier = order.get(name)
        if identifier is None:
            found.append(missing(f"order.{name}"))
        elif not points.exists(identifier, extra):
            found.append(field(f"order.{name}", "Пункт не найден"))
        else:
            facets = points.facets(identifier)
            if facets["providerKey"] != order["providerKey"]:
                found.append(field(f"order.{name}", "Пункт принадлежит другой службе доставки"))
            elif facets["availableOperation"] not in operations:
                found.append(field(f"order.{name}", "Пункт не выполняет эту операцию"))
    return found


def _places(body: Body) -> list[FieldError]:
    found = []
    for index, place in enumerate(body["places"]):
        if place["weight"] == 0:
            found.append(field(f"places.{index}.weight", "Значение должно быть больше 0"))
        for row, item in enumerate(place["items"]):
            if item["quantity"] < 1 or (item.get("markCode") and item["quantity"] > 1):
                found.append(field(f"places.{index}.items.{row}.quantity", "Недопустимое количество"))
    return found


def _sums(body: Body) -> list[FieldError]:
    """Declared value and cash on delivery are the sums over the goods (spec: Cost)."""
    items = [item for place in body["places"] for item in place["items"]]
    cost = body["cost"]
    found = []
    assessed = sum((item.get("assessedCost") or 0) * item["quantity"] for item in items)
    if abs(assessed - cost["assessedCost"]) > 0.01:
        found.append(field("cost.assessedCost", f"Сумма не совпадает с суммой по товарам: {assessed:.2f}"))
    collected = sum((item.get("cost") or 0) * item["quantity"] for item in items) + (cost.get("deliveryCost") or 0)
    if cost["codCost"] and abs(collected - cost["codCost"]) > 0.01:
        found.append(field("cost.codCost", f"Сумма не совпадает с суммой по товарам и доставке: {collected:.2f}"))
    return found


def _town(name: str, address: Body) -> list[FieldError]:
    if recognise(address) is not None:
        return []
    return [field(f"{name}.city" if address.get("city") else f"{name}.addressString", "Населённый пункт не найден")]


def return_problems(body: Body, strict: bool) -> list[FieldError]:
    """Of `POST /orders/return` (spec: OrderReturnRequest): shape alone; the weight is the places'."""
    if body.get("directOrderId") is None:
        return [missing("directOrderId")]
    order = body.get("order")
    weighed = {**body, "order": {"weight": 1, **order}} if isinstance(order, Mapping) else body
    cost = body.get("cost")
    priced = {**weighed, "cost": {"codCost": 0, **cost}} if isinstance(cost, Mapping) else weighed
    problems = _shape(priced, strict)
    return problems or [found for name in ("sender", "recipient") for found in _town(name, body[name])]
