"""Needed against available: every level, what a row is told beside it, and whose lack is a deal's worry."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24app.flows.snapshot import ProductRow
from b24app.flows.stock import (
    Lack,
    Level,
    Lying,
    Need,
    Shelf,
    articles_of,
    judge,
    lacks_of,
    needs_of,
    shelves_of,
    warehouse_legs,
    warning,
)
from b24app.logistics.money import Money
from b24app.logistics.warehouse import StockAnswer, StockLine, Warehouse

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
MSK, KZN = Warehouse("MSK-01", "Москва"), Warehouse("KZN-01", "Казань")


def row(number: int, name: str, quantity: str, sku: str = "", kind: int = 1) -> ProductRow:
    return ProductRow(number, name, Money(100), Decimal(quantity), kind, number, sku)


def need(quantity: str, sku: str = "P1") -> Need:
    return Need("Плед", sku, Decimal(quantity))


def shelf(**lies: str) -> Shelf:
    places = {"msk": MSK, "kzn": KZN}
    lying = tuple(Lying(places[each].code, places[each].title, Decimal(lies[each])) for each in lies)
    return Shelf("P1", NOW, lying=lying)


STRANGE = Shelf("P1", NOW, known=False)


def test_a_deal_needs_its_goods_article_by_article() -> None:
    rows = [
        row(1, "Плед", "2", "P1"), row(2, "Сборка", "1", "S", kind=7), row(3, "Плед в подарок", "1.5", " P1 "),
        row(4, "Без кода", "1"), row(5, "Тоже без", "1"), row(6, "Ничего", "0", "P9"),
    ]  # fmt: skip
    found = needs_of(rows)
    assert [(each.name, each.sku, each.quantity) for each in found] == [
        ("Плед", "P1", Decimal("3.5")), ("Без кода", "", Decimal(1)), ("Тоже без", "", Decimal(1)),
    ]  # fmt: skip
    assert articles_of(found) == ("P1",)


@pytest.mark.parametrize(
    ("quantity", "lies", "own", "level", "available", "together", "elsewhere"),
    [
        ("2", {"msk": "2"}, "", Level.ENOUGH, "2", False, ""),
        ("2", {"msk": "1.999"}, "", Level.SHORT, "1.999", False, ""),
        ("2", {"msk": "0"}, "", Level.NONE, "0", False, ""),
        ("2", {"msk": "-3"}, "", Level.NONE, "0", False, ""),
        ("2", {}, "", Level.NONE, "0", False, ""),
        ("3", {"msk": "2", "kzn": "1"}, "", Level.SHORT, "2", True, ""),
        ("4", {"msk": "2", "kzn": "1"}, "", Level.SHORT, "2", False, ""),
        ("3", {"msk": "2", "kzn": "9"}, "MSK-01", Level.SHORT, "2", False, "Казань"),
        ("3", {"msk": "0", "kzn": "9"}, "MSK-01", Level.NONE, "0", False, "Казань"),
        ("3", {"msk": "0", "kzn": "9"}, "KZN-01", Level.ENOUGH, "9", False, ""),
        ("3", {"msk": "0", "kzn": "9"}, "SPB-01", Level.ENOUGH, "9", False, ""),  # a choice that is there no more
    ],
)
def test_levels(
    quantity: str, lies: dict[str, str], own: str, level: Level, available: str, together: bool, elsewhere: str
) -> None:
    found = judge(need(quantity), shelf(**lies), own)
    assert (found.level, found.available, found.together, found.elsewhere) == (
        level, Decimal(available), together, elsewhere,
    )  # fmt: skip


def test_unknown_is_not_none_and_unasked_is_neither() -> None:
    assert judge(need("1"), STRANGE).level is Level.UNKNOWN
    assert judge(need("1"), None).level is None
    assert judge(need("1", sku=""), None).level is Level.UNNAMED
    standings = [judge(need("1"), STRANGE), judge(need("1"), None), judge(need("1", sku=""), None),
                 judge(need("5"), shelf(msk="2")), judge(need("1"), shelf(msk="2"))]  # fmt: skip
    assert [(each.level, each.available) for each in lacks_of(standings)] == [
        (Level.UNKNOWN, Decimal(0)), (Level.SHORT, Decimal(2)),
    ]  # fmt: skip


def test_an_answer_is_taken_apart_by_article() -> None:
    lines = (
        StockLine("P1", "MSK-01", Decimal(2), expected=Decimal(5), unit="шт."),
        StockLine("P1", "MSK-01", Decimal(1), reserved=Decimal(1)),
        StockLine("P2", "TMB-01", Decimal(4)),
        StockLine("P8", "MSK-01", Decimal(9)),  # nobody asked
    )
    answer = StockAnswer(lines, ("P3",), NOW)
    found = {each.sku: each for each in shelves_of(answer, ["P1", "P2", "P3", "P4"], [MSK, KZN], NOW)}
    assert sorted(found) == ["P1", "P2", "P3", "P4"]
    [mine, other] = found["P1"].lying
    assert (mine.title, mine.available, mine.expected, mine.reserved, mine.unit) == (
        "Москва", Decimal(3), Decimal(5), Decimal(1), "шт.",
    )  # fmt: skip
    assert (other.title, other.available) == ("Казань", Decimal(0))
    assert [(each.title, each.available) for each in found["P2"].lying] == [
        ("TMB-01", Decimal(4)), ("Москва", Decimal(0)), ("Казань", Decimal(0)),
    ]  # fmt: skip
    assert (found["P3"].known, found["P3"].lying) == (False, ())
    assert (found["P4"].known, {each.available for each in found["P4"].lying}) == (True, {Decimal(0)})
    assert Shelf.from_json(found["P1"].to_json()) == found["P1"]


def test_only_a_warehouse_on_the_deals_way_warns() -> None:
    lack = Lack("Плед", "P1", Decimal(2), Decimal(1), Level.SHORT)
    lacking = {7: [lack], 8: [], 9: [lack]}
    assert warehouse_legs((5, 0), {7, 8, 9}) == frozenset()  # a carrier alone
    assert warehouse_legs((7, 0), {7, 8, 9}) == {7}
    assert warehouse_legs((5, 9), {7, 8, 9}) == {9}
    assert warning(lacking, warehouse_legs((5, 0), {7, 8, 9})) is None
    assert warning(lacking, {8}) is None
    assert warning(lacking, {5}) is None
    assert warning(lacking, {8, 9}) == (9, (lack,))
