"""What a warehouse was asked to pick for a deal, what it says it packed, and the parcels that follow. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from b24app.flows.portions import Line
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Item, Parcel
from b24app.logistics.order import OrderState
from b24app.logistics.picking import PACKED, Packed, PickedLine
from b24app.logistics.status import Status


class Book(StrEnum):
    """When the carrier is booked: as soon as the goods lie packed, or once they left the warehouse."""

    PACKED = "packed"
    SHIPPED = "shipped"


class Step(StrEnum):
    """Where a warehouse's order is, in words of its own; keys of the `picked.*` words and of a pipeline's mapping."""

    CREATED = "created"
    PICKING = "accepted_at_warehouse"
    PACKED = PACKED
    SHIPPED = "in_transit"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


STEPS = {
    Status.CREATED: Step.CREATED,
    Status.ACCEPTED_AT_WAREHOUSE: Step.PICKING,
    Status.IN_TRANSIT: Step.SHIPPED,
    Status.CANCELLED: Step.CANCELLED,
    Status.REJECTED: Step.REJECTED,
}
_INSIDE = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE)
#: What the deal's status field holds while goods are at a warehouse: this and a `Step`.
AT_WAREHOUSE = "warehouse:"


@dataclass(frozen=True, slots=True)
class Before(Jsonable):
    """The warehouse that goods go through first. `connection_id` 0 = none (a rule that says so, against its pipeline);
    `service` is what is asked of it."""

    connection_id: int
    service: str = ""
    book: Book = Book.PACKED


@dataclass(frozen=True, slots=True)
class Asked(Jsonable):
    """One row of the deal as the warehouse was asked for it."""

    row: int
    name: str
    quantity: Decimal
    product_id: int = 0
    sku: str = ""

    @property
    def pieces(self) -> Decimal:
        """As many as its order says: a part of a unit is one piece."""
        return self.quantity if self.is_whole else Decimal(1)

    @property
    def is_whole(self) -> bool:
        return self.quantity == self.quantity.to_integral_value()

    def as_line(self, quantity: Decimal) -> Line:
        return Line(self.row, self.name, quantity, self.product_id)


@dataclass(frozen=True, slots=True)
class Picking(Jsonable):
    """`asked` empty = it is no leg of a chain, so that nothing is to be worked out. `lines` and `packed` are the
    warehouse's (`OrderState`)."""

    book: Book = Book.PACKED
    asked: tuple[Asked, ...] = ()
    lines: tuple[PickedLine, ...] = ()
    packed: Packed | None = None


def learnt(picking: Picking, state: OrderState, status: Status) -> Picking:
    """With what the warehouse shows now. Goods that left were packed; what it once said lies packed stays so, and
    measures are not forgotten because an answer leaves them out."""
    packed = state.packed or picking.packed
    if packed is None and status.has_left:
        packed = Packed()
    if state.packed is not None and not state.packed.parcels and picking.packed is not None:
        packed = replace(state.packed, parcels=picking.packed.parcels)
    return replace(picking, lines=state.lines or picking.lines, packed=packed)


def is_ready(picking: Picking | None, status: Status) -> bool:
    """Whether the carrier may be booked for what is there."""
    if picking is None or not picking.asked or not status.is_live:
        return False
    return status.has_left or (picking.book is Book.PACKED and picking.packed is not None)


class Pickable(Protocol):
    """A shipment, as far as it may be a warehouse's."""

    @property
    def status(self) -> Status: ...
    @property
    def picking(self) -> Picking | None: ...


def step_of(shipment: Pickable) -> Step | None:
    """Where a warehouse's order is; None of all others, and before the warehouse has it."""
    return None if shipment.picking is None else step_at(shipment.status, shipment.picking.packed is not None)


def step_at(status: Status, packed: bool) -> Step | None:
    """What lies packed is packed until it leaves."""
    return Step.PACKED if packed and status in _INSIDE else STEPS.get(status)


# --- what was packed --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Got:
    """`lines` lie packed, `missing` do not; `unclear`: articles of the warehouse's answer that the order does not have,
    so that nobody can say what was packed."""

    lines: tuple[Line, ...]
    missing: tuple[Line, ...] = ()
    unclear: tuple[str, ...] = ()


def got(picking: Picking) -> Got:
    """What was asked against what was picked. A warehouse that shows no rows packed everything."""
    whole = tuple(each.as_line(each.quantity) for each in picking.asked)
    if not picking.lines:
        return Got(whole)
    rest = _picked(picking.lines)
    there = dict.fromkeys((each.row for each in picking.asked), Decimal(0))
    for each in picking.asked:
        there[each.row] = _take(each, rest, picking)
    known = {_key(each.sku, each.name) for each in picking.asked}
    strange = tuple(sorted(line.sku or line.name for line in picking.lines if _key(line.sku, line.name) not in known))
    lines = tuple(each.as_line(there[each.row]) for each in picking.asked if there[each.row] > 0)
    missing = tuple(
        each.as_line(each.quantity - there[each.row]) for each in picking.asked if there[each.row] < each.quantity
    )
    return Got(lines, missing, strange if missing else ())


