"""Zones of addresses and points of PEK."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.points import Hours, Opening, PickupPoint, SpecialDays, Takes
from b24app.logistics.ports import City
from b24app.systems.kit.spool import BROKEN
from b24app.systems.pek import points, zones

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
    formatted = "Россия, Тверская область, Торжок, Примерная улица, 1"
    assert zone == zones.Zone("b-1", "exact", formatted, "Торжок", "Тверская область")
    assert (zone.town, zone.vague.code) == (City("b-1", "Торжок", "Тверская область"), "address_vague")
    bare = zones.parse_zone({"branchUID": "b-1", "zoneName": "Тверь", "GeoData": None})
    assert bare == zones.Zone("b-1", "", "", "Тверь", "")
    assert bare.vague.params == {}


@pytest.mark.parametrize("data", [None, {}, [], "", {"branchUID": None}])
def test_an_empty_answer_is_nobodys_zone(data: Any) -> None:
    assert zones.parse_zone(data) is None


def test_a_geocoders_answer_is_towns() -> None:
    texts = ["Россия, Тверская область, Торжок", "Россия, Москва"]
    members = [{"GeoObject": {"metaDataProperty": {"GeocoderMetaData": {"text": text}}}} for text in texts]
    data = {"response": {"GeoObjectCollection": {"featureMember": members * 4}}}
    assert zones.suggested(data)[:2] == [City("", "Торжок", "Тверская область"), City("", "Москва")]
    assert len(zones.suggested(data)) == 5
    assert zones.suggested({"response": None}) == zones.suggested(None) == []


def test_coordinates_are_strings() -> None:
    assert zones.coordinates(read_address("Казань")) == {}
    pinned = replace(read_address("Казань"), lat=55.78871234, lon=49.1)
    assert zones.coordinates(pinned) == {"coordinates": {"latitude": "55.788712", "longitude": "49.100000"}}


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


@pytest.mark.parametrize("data", [{"branches": []}, {}, {"error": {"title": "Превышено количество запросов"}}])
def test_no_list_is_no_empty_list(data: Any) -> None:
    with pytest.raises(ValueError, match="without divisions"):
        list(points.rows_of(io.BytesIO(json.dumps(data).encode())))
