"""Pieces of a row: never two at once, and their money adds up whatever is cut from where."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.pieces import all_of, amount_of, cut, rounded, without, worth_of
from b24app.logistics.money import Money
from b24app.logistics.returning import Sold, Span

QUANTITIES = st.decimals(min_value="0.0001", max_value=5000, places=4)


def span(begin: str, end: str) -> Span:
    return Span(Decimal(begin), Decimal(end))


def of(quantity: str | Decimal, minor: int) -> Sold:
    return Sold(1, "Чай", Decimal(quantity), Money(minor))


def test_cutting_takes_from_the_beginning() -> None:
    pieces = (span("0", "1"), span("2", "5"))
    assert cut(pieces, Decimal(2)) == ((span("0", "1"), span("2", "3")), (span("3", "5"),))
    assert cut(pieces, Decimal(0)) == ((), pieces)
    assert cut(pieces, Decimal(9)) == (pieces, ())


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], ["0-5"]),
        ([span("0", "5")], []),
        ([span("1", "2")], ["0-1", "2-5"]),
        ([span("0", "1"), span("4", "9")], ["1-4"]),
        ([span("2", "2")], ["0-5"]),
        ([span("7", "9")], ["0-5"]),
    ],
)
def test_what_is_left_without_some(taken: list[Span], left: list[str]) -> None:
    assert [f"{each.begin}-{each.end}" for each in without([span("0", "5")], taken)] == left


def test_pieces_of_a_price_that_does_not_divide() -> None:
    """100.00 for three: 33.33, 33.34, 33.33."""
    pieces = [span(str(at), str(at + 1)) for at in range(3)]
    assert [worth_of(of("3", 10000), [each]).minor for each in pieces] == [3333, 3334, 3333]
    assert worth_of(of("3", 10000), [pieces[0], pieces[2]]).minor == 6666
    assert worth_of(of("0", 10000), pieces).minor == 0


def test_half_a_minor_unit_is_rounded_up_once() -> None:
    assert [rounded(Fraction(n, 2)) for n in range(5)] == [0, 1, 1, 2, 2]


@given(st.integers(0, 10**11), st.integers(1, 60), st.randoms())
def test_single_pieces_in_any_order_add_up_and_are_alike(minor: int, quantity: int, order: object) -> None:
    sold = of(str(quantity), minor)
    pieces = [Span(Decimal(at), Decimal(at + 1)) for at in range(quantity)]
    order.shuffle(pieces)  # type: ignore[attr-defined]
    worths = [worth_of(sold, [each]).minor for each in pieces]
    assert sum(worths) == minor
    assert set(worths) <= {minor // quantity, minor // quantity + 1}


@given(st.integers(0, 10**11), QUANTITIES, st.lists(st.decimals(0, 1, places=3), max_size=12))
def test_parts_of_units_add_up(minor: int, quantity: Decimal, cuts: list[Decimal]) -> None:
    sold = of(quantity, minor)
    at = sorted({Decimal(0), quantity, *(quantity * each for each in cuts)})
    pieces = [Span(begin, end) for begin, end in itertools.pairwise(at)]
    assert sum(worth_of(sold, [each]).minor for each in pieces) == minor


@given(QUANTITIES, st.lists(st.decimals(0, 1, places=3), max_size=8))
def test_whatever_is_cut_off_nothing_appears_or_is_lost(quantity: Decimal, shares: list[Decimal]) -> None:
    free = all_of(of(quantity, 1))
    taken: list[Span] = []
    for share in shares:
        mine, rest = cut(free, amount_of(free) * share)
        assert without(free, mine) == rest
        free, taken = rest, [*taken, *mine]
    assert amount_of(free) + amount_of(taken) == quantity
    ends = sorted((each.begin, each.end) for each in [*free, *taken])
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(ends))
