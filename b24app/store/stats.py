"""Counts over all portals, for operators. No tenant's data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.store.models import InboxRow, InboxState, Intent, Lane, OutboxRow

FINISHED = ("done", "folded", "obsolete", "refused", "dropped")


def open_rows(session: Session) -> dict[tuple[str, str], int]:
    """Return how many rows stand in each (table, state), finished ones left out."""
    found: dict[tuple[str, str], int] = {}
    for table in (InboxRow, Intent, OutboxRow):
        counted = select(table.state, func.count()).where(table.state.not_in(FINISHED)).group_by(table.state)
        for state, count in session.execute(counted):
            found[table.__tablename__, state] = count
    return found


def oldest_due_s(session: Session, now: datetime) -> float:
    """Return for how many seconds the oldest due inbox row has been waiting; 0 when none is."""
    first = session.scalar(
        select(func.min(InboxRow.due_at)).where(InboxRow.state == InboxState.NEW, InboxRow.due_at <= now)
    )
    return 0.0 if first is None else (now - first).total_seconds()


def held_lanes(session: Session, now: datetime) -> int:
    """Return how many lanes are being served."""
    return session.scalar(select(func.count()).select_from(Lane).where(Lane.lease_until > now)) or 0
