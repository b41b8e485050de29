"""Goods of a deal as lines: what is left of them, and the request of a portion. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from b24app.flows.case import Case, pipeline_of
from b24app.flows.cod import build_cod
from b24app.flows.compose import Composed, compose
from b24app.flows.laying import part_of
from b24app.flows.parcels import SERVICE
from b24app.flows.picking import Asked
from b24app.flows.portions import Held, Line, Portion, Terms, is_taken, left
from b24app.flows.snapshot import CodSource, DealSnapshot, ProductRow, ShipmentView
from b24app.logistics.model import Parcel


@dataclass(frozen=True, slots=True)
class Made:
    """A portion composed into a request; `portion` None = it is the whole deal."""

    composed: Composed
    portion: Portion | None


def goods_of(deal: DealSnapshot) -> tuple[Line, ...]:
    """The deal's goods as lines; services do not travel."""
    rows = (row for row in deal.rows if row.type != SERVICE and row.quantity > 0)
    return tuple(Line(row.id, row.name, row.quantity, row.product_id) for row in rows)


def asked_of(deal: DealSnapshot, lines: Sequence[Line]) -> tuple[Asked, ...]:
    """These lines as a warehouse is asked for them, with their articles."""
    rows = {row.id: row.sku.strip() for row in deal.rows}
    return tuple(Asked(each.row, each.name, each.quantity, each.product_id, rows.get(each.row, "")) for each in lines)


def cut(deal: DealSnapshot, lines: Sequence[Line]) -> DealSnapshot:
    """The deal with the goods of these lines alone, in the parcels that they were laid into."""
    wanted = {line.row: line.quantity for line in lines}
    rows = tuple(replace(row, quantity=wanted[row.id]) for row in deal.rows if row.id in wanted)
    return replace(deal, rows=rows, plan=part_of(deal.plan, deal.rows, rows) if deal.plan else None)


def lines_of(view: ShipmentView, whole: Sequence[Line]) -> Sequence[Line]:
    return whole if view.portion is None else view.portion.lines


def left_of(deal: DealSnapshot, shipments: Iterable[ShipmentView]) -> tuple[Line, ...]:
    """What may still be shipped: all that is neither on its way nor delivered."""
    whole = goods_of(deal)
    return left(whole, [lines_of(view, whole) for view in shipments if is_taken(view.status)])


def newest(shipments: Iterable[ShipmentView]) -> int:
    """The number of the deal's newest shipment, 0 = none."""
    return max((view.n for view in shipments), default=0)


def in_order(rest: Sequence[Line], wanted: Sequence[Line]) -> tuple[Line, ...]:
    """Names and goods as the deal says them, quantities as wished."""
    asked = {line.row: line.quantity for line in wanted}
    return tuple(replace(line, quantity=asked[line.row]) for line in rest if line.row in asked)


def worth_of(deal: DealSnapshot, lines: Sequence[Line]) -> int:
    """The price of these lines, minor units."""
    return _value(cut(deal, lines).rows)


def compose_part(
    case: Case,
    lines: Sequence[Line],
    n: int,
    boxes: Sequence[Parcel] = (),
    worth: int | None = None,
    again: bool = False,
) -> Made:
    """The portion's request, with its share of the money. All goods of a deal of which nothing is on its way are no
    portion. `boxes` and `worth` as in `compose`. `again`: as in `Portion`; always a portion, and free of charge."""
    deal, pipeline, whole = case.deal, pipeline_of(case), goods_of(case.deal)
    if again:
        pipeline = replace(pipeline, cod_source=CodSource.NONE)
    others = [view for view in case.shipments if view.n != n and is_taken(view.status)]
    if not others and not again and tuple(lines) == whole:
        return Made(compose(deal, pipeline, n, boxes=boxes, worth=worth), None)
    mine = cut(deal, lines)
    behind = left(left(whole, [lines_of(view, whole) for view in others]), [lines])
    after = _value(cut(deal, behind).rows) if behind else None
    held = tuple(Held(view.portion, view.status) for view in others if view.portion is not None)
    composed = compose(mine, pipeline, n, Terms(_value(mine.rows), after, held), boxes, worth)
    owed, _ = build_cod(deal, pipeline)
    parts = composed.parts
    portion = Portion(
        tuple(lines),
        whole,
        deal.stage,
        parts.cod.minor if parts.cod else 0,
        parts.declared.minor if parts.declared else 0,
        owed.minor if owed else 0,
        again,
    )
    return Made(composed, portion)


def _value(rows: Iterable[ProductRow]) -> int:
    return sum(int(row.price.minor * row.quantity) for row in rows)
