"""A robot of a deal's delivery is one wish, whatever is repeated or breaks off, and is answered within a day."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from b24app.bitrix24.robots import CANCEL, CREATE, QUOTE, RobotCall
from b24app.clock import FixedClock
from b24app.lanes.slices import Slice
from b24app.runners.portal import robot_deals
from b24app.runners.services import Services
from b24app.store import deals, inbox, lanes, portals, robot_answers, robot_wishes
from b24app.store.automation_use import of_portal
from b24app.store.comments import COMMENT
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxKind, InboxRow, InboxState, OutboxRow, Portal, RobotWish
from b24app.store.notices import NOTICE
from b24app.store.robot_answers import RobotAnswer

DEAL = 5120


@pytest.fixture
def services(clock: FixedClock, sessions: Sessions) -> Services:
    waker = SimpleNamespace(wake=lambda _lane: None)
    return cast("Services", SimpleNamespace(clock=clock, sessions=sessions, waker=waker, plugins={}))


def call(code: str = CREATE, entity: int = 2, **properties: str) -> RobotCall:
    return RobotCall(code, entity, DEAL, "the-token", True, properties)


def begin(services: Services, portal: Portal, told: RobotCall, key: str = "k1") -> None:
    with session_scope(services.sessions) as session:
        row = portals.get(session, portal.id)
        robot_deals.begin(services, session, row, key, told, services.clock.now(), "trace")


def look(services: Services, portal: Portal) -> None:
    """The lane serves what is due."""
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        hold = lanes.claim(session, lane.id, "me", now, robot_wishes.LIMIT)
        assert hold is not None
        hold = replace(hold, people=False)  # nobody serves the press here
        rows = inbox.claim(session, hold, now, kinds=(InboxKind.ROBOT_WISH,))
    slice_ = SimpleNamespace(
        sessions=services.sessions, portal_id=portal.id, lane_id=hold.lane_id, fence=hold.fence, time_left=lambda: 1.0,
        check=lambda session: lanes.check(session, hold),
    )  # fmt: skip
    robot_deals.serving(services)(cast("Slice", slice_), rows)
    with session_scope(services.sessions) as session:
        lanes.release(session, hold, now)


def count(services: Services, *which: Any) -> int:
    with read_scope(services.sessions) as session:
        return session.scalar(select(func.count()).where(*which)) or 0


def answers(services: Services) -> list[RobotAnswer]:
    with read_scope(services.sessions) as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == robot_answers.KIND).order_by(OutboxRow.id))
        return [robot_answers.opened(session, row.payload) for row in rows]


SHIPS = InboxRow.kind == InboxKind.SHIP_NOW


def test_told_twice_it_is_one_wish_and_one_press(services: Services, portal: Portal) -> None:
    for _ in range(2):
        begin(services, portal, call())
    assert (count(services, RobotWish.portal_id == portal.id), count(services, SHIPS)) == (1, 1)


def test_what_breaks_off_leaves_nothing_and_is_done_whole_the_next_time(
    services: Services, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(robot_wishes, "ask", _broken)
        with pytest.raises(RuntimeError):
            begin(services, portal, call())
    assert count(services, RobotWish.portal_id == portal.id) == 0
    begin(services, portal, call())
    assert (count(services, RobotWish.portal_id == portal.id), count(services, SHIPS)) == (1, 1)


def _broken(*_: Any) -> Any:
    raise RuntimeError("cut off")


def test_a_wish_that_nothing_comes_of_is_answered_after_a_day_and_forgotten(
    services: Services, portal: Portal, clock: FixedClock
) -> None:
    begin(services, portal, call())
    for seconds in (1, 60, 3600):
        clock.advance(seconds)
        look(services, portal)
    assert answers(services) == []
    clock.advance(robot_wishes.LIMIT.total_seconds())
    for _ in range(2):
        look(services, portal)
        clock.advance(400)
    [answer] = answers(services)
    assert (answer.token, answer.values["number"]) == ("the-token", "")
    assert ("сутки" in answer.values["problem"], answer.values["problem_code"]) == (True, "robot_late")
    waiting = (InboxRow.kind == InboxKind.ROBOT_WISH, InboxRow.state == InboxState.NEW)
    assert count(services, *waiting) == 0
    with read_scope(services.sessions) as session:
        [wish] = session.scalars(select(RobotWish))
        assert (wish.call, wish.done_at is not None) == ({}, True)


def test_a_press_that_led_to_nothing_is_told_at_once(services: Services, portal: Portal, clock: FixedClock) -> None:
    begin(services, portal, call(trouble="bell"))
    with session_scope(services.sessions) as session:
        deals.save(session, portal.id, {DEAL: {"title": "Ваза", "assigned_by": 7}})
        for row in session.scalars(select(InboxRow).where(SHIPS)):
            row.state = InboxState.DONE  # no pipeline ships
    clock.advance(1)
    look(services, portal)
    assert "не включена" in answers(services)[0].problem
    with read_scope(services.sessions) as session:
        [said] = [row.payload["text"] for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == COMMENT))]
        assert said.startswith("Робот «Создать отправление» не сработал.")
        [rung] = [row.payload for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == NOTICE))]
        assert rung["user_id"] == 7
        assert rung["text"].startswith("Сделка «Ваза»: робот «Создать отправление» не сработал.")
        assert "не включена" in of_portal(session, portal.id)[CREATE].trouble


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (call(CANCEL), "нет заказа"),
        (call(QUOTE, carrier="NOBODY"), "NOBODY"),
        (call(CREATE, entity=1042), "только в сделках"),
    ],
)
def test_what_cannot_be_begun_is_answered_at_once(
    services: Services, portal: Portal, told: RobotCall, why: str
) -> None:
    begin(services, portal, told)
    assert why in answers(services)[0].problem
