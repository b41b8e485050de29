"""The returns of a deal as its tab draws them: what there is, what comes back by itself, who may begin one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from b24app.flows.legs import PICKED
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.starts import key_of
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import ShipmentFacts, TabFacts
from b24app.store.models import ActState
from b24app.store.return_acts import Act
from b24app.store.returns import Kept
from placements.chips import Chip
from placements.return_words import owed_of, problem_text, reasons_of, stage_chip, what_of

#: What may be done here at all.
RIGHT = Right.RETURNS
#: Why none was begun is shown for so long.
_TOLD = timedelta(hours=24)
_COMES_BACK = (Status.RETURNING, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class ReturnView:
    """`place`: the address of its item in the portal, "" = it has none (yet). `guess`: the sum is a promise."""

    id: int
    number: str
    chip: Chip
    what: str
    reasons: str
    owed: str
    left: str
    guess: bool
    place: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnsView:
    """`coming`: numbers of parcels that turned back and began no return yet. `asked`: somebody asked for one just now;
    `refused`: why the last one was not begun."""

    rows: tuple[ReturnView, ...]
    coming: tuple[str, ...]
    may_begin: bool
    asked: bool
    refused: tuple[str, ...]


def returns_view(
    facts: TabFacts, formats: Formats, mine: Collection[Right], rules: ReturnRules, entity: int
) -> ReturnsView | None:
    """None where nothing has left and nothing came back. `entity` is the smart process that keeps the returns, 0 =
    none."""
    told = facts.returned
    left = any(each.status.has_moved and each.leg != PICKED for each in facts.every)
    if not left and not told.returns and not told.begun:
        return None
    rows = tuple(_row(each, told.returns, facts, formats, rules, entity) for each in reversed(told.returns))
    known = {each.case.key for each in told.returns}
    return ReturnsView(
        rows=rows,
        coming=tuple(each.order_number or each.number for each in _coming(facts) if key_of(each.number) not in known),
        may_begin=RIGHT in mine and left and not facts.gone,
        asked=any(act.state is ActState.WAITING for act in told.begun),
        refused=_refused(told.begun, formats),
    )


def place_of(kept: Kept, entity: int) -> str:
    """Where the portal shows the return's item."""
    return f"/crm/type/{entity}/details/{kept.item_id}/" if entity and kept.item_id else ""


def _coming(facts: TabFacts) -> Iterator[ShipmentFacts]:
    yield from (each for each in facts.every if each.status in _COMES_BACK and each.leg != PICKED)


def _row(
    kept: Kept, deal: tuple[Kept, ...], facts: TabFacts, formats: Formats, rules: ReturnRules, entity: int
) -> ReturnView:
    owed, left, guess = owed_of(kept, deal, facts.returned.basis, rules)
    case = kept.case
    return ReturnView(
        id=kept.id,
        number=case.number,
        chip=stage_chip(case.stage, formats),
        what=what_of(case, formats),
        reasons=", ".join(reasons_of(case.lines, rules, formats)),
        owed=formats.money(owed.minor, owed.currency) if owed is not None else "",
        left=formats.money(left.minor, left.currency) if left is not None and left.minor and not guess else "",
        guess=guess,
        place=place_of(kept, entity),
        problems=tuple(problem_text(each, formats.lang) for each in kept.problems),
    )


def _refused(begun: tuple[Act, ...], formats: Formats) -> tuple[str, ...]:
    """Of the last one that somebody asked for, when it was refused not long ago."""
    last = begun[0] if begun else None
    if last is None or last.state is not ActState.REFUSED or formats.now - last.at > _TOLD:
        return ()
    return tuple(problem_text(each, formats.lang) for each in last.problems)
