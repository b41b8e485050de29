"""What parcels of a deal are laid from: its goods with their weights, and what limits them. Also every move of a person
who lays them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from b24app.flows.compose import compose
from b24app.flows.laying import goods_of, pieces_of, signature_of
from b24app.flows.plan import ParcelPlan, PlannedParcel, Share
from b24app.flows.snapshot import DealSnapshot, Defaults, PipelineConfig, ProductRow
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


@dataclass(frozen=True, slots=True)
class Packing(Jsonable):
    """The goods of a deal as one reading showed them. `connection_id` and `service` would carry them (0, "" = nobody
    knows), to the point `point`; `cod` is to be collected. `whole`: see `ParcelPlan`.
    `plan`: how they were laid so far, also where that was before the deal was split."""

    rows: tuple[ProductRow, ...]
    defaults: Defaults
    connection_id: int = 0
    service: str = ""
    point: str = ""
    cod: Money | None = None
    whole: str = ""
    plan: ParcelPlan | None = None

    @property
    def signature(self) -> str:
        return signature_of(self.rows)


def packing_of(deal: DealSnapshot, pipeline: PipelineConfig, whole: DealSnapshot | None = None) -> Packing:
    """`whole`: the deal of which `deal` is what is left."""
    composed = compose(deal, pipeline)
    destination = composed.parts.destination
    return Packing(
        rows=tuple(goods_of(deal.rows)),
        defaults=pipeline.defaults,
        connection_id=composed.connection_id,
        service=composed.parts.service,
        point=(destination.point_code if destination else None) or "",
        cod=composed.parts.cod,
        whole=signature_of(whole.rows) if whole else "",
        plan=deal.plan,
    )


def together(rows: Iterable[ProductRow], whole: str = "") -> ParcelPlan:
    """Everything in one parcel: where a person begins."""
    goods = goods_of(rows)
    shares = tuple(Share(row.id, pieces_of(row)) for row in goods)
    return ParcelPlan(signature_of(goods), (PlannedParcel(shares),) if shares else (), whole=whole)


def gathered(plan: ParcelPlan) -> ParcelPlan:
    """All parcels into the first."""
    total: dict[int, int] = {}
    for parcel in plan.parcels:
        for share in parcel.shares:
            total[share.row] = total.get(share.row, 0) + share.pieces
    shares = tuple(Share(row, pieces) for row, pieces in total.items())
    return replace(plan, parcels=(_relaid(plan.parcels[0], shares),)) if len(plan.parcels) > 1 else plan


def moved(plan: ParcelPlan, at: int, row: int, pieces: int, to: int) -> ParcelPlan:
    """Pieces of a row from the parcel at `at` to that at `to` (0 = the first; the number of parcels = a new one). At
    most what lies there. A parcel that becomes empty is gone. What cannot be done changes nothing."""
    parcels = list(plan.parcels)
    if not (0 <= at < len(parcels) and 0 <= to <= len(parcels)) or at == to:
        return plan
    lies = next((share.pieces for share in parcels[at].shares if share.row == row), 0)
    pieces = min(pieces, lies)
    if pieces <= 0:
        return plan
    if to == len(parcels):
        parcels.append(PlannedParcel(()))
    parcels[at] = _relaid(parcels[at], _changed(parcels[at].shares, row, -pieces))
    parcels[to] = _relaid(parcels[to], _changed(parcels[to].shares, row, pieces))
    return replace(plan, parcels=tuple(parcel for parcel in parcels if parcel.shares))


def _changed(shares: tuple[Share, ...], row: int, by: int) -> tuple[Share, ...]:
    if all(share.row != row for share in shares):
        return (*shares, Share(row, by))
    there = (replace(share, pieces=share.pieces + by) if share.row == row else share for share in shares)
    return tuple(share for share in there if share.pieces > 0)


def _relaid(parcel: PlannedParcel, shares: tuple[Share, ...]) -> PlannedParcel:
    """With other goods in it a box is not what was weighed; its own size is still its size."""
    return replace(parcel, shares=shares, weight_g=0)
