"""Deals as last seen, and the portal's place in its stage history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from b24app.store.models import DealState, Pipeline, Portal
from b24app.store.sql import changed, chunks, shapes, upsert


def states(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, DealState]:
    """Return what is known about deals; unknown ones are missing."""
    found: dict[int, DealState] = {}
    for some in chunks(list(deal_ids)):
        wanted = select(DealState).where(DealState.portal_id == portal_id, DealState.deal_id.in_(some))
        found.update((state.deal_id, state) for state in session.scalars(wanted))
    return found


#: Parameter of an update: whose row it is.
_ROW = "its_id"
_FRESH: dict[str, Any] = {
    **dict.fromkeys(("stage", "title", "seen_hash", "waits_for_person", "note", "move_stage"), ""),
    "gone": False,
}


def save(session: Session, portal_id: int, deals: Mapping[int, Mapping[str, Any]]) -> None:
    """Store columns of many deals by deal id; what a deal's mapping does not name keeps its value."""
    known = states(session, portal_id, list(deals))
    _change(session, [{_ROW: state.id, **deals[deal_id]} for deal_id, state in known.items()])
    new = [
        {**_FRESH, **values, "portal_id": portal_id, "deal_id": deal_id, "version": 0}
        for deal_id, values in deals.items()
        if deal_id not in known
    ]
    upsert(session, DealState, new, ["portal_id", "deal_id"])


def _change(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many updates of one shape are one prepared statement: a crowd's transaction must stay short."""
    table = DealState.__table__
    for names, alike in shapes(rows).items():
        columns: dict[str, Any] = {name: bindparam(name) for name in names if name != _ROW}
        mine = update(DealState).where(table.c.id == bindparam(_ROW))
        session.connection().execute(mine.values(version=DealState.version + 1, **columns), alike)


def waiting_for_person(session: Session, portal_id: int, limit: int = 200) -> list[DealState]:
    """Return deals that only a person may ship (old moves, already in the stage), newest move first."""
    wanted = select(DealState).where(DealState.portal_id == portal_id, DealState.waits_for_person != "")
    return list(session.scalars(wanted.order_by(DealState.moved_at.desc(), DealState.deal_id).limit(limit)))


def move_cursor(
    session: Session, portal_id: int, history_id: int, now: datetime, idle: int, moved_at: datetime | None = None
) -> None:
    """Remember how far the stage history was read (never backwards), for how many reads nothing was new, and when the
    newest move happened."""
    further = or_(Portal.history_cursor.is_(None), Portal.history_cursor < history_id)
    mine = update(Portal).where(Portal.id == portal_id)
    changed(session, mine.where(further).values(history_cursor=history_id))
    changed(
        session, mine.values(history_read_at=now, history_idle=idle, **({"move_seen_at": moved_at} if moved_at else {}))
    )


def start_pipelines(session: Session, portal_id: int, pipeline_ids: Sequence[int], newest: int, now: datetime) -> None:
    """Switched-on pipelines begin after the newest move of all: history never ships by itself."""
    mine = update(Pipeline).where(Pipeline.portal_id == portal_id, Pipeline.id.in_(list(pipeline_ids)))
    changed(session, mine.where(Pipeline.on_since_history_id.is_(None)).values(on_since_history_id=newest))
    fresh = update(Portal).where(Portal.id == portal_id, Portal.history_cursor.is_(None))
    changed(session, fresh.values(history_cursor=newest, history_read_at=now, history_idle=0))
