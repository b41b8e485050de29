"""Goods into parcels: as a person laid them, else all into one. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from b24app.flows.parcels import SERVICE, pack
from b24app.flows.plan import ParcelPlan, PlannedParcel, Stated
from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.logistics.model import Parcel
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem


def goods_of(rows: Iterable[ProductRow]) -> list[ProductRow]:
    """The rows that travel."""
    return [row for row in rows if row.type != SERVICE and row.quantity > 0]


def pieces_of(row: ProductRow) -> int:
    """How many pieces a row is; a part of a unit is one that cannot be split."""
    return int(row.quantity) if row.quantity == row.quantity.to_integral_value() else 1


def signature_of(rows: Iterable[ProductRow]) -> str:
    """Changes when other goods, or another number of them, are to travel; not with a price, nor with what the
    catalogue says of weights."""
    told = [[row.id, row.product_id, row.name, plain(row.quantity)] for row in goods_of(rows)]
    return hashlib.sha256(json.dumps(sorted(told), ensure_ascii=False).encode()).hexdigest()[:32]


def holds(plan: ParcelPlan, rows: Iterable[ProductRow]) -> bool:
    """Whether the plan was made from exactly these rows and has a place for every piece of them."""
    goods = goods_of(rows)
    laid = Counter[int]()
    for parcel in plan.parcels:
        for share in parcel.shares:
            laid[share.row] += share.pieces
    return plan.signature == signature_of(goods) and laid == {row.id: pieces_of(row) for row in goods}


def part_of(plan: ParcelPlan, whole: Iterable[ProductRow], part: Sequence[ProductRow]) -> ParcelPlan:
    """The plan for some of the goods of the deal (`whole`) that it was made for: they lie as they were laid, the first
    parcels first. Nothing that was measured holds of a box that is not all there. A plan for other goods stays as it
    is, and does not hold."""
    if holds(plan, part) or (plan.whole or plan.signature) != signature_of(whole):
        return plan
    rest = {row.id: pieces_of(row) for row in goods_of(part)}
    parcels: list[PlannedParcel] = []
    for parcel in plan.parcels:
        shares = tuple(
            replace(share, pieces=min(share.pieces, rest[share.row])) for share in parcel.shares if rest.get(share.row)
        )
        for share in shares:
            rest[share.row] -= share.pieces
        if shares:
            some = PlannedParcel(shares, packaging_g=parcel.packaging_g)
            parcels.append(parcel if shares == parcel.shares else some)
    laid = not any(rest.values())
    return ParcelPlan(signature_of(part), tuple(parcels), plan.stated) if laid else plan


def lay(
    rows: Sequence[ProductRow], defaults: Defaults, plan: ParcelPlan | None = None
) -> tuple[tuple[Parcel, ...], list[Problem]]:
    """The parcels, or the problems that stand in their way (then none). A plan for other rows is never used, and never
    quietly left aside either: the person is asked."""
    if plan is None:
        single, problems = pack(rows, defaults)
        return ((single,) if single else ()), problems
    if not holds(plan, rows):
        return (), [Problem("parcels_changed", Field.ITEMS)]
    known = {row.id: row for row in with_stated(goods_of(rows), plan.stated)}
    packed = [_packed(parcel, known, defaults) for parcel in plan.parcels]
    problems = list({problem.params.get("item"): problem for _, found in packed for problem in found}.values())
    return (() if problems else tuple(parcel for parcel, _ in packed if parcel)), problems


def with_stated(rows: Iterable[ProductRow], stated: Iterable[Stated]) -> list[ProductRow]:
    """What a person said of a piece goes before every other source."""
    said = {each.row: each for each in stated}
    return [_with(row, said[row.id]) if row.id in said else row for row in rows]


def _with(row: ProductRow, said: Stated) -> ProductRow:
    size = CatalogueSize(Source.PERSON, said.weight_g, said.length_mm, said.width_mm, said.height_mm)
    return replace(row, sizes=(size, *row.sizes))


def _packed(
    planned: PlannedParcel, known: dict[int, ProductRow], defaults: Defaults
) -> tuple[Parcel | None, list[Problem]]:
    rows = [_part(known[share.row], share.pieces) for share in planned.shares]
    own = defaults if planned.packaging_g is None else replace(defaults, packaging_g=planned.packaging_g)
    parcel, problems = pack(rows, own)
    return (_measured(parcel, planned) if parcel else None), problems


def _part(row: ProductRow, pieces: int) -> ProductRow:
    return row if pieces == pieces_of(row) else replace(row, quantity=Decimal(pieces))


def _measured(parcel: Parcel, planned: PlannedParcel) -> Parcel:
    """What was measured on the box is no guess any more."""
    if planned.weight_g:
        left = tuple(guess for guess in parcel.guesses if not guess.startswith("weight:"))
        parcel = replace(parcel, weight_g=planned.weight_g, guesses=left)
    sides = sorted((planned.length_mm, planned.width_mm, planned.height_mm), reverse=True)
    if min(sides) <= 0:
        return parcel
    left = tuple(guess for guess in parcel.guesses if not guess.startswith("size:"))
    return replace(parcel, length_mm=sides[0], width_mm=sides[1], height_mm=sides[2], guesses=left)
