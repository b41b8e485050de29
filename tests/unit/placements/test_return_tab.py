"""The page of a return over HTTP: who may open it, what a press leaves, how its pictures are opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from b24app.bitrix24.errors import RestError
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.pieces import all_of
from b24app.frames.parts import PageParts
from b24app.frames.public_links import PublicLinks
from b24app.frames.session import PageSession, prove
from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Sold
from b24app.store import (
    papers,
    portal_settings,
    portals,
    return_acts,
    return_basis,
    return_errands,
    return_items,
    return_labels,
    return_photos,
    return_process,
    returns,
)
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    AuditRow,
    ErrandKind,
    ErrandState,
    InboxRow,
    OutboxRow,
    Portal,
    ReturnAct,
    ReturnErrand,
    ReturnLabel,
    ReturnPrices,
)
from b24app.store.return_acts import ActKind
from b24app.store.returns import Kept
from tests.browser.pages.states import REQUEST
from tests.unit.placements import public_order
from tests.unit.placements.conftest import NOW, FakePortal

DEAL, ITEM, ENTITY = 8061, 71, 1042
PNG = b"\x89PNG\r\n\x1a\n-picture"


@pytest.fixture
def kept(sessions: Sessions, set_up: Portal) -> Kept:
    """A return of two plaids with its item in the portal, and a picture."""
    process = ReturnProcess(12, ENTITY, "Возвраты")
    with session_scope(sessions) as session:
        return_process.change(session, set_up.id, lambda now: replace(now, process=process))
        sold = Sold(1, "Плед льняной", Decimal(2), Money(516000))
        turn = returns.take_turn(session, set_up, DEAL)
        lines = (ReturnLine(sold, all_of(sold), "defect"),)
        case = Return(turn.number, DEAL, ReturnStage.REQUESTED, ReturnOrigin.MANAGER, lines, NOW)
        found = returns.begin(session, turn, case, by=7, name="Анна", now=NOW, item_id=ITEM)
        return_basis.keep(session, set_up.id, Basis(DEAL, "Плед", 7, "RUB", (sold,), None, (), NOW))
        return_photos.keep(session, set_up.id, found.id, return_photos.Photo("p1", "image/png", NOW, 1), PNG, NOW)
    return found


class Tab:
    """The frame of an item's tab as a browser uses it."""

    def __init__(self, app: Flask, query: Mapping[str, str], body: Mapping[str, str]) -> None:
        self.client, self.query, self.body = app.test_client(), dict(query), dict(body)
        self.token = ""

    def open(self, item: int = ITEM, entity: int = ENTITY) -> TestResponse:
        where = {"PLACEMENT": f"CRM_DYNAMIC_{entity}_DETAIL_TAB", "PLACEMENT_OPTIONS": f'{{"ID":"{item}"}}'}
        answer = self.client.post("/return", query_string=self.query, data={**self.body, **where})
        found = re.search(r"Bearer ([\w.-]+)", answer.text)
        self.token = found[1] if found else ""
        return answer

    def ask(self, method: str, path: str, **data: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "HX-Request": "true", "X-Waybill-Lang": "ru"}
        answer = self.client.open(path, method=method, data=data or None, headers=headers)
        self.token = answer.headers.get("X-Waybill-Session", self.token)
        return answer


@pytest.fixture
def tab(
    page_app: Flask, set_up: Portal, person: FakePortal, frame_query: Mapping[str, str], frame_body: Mapping[str, str]
) -> Tab:
    person.answers["crm.item.get"] = {"item": {"id": ITEM, "parentId2": DEAL}}
    return Tab(page_app, frame_query, frame_body)


def as_session(parts: PageParts, portal: Portal, placement: str, entity: int, **over: Any) -> str:
    blank = PageSession(portal.id, 7, placement, entity, "ru", "UTC", "https://north.bitrix24.ru", False, "Анна", 0, 0)
    return parts.signer.write(prove(replace(blank, **over), parts.clock.now()))


