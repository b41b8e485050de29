"""A list of pickup points is taken over, changed and shortened; what the map counts is what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.logistics.points import Hours, Opening, PickupPoint, Takes
from b24app.runners.connection.refreshing import cells_of
from b24app.store import points
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import PointCell, PointRow, PointSource

WEEK = Hours(tuple(Opening(day, 600, 1200) for day in range(1, 6)))


def point(n: int) -> PickupPoint:
    place = PickupPoint(f"KZN{n}", f"KZN{n}", f"ул. Баумана, {n}", "Казань", Takes(hands_out=True), WEEK)
    return replace(place, lat=55.7 + n / 100, lon=49.1 + n / 50)


def begin(sessions: Sessions, now: datetime) -> PointSource:
    """A refresh of the only list begins."""
    with session_scope(sessions) as session:
        for row in points.sources(session):
            row.asked_at = row.refreshed_at = None
    with session_scope(sessions) as session:
        source_id, account = points.take_turn(session, "cdek", "test", [3, 5], now)
    assert account in (3, 5)
    with read_scope(sessions) as session:
        found = points.source(session, source_id)
    assert found is not None
    return found


def refresh(sessions: Sessions, now: datetime, listed: Sequence[PickupPoint]) -> tuple[int, bool]:
    """As `runners.connection.refreshing` does it; how many points were written, and whether the list was believed."""
    source = begin(sessions, now)
    with session_scope(sessions) as session:
        written = points.save(session, source.id, source.run, [points.ready(each) for each in listed])
    with session_scope(sessions) as session:
        good = points.believable(session, source)
        if good:
            points.mark_gone(session, source.id, source.run, now)
    slot = points.other_slot(source)
    with session_scope(sessions) as session:
        for zoom in points.CELL_ZOOMS:
            while points.clear_cells(session, slot, zoom):
                pass
            places = [(row.mx, row.my, row.class_id) for row in points.places_after(session, source.id, 0)]
            points.add_cells(session, list(cells_of(iter(places), slot, zoom)))
        points.switch(session, source, now, short=not good)
    return written, good


def on_the_map(sessions: Sessions) -> tuple[list[str], set[int]]:
    """Codes on the map, and what the live cells of each zoom add up to."""
    with read_scope(sessions) as session:
        codes = session.scalars(select(PointRow.code).where(PointRow.tile.is_not(None)).order_by(PointRow.code)).all()
        [source] = points.sources(session)
        sums = select(func.sum(PointCell.n)).where(PointCell.slot == points.slot_of(source)).group_by(PointCell.z)
        return list(codes), {int(n) for n in session.scalars(sums)}


def test_a_list_is_taken_over_and_only_what_changed_is_written_again(sessions: Sessions, clock: FixedClock) -> None:
    now = clock.now()
    listed = [point(n) for n in range(1, 8)]
    assert refresh(sessions, now, listed) == (7, True)
    assert on_the_map(sessions) == ([f"KZN{n}" for n in range(1, 8)], {7})
    listed[2] = replace(listed[2], takes=Takes(max_weight_g=15_000))
    assert refresh(sessions, now, [*listed, replace(point(9), lat=None)]) == (2, True)
    assert on_the_map(sessions)[1] == {7}
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count(func.distinct(PointRow.class_id)))) == 2
        [source] = points.sources(session)
    assert (source.count, source.short, source.error) == (8, False, "")


def test_what_is_listed_no_more_goes_and_comes_back(sessions: Sessions, clock: FixedClock) -> None:
    now = clock.now()
    listed = [point(n) for n in range(1, 5)]
    refresh(sessions, now, listed)
    refresh(sessions, now, listed[1:])
    assert on_the_map(sessions) == (["KZN2", "KZN3", "KZN4"], {3})
    assert refresh(sessions, now, listed) == (1, True)
    assert on_the_map(sessions) == (["KZN1", "KZN2", "KZN3", "KZN4"], {4})


def test_a_list_that_is_suddenly_short_is_believed_the_second_time(sessions: Sessions, clock: FixedClock) -> None:
    now = clock.now()
    refresh(sessions, now, [point(n) for n in range(1, 6)])
    assert refresh(sessions, now, [point(1)]) == (0, False)
    assert len(on_the_map(sessions)[0]) == 5
    assert refresh(sessions, now, []) == (0, False), "an empty list is never believed"
    assert refresh(sessions, now, [point(1)]) == (0, True)
    assert on_the_map(sessions) == (["KZN1"], {1})


def test_one_account_at_a_time_is_asked_and_accounts_take_turns(sessions: Sessions, clock: FixedClock) -> None:
    asked = []
    for wait in (points.ASKED_AGAIN / 2, points.ASKED_AGAIN, points.ASKED_AGAIN):
        with session_scope(sessions) as session:
            asked.append(points.take_turn(session, "cdek", "test", [3, 5], clock.now())[1])
        clock.advance(wait.total_seconds())
    assert asked == [3, 0, 5]


def test_a_slow_step_of_an_older_run_moves_nothing_in_the_newer_one(sessions: Sessions, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        source_id, _ = points.take_turn(session, "cdek", "test", [3], clock.now())
    with session_scope(sessions) as session:
        slow = points.source(session, source_id)
        assert slow is not None
        session.expunge(slow)
    clock.advance(points.ASKED_AGAIN.total_seconds() + 1)
    with session_scope(sessions) as session:
        points.take_turn(session, "cdek", "test", [3], clock.now())
        points.went_on(session, slow, clock.now(), step="gone", page=1)
        points.switch(session, slow, clock.now(), short=True)
    with session_scope(sessions) as session:
        now = points.source(session, source_id)
        assert now is not None
        assert (now.run, now.step, now.page, now.short, now.refreshed_at) == (2, "pages", 0, False, None)
