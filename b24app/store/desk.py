"""What a person decides at the dead-letter desk (`store.faces.failed` lists it): try again, or give up.

Rows keep their place: a write put back is the oldest of its deal again, what was sent before is looked up first, and
values that younger writes have brought since are not written over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store import delivery_invoices, delivery_rows, intents, lanes, problems, return_acts, shipments
from b24app.store.faces.failed import DEAD, RowKey, deal_of, find
from b24app.store.lanes import LaneRef
from b24app.store.models import (
    ActState,
    InboxKind,
    InboxRow,
    InboxState,
    Intent,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    Priority,
    ProblemRow,
    ProblemState,
    Shipment,
)
from b24app.store.sql import changed

#: Problems that say on the deal what a dead row says here.
INTENT_PROBLEMS = ("carrier_silent",)
OUTBOX_PROBLEMS = ("portal_refused", "portal_write_failed")
GIVEN_UP = "given_up"
#: States of updates whose values are in the portal, or may be.
_LEFT = (OutboxState.DONE, OutboxState.SENDING, OutboxState.UNCERTAIN)


# --- trying again -----------------------------------------------------------------------------------------------------


def retry(session: Session, portal_id: int, key: RowKey, now: datetime) -> LaneRef | None:
    """Try a dead or waiting row now. None when it is in no such state any more, or when there is nothing left to do."""
    if key.kind == "intent":
        return intents.revive(session, portal_id, key.id, now)
    if key.kind == "inbox":
        return _retry_inbox(session, portal_id, key.id, now)
    return _retry_outbox(session, portal_id, key.id, now)


def _retry_inbox(session: Session, portal_id: int, row_id: int, now: datetime) -> LaneRef | None:
    """Hints and wishes may be served twice; a dead one begins its ladder anew."""
    mine = update(InboxRow).where(InboxRow.id == row_id, *_of_portal(portal_id))
    count = changed(
        session,
        mine.where(InboxRow.state == InboxState.DEAD).values(
            state=InboxState.NEW, due_at=now, served_at=None, attempts=0
        ),
    )
    count += changed(session, mine.where(InboxRow.state == InboxState.NEW, InboxRow.due_at > now).values(due_at=now))
    if not count:
        return None
    found = session.execute(
        select(Lane.id, Lane.kind).join(InboxRow, InboxRow.lane_id == Lane.id).where(InboxRow.id == row_id)
    )
    lane_id, kind = found.one()
    return LaneRef(lane_id, LaneKind(kind))


def _retry_outbox(session: Session, portal_id: int, row_id: int, now: datetime) -> LaneRef | None:
    """The row becomes uncertain: the runner looks for it in the portal before it writes. By its id it is the first of
    its deal again. An uncertain one keeps its date: the portal may still be at it."""
    row = session.scalar(
        select(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.id == row_id).with_for_update()
    )
    if row is None or row.state not in (OutboxState.DEAD, OutboxState.PENDING) or not row.attempts:
        return None
    if row.state == OutboxState.DEAD:
        if not _without_outdated(session, row, now):
            return None
        # One attempt was made: it is looked up, and its ladder begins anew.
        row.state, row.closed_at, row.attempts = OutboxState.UNCERTAIN, None, 1
    row.next_try_at, row.priority = now, Priority.PEOPLE
    session.flush()
    return lanes.portal_lane(session, portal_id)


def _without_outdated(session: Session, row: OutboxRow, now: datetime) -> bool:
    """Takes out of a dead update what younger ones have written since. False: nothing is left, it is folded."""
    mine = (OutboxRow.portal_id == row.portal_id, OutboxRow.deal_id == row.deal_id, OutboxRow.kind == row.kind)
    if row.kind in (delivery_rows.KIND, delivery_invoices.KIND):  # each says all there is to say
        if session.scalar(select(OutboxRow.id).where(*mine, OutboxRow.id > row.id).limit(1)) is None:
            return True
        row.state, row.closed_at, row.next_try_at = OutboxState.FOLDED, now, None
        session.flush()
        return False
    if row.kind != "deal_update":
        return True
    fields, stage = still_to_say(row, list(session.scalars(select(OutboxRow).where(*mine).order_by(OutboxRow.id))))
    row.payload = {**row.payload, "fields": fields, "stage": stage}
    if fields or stage:
        return True
    row.state, row.closed_at, row.next_try_at = OutboxState.FOLDED, now, None
    session.flush()
    return False


def still_to_say(row: OutboxRow, updates: Sequence[OutboxRow]) -> tuple[dict[str, Any], Any]:
    """Fields and stage of an update without what younger ones brought. `updates` are all of the deal, oldest first."""
    into = {each.id: _target(each) for each in updates if each.state == OutboxState.FOLDED}
    states = {each.id: each.state for each in updates}
    fields, stage = row.payload.get("fields") or {}, row.payload.get("stage")
    written: set[str] = set()
    moved = False
    for each in updates:
        last = each.id
        while last in into:
            last = into[last]
        if last != row.id and each.id > row.id and states.get(last) in _LEFT:
            written |= set(each.payload.get("fields") or {})
            moved = moved or bool(each.payload.get("stage"))
    return {name: value for name, value in fields.items() if name not in written}, None if moved else stage


def _target(row: OutboxRow) -> int:
    """The row that a folded one left with; 0 when it does not say."""
    _, _, last = (row.result_ref or "").partition(":")
    return int(last) if last.isdigit() else 0


# --- giving up --------------------------------------------------------------------------------------------------------


def give_up(session: Session, portal_id: int, key: RowKey, now: datetime) -> int | None:
    """A person decides that a dead row is not to be done. Returns its deal (0 without one), None when it is not dead.

    The Problem that it opened on its deal is closed. A creation that surely left nothing at the carrier closes its
    shipment too; else the order may exist, and the deal goes on saying so.
    """
    row = find(session, portal_id, key)
    if row is None or row.state != DEAD or not _drop(session, portal_id, key, now):
        return None
    if isinstance(row, InboxRow):
        _over(session, portal_id, row, now)
        return deal_of(session, row)
    if isinstance(row, OutboxRow):
        _solve(session, portal_id, row.deal_id, OUTBOX_PROBLEMS, now)
        return row.deal_id
    shipment = session.scalars(
        select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id == row.shipment_id)
    ).one()
    if row.kind == "create" and not shipment.sent and not shipment.remote_id:
        over = {"status": Status.CANCELLED, "status_at": now, "closed": True, "closed_reason": GIVEN_UP}
        shipments.change(session, shipment, **over, next_poll_at=None)
    _solve(session, portal_id, shipment.deal_id, INTENT_PROBLEMS, now)
    return shipment.deal_id


def _over(session: Session, portal_id: int, row: InboxRow, now: datetime) -> None:
    """Whoever wanted something of a return is told that it is not done."""
    if row.kind == InboxKind.RETURN and row.key.isdigit():
        act = return_acts.get(session, portal_id, int(row.key))
        if act is not None and act.state is ActState.WAITING:
            problem = Problem("return_given_up", Field.NONE, Who.ADMIN)
            return_acts.finish(session, portal_id, act.id, now, act.wanted.return_id, (problem,))


def _drop(session: Session, portal_id: int, key: RowKey, now: datetime) -> bool:
    """Compare-and-set from dead to dropped."""
    if key.kind == "inbox":
        dead = update(InboxRow).where(InboxRow.id == key.id, *_of_portal(portal_id), InboxRow.state == DEAD)
        return changed(session, dead.values(state=InboxState.DROPPED, served_at=now)) == 1
    table = Intent if key.kind == "intent" else OutboxRow
    mine = update(table).where(table.portal_id == portal_id, table.id == key.id, table.state == DEAD)
    return changed(session, mine.values(state="dropped", closed_at=now, next_try_at=None)) == 1


def _solve(session: Session, portal_id: int, deal_id: int, codes: Sequence[str], now: datetime) -> None:
    mine = (ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id, ProblemRow.state == ProblemState.OPEN)
    found: list[tuple[str, Mapping[str, Any]]] = list(
        session.execute(select(ProblemRow.key, ProblemRow.problem).where(*mine))
    )
    keys = [key for key, problem in found if problem.get("code") in codes]
    if keys:
        problems.solve(session, portal_id, deal_id, keys, now)


def _of_portal(portal_id: int) -> tuple[ColumnElement[bool], ...]:
    return (InboxRow.lane_id.in_(select(Lane.id).where(Lane.portal_id == portal_id)),)
