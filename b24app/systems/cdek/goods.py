"""Our items as CDEK's `packages[].items[]`: unique articles, and money that adds up to the kopeck."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.logistics.model import Item
from b24app.logistics.money import Money, per_unit, share
from b24app.systems.cdek.vocabulary import rubles

#: cdek.md §6.1: letters, digits and this punctuation; 20 in the general text (later ones say 50).
_FORBIDDEN = re.compile(r"[^A-Za-zА-Яа-яЁё0-9!@\"#№$;%^:&?*()_\-+=<>,.{}\[\]/ ]")
MAX_ARTICLE = 20
MAX_NAME = 255
MAX_AMOUNT = 999
VAT_RATES = frozenset({0, 5, 7, 10, 16, 22})


@dataclass(frozen=True, slots=True)
class Collected:
    """How a COD sum is split: minor units for each item (whole row) and what is left for the delivery."""

    of_items: tuple[int, ...]
    delivery: int


def collect(items: Sequence[Item], cod: Money | None) -> Collected:
    """Goods first, each in proportion to its price and never above it; what exceeds them is paid for the delivery."""
    sums = [item.price.minor * item.quantity for item in items]
    if cod is None:
        return Collected(tuple(0 for _ in items), 0)
    for_goods = min(cod.minor, sum(sums))
    return Collected(tuple(share(for_goods, sums)), cod.minor - for_goods)


def item_rows(
    packages: Sequence[Sequence[Item]], cod: Money | None, declared: Money | None, vat: str = ""
) -> list[list[dict[str, Any]]]:
    """Rows of each package. `declared` None = what the goods cost. A sum that does not divide by the number of pieces
    makes two rows, so that all rows of all packages together are exactly the COD and the declared value."""
    items = [item for package in packages for item in package]
    sums = [item.price.minor * item.quantity for item in items]
    paid = iter(collect(items, cod).of_items)
    worth = iter(sums if declared is None else share(declared.minor, sums))
    return [
        _package_rows(package, [next(paid) for _ in package], [next(worth) for _ in package], vat)
        for package in packages
    ]


def _package_rows(items: Sequence[Item], paid: Sequence[int], worth: Sequence[int], vat: str) -> list[dict[str, Any]]:
    used: set[str] = set()
    rows: list[dict[str, Any]] = []
    for position, (item, item_paid, item_worth) in enumerate(zip(items, paid, worth, strict=True), start=1):
        parts = _even_parts(item.quantity, item_paid, item_worth)
        rows += [_row(item, unique_article(item.sku, position, used), part, vat) for part in parts]
    return rows


def _even_parts(quantity: int, paid: int, worth: int) -> Iterator[tuple[int, int, int]]:
    """`(pieces, payment each, cost each)` so that each sum is exact; at most 999 pieces a row."""
    payments, costs = per_unit(paid, quantity), per_unit(worth, quantity)
    while payments and costs:
        amount = min(payments[0][0], costs[0][0], MAX_AMOUNT)
        yield amount, payments[0][1], costs[0][1]
        payments, costs = _take(payments, amount), _take(costs, amount)


def _take(rows: list[tuple[int, int]], amount: int) -> list[tuple[int, int]]:
    left = rows[0][0] - amount
    return [(left, rows[0][1]), *rows[1:]] if left else rows[1:]


def _row(item: Item, article: str, part: tuple[int, int, int], vat: str) -> dict[str, Any]:
    amount, pay, cost = part
    currency = item.price.currency
    return {
        "name": item.name[:MAX_NAME],
        "ware_key": article,
        "payment": payment(pay, currency, vat_rate(vat, item.vat_percent)),
        "cost": rubles(cost, currency),
        "weight": item.weight_g,
        "amount": amount,
    }


def vat_rate(setting: str, of_row: int | None) -> int | None:
    """The rate for the receipt: none, the goods' own, or one for all. A rate that CDEK does not take is left out: it
    would refuse the order, and a wrong one would print a wrong receipt."""
    rate = of_row if setting == "rows" else int(setting) if setting.isdigit() else None
    return rate if rate in VAT_RATES else None


def payment(minor: int, currency: str, rate: int | None) -> dict[str, Any]:
    """A `money` object. VAT is inside the value and stated only where something is paid."""
    money: dict[str, Any] = {"value": rubles(minor, currency)}
    if minor and rate is not None:
        money |= {"vat_sum": rubles(round(minor * rate / (100 + rate)), currency), "vat_rate": rate}
    return money


def unique_article(sku: str, position: int, used: set[str]) -> str:
    """An allowed article that is not in `used` (and now is): CDEK renames repeated ones to random names, ours stay
    readable: `SKU-1`, `SKU-1_2`. Without a SKU, `item-<position>`."""
    base = _FORBIDDEN.sub("", sku).strip()[:MAX_ARTICLE].strip() or f"item-{position}"
    article, copy = base, 1
    while article.casefold() in used:
        copy += 1
        article = f"{base[: MAX_ARTICLE - len(str(copy)) - 1]}_{copy}"
    used.add(article.casefold())
    return article


def totals(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """(payments, costs) of rows in minor units of a two-digit currency; for checks."""
    paid = sum(Money.of(row["payment"]["value"]).minor * row["amount"] for row in rows)
    return paid, sum(Money.of(row["cost"]).minor * row["amount"] for row in rows)
