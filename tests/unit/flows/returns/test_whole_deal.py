"""A deal and any sequence of returns of it: asked, counted, refused, replaced and settled in whatever order, never more
comes back than was sold, and never more is owed than was paid."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.flows.returns.counting import asked_of, finished, held
from b24app.flows.returns.owed import MoneyRules, Paid, money_line
from b24app.flows.returns.quantities import Wish, lines_of, rooms_of
from b24app.logistics.money import Money
from b24app.logistics.returning import (
    Agreed,
    Condition,
    Counted,
    DeliveryCost,
    Outcome,
    Return,
    ReturnOrigin,
    ReturnStage,
    Sold,
)
from tests.unit.flows.returns.given import ANNA, NOW

ROWS = st.lists(
    st.tuples(st.integers(1, 7), st.integers(0, 10**7), st.booleans()),
    min_size=1,
    max_size=4,
)
CHOICES = st.lists(st.integers(0, 10**6), min_size=60, max_size=60)
ALWAYS = MoneyRules(delivery=DeliveryCost.WITH_ALL)


class Deal:
    """`dice` decides all that people and warehouses do."""

    def __init__(self, rows: list[tuple[int, int, bool]], delivery: int, dice: list[int]) -> None:
        # Rows in parts of units too: 1.75 kg of something.
        self.sold = tuple(
            Sold(
                at, f"Товар {at}", quantity * (Decimal("0.25") if parts else Decimal(1)), Money(minor), divisible=parts
            )
            for at, (quantity, minor, parts) in enumerate(rows, start=1)
        )
        self.total = sum(each.paid.minor for each in self.sold) + delivery
        self.delivery = delivery
        self.dice = list(dice)
        self.returns: list[Return] = []

    def throw(self, sides: int) -> int:
        return self.dice.pop() % sides if self.dice else 0

    def paid(self, received: int | None = None) -> Paid:
        got = self.total if received is None else received
        return Paid(Money(self.total), Money(self.delivery), Money(got))

    def ask(self, whole: bool = False) -> Return | None:
        rooms = rooms_of(self.sold, self.returns)
        wishes = []
        for row, room in rooms.items():
            part = Decimal(1) if whole else Decimal(self.throw(5)) / 4
            wanted = room.left * part
            wanted = wanted if room.sold.divisible else wanted.to_integral_value(rounding="ROUND_FLOOR")
            wishes += [Wish(row, wanted)] if wanted > 0 else []
        lines, problems = lines_of(wishes, rooms)
        if problems:
            return None
        number = f"wb-1-R{len(self.returns)}"
        case = Return(number, 1, ReturnStage.REQUESTED, ReturnOrigin.MANAGER, lines, NOW)
        self.returns.append(case)
        return case

    def save(self, case: Return) -> None:
        self.returns = [case if each.number == case.number else each for each in self.returns]

    def others(self, case: Return) -> list[Return]:
        return [each for each in self.returns if each.number != case.number]

    def count(self, case: Return, conditions: list[Condition]) -> Return:
        pieces = []
        for asked in asked_of(case):
            rest = asked.quantity
            for condition in conditions:
                part = rest * Decimal(self.throw(5)) / 4
                rest -= part
                pieces.append(Counted(asked.row, part, condition, percent=self.throw(101) if self.throw(2) else None))
        return finished(replace(case, counted=tuple(pieces)))

    def settle(self, case: Return, paid: Paid, rules: MoneyRules) -> Return:
        found, problems = money_line(case, self.sold, self.others(case), paid, rules)
        assert found is not None, problems
        assert sum(each.amount.minor for each in found.lines) == found.owed.minor
        assert found.left.minor >= 0
        case = replace(case, stage=ReturnStage.INSPECTED, settled=found.settled)
        self.save(case)
        return case

    def check(self, received: int) -> None:
        rooms = rooms_of(self.sold, self.returns)
        for each in self.sold:
            spans = sorted((one.begin, one.end) for case in self.returns for one in held(case).get(each.row, ()))
            assert all(one[1] <= next_[0] for one, next_ in itertools.pairwise(spans)), "one piece in two returns"
            taken = sum((end - begin for begin, end in spans), Decimal(0))
            assert taken + rooms[each.row].left == each.quantity
        counted = [each.settled for each in self.returns if each.settled and each.stage.is_counted]
        assert all(each.owed.minor >= 0 for each in counted)
        assert sum(each.owed.minor for each in counted) <= min(received, self.total)
        assert sum(each.delivery.minor for each in counted) <= self.delivery


@settings(max_examples=150)
@given(ROWS, st.integers(0, 10**5), CHOICES, st.integers(0, 4))
def test_any_life_of_returns(rows: list[tuple[int, int, bool]], delivery: int, dice: list[int], quarter: int) -> None:
    deal = Deal(rows, delivery, dice)
    received = deal.total * quarter // 4
    conditions = [Condition.DAMAGED, Condition.AS_NEW, Condition.WRONG, Condition.LOST]
    for _ in range(8):
        case = deal.ask()
        if case is None:
            continue
        do = deal.throw(6)
        if do == 0:
            deal.save(replace(case, stage=ReturnStage.REFUSED))
        elif do > 1:  # else it stays on its way for good
            choice = list(DeliveryCost)[deal.throw(3)]
            outcome = list(Outcome)[deal.throw(4)]
            undelivered = deal.throw(4) == 0
            agreed = Agreed(Money(deal.throw(received + 2)), ANNA) if deal.throw(5) == 0 else None
            case = replace(case, delivery=choice, outcome=outcome, undelivered=undelivered, agreed=agreed)
            case = deal.settle(deal.count(case, conditions), deal.paid(received), ALWAYS)
            deal.save(replace(case, stage=ReturnStage.CLOSED) if deal.throw(2) else case)
        deal.check(received)


@settings(max_examples=150)
@given(ROWS, st.integers(0, 10**5), CHOICES)
def test_all_that_was_paid_goes_back_once_everything_came(
    rows: list[tuple[int, int, bool]], delivery: int, dice: list[int]
) -> None:
    """In any portions, settled in any order, with returns in between that were refused, lost their goods on the way to
    us (the client still has them) or ended in other goods of the same kind."""
    deal = Deal(rows, delivery, dice)
    for _ in range(5):
        case = deal.ask()
        if case is None:
            continue
        fate = deal.throw(5)
        if fate == 0:
            deal.save(replace(case, stage=ReturnStage.REFUSED))
        elif fate == 1:
            deal.settle(finished(case), deal.paid(), ALWAYS)
        elif fate == 2:
            swapped = deal.settle(deal.count(replace(case, outcome=Outcome.REPLACEMENT), []), deal.paid(), ALWAYS)
            deal.save(replace(swapped, stage=ReturnStage.REPLACED))
    deal.ask(whole=True)
    waiting = [each for each in deal.returns if each.stage is ReturnStage.REQUESTED]
    while waiting:
        case = waiting.pop(deal.throw(len(waiting)))
        came = tuple(Counted(asked.row, asked.quantity, Condition.AS_NEW) for asked in asked_of(case))
        deal.settle(replace(case, counted=came), deal.paid(), ALWAYS)
        deal.check(deal.total)
    owed = [each.settled.owed.minor for each in deal.returns if each.settled and each.stage.is_counted]
    assert sum(owed) == deal.total
