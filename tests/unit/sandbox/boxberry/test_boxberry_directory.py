"""Boxberry's cities, points, postal codes and prices."""

from __future__ import annotations

import json

from .conftest import Client


def test_cities_and_postal_codes(box: Client) -> None:
    cities = {row["UniqName"]: row for row in box.get("ListCities")}
    moscow = cities["Москва (Москва)"]
    assert (moscow["Code"], moscow["CourierReception"], moscow["Reception"]) == ("68", "1", "1")
    full = {row["Code"]: row for row in box.get("ListCitiesFull")}
    assert [code for code in full if code.startswith("0")] != []
    assert len(full) > len(cities)
    assert box.get("ListCities", CountryCode="398") == []
    assert box.get("ZipCheck", Zip="119991") == [{"ExpressDelivery": 1, "ZoneExpressDelivery": "1", "Remoteness": 0}]
    assert box.get("ZipCheck", Zip="999999") == []
    assert {"Zip": "420000", "City": "Казань", "Region": "", "Area": "Татарстан Респ", "ZoneExpressDelivery": "1",
            "Remoteness": 0} in box.get("ListZips")  # fmt: skip
    assert {"City": "Казань", "Region": "", "Area": "Татарстан Респ", "DeliveryPeriod": "4.00"} in box.get(
        "CourierListCities"
    )


def test_points_prepaid_lockers_extra_and_broken(box: Client) -> None:
    some, every = (
        box.get("ListPoints", CityCode="68"),
        box.get("ListPoints", CityCode="68", prepaid=1, is_include_postamat=1),
    )
    assert (len(some), len(every)) == (40, 54)
    assert {row["OnlyPrepaidOrders"] for row in some} == {"No"}
    assert {row["Postamat"] for row in every} == {True, False}
    latitude, longitude = map(float, every[0]["GPS"].split(","))
    assert 55 < latitude < 56.5 and 37 < longitude < 38.5
    short = {row["Code"]: row["UpdateDate"] for row in box.get("ListPointsShort", CityCode="68")}
    box.world.control.post(f"/boxberry/points/{every[0]['Code']}", {"Phone": "+7(800)1"})
    assert [
        code
        for code, date in short.items()
        if date != {row["Code"]: row["UpdateDate"] for row in box.get("ListPointsShort")}[code]
    ] == [every[0]["Code"]]
    box.set(extra_points=500, broken_points=2, work_schedule=True)
    more = box.get("ListPoints", prepaid=1, is_include_postamat=1)
    assert len(more) == 424 + 500 + 2
    assert len({row.get("Code") for row in more[2:]}) == len(more) - 2
    assert "WorkSchedule" in more[-1]
    assert "WorkShedule" not in more[-1]
    described = box.get("PointsDescription", code=more[-1]["Code"], photo=1)
    assert (described["GPS"], described["photos"], "Code" in described) == (more[-1]["GPS"], [], False)
    assert [day["weekDay"] for day in json.loads(described["schedule"])["CurrentWorkHours"]["day"]] == [*range(1, 8)]
    assert {"Code": "010", "Name": "Москва Терминал", "City": "Москва"} in box.get("PointsForParcels")


def test_prices(box: Client) -> None:
    point = box.get("ListPoints", CityCode="68")[0]["Code"]
    one = box.get("DeliveryCosts", weight=1000, target=point, ordersum=1000, paysum=500)
    assert one == {"price": 260.0, "price_base": 180.0, "price_service": 80.0, "delivery_period": "1"}
    assert box.get("DeliveryCosts", weight=1000, zip="420111", sucrh=1)["delivery_period"] == 4
    box_sizes = [{"Width": 20, "Height": 15, "Depth": 10, "Weight": 700}]
    both = box.post("DeliveryCalculation", BoxSizes=box_sizes, TargetStart="010", RecipientCityId="68", OrderSum=1000)
    assert [row["DeliveryTypeId"] for row in both["result"]["DeliveryCosts"]] == [1, 2]
    (point_row, door) = both["result"]["DeliveryCosts"]
    assert point_row == {
        "DeliveryTypeId": 1,
        "TotalPrice": 245.0,
        "PriceBase": 180.0,
        "PriceService": 65.0,
        "DeliveryPeriod": 1,
    }
    assert door["TotalPrice"] == 385.0
    unknown = box.post(
        "DeliveryCalculation", BoxSizes=box_sizes, TargetStart="010", RecipientCityId="68", TargetStop="nope"
    )
    assert unknown["result"]["DeliveryCosts"][0]["PriceService"] == 0.0
    postal = box.post("DeliveryCalculation", BoxSizes=box_sizes, TargetStart="010", Zip="420111")
    assert [row["DeliveryTypeId"] for row in postal["result"]["DeliveryCosts"]] == [2]
    assert box.post("DeliveryCalculation", BoxSizes=box_sizes, TargetStart="010", RecipientCityId="0") == {
        "error": False,
        "result": {"DeliveryCosts": []},
    }
    assert box.post("DeliveryCalculation", BoxSizes=box_sizes, RecipientCityId="68")["error"] is True
