"""What was counted of a return: a clerk's scans or a warehouse's inspection against what was asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.flows.returns.pieces import NOTHING, amount_of, cut, naming
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Condition, Counted, Outcome, Return, ReturnStage, Sold, Span
from b24app.logistics.warehouse import InspectedLine

#: Which pieces count first where more came than were asked: damaged ones, as in every warehouse's result
#: (`systems.kit.inspected`).
_ORDER = (Condition.DAMAGED, Condition.LOST, Condition.AS_NEW, Condition.WRONG, Condition.MISSING)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is asked of one row; a return may have several lines of it, with different reasons."""

    sold: Sold
    pieces: tuple[Span, ...]

    @property
    def row(self) -> int:
        return self.sold.row

    @property
    def quantity(self) -> Decimal:
        return amount_of(self.pieces)


@dataclass(frozen=True, slots=True)
class Found:
    """Pieces of one row that were found alike, among those that were asked."""

    sold: Sold
    counted: Counted
    pieces: tuple[Span, ...]

    @property
    def condition(self) -> Condition:
        return self.counted.condition

    @property
    def quantity(self) -> Decimal:
        return amount_of(self.pieces)


@dataclass(frozen=True, slots=True)
class _Tally:
    """One row: what was found, what nobody has counted, how much more came than was asked."""

    asked: Asked
    found: tuple[Found, ...]
    rest: Decimal
    surplus: Decimal


def asked_of(case: Return) -> tuple[Asked, ...]:
    """By row, in the order of the return."""
    rows: dict[int, Asked] = {}
    for line in case.lines:
        known = rows.get(line.row, Asked(line.sold, ()))
        rows[line.row] = replace(known, pieces=(*known.pieces, *line.pieces))
    return tuple(rows.values())


def _tallies(case: Return) -> list[_Tally]:
    return [_tally(asked, case.counted) for asked in asked_of(case)]


def _tally(asked: Asked, counted: Iterable[Counted]) -> _Tally:
    rest, surplus, found = asked.pieces, NOTHING, []
    mine = [each for each in counted if each.row == asked.row and each.quantity > 0]
    for each in sorted(mine, key=lambda each: _ORDER.index(each.condition)):
        taken, rest = cut(rest, each.quantity)
        found += [Found(asked.sold, each, taken)] if taken else []
        surplus += each.quantity - amount_of(taken) if each.condition is not Condition.MISSING else NOTHING
    return _Tally(asked, tuple(found), amount_of(rest), surplus)


def found_of(case: Return) -> tuple[Found, ...]:
    """At most what was asked of each row; of one that nobody counted there is nothing."""
    return tuple(found for tally in _tallies(case) for found in tally.found)


def uncounted(case: Return) -> dict[int, Decimal]:
    """How much of which row nobody has counted yet; a row that is wholly counted is not among them."""
    return {tally.asked.row: tally.rest for tally in _tallies(case) if tally.rest > 0}


def finished(case: Return) -> Return:
    """The clerk says that this is all: what was not counted is missing."""
    missing = [Counted(row, quantity, Condition.MISSING) for row, quantity in uncounted(case).items()]
    return replace(case, counted=(*case.counted, *missing))


def surplus(case: Return) -> list[Problem]:
    """One for each row of which more came than was asked: a person says what becomes of it."""
    return [
        Problem("return_surplus", Field.ITEMS, params=naming(tally.asked.sold) | {"more": plain(tally.surplus)})
        for tally in _tallies(case)
        if tally.surplus > 0
    ]


def held(case: Return) -> dict[int, tuple[Span, ...]]:
    """The pieces of each row that this return takes, so that no other one may.

    One that is refused takes none, nor does one that ended with the client having the goods, or as good ones in their
    place. Until it is counted it takes all that was asked, afterwards what the client no longer has. Goods that never
    were delivered are taken whole: what is missing of them is not at the client's."""
    given_back = case.outcome in (Outcome.REPLACEMENT, Outcome.BACK_TO_CUSTOMER)
    if case.stage is ReturnStage.REFUSED or (given_back and case.stage in (ReturnStage.REPLACED, ReturnStage.CLOSED)):
        return {}
    if case.undelivered or not case.stage.is_counted:
        return {asked.row: asked.pieces for asked in asked_of(case)}
    mine: dict[int, tuple[Span, ...]] = {}
    for each in found_of(case):
        if each.condition.is_back:
            mine[each.sold.row] = (*mine.get(each.sold.row, ()), *each.pieces)
    return mine


# --- from a warehouse -------------------------------------------------------------------------------------------------


def inspected(case: Return, lines: Sequence[InspectedLine]) -> tuple[Return, list[Problem]]:
    """The return as a warehouse's finished inspection shows it. A warehouse counts by article, so that several rows of
    one article share its result, damaged pieces first. What it does not tell stays uncounted: rows without an article,
    articles that it leaves out, pieces of a condition that nobody explained. Problems: articles that nobody expected,
    and more pieces than were asked."""
    rows = asked_of(case)
    skus = dict.fromkeys(asked.sold.sku for asked in rows if asked.sold.sku)
    named = {each.sku for each in lines} - {""}
    told = {asked.row for asked in rows if asked.sold.sku in named}
    counted = [each for each in case.counted if each.row not in told]
    for sku in skus:
        mine = [asked for asked in rows if asked.sold.sku == sku]
        counted += _spread(mine, [each for each in lines if each.sku == sku])
    result = replace(case, counted=tuple(counted))
    strange = [
        Problem("return_unexpected", Field.ITEMS, params={"sku": each.sku, "part": each.sku})
        for each in lines
        if each.sku not in skus and (each.received or each.accepted or each.damaged)
    ]
    return result, [*strange, *surplus(result)]


def _spread(rows: Sequence[Asked], lines: Sequence[InspectedLine]) -> list[Counted]:
    """One article's result over its rows: to each as much as was asked of it, what is left over to the last one."""
    rest = {
        Condition.DAMAGED: sum((each.damaged for each in lines), NOTHING),
        # Surplus pieces are told apart from the accepted ones, whatever their condition.
        Condition.AS_NEW: sum((each.accepted + each.surplus for each in lines), NOTHING),
        Condition.MISSING: sum((each.missing for each in lines), NOTHING),
    }
    findings = [finding for each in lines for finding in each.findings]
    note = "; ".join(dict.fromkeys(text for each in findings for text in (each.reason, each.comment) if text))
    photos = tuple(dict.fromkeys(photo for each in findings for photo in each.photos))
    counted: list[Counted] = []
    for asked in rows:
        room = asked.quantity
        for condition, quantity in rest.items():
            over = asked is rows[-1] and condition is not Condition.MISSING
            here = quantity if over else min(quantity, room)
            rest[condition], room = quantity - here, max(NOTHING, room - here)
            found = Counted(asked.row, here, condition)
            if here and condition is Condition.DAMAGED:
                found = replace(found, note=note, photos=photos)
            counted += [found] if here else []
    return counted
