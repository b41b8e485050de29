"""Parcels that lie at a point and whose end of storage is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.automation import Automation
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import MessageRules
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.storage import StorageRules
from b24app.logistics.status import Status
from b24app.store.models import DealState, Portal, PortalState, Shipment
from b24app.store.sql import chunks


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """`language` and `rules` are the portal's, `title` and `assigned_by` are the deal's. `tells`: the portal sends
    messages to clients, `fires`: its automation waits for the end of storage."""

    portal_id: int
    language: str
    deal_id: int
    title: str
    assigned_by: int
    shipment_id: int
    number: str
    order_number: str | None
    status_at: datetime
    keep_until: datetime
    rules: StorageRules
    tells: bool = False
    fires: bool = False


def ending(session: Session, after: datetime, before: datetime) -> list[Unclaimed]:
    """Of all working portals: followed parcels whose storage ends between the two and whose deal has a responsible
    person, the most urgent first."""
    columns = (
        Shipment.portal_id, Portal.language, Shipment.deal_id, DealState.title, DealState.assigned_by,
        Shipment.id.label("shipment_id"), Shipment.number, Shipment.order_number, Shipment.status_at,
        Shipment.keep_until,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(DealState, (DealState.portal_id == Shipment.portal_id) & (DealState.deal_id == Shipment.deal_id))
        .join(Portal, Portal.id == Shipment.portal_id)
        .where(Shipment.status == Status.READY_FOR_PICKUP, Shipment.closed.is_(False))
        .where(Shipment.keep_until > after, Shipment.keep_until <= before)
        .where(DealState.gone.is_(False), DealState.assigned_by.is_not(None), Portal.state == PortalState.ACTIVE)
        .order_by(Shipment.keep_until, Shipment.id)
    )
    rows = session.execute(query).mappings().all()
    rules = _rules(session, {row["portal_id"] for row in rows})
    return [Unclaimed(**row, **rules[row["portal_id"]]) for row in rows]


def _rules(session: Session, portal_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What each portal's administrator set: the last columns of `Unclaimed`."""
    found: dict[int, dict[str, Any]] = {}
    for some in chunks(sorted(portal_ids)):
        for portal_id, settings in session.execute(select(Portal.id, Portal.settings).where(Portal.id.in_(some))):
            found[portal_id] = {
                "rules": ReturnRules.of(settings).storage,
                "tells": MessageRules.of(settings).on,
                "fires": Automation.of(settings).fires(Moment.STORAGE),
            }
    return found
