"""The emulated DPD's orders: acceptance, duplicates, pending ones, cancelling, changes, states and the inboxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.world import World

from .dpd_client import DOOR, LINE, PARCEL, POINT, SENDER, DpdClient, Faulted, rows


@pytest.fixture(scope="module")
def dpd_world() -> Iterator[World]:
    with World(systems=["dpd"]) as world:
        yield world


@pytest.fixture
def dpd(dpd_world: World) -> DpdClient:
    dpd_world.reset()
    return DpdClient(dpd_world)


def test_an_order_is_taken_once(dpd: DpdClient, dpd_world: World) -> None:
    (row,) = dpd.create(dpd.order("B24/1041"))
    assert row == {"orderNumberInternal": "B24-1041", "orderNum": "RU090000041", "status": "OK"}
    (again,) = dpd.create(dpd.order("B24-1041"))
    assert (again["status"], "orderNum" in again) == ("OrderDuplicate", False)
    assert dpd.status("B24-1041") == row
    assert dpd.status("B24-1042") == {"orderNumberInternal": "B24-1042", "status": "no-data-found"}
    accepted = dpd_world.journal.find(kind="order.accepted")
    assert [(entry.key, entry.data["recipient"], entry.data["weight"]) for entry in accepted] == [
        ("B24-1041", "Мария Северцева", 0.7)
    ]
    assert DpdClient(dpd_world, 1).status("B24-1041")["status"] == "no-data-found"


def test_several_orders_of_a_call_are_decided_one_by_one(dpd: DpdClient) -> None:
    found = dpd.create(dpd.order("D-1"), dpd.order("D-2", cargoWeight="0"), dpd.to_point("D-3"), dpd.order("D-1"))
    assert [row["status"] for row in found] == ["OK", "OrderError", "OK", "OrderDuplicate"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"serviceVariant": "TД"}, "Недопустимый вариант доставки"),  # a Latin T
        ({"serviceVariant": "ДТ"}, "терминал (terminalCode)  не найден"),
        ({"paymentType": "OУП"}, "Недопустимая форма оплаты"),  # a Latin O
        ({"extraService": [{"esCode": "НПП", "param": [{"name": "sum_npp", "value": "1"}]}]}, "НПП недоступна"),
        ({"extraService": [{"esCode": "BДО"}]}, "Опция BДО не найдена"),
        ({"extraService": [{"esCode": "SMS"}]}, "не указан параметр phone"),
        ({"extraService": [{"esCode": "ОЖД", "param": [{"name": "reason_delay", "value": "ДОЛГ"}]}]}, "недопустимое"),
        (
            {
                "extraService": [
                    {
                        "esCode": "ЧСТ",
                        "param": [
                            {"name": "goods_return_amount", "value": "9"},
                            {"name": "delivery_amount", "value": "0"},
                        ],
                    }
                ]
            },
            "unitLoad",
        ),
        ({"serviceCode": "XXX"}, "Услуга XXX не найдена"),
        ({"serviceCode": "PUP"}, "не оказывается для варианта"),
        ({"cargoWeight": "0.705"}, "двух знаков"),
        ({"cargoNumPack": 2}, "не равно количеству грузомест"),
        ({"parcel": [PARCEL, PARCEL], "cargoNumPack": 2}, "уникальны"),
        ({"parcel": [PARCEL | {"weight": "60"}]}, "превышает допустимый для услуги"),
        ({"cargoCategory": " "}, "содержимое"),
        ({"receiverAddress": {name: value for name, value in DOOR.items() if name != "house"}}, "поля house"),
        ({"receiverAddress": DOOR | {"contactPhone": "12-34"}}, "неверный формат телефона"),
        ({"receiverAddress": DOOR | {"city": "Киров", "region": ""}}, "Неоднозначно задан"),
        ({"unitLoad": [{name: value for name, value in LINE.items() if name != "vat_percent"}]}, "ставку НДС"),
        ({"unitLoad": [{"descript": "Книга", "parcel_num": "9", "count": 1}]}, "посылка 9 не найдена"),
    ],
)
def test_what_is_refused_says_why_and_leaves_the_number_free(
    dpd: DpdClient, changes: dict[str, Any], words: str
) -> None:
    # The schema's order of elements is kept, so that nothing but the value is wrong.
    assert words in dpd.refusal(dpd.order(**changes))
    assert dpd.status()["status"] == "no-data-found"
    dpd.made()


def test_the_header_counts_too(dpd: DpdClient) -> None:
    assert "ранее текущей даты" in dpd.refusal(dpd.order(), day="2020-01-01")
    assert "M99 не найден" in dpd.refusal(dpd.order(), sender=SENDER | {"terminalCode": "M99"})
    assert "интервал" in dpd.refusal(dpd.order(), period="7-9")
    door = {name: value for name, value in SENDER.items() if name != "terminalCode"}
    door = {"name": "ООО Ромашка", "city": "Санкт-Петербург", "street": "Садовая", "house": "12"} | door
    ordered = {"name": door.pop("name")} | door
    assert "интервал забора" in dpd.refusal(dpd.order(serviceVariant="ДД"), sender=ordered, period="")
    (row,) = dpd.create(dpd.order(serviceVariant="ДД"), sender=ordered)
    assert row["status"] == "OK"


def test_a_point_refuses_what_it_cannot_take(dpd: DpdClient, dpd_world: World) -> None:
    found = dpd.one("geography2", "getParcelShops", "request", countryCode="RU")["parcelShop"]

    def at(code: str) -> dict[str, str]:
        return POINT | {"terminalCode": code}

    locker = next(
        row["code"] for row in found if row["parcelShopType"] == "П" and row["limits"] and row["state"] == "Open"
    )
    slim = next(row["code"] for row in found if row["services"]["serviceCode"] == ["PCL", "ECN"])
    no_cash = next(row["code"] for row in found if {"НПП"} - {each["esCode"] for each in rows(row, "extraService")})
    full = next(row["code"] for row in found if row["state"] == "Full")
    big = PARCEL | {"length": "90"}
    assert "Габариты" in dpd.refusal(dpd.to_point(receiverAddress=at(locker), parcel=[big]))
    assert "превышает допустимую" in dpd.refusal(
        dpd.to_point(receiverAddress=at(locker), unitLoad=[LINE | {"npp_amount": "16000"}])
    )
    assert "Услуга CSM недоступна" in dpd.refusal(dpd.to_point(receiverAddress=at(slim), serviceCode="CSM"))
    assert "Наложенный платёж недоступен" in dpd.refusal(dpd.to_point(receiverAddress=at(no_cash), unitLoad=[LINE]))
    assert "переполнен" in dpd.refusal(dpd.to_point(receiverAddress=at(full)))
    assert "Опция ТРМ недоступна" in dpd.refusal(dpd.to_point(extraService=[{"esCode": "ТРМ"}]))
    dpd_world.control.post("/dpd/points/D08", {"state": "Full"})
    assert "D08 переполнен" in dpd.refusal(dpd.to_point())


def test_a_street_nobody_recognised_waits_for_an_employee(dpd: DpdClient, dpd_world: World) -> None:
    lost, hopeless = (dpd.order(name, receiverAddress=DOOR | {"street": street}) for name, street in
                      (("D-1", "Неизвестная"), ("D-2", "Несуществующая")))  # fmt: skip
    assert [row["status"] for row in dpd.create(lost, hopeless)] == ["OrderPending", "OrderPending"]
    assert "orderNum" not in dpd.status("D-1")
    assert dpd.create(lost)[0]["status"] == "OrderDuplicate"
    dpd_world.clock.advance(61)
    assert (dpd.status("D-1")["status"], dpd.status("D-1")["orderNum"]) == ("OK", "RU090000041")
    assert dpd.status("D-2") == {
        "orderNumberInternal": "D-2", "status": "OrderError", "errorMessage": "Адрес получателя не найден"
    }  # fmt: skip
    assert dpd.create(lost | {"orderNumberInternal": "D-3"})[0]["status"] == "OrderPending"
    assert [dpd.cancel("D-3"), dpd.cancel("D-3"), dpd.status("D-3")["status"]] == [
        "Canceled", "CanceledPreviously", "OrderCancelled",
    ]  # fmt: skip
    dpd_world.clock.advance(61)
    assert dpd.status("D-3")["status"] == "OrderCancelled"


def test_cancelling_is_free_until_the_parcel_moved(dpd: DpdClient, dpd_world: World) -> None:
    for number in ("D-1", "D-2", "D-3"):
        dpd.made(number)
    dpd.move("D-2", "1601")
    dpd.route("D-3", "delivered")
    assert [dpd.cancel(number) for number in ("D-1", "D-1", "D-2", "D-3", "D-4")] == [
        "Canceled", "CanceledPreviously", "CallDPD", "Error", "NotFound",
    ]  # fmt: skip
    assert dpd_world.journal.counts()["dpd"]["order.cancelled"] == 1
    assert dpd.create(dpd.order("D-1"))[0]["status"] == "OrderDuplicate"
    dpd.set(cancelled_occupies_number=False)
    assert dpd.create(dpd.order("D-1"))[0]["status"] == "OK"


def test_overrides_refuse_and_route(dpd: DpdClient, dpd_world: World) -> None:
    dpd_world.control.post(
        "/dpd/overrides", {"match": {"number": "N-*"}, "errors": ["Груз запрещён к перевозке"], "times": 1}
    )
    dpd_world.control.post("/dpd/overrides", {"match": {"recipient": "*Северцева"}, "route": "returned"})
    dpd_world.control.post("/dpd/overrides", {"match": {"number": "P-*"}, "errors": ["OrderPending"]})
    assert dpd.refusal(dpd.order("N-1")) == "Груз запрещён к перевозке"
    assert [dpd.create(dpd.order(number))[0]["status"] for number in ("N-1", "P-1")] == ["OK", "OrderPending"]
    dpd_world.clock.advance(86400)
    assert dpd_world.control.get("/dpd/orders/N-1")["last_event"] == "3306"


def test_corrections(dpd: DpdClient, dpd_world: World) -> None:
    number = dpd.made()
    second = PARCEL | {"number": "2"}
    added = dpd.one("order2", "addParcels", "parcels", orderNum=number, cargoWeight="1.4", parcel=[second, PARCEL])
    assert [row["status"] for row in added["parcelStatus"]] == ["OK", "parcel-error"]
    removed = dpd.one("order2", "removeParcels", "parcels", orderNum=number, parcel=[{"number": "1"}])
    assert removed["parcelStatus"] == {"number": "1", "status": "OK"}
    money = dpd.one("order2", "changeUnitLoad", "request", order=[{"orderNum": number, "unitLoad": [LINE]}])
    assert money["status"] == "OK"
    later = dpd.one(
        "order2", "changeDeliveryDate", "request", order=[{"orderNum": number, "newDeliveryDate": dpd.day(9)}]
    )
    assert later["status"] == "OK"
    assert dpd.events()["event"][-1]["eventNumber"] == "3201"
    assert dpd.cancel() == "Canceled"


def test_saved_addresses_check_an_address(dpd: DpdClient) -> None:
    def save(**changes: str) -> str:
        fields = {"code": "A1"} | DOOR | changes
        return str(dpd.one("order2", "createAddress", "address", clientAddress=fields)["status"])

    assert [save(street="Неизвестная"), save(city="Нигдеград"), save(), save()] == [
        "address-error", "address-error", "OK", "address-error",
    ]  # fmt: skip
    dpd.made(receiverAddress={"code": "A1", "name": "Мария", "contactFio": "Мария", "contactPhone": "+79000001462"})


def test_an_asynchronous_order_is_told_later(dpd: DpdClient, dpd_world: World) -> None:
    header = {"datePickup": dpd.day(), "senderAddress": SENDER, "pickupTimePeriod": "9-18"}
    task = dpd.one("order2", "createOrderAsync", "orders", header=header, order=[dpd.order()])["taskId"]
    assert dpd.call("order2", "createOrderResult", "orders", taskId=task) == []
    dpd_world.clock.advance(61)
    assert dpd.one("order2", "createOrderResult", "orders", taskId=task)["status"] == "OK"


def test_the_inbox_repeats_a_package_until_it_is_confirmed(dpd: DpdClient, dpd_world: World) -> None:
    assert dpd.events() | {"docDate": ""} == {
        "docId": "0", "docDate": "", "clientNumber": "1000000001", "resultComplete": "true", "event": [],
    }  # fmt: skip
    for number in ("D-1", "D-2"):
        dpd.made(number)
    first = dpd.events(3)
    assert (len(first["event"]), first["resultComplete"], dpd.events(1)) == (3, "false", first)
    with pytest.raises(Faulted) as caught:
        dpd.confirm("17")
    assert caught.value.code == "wrong-doc-id"
    dpd.confirm(first["docId"])
    second = dpd.events(3)
    assert (len(second["event"]), second["resultComplete"], int(second["docId"]) > 2**32) == (1, "true", True)
    # A second worker that confirms the old one again does not touch the new one.
    with pytest.raises(Faulted):
        dpd.confirm(first["docId"])
    assert dpd.events() == second
    assert DpdClient(dpd_world, 1).events()["event"] == []
    dpd_world.clock.advance(91 * 86400)
    assert dpd.events() == second


def test_events_are_told_in_local_time_with_what_marks_a_return(dpd: DpdClient) -> None:
    far = DOOR | {"region": "Новосибирская область", "city": "Новосибирск"}
    number = dpd.made(receiverAddress=far)
    dpd.route("D-1", "returned")
    events = dpd.events()["event"]
    assert [row["eventNumber"] for row in events] == [
        "1001", "1401", "1601", "1802", "2101", "2202", "2301", "2404", "2102", "2203", "2309", "3306",
    ]  # fmt: skip
    refused, first_back, last = events[7], events[8], events[-1]
    assert (refused["dpdOrderNr"], refused["reasonName"]) == (number, "Отказ от получения")
    params = {row["paramName"]: row.get("valueString") for row in first_back["parameter"]}
    assert (params["MomentLocZone"], params["OrderType"]) == ("GMT+07:00", "RETURN")
    assert (first_back["dpdOrderNr"], last["dpdOrderNr"]) == (number, params["NewOrderNumber"])
    assert (last["clientOrderNr"], last["clientParcelNr"]) == ("D-1", "1")
    dpd.set(event_date="ru", loc_zone="none")
    dpd.made("D-2")
    dpd.confirm(dpd.events()["docId"])
    assert "." in dpd.events()["event"][0]["eventDate"]


def test_states_by_order(dpd: DpdClient, dpd_world: World) -> None:
    second = PARCEL | {"number": "2"}
    number = dpd.made(parcel=[PARCEL, second], cargoNumPack=2)

    def states(service: str = "tracing1-1", **by: str) -> list[dict[str, Any]]:
        name, key = next(iter(by.items()))
        operation = {"dpdOrderNr": "DPDOrder", "clientOrderNr": "ClientOrder", "clientParcelNr": "ClientParcel"}[name]
        return rows(dpd.one(service, f"getStatesBy{operation}", "request", **{name: key}), "states")

    with pytest.raises(Faulted, match="Посылки еще не поступили"):
        states(dpdOrderNr=number)
    with pytest.raises(Faulted, match="Данные не найдены"):
        states(dpdOrderNr="RU1")
    dpd.move("D-1", "OnTerminalPickup")
    dpd.move("D-1", "2101", parcel=1)
    found = states(dpdOrderNr=number)
    assert [(row["clientParcelNr"], row["newState"]) for row in found if row["newState"] != "NewOrderByClient"] == [
        ("1", "OnTerminalPickup"), ("2", "OnTerminalPickup"), ("2", "OnRoad"),
    ]  # fmt: skip
    assert (found[-1]["orderPayWeight"], float(found[-1]["orderCost"]) > 300) == ("0.7", True)
    assert [row["newState"] for row in states("tracing", clientParcelNr="2")] == ["OnTerminalPickup", "OnRoad"]
    assert len(states("tracing", clientOrderNr="D-1")) == len(found)
    dpd_world.clock.advance(91 * 86400)
    with pytest.raises(Faulted, match="Данные не найдены"):
        states(dpdOrderNr=number)


def test_the_inbox_of_states_is_another_one(dpd: DpdClient) -> None:
    dpd.made()
    dpd.route("D-1", "unknown_code")
    package = dpd.one("tracing", "getStatesByClient", "request")
    assert [row["newState"] for row in package["states"]] == [
        "NewOrderByClient", "OnTerminalPickup", "OnTerminal", "OnRoad", "OnTheMoon",
    ]  # fmt: skip
    dpd.confirm(package["docId"], "tracing")
    assert "states" not in dpd.one("tracing", "getStatesByClient", "request")
    assert [row["eventNumber"] for row in dpd.events()["event"]][-1] == "9901"


@pytest.mark.parametrize(
    ("route", "last"),
    [
        ("delivered", "3304"), ("pickup", "3305"), ("returned", "3306"), ("lost", "3303"), ("cancelled", "2901"),
        ("stay", "1401"), ("unknown_code", "9901"), ("delivered_paid", "3401"), ("storage_expired", "3306"),
        ("wrong_address", "2408"), ("second_attempt", "3304"), ("partial", "3304"), ("damaged", "3701"),
        ("disposed", "3301"),
    ],
)  # fmt: skip
def test_every_route_ends_where_it_says(dpd: DpdClient, dpd_world: World, route: str, last: str) -> None:
    dpd.made(unitLoad=[LINE])
    dpd.route("D-1", route)
    found = dpd_world.control.get("/dpd/orders/D-1")
    # Money comes after the end of the way; the walk stops there.
    assert found["last_event"] == ("3304" if route == "delivered_paid" else last)


def test_the_world_can_be_remembered(dpd: DpdClient, dpd_world: World) -> None:
    dpd.made()
    back = dpd_world.remember()
    dpd.made("D-2")
    back()
    assert (dpd.status("D-1")["status"], dpd.status("D-2")["status"]) == ("OK", "no-data-found")
