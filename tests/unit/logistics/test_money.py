"""Money: exact conversions and splits that always add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.logistics.money import Money, per_unit, share


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("43200.50", "RUB", 4320050), (0.1, "RUB", 10), (390.5, "RUB", 39050), ("0.005", "RUB", 1), ("120", "JPY", 120)],
)
def test_whole_units_become_minor_ones(amount: str | float, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


def test_the_amount_comes_back_exactly() -> None:
    assert Money(4320050).amount == Decimal("43200.50")
    assert Money(120, "JPY").amount == Decimal(120)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot add USD to RUB"):
        Money(1) + Money(1, "USD")


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
def test_shares_add_up_and_stay_near_their_proportion(total: int, weights: list[int]) -> None:
    shares = share(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        assert all(abs(got - total * weight / whole) <= 1 for got, weight in zip(shares, weights, strict=True))


@given(st.integers(0, 10**9), st.integers(1, 2000))
def test_pieces_add_up_in_at_most_two_rows(total: int, quantity: int) -> None:
    rows = per_unit(total, quantity)
    assert sum(count for count, _ in rows) == quantity
    assert sum(count * each for count, each in rows) == total
    assert len(rows) <= 2


def test_nothing_is_shared_among_nobody() -> None:
    assert share(100, []) == []
    assert per_unit(100, 0) == []
