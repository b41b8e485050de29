"""Leases and fences: one runner a lane, and a late one can write nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.store import inbox, lanes, outbox
from b24app.store.engine import Sessions, session_scope
from b24app.store.lanes import FenceLostError, LaneHold, LaneRef
from b24app.store.models import OutboxRow, Portal
from b24app.store.outbox import ToPortal

LEASE = timedelta(seconds=10)


def _lane(sessions: Sessions, portal: Portal) -> LaneRef:
    with session_scope(sessions) as session:
        return lanes.portal_lane(session, portal.id)


def _claim(sessions: Sessions, lane: LaneRef, clock: FixedClock, who: str = "a") -> LaneHold | None:
    with session_scope(sessions) as session:
        return lanes.claim(session, lane.id, who, clock.now(), LEASE)


def _append(sessions: Sessions, lane: LaneRef, clock: FixedClock, key: str = "1", **more: object) -> None:
    with session_scope(sessions) as session:
        inbox.append(session, lane.id, "deal", key, {"n": key}, now=clock.now(), trace_id="t", **more)  # type: ignore[arg-type]


def test_a_held_lane_is_nobody_elses_until_its_lease_runs_out(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _lane(sessions, portal)
    first = _claim(sessions, lane, clock)
    assert first is not None
    assert _claim(sessions, lane, clock, "b") is None
    clock.advance(10)
    second = _claim(sessions, lane, clock, "b")
    assert second is not None
    assert second.fence == first.fence + 1
    with session_scope(sessions) as session:
        lanes.check(session, second)
        with pytest.raises(FenceLostError):
            lanes.check(session, first)
        assert lanes.renew(session, [first, second], clock.now(), LEASE) == {lane.id}
        assert not lanes.release(session, first, clock.now())
        assert lanes.release(session, second, clock.now())


def test_a_late_runner_closes_nothing(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    lane = _lane(sessions, portal)
    _append(sessions, lane, clock)
    late = _claim(sessions, lane, clock)
    assert late is not None
    with session_scope(sessions) as session:
        rows = inbox.claim(session, late, clock.now())
    clock.advance(11)
    fresh = _claim(sessions, lane, clock, "b")
    assert fresh is not None
    with pytest.raises(FenceLostError), session_scope(sessions) as session:
        inbox.close(session, late, rows[0].ids, clock.now())
    with session_scope(sessions) as session:
        assert [row.key for row in inbox.claim(session, fresh, clock.now())] == ["1"]


def test_rows_fold_and_one_that_comes_during_the_read_stays(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _lane(sessions, portal)
    for _ in range(3):
        _append(sessions, lane, clock, "7")
    _append(sessions, lane, clock, "8")
    hold = _claim(sessions, lane, clock)
    assert hold is not None
    with session_scope(sessions) as session:
        rows = inbox.claim(session, hold, clock.now())
    assert {row.key: len(row.ids) for row in rows} == {"7": 3, "8": 1}
    _append(sessions, lane, clock, "7")  # while the portal is being read
    with session_scope(sessions) as session:
        for row in rows:
            inbox.close(session, hold, row.ids, clock.now())
        assert [row.key for row in inbox.claim(session, hold, clock.now())] == ["7"]
        lanes.release(session, hold, clock.now())
        assert lanes.next_due(session, lane.id) == clock.now()


def test_people_go_first_in_slices_of_their_own(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    lane = _lane(sessions, portal)
    _append(sessions, lane, clock, "crowd")
    _append(sessions, lane, clock, "person", people=True)
    hold = _claim(sessions, lane, clock)
    assert hold is not None
    assert hold.people
    with session_scope(sessions) as session:
        (row,) = inbox.claim(session, hold, clock.now())
        assert row.key == "person"
        inbox.close(session, hold, row.ids, clock.now())
        lanes.release(session, hold, clock.now())
    after = _claim(sessions, lane, clock)
    assert after is not None
    assert not after.people


def test_a_persons_word_behind_one_that_must_be_looked_up_leaves_the_slice_to_the_background(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _lane(sessions, portal)
    with session_scope(sessions) as session:
        things = [ToPortal(5, "deal_update", marker, {}, people=True) for marker in ("lost", "next")]
        outbox.add(session, portal.id, things, now=clock.now(), trace_id="t")
        assert lanes.people_wait(session, lane.id, clock.now())
        first = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).first()
        assert first is not None
        first.state = "uncertain"
        session.flush()
        assert not lanes.people_wait(session, lane.id, clock.now())
        outbox.add(
            session, portal.id, [ToPortal(6, "comment", "other", {}, people=True)], now=clock.now(), trace_id="t"
        )
        assert lanes.people_wait(session, lane.id, clock.now())


def test_the_sweep_finds_rows_dates_and_what_the_dead_left(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    lane, other = _lane(sessions, portal), _lane(sessions, neighbour)

    def due() -> set[int]:
        with session_scope(sessions) as session:
            return {ref.id for ref in lanes.due_lanes(session, clock.now())}

    assert due() == set()
    _append(sessions, lane, clock, due=clock.now() + timedelta(seconds=5))
    with session_scope(sessions) as session:
        lanes.ask(session, other.id, clock.now() + timedelta(seconds=8))
    assert due() == set()
    clock.advance(5)
    assert due() == {lane.id}
    clock.advance(3)
    assert due() == {lane.id, other.id}
    assert _claim(sessions, lane, clock) is not None
    hold = _claim(sessions, other, clock)
    assert hold is not None
    assert due() == set()
    clock.advance(11)  # both runners were killed
    assert due() == {lane.id, other.id}


def test_not_before_keeps_everybody_off(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    lane = _lane(sessions, portal)
    _append(sessions, lane, clock)
    hold = _claim(sessions, lane, clock)
    assert hold is not None
    with session_scope(sessions) as session:
        lanes.release(session, hold, clock.now(), not_before=clock.now() + timedelta(seconds=30))
        assert lanes.due_lanes(session, clock.now()) == []
    assert _claim(sessions, lane, clock) is None
    clock.advance(30)
    with session_scope(sessions) as session:
        assert lanes.due_lanes(session, clock.now()) == [lane]
    assert _claim(sessions, lane, clock) is not None


def test_a_wish_is_never_postponed_by_a_release(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    lane = _lane(sessions, portal)
    hold = _claim(sessions, lane, clock)
    assert hold is not None
    with session_scope(sessions) as session:
        lanes.ask(session, lane.id, clock.now() + timedelta(seconds=5))
    with session_scope(sessions) as session:
        lanes.release(session, hold, clock.now(), next_due=clock.now() + timedelta(hours=1))
    clock.advance(5)
    with session_scope(sessions) as session:
        assert lanes.due_lanes(session, clock.now()) == [lane]
