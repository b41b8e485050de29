"""Goods of an order: money for systems that want it per piece (sums exact to the minor unit, over several parcels), and
articles that a system does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b24app.logistics.model import Item
from b24app.logistics.money import Money, per_unit, share
from b24app.logistics.problem import Field, Problem, Who


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


@dataclass(frozen=True, slots=True)
class Pieces:
    """`quantity` pieces of an item that cost the same: minor units each, to be `paid` by the recipient and `worth` for
    the insurance. `position` is the item's place in its package, from 1."""

    item: Item
    position: int
    quantity: int
    paid: int
    worth: int


def pieces(
    packages: Sequence[Sequence[Item]], cod: Money | None, declared: Money | None, most: int = 1_000_000
) -> list[list[Pieces]]:
    """Rows of each package. `declared` None = what the goods cost. A sum that does not divide by the number of pieces
    makes two rows, so that all rows of all packages together are exactly the COD (as far as `collect` gives it to the
    goods) and the declared value. `most` pieces a row."""
    items = [item for package in packages for item in package]
    sums = [item.price.minor * item.quantity for item in items]
    paid = iter(collect(items, cod).of_items)
    worth = iter(sums if declared is None else share(declared.minor, sums))
    return [
        [row for at, item in enumerate(package, 1) for row in _even(item, at, next(paid), next(worth), most)]
        for package in packages
    ]


def _even(item: Item, position: int, paid: int, worth: int, most: int) -> Iterator[Pieces]:
    payments, costs = per_unit(paid, item.quantity), per_unit(worth, item.quantity)
    while payments and costs:
        amount = min(payments[0][0], costs[0][0], most)
        yield Pieces(item, position, amount, payments[0][1], costs[0][1])
        payments, costs = _take(payments, amount), _take(costs, amount)


def _take(rows: list[tuple[int, int]], amount: int) -> list[tuple[int, int]]:
    left = rows[0][0] - amount
    return [(left, rows[0][1]), *rows[1:]] if left else rows[1:]


def article_unknown(sku: str, code: str = "", words: str = "") -> Problem:
    """One for each article: where the system gives no `code`, the article stands in its place, so that none hides
    another (`Problem.key`)."""
    return Problem("article_unknown", Field.ITEMS, Who.MANAGER, code or sku, words, {"sku": sku})
