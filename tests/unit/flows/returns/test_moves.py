"""Every move of every actor: legal ones and what follows, illegal ones and where the item belongs."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from b24app.flows.returns.effects import Actor, Effect, Facts
from b24app.flows.returns.moves import begin, may_replace_now, move
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Outcome, Return, ReturnStage
from tests.unit.flows.returns.given import a_return, counted

S = ReturnStage
PERSON, CUSTOMER, SYSTEM, ROBOT = Actor.PERSON, Actor.CUSTOMER, Actor.SYSTEM, Actor.AUTOMATION
READY = Facts(chosen=True, booked=True, has_warehouse=True, expected=True, left=Money(0), replaced=True)
NOTHING = Facts()
COUNTED = (counted(1, "2"), counted(2, "1"))

#: From where to where, one letter an actor: p person, c client, s system, a automation.
LEGAL = """
requested          approved           p a
requested          refused            p c a
approved           requested          p
approved           collection_booked  p s a
approved           in_transit         p s a
approved           received           p s a
approved           inspected          p s a
approved           refused            p c a
collection_booked  approved           p s
collection_booked  in_transit         p s a
collection_booked  received           p s a
collection_booked  inspected          p s a
collection_booked  refused            p c a
in_transit         received           p s a
in_transit         inspected          p s a
received           inspected          p s a
inspected          received           p
inspected          refunded           p a
inspected          replaced           p a
inspected          closed             p a
refunded           closed             p s a
replaced           closed             p s a
refused            requested          p
"""
LETTERS = {"p": PERSON, "c": CUSTOMER, "s": SYSTEM, "a": ROBOT}
ALLOWED = {
    (S(at), S(to), LETTERS[letter])
    for at, to, *letters in map(str.split, LEGAL.split("\n")[1:-1])
    for letter in letters
}


def at(stage: ReturnStage, outcome: Outcome | None = None, **changes: Any) -> Return:
    return a_return(stage=stage, outcome=outcome, counted=COUNTED, **changes)


def ready(to: ReturnStage, stage: ReturnStage) -> Return:
    return at(stage, {S.REPLACED: Outcome.REPLACEMENT, S.CLOSED: Outcome.WRITE_OFF}.get(to))


@pytest.mark.parametrize(("stage", "to"), list(itertools.product(S, S)))
def test_every_move_of_everybody(stage: ReturnStage, to: ReturnStage) -> None:
    for actor in Actor:
        done = move(ready(to, stage), to, actor, READY)
        if (stage, to, actor) in ALLOWED:
            assert (done.stage, done.problems) == (to, ()), actor
            continue
        assert (done.stage, done.effects) == (stage, ()), actor
        news = actor is SYSTEM and (to.rank < S.IN_TRANSIT.rank if stage is S.REFUSED else to.rank <= stage.rank)
        assert len(done.problems) == (0 if news or to is stage else 1), actor


def test_nothing_leads_out_of_a_closed_return() -> None:
    assert {to for stage, to, _ in ALLOWED if stage is S.CLOSED} == set()
    assert {stage for stage, _, _ in ALLOWED} == set(S) - {S.CLOSED}


@pytest.mark.parametrize(
    ("stage", "to", "actor", "code", "who"),
    [
        (S.REQUESTED, S.REFUNDED, PERSON, "return_move", Who.MANAGER),
        (S.INSPECTED, S.RECEIVED, ROBOT, "return_move_by_robot", Who.ADMIN),
        (S.IN_TRANSIT, S.REFUSED, CUSTOMER, "return_move_by_client", Who.MANAGER),
        (S.REQUESTED, S.IN_TRANSIT, SYSTEM, "return_came_unapproved", Who.MANAGER),
        (S.REFUSED, S.RECEIVED, SYSTEM, "return_came_refused", Who.MANAGER),
        (S.RECEIVED, S.CLOSED, SYSTEM, "return_move_unclear", Who.MANAGER),
    ],
)
def test_who_is_told_of_an_illegal_move(stage: ReturnStage, to: ReturnStage, actor: Actor, code: str, who: Who) -> None:
    [problem] = move(at(stage), to, actor, READY).problems
    assert (problem.code, problem.who) == (code, who)
    assert problem.params == {"from": stage.value, "to": to.value}


@pytest.mark.parametrize(
    ("stage", "actor", "begins"),
    [
        (S.REQUESTED, CUSTOMER, True),
        (S.REQUESTED, SYSTEM, True),
        (S.APPROVED, PERSON, True),
        (S.APPROVED, CUSTOMER, False),
        (S.IN_TRANSIT, SYSTEM, True),
        (S.IN_TRANSIT, PERSON, False),
        (S.RECEIVED, PERSON, True),
        (S.REFUNDED, PERSON, False),
        (S.CLOSED, ROBOT, False),
    ],
)
def test_where_a_return_may_begin(stage: ReturnStage, actor: Actor, begins: bool) -> None:
    done = begin(at(stage), actor, READY)
    assert (done.stage, bool(done.problems)) == ((stage, False) if begins else (S.REQUESTED, True))


# --- what a stage needs -----------------------------------------------------------------------------------------------

LATE = Problem("return_too_late", Field.DATE, params={"part": "row1"})
ALSO = Problem("return_too_late", Field.DATE, params={"part": "row2"})


def refusal(case: Return, to: ReturnStage, facts: Facts, actor: Actor = PERSON) -> list[str]:
    done = move(case, to, actor, facts)
    assert (done.stage is to) is not bool(done.problems)
    assert not (done.problems and done.effects)
    return [problem.code for problem in done.problems]


def test_obstacles_keep_it_from_being_approved_and_opened_again() -> None:
    facts = replace(READY, obstacles=(LATE, ALSO))
    assert move(at(S.REQUESTED), S.APPROVED, PERSON, facts).problems == (LATE, ALSO)
    assert move(at(S.REFUSED), S.REQUESTED, PERSON, facts).problems == (LATE, ALSO)
    assert begin(at(S.APPROVED), PERSON, facts).problems == (LATE, ALSO)
    # Approved it was already: taking it back, or its collection off, asks nothing again.
    assert refusal(at(S.APPROVED), S.REQUESTED, facts) == []
    assert refusal(at(S.COLLECTION_BOOKED), S.APPROVED, facts) == []
    assert refusal(replace(at(S.REQUESTED), lines=()), S.APPROVED, READY) == ["return_empty"]


def test_a_collection_needs_a_way_unless_a_system_tells_of_it() -> None:
    assert refusal(at(S.APPROVED), S.COLLECTION_BOOKED, NOTHING) == ["return_way_missing"]
    assert refusal(at(S.APPROVED), S.COLLECTION_BOOKED, NOTHING, ROBOT) == ["return_way_missing"]
    assert refusal(at(S.APPROVED), S.COLLECTION_BOOKED, NOTHING, SYSTEM) == []
    assert refusal(at(S.APPROVED), S.COLLECTION_BOOKED, Facts(chosen=True)) == []


def test_an_inspection_counts_everything() -> None:
    assert refusal(replace(at(S.RECEIVED), counted=COUNTED[:1]), S.INSPECTED, READY, SYSTEM) == ["return_uncounted"]
    assert refusal(replace(at(S.RECEIVED), lines=(), counted=()), S.INSPECTED, READY) == ["return_empty"]


def test_refunded_means_that_nothing_is_left_to_pay() -> None:
    case = at(S.INSPECTED)
    assert refusal(case, S.REFUNDED, replace(READY, left=None)) == ["return_sum_missing"]
    assert refusal(case, S.REFUNDED, replace(READY, left=Money(1))) == ["return_money_left"]
    assert refusal(case, S.REFUNDED, READY, ROBOT) == []
    assert refusal(at(S.INSPECTED, Outcome.REPLACEMENT), S.REFUNDED, READY) == ["return_other_outcome"]
    assert refusal(at(S.INSPECTED, Outcome.REFUND), S.REPLACED, READY) == ["return_other_outcome"]


def test_a_return_closes_when_its_end_is_reached() -> None:
    assert refusal(at(S.INSPECTED), S.CLOSED, READY) == ["return_outcome_missing"]
    owing = replace(READY, left=Money(1))
    assert refusal(at(S.INSPECTED, Outcome.WRITE_OFF), S.CLOSED, owing) == ["return_money_left"]
    assert refusal(at(S.INSPECTED, Outcome.BACK_TO_CUSTOMER), S.CLOSED, owing) == []
    unsent = replace(READY, replaced=False)
    assert refusal(at(S.INSPECTED, Outcome.REPLACEMENT), S.CLOSED, unsent) == ["return_not_replaced"]
    # An undelivered order that nobody paid: it comes back, is counted, and that is all.
    assert refusal(at(S.INSPECTED, Outcome.REFUND, undelivered=True), S.CLOSED, READY) == []


def test_new_goods_before_the_old_ones_came() -> None:
    def code(stage: ReturnStage, allowed: bool, replaced: bool = False) -> str:
        found = may_replace_now(at(stage, Outcome.REPLACEMENT), allowed, Facts(replaced=replaced))
        return found.code if found else ""

    assert [code(stage, True) for stage in (S.REQUESTED, S.REFUSED, S.CLOSED)] == ["return_not_approved"] * 3
    assert [code(stage, True) for stage in (S.APPROVED, S.IN_TRANSIT, S.INSPECTED)] == [""] * 3
    assert [code(stage, False) for stage in (S.APPROVED, S.RECEIVED)] == ["return_goods_first"] * 2
    assert code(S.INSPECTED, False) == ""
    assert code(S.APPROVED, True, replaced=True) == "return_replaced_already"
    other = may_replace_now(at(S.APPROVED, Outcome.REFUND), True, NOTHING)
    assert other is not None
    assert other.code == "return_other_outcome"


# --- what follows -----------------------------------------------------------------------------------------------------

E = Effect
WAREHOUSE = Facts(chosen=True, has_warehouse=True)
EXPECTED = Facts(chosen=True, booked=True, has_warehouse=True, expected=True)


@pytest.mark.parametrize(
    ("stage", "to", "actor", "facts", "effects"),
    [
        (S.REQUESTED, S.APPROVED, PERSON, NOTHING, [E.TELL_CUSTOMER, E.OFFER_COLLECTION]),
        (S.APPROVED, S.REQUESTED, PERSON, NOTHING, [E.ASK_DECISION]),
        (S.APPROVED, S.COLLECTION_BOOKED, PERSON, WAREHOUSE, [E.BOOK_COLLECTION, E.SEND_LABEL, E.EXPECT_RECEIPT]),
        (S.APPROVED, S.COLLECTION_BOOKED, SYSTEM, EXPECTED, [E.SEND_LABEL]),
        (S.COLLECTION_BOOKED, S.APPROVED, PERSON, EXPECTED, [E.CANCEL_COLLECTION, E.OFFER_COLLECTION]),
        (S.COLLECTION_BOOKED, S.APPROVED, SYSTEM, EXPECTED, [E.OFFER_COLLECTION]),
        (S.COLLECTION_BOOKED, S.REFUSED, PERSON, EXPECTED, [E.CANCEL_COLLECTION, E.CANCEL_RECEIPT, E.TELL_CUSTOMER]),
        (S.REQUESTED, S.REFUSED, PERSON, NOTHING, [E.TELL_CUSTOMER]),
        (S.REFUSED, S.REQUESTED, PERSON, NOTHING, [E.ASK_DECISION]),
        (S.APPROVED, S.IN_TRANSIT, SYSTEM, WAREHOUSE, [E.EXPECT_RECEIPT]),
        (S.IN_TRANSIT, S.RECEIVED, SYSTEM, EXPECTED, []),
        (S.IN_TRANSIT, S.RECEIVED, SYSTEM, WAREHOUSE, [E.EXPECT_RECEIPT]),
        (S.IN_TRANSIT, S.RECEIVED, PERSON, NOTHING, [E.ASK_COUNT]),
        (S.INSPECTED, S.RECEIVED, PERSON, EXPECTED, [E.ASK_COUNT]),
        (S.RECEIVED, S.INSPECTED, SYSTEM, Facts(left=Money(464400)), [E.ASK_OUTCOME, E.PROPOSE_REFUND]),
        (S.RECEIVED, S.INSPECTED, SYSTEM, Facts(left=Money(0)), [E.ASK_OUTCOME]),
        (S.INSPECTED, S.REFUNDED, PERSON, Facts(left=Money(0)), [E.NOTE_REFUND, E.TELL_CUSTOMER]),
        (S.INSPECTED, S.REPLACED, PERSON, NOTHING, [E.SHIP_REPLACEMENT, E.TELL_CUSTOMER]),
        (S.INSPECTED, S.REPLACED, PERSON, Facts(replaced=True), [E.TELL_CUSTOMER]),
        (S.REFUNDED, S.CLOSED, PERSON, NOTHING, []),
    ],
)
def test_what_a_move_sets_going(
    stage: ReturnStage, to: ReturnStage, actor: Actor, facts: Facts, effects: list[Effect]
) -> None:
    done = move(at(stage), to, actor, facts)
    assert (done.problems, list(done.effects)) == ((), effects)
    # What is done is not done again.
    assert move(at(to), to, actor, facts).effects == ()


@pytest.mark.parametrize(
    ("outcome", "effects"),
    [(Outcome.BACK_TO_CUSTOMER, (E.SHIP_BACK,)), (Outcome.WRITE_OFF, (E.WRITE_OFF,)), (Outcome.REFUND, ())],
)
def test_the_end_is_an_action(outcome: Outcome, effects: tuple[Effect, ...]) -> None:
    assert move(at(S.INSPECTED, outcome), S.CLOSED, PERSON, READY).effects == effects


def test_the_outcome_that_is_chosen_is_not_asked_for() -> None:
    owed = Facts(left=Money(1))
    assert move(at(S.RECEIVED, Outcome.REFUND), S.INSPECTED, PERSON, owed).effects == (E.PROPOSE_REFUND,)
    assert move(at(S.RECEIVED, Outcome.REPLACEMENT), S.INSPECTED, PERSON, owed).effects == ()


def test_a_return_that_begins_sets_going_what_its_stage_does() -> None:
    assert begin(at(S.REQUESTED), CUSTOMER, NOTHING).effects == (E.ASK_DECISION,)
    assert begin(at(S.IN_TRANSIT), SYSTEM, WAREHOUSE).effects == (E.EXPECT_RECEIPT,)
    assert begin(at(S.RECEIVED), PERSON, NOTHING).effects == (E.ASK_COUNT,)
