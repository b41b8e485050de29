"""What came back, why and by whom it was carried: sums over the rows of many returns. Pure.

Shares are of the pieces that came back: how many were sold in the period nobody here knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from b24app.flows.returns.counting import found_of, uncounted
from b24app.flows.returns.pieces import NOTHING, worth_of
from b24app.logistics.money import Money, share
from b24app.logistics.returning import Condition, Return, ReturnStage, Sold

#: Conditions in which something is wrong with the goods, or with what came.
SPOILT = (Condition.DAMAGED, Condition.WRONG, Condition.MISSING, Condition.LOST)


class Group(StrEnum):
    """What the report is by."""

    REASON = "reason"
    PRODUCT = "product"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Case:
    """A return of the period. `carrier`: the system that brought its goods to the client, "" = nobody knows."""

    id: int
    case: Return
    asked_at: datetime
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a return. `found` by condition, nothing where it was not counted; `worth` of the pieces asked,
    `refunded` this row's part of what went back."""

    of: Case
    sold: Sold
    reason: str
    asked: Decimal
    found: Mapping[Condition, Decimal]
    worth: Money
    refunded: Money
    photos: tuple[str, ...] = ()

    @property
    def spoilt(self) -> Decimal:
        return sum((self.found.get(condition, NOTHING) for condition in SPOILT), NOTHING)

    @property
    def product(self) -> str:
        """Goods that are one: by the catalogue's id, else by their article, else by their name."""
        sold = self.sold
        return f"#{sold.product_id}" if sold.product_id else sold.sku or sold.title.casefold()


@dataclass(frozen=True, slots=True)
class Sum:
    """Of all lines with one `key`. `name` is a product's; of others the key says it. `refunded` by currency."""

    key: str
    name: str
    returns: int
    pieces: Decimal
    spoilt: Decimal
    refunded: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`returns` that take place, `refused` ones beside them. Each group with most pieces first."""

    returns: int
    refused: int
    pieces: Decimal
    spoilt: Decimal
    refunded: tuple[Money, ...]
    lines: tuple[Line, ...]
    sums: Mapping[Group, tuple[Sum, ...]] = field(default_factory=dict)


def report_of(cases: Iterable[Case]) -> Report:
    every = tuple(cases)
    taken = [each for each in every if each.case.stage is not ReturnStage.REFUSED]
    lines = tuple(line for each in taken for line in lines_of(each))
    keys: Mapping[Group, Callable[[Line], str]] = {
        Group.REASON: lambda line: line.reason,
        Group.PRODUCT: lambda line: line.product,
        Group.CARRIER: lambda line: line.of.carrier,
    }
    return Report(
        returns=len(taken),
        refused=len(every) - len(taken),
        pieces=sum((line.asked for line in lines), NOTHING),
        spoilt=sum((line.spoilt for line in lines), NOTHING),
        refunded=_together(each.case.refunded for each in taken if each.case.refunded is not None),
        lines=lines,
        sums={group: _sums(lines, key) for group, key in keys.items()},
    )


def lines_of(of: Case) -> tuple[Line, ...]:
    """Several lines of one row (with different reasons) share what was found of it in their order; what went back is
    shared by worth, exactly."""
    case = of.case
    left = {} if uncounted(case) else _found(case)
    worth = [worth_of(line.sold, line.pieces) for line in case.lines]
    refunded = share(case.refunded.minor, [each.minor for each in worth]) if case.refunded else [0] * len(worth)
    photos: dict[int, list[str]] = {}
    for counted in case.counted:
        if counted.condition in SPOILT:
            photos.setdefault(counted.row, []).extend(counted.photos)
    found = []
    for line, its, back in zip(case.lines, worth, refunded, strict=True):
        currency = case.refunded.currency if case.refunded else its.currency
        found.append(
            Line(
                of, line.sold, line.reason, line.asked, _take(left.get(line.row, {}), line.asked), its,
                Money(back, currency), tuple(photos.pop(line.row, ())),
            )
        )  # fmt: skip
    return tuple(found)


def _found(case: Return) -> dict[int, dict[Condition, Decimal]]:
    found: dict[int, dict[Condition, Decimal]] = {}
    for each in found_of(case):
        row = found.setdefault(each.sold.row, {})
        row[each.condition] = row.get(each.condition, NOTHING) + each.quantity
    return found


def _take(left: dict[Condition, Decimal], quantity: Decimal) -> dict[Condition, Decimal]:
    taken: dict[Condition, Decimal] = {}
    for condition in list(left):
        here = min(left[condition], quantity)
        left[condition], quantity = left[condition] - here, quantity - here
        if here:
            taken[condition] = here
    return taken


def _sums(lines: Sequence[Line], key: Callable[[Line], str]) -> tuple[Sum, ...]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    sums = [
        Sum(
            key=name,
            name=mine[-1].sold.title,
            returns=len({line.of.id for line in mine}),
            pieces=sum((line.asked for line in mine), NOTHING),
            spoilt=sum((line.spoilt for line in mine), NOTHING),
            refunded=_together(line.refunded for line in mine),
        )
        for name, mine in groups.items()
    ]
    return tuple(sorted(sums, key=lambda each: (-each.pieces, each.name, each.key)))


def _together(sums: Iterable[Money]) -> tuple[Money, ...]:
    """By currency; nothing of a currency is left out."""
    found: dict[str, int] = {}
    for money in sums:
        found[money.currency] = found.get(money.currency, 0) + money.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(found.items()) if minor)
