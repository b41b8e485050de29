"""Cities and points of CDEK's directory: which one is meant, and what it can take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import City
from b24app.systems.cdek.cities import cod_limit, parse_city
from b24app.systems.cdek.points import parse_point
from b24app.systems.kit.cities import choose
from b24app.systems.kit.fitting import unfit

MOSCOW = City("44", "Москва", "Москва", lat=55.75, lon=37.61)
VILLAGE = City("1172673", "Москва", "Псковская область Пеновский", lat=57.06, lon=32.1)
AMUR = City("1", "Благовещенск", "Амурская область", lat=50.27, lon=127.54)
BASHKIR = City("2", "Благовещенск", "Республика Башкортостан Благовещенский район", lat=55.04, lon=55.98)
KURSK = City("3", "Железногорск", "Курская область", lat=52.33, lon=35.35)
SIBERIA = City("4", "Железногорск", "Красноярский край", lat=56.25, lon=93.53)


@pytest.mark.parametrize(
    ("found", "text", "code"),
    [
        ([MOSCOW, VILLAGE], "Москва, Тверская 1", "44"),
        ([MOSCOW, VILLAGE], "Псковская область, Пеновский р-н, д. Москва", "1172673"),
        ([BASHKIR, AMUR], "г. Благовещенск, Амурская обл., ул. Зейская, д. 150", "1"),
        ([BASHKIR, AMUR], "Респ Башкортостан г Благовещенск ул Мира 1", "2"),
        ([BASHKIR, AMUR], "Башкортостан, Благовещенск, ул. Мира 1", "2"),
        ([BASHKIR, AMUR], "Благовещенск, ул. Мира 1", "1"),
        ([KURSK, SIBERIA], "Железногорск, ул. Ленина, 6", None),
        ([KURSK, SIBERIA], "Железногорск, ул. Курская, 6", None),
        ([KURSK, SIBERIA], "Омская область, Железногорск, ул. Ленина, 6", None),
        ([AMUR], "Благовещенск, ул. Мира 1", "1"),
        ([], "Кукуево, ул. Мира 1", None),
    ],
)
def test_namesakes_are_told_apart_by_what_the_address_says(found: list[City], text: str, code: str | None) -> None:
    chosen = choose(found, read_address(text))
    assert (chosen.code if chosen else None) == code


def test_a_point_on_the_map_tells_namesakes_apart() -> None:
    near = choose([KURSK, SIBERIA], read_address("Железногорск, Ленина 6", lat=56.2, lon=93.5))
    assert near is SIBERIA
    assert choose([KURSK, SIBERIA], read_address("Железногорск, Ленина 6", lat=10.0, lon=10.0)) is None


def test_a_row_of_the_directory_is_read() -> None:
    city = parse_city({"code": 44, "city": "Москва", "region": "Москва", "latitude": 55.7, "payment_limit": 0.0})
    assert city is not None
    assert (city.code, city.lat, city.cod_limit) == ("44", 55.7, Money(0))
    assert parse_city({"city": "без кода"}) is None
    assert cod_limit(-1.0) is None


OFFICE: dict[str, Any] = {
    "code": "KZN12",
    "type": "PVZ",
    "is_handout": True,
    "allowed_cod": True,
    "weight_max": 30.0,
    "status": "ACTIVE",
    "location": {"city": "Казань", "address": "ул. Баумана, 44/8"},
}
LOCKER = {**OFFICE, "type": "POSTAMAT", "dimensions": [{"width": 41, "height": 19, "depth": 60}]}
REQUEST = ShipmentRequest(
    "wb-1-1",
    "parcel",
    DeliveryKind.PICKUP,
    Recipient("Мария", "8", "+79000001462"),
    (Parcel(5000, 400, 300, 100),),
    point_code="KZN12",
)


def heavy(grams: int) -> ShipmentRequest:
    return replace(REQUEST, parcels=(Parcel(grams, 400, 300, 100),))


@pytest.mark.parametrize(
    ("row", "request_", "problems"),
    [
        (OFFICE, REQUEST, []),
        ({**OFFICE, "weight_max": 0}, heavy(40_000), []),
        (OFFICE, heavy(30_001), ["point_weight"]),
        ({**OFFICE, "status": "INACTIVE"}, REQUEST, ["point_closed"]),
        ({**OFFICE, "is_handout": False}, REQUEST, ["point_closed"]),
        ({**OFFICE, "allowed_cod": False}, replace(REQUEST, cod=Money(1)), ["point_no_cod"]),
        ({**OFFICE, "allowed_cod": False}, REQUEST, []),
        (LOCKER, REQUEST, []),
        (LOCKER, heavy(15_001), ["point_weight"]),
        (LOCKER, replace(REQUEST, parcels=REQUEST.parcels * 2), ["point_one_parcel"]),
        (LOCKER, replace(REQUEST, parcels=(Parcel(900, 700, 100, 100),)), ["point_too_small"]),
        (LOCKER, replace(REQUEST, parcels=(Parcel(900, 190, 600, 410),)), []),
        (LOCKER, replace(REQUEST, extras=("fitting", "partial")), ["point_no_fitting", "point_no_partial"]),
        (OFFICE, replace(REQUEST, extras=("fitting", "partial", "sms")), []),
    ],
)
def test_a_point_is_asked_whether_it_takes_this_very_parcel(
    row: dict[str, Any], request_: ShipmentRequest, problems: list[str]
) -> None:
    assert [problem.code for problem in unfit(parse_point(row), request_)] == problems


def test_a_point_that_is_not_there_is_named() -> None:
    [problem] = unfit(None, REQUEST)
    assert (problem.code, problem.params) == ("point_unknown", {"point": "KZN12"})
