"""The pieces of a sold row and what each of them cost: disjoint spans whose money always adds up to the row's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from b24app.logistics.money import Money
from b24app.logistics.returning import Sold, Span

NOTHING = Decimal(0)


def naming(sold: Sold) -> dict[str, Any]:
    """Params of a Problem with this row, each row's its own."""
    return {"item": sold.title, "part": f"row{sold.row}"}


def all_of(sold: Sold) -> tuple[Span, ...]:
    return (Span(NOTHING, sold.quantity),) if sold.quantity > 0 else ()


def amount_of(spans: Iterable[Span]) -> Decimal:
    return sum((span.quantity for span in spans), NOTHING)


def cut(spans: Sequence[Span], quantity: Decimal) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The first `quantity` of these pieces, and the rest; all of them where there are not so many."""
    taken: list[Span] = []
    rest: list[Span] = []
    for span in spans:
        here = max(NOTHING, min(span.quantity, quantity))
        quantity -= here
        middle = span.begin + here
        taken += [Span(span.begin, middle)] if here else []
        rest += [Span(middle, span.end)] if middle < span.end else []
    return tuple(taken), tuple(rest)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans`, in their order."""
    left = list(spans)
    for gone in taken:
        left = [piece for span in left for piece in _around(span, gone)]
    return tuple(left)


def _around(span: Span, gone: Span) -> list[Span]:
    if gone.end <= span.begin or span.end <= gone.begin or not gone.quantity:
        return [span]
    before = [Span(span.begin, gone.begin)] if span.begin < gone.begin else []
    return before + ([Span(gone.end, span.end)] if gone.end < span.end else [])


def worth_of(sold: Sold, spans: Iterable[Span]) -> Money:
    """What was paid for these pieces, to the minor unit. Equal pieces differ by one minor unit at most, and any set of
    disjoint spans that covers the row is worth exactly what was paid for it."""
    return Money(sum(_up_to(sold, span.end) - _up_to(sold, span.begin) for span in spans), sold.paid.currency)


def _up_to(sold: Sold, position: Decimal) -> int:
    """What the pieces from the beginning up to `position` cost, rounded half up, in minor units. Fractions, because a
    `Decimal` quotient is cut off somewhere."""
    if sold.quantity <= 0:
        return 0
    return rounded(sold.paid.minor * Fraction(position) / Fraction(sold.quantity))


def rounded(minor: Fraction) -> int:
    """Half up; no amount here is negative."""
    return int(minor + Fraction(1, 2))
