"""What is wanted of returns and asked of systems: durable, taken once, called off where nothing was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.flows.returns.effects import Actor
from b24app.logistics.model import Recipient
from b24app.logistics.problem import Field, Problem
from b24app.logistics.warehouse import ReceiptRequest
from b24app.store import portals, return_acts, return_basis, return_errands
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    ActState,
    ErrandKind,
    ErrandState,
    InboxKind,
    InboxRow,
    Portal,
    ReturnErrand,
)
from b24app.store.return_acts import ActKind, Wanted
from tests.unit.flows.returns.given import NOW, SOLD
from tests.unit.meeting import at_once
from tests.unit.store.test_returns import DEAL, begun

SENDER = Recipient("Мария Северцева", "+79000000001", "+79000000001")
WANTED = Wanted(
    ActKind.MOVE, "press-1", Actor.PERSON, DEAL, given={"to": "approved", "why": "позвонил"}, by=7, name="Анна"
)


def test_an_act_is_taken_once_and_asked_of_the_portal_s_lane(sessions: Sessions, portal: Portal) -> None:
    def ask(session: Session) -> bool:
        return return_acts.ask(session, portal.id, WANTED, now=NOW, trace_id="t", people=True) is not None

    assert at_once(sessions, ask) == (True, False)
    with read_scope(sessions) as session:
        act = return_acts.by_key(session, portal.id, "press-1")
        assert act is not None
        assert (act.wanted, act.state) == (WANTED, ActState.WAITING)
        rows = session.query(InboxRow).filter_by(kind=InboxKind.RETURN).all()
        assert [(row.key, row.priority) for row in rows] == [(str(act.id), 1)]
        assert return_acts.latest(session, portal.id, deal_id=DEAL) == [act]
    with pytest.raises(ValueError, match="without a key"), session_scope(sessions) as session:
        return_acts.ask(session, portal.id, replace(WANTED, key=""), now=NOW, trace_id="t")


def test_what_came_of_an_act_is_kept_with_it(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)
    problem = Problem("return_move", Field.STAGE, params={"from": "closed", "to": "approved"})
    with session_scope(sessions) as session:
        return_acts.ask(session, portal.id, WANTED, now=NOW, trace_id="t")
        act = return_acts.by_key(session, portal.id, WANTED.key)
        assert act is not None
        return_acts.finish(session, portal.id, act.id, NOW + timedelta(seconds=1), kept.id, (problem,))
    with read_scope(sessions) as session:
        done = return_acts.get(session, portal.id, act.id)
        assert done is not None
        assert (done.state, done.problems, done.wanted.return_id) == (ActState.REFUSED, (problem,), kept.id)
        assert return_acts.latest(session, portal.id, return_id=kept.id) == [done]


def test_an_errand_that_was_never_sent_is_over_when_it_is_called_off(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)
    errands = []
    with read_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
    for _ in range(2):
        with session_scope(sessions) as session:
            number = return_errands.next_number(session, kept.id, ErrandKind.RECEIPT, kept.case.number)
            request = ReceiptRequest(number, (), SENDER, reason="не подошёл")
            return_errands.begin(
                session, portal.id, kept.id, account.id, ErrandKind.RECEIPT, request, now=NOW, trace_id="t"
            )
            errands = return_errands.of_returns(session, portal.id, [kept.id])[kept.id]
    assert [(each.n, each.number) for each in errands] == [(1, kept.case.number), (2, f"{kept.case.number}-2")]
    with session_scope(sessions) as session:
        session.get_one(ReturnErrand, errands[1].id).attempts = 1
        session.flush()
        for each in errands:
            assert return_errands.call_off(session, portal.id, each.id, NOW) is not None
        assert return_errands.call_off(session, portal.id, errands[0].id, NOW) is None
        first, second = return_errands.of_returns(session, portal.id, [kept.id])[kept.id]
    assert (first.state, first.is_open) == (ErrandState.CANCELLED, False)
    assert (second.state, second.wants_cancel) == (ErrandState.WAITING, True)


def test_the_newest_reading_of_a_deal_is_what_its_returns_are_judged_by(sessions: Sessions, portal: Portal) -> None:
    newer = Basis(DEAL, "Плед", 7, "RUB", SOLD, None, (), NOW, client="Мария")
    older = replace(newer, title="Плед, черновик", read_at=NOW - timedelta(seconds=1))
    for basis in (newer, older):
        with session_scope(sessions) as session:
            return_basis.keep(session, portal.id, basis)
    with read_scope(sessions) as session:
        assert return_basis.of_deals(session, portal.id, [DEAL, 9]) == {DEAL: newer}
