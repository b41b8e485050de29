"""Numbers that others write: what is too large for anything is no number, and costs no time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24.goods import _decimal, _scaled
from b24app.flows.cod import read_money
from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal
from b24app.systems.kit.units import decimal_of, grams_of, money_of, whole

#: The first is the one that takes a minute as a whole number; a test that fails may not.
HUGE = ("1e99999", "1e999999999", "9" * 40, "-1e30", "1e-999999999", "inf", "nan", "sNaN")


@pytest.mark.parametrize("text", HUGE)
def test_a_number_too_large_for_anything_is_none(text: str) -> None:
    assert read_decimal(text) is None
    assert (decimal_of(text), whole(text), grams_of(text), money_of(text)) == (None, None, None, None)
    assert (_decimal(text), _scaled(text, 1000)) == (Decimal(0), None)


@pytest.mark.parametrize("text", HUGE)
def test_an_amount_that_a_manager_typed_too_large_is_no_amount(text: str) -> None:
    """It stopped all deals of the portal: the flow failed over it again and again."""
    assert read_money(text, "RUB") is None


@pytest.mark.parametrize(
    ("value", "number"),
    [("0e999999999", "0"), ("1500.50", "1500.50"), (1.25e-05, "0.0000125"), (7, "7"),
     ("9999999999999999.99", "9999999999999999.99"), ("1E5", "100000")],
)  # fmt: skip
def test_sensible_numbers_stay(value: Any, number: str) -> None:
    assert read_decimal(value) == Decimal(number)


def test_the_largest_amount_is_kept_by_a_database() -> None:
    assert read_money("9999999999999999.99 руб.", "RUB") == Money(10**18 - 1, "RUB")
    assert Money(10**18).minor < 2**63
