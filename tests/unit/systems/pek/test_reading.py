"""Envelopes, prices, zones, points, the list and papers of PEK: what their answers mean."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import Hours, Opening, PickupPoint, SpecialDays, Takes
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.kit.spool import BROKEN
from b24app.systems.pek import lookup, papers, points, quotes, zones
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
        "cargos": [{"length": 0.21, "width": 0.15, "height": 0.1, "weight": 0.71}],
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


# --- zones ------------------------------------------------------------------------------------------------------------

ZONE: dict[str, Any] = {
    "branchTitle": "Тверь",
    "branchUID": "b-1",
    "zoneName": "Тверь",
    "GeoData": {
        "kind": "house",
        "precision": "exact",
        "Address": {
            "formatted": "Россия, Тверская область, Торжок, Примерная улица, 1",
            "Components": [{"kind": "province", "name": "Тверская область"}, {"kind": "locality", "name": "Торжок"}],
        },
    },
}


def test_a_zone_is_read() -> None:
    zone = zones.parse_zone(ZONE)
    assert zone == zones.Zone(
        "b-1", "Тверь", "exact", "Россия, Тверская область, Торжок, Примерная улица, 1", "Торжок", "Тверская область"
    )
    assert zones.city_of(zone).name == "Торжок"
    bare = zones.parse_zone({"branchUID": "b-1", "zoneName": "Тверь", "GeoData": None})
    assert bare is not None
    assert (bare.city, bare.precision, bare.normal) == ("Тверь", "", "")


@pytest.mark.parametrize("data", [None, {}, [], "", {"branchUID": None}])
def test_an_empty_answer_is_nobodys_zone(data: Any) -> None:
    assert zones.parse_zone(data) is None


def test_a_geocoders_answer_is_texts() -> None:
    member = {"GeoObject": {"metaDataProperty": {"GeocoderMetaData": {"text": "Россия, Тверская область, Торжок"}}}}
    data = {"response": {"GeoObjectCollection": {"featureMember": [member]}}}
    assert zones.suggested(data) == ["Россия, Тверская область, Торжок"]
    assert [zones.region_in(text) for text in ("Россия, Тверская область, Торжок", "Россия, Москва")] == [
        "Тверская область",
        "",
    ]
    assert zones.suggested({"response": None}) == zones.suggested(None) == []


def test_coordinates_are_strings() -> None:
    assert zones.coordinates(read_address("Казань")) is None
    pinned = replace(read_address("Казань"), lat=55.78871234, lon=49.1)
    assert zones.coordinates(pinned) == {"latitude": "55.788712", "longitude": "49.100000"}


# --- points -----------------------------------------------------------------------------------------------------------

HOUSE: dict[str, Any] = {
    "id": "w-1",
    "name": "Казань ПВЗ 3",
    "address": "г. Казань, ул. Мира, 1",
    "addressDivision": "420000, г. Казань, ул. Мира, 1",
    "coordinatesobj": {"Latitude": 55.79, "Longitude": 49.1},
    "telephone": "+74950000000",
    "pointerDescription": "Вход со двора",
    "maxWeight": 50.0,
    "maxVolume": 1.0,
    "maxWeightPerPlace": 30.0,
    "maxDimension": 1.5,
    "divisionTimeOfWork": [
        {"dayOfWeek": "2", "workFrom": "", "workTo": "20:30"},
        {"dayOfWeek": "1", "workFrom": "10:00", "workTo": "20:00:00"},
        {"dayOfWeek": "9", "workFrom": "1", "workTo": "2"},
    ],
    "scheduleHolidayDays": ["2027-01-01T00:00:00", None],
    "scheduleShortWorkDays": [
        {"date": "2026-12-31T00:00:00", "workTime": {"periodTimeFrom": "10:00", "periodTimeTo": "15:00"}},
        {"date": None},
    ],
    "departmentClosingDate": None,
}
DIVISION: dict[str, Any] = {
    "id": "d-1",
    "name": "Казань ПВЗ 3",
    "cityId": "c-1",
    "departmentTypeId": 1,
    "isAcceptanceOnly": False,
    "kindsOfTransportation": [{"type": 3, "operations": ["Прием груза", "Выдача груза"]}],
    "warehouses": [HOUSE],
}
TOWNS = {"c-1": "Казань", "": "Казань Юг"}
TODAY = date(2026, 12, 1)


def test_a_point_is_read_whole() -> None:
    assert points.parse_point((TOWNS, DIVISION), TODAY) == PickupPoint(
        code="w-1",
        name="Казань ПВЗ 3",
        address="420000, г. Казань, ул. Мира, 1",
        city="Казань",
        takes=Takes(hands_out=True, max_weight_g=30_000, cells_mm=((1500, 1500, 1500),)),
        hours=Hours(
            (Opening(1, 600, 1200), Opening(2, 0, 1230)),
            (
                SpecialDays(date(2026, 12, 31), date(2026, 12, 31), True, 600, 900),
                SpecialDays(date(2027, 1, 1), date(2027, 1, 1), False),
            ),
        ),
        lat=55.79,
        lon=49.1,
        note="Вход со двора",
        phone="+74950000000",
    )


def _point(**changes: Any) -> PickupPoint:
    found = points.parse_point((TOWNS, {**DIVISION, "warehouses": [{**HOUSE, **changes}]}), TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("changes", "grams", "cells"),
    [
        ({"maxWeight": 0, "maxWeightPerPlace": 0.0, "maxDimension": 0}, None, ()),
        ({"maxWeight": 20, "maxWeightPerPlace": None}, 20_000, ((1500, 1500, 1500),)),
        ({"maxWeight": "0,5", "maxDimension": "1.2"}, 500, ((1200, 1200, 1200),)),
    ],
)
def test_zero_is_no_limit(changes: dict[str, Any], grams: int | None, cells: Any) -> None:
    takes = _point(**changes).takes
    assert (takes.max_weight_g, takes.cells_mm) == (grams, cells)


@pytest.mark.parametrize(
    ("closing", "active"), [("2026-12-01T00:00:00", False), ("2026-12-02T00:00:00", True), (None, True), ("?", True)]
)
def test_a_point_that_closes(closing: str | None, *, active: bool) -> None:
    assert _point(departmentClosingDate=closing).takes.active is active
    assert points.parse_point((TOWNS, {**DIVISION, "warehouses": []}), TODAY) is None


@pytest.mark.parametrize(
    ("changes", "hands_out"),
    [
        ({"isAcceptanceOnly": True}, False),
        ({"kindsOfTransportation": [{"operations": ["Прием груза"]}]}, False),
        ({"kindsOfTransportation": []}, None),
        ({"kindsOfTransportation": None}, None),
    ],
)
def test_whether_it_hands_out(changes: dict[str, Any], hands_out: bool | None) -> None:
    found = points.parse_point((TOWNS, {**DIVISION, **changes}), TODAY)
    assert found is not None
    assert found.takes.hands_out is hands_out


@pytest.mark.parametrize(
    "division",
    [
        {"warehouses": None},
        {"warehouses": [{"id": None, "coordinatesobj": {"Latitude": 1, "Longitude": 1}}]},
        {"warehouses": [{**HOUSE, "coordinatesobj": None}]},
        {"warehouses": [{**HOUSE, "coordinatesobj": {"Latitude": "north", "Longitude": 1}}]},
        {},
    ],
)
def test_a_record_without_sense_is_broken(division: dict[str, Any]) -> None:
    with pytest.raises(BROKEN):
        points.parse_point((TOWNS, division), TODAY)


def test_a_point_nowhere_is_on_no_map() -> None:
    nowhere = _point(coordinatesobj={"Latitude": 0, "Longitude": 0})
    assert (nowhere.lat, nowhere.lon) == (None, None)


def test_the_list_is_read_branch_by_branch() -> None:
    branch = {"title": "Казань Юг", "cities": [{"cityId": "c-1", "title": "Казань"}], "divisions": [DIVISION] * 2}
    file = io.BytesIO(json.dumps({"branches": [branch, {"title": "Пусто", "divisions": None}]}).encode())
    rows = list(points.rows_of(file))
    assert [(towns, division["id"]) for towns, division in rows] == [(TOWNS, "d-1")] * 2
    assert [towns for towns, _ in points.divisions([None, {"divisions": [1]}])] == [{"": ""}]


# --- the list of orders -----------------------------------------------------------------------------------------------


def test_the_list_is_asked_for_in_moscows_days() -> None:
    assert lookup.build_list(datetime(2026, 12, 8, 22, tzinfo=UTC)) == {
        "selectBy": 1,
        "dateBegin": "2026-12-02",
        "dateEnd": "2026-12-10",
    }


def test_only_exactly_our_number_is_found_the_oldest_first() -> None:
    rows = [
        {
            "сode": "2",
            "orderNumber": "wb-1-1",
            "orderDate": "2026-12-01T11:00:00.100",
            "Receiver": {"IsDelivery": True},
        },
        {"code": "1", "orderNumber": " wb-1-1 ", "orderDate": "2026-12-01T10:00:00", "receiver": {"isDelivery": False}},
        {"code": "3", "orderNumber": "wb-1-11", "orderDate": "2026-12-01T09:00:00"},
        {"code": None, "orderNumber": "wb-1-1"},
        {"code": "5", "orderNumber": None},
    ]
    for key in ("сargos", "cargos"):
        found = lookup.with_number({key: rows}, "wb-1-1")
        assert [(each.code, each.door) for each in found] == [("1", False), ("2", True)]


@pytest.mark.parametrize("data", [None, [], {}, {"cargos": None}])
def test_no_list_is_no_proof(data: Any) -> None:
    with pytest.raises(Unavailable):
        lookup.with_number(data, "wb-1-1")


# --- papers -----------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PDF).decode()


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(TEXT),
        json.dumps({"file": TEXT}),
        '{ "' + TEXT + '" }',
        json.dumps(TEXT).replace("/", "\\/"),
        TEXT,
        json.dumps({"name": "A" * 60, "data": TEXT}),
    ],
)
def test_a_pdf_is_found_in_any_shape(body: str) -> None:
    assert papers.pdf_in(body.encode()) == PDF


@pytest.mark.parametrize("body", [b"", b"{}", b'"QUJD"', b"<html>", base64.b64encode(b"not a pdf " * 9)])
def test_what_is_no_pdf_is_none(body: bytes) -> None:
    assert papers.pdf_in(body) is None


def test_an_answer_that_brought_no_file_is_read() -> None:
    assert papers.document_in(json.dumps(ENVELOPE).encode()) == ENVELOPE
    assert papers.document_in(b"<html>") is None
