"""Problems on deals: opened once, told once, solved by what comes later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from b24app.flows.automation import PROBLEM
from b24app.store import triggers
from b24app.store.models import Portal, ProblemRow, ProblemState, UnknownCode
from b24app.store.sql import changed, chunks, upsert
from b24app.wire.trace import new_trace_id

#: How keys of problems with messages to clients begin.
MESSAGES = "message|"


def open_problem(
    session: Session,
    portal_id: int,
    deal_id: int,
    key: str,
    problem: Mapping[str, Any],
    *,
    now: datetime,
    shipment_id: int | None = None,
    input_hash: str = "",
    trigger_history_id: int = 0,
) -> bool:
    """Store a problem; False when the same (key, input, trigger) is open already, so that nobody is told twice."""
    mine = (ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id, ProblemRow.key == key)
    old = session.scalar(select(ProblemRow).where(*mine, ProblemRow.state == ProblemState.OPEN))
    if old is None:
        row = ProblemRow(portal_id=portal_id, deal_id=deal_id, key=key, opened_at=now)
        session.add(row)
    else:
        if (old.input_hash, old.trigger_history_id) == (input_hash, trigger_history_id):
            return False
        row = old
    row.problem = dict(problem)
    row.shipment_id, row.input_hash, row.trigger_history_id = shipment_id, input_hash, trigger_history_id
    session.flush()
    if not key.startswith(MESSAGES):
        _fire(session, row, now)
    return True


def _fire(session: Session, row: ProblemRow, now: datetime) -> None:
    """The portal's automation may wait for problems of deliveries: once for each appearance of one."""
    portal = session.get_one(Portal, row.portal_id)
    seen = hashlib.sha256(f"{row.input_hash}|{row.trigger_history_id}".encode()).hexdigest()[:10]
    triggers.fired(session, portal, PROBLEM, row.deal_id, f"{row.id}:{seen}", now, trace_id=new_trace_id())


def solve(session: Session, portal_id: int, deal_id: int, keys: Sequence[str] | None, now: datetime) -> int:
    """Close open problems of a deal (None: all of them); return how many there were."""
    mine = update(ProblemRow).where(
        ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id, ProblemRow.state == ProblemState.OPEN
    )
    if keys is not None:
        mine = mine.where(ProblemRow.key.in_(list(keys)))
    return changed(session, mine.values(state=ProblemState.SOLVED, solved_at=now))


def open_of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, list[ProblemRow]]:
    """Return open problems by deal, oldest first; every asked deal is a key."""
    found: dict[int, list[ProblemRow]] = {deal_id: [] for deal_id in deal_ids}
    for some in chunks(list(found)):
        wanted = select(ProblemRow).where(
            ProblemRow.portal_id == portal_id, ProblemRow.deal_id.in_(some), ProblemRow.state == ProblemState.OPEN
        )
        for row in session.scalars(wanted.order_by(ProblemRow.id)):
            found[row.deal_id].append(row)
    return found


def open_of_orders(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, list[ProblemRow]]:
    """The same without those of messages to clients, which no reading of a deal and no news of a parcel ends."""
    found = open_of_deals(session, portal_id, deal_ids)
    return {deal_id: [row for row in rows if not row.key.startswith(MESSAGES)] for deal_id, rows in found.items()}


def open_deal_ids(session: Session, portal_id: int, limit: int = 500) -> list[int]:
    """Return deals whose orders have open problems, the latest problem first: a fix must be found although its event
    was lost."""
    newest = func.max(ProblemRow.id)
    wanted = select(ProblemRow.deal_id).where(ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
    wanted = wanted.where(ProblemRow.key.not_like(f"{MESSAGES}%"))
    return list(session.scalars(wanted.group_by(ProblemRow.deal_id).order_by(newest.desc()).limit(limit)))


def mark_notified(session: Session, portal_id: int, ids: Sequence[int], now: datetime) -> None:
    """Remember that the responsible person was told."""
    mine = update(ProblemRow).where(ProblemRow.portal_id == portal_id, ProblemRow.id.in_(list(ids)))
    changed(session, mine.values(notified_at=now))


def count_open(session: Session, portal_id: int) -> int:
    """Return how many problems of the portal are open."""
    mine = (ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
    return session.scalar(select(func.count()).select_from(ProblemRow).where(*mine)) or 0


def note_unknown_code(
    session: Session, portal_id: int, system: str, kind: str, code: str, text: str, now: datetime
) -> None:
    """Keep a code that our vocabulary lacks, with how often it was seen, for the administrator's list."""
    key = {"portal_id": portal_id, "system": system, "kind": kind, "code": code[:80]}
    found = session.scalar(select(UnknownCode).filter_by(**key))
    if found is not None:
        found.seen, found.last_seen_at, found.text = found.seen + 1, now, text
        session.flush()
        return
    row = {**key, "text": text, "seen": 1, "first_seen_at": now, "last_seen_at": now}
    upsert(session, UnknownCode, [row], list(key))


def unknown_codes(session: Session, portal_id: int) -> list[UnknownCode]:
    """Return codes nobody knows, most frequent first."""
    wanted = select(UnknownCode).where(UnknownCode.portal_id == portal_id)
    return list(session.scalars(wanted.order_by(UnknownCode.seen.desc(), UnknownCode.id)))
