"""Points in their two forms, hours as people write them, cities, prices (boxberry.md §4, §5)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, Hours, Opening, PickupPoint, Takes
from b24app.logistics.ports import City, PriceLine, Quote
from b24app.systems.boxberry.cities import CityBook, read_book
from b24app.systems.boxberry.orders import Way
from b24app.systems.boxberry.points import parse_description, parse_row, rows_of
from b24app.systems.boxberry.quotes import build_quote, parse_quote
from b24app.systems.boxberry.vocabulary import week_of
from b24app.systems.kit.spool import BROKEN

#: §4.2 [fixture], shortened.
ROW: dict[str, Any] = {
    "Code": "00451", "Name": "Москва Булатниковская", "CityCode": "68",
    "Address": "117403, Москва г, Булатниковская ул, д.2А",
    "Phone": "+7(499)391-56-22", "WorkShedule": "пн-вс: 10.00-20.30",
    "TripDescription": 'Остановка  -"  Аптека".\nЭтаж - 1\n',
    "DeliveryPeriod": 1, "CityName": "Москва", "Area": "Москва", "GPS": "55.580676,37.651708", "Acquiring": "Yes",
    "Metro": "Пражская", "LoadLimit": 31, "VolumeLimit": "0.19", "OnlyPrepaidOrders": "No", "Postamat": False,
}  # fmt: skip
WEEK = tuple(Opening(day, 600, 1230) for day in range(1, 8))


def test_a_row_of_the_list() -> None:
    assert parse_row(ROW) == PickupPoint(
        code="00451",
        name="Москва Булатниковская",
        address="117403, Москва г, Булатниковская ул, д.2А",
        city="Москва",
        takes=Takes(cod=True, card=True, max_weight_g=31_000),
        hours=Hours(WEEK, text="пн-вс: 10.00-20.30"),
        lat=55.580676,
        lon=37.651708,
        region="Москва",
        postal_code="117403",
        metro="Пражская",
        note='Остановка -" Аптека". Этаж - 1',
        phone="+7(499)391-56-22",
    )


def test_flags_and_limits_have_other_types_in_a_description() -> None:
    described = {name: value for name, value in ROW.items() if name not in ("Code", "OnlyPrepaidOrders")} | {
        "PrepaidOrdersOnly": "1", "Acquiring": "0", "LoadLimit": "15", "IssuanceBoxberry": "1", "EnableFitting": "0",
        "EnablePartialDelivery": "1",
        "Postamat": True,
    }  # fmt: skip
    found = parse_description("00451", described)
    assert found.takes == Takes(
        LOCKER, hands_out=True, cod=False, card=False, fitting=False, max_weight_g=15_000, partial=True
    )
    assert found.code == "00451"


def test_the_other_spelling_of_hours_and_what_is_not_said() -> None:
    row = {name: value for name, value in ROW.items() if name not in ("WorkShedule", "LoadLimit", "Acquiring")}
    found = parse_row(row | {"WorkSchedule": "по звонку", "GPS": "", "OnlyPrepaidOrders": "Yes"})
    assert (found.hours, found.lat, found.takes) == (Hours(text="по звонку"), None, Takes(cod=False))


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"Code": None, "GPS": "?"},
        {"Code": "1", "CityName": "М", "Address": ["?"]},
        {"Code": "1", "CityName": "М"},
        "x",
        7,
    ],
)
def test_a_record_without_sense_is_broken(odd: Any) -> None:
    with pytest.raises(BROKEN):
        parse_row(odd)


def test_places_outside_the_world_are_no_places() -> None:
    for gps in ("0,0", "95.0,37.0", "55.7", "a,b", None):
        assert parse_row(ROW | {"GPS": gps}).lat is None


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("пн-пт: 09.00-19.00, сб: 10.00-15.00", {**dict.fromkeys(range(1, 6), (540, 1140)), 6: (600, 900)}),
        ("пн-пт: 10.00-20.00, обед: 14.00-15.00, сб-вс: 10.00-18.00",
         {**dict.fromkeys(range(1, 6), (600, 1200)), **dict.fromkeys((6, 7), (600, 1080))}),
        ("Пн-Вс 00:00-23:59", dict.fromkeys(range(1, 8), (0, 1439))),
        ("пн,ср: выходной", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_hours_as_people_write_them(text: str, week: dict[int, tuple[int, int]]) -> None:
    assert week_of(text) == tuple(Opening(day, *times) for day, times in sorted(week.items()))


def test_a_long_list_is_read_one_by_one() -> None:
    file = io.BytesIO(json.dumps([ROW, {}]).encode())
    assert next(iter(rows_of(file))) == ROW


def city(
    code: str, name: str, region: str, district: str = "", *, courier: str = "1", point: str = "1"
) -> dict[str, str]:
    return {
        "Code": code,
        "Name": name,
        "Region": region,
        "District": district,
        "CourierDelivery": courier,
        "PickupPoint": point,
    }


BOOK = read_book(
    [
        city("68", "Москва", "Москва"), city("00901", "Москва", "Псковская", "Пеновский", courier="0"),
        city("0117", "Киров", "Кировская"), city("00939", "Киров", "Калужская", "Кировский"),
        city("016", "Казань", "Татарстан"),
        city("00932", "Майский", "Кабардино-Балкарская", courier="0", point="0"), city("77", "Орёл", "Орловская"),
        city("", "Без кода", "?"), {},
    ]
)  # fmt: skip


def test_every_place_with_a_code_is_in_the_book() -> None:
    assert set(BOOK.by_name) == {"москва", "киров", "казань", "орел", "майский"}
    assert BOOK.with_courier == {"68", "0117", "00939", "016", "77"}
    assert BOOK.find(read_address("Казань, ул. Баумана 1")) == City("016", "Казань", "Татарстан")
    assert BOOK.find(read_address("Орел, ул. Мира 1")).code == "77"
    assert BOOK.find(read_address("Москва, Тверская 1")).code == "68"
    assert BOOK.find(read_address("Киров, Ленина 1")).code == "0117"
    assert BOOK.find(read_address("Калужская область, г. Киров, Ленина 1")).code == "00939"
    assert read_book([]) == CityBook()


def test_namesakes_are_told_apart_in_an_order_too() -> None:
    found = BOOK.find(read_address("Калужская область, г. Киров, Ленина 1"))
    assert BOOK.place_of(found) == "Киров, Калужская, Кировский р-н"
    assert BOOK.place_of(BOOK.find(read_address("Казань"))) == "Казань"
    assert BOOK.place_of(BOOK.find(read_address("Москва"))) == "Москва"  # people name a capital alone, Boxberry too


def test_an_address_that_means_none_or_several_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused) as caught:
        BOOK.find(read_address("Казнь, ул. Баумана 1"))
    assert (caught.value.problems[0].code, caught.value.problems[0].params["candidates"]) == (
        "city_unknown",
        ["Казань (Татарстан)"],
    )
    with pytest.raises(Refused) as caught:
        BOOK.find(read_address("1"))
    assert caught.value.problems[0].code == "city_missing"
    several = CityBook({"майский": [*BOOK.named("Майский"), *BOOK.named("Майский")]})
    checked = several.check(read_address("Майский, Ленина 1"))
    assert checked.problem is not None
    assert (checked.city, checked.problem.code, len(checked.offered)) == (None, "city_ambiguous", 2)
    misspelt = BOOK.check(read_address("Казнь, ул. Баумана 1"))
    assert [each.code for each in misspelt.offered] == ["016"]
    assert BOOK.check(read_address("Казань")).city == City("016", "Казань", "Татарстан")


CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
REQUEST = ShipmentRequest(
    "wb-1-1", "parcel", DeliveryKind.COURIER, Recipient("", "", None),
    (Parcel(700, 201, 150, 100, (CUP,)), Parcel(5, 0, 0, 0)),
    read_address("Казань"), cod=Money.of("99.50"),
)  # fmt: skip


def test_a_price_is_asked_in_grams_centimetres_and_rubles() -> None:
    way = Way(Sender(), "010", BOOK.find(read_address("Казань")), "Казань")
    sizes = [
        {"Width": 15, "Height": 10, "Depth": 21, "Weight": 700},
        {"Width": 0, "Height": 0, "Depth": 0, "Weight": 5},
    ]
    assert build_quote(REQUEST, way) == {
        "BoxSizes": sizes, "DeliveryType": "2", "TargetStart": "010", "RecipientCityId": "016", "OrderSum": "900.00",
        "PaySum": "99.50", "UseShopSettings": 1,
    }  # fmt: skip
    point = ShipmentRequest(
        "wb-1-1", "parcel", DeliveryKind.PICKUP, REQUEST.recipient, REQUEST.parcels[1:], point_code="07003"
    )
    assert build_quote(point, Way(Sender(), "010")) == {
        "BoxSizes": sizes[1:], "DeliveryType": "1", "TargetStart": "010", "TargetStop": "07003", "OrderSum": "0.00",
        "PaySum": "0.00", "UseShopSettings": 1,
    }  # fmt: skip


#: §5.2 [fixture].
COSTS = [
    {"DeliveryTypeId": 1, "TotalPrice": 481.5, "PriceBase": 315, "PriceService": 166.5, "DeliveryPeriod": 3},
    {"DeliveryTypeId": 2, "TotalPrice": 681.5, "PriceBase": 315, "PriceService": 366.5, "DeliveryPeriod": 4},
]


def test_the_variant_of_the_request_is_the_price() -> None:
    lines = (PriceLine("tariff", Money.of(315)), PriceLine("service", Money.of("366.50")))
    expected = Quote("parcel", Money.of("681.50"), 4, 4, lines=lines)
    assert parse_quote({"error": False, "result": {"DeliveryCosts": COSTS}}, REQUEST) == expected


@pytest.mark.parametrize("result", [{"DeliveryCosts": []}, {}, {"DeliveryCosts": None}, {"DeliveryCosts": COSTS[:1]}])
def test_no_variant_is_no_delivery(result: dict[str, Any]) -> None:
    assert parse_quote({"error": False, "result": result}, REQUEST) is None


@pytest.mark.parametrize(
    "data", [[], {}, {"result": []}, {"result": {"DeliveryCosts": [COSTS[1] | {"TotalPrice": 0}]}}]
)
def test_an_odd_answer_is_no_price(data: Any) -> None:
    with pytest.raises(Unavailable):
        parse_quote(data, REQUEST)
