"""Error envelopes and prices of PEK."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.pek import quotes
from b24app.systems.pek.errors import Said, said

# --- envelopes --------------------------------------------------------------------------------------------------------

ENVELOPE = {
    "error": {
        "fields": [{"Key": "plannedDateTime", "Value": ["Не та дата", "Совсем не та"]}, {"Key": "x", "Value": "y"}, 1],
        "title": "Ошибка валидации",
        "message": "Детальные сообщения",
        "error": None,
        "status": 400,
    }
}


def test_an_envelope_is_read() -> None:
    found = said(ENVELOPE)
    assert found == Said(
        "Ошибка валидации", "Детальные сообщения", 400, (("plannedDateTime", "Не та дата; Совсем не та"), ("x", "y"))
    )
    assert [problem.code for problem in found.problems] == ["date_refused", "refused_unknown"]
    assert not found.unknown
    assert not found.too_many


@pytest.mark.parametrize(
    ("data", "http", "found"),
    [
        ({"error": "words"}, 200, None),
        ({"error": None}, 200, None),
        ([1], 200, None),
        ({"error": {"title": "Нет"}}, 200, Said("Нет")),
        ({"error": {"title": "Нет", "status": "404", "fields": None}}, 200, Said("Нет", "", 404)),
        ({"error": "Bad Request"}, 400, Said("HTTP 400", "Bad Request", 400)),
        ({}, 500, Said("HTTP 500", "", 500)),
    ],
)
def test_what_is_an_envelope(data: Any, http: int, found: Said | None) -> None:
    assert said(data, http) == found


def test_a_title_alone_is_kept_as_the_code() -> None:
    [problem] = Said("Отправитель заблокирован", "Обратитесь к менеджеру").problems
    assert (problem.their_code, problem.their_text) == ("Отправитель заблокирован", "Обратитесь к менеджеру")
    assert Said("Запрашиваемые вами грузы не найдены: 1", status=404).unknown
    assert Said("Превышено количество запросов").too_many


# --- prices -----------------------------------------------------------------------------------------------------------

REQUEST = ShipmentRequest(
    number="wb-1-1",
    service_code="ltl",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "", "+79000001462"),
    parcels=(Parcel(705, 201, 150, 99, (Item("Чашка", "CUP", 1, Money.of(900), 700),)),),
    address=read_address("Казань, ул. Баумана, 44"),
)
DAY = date(2026, 12, 4)


def test_a_question_is_built_whole() -> None:
    assert quotes.build_quote(REQUEST, Sender(point_code="w1"), [3, 12], DAY) == {
        "types": [3, 12],
        "isPickUp": False,
        "isDelivery": True,
        "isInsurance": True,
        "isInsurancePrice": 900.0,
        "plannedDateTime": "2026-12-04T10:00:00",
        "cargos": [{"length": 0.21, "width": 0.15, "height": 0.1, "weight": 0.71, "sealingPositionsCount": 1}],
        "senderWarehouseId": "w1",
        "delivery": {"address": "Казань, ул. Баумана, 44"},
    }


def test_a_point_and_a_pickup_are_asked_for_by_what_they_are() -> None:
    pinned = replace(read_address("Москва, ул. Ленина, 10"), lat=55.75, lon=37.61)
    request = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="w9", address=None, declared=Money(0))
    body = quotes.build_quote(request, Sender(address=pinned), [3], DAY)
    assert (body["receiverWarehouseId"], body["isInsurance"], "isInsurancePrice" in body) == ("w9", False, False)
    assert body["pickup"] == {
        "address": "Москва, ул. Ленина, 10",
        "coordinates": {"latitude": "55.750000", "longitude": "37.610000"},
    }


SERVICES = [
    {"info": "Перевозка:", "cost": 500, "services": None},
    {"info": "Страхование:", "cost": "50.00", "insuranceTerm": False, "services": None},
    {"info": "Доставка груза", "cost": 446.6, "services": [{"info": "Погрузо-разгрузочные работы", "cost": 250.0}]},
]
TERMS = {
    "type": 3,
    "transporting": ["1", "1 - 2"],
    "transportingWithDelivery": ["2 - 3", "2 - 4"],
    "transportingWithPickup": "3 - 4",
    "transportingWithDeliveryWithPickup": "4 – 6",
}
PRICES: dict[str, Any] = {
    "transfers": [
        {"type": 3, "hasError": False, "costTotal": "1246.60", "estDeliveryTime": 3, "services": SERVICES},
        {"type": 1, "hasError": True, "errorMessage": "Длина груза превышает допустимую", "costTotal": 0},
        {"type": 12, "hasError": False, "costTotal": 430.0, "estDeliveryTime": 5, "services": None},
        {"type": 99, "hasError": False, "costTotal": 1},
        "?",
    ],
    "commonTerms": [TERMS, {"type": 1}],
}


def test_prices_are_read_with_their_parts_and_terms() -> None:
    found, refused = quotes.parse_quotes(PRICES, REQUEST, fetch=False)
    lines = (
        PriceLine("tariff", Money.of(500), "Перевозка"),
        PriceLine("insurance", Money.of(50), "Страхование"),
        PriceLine("service", Money.of("446.60"), "Доставка груза"),
        PriceLine("service", Money.of(250), "Погрузо-разгрузочные работы"),
    )
    assert found == [Quote("ltl", Money.of("1246.60"), 2, 3, lines=lines), Quote("easyway", Money.of(430), 5, 5)]
    assert sum(line.amount.minor for line in lines if line.amount) == found[0].price.minor
    assert [(service, problem.code) for service, problem in refused.items()] == [("air", "too_big_for_service")]


@pytest.mark.parametrize(
    ("kind", "fetch", "days"),
    [
        (DeliveryKind.PICKUP, False, (1, 1)),
        (DeliveryKind.COURIER, False, (2, 3)),
        (DeliveryKind.PICKUP, True, (3, 4)),
        (DeliveryKind.COURIER, True, (4, 6)),
    ],
)
def test_the_term_is_that_of_the_way(kind: DeliveryKind, *, fetch: bool, days: tuple[int, int]) -> None:
    quote = quotes.parse_quotes(PRICES, replace(REQUEST, kind=kind), fetch=fetch)[0][0]
    assert (quote.days_min, quote.days_max) == days


def test_collecting_money_is_billed_and_not_told() -> None:
    quote = quotes.parse_quotes(PRICES, replace(REQUEST, cod=Money.of(900)), fetch=False)[0][1]
    assert quote.lines == (PriceLine("cod", of=Money.of(900)),)


def test_one_service_is_picked_or_refused() -> None:
    found = quotes.parse_quotes(PRICES, REQUEST, fetch=False)
    assert quotes.one(found, "easyway").price == Money.of(430)
    with pytest.raises(Refused):
        quotes.one(found, "air")
    with pytest.raises(Unavailable):
        quotes.one(([], {}), "ltl")


@pytest.mark.parametrize("data", [None, [], {}, {"transfers": None}])
def test_an_answer_without_tariffs_says_nothing(data: Any) -> None:
    with pytest.raises(Unavailable):
        quotes.parse_quotes(data, REQUEST, fetch=False)
