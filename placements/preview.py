"""What would be sent for a deal that is not shipped yet, as far as the person's own reading shows it. Pure.

The same flows that ship decide what is missing. Weights and sizes come from the catalogue, which only the portal's
lane reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.flows.destination import build_destination
from b24app.flows.laying import holds
from b24app.flows.plan import ParcelPlan
from b24app.flows.recipient import as_text, build_recipient
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, Role
from b24app.logistics.model import DeliveryKind, Recipient
from b24app.logistics.money import Money
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One row of goods. `quantity` as people write it."""

    name: str
    quantity: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """`problems` certainly stop the shipment; `phone_from` deal | contact. `parcels_changed`: the parcels that a person
    laid are for other goods than the deal holds now. `wares`: the portal's numbers of the goods, of the catalogue."""

    kind: DeliveryKind | None
    recipient: Recipient
    phone_from: str
    address: str
    point: str
    items: tuple[PreviewItem, ...]
    total: Money | None
    problems: tuple[Problem, ...]
    parcels_changed: bool = False
    wares: tuple[int, ...] = ()


def preview(
    deal: DealSnapshot, portal_code: str, delivery_types: Mapping[str, str], plan: ParcelPlan | None = None
) -> Preview:
    """`plan`: how a person laid the goods. `delivery_types`: element ids of the portal's list field -> courier or
    pickup, "" = the manager is asked."""
    kinds = {value: DeliveryKind(kind) for value, kind in delivery_types.items() if kind}
    pipeline = PipelineConfig(portal_code, deal.category, "", 0, {}, delivery_types=kinds)
    recipient, found = build_recipient(deal)
    destination, more = build_destination(deal, pipeline)
    changed = plan is not None and not holds(plan, deal.rows)
    nothing = [] if deal.rows else [Problem("items_missing", Field.ITEMS)]
    relaid = [Problem("parcels_changed", Field.ITEMS)] if changed and deal.rows else []
    return Preview(
        kind=destination.kind if destination else None,
        recipient=recipient,
        phone_from="deal" if as_text(deal.fields.get(Role.PHONE)) else "contact",
        address=destination.address.text if destination and destination.address else "",
        point=(destination.point_code if destination else None) or "",
        items=tuple(
            PreviewItem(
                row.name,
                plain(row.quantity),
                Money.of(row.price.amount * row.quantity, row.price.currency),
            )
            for row in deal.rows
        ),
        total=deal.opportunity,
        problems=(*found, *more, *nothing, *relaid),
        parcels_changed=changed,
        wares=tuple(sorted({row.product_id for row in deal.rows if row.product_id})),
    )
