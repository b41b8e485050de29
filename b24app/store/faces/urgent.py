"""Deals of a portal that need somebody today, the most urgent first: a fixed number of questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.forecast import Risk
from b24app.flows.legs import PICKED
from b24app.flows.urgency import Urgent, Why, by_urgency
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store import deals, promises
from b24app.store.models import Connection, DealState, ProblemRow, ProblemState, Shipment

#: Rows of each kind that are looked at: whoever has more has other worries than their order.
MOST = 200
#: Statuses in which a parcel is under way to its client.
UNDER_WAY = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.DELIVERY_FAILED)


def urgent(session: Session, portal_id: int, soon: datetime) -> tuple[Urgent, ...]:
    """Five questions. `soon`: storage that ends before is urgent."""
    parcels = (
        *_shipments(session, portal_id, Why.ENDING, Shipment.status == Status.READY_FOR_PICKUP,
                    Shipment.keep_until < soon, order=Shipment.keep_until),
        *_shipments(session, portal_id, Why.FAILED, Shipment.status == Status.DELIVERY_FAILED,
                    order=Shipment.status_at),
        *_late(session, portal_id),
    )  # fmt: skip
    waiting = (
        Urgent(Why.WAITING, row.deal_id, row.title, row.moved_at, reason=row.waits_for_person)
        for row in deals.waiting_for_person(session, portal_id, MOST)
    )
    return by_urgency([*parcels, *_problems(session, portal_id), *waiting])


def _same(other: Any) -> Any:
    return (DealState.portal_id == other.portal_id) & (DealState.deal_id == other.deal_id)


def _shipments(session: Session, portal_id: int, why: Why, *where: Any, order: Any) -> list[Urgent]:
    columns = (
        Shipment.deal_id, DealState.title, Shipment.keep_until, Shipment.status_at, Shipment.incident,
        Connection.system, Shipment.order_number, Shipment.number,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Connection, Connection.id == Shipment.connection_id)
        .outerjoin(DealState, _same(Shipment))
        .where(Shipment.portal_id == portal_id, Shipment.leg != PICKED, Shipment.closed.is_(False), *where)
        .order_by(order, Shipment.id)
        .limit(MOST)
    )
    return [
        Urgent(
            why,
            row.deal_id,
            row.title or "",
            row.keep_until if why is Why.ENDING else row.status_at,
            system=row.system,
            incident=row.incident or "",
            number=row.order_number or row.number,
        )
        for row in session.execute(query)
    ]


def _late(session: Session, portal_id: int) -> list[Urgent]:
    """What will break its promise, as the forecast says; what only may is in the list of deals at risk."""
    return [
        Urgent(
            Why.LATE, each.deal_id, each.title, days=each.late_by, promised=each.promised, expected=each.expected,
            system=each.system, number=each.number, place=each.place,
        )
        for each in promises.at_risk(session, portal_id, MOST)
        if each.risk is Risk.LATE
    ]  # fmt: skip


def _problems(session: Session, portal_id: int) -> list[Urgent]:
    query = (
        select(ProblemRow.deal_id, DealState.title, ProblemRow.problem, ProblemRow.opened_at)
        .outerjoin(DealState, _same(ProblemRow))
        .where(ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
        .order_by(ProblemRow.id.desc())
        .limit(MOST)
    )
    return [
        Urgent(Why.PROBLEM, deal_id, title or "", at, problem=Problem.from_json(problem))
        for deal_id, title, problem, at in session.execute(query)
    ]
