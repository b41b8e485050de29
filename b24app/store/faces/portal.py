"""Everything the app's page shows of one portal: health, queues, what failed, deals that wait for a person, the set-
up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.logistics.problem import Problem
from b24app.store import deals, origins, portals
from b24app.store.models import (
    Connection,
    DealState,
    InboxRow,
    InboxState,
    InstallStep,
    Intent,
    IntentState,
    Lane,
    LaneKind,
    Origin,
    OutboxRow,
    OutboxState,
    Pipeline,
    Portal,
    PortalToken,
    ProblemRow,
    ProblemState,
    Shipment,
    TokenState,
    UnknownCode,
)

_SHOWN = 50
_OPEN_INTENTS = (IntentState.WAITING, IntentState.SENDING, IntentState.UNCERTAIN, IntentState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class DeadFacts:
    """A row that was given up: `kind` inbox | intent | outbox, with the other side's words."""

    kind: str
    id: int
    what: str
    deal_id: int
    words: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class DealProblem:
    deal_id: int
    title: str
    problem: Problem
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingDeal:
    """A deal that only a person may ship. `reason` old_move | already_in_stage | …"""

    deal_id: int
    title: str
    reason: str
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """`oldest` is when the oldest waiting row came in."""

    waiting: int
    oldest: datetime | None
    intents: int
    outbox: int
    last_error: str


@dataclass(frozen=True, slots=True)
class PortalFacts:
    portal: Portal
    admin_key: bool
    connections: tuple[Connection, ...]
    pipelines: Mapping[int, Pipeline]
    queue: QueueFacts
    dead: tuple[DeadFacts, ...]
    problems: tuple[DealProblem, ...]
    problem_count: int
    waiting: tuple[WaitingDeal, ...]
    unknown: tuple[UnknownCode, ...]
    steps: tuple[InstallStep, ...]
    origins: tuple[Origin, ...] = ()

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.portal.settings


def portal_facts(session: Session, portal_id: int) -> PortalFacts:
    portal = portals.get(session, portal_id)
    lanes = _lanes(session, portal_id)
    return PortalFacts(
        portal=portal,
        admin_key=_has_admin_key(session, portal_id),
        connections=tuple(portals.connections(session, portal_id)),
        pipelines=portals.pipelines(session, portal_id),
        queue=_queue(session, portal_id, lanes),
        dead=_dead(session, portal_id, lanes),
        problems=_problems(session, portal_id),
        problem_count=_count(
            session, ProblemRow, ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN
        ),
        waiting=_waiting(session, portal_id),
        unknown=tuple(
            session.scalars(
                select(UnknownCode)
                .where(UnknownCode.portal_id == portal_id)
                .order_by(UnknownCode.seen.desc())
                .limit(_SHOWN)
            )
        ),
        steps=tuple(portals.install_steps(session, portal_id)),
        origins=tuple(origins.of_portal(session, portal_id)),
    )


def _lanes(session: Session, portal_id: int) -> list[int]:
    return list(session.scalars(select(Lane.id).where(Lane.portal_id == portal_id)))


def _has_admin_key(session: Session, portal_id: int) -> bool:
    mine = (PortalToken.portal_id == portal_id, PortalToken.is_admin, PortalToken.state == TokenState.OK)
    return _count(session, PortalToken, *mine) > 0


def _count(session: Session, table: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def _queue(session: Session, portal_id: int, lanes: list[int]) -> QueueFacts:
    new = (InboxRow.lane_id.in_(lanes), InboxRow.state == InboxState.NEW)
    waiting, oldest = session.execute(select(func.count(), func.min(InboxRow.received_at)).where(*new)).one()
    error = session.scalar(
        select(Lane.last_error).where(Lane.portal_id == portal_id, Lane.kind == LaneKind.PORTAL, Lane.last_error != "")
    )
    return QueueFacts(
        waiting=waiting,
        oldest=oldest,
        intents=_count(session, Intent, Intent.portal_id == portal_id, Intent.state.in_(_OPEN_INTENTS)),
        outbox=_count(session, OutboxRow, OutboxRow.portal_id == portal_id, OutboxRow.state == OutboxState.PENDING),
        last_error=error or "",
    )


def _dead(session: Session, portal_id: int, lanes: list[int]) -> tuple[DeadFacts, ...]:
    rows = [*_dead_inbox(session, lanes), *_dead_intents(session, portal_id), *_dead_outbox(session, portal_id)]
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True)[:_SHOWN])


def _dead_inbox(session: Session, lanes: list[int]) -> list[DeadFacts]:
    query = select(InboxRow).where(InboxRow.lane_id.in_(lanes), InboxRow.state == InboxState.DEAD)
    return [
        DeadFacts(
            "inbox",
            row.id,
            row.kind,
            int(row.key) if row.key.isdigit() else 0,
            row.last_error or "",
            row.served_at or row.received_at,
            row.attempts,
        )
        for row in session.scalars(query.order_by(InboxRow.id.desc()).limit(_SHOWN))
    ]


def _dead_intents(session: Session, portal_id: int) -> list[DeadFacts]:
    query = (
        select(Intent, Shipment.deal_id)
        .join(Shipment, Shipment.id == Intent.shipment_id)
        .where(Intent.portal_id == portal_id, Intent.state == IntentState.DEAD)
    )
    return [
        DeadFacts(
            "intent", row.id, row.kind, deal_id, row.last_error or "", row.closed_at or row.created_at, row.attempts
        )
        for row, deal_id in session.execute(query.order_by(Intent.id.desc()).limit(_SHOWN))
    ]


def _dead_outbox(session: Session, portal_id: int) -> list[DeadFacts]:
    query = select(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.state == OutboxState.DEAD)
    return [
        DeadFacts(
            "outbox", row.id, row.kind, row.deal_id, row.last_error or "", row.closed_at or row.created_at, row.attempts
        )
        for row in session.scalars(query.order_by(OutboxRow.id.desc()).limit(_SHOWN))
    ]


def _problems(session: Session, portal_id: int) -> tuple[DealProblem, ...]:
    same = (DealState.portal_id == ProblemRow.portal_id) & (DealState.deal_id == ProblemRow.deal_id)
    query = (
        select(ProblemRow, DealState.title)
        .outerjoin(DealState, same)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
        .order_by(ProblemRow.id.desc())
        .limit(_SHOWN)
    )
    return tuple(
        DealProblem(row.deal_id, title or "", Problem.from_json(row.problem), row.opened_at)
        for row, title in session.execute(query)
    )


def _waiting(session: Session, portal_id: int) -> tuple[WaitingDeal, ...]:
    return tuple(
        WaitingDeal(row.deal_id, row.title, row.waits_for_person, row.moved_at)
        for row in deals.waiting_for_person(session, portal_id, _SHOWN)
    )
