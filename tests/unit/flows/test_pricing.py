"""What the client pays: the administrator's rule on a carrier's price, exact to the minor unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.pricing import PriceRules, Rounding, Step
from b24app.logistics.money import Money

QUOTED = Money(48600)


@pytest.mark.parametrize(
    ("rules", "worth", "price", "steps"),
    [
        (PriceRules(), None, 48600, ()),
        (PriceRules(permille=100), None, 53460, (Step.MARKUP,)),
        (PriceRules(permille=-55), None, 45927, (Step.MARKUP,)),
        (PriceRules(plus=5000), None, 53600, (Step.MARKUP,)),
        (PriceRules(step=5000), None, 50000, (Step.ROUNDED,)),
        (PriceRules(step=5000, rounding=Rounding.DOWN), None, 45000, (Step.ROUNDED,)),
        (PriceRules(step=100, rounding=Rounding.UP), None, 48600, ()),
        (PriceRules(permille=15, step=100, rounding=Rounding.UP), None, 49400, (Step.MARKUP, Step.ROUNDED)),
        (PriceRules(least=60000), None, 60000, (Step.LEAST,)),
        (PriceRules(permille=500, most=60000), None, 60000, (Step.MARKUP, Step.MOST)),
        (PriceRules(free_from=500000), Money(499999), 48600, ()),
        (PriceRules(free_from=500000), Money(500000), 0, (Step.FREE,)),
        (PriceRules(free_from=500000), Money(900000, "USD"), 48600, ()),
        (PriceRules(free_from=500000), None, 48600, ()),
        (PriceRules(plus=-90000), None, 0, (Step.MARKUP,)),
        (PriceRules(plus=5000, step=10000, currency="KZT"), None, 48600, ()),
        (PriceRules(permille=100, plus=5000, currency="KZT"), None, 53460, (Step.MARKUP,)),
    ],
)
def test_a_price_by_the_rule(rules: PriceRules, worth: Money | None, price: int, steps: tuple[Step, ...]) -> None:
    found = rules.apply(QUOTED, worth)
    assert (found.price, found.quoted, found.steps) == (Money(price), QUOTED, steps)


RULES = st.builds(
    PriceRules,
    permille=st.integers(-1000, 5000),
    plus=st.integers(-100000, 100000),
    step=st.sampled_from([0, 1, 100, 1000, 5000]),
    rounding=st.sampled_from(Rounding),
    least=st.none() | st.integers(0, 100000),
    most=st.none() | st.integers(0, 100000),
    free_from=st.none() | st.integers(0, 10**7),
)


@given(RULES, st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_dearer_delivery_is_never_cheaper_for_the_client(rules: PriceRules, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert rules.apply(Money(low)).price.minor <= rules.apply(Money(high)).price.minor


@given(RULES, st.integers(0, 10**8), st.none() | st.builds(Money, st.integers(0, 10**8)))
def test_it_is_never_below_nothing_and_a_multiple_of_the_step(
    rules: PriceRules, minor: int, worth: Money | None
) -> None:
    found = rules.apply(Money(minor), worth)
    assert found.price.minor >= 0
    assert found.price.minor % max(rules.step, 1) == 0
    assert found.steps or found.price == found.quoted


@given(RULES)
def test_rules_are_kept_as_they_are(rules: PriceRules) -> None:
    assert PriceRules.of({"price_rules": rules.to_json()}) == rules
