"""What the tab says about an order's papers, without their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from b24app.logistics.problem import Problem
from b24app.store.models import Paper, PaperStatus, Shipment
from b24app.store.papers import STUCK


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One form: `status` waiting | asked | ready | failed, `size` in bytes, `opened_at` = last given to somebody."""

    id: int
    shipment_id: int
    form: str
    status: str
    size: int
    changed_at: datetime
    opened_at: datetime | None
    problem: Problem | None

    @property
    def ready(self) -> bool:
        return self.status == PaperStatus.READY

    def preparing(self, now: datetime) -> bool:
        """Somebody is at it; one that stood still for long is not."""
        return self.status in (PaperStatus.WAITING, PaperStatus.ASKED) and now - self.changed_at < STUCK


def papers_of_deal(session: Session, portal_id: int, deal_id: int) -> tuple[PaperFacts, ...]:
    """Of all its shipments. Papers of an order that was since made anew are left out: they are no longer true."""
    query = (
        select(Paper)
        .join(Shipment, Shipment.id == Paper.shipment_id)
        .where(Paper.portal_id == portal_id, Paper.deal_id == deal_id, Paper.remote_id == Shipment.remote_id)
        .order_by(Paper.id)
    )
    return tuple(paper_facts(row) for row in session.scalars(query))


def paper_facts(row: Paper) -> PaperFacts:
    return PaperFacts(
        row.id,
        row.shipment_id,
        row.form,
        row.status,
        row.size,
        row.changed_at,
        row.opened_at,
        Problem.from_json(row.problem) if row.problem else None,
    )


def version_query(portal_id: Any, deal_id: Any) -> Select[int, str, datetime, datetime | None]:
    """What changes as soon as the papers of a deal do."""
    columns = (Paper.id, Paper.status, Paper.changed_at, Paper.opened_at)
    return select(*columns).where(Paper.portal_id == portal_id, Paper.deal_id == deal_id).order_by(Paper.id)
