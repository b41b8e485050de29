"""What is forgotten: old rows by age, and everything of a portal when it leaves. Small transactions, safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    Attempt,
    AuditRow,
    Base,
    CallLogRow,
    Connection,
    DealState,
    FieldMap,
    ForeignOrder,
    InboxRow,
    InboxState,
    InstallStep,
    Intent,
    Job,
    Lane,
    Origin,
    OutboxRow,
    Pipeline,
    Portal,
    PortalToken,
    ProblemRow,
    Rule,
    Shipment,
    TrackingRow,
    UnknownCode,
)
from b24app.store.sql import changed

BATCH = 500
# Children first, so that no delete has to cascade over many rows.
OWNED: tuple[type[Base], ...] = (
    Attempt,
    TrackingRow,
    OutboxRow,
    Intent,
    ProblemRow,
    Shipment,
    DealState,
    UnknownCode,
    AuditRow,
    InstallStep,
    FieldMap,
    Job,
    Rule,
    ForeignOrder,
    Pipeline,
    PortalToken,
    Lane,
    Connection,
    Origin,
)


@dataclass(frozen=True, slots=True)
class Keep:
    """Days that served inbox rows, attempts and the log of remote calls are kept."""

    inbox_days: int = 7
    attempts_days: int = 30
    call_log_days: int = 7


def purge(sessions: Sessions, now: datetime, keep: Keep) -> int:
    """Delete what is older than it has to be kept; return the number of rows. Dead rows stay as long as attempts."""
    served = (InboxRow.state == InboxState.DONE) & (InboxRow.served_at < now - timedelta(days=keep.inbox_days))
    given_up = InboxRow.state.in_((InboxState.DEAD, InboxState.DROPPED))
    dead = given_up & (InboxRow.served_at < now - timedelta(days=keep.attempts_days))
    count = _delete(sessions, InboxRow, or_(served, dead))
    count += _delete(sessions, Attempt, Attempt.at < now - timedelta(days=keep.attempts_days))
    return count + _delete(sessions, CallLogRow, CallLogRow.at < now - timedelta(days=keep.call_log_days))


def erase_portal(sessions: Sessions, portal_id: int) -> int:
    """Delete everything about a portal, its call log included; return the number of rows. Safe to repeat."""
    with read_scope(sessions) as session:
        lanes, remotes = names_of(session, portal_id)
    count = _delete(sessions, InboxRow, InboxRow.lane_id.in_(lanes))
    count += _delete(sessions, CallLogRow, CallLogRow.remote.in_(remotes))
    for table in OWNED:
        count += _delete(sessions, table, table.__table__.c.portal_id == portal_id)
    return count + _delete(sessions, Portal, Portal.id == portal_id)


def names_of(session: Session, portal_id: int) -> tuple[list[int], list[str]]:
    """Return the portal's lanes and the names that its remotes have in the call log (`str(RemoteKey)`)."""
    lanes = list(session.scalars(select(Lane.id).where(Lane.portal_id == portal_id)))
    accounts = session.execute(select(Connection.system, Connection.id).where(Connection.portal_id == portal_id))
    remotes = [f"{system}:{id_}" for system, id_ in accounts]
    member = session.scalar(select(Portal.member_id).where(Portal.id == portal_id))
    return lanes, [*remotes, f"portal:{member}"]


def _delete(sessions: Sessions, table: type[Base], which: ColumnElement[bool]) -> int:
    key, total = table.__table__.c.id, 0
    while True:
        with session_scope(sessions) as session:
            ids = list(session.scalars(select(key).where(which).limit(BATCH)))
            if ids:
                total += changed(session, delete(table).where(key.in_(ids)))
        if len(ids) < BATCH:
            return total
