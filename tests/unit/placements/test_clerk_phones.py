"""The card of clerks' phones: a code for a named person, its end, and parcels that nobody expected."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from b24app.clock import FixedClock
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession, prove
from b24app.store import audit, clerk_phones, strays
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import AuditRow, Portal
from b24app.store.strays import Stray
from tests.unit.store.test_returns import begun

LINK = re.compile(r'data-copy="(http://localhost/clerk/pair/[\w-]{32})"')


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store's own tests run on both."""
    return sqlite_database_url


class Tab:
    """The page of a return."""

    def __init__(self, app: Flask, parts: PageParts, portal: Portal, return_id: int) -> None:
        self.client, self.parts = app.test_client(), parts
        origin = "https://north.bitrix24.ru"
        self.who = PageSession(portal.id, 7, "RETURN", return_id, "ru", "UTC", origin, False, "Анна Лугова", 0, 0)

    def ask(self, method: str, path: str, who: PageSession | None = None, **data: str) -> TestResponse:
        token = self.parts.signer.write(prove(who or self.who, self.parts.clock.now()))
        headers = {"Authorization": f"Bearer {token}", "HX-Request": "true", "X-Waybill-Lang": "ru"}
        return self.client.open(path, method=method, data=data, headers=headers)


@pytest.fixture
def tab(page_app: Flask, parts: PageParts, sessions: Sessions, portal: Portal) -> Tab:
    return Tab(page_app, parts, portal, begun(sessions, portal).id)


def test_a_code_is_shown_for_the_person_themselves_or_somebody_they_name(tab: Tab, sessions: Sessions) -> None:
    mine = tab.ask("POST", "/return/phones")
    theirs = tab.ask("POST", "/return/phones", clerk="31|Илья  Громыхин")
    links = [LINK.findall(answer.text) for answer in (mine, theirs)]
    assert [len(each) for each in links] == [1, 1]
    assert "<svg" in mine.text
    assert "ещё 10 мин" in mine.text
    with read_scope(sessions) as session:
        found = [clerk_phones.waiting(session, link[0].rpartition("/")[2], tab.parts.clock.now()) for link in links]
    assert [(each.clerk_id, each.clerk_name, each.made_by, each.return_id) for each in found if each] == [
        (7, "Анна Лугова", 7, tab.who.entity_id), (31, "Илья Громыхин", 7, tab.who.entity_id)
    ]  # fmt: skip
    for wrong in ("31", "31|", "x|Илья", "|Илья"):
        assert tab.ask("POST", "/return/phones", clerk=wrong).status_code == 422


def test_the_card_waits_for_the_phone_and_then_says_so(tab: Tab, sessions: Sessions, clock: FixedClock) -> None:
    shown = tab.ask("POST", "/return/phones").text
    [where] = re.findall(r'hx-get="(/return/phones/\d+)\?', shown)
    assert tab.ask("GET", where).status_code == 204
    code = LINK.findall(shown)[0].rpartition("/")[2]
    with session_scope(sessions) as session:
        assert clerk_phones.pair(session, code, "Android, Chrome", clock.now()) is not None
    done = tab.ask("GET", where)
    assert "Телефон подключён" in done.text
    assert "Android, Chrome" in done.text
    [off] = re.findall(r'hx-post="(/return/phones/\d+/off)"', done.text)
    gone = tab.ask("POST", off)
    assert "Android, Chrome" not in gone.text
    with read_scope(sessions) as session:
        acts = [row.action for row in session.query(AuditRow).order_by(AuditRow.id)]
    assert acts == [audit.Act.CLERK_OFFERED, audit.Act.CLERK_OFF]


def test_a_code_that_nobody_used_leaves_the_page(tab: Tab, clock: FixedClock) -> None:
    shown = tab.ask("POST", "/return/phones").text
    [where] = re.findall(r'hx-get="(/return/phones/\d+)\?', shown)
    clock.advance(600)
    assert tab.ask("GET", where).status_code == 200


def test_codes_of_another_portals_return_name_no_return(
    tab: Tab, sessions: Sessions, neighbour: Portal, portal: Portal
) -> None:
    theirs = begun(sessions, neighbour)
    who = replace(tab.who, placement="DEFAULT", entity_id=0)
    shown = tab.ask("POST", "/return/phones", who, **{"return": str(theirs.id)}).text
    code = LINK.findall(shown)[0].rpartition("/")[2]
    with read_scope(sessions) as session:
        found = clerk_phones.waiting(session, code, tab.parts.clock.now())
    assert found is not None
    assert (found.portal_id, found.return_id) == (portal.id, None)


def test_a_manager_sees_what_nobody_expected_and_deals_with_it(tab: Tab, sessions: Sessions, portal: Portal) -> None:
    now = tab.parts.clock.now()
    box = Stray("key-00001", "1574102358", "<b>мятая</b>", now, 31, "Илья Громыхин")
    with session_scope(sessions) as session:
        strays.keep(session, portal.id, box, now)
        strays.add_photo(session, portal.id, box.key, "photo-001", b"\xff\xd8\xff1", now)
    shown = tab.ask("GET", "/return/phones").text
    assert "1 посылка, которую не ждали" in shown
    assert "&lt;b&gt;мятая&lt;/b&gt;" in shown
    [photo] = re.findall(r'hx-get="(/return/strays/[\w/-]+)"', shown)
    assert 'src="data:image/jpeg;base64,/9j/MQ=="' in tab.ask("GET", photo).text
    settled = tab.ask("POST", f"/return/strays/{box.key}/settled")
    assert "1574102358" not in settled.text
    with read_scope(sessions) as session:
        [row] = session.query(AuditRow).all()
    assert (row.action, row.detail["title"]) == (audit.Act.STRAY_SETTLED, "1574102358")
