"""The orders of many deals with their papers, as far as our store knows: the same two queries for one deal and for
five hundred."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.status import Status
from b24app.store.faces.papers import PaperFacts, paper_facts
from b24app.store.models import Connection, Paper, Shipment
from b24app.store.sql import chunks

#: An order in these has no papers: it is not made yet, or is no order any more.
NO_ORDER = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class PrintedOrder:
    """An order that its system has, with the papers that were made of it, by form."""

    shipment_id: int
    deal_id: int
    n: int
    number: str
    system: str
    papers: dict[str, PaperFacts] = field(default_factory=dict)


def orders(session: Session, portal_id: int, deal_ids: Iterable[int]) -> dict[int, list[PrintedOrder]]:
    """Every asked deal is a key, in the order in which they were asked for; its orders oldest first."""
    wanted = list(dict.fromkeys(deal_ids))
    found: dict[int, list[PrintedOrder]] = {deal_id: [] for deal_id in wanted}
    columns = (
        Shipment.id, Shipment.deal_id, Shipment.n, Shipment.number, Shipment.order_number, Connection.system,
    )  # fmt: skip
    for some in chunks(wanted):
        living = (
            select(*columns)
            .join(Connection, Connection.id == Shipment.connection_id)
            .where(Shipment.portal_id == portal_id, Shipment.deal_id.in_(some))
            .where(Shipment.remote_id.is_not(None), Shipment.status.not_in([each.value for each in NO_ORDER]))
            .order_by(Shipment.n)
        )
        by_id: dict[int, PrintedOrder] = {}
        for row in session.execute(living):
            number = row.order_number or row.number
            by_id[row.id] = order = PrintedOrder(row.id, row.deal_id, row.n, number, row.system)
            found[row.deal_id].append(order)
        made = (
            select(Paper)
            .join(Shipment, Shipment.id == Paper.shipment_id)
            .where(Paper.portal_id == portal_id, Paper.deal_id.in_(some), Paper.remote_id == Shipment.remote_id)
            .order_by(Paper.id)
        )
        for paper in session.scalars(made):
            if paper.shipment_id in by_id:
                by_id[paper.shipment_id].papers[paper.form] = paper_facts(paper)
    return found
