"""A return in words that several pages share: its stage as a chip, what it takes, its money. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from b24app import words
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.facts import money_of
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.starts import Why
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return, ReturnLine, ReturnStage
from b24app.store.returns import Kept
from placements.chips import Chip

S = ReturnStage
STAGE_TONES = {
    S.REQUESTED: ("amber", "question"),
    S.APPROVED: ("blue", "check"),
    S.COLLECTION_BOOKED: ("blue", "clock"),
    S.IN_TRANSIT: ("violet", "undo"),
    S.RECEIVED: ("amber", "store"),
    S.INSPECTED: ("amber", "box"),
    S.REFUNDED: ("green", "check-circle"),
    S.REPLACED: ("green", "check-circle"),
    S.CLOSED: ("grey", "check-circle"),
    S.REFUSED: ("grey", "ban"),
}
_WHY = frozenset(each.value for each in Why)


def stage_name(stage: ReturnStage, formats: Formats) -> str:
    return formats.words(f"back.stage.{stage.value}")


def stage_chip(stage: ReturnStage, formats: Formats) -> Chip:
    tone, icon = STAGE_TONES[stage]
    return Chip(tone, icon, stage_name(stage, formats))


def reason_name(code: str, rules: ReturnRules, formats: Formats) -> str:
    """The portal's own name of it; ours for what tracking told; "" for none."""
    if code in _WHY and all(each.code != code for each in rules.reasons):
        return formats.words(f"back.turned.{code}")
    return rules.reason(code, formats.lang) if code else ""


def reasons_of(lines: Iterable[ReturnLine], rules: ReturnRules, formats: Formats) -> tuple[str, ...]:
    """Each once."""
    return tuple(dict.fromkeys(name for line in lines if (name := reason_name(line.reason, rules, formats))))


def what_of(case: Return, formats: Formats) -> str:
    """`Плед × 2, Подушка × 1`."""
    return ", ".join(f"{line.sold.title}{NBSP}×{NBSP}{formats.count(line.asked)}" for line in case.lines)


def problem_text(problem: Problem, lang: str) -> str:
    """What is wrong, and the other side's own words beside it."""
    return words.say_problem(problem, lang)


def owed_of(
    kept: Kept, deal: Sequence[Kept], basis: Basis | None, rules: ReturnRules
) -> tuple[Money | None, Money | None, bool]:
    """`(owed, left, is a promise)`: what was worked out when it was counted, else what it would come to if all came as
    new. `deal` are all returns of its deal. Nothing where it does not come to money, or nobody can say."""
    case = kept.case
    if case.stage is S.REFUSED or not case.is_paid:
        return None, None, False
    if case.settled is not None and case.stage.is_counted:
        owed = case.agreed.amount if case.agreed is not None else case.settled.owed
        refunded = case.refunded.minor if case.refunded is not None else 0
        return owed, Money(max(0, owed.minor - refunded), owed.currency), False
    if basis is None:
        return None, None, False
    others = [each.case for each in deal if each.id != kept.id]
    money = kept.decided.money if kept.decided is not None and kept.decided.money is not None else rules.money
    line, _ = money_of(case, basis, others, money)
    return (line.owed, line.left, True) if line is not None else (None, None, False)
