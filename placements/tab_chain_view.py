"""A deal's goods at a warehouse, as the tab draws them: both legs, what was picked, parcels as measured. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from b24app.flows.chain import REST
from b24app.flows.legs import PICKED, carrier_of, may_be_called_off, may_be_cancelled, picked_of
from b24app.flows.picking import Step, step_of
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import ShipmentFacts, TabFacts
from placements.chips import Chip, chip_of
from placements.parcel_words import ParcelLine, parcel_line

_NOTHING = (Status.CANCELLED, Status.REJECTED)
_BAD = (*_NOTHING, Status.LOST, Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class LegView:
    """`state`: is-done, is-here, is-bad or empty (ahead). `number` and `chip` are empty of a leg that is not there
    yet."""

    title: str
    number: str
    state: str
    detail: str
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    """What was picked of one row of goods. `missing`: "" = nothing is."""

    name: str
    ordered: str
    picked: str
    missing: str


@dataclass(frozen=True, slots=True)
class ChainView:
    """`announced` and `measured` parcels stand beside each other once the warehouse measured any. `alone`: id of a
    carrier's order that may be cancelled without the warehouse's (0 = none); `rest`: goods were missing, and somebody
    is to say what becomes of them."""

    legs: tuple[LegView, ...]
    rows: tuple[RowView, ...]
    announced: tuple[ParcelLine, ...]
    measured: tuple[ParcelLine, ...]
    alone: int
    both: bool
    rest: bool


def legs_of(facts: TabFacts) -> tuple[ShipmentFacts | None, ShipmentFacts | None]:
    """`(the warehouse's, the carrier's)` of the shipment that is shown; a warehouse that ships alone is its own."""
    shown = facts.shipments[0] if facts.shipments else None
    if shown is None:
        return None, None
    if shown.leg == PICKED:
        return shown, carrier_of(shown, facts.legs)
    if shown.follows:
        return picked_of(shown, facts.legs), shown
    return (shown, None) if shown.picking is not None else (None, None)


def chain_view(facts: TabFacts, formats: Formats, mine: Collection[Right]) -> ChainView | None:
    """None for a deal without a warehouse."""
    picked, carrier = legs_of(facts)
    if picked is None or picked.picking is None:
        return None
    packed = picked.picking.packed
    boxes = packed.parcels if packed else ()
    announced = picked.request.parcels if picked.request else ()
    may_cancel = Right.CANCEL in mine and carrier is not None and may_be_cancelled(carrier.status, at_warehouse=False)
    problems = [found for found in facts.problems if found.problem.code == REST]
    both = may_cancel and may_be_called_off(picked.status)
    return ChainView(
        legs=tuple(_legs(picked, carrier, formats)),
        rows=tuple(_rows(picked, formats)),
        announced=tuple(parcel_line(each, formats) for each in announced) if boxes else (),
        measured=tuple(parcel_line(each, formats) for each in boxes),
        alone=carrier.id if both and carrier is not None else 0,
        both=both,
        rest=Right.SHIP in mine and any(found.shipment_id == picked.id for found in problems),
    )


def _legs(picked: ShipmentFacts, carrier: ShipmentFacts | None, formats: Formats) -> list[LegView]:
    t = formats.words
    step = step_of(picked)
    done = step in (Step.PACKED, Step.SHIPPED) or (carrier is not None and carrier.status not in _NOTHING)
    state = "is-bad" if picked.status in _BAD else "is-done" if done else "is-here"
    number = picked.order_number or picked.number
    first = LegView(picked.connection, number, state, formats.short_day(picked.status_at), chip_of(picked, formats))
    if picked.leg != PICKED:
        return [first]
    if carrier is None:
        return [first, LegView(t("chain.carrier"), "", "is-here" if done else "", t("chain.later"))]
    bad, over = carrier.status in _BAD, carrier.status is Status.DELIVERED
    number = carrier.order_number or carrier.number
    state = "is-bad" if bad else "is-done" if over else "is-here"
    day = formats.short_day(carrier.status_at)
    return [first, LegView(carrier.connection, number, state, day, chip_of(carrier, formats))]


def _rows(picked: ShipmentFacts, formats: Formats) -> list[RowView]:
    """Once picking is over what is not there is missing; until then it is only not there yet."""
    if picked.picking is None:
        return []
    over = picked.picking.packed is not None
    return [
        RowView(
            line.name or line.sku,
            formats.typed(line.ordered),
            formats.typed(max(line.picked, line.shipped)),
            formats.typed(line.short) if over and line.short else "",
        )
        for line in picked.picking.lines
    ]
