"""What the dead-letter desk lists: rows that failed for good or will be tried again, with the last attempt's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from b24app.store.models import (
    Attempt,
    CallLogRow,
    Connection,
    DealState,
    InboxKind,
    InboxRow,
    InboxState,
    Intent,
    IntentState,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    Portal,
    Shipment,
)

#: Rows of each table that the desk shows, newest first.
MOST = 200
DEAD, RETRY = "dead", "retry"


class RowKey(NamedTuple):
    """`kind` inbox | intent | outbox."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was given up (`state` dead), or that failed and waits for its next try (`state` retry).

    `outcome`, `code` and `words` are of its last attempt; `connection_id` 0 = the portal; `deal_id` 0 = no deal.
    """

    kind: str
    id: int
    what: str
    state: str
    deal_id: int
    title: str
    connection_id: int
    outcome: str
    code: str
    words: str
    attempts: int
    at: datetime
    next_try_at: datetime | None

    @property
    def key(self) -> RowKey:
        return RowKey(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a row's call carries, in the clear: mask it before it is shown. `call` is its last line of the log."""

    deal_id: int
    payload: Any
    call: CallLogRow | None


def failed(session: Session, portal_id: int) -> list[FailedRow]:
    """Everything that failed, the latest first: five queries. Notices to administrators (deal 0) are not listed."""
    rows = [*_inbox(session, portal_id), *_intents(session, portal_id), *_outbox(session, portal_id)]
    said = _last_words(session, portal_id, [row.key for row in rows])
    titles = _titles(session, portal_id, sorted({row.deal_id for row in rows if row.deal_id}))
    return sorted(
        (_finished(row, said.get(row.key), titles.get(row.deal_id, "")) for row in rows),
        key=lambda row: row.at,
        reverse=True,
    )


def _finished(row: FailedRow, said: tuple[str, str, str] | None, title: str) -> FailedRow:
    outcome, code, words = said or (row.outcome, row.code, row.words)
    return replace(row, title=title, outcome=outcome, code=code, words=words or row.words)


def _inbox(session: Session, portal_id: int) -> list[FailedRow]:
    waits = and_(InboxRow.state == InboxState.NEW, InboxRow.attempts > 0)
    query = (
        select(InboxRow, Lane.kind, Lane.owner_id)
        .join(Lane, Lane.id == InboxRow.lane_id)
        .where(Lane.portal_id == portal_id, or_(InboxRow.state == InboxState.DEAD, waits))
        .order_by(InboxRow.id.desc())
        .limit(MOST)
    )
    return [
        FailedRow(
            kind="inbox",
            id=row.id,
            what=row.kind,
            state=DEAD if row.state == InboxState.DEAD else RETRY,
            deal_id=int(row.key) if lane == LaneKind.PORTAL and row.key.isdigit() and row.kind != "job" else 0,
            title="",
            connection_id=owner if lane == LaneKind.CONNECTION else 0,
            outcome="ours",
            code="",
            words=row.last_error or "",
            attempts=row.attempts + (row.state == InboxState.DEAD),
            at=row.served_at or row.received_at,
            next_try_at=row.due_at if row.state == InboxState.NEW else None,
        )
        for row, lane, owner in session.execute(query)
    ]


def _intents(session: Session, portal_id: int) -> list[FailedRow]:
    waits = and_(
        Intent.state.in_((IntentState.WAITING, IntentState.UNCERTAIN)),
        Intent.attempts > 0,
        Intent.last_error.is_not(None),
    )
    columns = (
        Intent.id,
        Intent.kind,
        Intent.state,
        Shipment.deal_id,
        Intent.connection_id,
        Intent.last_error,
        Intent.attempts,
        Intent.closed_at,
        Intent.created_at,
        Intent.next_try_at,
    )
    query = (
        select(*columns)
        .join(Shipment, Shipment.id == Intent.shipment_id)
        .where(Intent.portal_id == portal_id, or_(Intent.state == IntentState.DEAD, waits))
    )
    return _rows(session, "intent", query.order_by(Intent.id.desc()))


def _outbox(session: Session, portal_id: int) -> list[FailedRow]:
    waits = and_(
        OutboxRow.state.in_((OutboxState.PENDING, OutboxState.UNCERTAIN)),
        OutboxRow.attempts > 0,
        OutboxRow.last_error.is_not(None),
    )
    columns = (
        OutboxRow.id,
        OutboxRow.kind,
        OutboxRow.state,
        OutboxRow.deal_id,
        literal(0),
        OutboxRow.last_error,
        OutboxRow.attempts,
        OutboxRow.closed_at,
        OutboxRow.created_at,
        OutboxRow.next_try_at,
    )
    mine = (OutboxRow.portal_id == portal_id, OutboxRow.deal_id != 0)
    query = select(*columns).where(*mine, or_(OutboxRow.state == OutboxState.DEAD, waits))
    return _rows(session, "outbox", query.order_by(OutboxRow.id.desc()))


