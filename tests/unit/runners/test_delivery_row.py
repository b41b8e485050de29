"""The delivery as one product row of a deal: which row is ours, what is done about it, and that it never travels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24 import goods
from b24app.bitrix24.goods import SoldRow
from b24app.flows.parcels import SERVICE
from b24app.logistics.money import Money
from b24app.runners.portal.batching import letters
from b24app.runners.portal.delivery_row import Seen, Step, decide
from b24app.store.delivery_rows import KIND, OwnRow
from b24app.store.models import OutboxRow
from b24app.words import LANGUAGES, say

NAME, FORMER = "Доставка: СДЭК, Посылка", "Доставка: СДЭК, Экспресс"


def sold(row_id: int, name: str, price: str = "486", product: int = 0) -> SoldRow:
    return SoldRow(row_id, 5, product, name, Decimal(price), Decimal(1))


def wants(price: int | None = 48600, product: int = 0, currency: str = "RUB") -> dict[str, Any]:
    return {"name": NAME, "price": Money(price, currency).to_json() if price else None, "product": product}


GOODS = sold(1, "Плед", "2580", product=3311)


@pytest.mark.parametrize(
    ("rows", "own", "payload", "step"),
    [
        ((GOODS,), OwnRow(0, (NAME,)), wants(), Step("add")),
        ((GOODS, sold(2, NAME)), OwnRow(2, (NAME,)), wants(), Step("nothing", 2)),
        # The answer to the adding was lost: by its name, or by one that we gave it before.
        ((GOODS, sold(2, FORMER)), OwnRow(0, (FORMER, NAME)), wants(), Step("update", 2)),
        # Somebody renamed it: by its id. Somebody wrote a row of their own: not ours.
        ((GOODS, sold(2, "Доставка, скидка")), OwnRow(2, (NAME,)), wants(), Step("update", 2)),
        ((GOODS, sold(2, "Доставка: наш курьер")), OwnRow(0, (NAME,)), wants(), Step("add")),
        ((GOODS, sold(2, "Доставка", product=9)), OwnRow(0, (NAME,)), wants(product=9), Step("update", 2)),
        ((GOODS, sold(2, NAME)), OwnRow(2, (NAME,)), wants(None), Step("delete", 2)),
        ((GOODS,), OwnRow(2, (NAME,)), wants(None), Step("nothing")),
        ((GOODS,), OwnRow(0, (NAME,)), wants(currency="USD"), Step("currency")),
    ],
)
def test_the_deal_holds_our_row_once(
    rows: tuple[SoldRow, ...], own: OwnRow, payload: dict[str, Any], step: Step
) -> None:
    assert decide(Seen("RUB", rows), own, payload) == step


def test_of_several_choices_the_newest_leaves() -> None:
    def row(n: int, kind: str = KIND) -> OutboxRow:
        return OutboxRow(id=n, deal_id=5, kind=kind, priority=1, payload={"name": str(n)}, attempts=0)

    [letter] = letters([row(1), row(2, "comment"), row(3)])
    assert letter.row is not None
    assert (letter.row.id, [each.id for each in letter.former_rows]) == (3, [1])
    assert [each.id for each in letter.rows] == [3, 2]


def test_the_row_is_nothing_that_travels() -> None:
    names = [say("row.delivery", lang, what="СДЭК, Посылка") for lang in LANGUAGES]
    answer = {"productRows": [{"id": 1, "productName": name, "price": 486, "quantity": 1, "type": 1} for name in names]}
    assert [row.type for row in goods.parse_rows(answer, "RUB")] == [SERVICE] * len(LANGUAGES)
    [plaid] = goods.parse_rows({"productRows": [{"id": 1, "productName": "Плед", "price": 5, "type": 1}]}, "RUB")
    assert plaid.type == 1