def _key(sku: str, name: str) -> str:
    return f"sku:{sku}" if sku else f"name:{name}"


def _picked(lines: Iterable[PickedLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        key = _key(line.sku, line.name)
        found[key] = found.get(key, Decimal(0)) + max(line.picked, line.shipped)
    return found


def _take(asked: Asked, rest: dict[str, Decimal], picking: Picking) -> Decimal:
    """How much of a row is there, in the row's own unit; what it takes is no other row's."""
    key = _key(asked.sku, asked.name)
    there = rest.get(key, Decimal(0))
    if asked.is_whole:
        taken = min(there.to_integral_value(rounding="ROUND_FLOOR"), asked.quantity)
        rest[key] = there - taken
        return taken
    ordered = sum((line.ordered for line in picking.lines if _key(line.sku, line.name) == key), Decimal(0))
    if ordered == asked.pieces != asked.quantity:  # it counts the part as one piece
        taken = min(there.to_integral_value(rounding="ROUND_FLOOR"), Decimal(1))
        rest[key] = there - taken
        return asked.quantity if taken else Decimal(0)
    taken = min(there, asked.quantity)
    rest[key] = there - taken
    return taken


# --- parcels as they were measured ------------------------------------------------------------------------------------


def measured(parcels: tuple[Parcel, ...], found: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """The parcels with what the warehouse measured. As many as were worked out: each takes its measures (the heavier
    one's the heavier), another number: the goods are spread over those that there are. Every piece is in exactly one
    parcel, so that no sum changes."""
    if not found or not parcels:
        return parcels
    if len(found) == len(parcels):
        return _paired(parcels, found)
    return _spread(parcels, found)


def _paired(parcels: tuple[Parcel, ...], found: Sequence[Parcel]) -> tuple[Parcel, ...]:
    if any(each.weight_g <= 0 for each in found):
        return tuple(_with(mine, theirs) for mine, theirs in zip(parcels, found, strict=True))
    mine = sorted(range(len(parcels)), key=lambda at: -parcels[at].weight_g)
    theirs = sorted(found, key=lambda each: -each.weight_g)
    told = dict(zip(mine, theirs, strict=True))
    return tuple(_with(parcel, told[at]) for at, parcel in enumerate(parcels))


def _with(parcel: Parcel, found: Parcel) -> Parcel:
    """What was measured is no guess any more; what was not stays as it was worked out."""
    if found.weight_g > 0:
        parcel = replace(parcel, weight_g=found.weight_g, guesses=_without(parcel, "weight"))
    sides = _sides(found)
    if sides[2] <= 0:
        return parcel
    return replace(parcel, length_mm=sides[0], width_mm=sides[1], height_mm=sides[2], guesses=_without(parcel, "size"))


def _sides(parcel: Parcel) -> tuple[int, int, int]:
    """Longest first."""
    longest, middle, shortest = sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm), reverse=True)
    return longest, middle, shortest


def _without(parcel: Parcel, what: str) -> tuple[str, ...]:
    return tuple(guess for guess in parcel.guesses if not guess.startswith(f"{what}:"))


def _spread(parcels: tuple[Parcel, ...], found: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Heavy pieces first, each into the box with the most room left; no box stays empty while there are pieces."""
    items = [item for parcel in parcels for item in parcel.items]
    units = sorted(
        (at for at, item in enumerate(items) for _ in range(item.quantity)), key=lambda at: -items[at].weight_g
    )
    total = sum(parcel.weight_g for parcel in parcels)
    room = [each.weight_g or total // len(found) for each in found]
    inside: list[dict[int, int]] = [{} for _ in found]
    empty = set(range(len(found)))
    for done, at in enumerate(units):
        only = empty if len(units) - done <= len(empty) else range(len(found))
        box = max(only, key=lambda each: (room[each], -each))
        inside[box][at] = inside[box].get(at, 0) + 1
        room[box] -= items[at].weight_g
        empty.discard(box)
    return tuple(_box(each, [replace(items[at], quantity=n) for at, n in sorted(inside[box].items())])
                 for box, each in enumerate(found))  # fmt: skip


def _box(found: Parcel, items: list[Item]) -> Parcel:
    """A box that was not weighed weighs what lies in it."""
    guessed = ("weight:portal",) if not found.weight_g and any(item.guessed for item in items) else ()
    weight = found.weight_g or max(1, sum(item.weight_g * item.quantity for item in items))
    sides = _sides(found)
    return Parcel(weight, *(sides if sides[2] > 0 else (0, 0, 0)), items=tuple(items), guesses=guessed)
