"""What the recipient of a shipment left, in the words of the deal's rows: systems know goods by what they were sent.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from b24app.flows.returns.quantities import Told
from b24app.logistics.numbers import read_decimal
from b24app.logistics.order import Left
from b24app.logistics.returning import Sold


def told_of(left: Sequence[Left] | None, sold: Sequence[Sold]) -> tuple[Told, ...] | None:
    """None = the system does not list it. Articles that no row of the deal has stay as they were told."""
    if left is None:
        return None
    together: dict[tuple[str, str], Decimal] = {}
    for each in (_told(one, sold) for one in left):
        key = (each.sku, each.title)
        together[key] = together.get(key, Decimal(0)) + each.quantity
    return tuple(Told(quantity, *key) for key, quantity in together.items())


def _told(left: Left, sold: Sequence[Sold]) -> Told:
    """By the article, else by the name: an article may have been cut, or none have been sent. Rows of several articles
    with one name are not guessed among."""
    named = [(row, size) for row in sold if (size := _size(row, left.title)) is not None]
    mine = [(row, size) for row, size in named if left.sku and row.sku == left.sku]
    by_article = [(row, Decimal(1)) for row in sold if left.sku and row.sku == left.sku]
    found = mine or by_article or (named if len({row.sku for row, _ in named}) == 1 else [])
    if not found:
        return Told(left.quantity, left.sku, left.title)
    row, size = found[0]
    return Told(left.quantity * size, row.sku, row.title)


def _size(row: Sold, title: str) -> Decimal | None:
    """How much of the row one piece of that name holds; None = it is another name. A part of a unit is sent as one
    piece, its size behind its name (`flows.parcels`)."""
    name, wanted = row.title.strip().casefold(), title.strip().casefold()
    if wanted == name:
        return Decimal(1)
    size = read_decimal(wanted.removeprefix(f"{name}, ")) if wanted.startswith(f"{name}, ") else None
    return size if size is not None and size > 0 and size % 1 else None
