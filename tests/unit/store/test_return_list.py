"""Many returns: each filter alone and together, counts beside pages, in a fixed number of questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from b24app.flows.returns.effects import Actor
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import ReturnStage
from b24app.store import deals, portals, return_journal, returns, returns_found, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.faces import return_list
from b24app.store.faces.return_list import Listed, Wanted
from b24app.store.models import GoodsReturn, Portal
from b24app.store.return_journal import Moved
from b24app.store.returns import Kept
from tests.unit.flows.returns.given import NOW, a_return, wish
from tests.unit.queries import statements
from tests.unit.store.test_returns import begun

S = ReturnStage
ANY = Wanted()


def put(sessions: Sessions, portal: Portal, deal: int, stage: ReturnStage = S.REQUESTED, **over: Any) -> Kept:
    reason = over.pop("reason", "colour")
    case = a_return(wish(1, "1", reason), stage=stage)
    return begun(sessions, portal, deal_id=deal, stage=stage, lines=case.lines, **over)


def listed(sessions: Sessions, portal: Portal, wanted: Wanted = ANY, offset: int = 0) -> Listed:
    with read_scope(sessions) as session:
        return return_list.page(session, portal.id, wanted, offset)


def deal_ids(sessions: Sessions, portal: Portal, wanted: Wanted) -> list[int]:
    return [each.case.deal_id for each in listed(sessions, portal, wanted).rows]


def test_open_ones_come_first_and_each_portal_has_its_own(
    sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    for at, (deal, stage) in enumerate([(1, S.CLOSED), (2, S.IN_TRANSIT), (3, S.REFUSED), (4, S.REQUESTED)]):
        kept = put(sessions, portal, deal, stage)
        with session_scope(sessions) as session:
            mine = update(GoodsReturn).where(GoodsReturn.id == kept.id)
            session.execute(mine.values(changed_at=NOW - timedelta(hours=at)))
    put(sessions, neighbour, 9)
    assert deal_ids(sessions, portal, Wanted()) == [4, 2, 3, 1]
    assert deal_ids(sessions, portal, Wanted(stages=(S.CLOSED, S.REQUESTED))) == [4, 1]
    with read_scope(sessions) as session:
        counts = return_list.counts(session, portal.id, Wanted(stages=(S.CLOSED,)))
        assert {stage: n for stage, n in counts.items() if n} == {
            S.CLOSED: 1, S.IN_TRANSIT: 1, S.REFUSED: 1, S.REQUESTED: 1,
        }  # fmt: skip
        assert return_list.deals_of(session, portal.id, Wanted(), 3) == [4, 3, 2]
        assert deal_ids(sessions, portal, Wanted(deals=(2, 3, 9))) == [2, 3]
        assert return_list.page(session, portal.id, Wanted(deals=())).rows == ()


def test_what_waits_for_a_person_and_for_whom(sessions: Sessions, portal: Portal) -> None:
    stages = (S.REQUESTED, S.APPROVED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED, S.CLOSED, S.COLLECTION_BOOKED)
    kept = {stage: put(sessions, portal, at, stage) for at, stage in enumerate(stages, 1)}
    assert sorted(deal_ids(sessions, portal, Wanted(waits=True))) == [1, 2, 4, 5]
    with session_scope(sessions) as session:
        way = Way(WayKind.BROUGHT)
        returns.save(session, portal.id, kept[S.APPROVED], kept[S.APPROVED].case, by=7, name="", now=NOW, way=way)
        wrong = (Problem("return_move_unclear", Field.STAGE),)
        for stage in (S.IN_TRANSIT, S.CLOSED):
            returns.save(session, portal.id, kept[stage], kept[stage].case, by=0, name="", now=NOW, problems=wrong)
        deals.save(session, portal.id, {3: {"assigned_by": 7}, 4: {"assigned_by": 9}})
    assert sorted(deal_ids(sessions, portal, Wanted(waits=True))) == [1, 3, 4, 5]
    assert deal_ids(sessions, portal, Wanted(waits=True, responsible=7)) == [3]


def test_by_reason_and_by_who_carries(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    put(sessions, portal, 1, reason="defect")
    put(sessions, portal, 2)
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        shipments.create(session, portal, 2, 1, account, status="delivered", request={}, now=NOW)
    assert deal_ids(sessions, portal, Wanted(reason="defect")) == [1]
    assert deal_ids(sessions, portal, Wanted(account=account)) == [2]
    assert deal_ids(sessions, portal, Wanted(account=account, reason="defect")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{code}-501-R1", [501]), ("{code}-501-r", [501]), (" 501 ", [501]), ("46012345 60021", [502, 501]),
        ("RA-77", [502]), ("ra77", []), ("%", []), ("9" * 30, []),
    ],
)  # fmt: skip
def test_by_what_stands_on_a_box(text: str, found: list[int], sessions: Sessions, portal: Portal) -> None:
    for deal in (501, 502):
        kept = put(sessions, portal, deal)
    with session_scope(sessions) as session:
        returns_found.track(session, portal.id, kept.id, "RA-77")
    said = Wanted(text=text.format(code=portal.code))
    assert sorted(deal_ids(sessions, portal, said), reverse=True) == found


def test_a_page_costs_the_same_however_many_returns(sessions: Sessions, portal: Portal) -> None:
    sizes = []
    for deal in (1, 2, 3, 4):
        kept = put(sessions, portal, deal)
        put(sessions, portal, deal)
        with session_scope(sessions) as session:
            moved = Moved(NOW, Actor.PERSON, S.REQUESTED, S.REQUESTED, S.REQUESTED, why="x")
            return_journal.add(session, portal.id, kept.id, moved)
            came = replace(moved, was=None, at=NOW - timedelta(days=2))
            return_journal.add(session, portal.id, kept.id, came)
        with statements(sessions) as said:
            page = listed(sessions, portal)
        sizes.append(len(said))
    assert len(page.rows) == 8
    assert page.since == {each.id: NOW - timedelta(days=2) for each in page.rows if each.case.number.endswith("R1")}
    assert {len(each) for each in page.deals.values()} == {2}
    assert len(set(sizes)) == 1, said
    assert [len(listed(sessions, portal, offset=at).rows) for at in (0, 6, 8)] == [8, 2, 0]
