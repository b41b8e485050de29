"""Prices and terms (contract §5). They only calculate: an unknown point makes the price incomplete, not an error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.data.cities import City, by_postal, cities, distance_km
from sandbox.boxberry.errors import NO_WEIGHT, NOT_INTEGER, Refused, required
from sandbox.boxberry.model import Account

from . import checks
from .places import point, receptions

COSTS = [
    "weight",
    "targetstart",
    "target",
    "zip",
    "ordersum",
    "deliverysum",
    "paysum",
    "height",
    "width",
    "depth",
    "sucrh",
    "cms",
    "url",
    "version",
]
CALCULATION = [
    "BoxSizes",
    "SenderCityId",
    "RecipientCityId",
    "DeliveryType",
    "TargetStart",
    "TargetStop",
    "OrderSum",
    "DeliverySum",
    "PaySum",
    "Zip",
    "UseShopSettings",
    "CmsName",
    "Url",
    "Version",
]
_BOX = ("Width", "Height", "Depth", "Weight")
_ZONES_KM = (150, 600, 1200, 2500, 4500)


@dataclass(frozen=True, slots=True)
class Cost:
    """Kopecks and days; ``working`` of the period are working days."""

    base: int
    service: int
    working: int

    @property
    def total(self) -> int:
        return self.base + self.service

    @property
    def calendar(self) -> int:
        return self.working + 2 * (self.working // 5)


def cost(start: City, end: City, grams: int, *, courier: bool, declared: int, payment: int, known: bool) -> Cost:
    """By distance and weight; 0.5 % of what is declared and 3 % of what is collected are services, as the door is.
    ``known`` False: the point does not exist, its part of the price is missing."""
    zone = sum(distance_km(start, end) > limit for limit in _ZONES_KM)
    base = 18_000 + 4_500 * zone + (2_000 + 900 * zone) * max(0, math.ceil(grams / 1000) - 1)
    service = round(declared * 0.005) + round(payment * 0.03) + (20_000 if courier else 6_000 if known else 0)
    return Cost(base, service, 1 + zone + (1 if courier else 0))


def delivery_costs(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """``DeliveryCosts`` (§5.1): one variant. Raises Refused."""
    if not checks.text(params.get("weight"), "weight"):
        raise Refused(NO_WEIGHT)
    grams = checks.whole(params["weight"], "weight", 1, 1_000_000)
    for side in ("height", "width", "depth"):
        if checks.text(params.get(side), side):
            checks.whole(params[side], side, 0, 1000)
    start = _start(account, checks.text(params.get("targetstart"), "targetstart"))
    postal = checks.text(params.get("zip"), "zip")
    target = checks.text(params.get("target"), "target")
    end, known = _end(boxberry, target, postal)
    marked_up = checks.chosen(params.get("sucrh"), "sucrh", ("0", "1"), "0") == "1"
    found = cost(
        start, end, grams, courier=bool(postal), known=known,
        declared=checks.kopecks(params.get("ordersum"), "ordersum"),
        payment=checks.kopecks(params.get("paysum"), "paysum"),
    )  # fmt: skip
    return {
        "price": found.total / 100,
        "price_base": found.base / 100,
        "price_service": found.service / 100,
        "delivery_period": found.working if marked_up else str(found.working),
    }


def delivery_calculation(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """``DeliveryCalculation`` (§5.2): all variants; none = an empty list. Raises Refused."""
    boxes = params.get("BoxSizes")
    if not isinstance(boxes, list) or not boxes:
        raise required("BoxSizes")
    grams = sum(_box(checks.mapping(box, "BoxSizes")) for box in boxes)
    start = _sender(account, params)
    kind = checks.chosen(params.get("DeliveryType"), "DeliveryType", ("", "1", "2"), "")
    checks.chosen(params.get("UseShopSettings"), "UseShopSettings", ("0", "1"), "0")
    target = checks.text(params.get("TargetStop"), "TargetStop")
    postal = checks.text(params.get("Zip"), "Zip")
    end, known = _recipient(boxberry, params, target, postal)
    money = {
        "declared": checks.kopecks(params.get("OrderSum"), "OrderSum"),
        "payment": checks.kopecks(params.get("PaySum"), "PaySum"),
    }
    rows = []
    if end is not None:
        # A postal code leaves the door only; a city without one of the two leaves the other.
        if not postal and kind != "2" and end.has_points:
            rows.append(_variant(1, cost(start, end, grams, courier=False, known=known or not target, **money)))
        if kind != "1" and (end.courier or postal):
            rows.append(_variant(2, cost(start, end, grams, courier=end.courier, known=True, **money)))
    return {"error": False, "result": {"DeliveryCosts": rows}}


def _variant(kind: int, found: Cost) -> dict[str, Any]:
    return {
        "DeliveryTypeId": kind,
        "TotalPrice": found.total / 100,
        "PriceBase": found.base / 100,
        "PriceService": found.service / 100,
        "DeliveryPeriod": found.calendar,
    }


def _box(box: Mapping[str, Any]) -> int:
    """Grams that are paid for: the weight or the volume of 5,000 cm³ a kilogram. The recorded text for what is not an
    integer."""
    checks.only(box, "BoxSizes", _BOX)
    values = {}
    for name in _BOX:
        given = box.get(name, 0)
        if isinstance(given, bool) or not str(given).strip().isdigit():
            raise Refused(NOT_INTEGER)
        values[name] = int(given)
    if not values["Weight"]:
        raise Refused(NO_WEIGHT)
    volume = values["Width"] * values["Height"] * values["Depth"] // 5
    return max(values["Weight"], volume)


def _start(account: Account, code: str) -> City:
    found = receptions().get(code or account.reception)
    if found is None:
        raise Refused("Неверный код пункта приема")
    return found


def _sender(account: Account, params: Mapping[str, Any]) -> City:
    """§5.2: the sender's city is required unless its reception point is given."""
    code = checks.text(params.get("TargetStart"), "TargetStart")
    city = checks.text(params.get("SenderCityId"), "SenderCityId")
    if not code and not city:
        raise required("SenderCityId")
    if code:
        return _start(account, code)
    if city not in cities():
        raise Refused("Город отправителя не найден")
    return cities()[city]


def _end(boxberry: Boxberry, target: str, postal: str) -> tuple[City, bool]:
    if postal:
        found = by_postal(postal)
        if found is None or not found.courier:
            raise Refused("Доставка по указанному индексу не осуществляется")
        return found, True
    if not target:
        raise required("target")
    place = point(boxberry, target)
    if place is None:
        raise Refused("Неверный код ПВЗ")
    return place.city, True


def _recipient(boxberry: Boxberry, params: Mapping[str, Any], target: str, postal: str) -> tuple[City | None, bool]:
    place = point(boxberry, target) if target else None
    if postal:
        return by_postal(postal), True
    city = checks.text(params.get("RecipientCityId"), "RecipientCityId")
    if city:
        return cities().get(city), place is not None
    if place is not None:
        return place.city, True
    if target:
        # §5.2: an unknown point is not an error; with no city either, nothing can be said.
        return None, False
    raise required("RecipientCityId")
