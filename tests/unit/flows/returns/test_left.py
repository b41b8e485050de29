"""What a recipient left, in the words of the deal's rows, whatever became of articles and names on their way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.flows.returns.left import told_of
from b24app.flows.returns.quantities import Told, by_article, rooms_of
from b24app.logistics.money import Money
from b24app.logistics.order import Left
from b24app.logistics.returning import Sold

ONE = Decimal(1)
CUP = Sold(1, "Чашка", Decimal(3), Money(300), "CUP-1")
NAILS = Sold(2, "Гвозди", Decimal("1.5"), Money(150), "NAIL")
BOW = Sold(3, "Бант", Decimal(2), Money(20))
S, M = Sold(4, "Футболка", ONE, Money(100), "T-S"), Sold(5, "Футболка", ONE, Money(100), "T-M")
SOLD = (CUP, NAILS, BOW, S, M)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (Left(ONE, "CUP-1", "Чашка"), Told(ONE, "CUP-1", "Чашка")),
        (Left(ONE, "CUP-1"), Told(ONE, "CUP-1", "Чашка")),
        # An article that was cut, and one that the carrier made up.
        (Left(ONE, "CUP", " чашка "), Told(ONE, "CUP-1", "Чашка")),
        (Left(ONE, "item-3", "Бант"), Told(ONE, "", "Бант")),
        # A part of a unit went as one piece.
        (Left(ONE, "NAIL", "Гвозди, 1.5"), Told(Decimal("1.5"), "NAIL", "Гвозди")),
        (Left(ONE, "", "Гвозди, 1.5"), Told(Decimal("1.5"), "NAIL", "Гвозди")),
        # One name, two articles: the article says which, else nobody guesses.
        (Left(ONE, "T-M", "Футболка"), Told(ONE, "T-M", "Футболка")),
        (Left(ONE, "T", "Футболка"), Told(ONE, "T", "Футболка")),
        (Left(ONE, "X", "Зонт"), Told(ONE, "X", "Зонт")),
    ],
)
def test_goods_are_known_by_what_was_sent(left: Left, told: Told) -> None:
    assert told_of([left], SOLD) == (told,)


def test_rows_of_one_article_are_one_and_nothing_told_is_not_nothing_left() -> None:
    assert told_of(None, SOLD) is None
    assert told_of([Left(ONE, "CUP-1"), Left(ONE, "CUP-1", "Чашка")], SOLD) == (Told(Decimal(2), "CUP-1", "Чашка"),)


def test_what_the_deal_does_not_have_stays_a_problem() -> None:
    told = told_of([Left(Decimal(4), "CUP-1", "Чашка"), Left(ONE, "X", "Зонт")], SOLD)
    assert told is not None
    wishes, problems = by_article(told, rooms_of(SOLD, []))
    assert [(wish.row, wish.quantity) for wish in wishes] == [(1, Decimal(3))]
    assert [problem.params["item"] for problem in problems] == ["Чашка", "Зонт"]
