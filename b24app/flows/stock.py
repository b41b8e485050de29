"""Whether what a deal needs lies in the warehouses: needed against available, article by article. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from b24app.flows.parcels import SERVICE
from b24app.flows.snapshot import ProductRow
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.warehouse import StockAnswer, Warehouse

#: What a system said of an article is the present for so long: it is not asked again, whichever deal wants it.
FRESH = timedelta(minutes=1)
#: A system that has not answered by then is called silent; by `LOST` it never will.
SILENT, LOST = timedelta(seconds=15), timedelta(seconds=60)
NOTHING = Decimal(0)
#: No article of a catalogue is longer.
LONGEST = 255


class Level(StrEnum):
    """How a row of a deal stands. `unknown`: the system has never heard of its article. `unnamed`: it has none."""

    ENOUGH = "enough"
    SHORT = "short"
    NONE = "none"
    UNKNOWN = "unknown"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Need(Jsonable):
    """So much of one article, in the row's own unit. Rows of one article are one need."""

    name: str
    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Lying(Jsonable):
    """What lies of an article in one warehouse; see `StockLine`."""

    warehouse: str
    title: str
    available: Decimal
    on_hand: Decimal | None = None
    reserved: Decimal | None = None
    expected: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Shelf(Jsonable):
    """All that a system said of one article. `as_of` is the system's own time of it, `read_at` when we heard it."""

    sku: str
    read_at: datetime
    known: bool = True
    lying: tuple[Lying, ...] = ()
    as_of: datetime | None = None

    @property
    def at(self) -> datetime:
        return self.as_of or self.read_at


@dataclass(frozen=True, slots=True)
class Standing:
    """One need against what lies there. `together`: no warehouse has enough, all of them have. `elsewhere`: the
    account's own warehouse has not enough, this other one has. `shelf` None = nothing is known yet (then `level` is,
    too, unless the row has no article)."""

    need: Need
    level: Level | None = None
    shelf: Shelf | None = None
    available: Decimal = NOTHING
    together: bool = False
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Lack(Jsonable):
    """A need that a warehouse of the deal's way cannot meet."""

    name: str
    sku: str
    quantity: Decimal
    available: Decimal
    level: Level


def needs_of(rows: Iterable[ProductRow]) -> tuple[Need, ...]:
    """Services lie nowhere. Rows without an article stay each for itself."""
    found: dict[str, Need] = {}
    for row in rows:
        if row.type == SERVICE or row.quantity <= 0:
            continue
        sku = row.sku.strip()[:LONGEST]
        key = sku or f"\n{row.id}"
        known = found.get(key)
        found[key] = (
            replace(known, quantity=known.quantity + row.quantity) if known else Need(row.name, sku, row.quantity)
        )
    return tuple(found.values())


def articles_of(needs: Iterable[Need]) -> tuple[str, ...]:
    """What a system can be asked about."""
    return tuple(need.sku for need in needs if need.sku)


def shelves_of(
    answer: StockAnswer, asked: Sequence[str], warehouses: Sequence[Warehouse], now: datetime
) -> list[Shelf]:
    """The answer, article by article. A warehouse that the answer leaves out has nothing; one that tells of an article
    several times (bins, owners) has all of it together."""
    titles = {each.code: each.title for each in warehouses}
    unknown = set(answer.unknown)
    found: dict[str, dict[str, Lying]] = {sku: {} for sku in asked}
    for line in answer.lines:
        mine = found.get(line.sku)
        if mine is None:
            continue
        title = titles.get(line.warehouse) or line.warehouse
        lying = Lying(line.warehouse, title, line.available, line.on_hand, line.reserved, line.expected, line.unit)
        known = mine.get(line.warehouse)
        mine[line.warehouse] = _sum(known, lying) if known else lying
    for sku, mine in found.items():
        for code, title in titles.items() if sku not in unknown else ():
            mine.setdefault(code, Lying(code, title, NOTHING))
    return [Shelf(sku, now, sku not in unknown, tuple(mine.values()), answer.as_of) for sku, mine in found.items()]


def _sum(one: Lying, other: Lying) -> Lying:
    return replace(
        one,
        available=one.available + other.available,
        on_hand=_both(one.on_hand, other.on_hand),
        reserved=_both(one.reserved, other.reserved),
        expected=_both(one.expected, other.expected),
        unit=one.unit or other.unit,
    )


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None and other is None else (one or NOTHING) + (other or NOTHING)


def judge(need: Need, shelf: Shelf | None, own: str = "") -> Standing:
    """`own`: the warehouse that the account ships from; "" = any of them may."""
    if not need.sku:
        return Standing(need, Level.UNNAMED)
    if shelf is None:
        return Standing(need)
    if not shelf.known:
        return Standing(need, Level.UNKNOWN, shelf)
    mine = [each for each in shelf.lying if each.warehouse == own] or list(shelf.lying)
    best = max((each.available for each in mine), default=NOTHING)
    if best >= need.quantity:
        return Standing(need, Level.ENOUGH, shelf, best)
    others = [each for each in shelf.lying if each not in mine and each.available >= need.quantity]
    whole = sum((max(each.available, NOTHING) for each in shelf.lying), NOTHING)
    return Standing(
        need,
        Level.SHORT if best > 0 else Level.NONE,
        shelf,
        max(best, NOTHING),
        together=len(shelf.lying) > 1 and not others and whole >= need.quantity,
        elsewhere=max(others, key=lambda each: each.available).title if others else "",
    )


def lacks_of(standings: Iterable[Standing]) -> tuple[Lack, ...]:
    """What a warehouse could not pick whole. A row without an article is nobody's lack: it is told at the row."""
    lacking = (Level.SHORT, Level.NONE, Level.UNKNOWN)
    return tuple(
        Lack(each.need.name, each.need.sku, each.need.quantity, each.available, each.level)
        for each in standings
        if each.level in lacking
    )


def warehouse_legs(way: Iterable[int], warehouses: Collection[int]) -> frozenset[int]:
    """The accounts of warehouses that a deal would go through, which alone may warn of what they lack. `way`: the
    account that ships it, and the one that a chain puts before it (`Composed.before`); 0 = none."""
    return frozenset(each for each in way if each in warehouses)


def warning(lacking: Mapping[int, Sequence[Lack]], legs: Collection[int]) -> tuple[int, tuple[Lack, ...]] | None:
    """The first warehouse of the deal's way that cannot pick everything, and what it lacks; None = no word about it,
    whatever warehouses lack that the deal does not go through."""
    return next(((leg, tuple(lacking[leg])) for leg in sorted(legs) if lacking.get(leg)), None)
