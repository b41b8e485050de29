"""The discipline of remote writes, the same for intents and outbox rows (DESIGN, "How work travels" 5).

Before a call its rows become `sending` under the lane's fence with a deadline; afterwards they are finished under the
same fence. Rows found `sending` after their deadline are turned `uncertain`: what happened is looked up, nothing is
repeated blindly. Everything is bulk: one transaction serves a whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from b24app.store.lanes import FenceLostError, LaneHold, check
from b24app.store.models import Attempt, Intent, IntentState, OutboxRow, OutboxState
from b24app.store.sql import changed, chunks

Row = TypeVar("Row", Intent, OutboxRow)

SENDABLE = {
    Intent: (IntentState.WAITING, IntentState.UNCERTAIN),
    OutboxRow: (OutboxState.PENDING, OutboxState.UNCERTAIN),
}
#: What a system took a moment ago may not be shown by it at once (cdek.md §6.5): it is looked up after this.
SEEN_AFTER = timedelta(seconds=10)
CLOSED = frozenset({"done", "dead", "refused", "obsolete", "folded", "dropped"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row's call. `state` is the row's next state, `outcome`/`code`/`words` go into its attempt.

    `next_try_at`: when an open row wants attention again (None: only when something else changes it); closed rows never
    do. `result_ref` (outbox only) is the id the portal gave.
    """

    id: int
    state: str
    outcome: str
    ms: int = 0
    code: str = ""
    words: str = ""
    next_try_at: datetime | None = None
    result_ref: str | None = None


def begin_sending(session: Session, hold: LaneHold, rows: Sequence[Row], deadline: datetime) -> None:
    """Mark rows as being sent until `deadline`. Commit before any byte leaves.

    Raises `FenceLostError` when the lane or one of the rows is no longer ours: then nothing may be sent.
    """
    check(session, hold)
    if not rows:
        return
    table = type(rows[0])
    ids = [row.id for row in rows]
    count = 0
    for some in chunks(ids):
        mine = update(table).where(table.id.in_(some), table.lane_id == hold.lane_id, table.state.in_(SENDABLE[table]))
        sent = mine.values(
            state="sending", fence=hold.fence, deadline=deadline, next_try_at=deadline, attempts=table.attempts + 1
        )
        count += changed(session, sent)
    if count != len(ids):
        raise FenceLostError(f"{len(ids) - count} of {len(ids)} rows of {table.__tablename__} are no longer to be sent")


def finish(
    session: Session, hold: LaneHold, table: type[Row], outcomes: Iterable[Outcome], now: datetime, trace_id: str = ""
) -> None:
    """Close rows by their own results and store one attempt each. Raises `FenceLostError`.

    A row that this fence did not send is an error of the caller and raises too: its outcome belongs to another runner.
    """
    check(session, hold)
    ours = (table.fence == hold.fence, table.state == "sending")
    _write(session, hold, table, list(outcomes), ours, now, trace_id)


def settle(
    session: Session, hold: LaneHold, table: type[Row], outcomes: Iterable[Outcome], now: datetime, trace_id: str = ""
) -> None:
    """Store what was learnt about open rows that are not being sent (looked up, followed, given up).

    Raises `FenceLostError`.
    """
    check(session, hold)
    open_ones = (table.lane_id == hold.lane_id, table.state != "sending", table.state.not_in(CLOSED))
    _write(session, hold, table, list(outcomes), open_ones, now, trace_id)


def _write(
    session: Session,
    hold: LaneHold,
    table: type[Row],
    results: Sequence[Outcome],
    allowed: tuple[ColumnElement[bool], ...],
    now: datetime,
    trace_id: str,
) -> None:
    """Update rows, those with equal results together, and store one attempt each."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for result in results:
        alike.setdefault(tuple(_closing(table, result, now).items()), []).append(result.id)
    for values, ids in alike.items():
        for some in chunks(ids):
            count = changed(session, update(table).where(table.id.in_(some), *allowed).values(dict(values)))
            if count != len(some):
                raise FenceLostError(f"{table.__tablename__} {some}: not in the state that fence {hold.fence} left")
    if results:
        session.execute(insert(Attempt), [_attempt(hold, table, result, now, trace_id) for result in results])


def _closing(table: type[Intent | OutboxRow], result: Outcome, now: datetime) -> dict[str, Any]:
    closed = result.state in CLOSED
    values: dict[str, Any] = {"state": result.state, "deadline": None, "closed_at": now if closed else None}
    values["next_try_at"] = None if closed else result.next_try_at
    if result.words or result.code:
        values["last_error"] = f"{result.code} {result.words}".strip()[:2000]
    if result.result_ref is not None and table is OutboxRow:
        values["result_ref"] = result.result_ref
    return values


def _attempt(
    hold: LaneHold, table: type[Intent | OutboxRow], result: Outcome, now: datetime, trace: str
) -> dict[str, Any]:
    return {
        "portal_id": hold.portal_id,
        "target_kind": table.__tablename__,
        "target_id": result.id,
        "at": now,
        "ms": result.ms,
        "outcome": result.outcome,
        "code": result.code[:80],
        "words": result.words[:2000],
        "trace_id": trace,
    }


def claim_expired(session: Session, hold: LaneHold, table: type[Row], now: datetime, limit: int = 200) -> list[Row]:
    """Turn rows still `sending` after their deadline into `uncertain` and return all uncertain ones that are due.

    Raises `FenceLostError`. Each needs a look-up (by number, marker, field values) before anything is repeated.
    """
    check(session, hold)
    overdue = update(table).where(table.lane_id == hold.lane_id, table.state == "sending", table.deadline <= now)
    changed(session, overdue.values(state="uncertain", next_try_at=now, deadline=None))
    wanted = select(table).where(table.lane_id == hold.lane_id, table.state == "uncertain", table.next_try_at <= now)
    return list(session.scalars(wanted.order_by(table.id).limit(limit)))


def earliest_due(session: Session, hold: LaneHold, table: type[Row]) -> datetime | None:
    """Return when the lane's next row of `table` wants attention: a try, a look at the other side, or a deadline."""
    return session.scalar(select(func.min(table.next_try_at)).where(table.lane_id == hold.lane_id))
