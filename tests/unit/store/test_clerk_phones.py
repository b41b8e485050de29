"""Phones of clerks: a code pairs one phone once, a token opens one portal, and what is revoked opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store import clerk_phones, portals
from b24app.store.clerk_phones import CODE_LIFE, FORGOTTEN, IDLE, Phone, TooManyError
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import ClerkPhone, Portal, PortalState
from tests.unit.flows.returns.given import NOW
from tests.unit.meeting import at_once

ILYA = (31, "Илья Громыхин")


def offered(sessions: Sessions, portal: Portal, clerk: tuple[int, str] = ILYA) -> tuple[Phone, str]:
    with session_scope(sessions) as session:
        return clerk_phones.offer(
            session, portal.id, clerk_id=clerk[0], clerk_name=clerk[1], made_by=7, return_id=None, now=NOW
        )


def paired(sessions: Sessions, portal: Portal, clerk: tuple[int, str] = ILYA) -> tuple[Phone, str]:
    _, code = offered(sessions, portal, clerk)
    with session_scope(sessions) as session:
        found = clerk_phones.pair(session, code, "Android, Chrome", NOW)
    assert found is not None
    return found.phone, found.token


def opens(sessions: Sessions, token: str, after: timedelta = timedelta()) -> Phone | None:
    with read_scope(sessions) as session:
        return clerk_phones.by_token(session, token, NOW + after)


def test_a_code_may_be_looked_at_and_pairs_once(sessions: Sessions, portal: Portal) -> None:
    phone, code = offered(sessions, portal)
    for _ in range(2):
        with read_scope(sessions) as session:
            assert clerk_phones.waiting(session, code, NOW) == phone

    def use(session: Session) -> bool:
        return clerk_phones.pair(session, code, "Android", NOW) is not None

    assert at_once(sessions, use) == (True, False)
    with read_scope(sessions) as session:
        assert clerk_phones.waiting(session, code, NOW) is None
        assert clerk_phones.waiting(session, code + "x", NOW) is None


def test_a_code_is_over_in_ten_minutes_and_when_it_is_revoked(sessions: Sessions, portal: Portal) -> None:
    _, late = offered(sessions, portal)
    phone, revoked = offered(sessions, portal)
    with session_scope(sessions) as session:
        assert clerk_phones.pair(session, late, "", NOW + CODE_LIFE) is None
        assert clerk_phones.revoke(session, portal.id, phone.id, NOW)
        assert clerk_phones.pair(session, revoked, "", NOW) is None
        assert clerk_phones.pair(session, late, "", NOW + CODE_LIFE - timedelta(seconds=1)) is not None


def test_nobody_who_reads_the_database_has_a_code_or_a_token(sessions: Sessions, portal: Portal) -> None:
    _, code = offered(sessions, portal)
    _, token = paired(sessions, portal)
    with read_scope(sessions) as session:
        kept = [value for row in session.execute(select(ClerkPhone.__table__)) for value in row]
    assert len(kept) > 20
    assert not {code, token} & set(map(str, kept))


def test_a_token_opens_its_portal_until_it_is_revoked_or_lies_idle(sessions: Sessions, portal: Portal) -> None:
    phone, token = paired(sessions, portal)
    assert opens(sessions, token) == phone
    assert (phone.portal_id, phone.clerk_id, phone.clerk_name, phone.device) == (portal.id, *ILYA, "Android, Chrome")
    assert opens(sessions, token[:-1]) is None
    assert opens(sessions, token, IDLE) is not None
    assert opens(sessions, token, IDLE + timedelta(seconds=1)) is None
    with session_scope(sessions) as session:
        clerk_phones.seen(session, phone, 5, NOW + IDLE)
    assert opens(sessions, token, IDLE + IDLE) is not None
    with session_scope(sessions) as session:
        assert clerk_phones.revoke(session, portal.id, phone.id, NOW)
        assert not clerk_phones.revoke(session, portal.id, phone.id, NOW)
    assert opens(sessions, token) is None


def test_a_portal_that_left_lets_no_phone_in(sessions: Sessions, portal: Portal) -> None:
    _, token = paired(sessions, portal)
    with session_scope(sessions) as session:
        portals.set_state(session, portal.id, PortalState.UNINSTALLED)
    assert opens(sessions, token) is None


def test_clerks_see_who_else_is_at_work_in_their_portal(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    mine, _ = paired(sessions, portal)
    olga, _ = paired(sessions, portal, (32, "Ольга"))
    theirs, _ = paired(sessions, neighbour, (9, "Чужая"))
    with session_scope(sessions) as session:
        assert not clerk_phones.due(olga, None, NOW)
        assert clerk_phones.due(olga, 5, NOW)
        clerk_phones.seen(session, olga, 5, NOW)
        assert [(each.clerk_name, each.looks_at) for each in clerk_phones.beside(session, mine, NOW)] == [("Ольга", 5)]
        assert clerk_phones.beside(session, theirs, NOW) == []
        assert clerk_phones.beside(session, mine, NOW + clerk_phones.BESIDE) == []


def test_a_neighbours_hand_reaches_no_phone(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    phone, token = paired(sessions, portal)
    with session_scope(sessions) as session:
        assert clerk_phones.get(session, neighbour.id, phone.id) is None
        assert clerk_phones.of_portal(session, neighbour.id, NOW) == []
        assert not clerk_phones.revoke(session, neighbour.id, phone.id, NOW)
        assert clerk_phones.of_portal(session, portal.id, NOW) == [phone]
    assert opens(sessions, token) == phone


def test_codes_are_not_heaped_and_what_is_over_is_forgotten(
    sessions: Sessions, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk_phones, "MOST_CODES", 2)
    phone, _ = paired(sessions, portal)
    for _ in range(2):
        offered(sessions, portal)
    with pytest.raises(TooManyError):
        offered(sessions, portal)
    with session_scope(sessions) as session:
        clerk_phones.revoke(session, portal.id, phone.id, NOW)
        later = NOW + FORGOTTEN + timedelta(seconds=1)
        clerk_phones.offer(session, portal.id, clerk_id=1, clerk_name="", made_by=7, return_id=None, now=later)
        assert len(session.scalars(select(ClerkPhone.id)).all()) == 1
