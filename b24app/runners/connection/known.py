"""What the store knew about some shipments before what calls told of them is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from b24app.flows.snapshot import ShipmentView
from b24app.runners.connection.tasks import Task
from b24app.runners.views import shipment_view
from b24app.store import deals, problems, shipments
from b24app.store.models import DealState, ProblemRow, Shipment, TrackingRow


@dataclass
class Known:
    """What the store knew about a group's shipments before it is saved."""

    rows: dict[int, Shipment]
    events: dict[int, list[TrackingRow]]
    problems: dict[int, list[ProblemRow]]
    deals: dict[int, DealState]
    #: Of deals that were split, or whose goods go through a chain: all their shipments.
    split: dict[int, list[Shipment]]

    def problems_of(self, row: Shipment) -> list[ProblemRow]:
        """Open problems that are this order's; those of a deal that was split may stop another one."""
        found = self.problems[row.deal_id]
        return [each for each in found if each.shipment_id == row.id] if row.deal_id in self.split else found

    def others(self, row: Shipment) -> list[ShipmentView]:
        """All other shipments of such a deal, the other leg of its chain too."""
        return [shipment_view(each) for each in self.split.get(row.deal_id, ()) if each.id != row.id]


def known_of(session: Session, portal_id: int, tasks: Sequence[Task]) -> Known:
    """Five queries, however many tasks."""
    asked = {task.deal_id for task in tasks}
    split = shipments.split_deals(session, portal_id, sorted(asked))
    rows = shipments.by_ids(session, portal_id, [task.shipment_id for task in tasks])
    deal_ids = list({row.deal_id for row in rows.values()})
    return Known(
        rows,
        shipments.events_of(session, portal_id, list(rows)),
        problems.open_of_orders(session, portal_id, deal_ids),
        deals.states(session, portal_id, deal_ids),
        shipments.of_deals(session, portal_id, sorted(split)),
    )
