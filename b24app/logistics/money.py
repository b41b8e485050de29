"""Money as integer minor units of an ISO 4217 currency, and exact ways to split it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from b24app.logistics.jsonable import Jsonable

#: Minor digits of currencies that do not have two of them.
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0}


@dataclass(frozen=True, slots=True)
class Money(Jsonable):
    """`minor` kopecks (cents, …) of `currency`. Adding different currencies raises ValueError."""

    minor: int
    currency: str = "RUB"

    @classmethod
    def of(cls, amount: Decimal | str | int | float, currency: str = "RUB") -> Self:
        """From whole units: `Money.of("43200.50")` is 4320050 kopecks, rounded half up."""
        scale = Decimal(10) ** DIGITS.get(currency, 2)
        return cls(int((Decimal(str(amount)) * scale).quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        """Whole units, exact: 4320050 -> Decimal("43200.50")."""
        return Decimal(self.minor).scaleb(-DIGITS.get(self.currency, 2))

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` minor units in proportion to `weights`, adding up exactly (largest remainders get the odd units).

    Weights that are all zero count as equal. An empty `weights` gives an empty list.
    """
    if not weights:
        return []
    basis = list(weights) if sum(weights) > 0 else [1] * len(weights)
    whole = sum(basis)
    shares = [total * weight // whole for weight in basis]
    by_remainder = sorted(range(len(basis)), key=lambda i: (-(total * basis[i] % whole), i))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def per_unit(total: int, quantity: int) -> list[tuple[int, int]]:
    """`total` over `quantity` equal pieces as `(pieces, minor each)` rows that add up exactly: 100 over 3 gives
    `[(2, 33), (1, 34)]`. One row when it divides evenly."""
    if quantity <= 0:
        return []
    low, odd = divmod(total, quantity)
    rows = [(quantity - odd, low), (odd, low + 1)]
    return [row for row in rows if row[0]]
