"""The dry run of one deal: the same decision and request as shipping, with the source of each value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.flows import ship
from b24app.flows.choose import Conditions, Rule
from b24app.flows.decisions import CreateShipment, RetryShipment
from b24app.flows.explain import Origin, Told
from b24app.flows.snapshot import CatalogueSize, Role, Source
from b24app.flows.trial import Missing, Outcome, Shipped, Standing, Trial, try_out
from b24app.logistics.jsonable import dump
from b24app.logistics.model import DeliveryKind
from b24app.logistics.ports import Outgoing
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from tests.unit.flows.given import NOW, ROW, deal, fields, pipeline, shipment

NOBODY = pipeline(connection_id=0, trigger_stage="", services={})


def told(trial: Trial, label: str) -> Told:
    return next(line for line in trial.told if line.label == label)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_request_is_the_one_that_shipping_makes(enabled: bool) -> None:
    trial = try_out(deal(), pipeline(enabled=enabled), (), NOW)
    made = ship.decide(deal(), pipeline(), (), NOW, by_person=True)
    created = next(each for each in made if isinstance(each, CreateShipment))
    assert (trial.request, trial.problems, trial.missing) == (created.request, (), ())
    assert trial.request is not None
    assert trial.request.number == "wb-42-1"
    assert Outcome(trial).good


def test_a_refused_order_is_tried_under_its_own_number() -> None:
    before = shipment(Status.REJECTED, input_hash="old", connection_id=1)
    trial = try_out(deal(), pipeline(), (before,), NOW)
    made = ship.decide(deal(), pipeline(), (before,), NOW, by_person=True)
    assert any(isinstance(each, RetryShipment) for each in made)
    assert trial.request is not None
    assert (trial.request.number, trial.shipped) == ("wb-42-1", None)


@pytest.mark.parametrize("status", [Status.IN_TRANSIT, Status.DELIVERED])
def test_a_shipped_deal_says_so_and_shows_its_next_shipment(status: Status) -> None:
    trial = try_out(deal(), pipeline(), (shipment(status, order_number="1106"),), NOW)
    assert trial.shipped == Shipped("1106", status)
    assert trial.request is not None
    assert trial.request.number == "wb-42-2"


@pytest.mark.parametrize(("semantic", "standing"), [("P", "open"), ("S", "won"), ("F", "lost")])
def test_how_the_deal_stands(semantic: str, standing: str) -> None:
    assert try_out(deal(semantic=semantic), pipeline(), (), NOW).standing is Standing(standing)


def test_what_the_set_up_lacks_is_said_once() -> None:
    trial = try_out(deal(), NOBODY, (), NOW)
    assert trial.missing == (Missing.ACCOUNT, Missing.STAGE)
    assert (trial.problems, trial.request, trial.connection_id) == ((), None, 0)
    assert told(trial, "name").value == "Мария Северцева"
    assert not any(line.label == "account" for line in trial.told)
    assert not Outcome(trial).good


def test_a_rule_gives_an_account_and_earlier_ones_say_why_not() -> None:
    rules = (
        Rule(1, 5, {DeliveryKind.COURIER: "express"}, title="В Тверь", conditions=Conditions(cities=("Тверь",))),
        Rule(2, 6, {DeliveryKind.COURIER: "parcel"}, title="Остальное"),
    )
    trial = try_out(deal(), replace(NOBODY, trigger_stage="C3:SHIP", rules=rules), (), NOW)
    assert (trial.connection_id, trial.rule_id, trial.rule, trial.missing) == (6, 2, "Остальное", ())
    assert [(miss.title, miss.reasons[0].why) for miss in trial.misses] == [("В Тверь", "place")]
    assert told(trial, "service").origin == Origin("rule", "Остальное")


def test_every_problem_of_ours_stands_in_the_way() -> None:
    trial = try_out(deal(contacts=(), rows=()), pipeline(), (), NOW)
    assert {problem.code for problem in trial.problems} == {"name_missing", "phone_missing", "items_missing"}
    assert trial.request is None


def test_values_name_their_sources_and_guesses_are_marked() -> None:
    guessed = replace(ROW, sizes=(CatalogueSize(Source.SECTION, 500),))
    given = fields(address="Казань, Баумана 5", phone="8 900 000-14-63", comment="звонить")
    trial = try_out(deal(fields=given, rows=(guessed,)), pipeline(), (), NOW)
    assert told(trial, "phone").origin == Origin("field", Role.PHONE.value)
    assert told(trial, "phone").value == "+79000001463"
    assert told(trial, "name").origin == Origin("contact", "Мария Северцева")
    assert told(trial, "address").origin == Origin("field", Role.ADDRESS.value)
    item = told(trial, "item")
    assert (item.value, item.origin.kind, item.guess, item.name) == (500, "section", True, "Чашка × 2")
    assert (told(trial, "weight").value, told(trial, "weight").guess) == (1050, True)
    assert told(trial, "comment").value == "звонить"


def test_it_is_kept_as_json_and_read_back() -> None:
    trial = try_out(deal(), pipeline(), (shipment(Status.DELIVERED),), NOW)
    outcome = Outcome(trial, Outgoing("POST", "https://x.test/orders", {"number": "wb-42-2"}), (Problem("silent"),))
    again = Outcome.from_json(dump(outcome))
    assert again == outcome
    assert not again.good
