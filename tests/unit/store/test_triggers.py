"""Triggers of the portal's automation: those that are on, once each, and never before what was written earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.automation import KEY, Automation
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan
from b24app.flows.messages.rules import KEY as RULES
from b24app.store import lanes, messages, outbox, portal_settings, portals, problems, trigger_news, triggers
from b24app.store.automation_use import MAYBE, of_portal
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.messages import Occasion
from b24app.store.models import Message, MessageState, OutboxRow, Portal
from b24app.store.outbox import ToPortal
from b24app.store.triggers import KIND, Firing

DEAL = 5120


def on(sessions: Sessions, portal: Portal, *whats: str, **more: Any) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: Automation(whats).to_json()}, **more)


def fire(sessions: Sessions, portal: Portal, what: str, now: datetime, about: str = "N1", **how: Any) -> None:
    with session_scope(sessions) as session:
        row = portals.get(session, portal.id)
        triggers.fired(session, row, what, DEAL, about, now, trace_id="trace", **how)


def firings(sessions: Sessions) -> list[Firing]:
    with read_scope(sessions) as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == KIND).order_by(OutboxRow.id))
        return [Firing.from_json(row.payload) for row in rows]


def test_only_what_is_switched_on_fires_and_the_same_occasion_once(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    fire(sessions, portal, Moment.DELIVERED, clock.now())
    assert firings(sessions) == []
    on(sessions, portal, Moment.DELIVERED, Moment.RETURN_APPROVED)
    for _ in range(2):
        fire(sessions, portal, Moment.DELIVERED, clock.now())
    fire(sessions, portal, Moment.READY, clock.now())
    assert firings(sessions) == [Firing("waybill.delivered", 2, DEAL)]
    fire(sessions, portal, Moment.DELIVERED, clock.now(), "N" * 100)
    fire(sessions, portal, Moment.RETURN_APPROVED, clock.now(), "r7", item=(1042, 17))
    assert [(each.entity, each.item) for each in firings(sessions)[1:]] == [(2, DEAL), (2, DEAL), (1042, 17)]


def test_a_moment_whose_channel_is_the_trigger_is_left_to_the_message(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    plans = {
        EVERY: {Moment.READY: Plan(True, (Channel.SMS, Channel.TRIGGER)), Moment.COURIER: Plan(True, (Channel.SMS,))}
    }
    on(sessions, portal, *Moment, **{RULES: MessageRules(on=True, plans=plans).to_json()})
    for what in (Moment.READY, Moment.COURIER):
        fire(sessions, portal, what, clock.now())
    assert [each.code for each in firings(sessions)] == ["waybill.courier"]


def test_a_problem_fires_at_each_appearance(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    on(sessions, portal, "problem")

    def appear(key: str, seen: str) -> None:
        with session_scope(sessions) as session:
            problems.open_problem(session, portal.id, DEAL, key, {"code": "x"}, now=clock.now(), input_hash=seen)

    appear("name_missing", "a")
    appear("name_missing", "a")
    assert len(firings(sessions)) == 1
    appear("name_missing", "b")
    assert len(firings(sessions)) == 2
    appear(f"{problems.MESSAGES}ready|1", "a")  # of a message: who sends messages by triggers would go in circles
    assert len(firings(sessions)) == 2


def test_triggers_wait_for_older_writes_of_their_deal_and_hold_nothing_back(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        how: Any = {"now": now, "trace_id": "trace"}
        outbox.add(session, portal.id, [ToPortal(DEAL, "comment", "first", {"text": "…", "mark": "m"})], **how)
        triggers.queue(session, portal.id, DEAL, "waybill.ready", "a", **how)
        triggers.queue(session, portal.id, DEAL + 1, "waybill.ready", "b", **how)
        outbox.add(session, portal.id, [ToPortal(DEAL + 1, "comment", "after", {"text": "…", "mark": "m"})], **how)
        lane = lanes.portal_lane(session, portal.id)
        hold = lanes.claim(session, lane.id, "me", now, timedelta(minutes=1))
        assert hold is not None
        assert [row.deal_id for row in triggers.due(session, hold, now, 10)] == [DEAL + 1]
        others = outbox.due(session, hold, now, without=(KIND,))
        assert [row.marker for row in others] == ["first", "after"]


@pytest.mark.parametrize(
    ("act", "state", "trouble"),
    [("ran", "sent", ""), ("unsure", "maybe", MAYBE), ("refused", "failed", "No such deal")],
)
def test_a_message_hears_what_became_of_its_trigger(
    sessions: Sessions, portal: Portal, clock: FixedClock, act: str, state: str, trouble: str
) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        messages.note(session, portal.id, [Occasion(Moment.READY, "N1", DEAL)], now=now, trace_id="trace")
        [message] = session.scalars(select(Message))
        message.state, message.channel = MessageState.QUEUED, Channel.TRIGGER
        triggers.queue(session, portal.id, DEAL, "waybill.ready", "m1", message_id=message.id, now=now, trace_id="t")
    with session_scope(sessions) as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == KIND)).one()
        _become(session, portal, act, row, now)
    with read_scope(sessions) as session:
        [message] = session.scalars(select(Message))
        used = of_portal(session, portal.id)["waybill.ready"]
        assert (message.state, used.trouble, used.count) == (state, trouble, int(act == "ran"))


def _become(session: Session, portal: Portal, act: str, row: OutboxRow, now: datetime) -> None:
    if act == "ran":
        trigger_news.ran(session, portal.id, [row], now)
    elif act == "unsure":
        trigger_news.unsure(session, portal.id, [row], "Timeout", now)
    else:
        trigger_news.refused(session, portal.id, row, "No such deal", now)
