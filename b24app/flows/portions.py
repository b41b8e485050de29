"""What each of several shipments of a deal holds, what is left to ship, and how money is shared among them. Pure.

A deal whose goods leave together has no portions: its one shipment holds everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money, share
from b24app.logistics.status import Status


class OnFailure(StrEnum):
    """What a deal of several shipments does when one of them fails: stays (a Problem says so), or goes to the stage
    of the failure as a deal with one shipment would."""

    STAY = "stay"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Line(Jsonable):
    """So many units of one product row. `row` is the portal's id of it, which a person who edits the deal may change:
    then goods are known by `product_id`, else by name."""

    row: int
    name: str
    quantity: Decimal
    product_id: int = 0


@dataclass(frozen=True, slots=True)
class Portion(Jsonable):
    """What one of several shipments holds. `whole` are the deal's goods when it was decided, `stage` is where the deal
    stood then. In minor units: `cod` is what it collects, `declared` its declared value, `owed` what was to be
    collected for the whole deal. `again`: goods that the client had once, or others in their place, so that nothing is
    collected for them."""

    lines: tuple[Line, ...]
    whole: tuple[Line, ...] = ()
    stage: str = ""
    cod: int = 0
    declared: int = 0
    owed: int = 0
    again: bool = False


class Piece(Protocol):
    """One shipment of a deal, as far as what it holds matters. `portion` None = all goods of the deal."""

    @property
    def n(self) -> int: ...
    @property
    def status(self) -> Status: ...
    @property
    def portion(self) -> Portion | None: ...


P = TypeVar("P", bound=Piece)


@dataclass(frozen=True, slots=True)
class PartWish(Jsonable):
    """What a person wants to ship now. `seen` is the newest shipment's n of the deal when they chose (0 = none): had
    somebody else shipped since, they are asked again."""

    lines: tuple[Line, ...]
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Another shipment's portion, and how far that shipment is."""

    portion: Portion
    status: Status


@dataclass(frozen=True, slots=True)
class Terms:
    """How a portion takes its share: its goods' value and that of what stays behind (minor units; `after` None =
    nothing stays behind), and the portions that are on their way or delivered."""

    value: int
    after: int | None
    others: tuple[Held, ...] = ()

    def of_cod(self, owed: Money | None) -> Money | None:
        """The share of what is still unpaid."""
        return self._share(owed, claimed(self.others, owed.minor)) if owed else owed

    def of_declared(self, declared: Money | None) -> Money | None:
        """The share of a declared value that the deal states as a whole."""
        return self._share(declared, sum(held.portion.declared for held in self.others), keep=True)

    def _share(self, total: Money | None, taken: int, keep: bool = False) -> Money | None:
        if total is None:
            return None
        minor = share_of(total.minor - taken, self.value, self.after)
        return replace(total, minor=minor) if minor or keep else None


def share_of(unclaimed: int, value: int, after: int | None) -> int:
    """The portion's share of money that nobody else claims, by the value of goods; the last portion takes all that is
    left, so that the shares of any sequence of portions add up exactly."""
    weights = [value] if after is None else [value, after]
    return share(max(0, unclaimed), weights)[0]


def claimed(others: Sequence[Held], owed: int) -> int:
    """What other shipments of the deal collect, of the `owed` minor units that the deal says are unpaid now.

    Those on their way collect their own. What delivered ones brought counts until the deal says that it is paid: as
    far as what is owed has not fallen since they were made.
    """
    waiting = sum(held.portion.cod for held in others if held.status.is_live)
    brought = [held.portion for held in others if held.status is Status.DELIVERED and held.portion.cod]
    fallen = max((portion.owed for portion in brought), default=owed) - owed
    return waiting + max(0, sum(portion.cod for portion in brought) - max(0, fallen))


def left(whole: Sequence[Line], taken: Iterable[Sequence[Line]]) -> tuple[Line, ...]:
    """What of the deal's goods none of the portions holds, in the deal's order. Lines whose row is gone are found by
    their goods; goods that the deal has no more are nobody's loss."""
    rest = {line.row: line.quantity for line in whole}
    strays: list[Line] = []
    for line in (line for lines in taken for line in lines):
        if line.row in rest:
            rest[line.row] -= min(rest[line.row], line.quantity)
        else:
            strays.append(line)
    for stray in strays:
        _take_alike(rest, whole, stray)
    return tuple(replace(line, quantity=rest[line.row]) for line in whole if rest[line.row] > 0)


def _take_alike(rest: dict[int, Decimal], whole: Sequence[Line], stray: Line) -> None:
    wanted = stray.quantity
    for line in whole:
        if same_product((line.product_id, line.name), (stray.product_id, stray.name)):
            found = min(rest[line.row], wanted)
            rest[line.row] -= found
            wanted -= found


def same_product(one: tuple[int, str], other: tuple[int, str]) -> bool:
    """Whether two rows are of one product, by its id where both have one, else by the name."""
    return one[0] == other[0] if one[0] and other[0] else one[1] == other[1]


def is_taken(status: Status) -> bool:
    """Whether goods in a shipment of this status are no longer there to be shipped."""
    return status.is_live or status is Status.DELIVERED


def is_split(pieces: Iterable[Piece]) -> bool:
    """Whether the deal was ever split: without that, each shipment speaks for the deal alone."""
    return any(piece.portion is not None for piece in pieces)


def still_left(pieces: Sequence[Piece]) -> tuple[Line, ...]:
    """Goods of a split deal that are neither on their way nor delivered, as far as its last split knew them."""
    last = max((piece for piece in pieces if piece.portion is not None), key=lambda piece: piece.n, default=None)
    taken = [piece.portion for piece in pieces if is_taken(piece.status)]
    if last is None or last.portion is None or None in taken:
        return ()
    return left(last.portion.whole, [portion.lines for portion in taken if portion is not None])


def may_ship(pieces: Sequence[Piece]) -> bool:
    """Whether an order of the whole deal would double none of these."""
    if is_split(pieces):
        return not any(is_taken(piece.status) for piece in pieces)
    last = max(pieces, key=lambda piece: piece.n, default=None)
    return last is None or not last.status.is_live


#: Who needs a person most, first.
_TROUBLED = (Status.REJECTED, Status.LOST, Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNED)


def attention(pieces: Sequence[P]) -> P:
    """The shipment of a deal that is shown first: of a deal that was split the one that went wrong (unless its goods
    have been shipped since), else the least advanced live one; else the newest."""
    if is_split(pieces):
        left_over = bool(still_left(pieces))
        for status in _TROUBLED:
            wrong = next((each for each in pieces if each.status is status), None)
            if wrong is not None and (left_over or status.is_live):
                return wrong
        live = [each for each in pieces if each.status.is_live]
        if live:
            return min(live, key=lambda each: each.status.rank)
    return max(pieces, key=lambda each: each.n)


def covers(lines: Sequence[Line], wanted: Sequence[Line]) -> bool:
    """Whether everything wanted (more than nothing, of nothing less than nothing) is among `lines`."""
    there = {line.row: line.quantity for line in lines}
    asked: dict[int, Decimal] = {}
    for line in wanted:
        asked[line.row] = asked.get(line.row, Decimal(0)) + line.quantity
    fits = all(quantity <= there.get(row, Decimal(0)) for row, quantity in asked.items())
    return bool(asked) and fits and all(line.quantity > 0 for line in wanted)
