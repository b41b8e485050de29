"""The emulated PEK's branches, addresses and prices."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DOOR, PekClient


def test_branches_carry_points_with_limits_and_hours(pek: PekClient) -> None:
    answer = pek.raw("/branches/all/", {})
    assert answer.headers["Content-Encoding"] == "gzip"
    branches = answer.json()["branches"]
    rows = [
        (division, warehouse)
        for branch in branches
        for division in branch["divisions"]
        for warehouse in division["warehouses"]
    ]
    assert len(rows) > 300
    assert len({warehouse["id"] for _, warehouse in rows}) == len(rows)
    assert any(not division["warehouses"] for branch in branches for division in branch["divisions"])
    assert {division["departmentTypeId"] for division, _ in rows} == {0, 1, 4}
    office = next(warehouse for division, warehouse in rows if division["departmentTypeId"] == 0)
    assert [row["dayOfWeek"] for row in office["divisionTimeOfWork"]][:5] == ["1", "2", "3", "4", "5"]
    one = pek.call("/branches/all/", {"warehouseId": rows[7][1]["id"]})["branches"]
    assert [len(branch["divisions"]) for branch in one] == [1]
    assert pek.call("/branches/all/", {"branchId": branches[3]["id"]})["branches"] == [branches[3]]
    pek.set(extra_points=1000, broken_points=3, unknown_fields=True)
    more = pek.call("/branches/all/", {})["branches"]
    divisions = [division for branch in more for division in branch["divisions"]]
    assert len(divisions) == sum(len(branch["divisions"]) for branch in branches) + 1003
    assert "sandboxUnknownField" in divisions[-1]["warehouses"][0]["coordinatesobj"]


def test_points_around_an_address_know_sizes_and_closing(pek: PekClient) -> None:
    rows = pek.points()
    assert {row["branchName"] for row in rows} == {"Казань"}
    assert len(pek.points(weight=200)) < len(rows)
    pek.world.control.post(f"/pek/warehouses/{rows[0]['warehouseId']}", {"open": False})
    assert rows[0]["warehouseId"] not in [row["warehouseId"] for row in pek.points()]
    by_place = pek.points(coordinates={"latitude": "59.94", "longitude": "30.31"})
    assert {row["branchName"] for row in by_place} == {"Санкт-Петербург"}
    bad = pek.fields("/branches/nearestdepartments/", {"departmentOperation": 1, "coordinates": {"latitude": 1}})
    assert {"departmentOperation", "type", "limit", "searchRadius", "coordinates.latitude"} <= set(bad)


@pytest.mark.parametrize(
    ("address", "precision"),
    [
        (DOOR, "exact"),
        ("Казань, ул. Баумана 44", "exact"),
        ("420000, Россия, г. Казань, Баумана улица, д. 44, кв. 5", "exact"),
        ("Казань, ул. Баумана", "near"),
        ("Казань, ул. Баумана, 440", "near"),
        ("Казань, ул. Баумана, 44, домофон 12", "near"),
        ("Казань", "bad"),
        ("Казань, 44", "bad"),
        ("Мухосранск, ул. Ленина, 1", None),
    ],
)
def test_precision_of_an_address(pek: PekClient, address: str, precision: str | None) -> None:
    zone = pek.call("/branches/findzonebyaddress/", {"address": address})
    assert (zone["GeoData"]["precision"] if zone else None) == precision
    assert not zone or zone["branchTitle"] == "Казань"


def test_namesakes_are_told_apart_by_their_region(pek: PekClient) -> None:
    zone = pek.call("/branches/findzonebyaddress/", {"address": "Калужская область, Киров, ул. Ленина, 3"})
    assert zone["GeoData"]["Address"]["formatted"] == "Россия, Калужская область, Киров, ул. Ленина, 3"
    zones = pek.call("/branches/findzonebycoordinates/", [{"latitude": 55.79, "longitude": 49.1}])
    assert zones[0]["branchTitle"] == "Казань"
    assert pek.call("/branches/findzonebycoordinates/", [{"latitude": 0.5, "longitude": 0.5}]) == []
    found = pek.call("/branches/suggestaddressofintakeordelivery/", {"address": "Екатер"})
    texts = [
        row["GeoObject"]["metaDataProperty"]["GeocoderMetaData"]["text"]
        for row in found["response"]["GeoObjectCollection"]["featureMember"]
    ]
    assert texts == ["Россия, Свердловская область, Екатеринбург"]


def _question(pek: PekClient, **changes: Any) -> dict[str, Any]:
    day = pek.world.clock.now().date().replace(year=2027, month=3, day=10)
    return {
        "types": [3, 12], "senderWarehouseId": pek.account["warehouse_id"], "isPickUp": False, "isDelivery": True,
        "delivery": {"address": DOOR}, "isInsurance": True, "isInsurancePrice": 900,
        "plannedDateTime": f"{day}T12:00:00", "cargos": [{"length": 0.2, "width": 0.15, "height": 0.1, "weight": 0.7}],
    } | changes  # fmt: skip


def test_prices_add_up_with_nested_services_apart(pek: PekClient) -> None:
    services = {"isLoading": True, "floor": 5, "isElevator": False, "carryingDistance": 50}
    answer = pek.call("/calculator/calculateprice/", _question(pek, deliveryServices=services))
    assert (answer["hasError"], answer["branchSender"], answer["branchReceiver"]) == (False, "Москва Восток", "Казань")
    for row in answer["transfers"]:
        parts = [part for service in row["services"] for part in [service, *(service["services"] or [])]]
        assert len(parts) == len(row["services"]) + 2
        assert row["costTotal"] == pytest.approx(sum(part["cost"] for part in parts))
    days = answer["commonTerms"][0]["transportingWithDelivery"]
    assert len(days) == len(answer["transportingTimes"])
    assert 400 < answer["transfers"][0]["costTotal"] < 3000
    pek.set(text_costs=True)
    assert isinstance(pek.call("/calculator/calculateprice/", _question(pek))["transfers"][0]["costTotal"], str)


def test_one_product_fails_while_another_is_priced(pek: PekClient) -> None:
    long = [{"length": 2.5, "width": 0.3, "height": 0.3, "weight": 20}]
    answer = pek.call("/calculator/calculateprice/", _question(pek, types=[1, 3], cargos=long))
    assert [(row["type"], row["hasError"]) for row in answer["transfers"]] == [(1, True), (3, False)]
    assert "АВИА" in answer["transfers"][0]["errorMessage"]
    bare = PekClient(pek.world, 2)
    only = bare.call("/calculator/calculateprice/", _question(bare, types=[12]))
    assert (only["hasError"], "EasyWay" in only["errorMessage"]) == (True, True)


def test_a_bad_question_is_refused_by_field(pek: PekClient) -> None:
    branch = pek.call("/branches/all/", {})["branches"][0]["id"]
    bad = pek.fields(
        "/calculator/calculateprice/",
        _question(
            pek, types=[3, 5], senderWarehouseId=branch, isInsurancePrice="900", plannedDateTime="2026-02-31T12:00:00",
            delivery={"address": "Атлантида, ул. Морская, 1"}, isFast=True, cargos=[{"weight": 0}],
        ),
    )  # fmt: skip
    assert set(bad) == {
        "types[1]", "senderWarehouseId", "isInsurancePrice", "plannedDateTime", "delivery.address", "isFast",
        "cargos[0].weight", "cargos[0].length", "cargos[0].width", "cargos[0].height",
    }  # fmt: skip
    assert "вместо склада" in bad["senderWarehouseId"][0]
    past = pek.fields("/calculator/calculateprice/", _question(pek, plannedDateTime="2026-01-12T12:00:00"))
    assert past == {"plannedDateTime": ["Для выбранной даты передача груза на склад ПЭК невозможна"]}


def test_grams_and_millimetres_are_noticed(pek: PekClient) -> None:
    grams = [{"length": 0.2, "width": 0.15, "height": 0.1, "weight": 700}]
    millimetres = [{"length": 200, "width": 150, "height": 100, "weight": 0.7}]
    assert set(pek.fields("/calculator/calculateprice/", _question(pek, cargos=grams))) == {"cargos[0].weight"}
    assert "cargos[0].length" in pek.fields("/calculator/calculateprice/", _question(pek, cargos=millimetres))