def count(sessions: Sessions, table: Any) -> int:
    with read_scope(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_tab_of_an_item_shows_its_return_to_who_may_read_it(tab: Tab, kept: Kept, person: FakePortal) -> None:
    shown = tab.open()
    assert shown.status_code == 200
    assert "Плед льняной" in shown.text
    assert f'data-live="/return/{kept.id}/version"' in shown.text
    assert "crm.item.get" in person.asked
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "no", "crm.item.get")
    refused = tab.open()
    assert refused.status_code == 403
    assert "Этот возврат вам не показывают" in refused.text
    assert "Плед льняной" not in refused.text
    person.answers["crm.item.get"] = RestError("NOT_FOUND", "Элемент не найден", "crm.item.get")
    assert "Этой карточки больше нет" in tab.open().text
    assert "Сначала сохраните карточку" in tab.open(item=0).text


def test_an_item_that_is_no_return_yet_becomes_one_before_the_persons_eyes(
    tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal, person: FakePortal
) -> None:
    shown = tab.open(item=72)
    assert "Оформляем возврат" in shown.text
    assert tab.ask("GET", "/return/item/version?v=none").status_code == 204
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, set_up, DEAL)
        case = replace(kept.case, number=turn.number, lines=())
        other = returns.begin(session, turn, case, by=7, name="Анна", now=NOW, item_id=72)
    became = tab.ask("GET", "/return/item/version?v=none")
    assert f'data-live="/return/{other.id}/version"' in became.text
    assert tab.ask("GET", f"/return/{other.id}/version?v=x").status_code == 200
    assert tab.ask("GET", f"/return/{kept.id}/version?v=x").status_code == 403
    person.answers["crm.item.get"] = {"item": {"id": 73}}
    assert "Возврата ещё нет" in tab.open(item=73).text
    assert "Возврата ещё нет" in tab.open(entity=1050).text


def test_a_press_is_one_act_however_often_it_is_sent(tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal) -> None:
    tab.open()
    for _ in range(2):
        assert tab.ask("POST", f"/return/{kept.id}/move", key="k" * 16, to="approved").status_code == 204
    with read_scope(sessions) as session:
        [act] = return_acts.latest(session, set_up.id, return_id=kept.id)
        wanted = act.wanted
        [row] = session.scalars(select(InboxRow).where(InboxRow.kind == "return")).all()
    assert (wanted.kind, wanted.given, wanted.actor) == (
        ActKind.MOVE, {"to": "approved", "why": ""}, Actor.PERSON,
    )  # fmt: skip
    assert (wanted.by, wanted.name, wanted.deal_id, row.priority, row.key) == (7, "Анна Лугова", DEAL, 1, str(act.id))
    assert count(sessions, AuditRow) == 1
    shown = tab.ask("GET", f"/return/{kept.id}/version?v=old")
    assert "Переводим: одобрено" in shown.text
    version = re.search(r'data-version="([^"]+)"', shown.text)
    assert version is not None
    assert tab.ask("GET", f"/return/{kept.id}/version?v={version[1]}").status_code == 204


def test_what_is_wrong_in_a_form_comes_back_and_leaves_nothing(tab: Tab, kept: Kept, sessions: Sessions) -> None:
    tab.open()
    answer = tab.ask("POST", f"/return/{kept.id}/refuse", key="k" * 16, why="")
    assert answer.status_code == 200
    assert "Напишите почему" in answer.text
    assert 'aria-invalid="true"' in answer.text
    for code, form in (("move", {"to": "moon"}), ("dance", {}), ("move", {"key": "", "to": "approved"})):
        said = tab.ask("POST", f"/return/{kept.id}/{code}", **{"key": "k" * 16, **form})
        assert said.status_code == 422, code
    assert (count(sessions, ReturnAct), count(sessions, AuditRow)) == (0, 0)


