"""Points and terminals, drawn from a fixed seed: the same in every process, after every reset (contract §3.2, §3.3)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sandbox.dpd.geo import City, cities
from sandbox.dpd.soap import Fixed

Row = dict[str, Any]
Hours = tuple[tuple[str, str], ...]

_MOSCOW, _PETERSBURG = 49694102, 49694167
_STREETS = (
    ("ул", "Ленина"), ("пр-кт", "Мира"), ("ул", "Советская"), ("ул", "Гагарина"), ("ул", "Кирова"), ("ул", "Пушкина"),
    ("б-р", "Космонавтов"), ("ул", "Садовая"), ("ш", "Энтузиастов"), ("ул", "Чехова"), ("пер", "Школьный"),
)  # fmt: skip
_METRO = {
    "Москва": ("Тверская", "Сокол", "Марьино"),
    "Санкт-Петербург": ("Озерки", "Московская"),
    "Казань": ("Козья слобода",),
}
_WORKDAYS, _WEEKEND, _WEEK = "Пн,Вт,Ср,Чт,Пт", "Сб,Вс", "Пн,Вт,Ср,Чт,Пт,Сб,Вс"
_HOURS = (
    ((_WORKDAYS, "10:00 - 21:00"), (_WEEKEND, "10:00 - 18:00")),
    ((_WEEK, "09:00 - 21:00"),),
    ((_WORKDAYS, "09:00 - 19:00"), ("Сб", "10:00 - 15:00")),
)
_SHOP_SERVICES = ("PCL", "CSM", "ECN", "CUR", "MXO", "PUP", "DIR", "IND")
_LETTERS = "BDGKMRSTVXZ"


def points_in(city: City) -> int:
    """How many points of the plain list a city has; small places have none."""
    if not city.served or city.name == "Норильск":
        return 0
    if city.id == _MOSCOW:
        return 40
    if city.id == _PETERSBURG:
        return 24
    return 12 if city.rank <= 16 else 5 if city.rank <= 40 else 1


@cache
def shops() -> Mapping[str, Row]:
    """Code -> row of ``getParcelShops``: about 350."""
    found: dict[str, Row] = {}
    for city in cities().values():
        for number in range(points_in(city)):
            at = len(found)
            code = f"{at // len(_LETTERS):03d}{_LETTERS[at % len(_LETTERS)]}"
            found[code] = _shop(city, code, number)
    return found


@cache
def terminals() -> Mapping[str, Row]:
    """Code -> row of ``getTerminalsSelfDelivery2``; Moscow has several."""
    found: dict[str, Row] = {}
    for city in cities().values():
        if not city.served or city.rank > 66:
            continue
        codes = ["M11", "M13", "M17"] if city.id == _MOSCOW else [f"D{city.rank:02d}"]
        for code in codes:
            rng = random.Random(f"terminal {code}")
            row: Row = {"terminalCode": code, "terminalName": f"{city.name} {code}"} | _place(city, rng)
            hours = ((_WORKDAYS, "08:00 - 20:00"), ("Сб", "09:00 - 16:00"))
            row["schedule"] = [_schedule(name, hours) for name in ("SelfPickup", "SelfDelivery", "Payment")]
            row["extraService"] = [*_extras("250000"), _extra("ВДО"), _extra("ЧСТ"), _extra("КГТ")]
            row["services"] = _services((*_SHOP_SERVICES, "MAX", "BZP", "NDY"))
            found[code] = row
    return found


def extra_shops(total: int, only: City | None = None) -> Iterator[Row]:
    """Generated points for the load figures, one after another, spread over the served cities; none is kept."""
    served = _served()
    first, step = (served.index(only), len(served)) if only in served else (0, 1)
    if only is not None and only not in served:
        return
    for number in range(first, total, step):
        yield _shop(served[number % len(served)], f"X{number:06d}", number)


def extra_shop(code: str, total: int) -> Row | None:
    """One of them by its code."""
    if len(code) != 7 or code[0] != "X" or not code[1:].isdigit() or int(code[1:]) >= total:
        return None
    served = _served()
    return _shop(served[int(code[1:]) % len(served)], code, int(code[1:]))


def broken_shops(total: int) -> Iterator[Row]:
    """Records that nobody can use, as a server might well send them: no code, no address, hours nobody can read."""
    moscow = cities()[_MOSCOW]
    for number in range(total):
        row = _shop(moscow, f"B{number:03d}", number)
        if number % 3 == 0:
            del row["code"]
        elif number % 3 == 1:
            del row["address"], row["geoCoordinates"]
        else:
            row["code"] = ""
        yield row


@cache
def _served() -> list[City]:
    return [city for city in cities().values() if points_in(city)]


def _place(city: City, rng: random.Random) -> Row:
    kind, street = rng.choice(_STREETS)
    index = f"{int(city.index_min) + rng.randint(0, 60):06d}"
    address = {
        "cityId": city.id, "countryCode": "RU", "regionCode": str(city.region_code), "regionName": city.region,
        "cityCode": city.code, "cityName": city.name, "index": index, "street": street, "streetAbbr": kind,
        "houseNo": str(rng.randint(1, 150)),
    }  # fmt: skip
    if rng.random() < 0.2:
        address["building"] = str(rng.randint(1, 4))
    if rng.random() < 0.5:
        address["descript"] = rng.choice(("Вход со двора", "1 этаж, направо от входа", "Торговый центр, 2 этаж"))
    at = {
        "latitude": round(city.latitude + rng.uniform(-0.06, 0.06), 6),
        "longitude": round(city.longitude + rng.uniform(-0.1, 0.1), 6),
    }
    return {"address": address, "geoCoordinates": at}


def _shop(city: City, code: str, number: int) -> Row:
    rng = random.Random(f"shop {code}")
    locker = number % 4 == 3
    kind, state = "П" if locker else "ПВП", "Full" if number % 37 == 36 else "Open"
    row: Row = {"code": code, "parcelShopType": kind, "state": state}
    row |= _place(city, rng) | {"brand": "Почтоматы" if locker else "ПВЗ DPD", "clientDepartmentNum": f"{code}-1"}
    if city.name in _METRO and number % 3 == 0:
        row["metro"] = rng.choice(_METRO[city.name])
    row["limits"] = _limits(number % 26, locker)
    hours = ((_WEEK, "00:00 - 23:59"),) if locker else rng.choice(_HOURS)
    row["schedule"] = [_schedule(name, hours) for name in _operations(number, locker)]
    most_cod = "15000" if locker else rng.choice(("100000", "250000"))
    row["extraService"] = _extras(most_cod) if number % 11 != 10 else [_extra("SMS")]
    if not locker:
        row["extraService"] = [*row["extraService"], _extra("ОЖД", ("reason_delay", "ПРИМ, ПРОС"))]
        if number % 3:
            row["extraService"].append(_extra("ЧСТ"))
    row["services"] = _services(_SHOP_SERVICES if number % 5 else ("PCL", "ECN"))
    return row


def _operations(number: int, locker: bool) -> list[str]:
    found = [] if locker or number % 7 == 6 else ["SelfPickup"]
    found += [] if number % 19 == 18 else ["SelfDelivery"]
    return [*found, *([] if locker or number % 6 == 5 else ["Payment"]), "PaymentByBankCard"]


@cache
def _limits(number: int, locker: bool) -> Row:
    if number % 13 == 12:
        return Fixed()
    if locker:
        return Fixed(maxWeight=15, maxLength=60, maxWidth=40, maxHeight=38)
    if number % 2:
        sides = {"maxLength": 120, "maxWidth": 80, "maxHeight": 80, "dimensionSum": 250}
        return Fixed(maxShipmentWeight=100, maxWeight=31.5, **sides)
    return Fixed(maxWeight=20, dimensionSum=180)


@cache
def _schedule(operation: str, hours: Hours) -> Row:
    rows = [{"weekDays": days, "workTime": times} for days, times in hours]
    return Fixed(operation=operation, timetable=rows)


@cache
def _services(codes: tuple[str, ...]) -> Row:
    return Fixed(serviceCode=list(codes))


@cache
def _extras(most_cod: str) -> list[Row]:
    return [_extra("НПП", ("sum_npp", most_cod)), _extra("SMS"), _extra("EML"), _extra("ЭСД")]


@cache
def _extra(code: str, *params: tuple[str, str]) -> Row:
    return Fixed(esCode=code, params=[{"name": name, "value": value} for name, value in params])
