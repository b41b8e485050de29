"""What happens to a deal: when it ships, when it waits, when a person is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.flows.compose import input_hash
from b24app.flows.decisions import (
    ClearFields,
    CreateShipment,
    Hold,
    ListForPerson,
    MarkGone,
    Nothing,
    OfferCancel,
    OpenProblem,
    RetryShipment,
    SayAlreadyShipped,
    SolveProblems,
    WithdrawShipment,
)
from b24app.flows.ship import decide
from b24app.flows.snapshot import ProblemView, Role
from b24app.logistics.model import DeliveryKind
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from tests.unit.flows.given import MARIA, NOW, ROW, SHIP, deal, fields, move, pipeline, shipment

FINAL = [status for status in Status if status.is_final]


def one(decisions: list[Any], kind: type) -> Any:
    found = [decision for decision in decisions if isinstance(decision, kind)]
    assert len(found) == 1, decisions
    return found[0]


def test_a_deal_that_just_came_to_the_stage_becomes_an_order() -> None:
    created = one(decide(deal(), pipeline(), [], NOW, [move()]), CreateShipment)
    assert (created.n, created.trigger_history_id) == (1, 101)
    request = created.request
    assert request.number == "wb-42-1"
    assert request.service_code == "parcel"
    assert request.kind is DeliveryKind.COURIER
    assert request.recipient.phone == "+79000001462"
    assert request.address is not None
    assert (request.address.text, request.address.lat) == ("Казань, Баумана 5", 55.78)
    assert request.weight_g == 2 * 300 + 50


@pytest.mark.parametrize(
    ("moves", "reason"),
    [
        ([], "already_in_stage"),
        ([move(100)], "already_in_stage"),
        ([move(deal_id=43)], "already_in_stage"),
        ([move(ago_s=24 * 3600 + 1)], "old_move"),
    ],
)
def test_history_never_ships_by_itself(moves: list[Any], reason: str) -> None:
    decisions = decide(deal(), pipeline(), [], NOW, moves)
    assert one(decisions, ListForPerson).reason == reason
    assert not any(isinstance(decision, CreateShipment) for decision in decisions)


def test_a_person_may_ship_what_history_may_not() -> None:
    assert one(decide(deal(), pipeline(), [], NOW, [], by_person=True), CreateShipment).n == 1
    elsewhere = deal(stage="C3:NEW")
    assert one(decide(elsewhere, pipeline(), [], NOW, [], by_person=True), CreateShipment).n == 1


@pytest.mark.parametrize("off", [None, pipeline(enabled=False)])
def test_a_pipeline_that_is_off_ships_nothing(off: Any) -> None:
    assert decide(deal(), off, [], NOW, [move()]) == [Nothing("not_in_stage")]
    assert decide(deal(), off, [], NOW, [move()], by_person=True) == [Nothing("not_in_stage")]


def test_a_hold_waits_and_looks_at_the_stage_again() -> None:
    held = pipeline(hold_s=120)
    assert one(decide(deal(), held, [], NOW, [move()]), Hold).until == move().at.replace(minute=1, hour=12)
    gone_meanwhile = decide(deal(stage="C3:NEW"), held, [], NOW.replace(minute=2), [move()])
    assert gone_meanwhile == [Nothing("not_in_stage")]
    assert one(decide(deal(), held, [], NOW.replace(minute=2), [move()]), CreateShipment)


def test_the_newest_entry_counts_when_a_deal_came_twice() -> None:
    moves = [move(101, 90_000), move(105, 30)]
    assert one(decide(deal(), pipeline(), [], NOW, moves), CreateShipment).trigger_history_id == 105


@pytest.mark.parametrize("status", [status for status in Status if status.is_live])
def test_a_live_shipment_is_never_doubled(status: Status) -> None:
    assert decide(deal(), pipeline(), [shipment(status)], NOW, [move()]) == [Nothing("already_shipped")]
    came_back = decide(deal(), pipeline(), [shipment(status)], NOW, [move(), move(120, 5)])
    said = one(came_back, SayAlreadyShipped)
    assert said.text.key == "ship.already_shipped"
    assert said.text.marker == "wb-42-1:again:120"


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.RETURNED, Status.LOST])
def test_after_a_finished_delivery_only_a_person_ships_again(status: Status) -> None:
    came_back = decide(deal(), pipeline(), [shipment(status)], NOW, [move(), move(120, 5)])
    assert one(came_back, SayAlreadyShipped).text.key == "ship.already_finished"
    again = decide(deal(), pipeline(), [shipment(status)], NOW, [move()], by_person=True)
    assert one(again, CreateShipment).request.number == "wb-42-2"


def test_a_person_cannot_double_a_live_shipment_either() -> None:
    decisions = decide(deal(), pipeline(), [shipment()], NOW, [move()], by_person=True)
    assert decisions == [Nothing("already_shipped")]


def test_a_cancelled_order_waits_for_a_person_or_a_new_move() -> None:
    cancelled = [shipment(Status.CANCELLED)]
    assert decide(deal(), pipeline(), cancelled, NOW, [move()]) == [Nothing("cancelled_waits_for_person")]
    assert one(decide(deal(), pipeline(), cancelled, NOW, [move(), move(120, 5)]), CreateShipment).n == 2
    assert one(decide(deal(), pipeline(), cancelled, NOW, [move()], by_person=True), CreateShipment).n == 2


def test_a_refused_order_goes_again_under_its_number_only_after_a_change() -> None:
    refused = shipment(Status.REJECTED, input_hash=input_hash(deal(), pipeline()), refusal_code="x")
    problem = ProblemView(Problem("phone_refused", Field.PHONE, their_code="x"), refused.input_hash, 101)
    unchanged = deal(title="другое имя сделки", assigned_by=9)
    assert decide(unchanged, pipeline(), [refused], NOW, [move()], problems=[problem]) == [Nothing("waits_for_fix")]
    fixed = deal(fields=fields(address="Казань, Баумана 5", phone="+79000001463"))
    decisions = decide(fixed, pipeline(), [refused], NOW, [move()], problems=[problem])
    assert one(decisions, SolveProblems).keys == (problem.problem.key,)
    retry = one(decisions, RetryShipment)
    assert (retry.shipment_id, retry.request.number) == (7, "wb-42-1")
    assert retry.input_hash != refused.input_hash


def test_a_fix_days_later_is_found_by_the_sweep_without_the_old_move() -> None:
    refused = shipment(Status.REJECTED, input_hash="of another time")
    assert one(decide(deal(), pipeline(), [refused], NOW, []), RetryShipment).trigger_history_id == 101
    assert one(decide(deal(), pipeline(), [refused], NOW, [move(ago_s=400_000)]), RetryShipment)


def test_a_new_wish_retries_without_a_change() -> None:
    refused = shipment(Status.REJECTED, input_hash=input_hash(deal(), pipeline()))
    assert one(decide(deal(), pipeline(), [refused], NOW, [move(), move(120, 5)]), RetryShipment)
    assert one(decide(deal(), pipeline(), [refused], NOW, [move()], by_person=True), RetryShipment)


def test_a_fix_in_the_settings_retries_too() -> None:
    refused = shipment(Status.REJECTED, input_hash=input_hash(deal(), pipeline()))
    fixed = pipeline(services={DeliveryKind.COURIER: "express"})
    assert one(decide(deal(), fixed, [refused], NOW, [move()]), RetryShipment).request.service_code == "express"


def test_problems_name_their_fields_and_are_opened_once() -> None:
    broken = deal(contacts=(), fields=fields(phone="позвонить маме"))
    decisions = decide(broken, pipeline(), [], NOW, [move()])
    opened = [decision for decision in decisions if isinstance(decision, OpenProblem)]
    assert [decision.problem.code for decision in opened] == ["name_missing", "phone_invalid", "destination_missing"]
    known = [ProblemView(found.problem, found.input_hash, found.trigger_history_id) for found in opened]
    again = decide(broken, pipeline(), [], NOW, [move()], problems=known)
    assert again == [Nothing("waits_for_fix")]


def test_a_half_fix_closes_what_is_fixed_and_a_whole_fix_ships() -> None:
    broken = deal(contacts=(), fields=fields(phone="позвонить маме", address="Казань, Баумана 5"))
    opened = [found for found in decide(broken, pipeline(), [], NOW, [move()]) if isinstance(found, OpenProblem)]
    known = [ProblemView(found.problem, found.input_hash, found.trigger_history_id) for found in opened]
    half = replace(broken, fields={**broken.fields, Role.PHONE: "+79000001462"})
    decisions = decide(half, pipeline(), [], NOW, [], problems=known)
    assert one(decisions, SolveProblems).keys == ("phone_invalid|recipient_phone|",)
    assert one(decisions, OpenProblem).problem.code == "name_missing"
    whole = replace(half, contacts=(MARIA,))
    decisions = decide(whole, pipeline(), [], NOW, [], problems=known)
    assert len(one(decisions, SolveProblems).keys) == 2
    assert one(decisions, CreateShipment).trigger_history_id == 101


def test_a_deal_that_leaves_before_shipping_leaves_its_problems() -> None:
    known = [ProblemView(Problem("phone_missing", Field.PHONE), "h", 101)]
    decisions = decide(deal(stage="C3:NEW"), pipeline(), [], NOW, [], problems=known)
    assert one(decisions, SolveProblems).keys == ("phone_missing|recipient_phone|",)


@pytest.mark.parametrize(
    ("stage", "semantic", "status", "key"),
    [
        ("C3:NEW", "P", Status.CREATED, "ship.left_stage"),
        ("C3:NEW", "P", Status.IN_TRANSIT, "ship.left_stage_moved"),
        ("C3:LOSE", "F", Status.SUBMITTING, "ship.deal_lost"),
        ("C3:LOSE", "F", Status.IN_TRANSIT, "ship.deal_lost_moved"),
    ],
)
def test_leaving_after_sending_offers_to_cancel_and_never_cancels(
    stage: str, semantic: str, status: Status, key: str
) -> None:
    decisions = decide(deal(stage=stage, semantic=semantic), pipeline(), [shipment(status)], NOW, [move(130, 1, stage)])
    offer = one(decisions, OfferCancel)
    assert (offer.text.key, offer.free) == (key, not status.has_moved)
    assert offer.text.marker.endswith(":130")
    assert len(decisions) == 1


@pytest.mark.parametrize("stage", ["C3:WAY", "C3:WON"])
def test_our_own_moves_are_no_change_of_mind(stage: str) -> None:
    assert decide(deal(stage=stage), pipeline(), [shipment()], NOW, []) == [Nothing("not_in_stage")]


def test_success_is_no_change_of_mind() -> None:
    won = deal(stage="C3:OTHER_WON", semantic="S")
    assert decide(won, pipeline(), [shipment(Status.IN_TRANSIT)], NOW, []) == [Nothing("not_in_stage")]


def test_leaving_before_anything_was_sent_withdraws() -> None:
    decisions = decide(deal(stage="C3:NEW"), pipeline(), [shipment(Status.DRAFT)], NOW, [])
    assert one(decisions, WithdrawShipment).reason == "left_stage"


@pytest.mark.parametrize("status", FINAL)
def test_a_finished_shipment_holds_no_deal(status: Status) -> None:
    assert decide(deal(stage="C3:NEW"), pipeline(), [shipment(status)], NOW, []) == [Nothing("not_in_stage")]


def test_another_pipeline_counts_as_leaving() -> None:
    decisions = decide(deal(category=5, stage="C5:NEW"), pipeline(), [shipment()], NOW, [])
    assert one(decisions, OfferCancel).reason == "left_stage"


def test_a_deleted_deal_is_written_to_no_more() -> None:
    shipments = [shipment(), replace(shipment(Status.DRAFT), id=8, n=2)]
    decisions = decide(deal(gone=True), pipeline(), shipments, NOW, [move()])
    assert one(decisions, MarkGone).deal_id == 42
    assert one(decisions, WithdrawShipment).shipment_id == 8


FILLED = fields(address="Казань, Баумана 5", order_id="1573840216", tracking="1573840216", status="В пути")


def test_a_copied_deal_starts_clean_and_ships_on_its_own() -> None:
    decisions = decide(deal(fields=FILLED), pipeline(), [], NOW, [move()])
    assert one(decisions, ClearFields).roles == (Role.ORDER_ID, Role.TRACKING, Role.STATUS)
    assert one(decisions, CreateShipment).n == 1
    assert isinstance(decisions[0], ClearFields)


def test_a_copy_is_cleaned_in_any_stage_but_only_if_it_is_one() -> None:
    copy = deal(fields=FILLED, stage="C3:NEW", copied_numbers=True)
    assert one(decide(copy, pipeline(), [], NOW, []), ClearFields)
    by_hand = replace(copy, copied_numbers=False)
    assert decide(by_hand, pipeline(), [], NOW, []) == [Nothing("not_in_stage")]


def test_our_own_numbers_are_not_cleared() -> None:
    assert decide(deal(fields=FILLED), pipeline(), [shipment()], NOW, [move()]) == [Nothing("already_shipped")]


def test_the_same_case_decides_the_same() -> None:
    first = decide(deal(), pipeline(), [], NOW, [move()])
    assert first == decide(deal(), pipeline(), [], NOW, [move()])


@pytest.mark.parametrize(
    ("change", "matters"),
    [
        ({"title": "x"}, False),
        ({"assigned_by": 3}, False),
        ({"stage": "C3:NEW"}, False),
        ({"updated_at": NOW}, False),
        ({"fields": fields(address="Казань, Баумана 5|55.78;49.12|214", status="В пути")}, False),
        ({"fields": fields(address="Казань, Баумана 6")}, True),
        ({"contacts": ()}, True),
        ({"rows": (ROW, ROW)}, True),
    ],
)
def test_only_what_goes_into_the_request_changes_the_hash(change: dict[str, Any], matters: bool) -> None:
    assert (input_hash(deal(**change), pipeline()) != input_hash(deal(), pipeline())) is matters


def test_moving_the_trigger_or_the_cursor_sends_nothing_again() -> None:
    other = pipeline(cursor=500, hold_s=9, trigger_stage=SHIP + "2", status_stages={}, more_triggers=(SHIP,))
    assert input_hash(deal(), other) == input_hash(deal(), pipeline())


EXPRESS = "C3:EXPRESS"


def test_every_stage_that_triggers_ships() -> None:
    two = pipeline(more_triggers=(EXPRESS,))
    found = decide(deal(stage=EXPRESS), two, [], NOW, [move(stage=EXPRESS)])
    assert [type(each) for each in found] == [CreateShipment]
    assert decide(deal(stage=EXPRESS), pipeline(), [], NOW, [move(stage=EXPRESS)]) == [Nothing("not_in_stage")]


def test_going_on_to_another_stage_that_ships_is_no_change_of_mind() -> None:
    sent = shipment(Status.CREATED)
    found = decide(deal(stage=EXPRESS), pipeline(more_triggers=(EXPRESS,)), [sent], NOW, [move(103, stage=EXPRESS)])
    assert [type(each) for each in found] == [SayAlreadyShipped]
    left = decide(deal(stage=EXPRESS), pipeline(), [sent], NOW, [move(103, stage=EXPRESS)])
    assert [type(each) for each in left] == [OfferCancel]
