"""What the dead-letter desk lists: rows that failed for good or will be tried again, with the last attempt's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from b24app.store.models import (
    Attempt,
    BigId,
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
#: Rows of portals' lanes whose key is no deal's id.
_NO_DEALS = (InboxKind.JOB, InboxKind.RETURN, InboxKind.RETURN_ITEM)
#: How a call that we held back ourselves begins its words (`wire.errors.Why`).
_HELD = ("budget", "busy")


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
    """Everything that failed, the latest first: one query. Notices to administrators (deal 0) are not listed, nor what
    only waits for room in the remote's budget."""
    rows = union_all(_inbox(portal_id), _intents(portal_id), _outbox(portal_id)).subquery("failed")
    said, seen = aliased(Attempt), aliased(DealState)
    newest = (
        select(func.max(Attempt.id))
        .where(Attempt.portal_id == portal_id, Attempt.target_kind == rows.c.kind, Attempt.target_id == rows.c.id)
        .where(Attempt.words != "")
        .scalar_subquery()
    )
    query = (
        select(rows, seen.title, said.outcome, said.code, said.words)
        .outerjoin(seen, and_(seen.portal_id == portal_id, seen.deal_id == rows.c.deal_id, rows.c.deal_id != 0))
        .outerjoin(said, said.id == newest)
    )
    found = [_failed(*row) for row in session.execute(query)]
    return sorted((row for row in found if not _only_waits(row)), key=lambda row: row.at, reverse=True)


def _only_waits(row: FailedRow) -> bool:
    return row.state == RETRY and row.words.startswith(_HELD)


def _failed(
    kind: str, id_: int, what: str, state: str, deal: int, account: int, error: str, attempts: int, at: datetime,
    due: datetime | None, title: str | None, outcome: str | None, code: str | None, words: str | None,
) -> FailedRow:  # fmt: skip
    """`outcome`, `code` and `words` of the last attempt that said anything; rows of the inbox have none."""
    ours = "ours" if kind == "inbox" else ""
    return FailedRow(
        kind=kind,
        id=id_,
        what=what,
        state=DEAD if state == DEAD else RETRY,
        deal_id=deal,
        title=title or "",
        connection_id=account or 0,
        outcome=outcome or ours,
        code=code or "",
        words=words or error or "",
        attempts=attempts,
        at=at,
        next_try_at=None if state == DEAD else due,
    )


def _shape(table: type[InboxRow | Intent | OutboxRow], deal: Any, account: Any, *more: Any) -> Select[Any]:
    """The columns that the three tables have in common; those of `more` are (attempts, at, due)."""
    kind = literal(table.__tablename__).label("kind")
    columns = (kind, table.id.label("id"), table.kind.label("what"), table.state, deal.label("deal_id"))
    return select(*columns, account.label("account"), table.last_error, *more)


def _newest(query: Select[Any], id_: Any) -> Select[Any]:
    """The desk shows so many of each table."""
    return select(query.order_by(id_.desc()).limit(MOST).subquery())


def _inbox(portal_id: int) -> Select[Any]:
    # Keys come from outside: only what is a number may be read as one.
    numeric = and_(func.ltrim(InboxRow.key, "0123456789") == "", func.length(InboxRow.key).between(1, 18))
    about = and_(Lane.kind == LaneKind.PORTAL, InboxRow.kind.not_in(_NO_DEALS), numeric)
    deal = case((about, cast(InboxRow.key, BigId)), else_=0)
    account = case((Lane.kind == LaneKind.CONNECTION, Lane.owner_id), else_=0)
    dead = InboxRow.state == InboxState.DEAD
    tries = InboxRow.attempts + case((dead, 1), else_=0)
    at = func.coalesce(InboxRow.served_at, InboxRow.received_at)
    # A list of points that is tried again is of no deal, and nobody waits for it.
    waits = and_(InboxRow.state == InboxState.NEW, InboxRow.attempts > 0, InboxRow.kind != InboxKind.POINTS)
    query = (
        _shape(InboxRow, deal, account, tries.label("attempts"), at.label("at"), InboxRow.due_at.label("due"))
        .join_from(InboxRow, Lane, Lane.id == InboxRow.lane_id)
        .where(Lane.portal_id == portal_id, or_(dead, waits))
    )
    return _newest(query, InboxRow.id)


def _intents(portal_id: int) -> Select[Any]:
    waits = _waits(Intent, (IntentState.WAITING, IntentState.UNCERTAIN))
    query = (
        _shape(Intent, Shipment.deal_id, Intent.connection_id, *_tried(Intent))
        .join_from(Intent, Shipment, Shipment.id == Intent.shipment_id)
        .where(Intent.portal_id == portal_id, or_(Intent.state == IntentState.DEAD, waits))
    )
    return _newest(query, Intent.id)


def _outbox(portal_id: int) -> Select[Any]:
    waits = _waits(OutboxRow, (OutboxState.PENDING, OutboxState.UNCERTAIN))
    mine = (OutboxRow.portal_id == portal_id, OutboxRow.deal_id != 0)
    query = _shape(OutboxRow, OutboxRow.deal_id, literal_column("0"), *_tried(OutboxRow))
    return _newest(query.where(*mine, or_(OutboxRow.state == OutboxState.DEAD, waits)), OutboxRow.id)


def _waits(table: type[Intent | OutboxRow], states: Sequence[str]) -> ColumnElement[bool]:
    """Failed, and tried again later."""
    return and_(table.state.in_(states), table.attempts > 0, table.last_error.is_not(None))


def _tried(table: type[Intent | OutboxRow]) -> tuple[Any, ...]:
    at = func.coalesce(table.closed_at, table.created_at)
    return table.attempts.label("attempts"), at.label("at"), table.next_try_at.label("due")


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
    of_deal = lane == LaneKind.PORTAL and row.kind not in _NO_DEALS
    return int(row.key) if of_deal and row.key.isdigit() else 0


def find(session: Session, portal_id: int, key: RowKey) -> InboxRow | Intent | OutboxRow | None:
    """The portal's own row, in whatever state."""
    if key.kind == "inbox":
        mine = select(Lane.id).where(Lane.portal_id == portal_id)
        return session.scalar(select(InboxRow).where(InboxRow.id == key.id, InboxRow.lane_id.in_(mine)))
    if key.kind == "intent":
        return session.scalar(select(Intent).where(Intent.portal_id == portal_id, Intent.id == key.id))
    return session.scalar(select(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.id == key.id))
