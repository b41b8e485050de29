"""What `createOrder2` is sent, whole, and what its statuses mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint_of_name, is_ours
from b24app.logistics.ports import City, ReturnRequest
from b24app.logistics.problem import Problem
from b24app.systems.dpd.orders import End, Person, Tag, Way, build_order, parse_status, unit_load
from b24app.systems.dpd.returns import turned

KAZAN = City("195000424", "Казань", "Республика Татарстан")
ADDRESS = read_address("420111, Казань, ул. Баумана, 44, кв. 12")
BOOK, TEA = Item("Книга", "B-1", 1, Money.of(900), 700, vat_percent=10), Item("Чай", "", 3, Money.of("99.99"), 100)
REQUEST = ShipmentRequest(
    "wb-1-1", "PCL", DeliveryKind.COURIER,
    Recipient("Мария Северцева", "8 900", "+79000001462", "123", "m@example.test"),
    (Parcel(700, 200, 150, 100, (BOOK,)),), ADDRESS, comment="Позвонить за час",
)  # fmt: skip
START = End(Person.sending(Sender("Олег Петров", "+74950000001", "ООО Ромашка")), "M11")
WAY = Way(START, End(Person.of(REQUEST.recipient), address=ADDRESS, city=KAZAN), "2026-12-01", vat="rows")


def test_an_order_to_the_door_whole() -> None:
    assert build_order(REQUEST, WAY) == {
        "header": {
            "datePickup": "2026-12-01",
            "senderAddress": {
                "name": "ООО Ромашка", "contactFio": "Олег Петров", "contactPhone": "+74950000001",
                "terminalCode": "M11",
            },
            "pickupTimePeriod": "9-18",
        },
        "order": [
            {
                "orderNumberInternal": "wb-1-1", "serviceCode": "PCL", "serviceVariant": "ТД", "cargoNumPack": 1,
                "cargoWeight": 0.7, "cargoVolume": 0.003, "cargoRegistered": False, "cargoCategory": "Книга",
                "cargoValue": 900.0,
                "receiverAddress": {
                    "name": "Мария Северцева", "contactFio": "Мария Северцева", "contactPhone": "+79000001462",
                    "contactEmail": "m@example.test", "countryName": "Россия", "region": "Республика Татарстан",
                    "city": "Казань", "index": "420111", "street": "Баумана", "streetAbbr": "ул", "house": "44",
                    "flat": "12", "instructions": "Добавочный 123. Позвонить за час",
                },
                "parcel": [{"number": "wb-1-1-1-1D", "weight": 0.7, "length": 20, "width": 15, "height": 10}],
            }
        ],
    }  # fmt: skip


def test_a_firm_is_told_beside_the_person_by_whose_name_an_order_is_known() -> None:
    firm = replace(REQUEST, recipient=replace(REQUEST.recipient, company="ООО Лютик", extension=None), comment="")
    receiver = order(firm, replace(WAY, end=replace(WAY.end, person=Person.of(firm.recipient))))["receiverAddress"]
    assert (receiver["name"], receiver["contactFio"], receiver["instructions"]) == (
        "Мария Северцева", "Мария Северцева", "ООО Лютик",
    )  # fmt: skip


def order(request: ShipmentRequest, way: Way = WAY) -> dict[str, Any]:
    found: dict[str, Any] = build_order(request, way)["order"][0]
    return found


def test_the_variant_is_cyrillic_and_says_both_ends() -> None:
    to_point = replace(WAY, end=End(Person.of(REQUEST.recipient), "001G"))
    assert list(order(REQUEST, to_point)["serviceVariant"]) == ["\u0422", "\u0422"]
    assert "street" not in order(REQUEST, to_point)["receiverAddress"]
    door = replace(to_point, start=End(START.person, address=ADDRESS, city=KAZAN))
    assert order(REQUEST, door)["serviceVariant"] == "\u0414\u0422"


def test_two_parcels_say_so_in_their_numbers_and_unknown_sides_are_left_out() -> None:
    two = replace(REQUEST, parcels=(Parcel(1235, 301, 0, 100, (TEA,)), REQUEST.parcels[0]))
    found = order(two)
    assert (found["cargoNumPack"], found["cargoWeight"], "cargoVolume" in found) == (2, 1.94, False)
    assert found["parcel"] == [
        {"number": "wb-1-1-1-2D", "weight": 1.24},
        {"number": "wb-1-1-2-2D", "weight": 0.7, "length": 20, "width": 15, "height": 10},
    ]
    assert Tag.of("wb-1-1-2-3T") == Tag(2, 3, to_point=True)
    assert Tag.of("somebody-else") == Tag()


def test_money_to_collect_stands_in_the_lines_to_the_kopeck() -> None:
    request = replace(REQUEST, parcels=(Parcel(1000, 200, 150, 100, (BOOK, TEA)),), cod=Money.of("1300.00"))
    lines = unit_load(request, "rows")
    assert lines == [
        {"descript": "Книга", "article": "B-1", "declared_value": "900.00", "count": 1, "npp_amount": "900.00",
         "vat_percent": 10},
        *[{"descript": "Чай", "declared_value": "99.99", "count": 1, "npp_amount": "99.99", "without_vat": True}] * 3,
        {"descript": "Доставка", "declared_value": "0.00", "count": 1, "npp_amount": "100.03", "without_vat": True},
    ]  # fmt: skip
    found = order(request)
    assert "cargoValue" not in found
    assert found["unitLoad"] == lines
    assert {line.get("vat_percent") for line in unit_load(request, "22")} == {22}


def test_many_pieces_go_as_one_line_a_product() -> None:
    pens = replace(
        REQUEST, parcels=(Parcel(900, 1, 1, 1, (Item("Ручка", "P", 101, Money.of(10), 9),)),), cod=Money.of(1010)
    )
    assert unit_load(pens, "") == [
        {"descript": "Ручка × 101", "article": "P", "declared_value": "1010.00", "count": 1, "npp_amount": "1010.00",
         "without_vat": True},
    ]  # fmt: skip


def test_the_declared_value_is_shared_and_may_be_nothing() -> None:
    assert order(replace(REQUEST, declared=Money.of(100)))["cargoValue"] == 100.0
    free = replace(REQUEST, parcels=(Parcel(700, 1, 1, 1),))
    assert "cargoValue" not in order(free)
    assert order(free)["cargoCategory"] == "Товары"
    shared = unit_load(replace(REQUEST, declared=Money.of(100), cod=Money.of(900)), "")
    assert [(line["declared_value"], line["npp_amount"]) for line in shared] == [("100.00", "900.00")]


def test_what_the_buyer_chose_has_its_parameters_and_a_part_has_its_lines() -> None:
    chosen = replace(REQUEST, extras=("fitting", "sms"))
    assert order(chosen)["extraService"] == [
        {"esCode": "ОЖД", "param": [{"name": "reason_delay", "value": "ПРИМ"}]},
        {"esCode": "SMS", "param": [{"name": "phone", "value": "+79000001462"}]},
    ]
    assert "unitLoad" not in order(chosen)
    prepaid, paid = (
        order(replace(REQUEST, extras=("partial",))),
        order(replace(REQUEST, extras=("partial", "fitting"), cod=Money.of(1100))),
    )
    assert [(each["name"], each["value"]) for each in prepaid["extraService"][0]["param"]] == [
        ("goods_return_amount", "900.00"), ("delivery_amount", "0.00"), ("reason_delay_rps", "ПРОС"),
    ]  # fmt: skip
    assert prepaid["unitLoad"] == [{"descript": "Книга", "article": "B-1", "declared_value": "900.00", "count": 1}]
    assert "cargoValue" not in prepaid
    assert [each["value"] for each in paid["extraService"][0]["param"]] == ["900.00", "200.00", "ПРИМ"]


def test_a_return_goes_the_other_way_and_collects_nothing() -> None:
    shipment, way = turned(
        ReturnRequest("wb-1-r1", replace(REQUEST, cod=Money.of(900), extras=("partial",)), "wb-1-1"), WAY
    )
    assert (shipment.number, shipment.cod, shipment.extras, way.variant) == ("wb-1-r1", None, (), "ДТ")
    body = build_order(shipment, way)
    assert body["header"]["senderAddress"]["street"] == "Баумана"
    assert body["order"][0]["receiverAddress"]["terminalCode"] == "M11"
    handed_in = turned(ReturnRequest("wb-1-r1", REQUEST, point_code="001G"), WAY)[1]
    assert (handed_in.variant, handed_in.start.point) == ("ТТ", "001G")


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (
            {"status": "OK", "orderNum": "RU090000041"},
            OrderState("wb-1-1", "wb-1-1", Decision.ACCEPTED, "RU090000041", "RU090000041"),
        ),
        ({"status": "OrderPending"}, OrderState("wb-1-1", "wb-1-1", Decision.PENDING)),
        ({"status": "no-data-found"}, OrderState("wb-1-1", "wb-1-1", gone=True)),
        (
            {"status": "OrderCancelled", "orderNum": "RU090000041"},
            OrderState("wb-1-1", "wb-1-1", order_number="RU090000041", gone=True),
        ),
        ({"status": "OK"}, None),
        ({"status": "OrderStrange", "orderNum": "RU1"}, None),
        ({}, None),
    ],
)
def test_a_status_as_our_state(row: dict[str, Any], state: OrderState | None) -> None:
    assert parse_status(row, "wb-1-1") == state


def test_a_refused_order_says_why() -> None:
    found = parse_status({"status": "OrderError", "errorMessage": "Терминал 001G переполнен"}, "wb-1-1")
    assert found is not None
    assert (found.decision, [problem.code for problem in found.problems]) == (Decision.REFUSED, ["point_closed"])
    assert isinstance(found.problems[0], Problem)


def test_an_order_that_shows_its_recipient_alone_is_ours_by_the_name() -> None:
    found = OrderState("wb-1-1", "wb-1-1", Decision.ACCEPTED, fingerprint=fingerprint_of_name("СЕВЕРЦЕВА мария"))
    assert not is_ours(REQUEST, found)
    assert is_ours(REQUEST, replace(found, fingerprint=fingerprint_of_name(" мария  северцева ")))
    assert not is_ours(REQUEST, replace(found, fingerprint=""))
