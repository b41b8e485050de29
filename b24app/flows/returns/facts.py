"""What a return is judged by (`effects.Facts`), put together from what is kept about it and its deal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from b24app.flows.returns.basis import Basis
from b24app.flows.returns.counting import uncounted
from b24app.flows.returns.effects import Facts
from b24app.flows.returns.owed import MoneyLine, MoneyRules, by_word, money_line, promised
from b24app.flows.returns.quantities import still_fits
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way
from b24app.flows.returns.window import Judged, judge
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return, ReturnStage


@dataclass(frozen=True, slots=True)
class Running(Jsonable):
    """What runs beside a return. `booked`: a collection is ordered, or nothing has to be; `expected`: a warehouse
    expects it; `has_warehouse`: one can; `replaced`: new goods are sent, or goods are on their way back to the
    client."""

    booked: bool = False
    expected: bool = False
    has_warehouse: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """A return as it is judged now. `line` None = the money cannot be said, `money_problems` tell why."""

    facts: Facts
    judged: Judged
    line: MoneyLine | None
    money_problems: tuple[Problem, ...] = ()


def look(
    case: Return,
    basis: Basis,
    others: Sequence[Return],
    rules: ReturnRules,
    zone: tzinfo,
    running: Running,
    way: Way | None = None,
    money: MoneyRules | None = None,
    now: datetime | None = None,
) -> Looked:
    """`others` are all other returns of the deal. `money` are the rules it was promised under, None = those of now.
    `now` stands for the moment of asking where none is kept."""
    asked_at = case.asked_at or now or basis.read_at
    judged = judge(
        case.lines, basis.delivered_at, asked_at, zone, rules.window, case.override, undelivered=case.undelivered
    )
    line, problems = money_of(case, basis, others, money or rules.money)
    obstacles = list(judged.problems)
    if case.stage is ReturnStage.REFUSED or case.stage is ReturnStage.REQUESTED:
        obstacles += still_fits(case, basis.sold, others)
    facts = Facts(
        chosen=way is not None,
        booked=running.booked or (way is not None and not way.kind.is_ordered),
        has_warehouse=running.has_warehouse,
        expected=running.expected,
        left=left_of(case, line),
        replaced=running.replaced,
        obstacles=tuple(obstacles),
    )
    return Looked(facts, judged, line, tuple(problems))


def money_of(
    case: Return, basis: Basis, others: Sequence[Return], rules: MoneyRules
) -> tuple[MoneyLine | None, list[Problem]]:
    """The money line: by what was counted, and until then what was promised, all coming back as new. Where nobody can
    say what the client paid, it is what a person settled."""
    if basis.paid is None:
        line = by_word(case)
        return line, [] if line is not None else list(basis.problems)
    if case.undelivered or not uncounted(case):
        return money_line(case, basis.sold, others, basis.paid, rules)
    return promised(case, basis.sold, others, basis.paid, rules)


def left_of(case: Return, line: MoneyLine | None) -> Money | None:
    """What is left to pay, None = nothing was worked out: a promise is no sum to be paid."""
    if line is None or (not case.undelivered and uncounted(case)):
        return None
    return line.left
