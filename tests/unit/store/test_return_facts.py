"""What pages read of a return: all of it in a bounded number of questions, and a version that no change escapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from b24app.flows.returns.basis import Basis
from b24app.flows.returns.effects import Actor
from b24app.logistics.money import Money
from b24app.logistics.returning import Condition, Scan
from b24app.logistics.warehouse import ReceiptRequest
from b24app.store import (
    portals,
    refunds,
    return_acts,
    return_basis,
    return_errands,
    return_photos,
    return_scans,
    returns,
    shipments,
)
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.faces.returns import ReturnFacts, return_facts, return_version
from b24app.store.models import ActState, ErrandKind, Portal, RefundKind
from b24app.store.refunds import Refund
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.return_photos import Photo
from tests.unit.flows.returns.given import NOW, PAID, SOLD, counted
from tests.unit.queries import statements
from tests.unit.store.test_return_desk import SENDER
from tests.unit.store.test_returns import DEAL, begun

MOSCOW = ZoneInfo("Europe/Moscow")
BASIS = Basis(DEAL, "Плед и подушка", 7, "RUB", SOLD, PAID, (), NOW, client="Мария Северцева")
WANTED = Wanted(ActKind.MOVE, "press-1", Actor.PERSON, DEAL, given={"to": "approved"}, by=7, name="Анна")


def facts(sessions: Sessions, portal: Portal, return_id: int) -> ReturnFacts:
    with read_scope(sessions) as session:
        found = return_facts(session, portal.id, return_id)
    assert found is not None
    return found


def test_the_whole_return_is_read(sessions: Sessions, portal: Portal) -> None:
    kept, other = begun(sessions, portal), begun(sessions, portal, lines=())
    with session_scope(sessions) as session:
        return_basis.keep(session, portal.id, BASIS)
        return_acts.ask(session, portal.id, replace(WANTED, return_id=kept.id), now=NOW, trace_id="t")
        return_scans.append(session, portal.id, kept.id, [Scan("s1", NOW, "4601234560021", 1, by=9, name="Илья")], NOW)
        return_photos.keep(session, portal.id, kept.id, Photo("p1", "image/jpeg", NOW, 1), b"\xff\xd8\xff", NOW)
    found = facts(sessions, portal, kept.id)
    assert [each.id for each in found.others] == [other.id]
    assert (found.title, found.basis, found.case) == ("Плед и подушка", BASIS, kept.case)
    assert [act.state for act in found.waiting] == [ActState.WAITING]
    assert ([scan.key for scan in found.scans], [photo.key for photo in found.photos]) == (["s1"], ["p1"])
    looked = found.look(MOSCOW, NOW)
    assert looked is not None
    assert looked.line is not None
    assert looked.line.owed == Money(715000)


def test_nobody_else_s_return_is_read(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    kept = begun(sessions, portal)
    with read_scope(sessions) as session:
        assert return_facts(session, neighbour.id, kept.id) is None
        assert return_version(session, neighbour.id, kept.id) == ""
        assert return_version(session, portal.id, kept.id) != ""


def test_whatever_happens_to_it_makes_another_version(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)
    later = NOW + timedelta(minutes=1)
    with read_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)

    def present(session: Session) -> returns.Kept:
        return returns.present(session, portal.id, kept.id)

    def errand(session: Session) -> None:
        request = ReceiptRequest("n-1", (), SENDER, reason="")
        return_errands.begin(
            session, portal.id, kept.id, account.id, ErrandKind.RECEIPT, request, now=NOW, trace_id="t"
        )

    def done(session: Session) -> None:
        act = return_acts.by_key(session, portal.id, WANTED.key)
        assert act is not None
        return_acts.finish(session, portal.id, act.id, later, kept.id, ())

    def save(session: Session) -> None:
        seen = present(session)
        case = replace(seen.case, counted=(counted(1, "2", Condition.AS_NEW),))
        assert returns.save(session, portal.id, seen, case, by=9, name="Илья", now=later).done

    def another(session: Session) -> None:
        turn = returns.take_turn(session, portal, DEAL)
        case = replace(kept.case, number=turn.number, lines=())
        returns.begin(session, turn, case, by=7, name="Анна", now=later)

    steps: list[Callable[[Session], object]] = [
        lambda session: return_acts.ask(
            session, portal.id, replace(WANTED, return_id=kept.id), now=NOW, trace_id="t", people=True
        ),
        done,
        lambda session: return_scans.append(session, portal.id, kept.id, [Scan("s1", NOW, row=1)], NOW),
        lambda session: return_photos.keep(session, portal.id, kept.id, Photo("p", "image/png", NOW), b"x", NOW),
        save,
        lambda session: refunds.add(
            session, portal.id, present(session), Refund("k", RefundKind.PAID, Money(100), NOW, 7, "Анна"), NOW
        ),
        errand,
        lambda session: return_errands.call_off(
            session, portal.id, return_errands.of_returns(session, portal.id, [kept.id])[kept.id][0].id, later
        ),
        lambda session: returns.tie(session, portal.id, kept.id, 77),
        another,
        lambda session: shipments.create(
            session, portal, DEAL, 1, account.id, status="created", request={}, now=later,
            remote_id="r", order_number="o",
        ),
    ]  # fmt: skip
    seen = []
    for step in [lambda _: None, *steps]:
        with session_scope(sessions) as session:
            step(session)
        with read_scope(sessions) as session:
            seen.append(return_version(session, portal.id, kept.id))
            assert return_version(session, portal.id, kept.id) == seen[-1]
    assert len(set(seen)) == len(seen), seen


def test_a_version_costs_one_question_and_the_facts_as_many_however_much_there_is(
    sessions: Sessions, portal: Portal
) -> None:
    kept = begun(sessions, portal)

    def cost() -> tuple[int, int]:
        with statements(sessions) as version, read_scope(sessions) as session:
            return_version(session, portal.id, kept.id)
        with statements(sessions) as whole, read_scope(sessions) as session:
            return_facts(session, portal.id, kept.id)
        return len(version), len(whole)

    before = cost()
    for _ in range(3):
        begun(sessions, portal, lines=())
    assert before[0] == 1
    assert cost()[1] <= before[1] + 1
