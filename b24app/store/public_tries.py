"""Tries on pages for clients, counted in the store while Redis cannot: a few rows, gone when their time is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.store.models import PublicTry
from b24app.store.sql import locked


def take(session: Session, portal_id: int, limits: Mapping[str, tuple[int, int]], now: datetime) -> int:
    """Counts one more try of everything in `limits` (what -> so often in so many seconds), or of nothing where one of
    them is used up; returns the seconds until it may be tried again, 0 = counted."""
    rows = []
    for what in sorted(limits):  # in one order, so that two who try at once wait for each other instead of for ever
        most, seconds = limits[what]
        row, _ = locked(session, PublicTry, {"portal_id": portal_id, "what": what}, {"n": 0, "until": now})
        if row.until <= now:
            row.n, row.until = 0, now + timedelta(seconds=seconds)
        if row.n >= most:
            return max(1, int((row.until - now).total_seconds()))
        rows.append(row)
    for row in rows:
        row.n += 1
    session.flush()
    return 0
