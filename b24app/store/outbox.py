"""Outbox rows: what is to be written to a portal. First in, first out per deal; states move through `store.sending`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.store.lanes import LaneHold, LaneRef, check, portal_lane
from b24app.store.models import OutboxRow, OutboxState, Priority
from b24app.store.sql import changed, chunks, insert_new


@dataclass(frozen=True, slots=True)
class ToPortal:
    """One thing to tell a portal. `kind`: deal_update, comment, notice … The same `marker` is told once, ever."""

    deal_id: int
    kind: str
    marker: str
    payload: Any
    shipment_id: int | None = None
    people: bool = False
    due: datetime | None = None


def add(session: Session, portal_id: int, things: Sequence[ToPortal], *, now: datetime, trace_id: str) -> LaneRef:
    """Queue things for the portal; a marker that exists already is left alone. Wake the lane after the commit."""
    lane = portal_lane(session, portal_id)
    rows = [
        {
            "portal_id": portal_id,
            "lane_id": lane.id,
            "deal_id": thing.deal_id,
            "shipment_id": thing.shipment_id,
            "kind": thing.kind,
            "payload": thing.payload,
            "marker": thing.marker,
            "priority": Priority.PEOPLE if thing.people else Priority.BACKGROUND,
            "state": OutboxState.PENDING,
            "attempts": 0,
            "next_try_at": thing.due or now,
            "created_at": now,
            "trace_id": trace_id,
        }
        for thing in things
    ]
    insert_new(session, OutboxRow, rows, ["marker"])
    return lane


def unknown(session: Session, things: Sequence[ToPortal]) -> list[ToPortal]:
    """Those whose marker was never queued."""
    known: set[str] = set()
    for some in chunks([thing.marker for thing in things]):
        known |= set(session.scalars(select(OutboxRow.marker).where(OutboxRow.marker.in_(some))))
    return [thing for thing in things if thing.marker not in known]


def due(
    session: Session, hold: LaneHold, now: datetime, limit: int = 200, without: Collection[str] = ()
) -> list[OutboxRow]:
    """Return pending rows that may leave now, oldest first, whole deals: at most about `limit` rows.

    A deal whose oldest open row is being sent, is uncertain or waits for a later try keeps its younger rows back. Rows
    of the kinds `without` leave by another way, and keep nothing back.
    """
    table = OutboxRow
    shape = select(table.id, table.deal_id, table.state, table.next_try_at, table.priority)
    open_rows = shape.where(table.lane_id == hold.lane_id, table.next_try_at.is_not(None)).order_by(table.id)
    open_rows = open_rows.where(table.kind.not_in(without)) if without else open_rows
    deals: dict[int, list[Any]] = {}
    for row in session.execute(open_rows):
        deals.setdefault(row.deal_id, []).append(row)
    chosen: list[int] = []
    for rows in deals.values():
        if hold.people and not any(row.priority == Priority.PEOPLE for row in rows):
            continue
        if len(chosen) >= limit:
            break
        chosen.extend(_free_prefix(rows, now))
    found: list[OutboxRow] = []
    for some in chunks(chosen):
        found.extend(session.scalars(select(table).where(table.id.in_(some))))
    return sorted(found, key=lambda row: row.id)


def _free_prefix(rows: Iterable[Any], now: datetime) -> list[int]:
    free = []
    for row in rows:
        if row.state != OutboxState.PENDING or row.next_try_at > now:
            break
        free.append(row.id)
    return free


def fold(
    session: Session, hold: LaneHold, folded: Sequence[OutboxRow], into: OutboxRow, carries: Any, now: datetime
) -> None:
    """Close pending rows whose content leaves with row `into`. Raises `FenceLostError`.

    `carries` is the content of all of them, and `into` keeps it: if its call fails, the next one says it all.
    """
    check(session, hold)
    for some in chunks([row.id for row in folded]):
        older = update(OutboxRow).where(
            OutboxRow.id.in_(some), OutboxRow.lane_id == hold.lane_id, OutboxRow.state == OutboxState.PENDING
        )
        changed(
            session,
            older.values(state=OutboxState.FOLDED, closed_at=now, next_try_at=None, result_ref=f"outbox:{into.id}"),
        )
    changed(
        session,
        update(OutboxRow).where(OutboxRow.id == into.id, OutboxRow.lane_id == hold.lane_id).values(payload=carries),
    )


def drop_stage(session: Session, portal_id: int, row_id: int, fields: Any) -> None:
    """The portal refuses the stage of an update: the same row goes on with its fields alone."""
    mine = update(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.id == row_id)
    changed(session, mine.values(payload={"fields": fields, "stage": None}))
