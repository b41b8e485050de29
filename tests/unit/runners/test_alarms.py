"""Administrators are told once a stage and window, in the portal's language, unless they switched it off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.lanes.wake import LocalWakes
from b24app.runners import alarms
from b24app.store import portal_settings, portals, tokens
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import ConnectionState, OutboxRow, Portal


@pytest.fixture
def told(sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock) -> Portal:
    """A portal with an administrator, a manager, and an account that is refused."""
    with session_scope(sessions) as session:
        for user, admin in ((1, True), (7, False)):
            tokens.remember(
                session,
                portal.id,
                user,
                access="a",
                refresh="r",
                expires_at=clock.now(),
                is_admin=admin,
                now=clock.now(),
            )
        account = portals.connections(session, portal.id)[0]
        portals.set_connection_state(session, portal.id, account.id, ConnectionState.BROKEN, "no", now=clock.now())
    return portal


def watch(sessions: Sessions, clock: FixedClock) -> list[tuple[int, int, str]]:
    """(portal, person, text) of all notices so far."""
    alarms.watch(sessions, clock, LocalWakes())
    with sessions() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        return [(row.portal_id, row.payload["user_id"], row.payload["text"]) for row in rows]


def test_a_refused_key_is_told_once_and_its_end_once(sessions: Sessions, told: Portal, clock: FixedClock) -> None:
    refused = (
        told.id,
        1,
        "Waybill: CDEK больше не принимает ключ. Отправки ждут. Откройте Waybill и впишите новый ключ.",
    )
    assert watch(sessions, clock) == [refused]
    clock.advance(300)
    assert watch(sessions, clock) == [refused]
    with session_scope(sessions) as session:
        account = portals.connections(session, told.id)[0]
        portals.set_connection_state(session, told.id, account.id, ConnectionState.READY, now=clock.now())
    # The notice itself waits in the outbox: it is not counted as late work.
    over = (told.id, 1, "Waybill: CDEK снова принимает ключ, отправки идут.")
    assert watch(sessions, clock) == [refused, over]
    assert watch(sessions, clock) == [refused, over]


def test_silence_of_the_portal_and_a_lost_subscription_are_told(
    sessions: Sessions, told: Portal, clock: FixedClock
) -> None:
    moved = clock.now()
    with session_scope(sessions) as session:
        account = portals.connections(session, told.id)[0]
        portals.set_connection_state(session, told.id, account.id, ConnectionState.READY, now=moved)
        portals.note_hook_problem(session, told.id, account.id, "refused")
        portals.get(session, told.id).move_seen_at = moved
        portals.note_event(session, told.id, moved - timedelta(minutes=11))
    clock.advance(601)
    texts = [text for _, _, text in watch(sessions, clock)]
    assert [text.partition(".")[0] for text in texts] == [
        "Waybill: CDEK не присылает нам статусы, спрашиваем сами",
        "Waybill: Битрикс24 не сообщает о сделках",
    ]
    with session_scope(sessions) as session:
        portals.note_event(session, told.id, clock.now())
        portals.note_subscribed(session, told.id, account.id, clock.now())
    over = [text for _, _, text in watch(sessions, clock)][2:]
    assert over == ["Waybill: CDEK снова присылает статусы.", "Waybill: Битрикс24 снова сообщает о сделках."]


@pytest.mark.parametrize("why", ["switched off", "no scope"])
def test_nobody_is_told_who_does_not_want_or_allow_it(
    sessions: Sessions, told: Portal, clock: FixedClock, why: str
) -> None:
    with session_scope(sessions) as session:
        if why == "switched off":
            portal_settings.merge(session, told.id, alarms_off=True)
        else:
            portals.get(session, told.id).scopes = ["crm"]
    assert watch(sessions, clock) == []
