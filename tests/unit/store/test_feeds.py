"""Feeds: one runner pulls, accounts of one name share what it told, and a page is never half saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.clock import FixedClock
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.status import Status
from b24app.store import feeds, portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import FenceLostError
from b24app.store.models import FeedRow, InboxKind, InboxRow, Portal, Shipment

HELD = timedelta(seconds=60)


def joined(sessions: Sessions, clock: FixedClock, *owners: Portal) -> int:
    with session_scope(sessions) as session:
        for owner in owners:
            row = feeds.join(session, portals.connections(session, owner.id)[0], "1001", clock.now())
        return row.id


def ship(sessions: Sessions, clock: FixedClock, owner: Portal, deal: int, remote_id: str = "") -> Shipment:
    with session_scope(sessions) as session:
        account = portals.connections(session, owner.id)[0]
        row = shipments.create(session, owner, deal, 1, account.id, status="created", request={}, now=clock.now())
        row.remote_id = remote_id or None
        row.tracking_number = f"T{deal}" if remote_id else ""
    return row


def event(clock: FixedClock, code: str) -> TrackingEvent:
    return TrackingEvent(code, code, Status.IN_TRANSIT, clock.now())


def told(sessions: Sessions) -> dict[int, list[str]]:
    """Shipment -> the codes of the news that wait for it."""
    found: dict[int, list[str]] = {}
    with read_scope(sessions) as session:
        for row in session.query(InboxRow).filter_by(kind=InboxKind.FEED):
            state = OrderState.from_json(row.payload["state"])
            found.setdefault(row.payload["shipment"], []).extend(each.code for each in state.events)
    return found


def test_one_at_a_time_and_what_was_taken_over_is_not_written(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    feed = joined(sessions, clock, portal)
    now = clock.now()
    with session_scope(sessions) as session:
        assert feeds.take(session, feed, "first", now, now + HELD) is not None
        assert feeds.take(session, feed, "second", now, now + HELD) is None
        assert feeds.due_at(session, feed, now) == now + HELD
    later = now + HELD
    with session_scope(sessions) as session:
        assert feeds.take(session, feed, "second", later, later + HELD) is not None
    with pytest.raises(FenceLostError), session_scope(sessions) as session:
        feeds.keep(session, feed, "first", cursor="lost")
    with session_scope(sessions) as session:
        feeds.release(session, feed, "first", later)
        feeds.keep(session, feed, "second", cursor="kept", receipt="r")
        feeds.release(session, feed, "second", later + HELD, "x" * 300)
    with read_scope(sessions) as session:
        row = session.get(FeedRow, feed)
        assert row is not None
        assert (row.cursor, row.receipt, row.held_by, row.due_at, len(row.problem)) == (
            "kept", "r", "", later + HELD, 255,
        )  # fmt: skip


def test_each_account_is_told_of_its_own_orders_and_only_what_is_new(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    feed = joined(sessions, clock, portal, neighbour)
    mine, theirs = ship(sessions, clock, portal, 7, "r7"), ship(sessions, clock, neighbour, 8, "r8")
    seen = event(clock, "OLD")
    with session_scope(sessions) as session:
        values = {"key": seen.key, "code": "OLD", "text": "", "status": "created", "at": seen.at}
        shipments.add_events(session, portal.id, mine.id, [values])
    news = [
        OrderState("r7", decision=Decision.ACCEPTED, events=(seen, event(clock, "A"))),
        OrderState("", tracking_number="T8", decision=Decision.ACCEPTED, events=(event(clock, "B"),)),
        OrderState("r7", decision=Decision.ACCEPTED, events=(seen,)),
        OrderState("somebody's", decision=Decision.ACCEPTED, events=(event(clock, "C"),)),
    ]
    with session_scope(sessions) as session:
        wake, strange = feeds.tell(session, feed, news, (), clock.now())
        assert sorted(feeds.watched(session, feed)) == ["T7", "T8"]
    assert (told(sessions), strange, len(wake)) == ({mine.id: ["A"], theirs.id: ["B"]}, 1, 2)


def test_an_order_that_has_to_be_read_is_read_next(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    feed = joined(sessions, clock, portal)
    mine = ship(sessions, clock, portal, 7, "r7")
    with session_scope(sessions) as session:
        wake, _ = feeds.tell(session, feed, (), ["r7", "nobody's"], clock.now())
    with read_scope(sessions) as session:
        row = shipments.get(session, portal.id, mine.id)
        assert row is not None and row.next_poll_at is not None
        assert row.next_poll_at <= clock.now()
    assert len(wake) == 1
    assert told(sessions) == {}


def test_a_new_order_hurries_a_feed_that_had_nothing_to_watch(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    feed, now = joined(sessions, clock, portal), clock.now()
    for due, hurried in ((now + timedelta(hours=9), now + feeds.SOON), (now + timedelta(seconds=5),) * 2):
        with session_scope(sessions) as session:
            feeds.take(session, feed, "me", now + timedelta(days=1), now)
            feeds.release(session, feed, "me", due)
            feeds.hurry(session, feed, now)
            assert feeds.due_at(session, feed, now) == hurried
