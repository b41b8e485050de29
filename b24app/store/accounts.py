"""A portal's accounts as its administrator handles them: what was asked of one, may it go, and its going."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from b24app.store import message_lane, portal_settings, return_errand_lane
from b24app.store.models import (
    Connection,
    ConnectionState,
    InboxRow,
    InboxState,
    Lane,
    LaneKind,
    Pipeline,
    Rule,
    Shipment,
)
from b24app.store.sql import changed


def asked(session: Session, portal_id: int, kind: str) -> frozenset[int]:
    """Return ids of accounts for which something (rows of `kind`: a test, lists) was asked and is not over."""
    wanted = (
        select(Lane.owner_id)
        .join(InboxRow, InboxRow.lane_id == Lane.id)
        .where(Lane.portal_id == portal_id, Lane.kind == LaneKind.CONNECTION)
        .where(InboxRow.state == InboxState.NEW, InboxRow.kind == kind)
    )
    return frozenset(session.scalars(wanted))


def live_shipments(session: Session, portal_id: int, connection_id: int) -> int:
    """Return how many deliveries of an account are not over."""
    mine = (Shipment.portal_id == portal_id, Shipment.connection_id == connection_id, Shipment.closed.is_(False))
    return session.scalar(select(func.count()).select_from(Shipment).where(*mine)) or 0


def pause(row: Connection, by: str, reason: str, now: datetime) -> bool:
    """Stop a working account; False when it is in another state."""
    if row.state != ConnectionState.READY:
        return False
    row.state, row.pause_reason, row.paused_by, row.paused_at = ConnectionState.PAUSED, reason[:255], by[:120], now
    return True


def resume(row: Connection) -> bool:
    """Let a paused account work again; False when it is in another state."""
    if row.state != ConnectionState.PAUSED:
        return False
    row.state, row.pause_reason, row.paused_by, row.paused_at = ConnectionState.READY, "", "", None
    return True


def remove(session: Session, portal_id: int, row: Connection, now: datetime) -> None:
    """Take an account out of use: its keys are gone, its pipelines and those whose goods go through it first are
    switched off, rules that name it are dropped. The row stays for the history of its shipments."""
    mine = (Pipeline.portal_id == portal_id, Pipeline.connection_id == row.id)
    changed(session, update(Pipeline).where(*mine).values(connection_id=None, enabled=False))
    for pipeline in session.scalars(select(Pipeline).where(Pipeline.portal_id == portal_id)):
        settings = pipeline.settings or {}
        if (settings.get("before") or {}).get("connection_id") == row.id:
            pipeline.settings, pipeline.enabled = {**settings, "before": None}, False
    session.execute(delete(Rule).where(Rule.portal_id == portal_id, Rule.connection_id == row.id))
    for rule in session.scalars(select(Rule).where(Rule.portal_id == portal_id, Rule.before.is_not(None))):
        if (rule.before or {}).get("connection_id") == row.id:
            session.delete(rule)
    row.state, row.settings, row.hook_secret = ConnectionState.REMOVED, {}, secrets.token_urlsafe(24)
    portal_settings.forget_connection(session, portal_id, row.id)
    return_errand_lane.abandon(session, portal_id, row.id)
    message_lane.abandon(session, portal_id, row.id, now)
