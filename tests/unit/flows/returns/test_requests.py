"""What carriers and warehouses are asked for a return: goods, weights, boxes and where they start."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.returns.basis import Basis
from b24app.flows.returns.requests import (
    SIZE_GUESSED,
    WEIGHT_GUESSED,
    Sent,
    brought_by,
    price_of_way_back,
    receipt_request,
    return_request,
)
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.snapshot import Defaults
from b24app.logistics.errors import Refused
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.returning import Sold
from b24app.logistics.status import Status
from tests.unit.flows.returns.given import CUSHION, NOW, PAID, PLAID, SOLD, a_return, wish

ANNA = Recipient("Анна Лугова", "+79161234567", "+79161234567")
HOME = Address("Москва, Лесная 5", city_names=("Москва",))
ITEMS = (
    Item("Плед льняной", "PLD-1", 2, Money(258000), 1200),
    Item("Подушка «Хвоя»", "CSH-1", 1, Money(199000), 700),
)
BOX = Parcel(3300, 400, 300, 200, ITEMS)
BASIS = Basis(5120, "Плед", 7, "RUB", SOLD, PAID, (), NOW)
COURIER, POINT = Way(WayKind.COURIER, 1, "parcel"), Way(WayKind.POINT, 1, "parcel", "MSK5")


def sent(number: str = "wb-5120-1", parcels: tuple[Parcel, ...] = (BOX,), **changes: Any) -> Sent:
    asked = ShipmentRequest(number, "parcel", DeliveryKind.COURIER, ANNA, parcels, HOME, cod=Money(748000))
    return replace(Sent(number, 1, asked, Status.DELIVERED, "uuid-1", "1100"), **changes)


def told(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def test_all_of_a_shipment_goes_back_as_it_came() -> None:
    made = return_request(a_return(), BASIS, COURIER, "wb-5120-R1", [sent()])
    assert (made.number, made.of_remote_id, made.point_code) == ("wb-5120-R1", "uuid-1", "")
    assert made.shipment.parcels == (BOX,)
    assert (made.shipment.cod, made.shipment.address, made.shipment.recipient) == (None, HOME, ANNA)


def test_a_part_goes_in_the_same_box_with_its_own_weight() -> None:
    made = return_request(a_return(wish(1, "1")), BASIS, COURIER, "wb-5120-R1", [sent()])
    [parcel] = made.shipment.parcels
    # 3 300 g = two plaids, a cushion and 200 g of packaging.
    assert (parcel.weight_g, parcel.length_mm, parcel.guesses) == (1200 + 200, 400, (SIZE_GUESSED,))
    assert [(item.sku, item.quantity, item.price) for item in parcel.items] == [("PLD-1", 1, Money(258000))]


def test_what_nobody_weighed_is_a_guess_or_a_question() -> None:
    alone = replace(BASIS, brought=())
    stranger = sent(parcels=(Parcel(500, 0, 0, 0, (Item("Другое", "X", 1, Money(100), 500),)),))
    defaults = Defaults(weight_g=900, packaging_g=50)
    [parcel] = return_request(a_return(wish(2, "1")), alone, COURIER, "R", [stranger], defaults).shipment.parcels
    assert (parcel.weight_g, parcel.guesses) == (950, (WEIGHT_GUESSED,))
    with pytest.raises(Refused) as error:
        return_request(a_return(wish(2, "1")), alone, COURIER, "R", [stranger])
    assert told(error) == ["weight_missing"]


def test_a_part_of_a_unit_is_one_piece_of_its_weight() -> None:
    nails = Sold(3, "Гвозди", Decimal("1.5"), Money(30000), "NLS", divisible=True)
    piece = Item("Гвозди, 1.5", "NLS", 1, Money(30000), 1500)
    case = a_return(wish(3, "0.5"), sold=(nails,))
    [parcel] = return_request(
        case, BASIS, COURIER, "R", [sent(parcels=(Parcel(1500, 0, 0, 0, (piece,)),))]
    ).shipment.parcels
    assert [(item.name, item.quantity, item.weight_g, item.price) for item in parcel.items] == [
        ("Гвозди, 0.5", 1, 500, Money(10000))
    ]


def test_where_it_starts() -> None:
    """A courier needs an address, a hand-in a point of this very carrier; another one does not know the order."""
    at_point = replace(sent().request, kind=DeliveryKind.PICKUP, address=None, point_code="KZN3")
    there = sent(request=at_point)
    assert return_request(a_return(), BASIS, replace(POINT, point_code=""), "R", [there]).point_code == "KZN3"
    with pytest.raises(Refused) as error:
        return_request(a_return(), BASIS, COURIER, "R", [there])
    assert told(error) == ["return_address_missing"]
    other = replace(POINT, connection_id=2, point_code="")
    with pytest.raises(Refused) as error:
        return_request(a_return(), BASIS, other, "R", [there])
    assert told(error) == ["return_point_missing"]
    made = return_request(a_return(), BASIS, replace(other, point_code="B-7"), "R", [there])
    assert (made.of_remote_id, made.point_code, made.shipment.kind) == ("", "B-7", DeliveryKind.PICKUP)
    with pytest.raises(Refused) as error:
        return_request(a_return(), BASIS, COURIER, "R")
    assert told(error) == ["return_client_unknown"]


def test_the_shipment_that_brought_most_of_it_counts() -> None:
    plaids, cushion = (sent(f"wb-5120-{n}", (Parcel(9, 0, 0, 0, (item,)),)) for n, item in enumerate(ITEMS, 1))
    off = replace(cushion, number="wb-5120-3", status=Status.CANCELLED)
    every = [plaids, cushion, off]
    assert brought_by(a_return(wish(1, "1")), every) == plaids
    assert brought_by(a_return(wish(2, "1")), every) == cushion
    assert brought_by(a_return(), [replace(plaids, status=Status.CREATED), cushion]) == cushion
    assert brought_by(a_return(), []) is None


def test_the_way_back_is_priced_the_other_way_round() -> None:
    own = Sender("Склад", "+74950000000", "Ромашка", point_code="MSK1")
    made = return_request(a_return(), BASIS, COURIER, "R", [sent()])
    asked = price_of_way_back(made, own)
    assert asked is not None
    assert (asked.kind, asked.point_code, asked.address) == (DeliveryKind.PICKUP, "MSK1", None)
    assert asked.sender == Sender(ANNA.name, ANNA.phone, None, None, HOME)
    by_hand = price_of_way_back(
        return_request(a_return(), BASIS, POINT, "R", [sent()]), replace(own, point_code=None, address=HOME)
    )
    assert by_hand is not None
    assert (by_hand.kind, by_hand.address) == (DeliveryKind.COURIER, HOME)
    assert by_hand.sender == Sender(ANNA.name, ANNA.phone, None, "MSK5", None)
    assert price_of_way_back(made, Sender()) is None


def test_a_warehouse_expects_what_comes_by_its_own_order() -> None:
    picked = sent("wb-5120-1", picked=True, connection_id=9, remote_id="wms-1")
    carried = sent("wb-5120-2")
    case = a_return(wish(1, "1"), wish(2, "1"))
    made = receipt_request(case, BASIS, "wb-5120-R1", "СДЭК", "1100", [picked, carried], 9, "Не подошёл цвет")
    assert (made.of_number, made.of_remote_id, made.sender) == ("wb-5120-1", "wms-1", ANNA)
    assert (made.carrier, made.tracking_number, made.reason) == ("СДЭК", "1100", "Не подошёл цвет")
    assert [(item.sku, item.quantity) for item in made.items] == [("PLD-1", 1), ("CSH-1", 1)]
    elsewhere = receipt_request(case, BASIS, "wb-5120-R1", sent=[carried], connection_id=9)
    assert (elsewhere.of_number, elsewhere.of_remote_id) == ("", "")
    # The ERP's number: as the deal has it now, else as the goods were shipped by it.
    erp = replace(carried, request=replace(carried.request, reference="4711"))
    told = [
        receipt_request(case, basis, "R", sent=[picked, erp], connection_id=9).of_reference
        for basis in (replace(BASIS, reference="4712"), BASIS, None)
    ]
    assert told == ["4712", "4711", "4711"]


def test_goods_without_an_article_are_nothing_that_a_warehouse_knows() -> None:
    nameless = (replace(PLAID, sku=""), CUSHION)
    with pytest.raises(Refused) as error:
        receipt_request(a_return(sold=nameless), BASIS, "R", sent=[sent()])
    assert told(error) == ["return_sku_missing"]