def test_every_form_comes_back_drawn(tab: Tab, kept: Kept) -> None:
    tab.open()
    wrong = {
        "refuse": {}, "override": {}, "paid": {"sum": "x"}, "agree": {"sum": "x"}, "count": {"r1_as_new": "x"},
        "way": {"way": "by_hand:0::"},
    }  # fmt: skip
    for code, form in wrong.items():
        answer = tab.ask("POST", f"/return/{kept.id}/{code}", key="k" * 16, **form)
        assert (answer.status_code, f'id="form-{code}"' in answer.text) == (200, True), answer.text
        assert "wb-error" in answer.text, code


def test_why_a_press_was_refused_stands_on_the_page(tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal) -> None:
    tab.open()
    tab.ask("POST", f"/return/{kept.id}/move", key="k" * 16, to="closed")
    with session_scope(sessions) as session:
        [act] = return_acts.latest(session, set_up.id, return_id=kept.id)
        problem = Problem("return_move", Field.STAGE, params={"from": "requested", "to": "closed"})
        return_acts.finish(session, set_up.id, act.id, NOW, kept.id, (problem,))
    shown = tab.ask("GET", f"/return/{kept.id}")
    assert "С этого этапа возврат туда не переводят" in shown.text


def test_in_the_deals_tab_and_in_the_app_only_who_has_proven_it(
    tab: Tab, kept: Kept, parts: PageParts, set_up: Portal, person: FakePortal, sessions: Sessions
) -> None:
    path = f"/return/{kept.id}"
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, rights={"returns": {"everyone": True}})
    said = {}
    for name, (placement, entity, admin) in {
        "deal": ("CRM_DEAL_DETAIL_TAB", DEAL, False), "another deal": ("CRM_DEAL_DETAIL_TAB", 5, False),
        "app": ("DEFAULT", 0, False), "admin": ("DEFAULT", 0, True), "another return": ("RETURN", kept.id + 1, False),
    }.items():  # fmt: skip
        tab.token = as_session(parts, set_up, placement, entity, admin=admin)
        said[name] = tab.ask("GET", path).status_code
    assert said == {"deal": 200, "another deal": 403, "app": 403, "admin": 200, "another return": 403}
    tab.token = as_session(parts, set_up, "DEFAULT", 0)
    opened = tab.ask("POST", f"/app/returns/{kept.id}", AUTH_ID="anna")
    assert opened.status_code == 200
    assert tab.ask("GET", path).status_code == 200
    tab.token = as_session(parts, set_up, "DEFAULT", 0)
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "no", "crm.item.get")
    assert tab.ask("POST", f"/app/returns/{kept.id}", AUTH_ID="anna").status_code == 403
    assert tab.ask("GET", path).status_code == 403


def test_a_session_of_a_return_is_renewed_by_reading_its_item(
    tab: Tab, kept: Kept, person: FakePortal, clock: Any
) -> None:
    tab.open()
    clock.advance(1000)
    assert tab.ask("GET", f"/return/{kept.id}").status_code == 401
    assert tab.ask("POST", "/session", AUTH_ID="anna").status_code == 204
    assert tab.ask("GET", f"/return/{kept.id}").status_code == 200
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "no", "crm.item.get")
    assert tab.ask("POST", "/session", AUTH_ID="anna").status_code == 403


def test_the_label_of_its_order_opens_once_and_is_asked_for_again(
    tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal
) -> None:
    tab.open()
    path = f"/return/{kept.id}/label"
    assert tab.ask("POST", f"{path}/link").status_code == 409
    with session_scope(sessions) as session:
        [account] = portals.connections(session, set_up.id)
        request = ReturnRequest("n-1", REQUEST)
        return_errands.begin(
            session, set_up.id, kept.id, account.id, ErrandKind.COLLECTION, request, now=NOW, trace_id="t"
        )
        errand = session.scalars(select(ReturnErrand)).one()
        errand.state, errand.remote_id, errand.order_number = ErrandState.LIVE, "r-1", "1574102358"
        return_labels.ask(session, errand, "label", now=NOW, trace_id="t")
        row = session.scalars(select(ReturnLabel)).one()
        papers.fail(row, Problem("paper_refused", Field.ORDER).to_json(), NOW)
    assert tab.ask("POST", f"{path}/again").status_code == 204
    with session_scope(sessions) as session:
        row = session.scalars(select(ReturnLabel)).one()
        assert row.status == "waiting"
        return_labels.keep(row, b"%PDF-1.4 label", NOW)
    url = tab.ask("POST", f"{path}/link").get_json()["url"]
    assert (tab.client.get(url).data, tab.client.get(url).status_code) == (b"%PDF-1.4 label", 410)
    with read_scope(sessions) as session:
        acts = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert acts == ["paper_asked", "paper_opened"]