def _rows(session: Session, kind: str, query: Select[*tuple[Any, ...]]) -> list[FailedRow]:
    found = []
    for id_, what, state, deal, account, words, attempts, closed, created, due in session.execute(query.limit(MOST)):
        shown = DEAD if state == DEAD else RETRY
        at = closed or created
        found.append(FailedRow(kind, id_, what, shown, deal, "", account or 0, "", "", words or "", attempts, at, due))
    return found


def _last_words(session: Session, portal_id: int, keys: Sequence[RowKey]) -> dict[RowKey, tuple[str, str, str]]:
    """(outcome, code, words) of each row's last attempt that says anything."""
    tables = {"intent": Intent.__tablename__, "outbox": OutboxRow.__tablename__}
    wanted = [
        and_(Attempt.target_kind == table, Attempt.target_id.in_([key.id for key in keys if key.kind == kind]))
        for kind, table in tables.items()
        if any(key.kind == kind for key in keys)
    ]
    if not wanted:
        return {}
    newest = (
        select(func.max(Attempt.id))
        .where(Attempt.portal_id == portal_id, or_(*wanted), Attempt.words != "")
        .group_by(Attempt.target_kind, Attempt.target_id)
    )
    columns = (Attempt.target_kind, Attempt.target_id, Attempt.outcome, Attempt.code, Attempt.words)
    names = {table: kind for kind, table in tables.items()}
    rows = session.execute(select(*columns).where(Attempt.id.in_(newest)))
    return {RowKey(names[table], id_): (outcome, code, words) for table, id_, outcome, code, words in rows}


def _titles(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, str]:
    if not deal_ids:
        return {}
    mine = (DealState.portal_id == portal_id, DealState.deal_id.in_(deal_ids))
    return dict(session.execute(select(DealState.deal_id, DealState.title).where(*mine)).all())


def sent(session: Session, portal_id: int, key: RowKey) -> Sent | None:
    """What one row carries; None when the portal has no such row."""
    row = find(session, portal_id, key)
    if row is None:
        return None
    if isinstance(row, InboxRow):
        return Sent(deal_of(session, row), row.payload, None)
    member = session.scalar(select(Portal.member_id).where(Portal.id == portal_id))
    if isinstance(row, OutboxRow):
        return Sent(row.deal_id, row.payload, _call(session, f"portal:{member}", row.trace_id, row.created_at))
    system = session.scalar(select(Connection.system).where(Connection.id == row.connection_id))
    deal = deal_of(session, row)
    call = _call(session, f"{system}:{row.connection_id}", row.trace_id, row.created_at)
    return Sent(deal, row.payload, call)


def _call(session: Session, remote: str, trace_id: str, since: datetime) -> CallLogRow | None:
    mine = (CallLogRow.remote == remote, CallLogRow.at >= since, CallLogRow.trace_id == trace_id)
    return session.scalar(select(CallLogRow).where(*mine).order_by(CallLogRow.at.desc()).limit(1))


def deal_of(session: Session, row: InboxRow | Intent | OutboxRow) -> int:
    """The deal that a row is about, 0 when it is about none: keys of accounts' and jobs' rows are no deals."""
    if isinstance(row, OutboxRow):
        return row.deal_id
    if isinstance(row, Intent):
        return session.scalar(select(Shipment.deal_id).where(Shipment.id == row.shipment_id)) or 0
    lane = session.scalar(select(Lane.kind).where(Lane.id == row.lane_id))
    return int(row.key) if lane == LaneKind.PORTAL and row.key.isdigit() and row.kind != InboxKind.JOB else 0


def find(session: Session, portal_id: int, key: RowKey) -> InboxRow | Intent | OutboxRow | None:
    """The portal's own row, in whatever state."""
    if key.kind == "inbox":
        mine = select(Lane.id).where(Lane.portal_id == portal_id)
        return session.scalar(select(InboxRow).where(InboxRow.id == key.id, InboxRow.lane_id.in_(mine)))
    if key.kind == "intent":
        return session.scalar(select(Intent).where(Intent.portal_id == portal_id, Intent.id == key.id))
    return session.scalar(select(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.id == key.id))
