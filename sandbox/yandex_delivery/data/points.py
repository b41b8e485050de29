"""Points drawn once from a fixed seed; more of them, for load, are computed one by one and never kept (§A4)."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

from sandbox.yandex_delivery.geo import City, cities

_NAMESPACE = uuid.UUID("6f0c3a52-0d3c-4f0f-8f3b-0f2a1f1f9a11")
_STREETS = (
    "улица Ленина", "проспект Мира", "Советская улица", "улица Гагарина", "улица Кирова", "улица Пушкина",
    "Садовая улица", "проспект Победы", "Лесная улица", "улица Строителей", "улица Чехова", "Набережная улица",
    "Октябрьская улица", "улица Горького", "улица Маяковского", "Первомайская улица",
)  # fmt: skip
#: The suggested points of the test contour (§A1): Moscow, Leningradsky 27 and 37 k9.
_NAMED = (
    ("e1139f6d-e34f-47a9-a55f-31f032a861a6", "Ленинградский проспект", "27"),
    ("01946f4f013c7337874ec2fb848a58a4", "Ленинградский проспект", "37к9"),
)
_EXTRA = "ee77"
_SERVICES = ("is_fitting_allowed", "is_partial_refuse_allowed", "is_paperless_pickup_allowed", "is_unboxing_allowed")
# A locker's cell and a shelf's limit: kg, one side cm, sum of three sides cm (§A4).
LIMITS = {"terminal": (20, 40, 118), "pickup_point": (30, 150, 300), "warehouse": (200, 300, 500)}
Point = dict[str, Any]


@cache
def points() -> dict[str, Point]:
    """``id`` -> row as ``pickup-points/list`` answers it. Rows are never changed."""
    found = [row for city in cities().values() for row in _in_city(city)]
    return {row["id"]: row for row in found}


def extra_point(identity: str) -> Point | None:
    """The generated point of that id, if it is one of the extra ones."""
    if not identity.startswith(_EXTRA) or not identity[4:].isdigit():
        return None
    return _extra(int(identity[4:]))


def extra_points(count: int, geo_id: int | None) -> Iterator[Point]:
    """The first ``count`` extra points, one after another; only those of one locality if it is named."""
    keys = [city.geo_id for city in cities().values() if city.points]
    first, step = (0, 1) if geo_id is None else (keys.index(geo_id) if geo_id in keys else count, len(keys))
    for number in range(first, count, step):
        yield _extra(number)


def _extra(number: int) -> Point:
    keys = [city for city in cities().values() if city.points]
    rng = random.Random(number)
    row = _row(keys[number % len(keys)], f"{_EXTRA}{number:028d}", 5_000_000 + number, rng)
    return row | _pickup(number + 1, rng)


def _in_city(city: City) -> Iterator[Point]:
    rng = random.Random(city.geo_id)
    for number in range(1, city.points + 1):
        identity = uuid.uuid5(_NAMESPACE, f"{city.geo_id}/{number}").hex
        street = house = None
        if city.geo_id == 213 and number <= len(_NAMED):
            identity, street, house = _NAMED[number - 1]
        row = _row(city, identity, city.geo_id * 1000 + number, rng, street, house)
        if number % 4 == 0:
            yield row | _terminal()
        elif number > 8 and number % 9 == 0:
            yield row | _warehouse(city)
        else:
            yield row | _pickup(number, rng)


def _row(
    city: City, identity: str, number: int, rng: random.Random, street: str | None = None, house: str | None = None
) -> Point:
    street, house = street or rng.choice(_STREETS), house or str(rng.randint(1, 160))
    postal = f"{int(city.postal) + rng.randint(0, 40):06d}"
    hint = rng.choice(("вход со двора", "1 этаж, направо", "торговый центр, 2 этаж", ""))
    return {
        "id": identity,
        "operator_station_id": str(10_000_000_000 + number),
        "name": "",
        "type": "pickup_point",
        "position": {
            "latitude": round(city.latitude + rng.uniform(-0.07, 0.07), 6),
            "longitude": round(city.longitude + rng.uniform(-0.12, 0.12), 6),
        },
        "address": {
            "geoId": city.geo_id, "country": "Россия", "region": city.region, "subRegion": city.region,
            "locality": city.name, "street": street, "house": house, "housing": "", "building": "", "apartment": "",
            "comment": hint, "full_address": f"{city.name}, {street}, {house}", "postal_code": postal,
        },
        "instruction": hint,
        "payment_methods": ["already_paid", "card_on_receipt"],
        "contact": {"first_name": "", "last_name": "", "patronymic": "", "phone": "+74950000000", "email": ""},
        "schedule": {"time_zone": city.utc_offset, "restrictions": [_hours(range(1, 8), 10, 21)]},
        "is_yandex_branded": True,
        "is_market_partner": False,
        "is_dark_store": False,
        "pickup_services": dict.fromkeys(_SERVICES, True),
        "deactivation_date": None,
        "deactivation_date_predicted_debt": None,
        "available_for_dropoff": False,
        "available_for_c2c_dropoff": False,
        "operator_id": "market_l4g",
        "dayoffs": [{"date": 1798675200, "date_utc": "2026-12-31T00:00:00+0000"}],
    }  # fmt: skip


def _hours(days: range, start: int, end: int) -> dict[str, Any]:
    time_from, time_to = {"hours": start, "minutes": 0}, {"hours": end, "minutes": 0}
    return {"days": list(days), "time_from": time_from, "time_to": time_to}


def _pickup(number: int, rng: random.Random) -> Point:
    if number % 5 == 0:
        # A partner's till: no money, no fitting (§A4: 5Post lives inside the list).
        return {
            "name": "5 Post (Пятерочка)", "is_yandex_branded": False, "is_market_partner": True,
            "operator_id": "5post", "payment_methods": ["already_paid"],
            "pickup_services": dict.fromkeys(_SERVICES, False),
        }  # fmt: skip
    dropoff = number % 3 == 1
    more: Point = {"name": "Пункт выдачи заказов Яндекс Маркета", "available_for_dropoff": dropoff}
    more["available_for_c2c_dropoff"] = dropoff
    if rng.random() < 0.3:
        return more | {"payment_methods": ["already_paid", "card_on_receipt", "postpay"]}
    return more


def _terminal() -> Point:
    return {
        "name": "Постамат Яндекс Маркета", "type": "terminal", "payment_methods": ["already_paid"],
        "pickup_services": dict.fromkeys(_SERVICES, False),
    }  # fmt: skip


def _warehouse(city: City) -> Point:
    return {
        "name": f"Сортировочный центр {city.name}", "type": "warehouse", "available_for_dropoff": True,
        "payment_methods": ["already_paid"], "pickup_services": dict.fromkeys(_SERVICES, False),
    }  # fmt: skip


def broken_points(count: int) -> Iterator[Point]:
    """Records without sense, at the head of every list."""
    for number in range(count):
        yield ({"id": f"broken{number}"}, {"name": "no id", "position": None}, {"id": None, "type": 7, "address": []})[
            number % 3
        ]
