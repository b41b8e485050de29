"""Serving lanes in process: one runner at a time, faults back off, a poisoned row is found and buried."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from b24app.clock import FixedClock, SystemClock
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.slices import Handler, Slice, SliceResult
from b24app.lanes.wake import LocalWakes
from b24app.store import inbox, lanes
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import FenceLostError, LaneRef
from b24app.store.models import InboxRow, InboxState, Lane, LaneKind, Portal


def _engine(sessions: Sessions, clock: FixedClock | SystemClock, handler: Handler, **timing: float) -> LaneEngine:
    engine = LaneEngine(sessions, clock, LocalWakes(), "w", Timing(**timing))  # type: ignore[arg-type]
    engine.register(LaneKind.PORTAL, handler)
    engine.register(LaneKind.CONNECTION, lambda _slice: SliceResult())
    return engine


def _append(sessions: Sessions, portal: Portal, clock: FixedClock | SystemClock, *keys: str) -> LaneRef:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        for key in keys:
            inbox.append(session, lane.id, "deal", key, {}, now=clock.now(), trace_id="t")
    return lane


def _states(sessions: Sessions) -> dict[str, tuple[str, int]]:
    with read_scope(sessions) as session:
        return {row.key: (row.state, row.attempts) for row in session.query(InboxRow)}


def closing(sessions: Sessions, meanwhile: Callable[[Slice], None] = lambda _slice: None) -> Handler:
    """A handler that reads rows, does something, and closes them."""

    def handler(slice_: Slice) -> SliceResult:
        with read_scope(sessions) as session:
            rows = slice_.claim_inbox(session)
        meanwhile(slice_)
        with session_scope(sessions) as session:
            for row in rows:
                inbox.close(session, slice_, row.ids, slice_.clock.now())
        return SliceResult()

    return handler


def test_a_row_that_comes_during_a_slice_is_served_by_the_next(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    late = iter(["late"])

    def meanwhile(_slice: Slice) -> None:
        for key in late:
            _append(sessions, portal, clock, key)

    engine = _engine(sessions, clock, closing(sessions, meanwhile))
    lane = _append(sessions, portal, clock, "early")
    assert engine.serve(lane)
    assert _states(sessions) == {"early": ("done", 0), "late": ("new", 0)}
    assert engine.waker.pop([LaneKind.PORTAL], 0) == lane  # type: ignore[attr-defined]
    assert engine.run_until_idle() == 1
    assert _states(sessions)["late"] == ("done", 0)


def test_two_engines_fight_for_a_lane_and_never_serve_it_together(sessions: Sessions, portal: Portal) -> None:
    clock, inside, overlaps, served = SystemClock(), threading.Semaphore(1), [], []

    def meanwhile(_slice: Slice) -> None:
        alone = inside.acquire(blocking=False)
        overlaps.append(not alone)
        time.sleep(0.01)
        if alone:
            inside.release()

    lane = _append(sessions, portal, clock, *map(str, range(5)))

    def fight() -> None:
        engine = _engine(sessions, clock, closing(sessions, meanwhile))
        for n in range(10):
            _append(sessions, portal, clock, f"more-{n}")
            served.append(engine.serve(lane))

    threads = [threading.Thread(target=fight) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(overlaps)
    assert len(overlaps) == sum(served) > 0
    _engine(sessions, clock, closing(sessions)).run_until_idle()
    assert {state for state, _attempts in _states(sessions).values()} == {"done"}


def test_a_slice_whose_lease_ran_out_writes_nothing(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    rival = _engine(sessions, clock, closing(sessions))
    lane = _append(sessions, portal, clock, "1")
    seen: list[float] = []

    def meanwhile(slice_: Slice) -> None:
        clock.advance(11)
        assert rival.serve(lane)
        with pytest.raises(FenceLostError):
            slice_.renew()
        seen.append(slice_.time_left())
        _append(sessions, portal, clock, "2")

    engine = _engine(sessions, clock, closing(sessions, meanwhile))
    assert engine.serve(lane)
    assert seen == [0.0]
    assert _states(sessions) == {"1": ("done", 0), "2": ("new", 0)}
    with read_scope(sessions) as session:
        row = session.get_one(Lane, lane.id)
        assert (row.fence, row.lease_owner, row.failures) == (2, None, 0)


def test_the_heart_keeps_a_lease_and_gives_up_a_slice_that_hangs(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    lane = _append(sessions, portal, clock, "1")
    rival = _engine(sessions, clock, closing(sessions))
    tries: list[bool] = []

    def meanwhile(_slice: Slice) -> None:
        for _ in range(4):
            clock.advance(8)
            engine.renew_leases()
            tries.append(rival.serve(lane))

    engine = _engine(sessions, clock, closing(sessions, meanwhile), slice_hard_s=20)
    engine.serve(lane)
    assert tries == [False, False, False, True]


def test_a_poisoned_row_is_isolated_pays_alone_and_dies_visibly(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    def meanwhile(slice_: Slice) -> None:
        if any(row.key == "poison" for row in slice_.claimed):
            raise ValueError("cannot digest this")

    engine = _engine(sessions, clock, closing(sessions, meanwhile), dead_after=2)
    lane = _append(sessions, portal, clock, "poison", *map(str, range(20)))
    for _ in range(12):
        engine.run_until_idle()
        clock.advance(3700)
    states = _states(sessions)
    assert states.pop("poison")[0] == InboxState.DEAD
    assert set(states.values()) == {("done", 0)}
    with read_scope(sessions) as session:
        assert session.query(InboxRow.last_error).filter_by(key="poison").scalar() == "ValueError: cannot digest this"
        assert lanes.due_lanes(session, clock.now()) == []
    for _ in range(4):
        assert engine.serve(lane)
    with read_scope(sessions) as session:
        assert session.get_one(Lane, lane.id).failures == 0


def test_a_failing_lane_backs_off_although_rows_are_due(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    def handler(_slice: Slice) -> SliceResult:
        raise ValueError("down")

    engine = _engine(sessions, clock, handler)
    _append(sessions, portal, clock, "1")
    assert engine.run_until_idle() == 1
    assert engine.due() == []
    clock.advance(1)
    assert engine.run_until_idle() == 1
    clock.advance(4)
    assert engine.due() == []
    clock.advance(1)
    assert len(engine.due()) == 1


def test_a_handler_may_come_back_later_or_be_kept_off(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    answers = [
        SliceResult(next_due=clock.now() + timedelta(seconds=30)),
        SliceResult(not_before=clock.now() + timedelta(seconds=90), more=True),
    ]
    engine = _engine(sessions, clock, lambda _slice: answers.pop(0))
    lane = _append(sessions, portal, clock)
    assert engine.serve(lane)
    assert engine.due() == []
    clock.advance(30)
    assert engine.due() == [lane]
    _append(sessions, portal, clock, "1")
    assert engine.serve(lane)
    assert engine.due() == []
    clock.advance(60)
    assert engine.due() == [lane]


def test_people_do_not_wait_behind_a_crowd(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    order: list[list[str]] = []
    engine = _engine(sessions, clock, closing(sessions, lambda one: order.append([row.key for row in one.claimed])))
    lane = _append(sessions, portal, clock, "a", "b")
    with session_scope(sessions) as session:
        inbox.append(session, lane.id, "ship_now", "c", {}, now=clock.now(), trace_id="t", people=True)
    assert engine.run_until_idle() == 2
    assert order == [["c"], ["a", "b"]]


def test_what_is_due_soon_is_woken_on_time(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    wakes = LocalWakes()
    engine = _engine(sessions, clock, closing(sessions))
    engine.waker = wakes
    lane = _append(sessions, portal, clock, "now")
    with session_scope(sessions) as session:
        soon = clock.now() + timedelta(seconds=3)
        inbox.append(session, lane.id, "deal", "hold", {}, now=clock.now(), trace_id="t", due=soon)
    assert engine.serve(lane)
    clock.advance(2.9)
    engine.wake_soon()
    assert wakes.pop([LaneKind.PORTAL], 0) is None
    clock.advance(0.1)
    engine.wake_soon()
    assert wakes.pop([LaneKind.PORTAL], 0) == lane
    engine.wake_soon()
    assert wakes.pop([LaneKind.PORTAL], 0) is None
