"""What an express ride costs and whether there is one (§B3, §B4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused, bad, conflict
from sandbox.yandex_delivery.fields import Fields, offset_time
from sandbox.yandex_delivery.geo import City, distance_km
from sandbox.yandex_delivery.model import Account, Body

from . import prices
from .claim_body import CLASSES, SIZES, Load, Stop, claim_stops, parse_items, requirements, simple_stops, swapped

_MAX_CITY_KM = 60.0


def _codes(stops: list[Stop]) -> list[tuple[str, str]]:
    """Why these stops cannot be served: (code of the estimation, words)."""
    if any(swapped(stop) for stop in stops):
        return [("estimating.swapped_coordinates", "Coordinates are swapped")]
    cities = [stop.city() for stop in stops]
    if None in cities:
        return [("address_not_found", "Адрес не найден")]
    known = [city for city in cities if city is not None]
    if not all(city.express for city in known):
        return [("unknown_zone", "Доставка в этой зоне недоступна")]
    if _kilometres(stops) > _MAX_CITY_KM * (len(stops) - 1) or len({city.geo_id for city in known}) > 1:
        return [("address_outside_delivery_zone", "Адрес вне зоны доставки")]
    return []


def _kilometres(stops: list[Stop]) -> float:
    places = [stop.at() for stop in stops]
    total = sum(distance_km(*first, *second) for first, second in pairwise(filter(None, places)))
    # Streets are longer than the crow's way; the shortest ride is two kilometres.
    return max(2.0, total * 1.3)


def fits(load: Load, taxi_class: str) -> bool:
    if load.sides is None:
        return True
    limit = sorted(SIZES[taxi_class], reverse=True)
    return all(side <= most for side, most in zip(load.sides, limit, strict=True))


def _class_for(load: Load) -> str:
    """The smallest class that carries it; the class maximum when nothing is said."""
    if load.sides is None and not load.kilograms:
        return "express"
    if load.kilograms <= 10 and fits(load, "courier"):
        return "courier"
    return "express" if load.kilograms <= 20 and fits(load, "express") else "cargo"


def check_price(yandex: Yandex, fields: Fields) -> Body:
    """``check-price``. Raises Refused."""
    del yandex
    stops = simple_stops(fields)
    # Without goods it is the price of the class's maximum.
    load = parse_items(fields.children("items", least=0))
    wanted = requirements(fields, "requirements")
    _refuse(stops)
    taxi_class = str(wanted.get("taxi_class") or _class_for(load))
    if not fits(load, taxi_class):
        raise conflict("estimating.requirement_unavailable", "Requirement is unavailable")
    kilometres = _kilometres(stops)
    amount = prices.express_price(taxi_class, kilometres, load.kilograms)
    return {
        "price": f"{prices.with_vat(amount):.2f}",
        "currency_rules": currency_rules(),
        "requirements": {"taxi_class": taxi_class},
        "distance_meters": round(kilometres * 1000, 1),
        "eta": round(15 + kilometres * 2, 1),
        "zone_id": "moscow",
    }


def _refuse(stops: list[Stop]) -> None:
    for code, words in _codes(stops):
        if code == "address_not_found":
            raise bad(words, code)
        if code == "estimating.swapped_coordinates":
            raise conflict(code, words)
        raise conflict("estimating.zone_unavailable", words)


def currency_rules() -> Body:
    return {"code": "RUB", "text": "руб.", "template": "$VALUE$ $SIGN$$CURRENCY$", "sign": "₽"}


def calculate(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``offers/calculate``: each offer's payload is good for two minutes. Raises Refused."""
    stops = simple_stops(fields)
    load = parse_items(fields.children("items"))
    wanted = requirements(fields, "requirements")
    if yandex.switches.tariffs_expired:
        raise Refused(400, "required_tariffs_disabled_for_user", "Required tariffs are disabled for the user")
    _refuse(stops)
    classes = list(wanted.get("taxi_classes") or CLASSES)
    kilometres, now = _kilometres(stops), yandex.time()
    offers = []
    with yandex.lock:
        for taxi_class in classes:
            if not fits(load, taxi_class) or (taxi_class == "cargo" and "taxi_classes" not in wanted):
                continue
            amount = prices.express_price(taxi_class, kilometres, load.kilograms)
            payload = f"pl_{yandex.new_id()}"
            expires = now + yandex.switches.payload_seconds
            yandex.payloads[payload] = {"account": account.code, "expires": expires, "price": str(amount),
                                        "taxi_class": taxi_class, "used": False}  # fmt: skip
            offers.append(_offer(payload, taxi_class, amount, now, kilometres))
    if not offers:
        raise conflict("estimating.requirement_unavailable", "Requirement is unavailable")
    return {"offers": offers}


def _offer(payload: str, taxi_class: str, amount: Decimal, now: float, kilometres: float) -> Body:
    start, end = now + 900, now + 1800
    ride = kilometres * 180
    return {
        "payload": payload,
        "taxi_class": taxi_class,
        "price": {
            "total_price": f"{amount:.2f}", "total_price_with_vat": f"{prices.with_vat(amount):.2f}",
            "surge_ratio": 1, "currency": "RUB",
        },
        "pickup_interval": {"from": offset_time(start), "to": offset_time(end)},
        "delivery_interval": {"from": offset_time(start + ride), "to": offset_time(end + ride)},
        "description": {"courier": "Курьер", "express": "Экспресс", "cargo": "Грузовой"}[taxi_class],
    }  # fmt: skip


def estimate(yandex: Yandex, body: Mapping[str, Any]) -> tuple[Decimal | None, list[Body]]:
    """(price without VAT, or None; error messages) of a claim."""
    stops = claim_stops(body)
    if yandex.switches.tariffs_expired:
        return None, [error_row("required_tariffs_disabled_for_user", "Тариф недоступен")]
    if codes := _codes(stops):
        return None, [error_row(code, words) for code, words in codes]
    if (payload := yandex.payloads.get(str(body.get("offer_payload") or ""))) is not None:
        return Decimal(payload["price"]), []
    load = parse_items([Fields(item) for item in body["items"]])
    taxi_class = str((body.get("client_requirements") or {}).get("taxi_class") or _class_for(load))
    return prices.express_price(taxi_class, _kilometres(stops), load.kilograms), []


def error_row(code: str, words: str) -> Body:
    return {"code": code, "message": words}


def city(body: Mapping[str, Any]) -> City | None:
    return claim_stops(body)[0].city()
