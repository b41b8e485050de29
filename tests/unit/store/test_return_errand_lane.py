"""Errands as their account's lane works on them: marked before a write, found again, put off and freed; and the prices
of ways back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from b24app.flows.returns.ways import Carrier, Prices
from b24app.logistics.problem import Problem
from b24app.logistics.returning import ReturnStage
from b24app.logistics.warehouse import ReceiptRequest
from b24app.store import (
    accounts,
    lanes,
    papers,
    portals,
    retention,
    return_errand_lane,
    return_errands,
    return_labels,
    return_ways,
)
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import FenceLostError, LaneHold
from b24app.store.models import (
    ConnectionState,
    ErrandKind,
    ErrandState,
    GoodsReturn,
    InboxKind,
    InboxRow,
    Portal,
    ReturnErrand,
)
from b24app.systems import discover
from tests.unit.flows.returns.given import NOW
from tests.unit.store.test_return_desk import SENDER
from tests.unit.store.test_returns import begun

S = ErrandState
SOON, LATER = NOW + timedelta(seconds=40), NOW + timedelta(hours=1)


def asked(sessions: Sessions, portal: Portal, state: ErrandState = S.WAITING, **more: object) -> int:
    """An errand of the portal's account; its id."""
    kept = begun(sessions, portal)
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        number = return_errands.next_number(session, kept.id, ErrandKind.RECEIPT, kept.case.number)
        request = ReceiptRequest(number, (), SENDER)
        return_errands.begin(
            session, portal.id, kept.id, account.id, ErrandKind.RECEIPT, request, now=NOW, trace_id="t"
        )
        [row] = session.query(ReturnErrand).filter_by(number=number)
        session.execute(update(ReturnErrand).where(ReturnErrand.id == row.id).values(state=state, **more))
        return int(row.id)


def hold(sessions: Sessions, portal: Portal) -> LaneHold:
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        found = lanes.claim(session, lanes.connection_lane(session, account.id).id, "w", NOW, timedelta(minutes=1))
        assert found is not None
        return found


def row_of(session: Session, errand_id: int) -> ReturnErrand:
    return session.query(ReturnErrand).filter_by(id=errand_id).populate_existing().one()


