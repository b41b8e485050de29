"""What the stage history makes us look at, and how seldom an idle portal is swept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from b24app.flows.snapshot import PipelineConfig, StageMove
from b24app.logistics.model import DeliveryKind
from b24app.logistics.status import Status
from b24app.runners.portal import feed
from b24app.store.models import DealState, Portal

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PIPELINE = PipelineConfig(
    portal_code="AAAAA",
    category=0,
    trigger_stage="SHIP",
    connection_id=1,
    services={DeliveryKind.COURIER: "parcel"},
    cursor=100,
    status_stages={Status.IN_TRANSIT: "WAY"},
)


def move(history_id: int, deal_id: int, stage: str, category: int = 0) -> StageMove:
    return StageMove(history_id, deal_id, category, stage, AT)


def test_the_newest_move_of_a_deal_counts() -> None:
    news = feed.news_of([move(101, 5, "SHIP"), move(102, 5, "LOSE")], more=False)
    assert news.newest[5].stage == "LOSE"
    assert news.last_id == 102


def test_deals_that_entered_the_trigger_stage_are_looked_at() -> None:
    moves = [move(101, 1, "SHIP"), move(102, 2, "NEW"), move(99, 3, "SHIP"), move(103, 4, "SHIP", category=7)]
    assert feed.concerning(feed.news_of(moves, more=False), {0: PIPELINE}, ()) == {1}


def test_further_trigger_stages_count_too() -> None:
    moves = [move(101, 1, "SHIP"), move(102, 2, "EXPRESS"), move(103, 3, "NEW")]
    two = replace(PIPELINE, more_triggers=("EXPRESS",))
    assert feed.concerning(feed.news_of(moves, more=False), {0: two}, ()) == {1, 2}


def test_our_own_moves_are_no_news() -> None:
    news = feed.news_of([move(101, 1, "WAY"), move(102, 2, "LOSE")], more=False)
    assert feed.concerning(news, {0: PIPELINE}, {1, 2}) == {2}


def test_an_idle_portal_is_swept_more_and_more_seldom() -> None:
    periods = [
        (feed.sweep_due(Portal(history_read_at=AT, history_idle=idle), 60, 3600) or AT) - AT for idle in (0, 1, 5, 60)
    ]
    assert periods[0] == timedelta(seconds=60)
    assert periods == sorted(periods)
    assert periods[-1] == timedelta(seconds=3600)


def test_a_portal_never_read_is_due_now() -> None:
    assert feed.sweep_due(Portal(history_read_at=None, history_idle=0), 60, 3600) is None


def test_a_remembered_move_keeps_its_own_stage() -> None:
    """The deal may stand elsewhere by now: that is another move, with an id of its own."""
    state = DealState(deal_id=5, last_history_id=101, category=0, stage="LOSE", move_stage="SHIP", moved_at=AT)
    assert feed.as_move(state) == move(101, 5, "SHIP")
    assert feed.as_move(None) is None
