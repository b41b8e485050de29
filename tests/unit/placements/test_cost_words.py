"""What a deal's tab says of a bill."""

from __future__ import annotations

import pytest

from b24app.flows.costs import Costs, Price
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import Money
from placements.cost_words import bill_text
from tests.unit.placements.conftest import NOW


@pytest.mark.parametrize(
    ("costs", "text"),
    [
        ({}, ""),
        ({"billed": None}, ""),
        ({"told_g": 2100, "weighed_g": 3000}, "расчёт 486,00 ₽, в счёте 520,00 ₽: вес 2,100 → 3,000 кг"),
        ({"extra": "Подъём"}, "расчёт 486,00 ₽, в счёте 520,00 ₽: услуга: Подъём"),
        ({"weighed_g": 3000}, "расчёт 486,00 ₽, в счёте 520,00 ₽: не сказано"),
    ],
)
def test_a_bill_beside_its_quote(ru: Formats, costs: dict[str, int | str | None], text: str) -> None:
    prices = {"quoted": Price(Money.of(486), NOW), "billed": Price(Money.of(520), NOW)} if costs else {}
    assert bill_text(Costs(**{**prices, **costs}), ru).replace(NBSP, " ") == text  # type: ignore[arg-type]
