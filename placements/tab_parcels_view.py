"""The parcels' panel as its templates draw it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from b24app.flows.laying import lay, pieces_of
from b24app.flows.packing import Packing
from b24app.flows.parcels import KILOGRAM, find_sides, find_weight
from b24app.flows.plan import ParcelPlan, PlannedParcel, Stated
from b24app.flows.risks import Cargo, Place
from b24app.flows.snapshot import ProductRow, Source
from b24app.frames.formats import Formats
from b24app.logistics.model import Parcel
from b24app.logistics.points import Box
from b24app.logistics.problem import Problem
from b24app.store.parcels import Kept
from placements.parcel_words import ParcelLine, parcel_line
from placements.tab_parcels_form import Draft
from placements.tab_rates_risks import risk_list

#: Up to so many other parcels there is a button for each; beyond, a list to choose from.
BUTTONS = 4


@dataclass(frozen=True, slots=True)
class Input:
    """A field: its name, what stands in it, what counts while it is empty, and what is wrong with it."""

    name: str
    value: str = ""
    empty: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShareView:
    """Pieces of a row in a parcel. `of`: how many the row has, when not all are here; `whole`: a part of a unit as
    written. `landed`: it was just put here."""

    row: int
    name: str
    pieces: int
    of: int
    whole: str
    landed: bool = False


@dataclass(frozen=True, slots=True)
class BoxView:
    """One parcel. `others` are the numbers that its goods may go to, `new` whether also into a new one."""

    at: int
    shares: tuple[ShareView, ...]
    others: tuple[int, ...]
    new: bool
    weight: Input
    size: Input
    packaging: Input


@dataclass(frozen=True, slots=True)
class GoodView:
    """One row. `weight` and `size` are of one piece; `weight_from` and `size_from` tell what counts without them.
    `fixed`: it is sold by weight; `product`: it is of the catalogue."""

    row: int
    name: str
    quantity: str
    fixed: bool
    product: bool
    weight: Input
    size: Input
    weight_from: str
    size_from: str
    weight_guessed: bool
    size_guessed: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """How it would travel: the mockup's table of parcels; `refused`: what the carrier would not take."""

    lines: tuple[ParcelLine, ...]
    total: str
    why: str
    problems: tuple[str, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    boxes: tuple[BoxView, ...]
    goods: tuple[GoodView, ...]
    sum: Sum
    said: str
    kept: bool
    version: int
    wrong: bool


def panel(draft: Draft, packing: Packing, kept: Kept, formats: Formats, carrier: Carrier | None = None) -> Panel:
    goods = {row.id: row for row in packing.rows}
    boxes = tuple(
        _box(at, parcel, draft, goods, packing, formats) for at, parcel in enumerate(draft.plan.parcels, start=1)
    )
    said = {each.row: each for each in draft.plan.stated}
    return Panel(
        boxes=boxes,
        goods=tuple(_good(row, said.get(row.id, Stated(row.id)), draft, packing, formats) for row in packing.rows),
        sum=sum_of(draft.plan, packing, formats, carrier),
        said=_who(kept, formats),
        kept=kept.plan is not None,
        version=kept.version,
        wrong=bool(draft.errors),
    )


def _who(kept: Kept, formats: Formats) -> str:
    if kept.plan is None or kept.at is None:
        return ""
    return formats.words("parcels.who", name=kept.name, at=formats.moment(kept.at))


def _box(
    at: int, parcel: PlannedParcel, draft: Draft, goods: Mapping[int, ProductRow], packing: Packing, formats: Formats
) -> BoxView:
    count = len(draft.plan.parcels)
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    packaging = "" if parcel.packaging_g is None else _kilograms(parcel.packaging_g, formats)
    usual = _kilograms(packing.defaults.packaging_g, formats)
    here = tuple(
        replace(_share(goods[share.row], share.pieces, formats), landed=draft.landed == (at, share.row))
        for share in parcel.shares
    )
    alone = len(here) == 1 and here[0].pieces == 1
    return BoxView(
        at=at,
        shares=here,
        others=tuple(other for other in range(1, count + 1) if other != at),
        new=not alone,
        weight=_input(f"w-{at}", _kilograms(parcel.weight_g, formats) if parcel.weight_g else "", "", draft, formats),
        size=_input(f"z-{at}", formats.size(*sides), "", draft, formats),
        packaging=_input(f"k-{at}", packaging, usual, draft, formats),
    )


def _share(row: ProductRow, pieces: int, formats: Formats) -> ShareView:
    of = pieces_of(row)
    whole = row.quantity == row.quantity.to_integral_value()
    return ShareView(row.id, row.name, pieces, of if of != pieces else 0, "" if whole else formats.typed(row.quantity))


def _good(row: ProductRow, said: Stated, draft: Draft, packing: Packing, formats: Formats) -> GoodView:
    weight, weight_source = find_weight(row, packing.defaults)
    sides, sides_source = find_sides(row)
    own_sides = (said.length_mm, said.width_mm, said.height_mm)
    own_weight = _kilograms(said.weight_g, formats) if said.weight_g else ""
    t = formats.words
    return GoodView(
        row=row.id,
        name=row.name,
        quantity=formats.typed(row.quantity),
        fixed=row.measure_code == KILOGRAM,
        product=bool(row.product_id),
        weight=_input(f"rw-{row.id}", own_weight, "", draft, formats),
        size=_input(f"rz-{row.id}", formats.size(*own_sides), "", draft, formats),
        weight_from=_from("weight", weight_source, formats.weight(round(weight)) if weight else "", formats),
        size_from=_from("size", sides_source, t("points.cm", size=formats.size(*sides)) if sides[2] else "", formats),
        weight_guessed=weight_source is None or weight_source.is_guess,
        size_guessed=bool(sides_source and sides_source.is_guess),
    )


def _from(what: str, source: Source | None, value: str, formats: Formats) -> str:
    """`по каталогу 2,050 кг`, `≈ 2,100 кг, по умолчанию для раздела`, `не знаем`."""
    if source is None:
        return formats.words(f"parcels.from.no_{what}")
    return formats.words(f"parcels.from.{source.value}", value=value)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who would carry the goods: the system's name for people, the limits of its manifest, and the deal's pickup point
    where its list is known."""

    name: str = ""
    limits: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = None


def sum_of(plan: ParcelPlan, packing: Packing, formats: Formats, carrier: Carrier | None = None) -> Sum:
    """`carrier` None = nobody knows who carries it."""
    parcels, problems = lay(packing.rows, packing.defaults, plan)
    lines = tuple(parcel_line(parcel, formats) for parcel in parcels)
    total = formats.weight(sum(parcel.weight_g for parcel in parcels)) if parcels else ""
    guessed = any(line.weight_guessed for line in lines)
    why = "; ".join(dict.fromkeys(line.why for line in lines if line.why))
    said = [*(_problem(each, formats) for each in problems), *_odd(plan, parcels, formats)]
    refused = _refused(parcels, packing, carrier, formats) if carrier else ()
    return Sum(lines, f"≈\u00a0{total}" if guessed else total, why, tuple(said), tuple(refused))


def _refused(parcels: Sequence[Parcel], packing: Packing, carrier: Carrier, formats: Formats) -> Iterator[str]:
    """What the carrier would not take so."""
    cargo = Cargo(tuple(map(Box.of, parcels)), sum(len(parcel.items) for parcel in parcels), cod=packing.cod)
    for row in risk_list(cargo, carrier.limits, packing.service, carrier.place, carrier.name, formats).rows:
        if row.tone == "red":
            yield f"{row.title}. {row.text}"


def _problem(problem: Problem, formats: Formats) -> str:
    return formats.words(f"parcels.problem.{problem.code}", **problem.params)


def _odd(plan: ParcelPlan, parcels: Sequence[Parcel], formats: Formats) -> list[str]:
    """A box that weighs less than what should lie in it."""
    found: list[str] = []
    for at, (planned, parcel) in enumerate(zip(plan.parcels, parcels, strict=False), start=1):
        inside = sum(item.weight_g * item.quantity for item in parcel.items)
        if planned.weight_g and planned.weight_g < inside:
            told = {"weight": formats.weight(planned.weight_g), "inside": formats.weight(inside)}
            found.append(formats.words("parcels.lighter", n=at, **told))
    return found


def _input(name: str, value: str, empty: str, draft: Draft, formats: Formats) -> Input:
    error = draft.errors.get(name, "")
    return Input(
        name, draft.typed[name] if error else value, empty, formats.words(f"parcels.form.{error}") if error else ""
    )


def _kilograms(grams: int, formats: Formats) -> str:
    """`6,2` as a person would have typed it."""
    return formats.typed(Decimal(grams) / 1000)
