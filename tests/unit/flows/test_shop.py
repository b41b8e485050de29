"""A basket as a deal, and which price its buyer is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.compose import compose
from b24app.flows.pricing import PriceRules
from b24app.flows.shop import (
    Basket,
    By,
    Chosen,
    Offers,
    ShopRules,
    Told,
    Wish,
    completed,
    deal_of,
    filled,
    insured,
    is_settled,
    lane_of,
    pipeline_of,
    told,
)
from b24app.flows.simulate import Priced
from b24app.flows.snapshot import DealSnapshot, DeclaredSource, PipelineConfig, ProductRow, Role
from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem

RULES = ShopRules(on=True)
CHOSEN = Chosen(1, "parcel")
WORTH = Money(500000)
SILENT = Priced(problem=Problem("system_silent", Field.NONE))
COURIER = Wish(DeliveryKind.COURIER, "Казань, ул. Баумана, 5", phone="+79170000001", name="Ольга")
KINDS = {"31": DeliveryKind.COURIER, "32": DeliveryKind.PICKUP}


def priced(minor: int, service: str = "parcel", currency: str = "RUB") -> Priced:
    return Priced((Quote(service, Money(minor, currency), 2, 4),))


@pytest.mark.parametrize(
    ("rules", "now", "before", "price", "old"),
    [
        (RULES, {1: priced(300), 2: priced(100)}, {}, 300, False),
        (RULES, {1: SILENT, 2: priced(100)}, {1: priced(310)}, 310, True),
        (RULES, {1: SILENT, 2: priced(100)}, {}, 100, False),
        (RULES, {1: priced(300, "express"), 2: priced(400)}, {}, 300, False),
        (RULES, {}, {2: priced(90)}, 90, True),
        (replace(RULES, by=By.CHEAPEST), {1: priced(300), 2: priced(100)}, {2: priced(1)}, 100, False),
        (RULES, {1: priced(300, currency="KZT")}, {}, None, False),
        (RULES, {1: SILENT}, {}, None, False),
    ],
)
def test_the_best_that_is_known_is_told(rules: ShopRules, now: Any, before: Any, price: int | None, old: bool) -> None:
    found = told(rules, CHOSEN, Offers(now, before), PriceRules(), WORTH)
    assert (found.price.minor if found.price else None, found.old) == (price, old)


def test_the_administrators_rule_makes_the_buyers_price() -> None:
    rule = PriceRules(permille=100, free_from=600000)
    assert told(RULES, CHOSEN, Offers({1: priced(30000)}), rule, WORTH).price == Money(33000)
    assert told(RULES, CHOSEN, Offers({1: priced(30000)}), rule, Money(600000)).price == Money(0)


def test_without_a_price_the_chosen_carriers_reason_stands() -> None:
    mine = Priced(problem=Problem("city_unknown", Field.CITY))
    found = told(RULES, CHOSEN, Offers({2: SILENT, 1: mine}), PriceRules(), WORTH)
    assert found == Told(problem=mine.problem)


def test_nobody_else_is_waited_for_once_the_chosen_one_has_answered() -> None:
    assert is_settled(RULES, CHOSEN, {1: priced(300)})
    assert not is_settled(RULES, CHOSEN, {1: SILENT, 2: priced(100)})
    assert not is_settled(replace(RULES, by=By.CHEAPEST), CHOSEN, {1: priced(300)})


def request(address: str, weight: int, **more: Any) -> ShipmentRequest:
    parcels = (Parcel(weight, 0, 0, 0),)
    courier = DeliveryKind.COURIER
    return ShipmentRequest("", "parcel", courier, Recipient("", "", None), parcels, read_address(address), **more)


def test_baskets_of_one_lane() -> None:
    one = lane_of(request("420111, Казань", 1200))
    assert lane_of(request("Казань", 1400)) == one
    assert lane_of(request("Казань", 1600)) != one
    assert lane_of(request("Москва", 1200)) != one
    assert lane_of(request("Казань", 1200, cod=WORTH)) != one


def test_a_basket_is_a_deal_of_its_buyer() -> None:
    row = ProductRow(0, "Чашка", Money(50000), Decimal("2.5"))
    basket = Basket(COURIER, (row,), "RUB")
    assert basket.worth == Money(125000)
    deal = deal_of(basket)
    assert deal.fields == {Role.TYPE: "courier", Role.ADDRESS: COURIER.address}
    assert (deal.contacts[0].name, deal.contacts[0].phones[0].text) == ("Ольга", "+79170000001")


def test_a_deal_without_a_destination_takes_the_orders() -> None:
    assert filled(DealSnapshot(5), COURIER, KINDS) == {
        Role.ADDRESS: COURIER.address,
        Role.TYPE: "31",
        Role.PHONE: "+79170000001",
        Role.NAME: "Ольга",
    }
    to_point = replace(COURIER, kind=DeliveryKind.PICKUP, point="KZN5")
    assert filled(DealSnapshot(5), to_point, KINDS)[Role.POINT] == "KZN5"


def test_what_the_deal_says_itself_stands() -> None:
    deal = DealSnapshot(5, fields={Role.ADDRESS: "Москва, Тверская ул., 10", Role.PHONE: "+79160000000"})
    assert completed(deal, COURIER, KINDS).fields == {**deal.fields, Role.NAME: "Ольга"}


def test_an_insurance_that_was_paid_for_is_declared() -> None:
    pipeline = PipelineConfig("ab", 0, "NEW", 1, {}, declared_source=DeclaredSource.ZERO)
    assert insured(pipeline, wanted=True).declared_source is DeclaredSource.GOODS
    assert insured(pipeline, wanted=False) is pipeline


@pytest.mark.parametrize(("given", "lacking"), [({}, True), ({1: ("fitting",)}, False), ({2: ("fitting",)}, True)])
def test_an_account_that_does_not_give_what_the_buyer_ticked_ships_nothing(given: Any, lacking: bool) -> None:
    pipeline = PipelineConfig("p7", 0, "C1:SHIP", 1, {DeliveryKind.COURIER: "parcel"}, extras_of=given)
    deal = completed(DealSnapshot(7, extras=("fitting",)), COURIER, KINDS)
    problems = [each.code for each in compose(deal, pipeline_of(pipeline, COURIER)).problems]
    assert ("no_extra_fitting" in problems) is lacking
