"""Rules in shipping: they choose the account and the service of what is sent now, and send nothing by themselves."""

from dataclasses import replace

import pytest

from b24app.flows.choose import Choice, Conditions, Miss, Reason, Rule
from b24app.flows.compose import compose
from b24app.flows.decisions import CreateShipment, Nothing, OpenProblem, RetryShipment, SolveProblems
from b24app.flows.ship import decide
from b24app.flows.snapshot import ProblemView
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.status import Status
from tests.unit.flows.given import NOW, deal, move, pipeline, shipment

COURIER = DeliveryKind.COURIER
KAZAN = Rule(5, 2, {COURIER: "express"}, "В Казань", conditions=Conditions(cities=("Казань",)))
HEAVY = Rule(6, 3, {COURIER: "bulky"}, "Тяжёлое", conditions=Conditions(weight_from_g=10_000))
RULED = pipeline(rules=(HEAVY, KAZAN))
HASH = compose(deal(), pipeline()).input_hash


def test_the_rule_that_fits_gives_account_and_service() -> None:
    composed = compose(deal(), RULED)
    assert composed.request is not None
    assert (composed.connection_id, composed.request.service_code) == (2, "express")
    # 2 × 300 g and 50 g of packaging.
    why = (Miss(6, "Тяжёлое", (Reason("weight_less", {"found": 650, "border": 10_000}),)),)
    assert composed.choice == Choice(KAZAN, why)


def test_the_order_of_rules_decides() -> None:
    first = replace(KAZAN, id=7, connection_id=4)
    assert compose(deal(), pipeline(rules=(first, KAZAN))).connection_id == 4
    assert compose(deal(), pipeline(rules=(KAZAN, first))).connection_id == 2


def test_where_no_rule_fits_the_pipeline_ships_as_without_rules() -> None:
    ruled, plain = compose(deal(), pipeline(rules=(HEAVY,))), compose(deal(), pipeline())
    assert (ruled.request, ruled.connection_id, ruled.problems) == (plain.request, plain.connection_id, plain.problems)


def test_a_rule_without_a_service_for_this_kind_leaves_the_deal_to_the_next() -> None:
    pickups = replace(KAZAN, services={DeliveryKind.PICKUP: "parcel"})
    assert compose(deal(), pipeline(rules=(pickups,))).connection_id == 1


@pytest.mark.parametrize("rules", [(), (KAZAN,), (HEAVY, KAZAN), (replace(KAZAN, enabled=False),)])
def test_no_rule_is_part_of_what_a_deal_is_compared_by(rules: tuple[Rule, ...]) -> None:
    assert compose(deal(), pipeline(rules=rules)).input_hash == HASH


def test_hashes_of_stored_shipments_stay_what_they_are() -> None:
    """A refused order is sent again when its hash is another one: a new version must not send them all again."""
    assert HASH == "a59c68df5f02a71c9ecee5f13f30da99"


def test_whose_hand_was_on_a_deal_is_no_part_of_it() -> None:
    assert compose(deal(moved_by=7, updated_by=9), pipeline()).input_hash == HASH


def test_a_new_shipment_belongs_to_the_rules_account() -> None:
    composed = compose(deal(), RULED)
    assert composed.request is not None
    assert decide(deal(), RULED, [], NOW, [move()]) == [CreateShipment(1, composed.request, HASH, 101, 2)]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CREATED, Status.IN_TRANSIT])
def test_a_changed_rule_leaves_what_was_sent_or_waits_alone(status: Status) -> None:
    mine = shipment(status, input_hash=HASH, connection_id=1)
    assert decide(deal(), RULED, [mine], NOW, [move()]) == [Nothing("already_shipped")]


def test_a_changed_rule_does_not_send_a_refused_order_again() -> None:
    refused = shipment(Status.REJECTED, input_hash=HASH, connection_id=1)
    assert decide(deal(), RULED, [refused], NOW, [move()]) == [Nothing("waits_for_fix")]


def test_a_person_sends_a_refused_order_with_the_account_that_rules_choose_now() -> None:
    """Under the next number: the refused one stays with the account that refused it."""
    refused = shipment(Status.REJECTED, input_hash=HASH, connection_id=1)
    composed = compose(deal(), RULED, 2)
    assert composed.request is not None
    assert decide(deal(), RULED, [refused], NOW, [move()], by_person=True) == [
        CreateShipment(2, composed.request, HASH, 101, 2)
    ]
    same = shipment(Status.REJECTED, input_hash=HASH, connection_id=2)
    first = compose(deal(), RULED, 1).request
    assert first is not None
    assert decide(deal(), RULED, [same], NOW, [move()], by_person=True) == [RetryShipment(7, first, HASH, 101)]


def test_a_changed_rule_opens_no_problem_again() -> None:
    lost = deal(contacts=())
    composed = compose(lost, pipeline())
    known = [ProblemView(problem, composed.input_hash, 101) for problem in composed.problems]
    assert decide(lost, RULED, [], NOW, [move()], problems=known) == [Nothing("waits_for_fix")]


def test_a_rule_that_gives_the_missing_service_is_the_fix_of_a_deal_that_waits() -> None:
    bare = pipeline(services={})
    [opened] = decide(deal(), bare, [], NOW, [move()])
    assert isinstance(opened, OpenProblem)
    known = [ProblemView(opened.problem, opened.input_hash, 101)]
    assert opened.problem.code == "service_missing"
    decided = decide(deal(), replace(bare, rules=(KAZAN,)), [], NOW, [move()], problems=known)
    assert [type(each) for each in decided] == [SolveProblems, CreateShipment]


def test_goods_leave_from_the_place_of_the_account_that_ships() -> None:
    north, south = Sender("North", point_code="N1"), Sender("South", point_code="S1")
    ruled = pipeline(sender=south, rules=(replace(KAZAN, sender=north),))
    assert [getattr(compose(deal(), each).request, "sender", None) for each in (ruled, pipeline(sender=south))] == [
        north,
        south,
    ]
