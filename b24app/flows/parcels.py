"""What is in the box and how big it is: one parcel, weights and sizes from the catalogue, guesses marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem

#: bitrix24-crm.md §3.1: product row type of a service, and the measure that is itself a weight.
SERVICE = 7
KILOGRAM = 166
MAX_NAME = 255
Sides = tuple[int, int, int]


@dataclass(slots=True)
class _Packed:
    """What is collected while going through the rows."""

    items: list[Item] = field(default_factory=list)
    boxes: list[tuple[Sides, int]] = field(default_factory=list)
    guesses: set[str] = field(default_factory=set)
    box_forbidden: bool = False
    problems: list[Problem] = field(default_factory=list)


def pack(rows: Sequence[ProductRow], defaults: Defaults) -> tuple[Parcel | None, list[Problem]]:
    """All goods in one parcel. Services are left out. A row without any weight, even a default one, is a Problem."""
    packed = _Packed()
    for row in rows:
        if row.type != SERVICE and row.quantity > 0:
            _add(packed, row, defaults)
    if not packed.items and not packed.problems:
        packed.problems.append(Problem("items_missing", Field.ITEMS))
    if packed.problems:
        return None, packed.problems
    weight = sum(item.weight_g * item.quantity for item in packed.items) + defaults.packaging_g
    sides = _outer_sides(packed, defaults)
    return Parcel(weight, *sides, items=tuple(packed.items), guesses=tuple(sorted(packed.guesses))), []


def _add(packed: _Packed, row: ProductRow, defaults: Defaults) -> None:
    weight, source = find_weight(row, defaults)
    if not weight:
        packed.problems.append(Problem("weight_missing", Field.WEIGHT, params={"item": row.name}))
        return
    sides, sides_source = find_sides(row)
    for kind, where in (("weight", source), ("size", sides_source)):
        if where is not None and where.is_guess:
            packed.guesses.add(f"{kind}:{where.value}")
    item = _as_item(row, weight, guessed=source is not None and source.is_guess)
    packed.items.append(item)
    packed.boxes.append((sides, item.quantity))
    packed.box_forbidden = packed.box_forbidden or (not sides[2] and _forbids_box(row))


def _as_item(row: ProductRow, weight_g: float, guessed: bool) -> Item:
    """Pieces as they are; a part of a unit (1.5 kg of nails) is one piece of that weight and price."""
    whole = row.quantity == row.quantity.to_integral_value()
    pieces = int(row.quantity) if whole else 1
    factor = Decimal(1) if whole else row.quantity
    name = row.name if whole else f"{row.name}, {plain(row.quantity)}"
    return Item(
        name=name.strip()[:MAX_NAME],
        sku=row.sku.strip(),
        quantity=pieces,
        price=Money.of(row.price.amount * factor, row.price.currency),
        weight_g=max(1, math.ceil(Decimal(str(weight_g)) * factor)),
        guessed=guessed,
        vat_percent=row.vat_percent,
    )


def find_weight(row: ProductRow, defaults: Defaults) -> tuple[float, Source | None]:
    """Grams per unit and where they come from; `(0, None)` when nobody states any."""
    for size in _with_default(row, defaults):
        if size.source is Source.SECTION and size.weight_g == 0:
            return 0, None  # the section says: do not guess
        if size.weight_g and size.weight_g > 0:
            return size.weight_g, size.source
    return 0, None


def find_sides(row: ProductRow) -> tuple[Sides, Source | None]:
    """Millimetres of one piece, longest first, of the best source that states all three; zeros when nobody does. The
    portal's default is no piece but the whole box: see `pack`."""
    for size in row.sizes:
        sides = (size.length_mm or 0, size.width_mm or 0, size.height_mm or 0)
        if min(sides) > 0:
            longest = sorted((math.ceil(side) for side in sides), reverse=True)
            return (longest[0], longest[1], longest[2]), size.source
    return (0, 0, 0), None


def _forbids_box(row: ProductRow) -> bool:
    """The section says zero: do not guess its goods' size, send them without one."""
    return any(
        size.source is Source.SECTION and 0 in (size.length_mm, size.width_mm, size.height_mm) for size in row.sizes
    )


def _with_default(row: ProductRow, defaults: Defaults) -> list[CatalogueSize]:
    own = [CatalogueSize(Source.ROW, weight_g=1000)] if row.measure_code == KILOGRAM else []
    return [*own, *row.sizes, CatalogueSize(Source.PORTAL, weight_g=defaults.weight_g)]


def _outer_sides(packed: _Packed, defaults: Defaults) -> Sides:
    """One piece keeps its own sides. Several are laid on the largest footprint, as high as their volume needs: an
    estimate, so it is marked. If a piece has no sides at all, the portal's box is the answer, or nothing (zeros) where
    there is none or a section forbids the guess."""
    known = [(sides, count) for sides, count in packed.boxes if sides[2]]
    if len(known) != len(packed.boxes):
        return (0, 0, 0) if packed.box_forbidden else _default_box(packed, defaults)
    if len(known) == 1 and known[0][1] == 1:
        return known[0][0]
    packed.guesses.add("size:stacked")
    length = max(sides[0] for sides, _ in known)
    width = max(sides[1] for sides, _ in known)
    volume = sum(math.prod(sides) * count for sides, count in known)
    height = max(math.ceil(volume / (length * width)), *(sides[2] for sides, _ in known))
    longest = sorted((length, width, height), reverse=True)
    return longest[0], longest[1], longest[2]


def _default_box(packed: _Packed, defaults: Defaults) -> Sides:
    box = (defaults.length_mm, defaults.width_mm, defaults.height_mm)
    if min(box) <= 0:
        return (0, 0, 0)
    packed.guesses.add(f"size:{Source.PORTAL.value}")
    return box
