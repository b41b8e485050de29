"""The tab over HTTP: who is let in, what is shown, and that a button is one row however often it is pressed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from b24app.bitrix24.errors import RestError
from b24app.bitrix24.oauth import AppInfo
from b24app.clock import FixedClock
from b24app.frames.session import TOKEN_LIFE
from b24app.store import problems, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, InboxRow, Portal, PortalState, PortalToken, Priority
from b24app.wire.errors import NotSent, Why


class Tab:
    """The frame: opens the tab, keeps the token of the body, sends it with every fragment."""

    def __init__(self, app: Flask, query: Mapping[str, str]) -> None:
        self.client = app.test_client()
        self.query = dict(query)
        self.token = ""
        self.key = ""

    def open(self, body: Mapping[str, str]) -> TestResponse:
        answer = self.client.post("/tab", query_string=self.query, data=dict(body))
        self._learn(answer)
        return answer

    def ask(self, method: str, path: str, **data: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "HX-Request": "true", "X-Waybill-Lang": "ru"}
        answer = self.client.open(path, method=method, data=data, headers=headers)
        self.token = answer.headers.get("X-Waybill-Session", self.token)
        return answer

    def _learn(self, answer: TestResponse) -> None:
        found = re.search(r"Bearer ([\w.-]+)", answer.text)
        self.token = found[1] if found else ""
        key = re.search(r'name="key" value="([\w-]+)"', answer.text)
        self.key = key[1] if key else ""


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str]) -> Tab:
    return Tab(page_app, frame_query)


def version_of(html: str) -> str:
    return str(re.findall(r'data-version="(\w+)"', html)[0])


def rows(sessions: Sessions) -> list[InboxRow]:
    with sessions() as session:
        return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))


def test_a_manager_sees_what_would_be_sent(tab: Tab, frame_body: Mapping[str, str]) -> None:
    answer = tab.open(frame_body)
    assert answer.status_code == 200
    assert '<html lang="ru"' in answer.text
    assert "Можно отправлять" in answer.text
    assert "Казань, ул. Баумана, 5" in answer.text
    assert "frame-ancestors https://north.bitrix24.ru" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


def test_the_language_is_the_frames(tab: Tab, frame_body: Mapping[str, str]) -> None:
    tab.query["LANG"] = "en"
    assert "Ready to ship" in tab.open(frame_body).text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RestError("ACCESS_DENIED", "", "crm.item.get"), "Эту сделку вам не показывают"),
        (RestError("NOT_FOUND", "", "crm.item.get"), "Этой сделки больше нет"),
    ],
)
def test_what_the_frame_claims_is_read_with_the_persons_key_first(
    tab: Tab, frame_body: Mapping[str, str], person: Any, error: RestError, words: str
) -> None:
    person.answers["crm.item.get"] = error
    answer = tab.open(frame_body)
    assert tab.token == ""
    assert words in answer.text
    assert answer.text.count("<main") == answer.text.count("</html>") == 1
    assert "Баумана" not in answer.text


def test_a_silent_portal_is_said_so(tab: Tab, frame_body: Mapping[str, str], person: Any) -> None:
    person.broken = NotSent(Why.CONNECT)
    answer = tab.open(frame_body)
    assert "Битрикс24 не отвечает" in answer.text
    assert "frame-ancestors https://north.bitrix24.ru" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"AUTH_ID": "stolen"}, 403),
        ({"member_id": "south"}, 403),
        ({"AUTH_ID": ""}, 403),
        ({"PLACEMENT_OPTIONS": '{"ID":"0"}'}, 409),
        ({"PLACEMENT_OPTIONS": ""}, 409),
        ({"SERVER_ENDPOINT": "https://evil.example/rest/"}, 403),
    ],
)
def test_frames_that_are_not_let_in(
    tab: Tab, frame_body: Mapping[str, str], over: Mapping[str, str], status: int
) -> None:
    answer = tab.open({**frame_body, **over})
    assert (answer.status_code, tab.token) == (status, "")


def test_an_uninstalled_portal_has_no_tab(tab: Tab, frame_body: Mapping[str, str], sessions: Sessions) -> None:
    tab.open(frame_body)
    with session_scope(sessions) as session:
        session.scalars(select(Portal).where(Portal.member_id == "north")).one().state = PortalState.UNINSTALLED
    assert tab.open(frame_body).status_code == 409
    tab.token = tab.token or "none"
    assert tab.ask("GET", "/tab/version").status_code in (403, 409)


def test_nothing_new_is_204_and_the_token_is_renewed(
    tab: Tab, frame_body: Mapping[str, str], clock: FixedClock
) -> None:
    version = version_of(tab.open(frame_body).text)
    clock.advance(TOKEN_LIFE.total_seconds() - 1)
    assert tab.ask("GET", f"/tab/version?v={version}").status_code == 204
    clock.advance(2)
    assert tab.ask("GET", f"/tab/version?v={version}").status_code == 204


def test_news_come_with_the_version_request(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, set_up: Portal, clock: FixedClock, request_: Any
) -> None:
    version = version_of(tab.open(frame_body).text)
    with session_scope(sessions) as session:
        shipments.create(
            session,
            set_up,
            8061,
            1,
            _account(session, set_up),
            status="created",
            request=request_.to_json(),
            now=clock.now(),
            order_number="1573840216",
        )
    answer = tab.ask("GET", f"/tab/version?v={version}")
    assert "Заказ 1573840216 создан" in answer.text
    assert "<html" not in answer.text


def _account(session: Any, portal: Portal) -> int:
    from b24app.store import portals

    return portals.connections(session, portal.id)[0].id


def test_a_button_is_one_row_at_the_front_of_the_queue(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, parts: Any
) -> None:
    tab.open(frame_body)
    answer = tab.ask("POST", "/tab/ship_now", key=tab.key)
    assert "Отправляем в СДЭК…" in answer.text
    tab.ask("POST", "/tab/ship_now", key=tab.key)
    (row,) = rows(sessions)
    assert (row.kind, row.key, row.priority) == ("ship_now", "8061", Priority.PEOPLE)
    assert row.payload["name"] == "Анна Лугова"
    with sessions() as session:
        assert [(each.action, each.user_id) for each in session.scalars(select(AuditRow))] == [("ship_now", 7)]
    assert parts.waker.pop(["portal", "connection"], 0.1) is not None


def test_a_press_that_was_served_is_not_repeated_but_a_new_one_counts(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions
) -> None:
    tab.open(frame_body)
    tab.ask("POST", "/tab/ship_now", key=tab.key)
    with session_scope(sessions) as session:
        session.scalars(select(InboxRow)).one().state = "done"
    tab.ask("POST", "/tab/ship_now", key=tab.key)
    assert len(rows(sessions)) == 1
    tab.ask("POST", "/tab/ship_now", key=tab.key + "again")
    assert len(rows(sessions)) == 2


@pytest.mark.parametrize(
    ("path", "name"), [("/tab/destroy", "k" * 16), ("/tab/ship_now", ""), ("/tab/ship_now", "no spaces!")]
)
def test_wishes_that_make_no_sense(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, path: str, name: str
) -> None:
    tab.open(frame_body)
    answer = tab.ask("POST", path, key=name)
    assert (answer.status_code, answer.json["error_code"]) == (422, "bad_input")  # type: ignore[index]
    assert rows(sessions) == []


def test_a_fragment_without_a_session_says_how_to_get_one(tab: Tab) -> None:
    answer = tab.client.get("/tab/version", headers={"HX-Request": "true", "X-Waybill-Lang": "ru"})
    assert answer.status_code == 401
    assert (answer.json["error_code"], answer.json["act"]) == ("session_missing", "renew")  # type: ignore[index]


def test_a_session_that_ran_out_is_renewed_with_a_fresh_key_of_the_same_person(
    tab: Tab, frame_body: Mapping[str, str], clock: FixedClock
) -> None:
    tab.open(frame_body)
    clock.advance(2 * 3600)
    assert tab.ask("GET", "/tab/version").status_code == 401
    assert tab.ask("POST", "/session", AUTH_ID="boris").json["error_code"] == "session_forged"  # type: ignore[index]
    assert tab.ask("POST", "/session", AUTH_ID="anna").status_code == 204
    assert tab.ask("GET", "/tab/version").status_code == 200


def test_who_lost_the_deal_is_not_renewed(
    tab: Tab, frame_body: Mapping[str, str], clock: FixedClock, person: Any
) -> None:
    tab.open(frame_body)
    clock.advance(2 * 3600)
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "", "crm.item.get")
    answer = tab.ask("POST", "/session", AUTH_ID="anna")
    assert (answer.status_code, answer.json["error_code"]) == (403, "no_access")  # type: ignore[index]


def test_the_deal_is_read_again_with_the_persons_key(tab: Tab, frame_body: Mapping[str, str], person: Any) -> None:
    tab.open(frame_body)
    deal = person.answers["crm.item.get"]["item"]
    person.answers["crm.item.get"] = {"item": {**deal, "ufCrmDeliveryAddress": "Омск, пр. Мира, 1"}}
    assert "Омск, пр. Мира, 1" in tab.ask("POST", "/tab/read", AUTH_ID="anna").text


def test_a_problem_is_shown_with_who_can_fix_it_and_their_words(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    refused = {
        "code": "phone_refused",
        "field": "recipient_phone",
        "who": "manager",
        "their_code": "v2_x",
        "their_text": "Bad phone",
    }
    with session_scope(sessions) as session:
        problems.open_problem(session, set_up.id, 8061, "p", refused, now=clock.now())
    text = tab.open(frame_body).text
    assert "Исправить можете вы" in text
    assert "«Bad phone»" in text
    assert "v2_x" in text
    assert "Попробовать ещё раз" in text


def test_an_administrators_visit_fills_the_pool_of_keys(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, person: Any, clock: FixedClock
) -> None:
    tab.open(frame_body)
    with sessions() as session:
        assert session.scalars(select(PortalToken)).all() == []
    person.answers["user.admin"] = True
    tab.open(frame_body)
    tab.open(frame_body)
    with sessions() as session:
        token = session.scalars(select(PortalToken)).one()
    assert (token.user_id, token.access, token.version) == (7, "anna", 1)
    assert token.expires_at == clock.now() + timedelta(seconds=3600)


def test_a_neighbours_deal_of_the_same_number_is_another_deal(
    tab: Tab,
    frame_body: Mapping[str, str],
    sessions: Sessions,
    neighbour: Portal,
    clock: FixedClock,
    request_: Any,
    oauth: Any,
) -> None:
    with session_scope(sessions) as session:
        shipments.create(
            session,
            neighbour,
            8061,
            1,
            _account(session, neighbour),
            status="created",
            request=request_.to_json(),
            now=clock.now(),
            order_number="777000777",
        )
    assert "777000777" not in tab.open(frame_body).text
    oauth.keys["clara"] = replace(
        AppInfo("app.1", "south", "south.bitrix24.ru", "https://south.bitrix24.ru/rest/", 1, True)
    )
    tab.query["DOMAIN"] = "south.bitrix24.ru"
    assert "777000777" in tab.open({**frame_body, "AUTH_ID": "clara", "member_id": "south"}).text


@pytest.mark.parametrize("path", ["/", "/app", "/tab"])
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_the_markets_check_of_our_addresses(tab: Tab, path: str, method: str) -> None:
    assert tab.client.open(path, method=method).status_code == 200
