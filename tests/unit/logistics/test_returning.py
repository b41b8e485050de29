"""A return survives the way into a row and back; its stages know their order; every problem of it has words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from b24app import words
from b24app.flows import returns
from b24app.flows.returns.effects import Facts
from b24app.flows.returns.moves import Move
from b24app.flows.returns.owed import MoneyRules, money_line
from b24app.flows.returns.storage import StorageRules
from b24app.flows.returns.window import LongerWindow, WindowException, WindowRules
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import (
    Agreed,
    Condition,
    DeliveryCost,
    Outcome,
    Return,
    ReturnLine,
    ReturnOrigin,
    ReturnStage,
    Settled,
    Span,
)
from tests.unit.flows.returns.given import ANNA, NOW, PAID, PLAID, RULES, SOLD, counted

SOME = (counted(1, "0.25", photos=("p1",)), counted(1, "1", Condition.DAMAGED, percent=15, note="пятно"))
CASE = Return(
    "wb-5120-R1", 5120, ReturnStage.INSPECTED, ReturnOrigin.CUSTOMER,
    (ReturnLine(PLAID, (Span(Decimal(0), Decimal("1.25")),), "colour", "не тот"),), NOW, "tracking:wb-5120-1", True,
    SOME, Outcome.WRITE_OFF, ANNA, DeliveryCost.WITH_ALL, Agreed(Money(1), ANNA),
    Settled(Money(1), Money(0), Money(2)), Money(3),
)  # fmt: skip
MONEY = money_line(replace(CASE, refunded=None), SOLD, (), PAID, RULES)[0]
WINDOW = WindowRules(
    30,
    (WindowException("Бельё", None, (8,), ("A",)),),
    (LongerWindow("Зима", date(2026, 12, 1), date(2027, 1, 9), 60),),
)
MODELS = [
    CASE, MONEY, WINDOW, PAID, MoneyRules({Condition.LOST: 5}, DeliveryCost.RETURNED), StorageRules((5,), ()),
    Facts(left=Money(5), obstacles=(Problem("return_empty", Field.ITEMS),)), Move(ReturnStage.CLOSED),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_what_is_stored_comes_back_equal(model: Jsonable) -> None:
    assert type(model).from_json(json.loads(json.dumps(model.to_json()))) == model


def test_a_return_of_an_older_version_takes_defaults() -> None:
    least = {"number": "wb-1-R1", "deal_id": 1, "stage": "requested", "origin": "manager"}
    assert Return.from_json(least) == Return("wb-1-R1", 1, ReturnStage.REQUESTED, ReturnOrigin.MANAGER)


def test_stages_and_quantities() -> None:
    assert CASE.lines[0].asked == Decimal("1.25")
    assert [stage for stage in ReturnStage if stage.is_final] == [ReturnStage.CLOSED, ReturnStage.REFUSED]
    assert [stage.value for stage in ReturnStage if stage.is_counted] == ["inspected", "refunded", "replaced", "closed"]
    ranks = [stage.rank for stage in ReturnStage]
    assert ranks == sorted(ranks)


#: A key of the portal's settings and limits of systems, which are no problems.
OTHERS = {"return_rules", "return_own_only", "return_no_courier", "return_unpriced"}


def test_every_problem_of_returns_has_words_for_all_that_it_knows() -> None:
    folder = Path(returns.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    codes = set(re.findall(r'"(return_[a-z_]+)"', code)) - OTHERS
    assert len(codes) > 30
    for lang in words.LANGUAGES:
        assert sorted(each for each in codes if not words.has(f"problem.{each}", lang)) == []
        said = words.say_problem(Problem("return_money_left", params={"left": Money(464400)}), lang)
        assert "4" in said
        assert "644" in said
