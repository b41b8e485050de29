"""Which move of a return is legal, and by whom: the same for our tab, the kanban, a robot and a carrier's news.

Pure. Whoever saves a move carries out its effects (`flows.returns.effects`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.flows.returns.counting import uncounted
from b24app.flows.returns.effects import Actor, Effect, Facts, effects_of
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Outcome, Return, ReturnStage

S = ReturnStage


@dataclass(frozen=True, slots=True)
class Move(Jsonable):
    """`stage` is where the return stands now, and where an item that somebody moved elsewhere belongs. With problems
    nothing else happens."""

    stage: ReturnStage
    effects: tuple[Effect, ...] = ()
    problems: tuple[Problem, ...] = ()


_P, _C, _S, _A = Actor.PERSON, Actor.CUSTOMER, Actor.SYSTEM, Actor.AUTOMATION
#: Who may begin a return in which stage.
_BEGINS: Mapping[ReturnStage, frozenset[Actor]] = {
    S.REQUESTED: frozenset({_P, _C, _S, _A}),
    S.APPROVED: frozenset({_P, _A}),
    S.IN_TRANSIT: frozenset({_S}),
    S.RECEIVED: frozenset({_P, _S}),
}
_DECIDED = frozenset({_P, _A})
_TOLD = frozenset({_P, _S, _A})
#: Back is a person's alone: robots that move a return to and fro would never end.
_BACK = frozenset({_P})
#: Who may move it from where to where. Facts may skip stages: a carrier tells late, a client brings the box themselves.
_MOVES: Mapping[tuple[ReturnStage, ReturnStage], frozenset[Actor]] = {
    (S.REQUESTED, S.APPROVED): _DECIDED,
    (S.REQUESTED, S.REFUSED): _DECIDED | {_C},
    (S.APPROVED, S.REQUESTED): _BACK,
    (S.APPROVED, S.COLLECTION_BOOKED): _TOLD,
    (S.APPROVED, S.IN_TRANSIT): _TOLD,
    (S.APPROVED, S.RECEIVED): _TOLD,
    (S.APPROVED, S.INSPECTED): _TOLD,
    (S.APPROVED, S.REFUSED): _DECIDED | {_C},
    (S.COLLECTION_BOOKED, S.APPROVED): _BACK | {_S},
    (S.COLLECTION_BOOKED, S.IN_TRANSIT): _TOLD,
    (S.COLLECTION_BOOKED, S.RECEIVED): _TOLD,
    (S.COLLECTION_BOOKED, S.INSPECTED): _TOLD,
    (S.COLLECTION_BOOKED, S.REFUSED): _DECIDED | {_C},
    (S.IN_TRANSIT, S.RECEIVED): _TOLD,
    (S.IN_TRANSIT, S.INSPECTED): _TOLD,
    (S.RECEIVED, S.INSPECTED): _TOLD,
    (S.INSPECTED, S.RECEIVED): _BACK,
    (S.INSPECTED, S.REFUNDED): _DECIDED,
    (S.INSPECTED, S.REPLACED): _DECIDED,
    (S.INSPECTED, S.CLOSED): _DECIDED,
    (S.REFUNDED, S.CLOSED): _TOLD,
    (S.REPLACED, S.CLOSED): _TOLD,
    (S.REFUSED, S.REQUESTED): _BACK,
}


def begin(case: Return, actor: Actor, facts: Facts) -> Move:
    """A new return that is to begin in its `stage`. One that may not begin there belongs into the first one."""
    if actor not in _BEGINS.get(case.stage, frozenset()):
        return Move(S.REQUESTED, problems=(_not_so(S.REQUESTED, case.stage, actor),))
    problems = _in_the_way(case, case.stage, actor, facts)
    if problems:
        return Move(S.REQUESTED, problems=problems)
    return Move(case.stage, effects_of(case, None, case.stage, actor, facts))


def move(case: Return, to: ReturnStage, actor: Actor, facts: Facts) -> Move:
    """Where the return stands is no move, and a logistics system that tells old news is not wrong: nothing happens."""
    if to is case.stage or _is_old_news(case.stage, to, actor):
        return Move(case.stage)
    if actor not in _MOVES.get((case.stage, to), frozenset()):
        return Move(case.stage, problems=(_not_so(case.stage, to, actor),))
    problems = _in_the_way(case, to, actor, facts)
    if problems:
        return Move(case.stage, problems=problems)
    return Move(to, effects_of(case, case.stage, to, actor, facts))


def may_replace_now(case: Return, rules_allow: bool, facts: Facts) -> Problem | None:
    """Whether new goods may be sent before the old ones came; None = they may. The return stays in its stage."""
    if case.outcome is not Outcome.REPLACEMENT:
        return Problem("return_other_outcome", Field.STAGE)
    if facts.replaced:
        return Problem("return_replaced_already", Field.ITEMS)
    if case.stage in (S.REQUESTED, S.REFUSED, S.CLOSED):
        return Problem("return_not_approved", Field.STAGE)
    if not rules_allow and not case.stage.is_counted:
        return Problem("return_goods_first", Field.STAGE)
    return None


def _is_old_news(at: ReturnStage, to: ReturnStage, actor: Actor) -> bool:
    """What a system tells of a stage that is past. A box that comes although its return was refused is none."""
    if actor is not Actor.SYSTEM or actor in _MOVES.get((at, to), frozenset()):
        return False
    return to.rank < S.IN_TRANSIT.rank if at is S.REFUSED else to.rank <= at.rank


def _not_so(at: ReturnStage, to: ReturnStage, actor: Actor) -> Problem:
    params = {"from": at.value, "to": to.value}
    if actor is Actor.AUTOMATION:
        return Problem("return_move_by_robot", Field.STAGE, Who.ADMIN, params=params)
    if actor is Actor.CUSTOMER:
        return Problem("return_move_by_client", Field.STAGE, params=params)
    if actor is Actor.SYSTEM:
        code = {S.REQUESTED: "return_came_unapproved", S.REFUSED: "return_came_refused"}.get(at, "return_move_unclear")
        return Problem(code, Field.STAGE, params=params)
    return Problem("return_move", Field.STAGE, params=params)


# --- what a stage needs -----------------------------------------------------------------------------------------------


def _in_the_way(case: Return, to: ReturnStage, actor: Actor, facts: Facts) -> tuple[Problem, ...]:
    if to is S.APPROVED or (to is S.REQUESTED and case.stage is S.REFUSED):
        return _approvable(case, facts)
    found: Problem | None = None
    if to is S.COLLECTION_BOOKED and actor is not Actor.SYSTEM and not (facts.chosen or facts.booked):
        found = Problem("return_way_missing", Field.SERVICE)
    elif to is S.INSPECTED:
        found = _countable(case)
    elif to is S.REFUNDED:
        found = _payable(case, facts)
    elif to is S.REPLACED and case.outcome not in (None, Outcome.REPLACEMENT):
        found = Problem("return_other_outcome", Field.STAGE)
    elif to is S.CLOSED and case.stage is S.INSPECTED:
        found = _closable(case, facts)
    return (found,) if found is not None else ()


def _approvable(case: Return, facts: Facts) -> tuple[Problem, ...]:
    if case.stage is S.COLLECTION_BOOKED:
        return ()  # it was approved before
    return facts.obstacles if case.lines else (Problem("return_empty", Field.ITEMS),)


def _countable(case: Return) -> Problem | None:
    if not case.lines:
        return Problem("return_empty", Field.ITEMS)
    return Problem("return_uncounted", Field.ITEMS) if uncounted(case) else None


def _payable(case: Return, facts: Facts) -> Problem | None:
    if not case.is_paid:
        return Problem("return_other_outcome", Field.STAGE)
    if facts.left is None:
        return Problem("return_sum_missing", Field.STAGE)
    return Problem("return_money_left", Field.STAGE, params={"left": facts.left}) if facts.left else None


def _closable(case: Return, facts: Facts) -> Problem | None:
    if case.outcome is None:
        return Problem("return_outcome_missing", Field.STAGE)
    if case.outcome is Outcome.REPLACEMENT and not facts.replaced:
        return Problem("return_not_replaced", Field.STAGE)
    return _payable(case, facts) if case.is_paid else None
