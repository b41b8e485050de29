"""Offices and postamats, drawn once from a fixed seed: the same list in every process and after every reset."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

from sandbox.cdek.geo import City, cities

_NAMESPACE = uuid.UUID("8a4ff1a0-9a6c-4c55-9e55-2d6a51c0d00d")

# City code -> (prefix of office codes, offices, postamats).
_NETWORK: dict[int, tuple[str, int, int]] = {
    44: ("MSK", 70, 40), 137: ("SPB", 45, 25), 270: ("NSK", 36, 14), 250: ("EKB", 30, 14), 424: ("KZN", 22, 8),
    414: ("NNV", 18, 7), 438: ("RND", 18, 7), 435: ("KRD", 18, 7), 430: ("SMR", 15, 6), 256: ("UFA", 15, 6),
    259: ("CHL", 14, 5), 268: ("OMS", 12, 5), 248: ("PRM", 12, 5), 506: ("VRN", 12, 5), 278: ("KSN", 12, 5),
    426: ("VLG", 10, 4), 428: ("SRT", 10, 4), 252: ("TMN", 10, 4), 280: ("IRK", 10, 3), 288: ("VVO", 9, 3),
    287: ("KHV", 9, 3), 152: ("KGD", 9, 3), 274: ("BRN", 8, 3), 269: ("TOM", 8, 2), 272: ("KEM", 7, 2),
    15: ("TUL", 7, 2), 146: ("YAR", 7, 2), 1082: ("SCH", 8, 2), 1095: ("KRL", 4, 1), 1059: ("KHM", 5, 2),
    285: ("YKS", 3, 0), 243: ("ARH", 4, 1), 239: ("NVG", 1, 0),
}  # fmt: skip

# The only office of its city, closed: nothing can stand in for it, so an order to it is refused.
_CLOSED = frozenset({"NVG1"})

_STREETS = (
    "ул. Ленина", "пр-кт Мира", "ул. Советская", "ул. Гагарина", "ул. Кирова", "ул. Пушкина", "ул. Молодёжная",
    "ул. Садовая", "пр-кт Победы", "ул. Лесная", "ул. Строителей", "ул. Карла Маркса", "ул. Чехова", "б-р Космонавтов",
    "ул. Октябрьская", "ул. Первомайская", "ул. Набережная", "ул. Комсомольская", "пр-кт Строителей", "ул. Калинина",
    "ул. Горького", "ш. Энтузиастов", "ул. Некрасова", "ул. 8 Марта", "ул. Маяковского", "ул. Лермонтова",
)  # fmt: skip

# City code -> metro stations; every third office there names one.
_METRO = {
    44: ("Тверская", "Киевская", "Сокол", "Щёлковская", "Юго-Западная", "Марьино", "Ховрино"),
    137: ("Невский проспект", "Московская", "Озерки", "Приморская"),
    270: ("Площадь Ленина", "Студенческая"),
    424: ("Кремлёвская", "Проспект Победы", "Козья слобода"),
    250: ("Геологическая", "Уралмаш"),
    414: ("Горьковская", "Канавинская"),
    430: ("Московская", "Алабинская"),
}  # fmt: skip

_HOURS = (
    ("Пн-Пт 10:00-20:00, Сб-Вс 10:00-16:00",
     {**dict.fromkeys(range(1, 6), "10:00/20:00"), **dict.fromkeys((6, 7), "10:00/16:00")}),
    ("Пн-Вс 09:00-21:00", dict.fromkeys(range(1, 8), "09:00/21:00")),
    ("Пн-Пт 09:00-19:00, Сб 10:00-15:00", {**dict.fromkeys(range(1, 6), "09:00/19:00"), 6: "10:00/15:00"}),
)  # fmt: skip
_ROUND_THE_CLOCK = ("Пн-Вс 00:00-23:59", dict.fromkeys(range(1, 8), "00:00/23:59"))
_EXCEPTIONS = [
    {
        "date_start": "2026-12-31",
        "date_end": "2026-12-31",
        "time_start": "10:00",
        "time_end": "15:00",
        "is_working": True,
    },
    {"date_start": "2027-01-01", "date_end": "2027-01-02", "is_working": False},
]
_CELLS = ({"width": 41, "height": 8, "depth": 60}, {"width": 41, "height": 19, "depth": 60},
          {"width": 41, "height": 38, "depth": 60})  # fmt: skip


def all_offices() -> dict[str, dict[str, Any]]:
    """Office code -> row as ``GET /v2/deliverypoints`` answers it (contract §13); fields of a row may be replaced."""
    return {code: dict(row) for code, row in _drawn().items()}


def more_offices(like: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    """So many more, each like one that there is, with a code (`X1`, …) and a place of its own."""
    for number in range(1, count + 1):
        row, code = like[number % len(like)], f"X{number}"
        shift = number % 997 / 5000
        location = {**row["location"], "latitude": round(row["location"]["latitude"] + shift, 6)}
        yield {**row, "code": code, "uuid": str(uuid.uuid5(_NAMESPACE, code)), "location": location}


@cache
def _drawn() -> dict[str, dict[str, Any]]:
    return {row["code"]: row for code, plan in _NETWORK.items() for row in _in_city(cities()[code], *plan)}


def _in_city(city: City, prefix: str, offices: int, postamats: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(city.code)
    for number in range(1, offices + 1):
        yield _pvz(city, f"{prefix}{number}", rng)
    for number in range(offices + 1, offices + postamats + 1):
        yield _postamat(city, f"{prefix}{number}", rng)


def _row(city: City, code: str, rng: random.Random, hours: tuple[str, dict[int, str]]) -> dict[str, Any]:
    address = f"{rng.choice(_STREETS)}, {rng.randint(1, 160)}"
    postal = f"{int(city.postal_code) + rng.randint(0, 40):06d}"
    return {
        "code": code,
        "name": f"{code}, {city.name}, {address}",
        "uuid": str(uuid.uuid5(_NAMESPACE, code)),
        "address_comment": rng.choice(("Вход со двора", "1 этаж, направо от входа", "Торговый центр, 2 этаж", "")),
        "nearest_station": "",
        **_metro(city, code),
        "work_time": hours[0],
        "phones": [{"number": f"+7800{rng.randint(1000000, 9999999)}"}],
        "owner_code": "CDEK",
        "work_time_list": [{"day": day, "time": time} for day, time in sorted(hours[1].items())],
        "work_time_exception_list": _EXCEPTIONS if rng.random() < 0.2 else [],
        "office_image_list": [],
        "status": "INACTIVE" if code in _CLOSED else "ACTIVE",
        "fulfillment": False,
        "location": {
            "country_code": "RU",
            "region_code": city.region_code,
            "region": city.region,
            "city_code": city.code,
            "city": city.name,
            "fias_guid": city.fias_guid,
            "postal_code": postal,
            "longitude": round(city.longitude + rng.uniform(-0.12, 0.12), 6),
            "latitude": round(city.latitude + rng.uniform(-0.07, 0.07), 6),
            "address": address,
            "address_full": f"{postal}, Россия, {city.region}, {city.name}, {address}",
            "city_uuid": city.uuid,
        },
    }


def _metro(city: City, code: str) -> dict[str, str]:
    """The field is left out where there is no metro (§13: not among the fields that are always there)."""
    stations, number = _METRO.get(city.code, ()), int("".join(filter(str.isdigit, code)))
    return {"nearest_metro_station": stations[number // 3 % len(stations)]} if stations and number % 3 == 0 else {}


def _pvz(city: City, code: str, rng: random.Random) -> dict[str, Any]:
    row = _row(city, code, rng, rng.choice(_HOURS))
    number = int("".join(filter(str.isdigit, code)))
    # Every ninth office only takes in (no handout), every seventh only gives out: the client has to look.
    handout, reception = number % 9 != 0, number % 7 != 0
    return row | {
        "type": "PVZ",
        "take_only": not reception,
        "is_handout": handout,
        "is_reception": reception,
        "is_dressing_room": rng.random() < 0.6,
        "is_marketplace": rng.random() < 0.2,
        "is_ltl": number % 6 == 0,
        "have_cashless": True,
        "have_cash": rng.random() < 0.85,
        "have_fast_payment_system": rng.random() < 0.5,
        "allowed_cod": number % 11 != 0,
        "weight_min": 0.0,
        "weight_max": rng.choice((30.0, 30.0, 30.0, 50.0, 15.0, 1000.0)),
    }


def _postamat(city: City, code: str, rng: random.Random) -> dict[str, Any]:
    row = _row(city, code, rng, _ROUND_THE_CLOCK)
    return row | {
        "type": "POSTAMAT",
        "take_only": True,
        "is_handout": True,
        "is_reception": False,
        "is_dressing_room": False,
        "is_marketplace": False,
        "is_ltl": False,
        "have_cashless": True,
        "have_cash": False,
        "have_fast_payment_system": True,
        "allowed_cod": True,
        "weight_min": 0.0,
        "weight_max": 15.0,
        "dimensions": [dict(cell) for cell in _CELLS],
    }
