"""What a recipient took of an order and what they left, as systems list it row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b24app.logistics.money import Money
from b24app.logistics.order import InPart, Left


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A row of goods, in pieces as the order named them. None = a number that cannot be read."""

    taken: Decimal | None
    left: Decimal | None
    sku: str = ""
    title: str = ""


def in_part(rows: Iterable[HandedOut], collected: Money | None = None) -> InPart | None:
    """None when nothing is told. Rows that cannot all be read, or of which nothing was taken or nothing left, do not
    say what comes back of an order that was collected in part: a wrong list is worse than none."""
    left: list[Left] = []
    taken, readable = Decimal(0), True
    for row in rows:
        if row.taken is None or row.left is None or row.taken < 0 or row.left < 0:
            readable = False
            continue
        taken += row.taken
        left += [Left(row.left, row.sku, row.title)] if row.left else []
    found = tuple(left) if readable and taken and left else None
    return InPart(found, collected) if found or collected is not None else None
