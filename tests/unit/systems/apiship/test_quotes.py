"""Prices and points of ApiShip in our words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Unavailable
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, Takes
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.points import parse_point
from b24app.systems.apiship.quotes import (
    best_by_carrier,
    build_calculation,
    cheapest,
    parse_tariffs,
    parse_trial,
    place,
    quote_of,
)

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
REQUEST = ShipmentRequest(
    number="wb-42-1",
    service_code="cdek",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария", "8900", "+79000001462"),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)), Parcel(300, 0, 150, 99)),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of("1150.50"),
)
START, END = {"countryCode": "RU", "city": "Москва"}, {"countryCode": "RU", "city": "Казань"}


def test_a_calculation_is_built_whole() -> None:
    wanted = {
        "from": START,
        "to": END,
        "places": [{"weight": 701, "length": 21, "width": 15, "height": 10}, {"weight": 300}],
        "deliveryTypes": [1],
        "assessedCost": 900.0,
        "codCost": 1150.5,
        "includeFees": True,
        "timeout": 5000,
    }
    assert build_calculation(REQUEST, START, END) == wanted
    assert build_calculation(REQUEST, START, END, "cdek")["providerKeys"] == ["cdek"]
    literal = build_calculation(REQUEST, START, END, "31", {"dpd": "11103"}, 11_000)
    assert (literal["tariffIds"], literal["timeout"]) == ([31], 11_000)
    assert literal["extraParams"] == {"dpd.providerConnectId": "11103"}
    point = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="1019", declared=Money.of(5), cod=None)
    built = build_calculation(point, START, END)
    assert (built["deliveryTypes"], built["pointOutId"], built["assessedCost"], built["codCost"]) == ([2], 1019, 5.0, 0)


def test_a_place_goes_by_the_name_of_its_city_or_as_typed() -> None:
    address = Address("420111, Казань, Баумана 44", "RU", "420111", "Татарстан", ("Казань",))
    assert place(address, "Казань") == {
        "countryCode": "RU", "city": "Казань", "index": "420111", "region": "Татарстан",
    }  # fmt: skip
    assert place(Address("где-то там"), "") == {"countryCode": "RU", "addressString": "где-то там"}
    known = Address("где-то там", lat=55.8, lon=49.1)
    assert place(known, "") == {"countryCode": "RU", "addressString": "где-то там", "lat": 55.8, "lng": 49.1}


def tariff(number: int, cost: float, **more: Any) -> dict[str, Any]:
    row = {
        "tariffId": number, "tariffName": f"Тариф {number}", "pickupTypes": [2], "deliveryTypes": [1],
        "deliveryCost": cost, "feesIncluded": True, "insuranceFee": 6.75, "cashServiceFee": 34.52,
        "daysMin": 2, "daysMax": 3, "calendarDaysMin": 2, "calendarDaysMax": 4,
    }  # fmt: skip
    return row | more


def answer(*groups: tuple[str, list[dict[str, Any]]]) -> Reply:
    rows = [{"providerKey": key, "tariffs": tariffs} for key, tariffs in groups]
    return Reply(200, {"deliveryToDoor": rows, "deliveryToPoint": []})


def test_the_cheapest_that_goes_this_way_is_a_carriers_price() -> None:
    """From the point where we hand in, else from the door; what a carrier takes beside counts."""
    reply = answer(
        ("cdek", [tariff(9, 350.5), tariff(8, 360), tariff(11, 300, pickupTypes=[1])]),
        ("dpd", [tariff(30, 310, pickupTypes=[1, 2]), tariff(31, 305, pickupTypes=None, feesIncluded=False)]),
        ("rupost", [tariff(41, 200)]),
        ("broken", [{"tariffId": "x"}, {"tariffId": 5, "deliveryCost": None}]),
    )
    found = best_by_carrier(parse_tariffs(reply, REQUEST, {"cdek"}))
    assert {carrier: (best.tariff, best.pickup) for carrier, best in found.items()} == {"cdek": (9, 2), "dpd": (30, 1)}
    assert cheapest([]) is None
    assert parse_tariffs(answer(), REQUEST, {"cdek"}) == []


def one(**more: Any) -> Quote:
    [priced] = parse_tariffs(answer(("cdek", [tariff(9, 350.5, **more)])), REQUEST, {"cdek"})
    return quote_of(priced, "cdek", REQUEST)


def test_a_price_says_what_it_is_made_of() -> None:
    worth, cod = Money.of(900), Money.of("1150.50")
    assert one() == Quote(
        "cdek", Money.of("350.50"), 2, 4,
        lines=(
            PriceLine("tariff", Money.of("309.23"), code="Тариф 9"),
            PriceLine("insurance", Money.of("6.75"), of=worth),
            PriceLine("cod", Money.of("34.52"), of=cod),
        ),
    )  # fmt: skip
    beside = one(feesIncluded=False)
    assert (beside.price, beside.lines[0].amount) == (Money.of("391.77"), Money.of("350.50"))
    untold = one(feesIncluded=None, insuranceFee=None, cashServiceFee=None)
    assert untold.price == Money.of("350.50")
    assert [(line.what, line.amount) for line in untold.lines] == [
        ("tariff", Money.of("350.50")), ("insurance", None), ("cod", None),
    ]  # fmt: skip
    free = one(insuranceFee=0, cashServiceFee=0)
    assert [line.what for line in free.lines] == ["tariff"]


def test_days_are_calendar_days_else_the_old_ones() -> None:
    assert (one().days_min, one().days_max) == (2, 4)
    old = one(calendarDaysMin=None, calendarDaysMax=None)
    assert (old.days_min, old.days_max) == (2, 3)
    none = one(calendarDaysMin=None, calendarDaysMax=None, daysMin=None, daysMax="?")
    assert (none.days_min, none.days_max) == (None, None)


def test_an_answer_without_prices_is_none() -> None:
    with pytest.raises(Unavailable):
        parse_tariffs(Reply(200, {}), REQUEST, ())


def test_a_trial_counts_tariffs_and_names_the_cheapest() -> None:
    assert parse_trial(answer(("cdek", [tariff(9, 350.5), tariff(11, 300)]))) == {
        "n": "2", "minor": "30000", "currency": "RUB",
    }  # fmt: skip
    assert parse_trial(answer()) == {"n": "0"}


# --- points -----------------------------------------------------------------------------------------------------------

POINT: dict[str, Any] = {
    "id": 249, "providerKey": "cdek", "name": "На Баумана", "type": 1, "availableOperation": 3, "lat": 55.79,
    "lng": 49.12, "region": "Татарстан", "city": "Казань", "address": "Казань, ул. Баумана, 5", "postIndex": "420111",
    "timetable": "пн-пт 10-20", "worktime": {"1": "10:00/20:00", "6": "09:30/15:00"}, "fittingRoom": 1, "cod": 1,
    "paymentCash": 0, "paymentCard": 1, "multiplaceDeliveryAllowed": None, "phone": "78001234567",
    "metro": [{"name": "Кремлёвская"}], "description": "Вход со двора",
    "limits": {"maxWeight": 15000, "maxSizeA": 38, "maxSizeB": 60, "maxSizeC": 41, "maxCod": 100000.5},
}  # fmt: skip


def test_a_point_is_read_whole() -> None:
    """Grams, centimetres to millimetres, rubles to kopecks, minutes after midnight."""
    assert parse_point(POINT) == PickupPoint(
        code="249", name="СДЭК: На Баумана", address="Казань, ул. Баумана, 5", city="Казань",
        takes=Takes(
            kind=OFFICE, hands_out=True, cod=True, cash=False, card=True, fitting=True, returns=True,
            max_weight_g=15_000, max_cod=Money.of("100000.50"), cells_mm=((600, 410, 380),), one_parcel=False,
        ),
        hours=Hours((Opening(1, 600, 1200), Opening(6, 570, 900)), (), "пн-пт 10-20"),
        lat=55.79, lon=49.12, region="Татарстан", postal_code="420111", metro="Кремлёвская", note="Вход со двора",
        phone="78001234567",
    )  # fmt: skip


def test_what_a_point_does_not_say_is_unknown() -> None:
    bare = parse_point({"id": "7", "providerKey": "cse"})
    assert bare == PickupPoint(code="7", name="КСЭ: 7", address="", city="")
    locker = parse_point(POINT | {"type": 2, "availableOperation": 2, "multiplaceDeliveryAllowed": 0, "limits": None})
    takes = locker.takes
    assert (takes.kind, takes.returns, takes.one_parcel, takes.cells_mm) == (LOCKER, False, True, ())
    assert (takes.max_weight_g, takes.max_cod) == (None, None)
    named = parse_point(POINT | {"name": "СДЭК, Баумана, 5", "limits": {"maxWeight": 0, "maxSizeA": 60}})
    assert (named.name, named.takes.max_weight_g, named.takes.cells_mm) == ("СДЭК, Баумана, 5", None, ())


@pytest.mark.parametrize("where", [{"lat": None}, {"lat": 91}, {"lng": "east"}, {"lat": 0, "lng": 0}])
def test_a_point_that_is_nowhere_is_not_on_the_map(where: dict[str, Any]) -> None:
    point = parse_point(POINT | where)
    assert (point.lat, point.lon) == (None, None)


@pytest.mark.parametrize(
    "broken", [{"id": None}, {"id": "x"}, {"providerKey": ...}, {"limits": {"maxWeight": "15 kg"}}]
)
def test_a_record_without_sense_raises(broken: dict[str, Any]) -> None:
    row = {name: value for name, value in (POINT | broken).items() if value is not ...}
    with pytest.raises((KeyError, TypeError, ValueError)):
        parse_point(row)
