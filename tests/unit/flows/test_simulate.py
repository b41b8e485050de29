"""What rules would choose: with rules as if they were on, and nothing of the client in what is kept."""

import json
from dataclasses import replace

from b24app.flows.choose import Conditions, Rule
from b24app.flows.simulate import (
    Chosen,
    Priced,
    cheapest,
    for_a_price,
    shipping_stages,
    simulate,
    with_rules,
)
from b24app.flows.snapshot import Role
from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from tests.unit.flows.given import SHIP, deal, pipeline

BOTH = {DeliveryKind.COURIER: "express", DeliveryKind.PICKUP: "express"}
HEAVY = Rule(1, 5, BOTH, "Тяжёлое", conditions=Conditions(weight_from_g=5000))
KAZAN = Rule(2, 6, BOTH, "Казань", enabled=False, conditions=Conditions(cities=("Казань",)))


def test_a_rule_that_is_off_is_tried_as_if_it_were_on() -> None:
    plain, request = simulate(deal(), with_rules(pipeline(), [HEAVY, KAZAN]))
    assert (plain.rule_id, plain.connection_id, plain.service) == (0, 1, "parcel")
    assert [miss.rule_id for miss in plain.misses] == [1]
    assert request is not None
    tried, request = simulate(deal(), with_rules(pipeline(), [HEAVY, KAZAN], [2]))
    assert (tried.rule_id, tried.rule, tried.connection_id, tried.service) == (2, "Казань", 6, "express")
    assert tried.misses[0].reasons[0].why == "weight_less"
    assert request is not None
    assert request.service_code == "express"


def test_what_is_kept_says_nothing_of_the_client() -> None:
    for each in (deal(), deal(contacts=(), fields={Role.PHONE: "8 900 12", Role.ADDRESS: ""})):
        chosen, _ = simulate(each, pipeline())
        kept = json.dumps(chosen.to_json(), ensure_ascii=False)
        assert Chosen.from_json(json.loads(kept)) == chosen
        for personal in ("Северцева", "8 900", "Баумана", "maria@"):
            assert personal not in kept


def test_a_deal_with_problems_has_no_request_and_says_which() -> None:
    chosen, request = simulate(deal(rows=()), pipeline())
    assert request is None
    assert "items_missing" in {problem.code for problem in chosen.problems}


def test_a_price_needs_the_city_and_the_parcel_alone() -> None:
    _, request = simulate(deal(fields={Role.ADDRESS: "Московская обл г Химки, ул. Баумана, д. 5"}), pipeline())
    assert request is not None
    asked = for_a_price(request, Sender(point_code="MSK5"))
    assert asked.address is not None
    assert asked.address.text == "Московская обл г Химки"
    assert (asked.recipient.name, asked.recipient.phone, asked.comment) == ("", None, "")
    assert (asked.sender, asked.weight_g) == (Sender(point_code="MSK5"), request.weight_g)
    assert asked.parcels[0].items == ()
    assert asked.declared == Money.of(900)
    unmarked = for_a_price(replace(request, address=read_address("мск, Тверская 1")), None)
    assert unmarked.address is not None
    assert unmarked.address.text == "Москва"
    away = replace(request, address=read_address("г. Казань, ул. Баумана, д. 44/8 к2, кв. 12, домофон 7"))
    near = for_a_price(away, None, by_house=True)
    assert near.address is not None
    assert near.address.text == "Казань, ул. Баумана, 44/8 к2"


def test_stages_from_the_one_that_ships_on_without_lost_ones() -> None:
    assert shipping_stages(pipeline(lost_stages=("C3:LOSE",))) == (SHIP, "C3:WAY", "C3:WON")
    assert shipping_stages(pipeline(stage_order=(), more_triggers=("C3:B",))) == (SHIP, "C3:B")


def test_the_cheapest_of_all_accounts_in_one_currency() -> None:
    dear, dollar, cheap = (Quote(name, Money(*price), 1, 2) for name, price in (
        ("a", (300, "RUB")), ("b", (100, "USD")), ("c", (200, "RUB"))))  # fmt: skip
    prices = {2: Priced((cheap, dear)), 1: Priced((dollar, dear)), 3: Priced()}
    best = cheapest(prices, "RUB")
    assert best is not None
    assert (best.connection_id, best.quote) == (2, cheap)
    assert cheapest({3: Priced()}, "RUB") is None
    assert Priced.from_json(json.loads(json.dumps(prices[2].to_json()))) == prices[2]
