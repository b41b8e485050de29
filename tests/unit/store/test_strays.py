"""Parcels that nobody expected are kept once, with pictures, until a manager has dealt with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from b24app.flows.returns.quantities import Wish
from b24app.logistics.problem import Field, Problem
from b24app.store import retention, return_acts, strays
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxRow, Portal
from b24app.store.return_acts import ActKind
from b24app.store.strays import Stray, TooManyError
from tests.unit.flows.returns.given import NOW
from tests.unit.store.test_returns import DEAL, begun

BOX = Stray("key-00001", "1574102358", "мятая коробка", NOW, 31, "Илья Громыхин")


def kept(sessions: Sessions, portal: Portal, stray: Stray = BOX) -> None:
    with session_scope(sessions) as session:
        assert strays.keep(session, portal.id, stray, NOW)


def test_a_parcel_is_kept_once_and_no_lane_has_to_do_with_it(sessions: Sessions, portal: Portal) -> None:
    kept(sessions, portal)
    with session_scope(sessions) as session:
        assert not strays.keep(session, portal.id, BOX, NOW)
        assert strays.waiting(session, portal.id) == [BOX]
        assert session.query(InboxRow).count() == 0
    with pytest.raises(ValueError, match="without a key"), session_scope(sessions) as session:
        strays.keep(session, portal.id, replace(BOX, key=""), NOW)


def test_pictures_go_with_it_within_bounds(sessions: Sessions, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strays, "MOST_PHOTOS", 1)
    kept(sessions, portal)
    with session_scope(sessions) as session:
        with pytest.raises(TooManyError):
            strays.add_photo(session, portal.id, BOX.key, "photo-01", bytes(strays.MOST_BYTES + 1), NOW)
        assert strays.add_photo(session, portal.id, BOX.key, "photo-01", b"\xff\xd8\xff1", NOW)
        assert not strays.add_photo(session, portal.id, BOX.key, "photo-01", b"\xff\xd8\xff1", NOW)
        with pytest.raises(TooManyError):
            strays.add_photo(session, portal.id, BOX.key, "photo-02", b"\xff\xd8\xff2", NOW)
        with pytest.raises(KeyError):
            strays.add_photo(session, portal.id, "key-00009", "photo-02", b"\xff\xd8\xff2", NOW)
        assert strays.photo(session, portal.id, BOX.key, "photo-01") == b"\xff\xd8\xff1"
        [found] = strays.waiting(session, portal.id)
    assert found.photos == ("photo-01",)


def test_one_of_a_known_deal_becomes_a_return_or_waits_for_a_manager(sessions: Sessions, portal: Portal) -> None:
    known = replace(BOX, deal_id=DEAL)
    kept(sessions, portal, known)
    case = begun(sessions, portal)
    with session_scope(sessions) as session:
        wishes = (Wish(1, Decimal(2)),)
        assert strays.begin(session, portal.id, known, wishes, now=NOW, trace_id="t") is not None
        assert strays.begin(session, portal.id, known, wishes, now=NOW, trace_id="t") is None
        assert strays.waiting(session, portal.id) == []
        found = strays.get(session, portal.id, known.key)
        assert found is not None
        assert found.begun is not None
        assert (found.begun.wanted.kind, found.begun.wanted.deal_id, found.return_id) == (ActKind.BEGIN, DEAL, None)
        assert found.begun.wanted.given["wishes"] == [{"row": 1, "quantity": "2", "reason": "", "note": ""}]
        assert found.begun.wanted.given["stage"] == "received"
        act = found.begun.id
        return_acts.finish(session, portal.id, act, NOW, None, (Problem("return_empty", Field.ITEMS),))
        assert [each.key for each in strays.waiting(session, portal.id)] == [known.key]
        return_acts.finish(session, portal.id, act, NOW, case.id, ())
        done = strays.get(session, portal.id, known.key)
        assert done is not None
        assert done.return_id == case.id
        assert strays.waiting(session, portal.id) == []


def test_what_somebody_has_dealt_with_waits_no_longer(sessions: Sessions, portal: Portal) -> None:
    kept(sessions, portal)
    with session_scope(sessions) as session:
        assert strays.settle(session, portal.id, BOX.key, "Анна", NOW)
        assert not strays.settle(session, portal.id, BOX.key, "Борис", NOW)
        assert strays.waiting(session, portal.id) == []
        found = strays.get(session, portal.id, BOX.key)
    assert found is not None
    assert found.settled == "Анна"


def test_they_do_not_heap_up_and_nobody_else_sees_them(
    sessions: Sessions, portal: Portal, neighbour: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "MOST_OPEN", 1)
    kept(sessions, portal)
    with session_scope(sessions) as session:
        strays.add_photo(session, portal.id, BOX.key, "photo-01", b"\xff\xd8\xff1", NOW)
    with pytest.raises(TooManyError), session_scope(sessions) as session:
        strays.keep(session, portal.id, replace(BOX, key="key-00002"), NOW)
    with read_scope(sessions) as session:
        assert strays.waiting(session, neighbour.id) == []
        assert strays.get(session, neighbour.id, BOX.key) is None
        assert strays.photo(session, neighbour.id, BOX.key, "photo-01") is None
    with session_scope(sessions) as session:
        assert not strays.settle(session, neighbour.id, BOX.key, "Чужая", NOW)
        with pytest.raises(KeyError):
            strays.add_photo(session, neighbour.id, BOX.key, "photo-02", b"\xff\xd8\xff1", NOW)


def test_they_are_forgotten_as_long_after_as_the_audit(sessions: Sessions, portal: Portal) -> None:
    kept(sessions, portal)
    begun(sessions, portal)
    with session_scope(sessions) as session:
        strays.add_photo(session, portal.id, BOX.key, "photo-01", b"\xff\xd8\xff1", NOW)
        strays.begin(session, portal.id, replace(BOX, deal_id=DEAL), (), now=NOW, trace_id="t")
    year = timedelta(days=365)
    assert retention.purge(sessions, NOW + year, retention.Keep()) == 0
    assert retention.purge(sessions, NOW + year + timedelta(seconds=1), retention.Keep()) == 2
    with read_scope(sessions) as session:
        assert len(return_acts.latest(session, portal.id, deal_id=DEAL)) == 1
