"""A deal that was split: nothing is sent twice, what is left waits for a person or the stage."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.case import Case
from b24app.flows.decisions import (
    CreateShipment,
    Nothing,
    OfferCancel,
    OpenProblem,
    RetryShipment,
    SayAlreadyShipped,
    SolveProblems,
    WithdrawShipment,
)
from b24app.flows.portions import Line, PartWish, Portion, may_ship
from b24app.flows.several import PartAnswer, again, part
from b24app.flows.ship import decide
from b24app.flows.snapshot import CodSource, Payment, ProblemView, ShipmentView
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from tests.unit.flows.given import NOW, ROW, SHIP, deal, move, pipeline, shipment

TEA = replace(ROW, id=2, name="Чай", price=Money.of(100), quantity=Decimal(1), sku="TEA-1")
UNPAID = pipeline(cod_source=CodSource.UNPAID)
TWO: dict[str, Any] = {"rows": (ROW, TEA), "payments": (Payment(Money.of(1000), False), Payment(Money.of(500), True))}


def line(row: int, quantity: int) -> Line:
    return Line(row, "", Decimal(quantity))


def ask(*lines: Line, seen: int = 0, shipments: tuple[ShipmentView, ...] = (), **changes: Any) -> PartAnswer:
    case = Case(deal(**{"stage": "C3:NEW", **TWO, **changes}), UNPAID, shipments, (), (), NOW)
    return part(case, PartWish(lines, seen))


def created(decisions: Any) -> CreateShipment:
    found = [each for each in decisions if isinstance(each, CreateShipment)]
    assert len(found) == 1, decisions
    return found[0]


def as_view(made: CreateShipment, status: Status = Status.CREATED, **changes: Any) -> ShipmentView:
    """What was decided, once it is saved."""
    basic = {"id": made.n, "n": made.n, "number": made.request.number, "trigger_history_id": made.trigger_history_id}
    return shipment(status, **{**basic, "input_hash": made.input_hash, "portion": made.portion, **changes})


def cups(status: Status = Status.CREATED, n: int = 1, quantity: int = 1, **changes: Any) -> ShipmentView:
    """A shipment of some cups of the two."""
    made = created(ask(line(1, quantity)).decisions)
    return as_view(replace(made, n=n), status, number=f"wb-42-{n}", **changes)


def test_a_part_has_its_own_number_and_its_share_of_the_money() -> None:
    first = created(ask(line(1, 1)).decisions)
    assert first.request.number == "wb-42-1"
    assert [(item.name, item.quantity) for item in first.request.parcels[0].items] == [("Чашка", 1)]
    assert first.portion is not None
    # 1000 of 450 against 550 that stay behind.
    assert first.request.cod == Money.of(450)
    assert (first.portion.cod, first.portion.owed) == (45000, 100000)
    assert [each.quantity for each in first.portion.whole] == [2, 1]
    second = created(ask(line(2, 1), seen=1, shipments=(as_view(first),)).decisions)
    third = created(ask(line(1, 1), seen=2, shipments=(as_view(first), as_view(second))).decisions)
    assert (second.n, third.n) == (2, 3)
    sums = [each.request.cod.minor for each in (first, second, third) if each.request.cod]
    assert sums == [45000, 10000, 45000]


def test_all_at_once_is_no_part() -> None:
    made = created(ask(line(1, 2), line(2, 1)).decisions)
    assert made.portion is None
    assert made.request.cod == Money.of(1000)


def test_goods_that_leave_once_more_collect_nothing_and_take_nothing_from_what_is_left() -> None:
    """Of a deal that was delivered whole, and of one that never went through us."""
    for known in ((shipment(Status.DELIVERED),), ()):
        case = Case(deal(**{"stage": "C3:WON", **TWO}), UNPAID, known, (), (), NOW)
        made = created(again(case, (line(1, 1),)).decisions)
        assert made.n == len(known) + 1
        assert [(item.name, item.quantity) for item in made.request.parcels[0].items] == [("Чашка", 1)]
        assert made.request.cod is None
        assert made.portion is not None
        assert (made.portion.again, made.portion.cod, made.portion.owed) == (True, 0, 0)
        assert again(case, (line(1, 3),)) == PartAnswer(why="not_left")
    off = Case(deal(**TWO), pipeline(enabled=False), (), (), (), NOW)
    assert again(off, (line(1, 1),)) == PartAnswer(why="off")
    # The stage ships nothing because of it, and a press of "ship" neither.
    sent = as_view(made, id=7)
    now = decide(
        deal(**{"stage": "C3:NEW", **TWO}), UNPAID, (shipment(Status.DELIVERED), replace(sent, n=2)), NOW, [move()]
    )
    assert [each for each in now if isinstance(each, CreateShipment | RetryShipment)] == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ask(line(1, 3)), "not_left"),
        (ask(line(1, 1), seen=0, shipments=(cups(),)), "newer"),
        (ask(line(1, 2), seen=1, shipments=(cups(),)), "not_left"),
        (ask(line(1, 1), seen=1, shipments=(shipment(),)), "not_left"),
        (part(Case(deal(**TWO), None, (), (), (), NOW), PartWish((line(1, 1),))), "off"),
        (part(Case(deal(**TWO), pipeline(enabled=False), (), (), (), NOW), PartWish((line(1, 1),))), "off"),
        (part(Case(deal(gone=True), UNPAID, (), (), (), NOW), PartWish((line(1, 1),))), "off"),
    ],
)
def test_what_cannot_be_shipped_says_why(answer: PartAnswer, why: str) -> None:
    assert answer == PartAnswer(why=why)


def test_what_is_wrong_is_told_to_the_person_alone() -> None:
    answer = ask(line(1, 1), contacts=())
    assert {problem.code for problem in answer.problems} == {"name_missing", "phone_missing"}
    assert answer.decisions == ()


@pytest.mark.parametrize("back", [Status.CANCELLED, Status.REJECTED, Status.RETURNED, Status.LOST])
def test_a_person_ships_again_what_did_not_arrive(back: Status) -> None:
    again = created(ask(line(1, 1), seen=1, shipments=(cups(back),)).decisions)
    assert again.n == 2
    assert again.request.cod == Money.of(450)


# --- stages -----------------------------------------------------------------------------------------------------------


def at_stage(*shipments: ShipmentView, moves: Any = None, problems: Any = (), **changes: Any) -> list[Any]:
    by_person = bool(changes.pop("by_person", False))
    held = deal(**{**TWO, **changes})
    return decide(held, UNPAID, shipments, NOW, moves or [move()], problems=problems, by_person=by_person)


def test_the_stage_ships_what_is_left_once() -> None:
    split = cups(trigger_history_id=0)
    rest = created(at_stage(split))
    assert [(item.name, item.quantity) for item in rest.request.parcels[0].items] == [("Чашка", 1), ("Чай", 1)]
    assert (rest.n, rest.request.cod, rest.trigger_history_id) == (2, Money.of(550), 101)
    both = (split, as_view(rest))
    assert at_stage(*both) == [Nothing("already_shipped")]
    assert at_stage(*both, by_person=True) == [Nothing("already_shipped")]
    came_back = at_stage(*both, moves=[move(), move(120, 5)])
    assert [type(each) for each in came_back] == [SayAlreadyShipped]


def test_a_split_made_in_the_stage_waits_for_a_person() -> None:
    split = cups(trigger_history_id=101)
    assert at_stage(split) == [Nothing("part_waits")]
    assert created(at_stage(split, moves=[move(), move(120, 5)])).n == 2
    assert at_stage(split, by_person=True) == [Nothing("part_waits")]  # they say it where the rest is listed
    stopped = ProblemView(Problem("phone_missing", Field.PHONE), "hash", 101)
    assert created(at_stage(split, by_person=True, problems=(stopped,))).n == 2
    back = cups(Status.CANCELLED, trigger_history_id=101)
    assert created(at_stage(back, by_person=True)).portion is None


@pytest.mark.parametrize("status", [Status.RETURNED, Status.LOST])
def test_goods_that_went_astray_are_not_sent_by_a_stage(status: Status) -> None:
    rest = created(at_stage(cups(status, trigger_history_id=0, quantity=2)))
    assert [item.name for item in rest.request.parcels[0].items] == ["Чай"]


def test_goods_of_a_cancelled_part_go_with_the_rest() -> None:
    rest = created(at_stage(cups(Status.CANCELLED, trigger_history_id=0)))
    assert rest.portion is None  # that is the whole deal again
    assert rest.n == 2


def test_a_refused_part_goes_again_under_its_number_when_something_changed() -> None:
    refused = cups(Status.REJECTED, trigger_history_id=101)
    tea = created(ask(line(2, 1), seen=1, shipments=(refused,)).decisions)
    travels = as_view(tea, Status.IN_TRANSIT, trigger_history_id=101)
    # The tea's order had its 100 of 1000 unpaid.
    assert travels.portion is not None
    assert travels.portion.cod == 10000
    same = replace(refused, input_hash=_retry(at_stage(refused, travels, by_person=True)).input_hash)
    assert at_stage(same, travels) == [Nothing("part_waits")]
    fixed = at_stage(same, travels, payments=(Payment(Money.of(900), False),))
    assert [type(each) for each in fixed] == [RetryShipment]
    retry = _retry(fixed)
    assert (retry.shipment_id, retry.request.number) == (1, "wb-42-1")
    assert retry.request.cod == Money.of(400)  # of 800 that nobody collects yet: one cup of two
    # The stage ships what is left beside it, in a shipment of its own; the shares add up.
    came = at_stage(same, moves=[move(120, 5)])
    assert [_retry(came).request.cod, created(came).request.cod] == [Money.of(450), Money.of(550)]
    # Somebody shipped these goods since: the refusal is history.
    later = cups(n=3, quantity=2, trigger_history_id=101)
    assert at_stage(refused, later) == [Nothing("part_waits")]


def _retry(decisions: list[Any]) -> RetryShipment:
    [found] = [each for each in decisions if isinstance(each, RetryShipment)]
    return found


def test_another_account_gets_the_next_number() -> None:
    moved = at_stage(cups(Status.REJECTED, connection_id=9), by_person=True)
    assert created(moved).request.number == "wb-42-2"


def test_one_problem_of_the_deal_is_opened_once() -> None:
    refused = cups(Status.REJECTED)
    found = at_stage(refused, moves=[move(120, 5)], contacts=())
    problems = [each for each in found if isinstance(each, OpenProblem)]
    assert sorted(each.problem.code for each in problems) == ["name_missing", "phone_missing"]
    known = tuple(ProblemView(each.problem, each.input_hash, each.trigger_history_id) for each in problems)
    assert at_stage(refused, moves=[move(120, 5)], contacts=(), problems=known) == [Nothing("waits_for_fix")]
    fixed = at_stage(refused, moves=[move(120, 5)], problems=known)
    assert [type(each) for each in fixed] == [SolveProblems, RetryShipment, CreateShipment]


def test_a_problem_of_an_order_is_not_solved_by_another_one() -> None:
    theirs = ProblemView(Problem("part_lost", Field.ORDER, params={"part": "wb-42-1"}), shipment_id=1)
    ours = ProblemView(Problem("phone_missing", Field.PHONE), trigger_history_id=120)
    found = at_stage(cups(Status.LOST), moves=[move(120, 5)], problems=(theirs, ours))
    [solved] = [each for each in found if isinstance(each, SolveProblems)]
    assert solved.keys == (ours.problem.key,)


def test_problems_of_orders_end_with_their_cause() -> None:
    lost = ProblemView(Problem("part_lost", Field.ORDER, params={"part": "wb-42-1"}), shipment_id=1)
    refused = ProblemView(Problem("phone_refused", Field.PHONE), shipment_id=1)
    # Sent again; its goods shipped in another order; the deal is over.
    pressed = at_stage(cups(Status.REJECTED), by_person=True, problems=(refused,))
    assert [type(each) for each in pressed] == [SolveProblems, RetryShipment]
    case = Case(deal(**TWO), UNPAID, (cups(Status.LOST),), (lost,), (), NOW)
    again = part(case, PartWish((line(1, 2),), seen=1)).decisions
    assert [each.keys for each in again if isinstance(each, SolveProblems)] == [(lost.problem.key,)]
    one_of_two = part(case, PartWish((line(1, 1),), seen=1)).decisions
    assert not any(isinstance(each, SolveProblems) for each in one_of_two)  # the other one is still there
    assert at_stage(cups(Status.LOST), stage="C3:WAY", problems=(lost,)) == [Nothing("not_in_stage")]
    won = at_stage(cups(Status.LOST), stage="C3:WON", semantic="S", problems=(lost,))
    assert [type(each) for each in won] == [SolveProblems, Nothing]


def test_a_deal_that_leaves_its_stage_asks_about_every_order() -> None:
    draft, sent = cups(Status.DRAFT, sent=False), cups(n=2)
    # A person split it before the stage: wherever the deal goes, that was their wish.
    assert at_stage(draft, sent, stage="C3:PAUSE") == [Nothing("not_in_stage")]
    lost = at_stage(draft, sent, stage="C3:NEW", semantic="F")
    assert [type(each) for each in lost] == [WithdrawShipment, OfferCancel]
    draft, sent = (replace(each, portion=replace(each.portion, stage=SHIP)) for each in (draft, sent) if each.portion)
    gone = at_stage(draft, sent, stage="C3:PAUSE")
    assert [type(each) for each in gone] == [WithdrawShipment, OfferCancel]


def test_a_whole_shipment_leaves_nothing() -> None:
    whole = shipment(n=2, id=2, number="wb-42-2")
    assert at_stage(cups(Status.CANCELLED), whole) == [Nothing("already_shipped")]
    assert Portion.from_json(cups().portion.to_json()) == cups().portion  # type: ignore[union-attr]


def test_the_whole_deal_may_be_booked_while_nothing_of_it_is_on_its_way() -> None:
    assert may_ship([])
    assert may_ship([shipment(Status.CANCELLED)])
    assert may_ship([cups(Status.CANCELLED)])
    assert not may_ship([shipment()])
    assert not may_ship([cups(Status.CREATED)])
    assert not may_ship([cups(Status.DELIVERED), cups(Status.CANCELLED, n=2)])
