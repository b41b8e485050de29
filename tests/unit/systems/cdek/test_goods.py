"""Items of an order: money adds up exactly, articles are allowed and unique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.logistics.model import Item
from b24app.logistics.money import Money
from b24app.systems.cdek.goods import MAX_AMOUNT, MAX_ARTICLE, item_rows, vat_rate
from b24app.systems.kit.goods import collect

ITEMS = st.lists(
    st.builds(
        Item,
        name=st.just("Товар"),
        sku=st.text(max_size=30),
        quantity=st.integers(1, 1500),
        price=st.builds(Money, st.integers(0, 10**6)),
        weight_g=st.integers(1, 5000),
    ),
    min_size=1,
    max_size=6,
)


def cups(quantity: int = 3, price: int = 100, **changes: Any) -> Item:
    return Item("Чашка", changes.pop("sku", "CUP"), quantity, Money.of(price), 300, **changes)


def totals(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """(payments, costs) of rows in minor units."""
    paid = sum(Money.of(row["payment"]["value"]).minor * row["amount"] for row in rows)
    return paid, sum(Money.of(row["cost"]).minor * row["amount"] for row in rows)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text draws the table of all letters
@given(ITEMS, st.none() | st.integers(0, 10**9), st.none() | st.integers(0, 10**9))
def test_payments_are_exactly_the_cod_and_costs_the_declared_value(
    items: list[Item], cod: int | None, declared: int | None
) -> None:
    money = None if cod is None else Money(cod)
    worth = None if declared is None else Money(declared)
    [rows] = item_rows([items], money, worth)
    goods = sum(item.price.minor * item.quantity for item in items)
    paid, cost = totals(rows)
    assert paid + collect(items, money).delivery == (cod or 0)
    assert paid <= goods
    assert cost == (goods if declared is None else declared)
    assert sum(row["amount"] for row in rows) == sum(item.quantity for item in items)
    assert all(1 <= row["amount"] <= MAX_AMOUNT for row in rows)
    packages = item_rows([items[:1], items[1:]], money, worth)
    assert totals([row for package in packages for row in package]) == (paid, cost), "whatever lies in which parcel"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ITEMS)
def test_articles_are_allowed_and_unique(items: list[Item]) -> None:
    articles = [row["ware_key"] for row in item_rows([items], None, None)[0]]
    assert len({article.casefold() for article in articles}) == len(articles)
    assert all(1 <= len(article) <= MAX_ARTICLE for article in articles)
    assert all(ord(sign) != 0x2028 for article in articles for sign in article)


def test_a_sum_that_does_not_divide_makes_two_rows() -> None:
    [rows] = item_rows([[cups()]], Money(10000), None)
    assert [(row["amount"], row["payment"]["value"], row["ware_key"]) for row in rows] == [
        (2, 33.33, "CUP"),
        (1, 33.34, "CUP_2"),
    ]


def test_prepaid_goods_cost_nothing_at_the_door_and_keep_their_worth() -> None:
    [[row]] = item_rows([[cups()]], None, None)
    assert (row["payment"], row["cost"]) == ({"value": 0.0}, 100.0)


def test_what_exceeds_the_goods_is_for_the_delivery() -> None:
    found = collect([cups(3, 100)], Money.of(550))
    assert (found.of_items, found.delivery) == ((30000,), 25000)


def test_articles_that_clash_after_cutting_stay_apart() -> None:
    items = [
        cups(sku="ОЧЕНЬ-ДЛИННЫЙ-АРТИКУЛ-1"),
        cups(sku="ОЧЕНЬ-ДЛИННЫЙ-АРТИКУЛ-2"),
        cups(sku="a\tb\x1d"),
        cups(sku="~~"),
    ]
    articles = [row["ware_key"] for row in item_rows([items], None, None)[0]]
    assert articles == ["ОЧЕНЬ-ДЛИННЫЙ-АРТИКУ", "ОЧЕНЬ-ДЛИННЫЙ-АРТИ_2", "ab", "item-4"]


@pytest.mark.parametrize(
    ("setting", "of_row", "rate"),
    [("", 22, None), ("rows", 22, 22), ("rows", 20, None), ("rows", None, None), ("0", 22, 0), ("22", None, 22)],
)
def test_only_rates_that_print_right_receipts_are_stated(setting: str, of_row: int | None, rate: int | None) -> None:
    assert vat_rate(setting, of_row) == rate


def test_vat_is_inside_the_price_and_stated_only_where_something_is_paid() -> None:
    [[paid]] = item_rows([[cups(1, 1220, vat_percent=22)]], Money.of(1220), None, "rows")
    assert paid["payment"] == {"value": 1220.0, "vat_sum": 220.0, "vat_rate": 22}
    [[free]] = item_rows([[cups(1, 1220, vat_percent=22)]], None, None, "rows")
    assert free["payment"] == {"value": 0.0}
