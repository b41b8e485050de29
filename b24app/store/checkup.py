"""What an operator asks of the whole deployment's database (`waybill doctor`). States and counts, no tenant's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Column, Table, func, select
from sqlalchemy.orm import Session

from b24app.store.crypto import EncryptedJson, EncryptedText, NoKeyError
from b24app.store.models import (
    Base,
    CallLogRow,
    Connection,
    ConnectionState,
    InboxRow,
    Intent,
    Lane,
    OutboxRow,
    Portal,
    PortalState,
    PortalToken,
    ScheduleRow,
    TokenState,
)

#: The job that workers run only to be seen (parts.open_worker).
ALIVE, ALIVE_S = "alive", 30
DEAD = "dead"


def unreadable(session: Session) -> list[str]:
    """Return `table.column` of secrets that the configured keys cannot read; looks at each table's oldest and newest
    row, because keys change with time."""
    return [f"{table.name}.{column.name}" for table, column in _secrets() if not _readable(session, table, column)]


def _secrets() -> Iterator[tuple[Table, Column[object]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedText | EncryptedJson):
                yield table, column


def _readable(session: Session, table: Table, column: Column[object]) -> bool:
    for order in (table.c.id, table.c.id.desc()):
        try:
            session.execute(select(column).where(column.is_not(None)).order_by(order).limit(1)).all()
        except NoKeyError:
            return False
    return True


def last_sign_of_workers(session: Session) -> datetime | None:
    """Return when a worker last ran the job that shows it alive; None when none ever did."""
    return session.scalar(select(ScheduleRow.last_run_at).where(ScheduleRow.name == ALIVE))


def failed_jobs(session: Session) -> dict[str, str]:
    """Return the error of every periodic job whose last run failed, by its name."""
    rows = session.execute(select(ScheduleRow.name, ScheduleRow.last_error).where(ScheduleRow.last_error != ""))
    return dict(rows.all())


def failing_lanes(session: Session, after: int) -> list[tuple[str, int, str]]:
    """Return (kind, failures, last error) of lanes that failed more than `after` times in a row, the worst first."""
    wanted = select(Lane.kind, Lane.failures, Lane.last_error).where(Lane.failures > after)
    return [(kind, count, error) for kind, count, error in session.execute(wanted.order_by(Lane.failures.desc()))]


def dead_rows(session: Session) -> dict[str, int]:
    """Return how many rows were given up, by table; tables without any are left out."""
    found = {}
    for table in (InboxRow, Intent, OutboxRow):
        count = session.scalar(select(func.count()).select_from(table).where(table.state == DEAD)) or 0
        if count:
            found[table.__tablename__] = count
    return found


def blocked_portals(session: Session) -> dict[str, str]:
    """Return why our access is refused, by the code of the portal."""
    rows = session.execute(select(Portal.code, Portal.blocked_reason).where(Portal.state == PortalState.BLOCKED))
    return dict(rows.all())


def portals_without_key(session: Session) -> list[str]:
    """Return the codes of installed portals for which no administrator's token is usable."""
    usable = select(PortalToken.portal_id).where(PortalToken.is_admin.is_(True), PortalToken.state == TokenState.OK)
    wanted = select(Portal.code).where(Portal.state == PortalState.ACTIVE, Portal.id.not_in(usable))
    return list(session.scalars(wanted.order_by(Portal.code)))


def stopped_connections(session: Session) -> list[tuple[str, str, str, str]]:
    """Return (code of the portal, system, state, reason) of accounts that are paused or refused."""
    wanted = (
        select(Portal.code, Connection.system, Connection.state, Connection.pause_reason)
        .join(Portal, Portal.id == Connection.portal_id)
        .where(Connection.state.in_((ConnectionState.PAUSED, ConnectionState.BROKEN)))
        .order_by(Portal.code, Connection.id)
    )
    return [(code, system, state, reason) for code, system, state, reason in session.execute(wanted)]


def oldest_call(session: Session) -> datetime | None:
    """Return when the oldest kept remote call was made."""
    return session.scalar(select(func.min(CallLogRow.at)))


def is_late(moment: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether `moment` is unknown or longer ago than `seconds`."""
    return moment is None or now - moment > timedelta(seconds=seconds)
