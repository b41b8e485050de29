"""Rows of the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.store.models import ScheduleRow
from b24app.store.sql import changed, insert_new


def ensure(session: Session, periods: Mapping[str, int], now: datetime) -> None:
    """Add jobs that have no row yet, due now."""
    rows = [
        {"name": name, "period_s": period, "next_run_at": now, "last_error": ""} for name, period in periods.items()
    ]
    insert_new(session, ScheduleRow, rows, ["name"])


def due(session: Session, now: datetime) -> set[str]:
    """Names of the jobs whose date has come: one question where each job would be one."""
    return set(session.scalars(select(ScheduleRow.name).where(ScheduleRow.next_run_at <= now)))


def take(session: Session, name: str, period_s: int, now: datetime) -> bool:
    """Move a due job's date on; True for the one caller who did it and therefore runs the job."""
    due = session.scalar(select(ScheduleRow.next_run_at).where(ScheduleRow.name == name))
    if due is None or due > now:
        return False
    mine = update(ScheduleRow).where(ScheduleRow.name == name, ScheduleRow.next_run_at == due)
    later = now + timedelta(seconds=period_s)
    return changed(session, mine.values(next_run_at=later, last_run_at=now, period_s=period_s)) == 1


def note(session: Session, name: str, ms: int, error: str) -> None:
    """Keep how long a run took and how it failed."""
    mine = update(ScheduleRow).where(ScheduleRow.name == name)
    changed(session, mine.values(last_ms=ms, last_error=error[:2000]))


def rows(session: Session) -> list[ScheduleRow]:
    """Return all jobs, for the health page."""
    return list(session.scalars(select(ScheduleRow).order_by(ScheduleRow.name)))
