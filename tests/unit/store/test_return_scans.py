"""What clerks send of a return is kept once, with a bad network too, and seen by who else looks at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.scans import counted_of
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Condition, ReturnStage, Scan
from b24app.store import refunds, retention, return_journal, return_photos, return_scans, returns
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal, RefundKind, ReturnPhotoFile
from b24app.store.refunds import Refund
from b24app.store.return_journal import Moved
from b24app.store.return_photos import Photo, TooMuchError
from tests.unit.flows.returns.given import NOW, counted
from tests.unit.meeting import at_once
from tests.unit.store.test_returns import begun, read

PLAID = Scan("a", NOW, "4601234560021", 1, by=1, name="Илья")
STAIN = replace(PLAID, key="b", condition=Condition.DAMAGED, note="пятно у края")
UNDO = Scan("u", NOW + timedelta(seconds=5), undoes="b", by=1, name="Илья")


def test_scans_are_kept_in_the_order_in_which_they_came(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)
    with session_scope(sessions) as session:
        assert return_scans.append(session, portal.id, kept.id, [PLAID, STAIN], NOW) == 2
        assert return_scans.append(session, portal.id, kept.id, [UNDO, PLAID], NOW) == 1
    with read_scope(sessions) as session:
        scans = return_scans.of_return(session, portal.id, kept.id)
    assert scans == (PLAID, STAIN, UNDO)
    assert counted_of(scans) == (counted(1, "1"),)
    assert read(sessions, portal, kept.id).version == kept.version + 2


def test_a_scan_that_is_sent_twice_at_once_is_one(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)

    def send(session: Session) -> int:
        return return_scans.append(session, portal.id, kept.id, [PLAID, PLAID, STAIN], NOW)

    assert at_once(sessions, send) == (2, 0)
    assert read(sessions, portal, kept.id).version == kept.version + 1


def test_who_did_not_see_a_scan_has_to_look_again(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal, stage=ReturnStage.RECEIVED)
    with session_scope(sessions) as session:
        return_scans.append(session, portal.id, seen.id, [PLAID], NOW)
    with session_scope(sessions) as session:
        case = replace(seen.case, stage=ReturnStage.INSPECTED, counted=(counted(1, "1"),))
        assert not returns.save(session, portal.id, seen, case, by=2, name="Ольга", now=NOW).done


def test_two_returns_may_have_scans_of_one_key(sessions: Sessions, portal: Portal) -> None:
    one, other = begun(sessions, portal), begun(sessions, portal, lines=())
    with session_scope(sessions) as session:
        for kept in (one, other):
            assert return_scans.append(session, portal.id, kept.id, [PLAID], NOW) == 1
        with pytest.raises(ValueError, match="without a key"):
            return_scans.append(session, portal.id, one.id, [replace(PLAID, key="")], NOW)


# --- pictures ---------------------------------------------------------------------------------------------------------

STAINED = Photo("p1", "image/jpeg", NOW, 1, 1, "Илья")


def test_a_picture_is_kept_once(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)

    def send(session: Session) -> bool:
        return return_photos.keep(session, portal.id, kept.id, STAINED, b"jpeg", NOW)

    assert at_once(sessions, send) == (True, False)
    assert read(sessions, portal, kept.id).version == kept.version + 1
    with read_scope(sessions) as session:
        assert return_photos.of_return(session, portal.id, kept.id) == (replace(STAINED, size=4),)
        assert return_photos.content(session, portal.id, kept.id, "p1") == b"jpeg"
        assert return_photos.content(session, portal.id, kept.id, "p2") is None


def test_pictures_have_bounds(sessions: Sessions, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_photos, "MOST", 1)
    kept = begun(sessions, portal)
    with session_scope(sessions) as session:
        with pytest.raises(TooMuchError):
            return_photos.keep(session, portal.id, kept.id, STAINED, bytes(return_photos.MOST_BYTES + 1), NOW)
        with pytest.raises(ValueError, match="without a key"):
            return_photos.keep(session, portal.id, kept.id, replace(STAINED, key=""), b"j", NOW)
        return_photos.keep(session, portal.id, kept.id, STAINED, b"jpeg", NOW)
        with pytest.raises(TooMuchError):
            return_photos.keep(session, portal.id, kept.id, replace(STAINED, key="p2"), b"j", NOW)
        assert not return_photos.keep(session, portal.id, kept.id, STAINED, b"jpeg", NOW)


def test_pictures_are_kept_until_long_after_the_end(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    ended, open_ = begun(sessions, portal, stage=ReturnStage.CLOSED), begun(sessions, portal)
    with session_scope(sessions) as session:
        for kept in (ended, open_):
            return_photos.keep(session, portal.id, kept.id, STAINED, b"jpeg", clock.now())
    clock.advance(timedelta(days=365).total_seconds())
    assert retention.purge(sessions, clock.now(), retention.Keep()) == 0
    clock.advance(1)
    assert retention.purge(sessions, clock.now(), retention.Keep()) == 1
    with read_scope(sessions) as session:
        assert return_photos.content(session, portal.id, ended.id, "p1") is None
        assert return_photos.content(session, portal.id, open_.id, "p1") == b"jpeg"
        assert len(return_photos.of_return(session, portal.id, ended.id)) == 1


# --- moves and money --------------------------------------------------------------------------------------------------


def test_the_journal_tells_of_moves_and_of_refused_ones(sessions: Sessions, portal: Portal) -> None:
    kept = begun(sessions, portal)
    stage, problem = ReturnStage.REQUESTED, Problem("return_move_by_robot", Field.STAGE, params={"from": "requested"})
    moves = (
        Moved(NOW, Actor.PERSON, None, stage, stage, 7, "Анна", why="звонила Мария"),
        Moved(NOW, Actor.AUTOMATION, stage, ReturnStage.CLOSED, stage, source="robot", problems=(problem,)),
    )
    with session_scope(sessions) as session:
        for moved in moves:
            return_journal.add(session, portal.id, kept.id, moved)
    with read_scope(sessions) as session:
        assert return_journal.of_return(session, portal.id, kept.id) == moves


def paid(key: str, minor: int, currency: str = "RUB") -> Refund:
    return Refund(key, RefundKind.PAID, Money(minor, currency), NOW, 7, "Анна", "на карту")


def test_what_people_paid_adds_up_and_what_is_proposed_does_not(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    proposed = Refund("proposal", RefundKind.PROPOSED, Money(464400), NOW)
    with session_scope(sessions) as session:
        first = refunds.add(session, portal.id, seen, proposed, NOW)
        assert first.kept.case.refunded is None
        second = refunds.add(session, portal.id, first.kept, paid("a", 400000), NOW)
        third = refunds.add(session, portal.id, second.kept, paid("b", 64400), NOW)
    assert third.kept.case.refunded == Money(464400)
    assert read(sessions, portal, seen.id) == third.kept
    with read_scope(sessions) as session:
        assert refunds.of_return(session, portal.id, seen.id) == (proposed, paid("a", 400000), paid("b", 64400))


def test_a_press_that_is_sent_twice_pays_once(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)

    def press(session: Session) -> returns.Written:
        return refunds.add(session, portal.id, seen, paid("a", 464400), NOW)

    first, second = at_once(sessions, press)
    assert first == second
    assert (first.done, first.kept.case.refunded) == (True, Money(464400))


def test_of_two_who_mark_the_same_money_one_is_shown_the_others(sessions: Sessions, portal: Portal) -> None:
    seen, keys = begun(sessions, portal), iter("ab")

    def press(session: Session) -> returns.Written:
        return refunds.add(session, portal.id, seen, paid(next(keys), 464400), NOW)

    first, second = at_once(sessions, press)
    assert (first.done, second.done) == (True, False)
    assert first.kept == second.kept


def test_money_of_two_currencies_is_not_kept(sessions: Sessions, portal: Portal) -> None:
    seen = begun(sessions, portal)
    with session_scope(sessions) as session:
        first = refunds.add(session, portal.id, seen, paid("a", 1), NOW)
        with pytest.raises(ValueError, match="without a key"):
            refunds.add(session, portal.id, first.kept, paid("", 1), NOW)
    with pytest.raises(ValueError, match="cannot add"), session_scope(sessions) as session:
        refunds.add(session, portal.id, first.kept, paid("b", 1, "EUR"), NOW)
    assert read(sessions, portal, seen.id) == first.kept


def test_nobody_reaches_what_a_neighbour_scanned(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    mine = begun(sessions, portal)
    moved = Moved(NOW, Actor.PERSON, None, ReturnStage.REQUESTED, ReturnStage.REQUESTED)
    with session_scope(sessions) as session:
        return_scans.append(session, portal.id, mine.id, [PLAID], NOW)
        return_photos.keep(session, portal.id, mine.id, STAINED, b"jpeg", NOW)
        return_journal.add(session, portal.id, mine.id, moved)
        refunds.add(session, portal.id, returns.present(session, portal.id, mine.id), paid("a", 1), NOW)
        other = neighbour.id
        assert return_scans.of_return(session, other, mine.id) == ()
        assert return_photos.of_return(session, other, mine.id) == ()
        assert return_photos.content(session, other, mine.id, "p1") is None
        assert return_journal.of_return(session, other, mine.id) == ()
        assert refunds.of_return(session, other, mine.id) == ()
        for write in (
            lambda: return_scans.append(session, other, mine.id, [STAIN], NOW),
            lambda: return_photos.keep(session, other, mine.id, STAINED, b"jpeg", NOW),
            lambda: return_journal.add(session, other, mine.id, moved),
            lambda: refunds.add(session, other, mine, paid("b", 1), NOW),
        ):
            with pytest.raises(NoResultFound):
                write()
        assert session.scalar(select(func.count()).select_from(ReturnPhotoFile)) == 1
