"""The stage history: the truth about moves, read by id from where we stopped (bitrix24-crm.md §1.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import deals as calls
from b24app.flows.snapshot import PipelineConfig, StageMove
from b24app.runners.portal.context import Run
from b24app.store import deals, inbox, shipments
from b24app.store.engine import session_scope
from b24app.store.models import DealState, InboxKind, Portal
from b24app.store.portals import triggers_of

#: Pages asked at once: one while it is quiet; many hints are the beginning of a crowd, of which all is wanted at once.
QUIET_PAGES = 1
BUSY_PAGES = 20
#: Moves that are kept in one transaction.
KEPT_AT_ONCE = 50
#: An idle portal is swept ever more seldom: by this factor for every read that found nothing.
SLOWER = 1.5


@dataclass(frozen=True)
class News:
    """What the history told: the newest move of every deal it named, and whether there is more."""

    newest: Mapping[int, StageMove]
    last_id: int
    more: bool


def news_of(moves: Sequence[StageMove], more: bool) -> News:
    """Moves come by id, so the last one of a deal is its newest."""
    return News({move.deal_id: move for move in moves}, max((move.history_id for move in moves), default=0), more)


def pages_for(hints: int) -> int:
    """How many pages of history to ask for in one request."""
    return BUSY_PAGES if hints > calls.PAGE else QUIET_PAGES


def sweep_due(portal: Portal, least_s: int, most_s: int) -> datetime | None:
    """When the history is read although nobody hinted; None = now."""
    if portal.history_read_at is None:
        return None
    period = min(least_s * SLOWER ** min(portal.history_idle, 40), most_s)
    return portal.history_read_at + timedelta(seconds=period)


def concerning(news: News, pipelines: Mapping[int, PipelineConfig], tracked: Iterable[int]) -> set[int]:
    """Deals to look at: those that came into a trigger stage, and those we already have something for,
    unless it was us who moved them."""
    ours = set(tracked)
    wanted = set()
    for deal_id, move in news.newest.items():
        pipeline = pipelines.get(move.category)
        entered = pipeline is not None and move.stage in pipeline.triggers and move.history_id > pipeline.cursor
        expected = pipeline is not None and move.stage in pipeline.our_stages
        if entered or (deal_id in ours and not expected):
            wanted.add(deal_id)
    return wanted


def as_move(state: DealState | None) -> StageMove | None:
    """The last move that we remember of a deal."""
    if state is None or state.last_history_id is None or state.moved_at is None or state.category is None:
        return None
    return StageMove(state.last_history_id, state.deal_id, state.category, state.move_stage, state.moved_at)


def columns(move: StageMove) -> dict[str, Any]:
    """A move as a deal's state keeps it."""
    return {
        "last_history_id": move.history_id,
        "moved_at": move.at,
        "category": move.category,
        "stage": move.stage,
        "move_stage": move.stage,
    }


def remember(run: Run, news: News, read_now: Iterable[int], now: datetime) -> None:
    """Keep the moves, have their deals read (those in `read_now` are being read already), move the cursor.

    In short transactions: the cursor moves last, and keeping a move twice changes nothing.
    """
    session_of = run.services.sessions
    with session_scope(session_of) as session:
        tracked = _tracked(session, run.portal.id, list(news.newest))
    wanted = concerning(news, run.pipelines, tracked)
    known = {deal_id: news.newest[deal_id] for deal_id in sorted(wanted | (tracked & set(news.newest)))}
    later = sorted(wanted - set(read_now))
    for start in range(0, len(known), KEPT_AT_ONCE):
        some = dict(list(known.items())[start : start + KEPT_AT_ONCE])
        with session_scope(session_of) as session:
            run.slice.check(session)
            deals.save(session, run.portal.id, {deal_id: columns(move) for deal_id, move in some.items()})
            moved = {str(deal_id): {"event": inbox.MOVED} for deal_id in later if deal_id in some}
            inbox.append_many(session, run.slice.lane_id, InboxKind.DEAL, moved, now=now)
    with session_scope(session_of) as session:
        run.slice.check(session)
        idle = 0 if news.newest else run.portal.history_idle + 1
        last_at = max((move.at for move in news.newest.values()), default=None)
        deals.move_cursor(session, run.portal.id, news.last_id or run.portal.history_cursor or 0, now, idle, last_at)
    run.portal.history_cursor = max(news.last_id, run.portal.history_cursor or 0)
    run.portal.history_read_at, run.portal.history_idle = now, idle


def _tracked(session: Session, portal_id: int, deal_ids: Sequence[int]) -> set[int]:
    """Deals that we have shipments of, or that wait for something."""
    owned = {deal_id for deal_id, rows in shipments.of_deals(session, portal_id, deal_ids).items() if rows}
    return owned | set(deals.states(session, portal_id, deal_ids))


def switch_on(run: Run) -> bool:
    """Give newly enabled pipelines their start: the newest move of now. What stands in the stage waits for a person."""
    fresh = [row for row in run.rows.values() if row.enabled and row.on_since_history_id is None]
    if not fresh:
        return False
    commands = [calls.newest_move()]
    commands += [
        calls.deals_in_stage(f"s{row.category_id}", row.category_id, triggers_of(row), run.names)
        for row in fresh
        if row.trigger_stage
    ]
    answer = run.client.read_all(commands, people=run.people)
    newest = max((move.history_id for move in calls.moves_of(answer.get("newest"))), default=0)
    now = run.services.clock.now()
    waiting = [
        calls.parse_deal(item, run.names)
        for row in fresh
        if row.trigger_stage
        for item in calls.items_of(answer.get(f"s{row.category_id}"))
    ]
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        deals.start_pipelines(session, run.portal.id, [row.id for row in fresh], newest, now)
        owned = shipments.of_deals(session, run.portal.id, [deal.deal_id for deal in waiting])
        listed = {
            deal.deal_id: {
                "category": deal.category,
                "stage": deal.stage,
                "title": deal.title[:255],
                "assigned_by": deal.assigned_by or None,
                "moved_at": deal.moved_at,
                "waits_for_person": "already_in_stage",
            }
            for deal in waiting
            if not owned[deal.deal_id]
        }
        deals.save(session, run.portal.id, listed)
    return True
