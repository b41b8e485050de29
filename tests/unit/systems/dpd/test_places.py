"""Points, terminals and cities out of DPD's long lists; prices out of its calculator."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any, cast

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, Takes
from b24app.logistics.ports import City, PriceLine, Quote
from b24app.systems.dpd.cities import Place, read_places
from b24app.systems.dpd.client import Client
from b24app.systems.dpd.orders import End, Person, Way
from b24app.systems.dpd.points import PointBook, _plain, parse_point
from b24app.systems.dpd.quotes import build_quote, parse_quotes, parse_trial
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from tests.unit.systems.dpd.fakes import FakeClient, said

ADDRESS = {
    "cityId": "195000424", "regionName": "Республика Татарстан", "cityName": "Казань", "index": "420111",
    "streetAbbr": "ул", "street": "Баумана", "houseNo": "44", "building": "2", "descript": "Вход со двора",
}  # fmt: skip
SHOP: dict[str, Any] = {
    "code": "001G", "parcelShopType": "ПВП", "state": "Open", "address": ADDRESS, "metro": "Кремлёвская",
    "brand": "ПВЗ DPD", "geoCoordinates": {"latitude": "55.79", "longitude": "49.12"},
    "limits": {"maxShipmentWeight": "100", "maxWeight": "31.5", "maxLength": "120", "maxWidth": "60",
               "maxHeight": "80"},
    "schedule": [
        {"operation": "SelfPickup", "timetable": [{"weekDays": "Пн", "workTime": "10:00 - 12:00"}]},
        {"operation": "SelfDelivery", "timetable": [{"weekDays": "Пн,Вт", "workTime": "10:00 - 21:00"},
                                                    {"weekDays": "Сб-Вс", "workTime": "Круглосуточно"}]},
        {"operation": "PaymentByBankCard", "timetable": []},
    ],
    "extraService": [{"esCode": "НПП", "params": [{"name": "sum_npp", "value": "15000"}]},
                     {"esCode": "ОЖД", "params": [{"name": "reason_delay", "value": "ПРИМ, ПРОС"}]}],
}  # fmt: skip


def test_a_point_whole() -> None:
    assert parse_point(SHOP) == PickupPoint(
        code="001G", name="ПВЗ DPD", address="ул Баумана, 44, корп. 2", city="Казань",
        takes=Takes(
            OFFICE, active=True, hands_out=True, cod=True, cash=False, card=True, fitting=True, returns=True,
            max_weight_g=31_500, max_cod=Money(15_000_00), cells_mm=((1200, 800, 600),), partial=False,
        ),
        hours=Hours(
            (Opening(1, 600, 1260), Opening(2, 600, 1260), Opening(6, 0, 1440), Opening(7, 0, 1440)), (),
            "Пн,Вт 10:00 - 21:00; Сб-Вс Круглосуточно",
        ),
        lat=55.79, lon=49.12, region="Республика Татарстан", postal_code="420111", metro="Кремлёвская",
        note="Вход со двора",
    )  # fmt: skip


def test_what_a_point_does_not_say_is_unknown_and_never_no() -> None:
    bare = parse_point({"code": "001G", "address": ADDRESS, "limits": "", "geoCoordinates": ""})
    assert bare.takes == Takes(OFFICE, active=True)
    assert (bare.lat, bare.hours) == (None, Hours())
    some = parse_point(
        SHOP | {"limits": {"maxWeight": "20", "dimensionSum": "180"}, "extraService": [{"esCode": "SMS"}]}
    )
    assert (some.takes.max_weight_g, some.takes.cells_mm, some.takes.cod, some.takes.max_cod) == (
        20_000,
        (),
        False,
        None,
    )
    light = parse_point(SHOP | {"limits": {"maxShipmentWeight": "5", "maxWeight": "20"}})
    assert light.takes.max_weight_g == 5000


def test_a_terminal_and_a_locker() -> None:
    terminal = parse_point({"terminalCode": "M11", "terminalName": "Москва M11", "address": ADDRESS})
    assert (terminal.code, terminal.name, terminal.takes.kind) == ("M11", "Москва M11", OFFICE)
    assert parse_point(SHOP | {"parcelShopType": "П", "state": "Full"}).takes == replace(
        parse_point(SHOP).takes, kind=LOCKER, active=False
    )


@pytest.mark.parametrize("wrong", [{"code": ""}, {"address": ""}, {"address": {"cityName": ""}}])
def test_a_record_without_sense_is_said_to_be_one(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_point(SHOP | wrong)


def test_one_child_and_many_are_read_alike() -> None:
    from lxml import etree

    one = etree.fromstring("<p><code>1</code><schedule><timetable><weekDays>Пн</weekDays></timetable></schedule></p>")
    assert _plain(one) == {"code": "1", "schedule": [{"timetable": [{"weekDays": "Пн"}]}]}


def test_cities_come_one_by_one_and_a_broken_file_is_no_list() -> None:
    text = (
        "<e><return><cityId>10798925337</cityId><cityName>Киров</cityName><regionName>Калужская область</regionName>"
        "<indexMin>249440</indexMin><indexMax>249449</indexMax></return>"
        "<return><cityName>Без ид</cityName></return></e>"
    )
    [place] = read_places(io.BytesIO(text.encode()))
    assert place == Place(City("10798925337", "Киров", "Калужская область"), "249440", "249449")
    assert [place.has(code) for code in ("249445", "101000", None)] == [True, False, None]
    with pytest.raises(Unavailable):
        list(read_places(io.BytesIO(text.encode()[:60])))


# --- prices -----------------------------------------------------------------------------------------------------------

REQUEST = ShipmentRequest(
    "wb-1-1", "PCL", DeliveryKind.COURIER, Recipient("Мария", "8", "+79000001462"), (Parcel(700, 201, 150, 100),),
    read_address("Казань, ул. Баумана, 44"), declared=Money.of("900.50"),
)  # fmt: skip
PERSON = Person("Мария", "Мария", "+79000001462")
DOOR = End(PERSON, address=REQUEST.address, city=City("195000424", "Казань"))
POINT, HOME = End(PERSON, "001G"), End(PERSON, address=REQUEST.address, city=City("49694102", "Москва"))


def test_prices_are_asked_by_parcels_between_cities_or_points() -> None:
    box = {"weight": 0.7, "quantity": 1, "length": 21, "width": 15, "height": 10}
    more = {"pickupDate": "2026-12-01", "declaredValue": 900.5, "parcel": [box]}
    assert build_quote(REQUEST, Way(HOME, DOOR, "2026-12-01"), "PCL") == (
        "getServiceCostByParcels2",
        {"pickup": {"cityId": 49694102}, "delivery": {"cityId": 195000424}, "selfPickup": False, "selfDelivery": False,
         "serviceCode": "PCL", **more},
    )  # fmt: skip
    assert build_quote(REQUEST, Way(POINT, POINT, "2026-12-01")) == (
        "getServiceCostByParcels3",
        {"pickup": {"terminalCode": "001G"}, "delivery": {"terminalCode": "001G"}, "selfPickup": True,
         "selfDelivery": True, **more},
    )  # fmt: skip


def test_what_the_buyer_chose_is_priced_where_an_operation_takes_it() -> None:
    chosen = replace(REQUEST, extras=("sms",))
    operation, body = build_quote(chosen, Way(HOME, DOOR, "2026-12-01"))
    assert (operation, [each["esCode"] for each in body["extraService"]]) == ("getServiceCostByParcels3", ["SMS"])
    row = {"serviceCode": "PCL", "cost": 612.4, "days": 2}
    [said], [unsaid] = parse_quotes(row, chosen, operation), parse_quotes(row, chosen, "getServiceCost2")
    assert (said.lines, unsaid.lines) == ((), (PriceLine("tariff", Money(61240)), PriceLine("service", code="sms")))


def test_without_sides_the_plain_weight_is_priced_between_cities_only() -> None:
    flat = replace(REQUEST, parcels=(Parcel(1231, 0, 150, 100),))
    operation, body = build_quote(flat, Way(HOME, DOOR, "2026-12-01"))
    assert (operation, body["weight"], "parcel" in body) == ("getServiceCost2", 1.24, False)
    with pytest.raises(Refused) as caught:
        build_quote(flat, Way(HOME, POINT, "2026-12-01"))
    assert caught.value.problems[0].code == "size_refused"


def test_prices_are_roubles_with_kopecks_of_services_that_we_know() -> None:
    found = [{"serviceCode": "PCL", "cost": 612.4, "days": 2}, {"serviceCode": "ZZZ", "cost": 1, "days": 1},
             {"serviceCode": "CSM", "cost": 1190.07, "days": None}, {"serviceCode": "ECN", "cost": None}]  # fmt: skip
    assert list(parse_quotes(found, REQUEST)) == [
        Quote("PCL", Money(61240), 2, 2), Quote("CSM", Money(119007), None, None),
    ]  # fmt: skip
    [priced] = parse_quotes(found[0], replace(REQUEST, cod=Money.of(900)))
    assert priced.lines == (PriceLine("tariff", Money(61240)), PriceLine("cod", of=Money.of(900)))
    assert list(parse_quotes(None, REQUEST)) == []
    assert parse_trial(found) == {"n": "3", "minor": "100", "currency": "RUB"}
    assert parse_trial([]) == {"n": "0"}


# --- both lists -------------------------------------------------------------------------------------------------------


def listed(kind: str, *codes: str) -> bytes:
    name = "code" if kind == "parcelShop" else "terminalCode"
    rows = "".join(
        f"<{kind}><{name}>{code}</{name}><address><cityName>Казань</cityName></address></{kind}>" for code in codes
    )
    return f'<?xml version="1.0"?><e:Envelope xmlns:e="urn:e"><return>{rows}</return></e:Envelope>'.encode()


def book(**lists: bytes) -> tuple[PointBook, FakeClient]:
    client = FakeClient({"getParcelShops": listed("parcelShop", "001G", "002K", ""), **lists})
    client.lists.setdefault("getTerminalsSelfDelivery2", listed("terminal", "M11"))
    return PointBook(cast(Client, client), Spools(), Directory(), 0.0), client


def test_points_and_terminals_are_one_list() -> None:
    points, client = book()
    page = points.page(0)
    assert ([point.code for point in page.points], page.skipped, page.more) == (["001G", "002K", "M11"], 1, False)
    assert client.operations() == ["getParcelShops", "getTerminalsSelfDelivery2"]


def test_one_point_is_looked_for_in_both_and_kept() -> None:
    points, client = book()
    found = [points.find(code) for code in ("M11", "002K", "M11")]
    assert [point.code if point else None for point in found] == ["M11", "002K", "M11"]
    assert points.find("X1") is None
    assert len(client.asked) == 2 * 3


@pytest.mark.parametrize("name", ["getParcelShops", "getTerminalsSelfDelivery2"])
def test_a_list_that_broke_off_is_no_list(name: str) -> None:
    broken = listed("parcelShop" if name == "getParcelShops" else "terminal", "Z1", "Z2")[:-40]
    with pytest.raises(Unavailable):
        book(**{name: broken})[0].page(0)
    with pytest.raises(Unavailable):
        book(**{name: broken})[0].find("Q9")


def test_a_refused_list_is_a_refusal() -> None:
    with pytest.raises(Refused):
        book(getParcelShops=cast(Any, said("Нельзя")))[0].page(0)
