"""What the client pays for a delivery that a carrier has priced: the administrator's rule. Pure.

It decides what stands in the deal's product row, its invoice and its field, and what the online store is answered; what
the carrier takes is another matter and stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money

#: Key of the portal's settings.
KEY = "price_rules"


class Rounding(StrEnum):
    """To a multiple of the step."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


_WAYS = {Rounding.NEAREST: ROUND_HALF_UP, Rounding.UP: ROUND_CEILING, Rounding.DOWN: ROUND_FLOOR}


class Step(StrEnum):
    """What the rule did to a price, in the order in which it does."""

    MARKUP = "markup"
    LEAST = "least"
    MOST = "most"
    ROUNDED = "rounded"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class ClientPrice(Jsonable):
    """`price` is the client's, `quoted` the carrier's. `steps`: what changed it, empty = as quoted."""

    price: Money
    quoted: Money
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceRules(Jsonable):
    """`permille`: what is added (below 0: taken off), in tenths of a percent of the price; `plus` beside it. `step`:
    the price is a multiple of it, 0 = to the minor unit. `least` and `most` bound it; from goods worth `free_from` on
    it is nothing. Amounts are minor units of `currency`: of a price in another one only the percents are worked
    out."""

    permille: int = 0
    plus: int = 0
    step: int = 0
    rounding: Rounding = Rounding.NEAREST
    least: int | None = None
    most: int | None = None
    free_from: int | None = None
    currency: str = "RUB"

    @classmethod
    def of(cls, settings: Mapping[str, object] | None) -> PriceRules:
        """From a portal's settings; as quoted where nobody has set any."""
        kept = (settings or {}).get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()

    @property
    def as_quoted(self) -> bool:
        bounded = self.least is not None or self.most is not None or self.free_from is not None
        return not (self.permille or self.plus or self.step or bounded)

    def apply(self, quoted: Money, worth: Money | None = None) -> ClientPrice:
        """`worth` is what the goods cost, None = it is not known: then nothing is free because of it. Never below
        nothing."""
        mine = quoted.currency == self.currency
        steps: list[Step] = []
        minor = Decimal(quoted.minor) * (1000 + self.permille) / 1000 + (self.plus if mine else 0)
        minor = max(minor, Decimal(0))
        if minor != quoted.minor:
            steps.append(Step.MARKUP)
        if mine and self.least is not None and minor < self.least:
            minor, steps = Decimal(self.least), [*steps, Step.LEAST]
        if mine and self.most is not None and minor > self.most:
            minor, steps = Decimal(self.most), [*steps, Step.MOST]
        unit = self.step if mine and self.step else 1
        rounded = (
            int((minor / unit).quantize(Decimal(1), _WAYS[self.rounding if unit > 1 else Rounding.NEAREST])) * unit
        )
        if unit > 1 and rounded != minor:
            steps.append(Step.ROUNDED)
        if self._is_free(worth) and rounded:
            rounded, steps = 0, [*steps, Step.FREE]
        return ClientPrice(Money(rounded, quoted.currency), quoted, tuple(steps))

    def _is_free(self, worth: Money | None) -> bool:
        free = self.free_from
        return free is not None and worth is not None and worth.currency == self.currency and worth.minor >= free
