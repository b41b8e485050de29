"""The form of what the client pays: what is typed is read exactly, or told what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from b24app.flows.pricing import PriceRules, Rounding
from b24app.frames.formats import Formats
from b24app.frames.words import words
from placements.app.price_rules import CURRENCIES, read, values_of
from tests.unit.flows.test_pricing import RULES

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
RU, EN = (Formats(words(lang), UTC, NOW) for lang in ("ru", "en"))


def test_a_rule_as_people_write_it() -> None:
    typed = {"percent": "−5,5 %", "plus": " 1 050,5", "step": "50", "rounding": "up", "currency": "RUB", "most": "0"}
    assert read(typed) == (PriceRules(-55, 105050, 5000, Rounding.UP, None, 0), {})
    assert read({"currency": "RUB"}) == (PriceRules(), {})


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"percent": "10,55"}, {"percent": "percent"}),
        ({"percent": "-101"}, {"percent": "percent"}),
        ({"percent": "много"}, {"percent": "percent"}),
        ({"plus": "1,005"}, {"plus": "amount"}),
        ({"least": "-1"}, {"least": "below"}),
        ({"step": "1e12"}, {"step": "amount"}),
        ({"least": "100", "most": "99,99"}, {"most": "bounds"}),
        ({"currency": "XXX"}, {"currency": "currency"}),
    ],
)
def test_what_is_refused(typed: dict[str, str], errors: dict[str, str]) -> None:
    assert read({"currency": "RUB", **typed})[1] == errors


@given(RULES)
def test_what_is_shown_is_read_back(rules: PriceRules) -> None:
    """In either language; bounds that contradict each other cannot be typed."""
    if rules.least is None or rules.most is None or rules.least <= rules.most:
        assert read(values_of(rules, RU)) == read(values_of(rules, EN)) == (rules, {})


def test_every_currency_is_one() -> None:
    assert len(set(CURRENCIES)) == len(CURRENCIES)
    assert all(len(each) == 3 and each.isupper() for each in CURRENCIES)
