"""What waits in one portal: rows of its queues by remote, deals with open problems, deals that wait for a person, codes
that nobody here knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from b24app.logistics.problem import Problem
from b24app.store import deals
from b24app.store.models import (
    DealState,
    InboxRow,
    InboxState,
    Intent,
    IntentState,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    ProblemRow,
    ProblemState,
    UnknownCode,
)

SHOWN = 50
#: Rows that still have to leave. What a carrier has taken and is deciding about waits for nobody here.
_OPEN_INTENTS = (IntentState.WAITING, IntentState.SENDING, IntentState.UNCERTAIN)
_OPEN_OUTBOX = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN)
_DECIDING, _PROBLEMS, _REMOTE = "deciding", "problems", "remote"


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
class Queue:
    """Rows of one remote that have not left; `oldest` is when the oldest of them came in."""

    waiting: int = 0
    oldest: datetime | None = None

    def __add__(self, other: Queue) -> Queue:
        moments = [each for each in (self.oldest, other.oldest) if each is not None]
        return Queue(self.waiting + other.waiting, min(moments, default=None))


@dataclass(frozen=True, slots=True)
class Workload:
    """`queues` by account, 0 = the portal's own lane. `deciding`: orders that carriers have taken and not decided."""

    queues: Mapping[int, Queue] = field(default_factory=dict)
    deciding: int = 0
    problems: tuple[DealProblem, ...] = ()
    problem_count: int = 0
    waiting: tuple[WaitingDeal, ...] = ()
    unknown: tuple[UnknownCode, ...] = ()

    @property
    def total(self) -> Queue:
        return sum(self.queues.values(), Queue())


def workload(session: Session, portal_id: int) -> Workload:
    """Four queries."""
    queues, counts = _counted(session, portal_id)
    unknown = select(UnknownCode).where(UnknownCode.portal_id == portal_id).order_by(UnknownCode.seen.desc())
    return Workload(
        queues=queues,
        deciding=counts.get(_DECIDING, 0),
        problems=_problems(session, portal_id),
        problem_count=counts.get(_PROBLEMS, 0),
        waiting=tuple(
            WaitingDeal(row.deal_id, row.title, row.waits_for_person, row.moved_at)
            for row in deals.waiting_for_person(session, portal_id, SHOWN)
        ),
        unknown=tuple(session.scalars(unknown.limit(SHOWN))),
    )


def _counted(session: Session, portal_id: int) -> tuple[dict[int, Queue], dict[str, int]]:
    """One statement: rows of each queue by remote, and the counts beside them."""
    owner = case((Lane.kind == LaneKind.CONNECTION, Lane.owner_id), else_=0)
    inbox = (
        _row(_REMOTE, owner, func.min(InboxRow.received_at))
        .join_from(Lane, InboxRow, InboxRow.lane_id == Lane.id)
        .where(Lane.portal_id == portal_id, InboxRow.state == InboxState.NEW)
        .group_by(Lane.kind, Lane.owner_id)
    )
    intents = (
        _row(_REMOTE, Intent.connection_id, func.min(Intent.created_at))
        .where(Intent.portal_id == portal_id, Intent.state.in_(_OPEN_INTENTS))
        .group_by(Intent.connection_id)
    )
    # Notices to administrators wait without anybody minding.
    outbox = _row(_REMOTE, literal_column("0"), func.min(OutboxRow.created_at)).where(
        OutboxRow.portal_id == portal_id, OutboxRow.state.in_(_OPEN_OUTBOX), OutboxRow.deal_id != 0
    )
    deciding = _row(_DECIDING, literal_column("0"), null()).where(
        Intent.portal_id == portal_id, Intent.state == IntentState.ACCEPTED
    )
    found = _row(_PROBLEMS, literal_column("0"), null()).where(
        ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN
    )
    queues: dict[int, Queue] = {}
    counts: dict[str, int] = {}
    for what, remote, count, oldest in session.execute(union_all(inbox, intents, outbox, deciding, found)):
        if what == _REMOTE:
            queues[remote] = queues.get(remote, Queue()) + Queue(count, oldest)
        else:
            counts[what] = count
    return queues, counts


def _row(what: str, remote: Any, oldest: Any) -> Select[Any]:
    return select(literal(what), remote, func.count(), oldest)


def _problems(session: Session, portal_id: int) -> tuple[DealProblem, ...]:
    same = (DealState.portal_id == ProblemRow.portal_id) & (DealState.deal_id == ProblemRow.deal_id)
    query = (
        select(ProblemRow, DealState.title)
        .outerjoin(DealState, same)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
        .order_by(ProblemRow.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        DealProblem(row.deal_id, title or "", Problem.from_json(row.problem), row.opened_at)
        for row, title in session.execute(query)
    )
