"""What a portal's store asks (contracts/bitrix24-crm.md §9.6), whatever it leaves out, and how its shipments are
written without losing anything (§9.8)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24 import shop_calls, shop_found, shop_orders
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.shop_calls import ADDRESS, PHONE, POINT, Services, read_basket
from b24app.bitrix24.shop_orders import OrderDeal
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money

SERVICES = Services(
    {197: DeliveryKind.COURIER, 198: DeliveryKind.PICKUP}, {100: ADDRESS, 102: PHONE, 103: POINT, 110: ADDRESS}
)
#: The contract's own example, with our numbers.
SHIPMENT: dict[str, Any] = {
    "ID": None,
    "DELIVERY_SERVICE": {
        "ID": 197,
        "CONFIG": [],
        "PARENT": {"ID": 196, "CONFIG": [{"CODE": "WAYBILL_KEY", "VALUE": "p-71f3"}]},
    },
    "PRICE": 43981,
    "CURRENCY": "RUB",
    "WEIGHT": 7400,
    "PROPERTY_VALUES": [
        {
            "ID": 100,
            "TYPE": "ADDRESS",
            "VALUE": {
                "LATITUDE": 55.78874,
                "LONGITUDE": 49.12214,
                "FIELDS": {
                    "POSTAL_CODE": "420111", "COUNTRY": "Россия", "ADM_LEVEL_1": "Татарстан", "ADM_LEVEL_2": "Казань",
                    "LOCALITY": "Казань", "STREET": "улица Баумана", "BUILDING": "5", "ROOM": "12",
                    "ADDRESS_LINE_1": "улица Баумана, 5",
                },
            },
        },
        {"ID": 77, "TYPE": "STRING", "VALUE": "Домофон 12"},
    ],
    "ITEMS": [
        {"NAME": "Кофемашина X1", "PRICE": 43200, "WEIGHT": 7400, "CURRENCY": "RUB", "QUANTITY": 1,
         "DIMENSIONS": {"WIDTH": 310, "HEIGHT": 380, "LENGTH": 420}},
        {"NAME": "Подарочная упаковка", "PRICE": 390.5, "WEIGHT": None, "CURRENCY": "RUB", "QUANTITY": 2,
         "DIMENSIONS": None},
    ],
    "EXTRA_SERVICES_VALUES": [{"ID": 138, "CODE": "insurance", "VALUE": "Y"}],
    "RESPONSIBLE_CONTACT": {"NAME": "Пётр Менеджер", "PHONES": [{"TYPE": "MOBILE", "VALUE": "+79990000002"}]},
    "RECIPIENT_CONTACT": {"NAME": "Ольга Синицына", "PHONES": [{"TYPE": "FAX", "VALUE": "+79170000009"},
                                                              {"TYPE": "WORK", "VALUE": "+79170000001"}]},
}  # fmt: skip


def test_the_documented_request() -> None:
    basket = read_basket(SHIPMENT, SERVICES)
    assert basket is not None
    assert basket.wish.address == "420111, Татарстан, Казань, улица Баумана, 5, кв. 12|55.78874;49.12214"
    assert (basket.wish.name, basket.wish.phone, basket.wish.insured) == ("Ольга Синицына", "+79170000001", True)
    assert (basket.key, basket.sale_id, basket.worth) == ("p-71f3", 0, Money(4398100))
    machine, wrapping = basket.rows
    assert (machine.sizes[0].weight_g, machine.sizes[0].length_mm) == (7400, 420)
    assert (wrapping.sizes, wrapping.quantity) == ((), Decimal(2))


def test_the_other_documented_name_of_extra_services() -> None:
    told = {**SHIPMENT, "EXTRA_SERVICE_VALUES": SHIPMENT["EXTRA_SERVICES_VALUES"]}
    del told["EXTRA_SERVICES_VALUES"]
    basket = read_basket(told, SERVICES)
    assert basket is not None
    assert basket.wish.insured


def test_a_point_and_a_phone_are_known_by_their_numbers() -> None:
    values = [
        {"ID": 103, "TYPE": "STRING", "VALUE": "KZN5"},
        {"ID": "102", "TYPE": "STRING", "VALUE": "8 917 000 00 02"},
    ]
    told = {**SHIPMENT, "DELIVERY_SERVICE": {"ID": 198}, "PROPERTY_VALUES": values, "RECIPIENT_CONTACT": None}
    basket = read_basket(told, SERVICES)
    assert basket is not None
    assert (basket.wish.kind, basket.wish.point, basket.wish.phone, basket.key) == (
        DeliveryKind.PICKUP, "KZN5", "8 917 000 00 02", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "x",
        {},
        {**SHIPMENT, "DELIVERY_SERVICE": None},
        {**SHIPMENT, "DELIVERY_SERVICE": {"ID": 5}},
        {**SHIPMENT, "ITEMS": []},
        {**SHIPMENT, "ITEMS": [{"NAME": "A", "PRICE": "NaN", "QUANTITY": 1}, {"PRICE": 1, "QUANTITY": -1}, 7]},
    ],
)
def test_what_no_store_sends_is_no_basket(told: Any) -> None:
    assert read_basket(told, SERVICES) is None


@pytest.mark.parametrize(
    "odd",
    [
        {"PROPERTY_VALUES": [{"ID": 100, "TYPE": "ADDRESS", "VALUE": None}, {"ID": [], "TYPE": {}}, None]},
        {"PROPERTY_VALUES": "x", "EXTRA_SERVICES_VALUES": [None, {"CODE": ["a"]}]},
        {"RECIPIENT_CONTACT": [{"PHONES": 5}], "CURRENCY": None},
        {"PROPERTY_VALUES": [{"ID": 100, "TYPE": "ADDRESS", "VALUE": {"LATITUDE": "nan", "FIELDS": []}}]},
        {"PROPERTY_VALUES": [{"ID": 100, "TYPE": "ADDRESS", "VALUE": {"LATITUDE": 10**400}}, {"ID": float("inf")}]},
        {"ID": 10**30},
    ],
)
def test_fields_of_another_shape_are_missing(odd: dict[str, Any]) -> None:
    basket = read_basket({**SHIPMENT, **odd}, SERVICES)
    assert basket is not None
    assert basket.sale_id == 0


def test_answers() -> None:
    assert shop_calls.price_answer(Money(38950), 2, 4, "2–4 дн.") == {
        "SUCCESS": "Y", "PRICE": 389.5, "PERIOD_FROM": 2, "PERIOD_TO": 4, "PERIOD_TYPE": "D",
        "PERIOD_DESCRIPTION": "2–4 дн.",
    }  # fmt: skip
    assert shop_calls.price_answer(Money(0), None, None, "") == {"SUCCESS": "Y", "PRICE": 0.0}
    assert shop_calls.price_answer(Money(100), None, 3, "3 дн.")["PERIOD_FROM"] == 3


STORED: dict[str, Any] = {
    "id": 2452, "orderId": 236, "deliveryId": 197, "allowDelivery": "Y", "deducted": "N", "statusId": "DF",
    "basePriceDelivery": 389.5, "priceDelivery": 389.5, "trackingNumber": "",
}  # fmt: skip


def test_a_number_is_written_with_everything_that_an_update_would_take_back() -> None:
    command = shop_orders.write_tracking("k", STORED, "1000451")
    assert command is not None
    assert command.params == {
        "id": 2452,
        "fields": {
            "allowDelivery": "Y", "deducted": "N", "deliveryId": 197, "statusId": "DF",
            "basePriceDelivery": Decimal("389.5"), "trackingNumber": "1000451",
        },
    }  # fmt: skip


def test_what_the_buyer_pays_stays_where_it_is_not_the_base_price() -> None:
    command = shop_orders.write_tracking("k", {**STORED, "priceDelivery": 300}, "1000451")
    assert command is not None
    fields = command.params["fields"]
    assert fields["priceDelivery"] == Decimal(300)
    assert "basePriceDelivery" not in fields


def test_a_number_that_stands_there_is_not_written() -> None:
    assert shop_orders.write_tracking("k", {**STORED, "trackingNumber": "1"}, "1") is None
    assert shop_orders.write_tracking("k", {}, "1") is None


def found(**answers: Any) -> BatchAnswer:
    errors = {key: each for key, each in answers.items() if isinstance(each, RestError)}
    return BatchAnswer({key: each for key, each in answers.items() if key not in errors}, errors)


def test_an_order_leads_to_its_deal() -> None:
    link = {"orderEntity": [{"orderId": 236, "ownerId": 5120}]}
    answer = found(s0={"shipment": STORED}, l0=link, d0={"items": [{"id": 5120, "categoryId": 3}]})
    assert shop_orders.read(answer, [2452]) == ({2452: 236}, {236: OrderDeal(5120, 3)})


@pytest.mark.parametrize(
    ("link", "items"),
    [
        ({"orderEntity": []}, RestError("100", "nothing there")),
        ({"orderEntity": []}, {"items": [{"id": 1, "categoryId": 0}]}),  # a reference that led nowhere
        ({"orderEntity": [{"orderId": 9, "ownerId": 1}]}, {"items": [{"id": 1, "categoryId": 0}]}),
    ],
)
def test_an_order_without_a_deal(link: Any, items: Any) -> None:
    assert shop_orders.read(found(s0={"shipment": STORED}, l0=link, d0=items), [2452]) == ({2452: 236}, {})


def test_a_shipment_that_is_gone_and_a_store_that_refuses() -> None:
    gone = RestError("201140400001", "shipment is not exists", "sale.shipment.get", 400)
    assert shop_orders.read(found(s0=gone), [2452]) == ({}, {})
    with pytest.raises(RestError):
        shop_orders.read(found(s0=RestError("200040300010", "Access Denied", "sale.shipment.get", 400)), [2452])


# --- what stands in the store's orders --------------------------------------------------------------------------------

PLACE = {
    "fieldCollection": {"300": "Казань", "340": "улица Баумана", "400": "5"},
    "latitude": "55.7",
    "longitude": "49.1",
}


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (PLACE, "Казань, улица Баумана, 5|55.7;49.1"),
        (json.dumps({**PLACE, "latitude": "", "longitude": "0"}), "Казань, улица Баумана, 5"),
        ("Казань, Баумана | 5", "Казань, Баумана 5"),
        ("{broken", ""),
        ([], ""),
    ],
)
def test_an_address_of_the_store_in_every_shape(told: Any, address: str) -> None:
    values = {"propertyValues": [{"shipmentPropsId": "100", "code": None, "value": told}]}
    found = shop_found.wish_of(PARCEL, None, BatchAnswer({"v7": values}, {}), SERVICES)
    assert (found.address, found.kind) == (address, DeliveryKind.COURIER)


PARCEL = shop_found.Parcel(7, 236, 197, DeliveryKind.COURIER)


@pytest.mark.parametrize(
    ("change", "shipment", "parcels", "cod"),
    [
        ({}, {}, (PARCEL,), Money(148000)),
        ({"payed": "Y"}, {}, (PARCEL,), None),
        ({"payments": [{"paid": "N", "sum": 1480, "paySystemIsCash": "N"}]}, {}, (PARCEL,), None),
        ({}, {"deliveryId": 1}, (), Money(148000)),
        ({}, {"canceled": "Y"}, (), Money(148000)),
        ({}, {"deducted": "Y"}, (), Money(148000)),
    ],
)
def test_which_shipments_of_an_order_are_ours_and_what_is_left_to_pay(
    change: Any, shipment: Any, parcels: Any, cod: Money | None
) -> None:
    order = {
        "currency": "RUB", "payed": "N", "shipments": [{"id": 7, "deliveryId": 197, **shipment}],
        "payments": [{"paid": paid, "sum": 1480, "paySystemIsCash": "Y"} for paid in "NY"],
        **change,
    }  # fmt: skip
    found = shop_found.order_of(236, BatchAnswer({"o236": {"order": order}}, {}), SERVICES)
    assert found is not None
    assert (found.parcels, found.cod) == (parcels, cod)