def test_a_due_errand_has_its_lane_served(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        assert lanes.due_lanes(session, NOW) == []
    asked(sessions, portal)
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        lane = lanes.connection_lane(session, account.id)
        assert lanes.due_lanes(session, NOW) == [lane]
        assert lanes.next_due(session, lane.id) == NOW


def test_a_write_is_marked_and_found_again_when_nobody_knows_its_end(sessions: Sessions, portal: Portal) -> None:
    errand_id, mine = asked(sessions, portal), hold(sessions, portal)
    with session_scope(sessions) as session:
        [row] = return_errand_lane.due(session, mine, NOW, 10)
        assert return_errand_lane.mark(session, mine, row, SOON)
    with session_scope(sessions) as session:
        assert return_errand_lane.due(session, mine, NOW, 10) == []
        assert return_errand_lane.earliest(session, mine) == SOON
        return_errand_lane.expire(session, mine, NOW)
        row = row_of(session, errand_id)
        assert (row.state, row.attempts, row.fence) == (S.SENDING, 1, mine.fence)
        assert return_errand_lane.landed(session, mine, errand_id, marked=True) is not None
        return_errand_lane.expire(session, mine, SOON)
    with session_scope(sessions) as session:
        assert [each.state for each in return_errand_lane.due(session, mine, SOON, 10)] == [S.UNCERTAIN]
        with pytest.raises(FenceLostError):
            return_errand_lane.landed(session, mine, errand_id, marked=True)


def test_one_that_was_called_off_meanwhile_is_not_sent(sessions: Sessions, portal: Portal) -> None:
    errand_id, mine = asked(sessions, portal), hold(sessions, portal)
    with session_scope(sessions) as session:
        [row] = return_errand_lane.due(session, mine, NOW, 10)
        session.expunge(row)
    with session_scope(sessions) as session:
        return_errands.call_off(session, portal.id, errand_id, NOW)
        assert not return_errand_lane.mark(session, mine, row, SOON)


def test_urgent_ones_come_first(sessions: Sessions, portal: Portal) -> None:
    early = NOW - timedelta(minutes=5)
    followed = asked(sessions, portal, S.LIVE, next_try_at=early)
    off = asked(sessions, portal, S.LIVE, wants_cancel=True)
    fresh = asked(sessions, portal)
    mine = hold(sessions, portal)
    with read_scope(sessions) as session:
        assert [row.id for row in return_errand_lane.due(session, mine, NOW, 10)] == [off, fresh, followed]


def test_an_account_that_does_not_work_puts_them_off_until_it_does(sessions: Sessions, portal: Portal) -> None:
    asked(sessions, portal)
    mine = hold(sessions, portal)
    with session_scope(sessions) as session:
        return_errand_lane.put_off(session, mine, NOW, LATER)
        assert return_errand_lane.earliest(session, mine) == LATER
        return_errand_lane.free(session, portal.id, mine.owner_id, SOON)
        assert return_errand_lane.earliest(session, mine) == SOON


def test_an_account_that_is_taken_out_of_use_keeps_nobody_waiting(sessions: Sessions, portal: Portal) -> None:
    errand_id = asked(sessions, portal)
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        accounts.remove(session, portal.id, account, NOW)
    with read_scope(sessions) as session:
        row = row_of(session, errand_id)
        assert (row.state, row.next_try_at, row.problems[0]["code"]) == (S.DEAD, None, "account_stopped")


def test_a_portal_that_left_asks_nobody_and_is_still_told_where_its_parcels_are(
    sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    ids = [asked(sessions, portal, state) for state in (S.WAITING, S.UNCERTAIN, S.LIVE)]
    theirs = asked(sessions, neighbour)
    with session_scope(sessions) as session:
        return_errand_lane.give_up(session, portal.id)
    with read_scope(sessions) as session:
        assert [row_of(session, each).state for each in (*ids, theirs)] == [S.DEAD, S.DEAD, S.LIVE, S.WAITING]


def test_what_a_system_tells_of_is_read_at_once(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    mine = asked(sessions, portal, S.LIVE, remote_id="uuid", next_try_at=LATER)
    theirs = asked(sessions, neighbour, S.LIVE, remote_id="uuid", next_try_at=LATER)
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        assert return_errand_lane.look_now(session, portal.id, account.id, ["uuid", "other", ""], NOW) == {"uuid"}
    with read_scope(sessions) as session:
        assert (row_of(session, mine).next_try_at, row_of(session, theirs).next_try_at) == (NOW, LATER)


def test_an_order_brings_the_goods_of_one_return(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    first = asked(sessions, portal, S.LIVE, remote_id="r:1")
    asked(sessions, neighbour, S.LIVE, remote_id="r:2")
    second = asked(sessions, portal)
    with session_scope(sessions) as session:
        held, row = row_of(session, first), row_of(session, second)
        assert return_errand_lane.holder(session, row, "r:1") == held.number
        assert [return_errand_lane.holder(session, row, each) for each in ("r:2", "r:3")] == ["", ""]
        assert return_errand_lane.holder(session, held, "r:1") == ""
        refused = {"stage": ReturnStage.REFUSED}
        session.execute(update(GoodsReturn).where(GoodsReturn.id == held.return_id).values(refused))
        assert return_errand_lane.holder(session, row, "r:1") == ""


def test_what_an_account_may_bring_back_is_in_its_manifest_and_its_settings(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        account.state, account.settings = ConnectionState.READY, {}
        manifests = {account.system: discover()["russian_post"].manifest}
        [post] = return_ways.carriers(session, portal.id, manifests)
        assert (post.own_only, post.collects, post.points) == (True, False, True)
        account.settings = {"separate_returns": "yes"}
        assert not return_ways.carriers(session, portal.id, manifests)[0].own_only


def test_a_label_is_asked_for_once_and_again_after_a_failure(sessions: Sessions, portal: Portal) -> None:
    errand_id = asked(sessions, portal, S.LIVE, remote_id="uuid")
    with session_scope(sessions) as session:
        row = row_of(session, errand_id)
        assert return_labels.ask(session, row, "label_a6", now=NOW, trace_id="t") is not None
        assert return_labels.ask(session, row, "label_a6", now=NOW, trace_id="t") is None
        assert return_labels.ask_again(session, portal.id, errand_id, now=NOW, trace_id="t") is None
        label = return_labels.of_errands(session, portal.id, [errand_id])[errand_id]
        assert label.preparing(NOW)
        found = return_labels.get(session, portal.id, label.id)
        assert found is not None
        papers.fail(found[0], Problem("paper_refused").to_json(), NOW)
        session.flush()
        assert return_labels.ask_again(session, portal.id, errand_id, now=NOW, trace_id="t") is not None
        return_labels.keep(found[0], b"%PDF-1", NOW)
        session.flush()
        assert return_labels.of_errands(session, portal.id, [errand_id])[errand_id].is_ready
        assert return_labels.content(session, portal.id, label.id) == b"%PDF-1"
        assert return_labels.content(session, portal.id + 1, label.id) is None
    retention.purge(sessions, NOW + papers.KEPT, retention.Keep())
    with read_scope(sessions) as session:
        assert return_labels.content(session, portal.id, label.id) == b"%PDF-1"
    retention.purge(sessions, NOW + papers.KEPT + timedelta(seconds=1), retention.Keep())
    with read_scope(sessions) as session:
        assert return_labels.content(session, portal.id, label.id) is None


def test_prices_are_asked_once_and_an_answer_to_an_older_question_is_dropped(
    sessions: Sessions, portal: Portal
) -> None:
    kept = begun(sessions, portal)
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        able = [Carrier(account.id, "cdek", "СДЭК", True)]

        def ask(at: object = NOW, again: bool = False) -> int:
            return len(
                return_ways.ask(session, portal.id, kept.id, kept.case, able, now=at, trace_id="t", again=again)  # type: ignore[arg-type]
            )

        assert [ask(), ask()] == [1, 0]
        [row] = session.query(InboxRow).filter_by(kind=InboxKind.RETURN_PRICES)
        question = return_ways.question(session, portal.id, account.id, int(row.key))
        assert question is not None
        assert return_ways.of_return(session, portal.id, kept.id, kept.case, able, NOW).asking
        assert ask(LATER) == 1
        return_ways.answered(session, portal.id, question.id, Prices(NOW, LATER))
        assert return_ways.question(session, portal.id, account.id, question.id) is not None
        return_ways.answered(session, portal.id, question.id, Prices(LATER, LATER))
        assert return_ways.question(session, portal.id, account.id, question.id) is None
        assert not return_ways.of_return(session, portal.id, kept.id, kept.case, able, LATER).asking
        assert [ask(LATER), ask(LATER, again=True)] == [0, 1]
