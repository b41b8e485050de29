"""The shipments of a deal as plain facts, with what happened to each: three questions, four at the most, however many
there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.costs import Costs
from b24app.flows.forecast import Forecast
from b24app.flows.picking import Picking
from b24app.flows.portions import Portion
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.status import Status
from b24app.store.costs import costs_of
from b24app.store.faces.deal_facts import DETAILED, EventFacts, IntentFacts, PauseFacts, ShipmentFacts, TransitFacts
from b24app.store.models import (
    Connection,
    ConnectionState,
    Intent,
    Shipment,
    ShipmentFigures,
    TrackingRow,
    Transit,
    TransitState,
)


def shipments_of(
    session: Session, portal_id: int, deal_id: int, accounts: Mapping[int, Connection]
) -> tuple[ShipmentFacts, ...]:
    """Newest first. `accounts`: the portal's by id, the removed ones too."""
    mine = (Shipment.portal_id == portal_id, Shipment.deal_id == deal_id)
    query = (
        select(Shipment, Transit, ShipmentFigures)
        .outerjoin(Transit, Transit.shipment_id == Shipment.id)
        .outerjoin(ShipmentFigures, ShipmentFigures.shipment_id == Shipment.id)
    )
    found = session.execute(query.where(*mine).order_by(Shipment.n.desc())).all()
    rows = [row for row, _, _ in found]
    if not rows:
        return ()
    ids = [row.id for row in rows]
    events, intents = _events(session, portal_id, ids), _intents(session, portal_id, ids)
    return tuple(
        _shipment(row, accounts[row.connection_id], events[row.id], intents[row.id], _transit(row, transit), figures)
        for row, transit, figures in found
    )


def pause_of(account: Connection) -> PauseFacts | None:
    if account.state != ConnectionState.PAUSED:
        return None
    return PauseFacts(account.paused_by, account.pause_reason, account.paused_at)


def _shipment(
    row: Shipment, account: Connection, events: Iterable[EventFacts], intents: Iterable[IntentFacts],
    transit: TransitFacts | None, figures: ShipmentFigures | None,
) -> ShipmentFacts:  # fmt: skip
    return ShipmentFacts(
        id=row.id,
        n=row.n,
        number=row.number,
        system=account.system,
        connection=account.title,
        status=Status(row.status),
        incident=row.incident or "",
        remote_code=row.remote_code,
        remote_text=row.remote_text,
        order_number=row.order_number or "",
        tracking_number=row.tracking_number or "",
        tracking_url=row.tracking_url or "",
        price=Money(row.price_minor, row.currency or "RUB") if row.price_minor is not None else None,
        promised=(transit.promised if transit is not None else None) or row.promised,
        request=ShipmentRequest.from_json(row.request) if row.request else None,
        created_at=row.created_at,
        status_at=row.status_at,
        polled_at=row.polled_at,
        closed_reason=row.closed_reason,
        events=tuple(events),
        intents=tuple(intents),
        paused=pause_of(account),
        portion=Portion.from_json(row.portion) if row.portion else None,
        keep_until=row.keep_until,
        connection_id=row.connection_id,
        leg=row.leg,
        follows=row.follows,
        picking=Picking.from_json(row.picking) if row.picking else None,
        remote_id=row.remote_id or "",
        transit=transit,
        costs=costs_of(figures) if figures is not None else Costs(),
    )


def _transit(row: Shipment, transit: Transit | None) -> TransitFacts | None:
    """None where its way was not looked at yet."""
    if transit is None or transit.state == TransitState.NEW:
        return None
    told = transit.forecast if transit.state == TransitState.OPEN else None
    return TransitFacts(
        promised=transit.promised,
        by=transit.by,
        plan=row.promised,
        days_max=transit.days_max,
        handed=transit.handed,
        arrived=transit.arrived,
        place=transit.place,
        news=transit.news,
        forecast=Forecast.from_json(told) if told else None,
    )


def _events(session: Session, portal_id: int, ids: Sequence[int]) -> Mapping[int, list[EventFacts]]:
    query = (
        select(TrackingRow)
        .where(TrackingRow.portal_id == portal_id, TrackingRow.shipment_id.in_(ids))
        .order_by(TrackingRow.at, TrackingRow.id)
    )
    found: dict[int, list[EventFacts]] = defaultdict(list)
    for row in session.scalars(query):
        told = EventFacts(row.at, row.code, row.text, Status(row.status), row.place, row.reason, row.incident or "")
        found[row.shipment_id].append(told)
    return found


def _intents(session: Session, portal_id: int, ids: Sequence[int]) -> Mapping[int, list[IntentFacts]]:
    columns = (Intent.kind, Intent.state, Intent.attempts, Intent.next_try_at, Intent.last_error, Intent.created_at)
    mine = (Intent.portal_id == portal_id, Intent.shipment_id.in_(ids))
    rows = session.execute(select(Intent.id, Intent.shipment_id, *columns).where(*mine).order_by(Intent.id)).all()
    details: dict[int, Any] = {}
    if any(row.kind in DETAILED for row in rows):  # requests of orders are large, and never shown from here
        told = session.execute(select(Intent.id, Intent.payload).where(*mine, Intent.kind.in_(DETAILED)))
        details = {row.id: row.payload for row in told}
    found: dict[int, list[IntentFacts]] = defaultdict(list)
    for intent_id, shipment_id, kind, state, attempts, next_try, error, created in rows:
        given = details.get(intent_id) or {}
        found[shipment_id].append(IntentFacts(kind, state, attempts, next_try, error or "", created, given))
    return found