def test_a_deleted_card_is_made_anew_when_a_person_says_so(
    tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal
) -> None:
    tab.open()
    path = f"/return/{kept.id}/card"
    assert tab.ask("POST", path).status_code == 409
    assert path not in tab.ask("GET", f"/return/{kept.id}").text
    with session_scope(sessions) as session:
        return_items.keep(session, set_up.id, kept.id, return_items.Seen("x", "y", gone=True))
        seen = returns.present(session, set_up.id, kept.id)
        gone = (Problem(return_items.GONE),)
        returns.save(session, set_up.id, seen, seen.case, by=0, name="", now=NOW, problems=gone)
    assert path in tab.ask("GET", f"/return/{kept.id}").text
    assert tab.ask("POST", path).status_code == 204
    with read_scope(sessions) as session:
        now = returns.present(session, set_up.id, kept.id)
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == return_items.KIND)).all()
        acts = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert (now.item_id, now.problems, [row.payload for row in rows]) == (None, (), [{"return": kept.id}])
    assert acts == ["return"]


def test_carriers_are_asked_for_prices_once_while_a_way_may_be_chosen(
    tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal
) -> None:
    tab.open()
    asked = select(func.count()).select_from(ReturnPrices)
    tab.ask("POST", f"/return/{kept.id}/prices")
    with session_scope(sessions) as session:
        assert session.scalar(asked) == 0
        seen = returns.present(session, set_up.id, kept.id)
        case = replace(seen.case, stage=ReturnStage.APPROVED)
        returns.save(session, set_up.id, seen, case, by=7, name="Анна", now=NOW)
    before = tab.ask("GET", f"/return/{kept.id}").text
    assert "/prices" in before
    for _ in range(2):
        assert tab.ask("POST", f"/return/{kept.id}/prices").status_code == 204
    with read_scope(sessions) as session:
        assert session.scalar(asked) == 1
    after = tab.ask("GET", f"/return/{kept.id}").text
    assert "узнаём цену" in after
    assert re.findall(r'data-version="(.*?)"', before) != re.findall(r'data-version="(.*?)"', after)


def test_a_picture_opens_once(tab: Tab, kept: Kept, sessions: Sessions) -> None:
    tab.open()
    assert tab.ask("POST", f"/return/{kept.id}/photo/nothing/link").status_code == 409
    url = tab.ask("POST", f"/return/{kept.id}/photo/p1/link").get_json()["url"]
    first, second = tab.client.get(url), tab.client.get(url)
    assert (first.status_code, first.data, first.headers["Content-Type"]) == (200, PNG, "image/png")
    assert first.headers["Cache-Control"] == "no-store, private"
    assert second.status_code == 410
    assert PNG not in second.data
    assert count(sessions, AuditRow) == 1


def test_the_address_that_the_client_follows_it_by(
    tab: Tab, kept: Kept, sessions: Sessions, set_up: Portal, parts: PageParts
) -> None:
    def shown() -> list[str]:
        return re.findall(r'data-copy="(http[^"]+/r/[^"]+)"', tab.open().text)

    page = f"http://localhost/r/{set_up.public_id}"
    assert shown() == [page]  # nobody knows which parcel brought the goods: by number and phone
    shipment = public_order.ship(sessions, set_up)
    public_order.learn(sessions, set_up, shipment)
    assert shown() == [f"{page}/{PublicLinks(parts.signer.secrets).write(set_up.id, shipment.id)}"]
    public_order.set_rules(sessions, set_up, public=False)
    assert shown() == []
