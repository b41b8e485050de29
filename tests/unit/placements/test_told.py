"""The card of what a client was told: lines in people's words, who may have one sent again, what a press leaves."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.messages.moments import Moment
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.store import message_again, message_news, messages, problems
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces import deal_messages
from b24app.store.messages import Occasion
from b24app.store.models import AuditRow, InboxKind, InboxRow, Message, MessageState, Portal
from placements.told_view import told_view

DEAL = 501
S = MessageState


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_database_url"))


def noted(sessions: Sessions, portal: Portal, clock: FixedClock, moment: Moment = Moment.READY) -> int:
    with session_scope(sessions) as session:
        found = messages.note(session, portal.id, [Occasion(moment, "AB-501-1", DEAL)], now=clock.now(), trace_id="t")
        assert found is not None
        return session.scalars(select(Message.id).where(Message.moment == moment)).one()


def came_to(sessions: Sessions, portal: Portal, clock: FixedClock, message_id: int, state: S, why: str = "") -> None:
    with session_scope(sessions) as session:
        row = messages.get(session, portal.id, message_id)
        assert row is not None
        row.channel, row.said = "sms", {"to": "+79001231462", "subject": "", "body": "Ждёт"}
        message_news.became(session, row, state, now=clock.now(), why=why, error="Нет денег" if why else "")


def test_an_occasion_is_kept_once(sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock) -> None:
    noted(sessions, portal, clock)
    with session_scope(sessions) as session:
        same = [Occasion(Moment.READY, "AB-501-1", DEAL)]
        assert messages.note(session, portal.id, same, now=clock.now(), trace_id="t") is None
        assert messages.unknown(session, portal.id, same) == []
        assert messages.unknown(session, neighbour.id, same) == same
        rows = session.scalars(select(InboxRow).where(InboxRow.kind == InboxKind.MESSAGE)).all()
        assert len(rows) == 1


def test_what_did_not_go_is_sent_again_once_and_its_problem_ends_with_it(
    sessions: Sessions, portal: Portal, clock: FixedClock, ru: Formats
) -> None:
    first = noted(sessions, portal, clock)
    came_to(sessions, portal, clock, first, S.FAILED, "letter_refused")
    with session_scope(sessions) as session:
        assert [row.problem["code"] for row in problems.open_of_deals(session, portal.id, [DEAL])[DEAL]] == [
            "message_failed"
        ]
        assert problems.open_of_orders(session, portal.id, [DEAL])[DEAL] == []
        assert problems.open_deal_ids(session, portal.id) == []
        [told] = deal_messages.of_deal(session, portal.id, DEAL, 1)
        assert told.again
        wish: dict[str, Any] = {"by": 7, "name": "Анна", "now": clock.now(), "trace_id": "t"}
        assert message_again.again(session, portal.id, first, **wish) is not None
        assert message_again.again(session, portal.id, first, **wish) is None
        assert not any(each.again for each in deal_messages.of_deal(session, portal.id, DEAL, 2))
        second = session.scalars(select(Message.id).where(Message.id != first)).one()
    came_to(sessions, portal, clock, second, S.SENT)
    with session_scope(sessions) as session:
        assert problems.open_of_deals(session, portal.id, [DEAL])[DEAL] == []
        view = told_view(deal_messages.of_deal(session, portal.id, DEAL, 2), ru, {Right.SHIP})
    assert view is not None
    new, old = view.lines
    assert (new.title, new.how, new.chip.label) == (
        "Посылка ждёт в пункте", "SMS · +7 ••• •••-14-62 · ещё раз: Анна", "Отправлено",
    )  # fmt: skip
    assert (old.chip.label, old.quote, old.again) == ("Не ушло", "Нет денег", False)


def test_nobody_sends_again_without_the_right(
    sessions: Sessions, portal: Portal, clock: FixedClock, ru: Formats, en: Formats
) -> None:
    came_to(sessions, portal, clock, noted(sessions, portal, clock), S.MAYBE, "lost")
    with session_scope(sessions) as session:
        told = deal_messages.of_deal(session, portal.id, DEAL, 1)
    seen, may = told_view(told, en, set()), told_view(told, ru, {Right.SHIP})
    assert seen is not None
    assert may is not None
    assert (seen.lines[0].again, seen.may, may.lines[0].again) == (False, False, True)
    assert seen.lines[0].chip.label == "May not have been sent"


def test_what_nobody_wants_to_know_is_not_shown(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    came_to(sessions, portal, clock, noted(sessions, portal, clock), S.DROPPED, "off")
    with session_scope(sessions) as session:
        assert deal_messages.of_deal(session, portal.id, DEAL, 1) == ()
        assert message_again.leave(session, portal.id, DEAL, clock.now()) == 0
        assert session.scalars(select(AuditRow)).all() == []


def test_who_cannot_be_reached_is_one_problem_of_the_parcel(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    for moment in (Moment.NUMBER, Moment.TRANSIT, Moment.READY):
        came_to(sessions, portal, clock, noted(sessions, portal, clock, moment), S.FAILED, message_news.UNREACHABLE)
    with session_scope(sessions) as session:
        opened = problems.open_of_deals(session, portal.id, [DEAL])[DEAL]
        assert [row.problem["code"] for row in opened] == ["message_unreachable"]
        assert message_again.leave(session, portal.id, DEAL, clock.now()) == 1
        assert problems.open_of_deals(session, portal.id, [DEAL])[DEAL] == []
