"""Inbox rows: appended by hooks, pages and runners; folded when claimed; closed by their ids, never by a range.

A row counts as served only if it was there before the read that served it began: the ids of a claim are exactly those
rows, because in PostgreSQL a lower id may become visible later than a higher one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from b24app.store.lanes import LaneHold, check
from b24app.store.models import InboxRow, InboxState, Priority
from b24app.store.sql import changed, chunks
from b24app.wire.trace import new_trace_id

#: Event of our own rows about a deal: its history has been read, or does not matter; only the deal is to be read.
MOVED = "MOVED"


#: Kinds of the rows of lane `lane` that are due at `now`, of the priority `least` at least.
_DUE_KINDS = (
    select(InboxRow.kind)
    .where(
        InboxRow.lane_id == bindparam("lane"),
        InboxRow.state == InboxState.NEW,
        InboxRow.due_at <= bindparam("now"),
        InboxRow.priority >= bindparam("least"),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows of one (kind, key), folded. `payload` is the newest one's, `first` when the oldest of them came in."""

    kind: str
    key: str
    ids: tuple[int, ...]
    payload: Mapping[str, Any]
    first: datetime
    last: datetime
    attempts: int
    people: bool
    trace_id: str


def append(
    session: Session,
    lane_id: int,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    trace_id: str,
    due: datetime | None = None,
    people: bool = False,
) -> None:
    """Add one row (a hint, a wish, a look at `due`). Wake the lane after the commit."""
    session.execute(
        insert(InboxRow).values(
            lane_id=lane_id,
            kind=kind,
            key=key,
            payload=dict(payload),
            priority=Priority.PEOPLE if people else Priority.BACKGROUND,
            received_at=now,
            due_at=due or now,
            state=InboxState.NEW,
            attempts=0,
            trace_id=trace_id,
        )
    )


def append_many(
    session: Session, lane_id: int, kind: str, payloads: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> None:
    """Add one row for each key, due at once, each with a trace of its own. Wake the lane after the commit."""
    rows = [
        {
            "lane_id": lane_id,
            "kind": kind,
            "key": key,
            "payload": dict(payload),
            "priority": Priority.BACKGROUND,
            "received_at": now,
            "due_at": now,
            "state": InboxState.NEW,
            "attempts": 0,
            "trace_id": new_trace_id(),
        }
        for key, payload in payloads.items()
    ]
    if rows:
        session.execute(insert(InboxRow), rows)


def due_kinds(session: Session, hold: LaneHold, now: datetime) -> frozenset[str]:
    """Kinds of which `claim` would find rows: most of a lane's rounds find none, and would ask once for each kind."""
    least = Priority.PEOPLE if hold.people else Priority.BACKGROUND
    return frozenset(session.scalars(_DUE_KINDS, {"lane": hold.lane_id, "now": now, "least": least}))


def claim(
    session: Session, hold: LaneHold, now: datetime, limit: int = 500, kinds: Sequence[str] = ()
) -> list[Claimed]:
    """Return due rows of the lane, oldest first, folded by (kind, key); only people's rows in a people's slice.

    Nothing is written: close them by `close(…)` in the transaction that saves what came of them.
    """
    wanted = select(InboxRow).where(
        InboxRow.lane_id == hold.lane_id, InboxRow.state == InboxState.NEW, InboxRow.due_at <= now
    )
    if hold.people:
        wanted = wanted.where(InboxRow.priority == Priority.PEOPLE)
    if kinds:
        wanted = wanted.where(InboxRow.kind.in_(kinds))
    folded: dict[tuple[str, str], list[InboxRow]] = {}
    for row in session.scalars(wanted.order_by(InboxRow.due_at, InboxRow.id).limit(limit)):
        folded.setdefault((row.kind, row.key), []).append(row)
    return [_fold(rows) for rows in folded.values()]


def deferred(
    session: Session, hold: LaneHold, now: datetime, until: datetime, kind: str, limit: int = 500
) -> list[Claimed]:
    """Return rows of a kind that were put off to a moment between `now` and `until`, folded, those that failed before
    excepted: a read that happens anyway may serve them too."""
    wanted = select(InboxRow).where(
        InboxRow.lane_id == hold.lane_id,
        InboxRow.state == InboxState.NEW,
        InboxRow.due_at > now,
        InboxRow.due_at <= until,
        InboxRow.kind == kind,
        InboxRow.attempts == 0,
    )
    folded: dict[str, list[InboxRow]] = {}
    for row in session.scalars(wanted.order_by(InboxRow.due_at, InboxRow.id).limit(limit)):
        folded.setdefault(row.key, []).append(row)
    return [_fold(rows) for rows in folded.values()]


def waiting_keys(session: Session, hold: LaneHold, kind: str, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that have rows of the kind which nobody has served yet, due or not."""
    found: set[str] = set()
    for some in chunks(list(keys)):
        wanted = select(InboxRow.key).where(
            InboxRow.lane_id == hold.lane_id,
            InboxRow.state == InboxState.NEW,
            InboxRow.kind == kind,
            InboxRow.key.in_(some),
        )
        found |= set(session.scalars(wanted))
    return found


def _fold(rows: list[InboxRow]) -> Claimed:
    newest = max(rows, key=lambda row: (row.received_at, row.id))
    return Claimed(
        kind=newest.kind,
        key=newest.key,
        ids=tuple(row.id for row in rows),
        payload=newest.payload,
        first=min(row.received_at for row in rows),
        last=newest.received_at,
        attempts=max(row.attempts for row in rows),
        people=any(row.priority == Priority.PEOPLE for row in rows),
        trace_id=newest.trace_id,
    )


def close(session: Session, hold: LaneHold, ids: Iterable[int], now: datetime) -> None:
    """Mark rows as served. Raises `FenceLostError`."""
    check(session, hold)
    _set(session, hold, ids, {"state": InboxState.DONE, "served_at": now})


def retry(session: Session, hold: LaneHold, ids: Iterable[int], due: datetime, error: str) -> None:
    """Leave rows for a later try at `due`, with one attempt more on their account. Raises `FenceLostError`."""
    check(session, hold)
    _set(session, hold, ids, {"due_at": due, "attempts": InboxRow.attempts + 1, "last_error": error[:2000]})


def defer(session: Session, hold: LaneHold, ids: Iterable[int], due: datetime) -> None:
    """Look at rows later, without an attempt on their account. Raises `FenceLostError`."""
    check(session, hold)
    _set(session, hold, ids, {"due_at": due})


def bury(session: Session, hold: LaneHold, ids: Iterable[int], now: datetime, error: str) -> None:
    """Give rows up; they stay visible as dead. The caller opens a Problem. Raises `FenceLostError`."""
    check(session, hold)
    _set(session, hold, ids, {"state": InboxState.DEAD, "served_at": now, "last_error": error[:2000]})


def _set(session: Session, hold: LaneHold, ids: Iterable[int], values: dict[str, Any]) -> None:
    for some in chunks(list(ids)):
        open_rows = update(InboxRow).where(
            InboxRow.id.in_(some), InboxRow.lane_id == hold.lane_id, InboxRow.state == InboxState.NEW
        )
        changed(session, open_rows.values(values))
