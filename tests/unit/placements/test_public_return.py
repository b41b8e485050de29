"""The page on which clients ask for returns themselves: who is let in, what they see, what is kept of it."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from b24app.clock import FixedClock
from b24app.flows.portions import Line, Portion
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.rules import Reason
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.window import WindowException, WindowRules
from b24app.frames.parts import PageParts
from b24app.frames.public_links import PublicLinks
from b24app.logistics.model import Recipient
from b24app.logistics.money import Money
from b24app.logistics.points import PickupPoint
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest
from b24app.store import (
    crypto,
    points,
    portals,
    public_orders,
    refunds,
    return_acts,
    return_errands,
    return_labels,
    return_photos,
)
from b24app.store.audit import Act
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    ActState,
    AuditRow,
    ErrandKind,
    ErrandState,
    PointSource,
    Portal,
    PortalState,
    RefundKind,
    ReturnAct,
    ReturnErrand,
    ReturnLabel,
)
from b24app.store.refunds import Refund
from b24app.store.return_acts import ActKind
from b24app.store.return_photos import MOST_BYTES
from placements import public_door
from tests.unit.flows.returns.given import a_return, wish
from tests.unit.pictures import SECRETS
from tests.unit.placements import public_order as given
from tests.unit.placements.public_order import DEAL, JPEG, NAME, ORDER_NUMBER, PHONE, PNG, STREET, TYPED

FORM = {"q-1": "1", "why-1": "colour", "note": "Пятно на <b>углу</b>"}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough: what differs between the two is asked in tests/unit/store."""
    return sqlite_database_url


class Client:
    """Somebody with a browser at a portal's page."""

    def __init__(self, app: Flask, root: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.root = root

    def get(self, path: str = "", **more: Any) -> TestResponse:
        return self.http.get(self.root + path, **more)

    def post(self, path: str = "", **form: str) -> TestResponse:
        return self.http.post(self.root + path, data=form, headers={"Accept-Language": "ru"})

    def enter(self, number: str = ORDER_NUMBER, phone: str = TYPED) -> TestResponse:
        return self.post("", number=number, phone=phone)

    def order(self) -> str:
        answer = self.get("/order", headers={"Accept-Language": "ru"})
        assert answer.status_code == 200
        return answer.text

    def ask(self, key: str = "", **form: str) -> TestResponse:
        sent = form or FORM
        key = key or re.findall(r'name="key" value="([^"]+)"', self.post("/order/check", **sent).text)[0]
        return self.post("/order/ask", key=key, **sent)


@pytest.fixture
def client(page_app: Flask, sessions: Sessions, portal: Portal) -> Client:
    return Client(page_app, given.root(sessions, portal))


@pytest.fixture
def inside(client: Client, sessions: Sessions, portal: Portal) -> Client:
    """Let in, and the deal's goods are known."""
    given.learn(sessions, portal, given.ship(sessions, portal))
    assert client.enter().status_code == 303
    return client


def acts(sessions: Sessions, kind: ActKind) -> list[ReturnAct]:
    with read_scope(sessions) as session:
        return list(session.scalars(select(ReturnAct).where(ReturnAct.kind == kind).order_by(ReturnAct.id)))


# --- the door ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", [ORDER_NUMBER, str(DEAL), f"№ {DEAL}", "{code}-8061-1", "{low}-8061-1", " 15738 40216 "]
)
@pytest.mark.parametrize("phone", [TYPED, "+7 900 000 14 62", "9000001462"])
def test_an_order_opens_by_any_of_its_numbers_and_its_phone(
    client: Client, sessions: Sessions, portal: Portal, number: str, phone: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    given.ship(sessions, portal)
    answer = client.enter(number.format(code=portal.code, low=portal.code.lower()), phone)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(client.root + "/order")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", f"Path={client.root}"))
    assert PHONE not in cookie
    assert not any(secret in caplog.text for secret in (PHONE, phone, PHONE[-10:]))


def test_no_such_order_a_wrong_phone_and_another_portals_order_get_one_answer(
    client: Client, sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    given.ship(sessions, portal)
    given.ship(sessions, neighbour, deal=77, order_number="9990001112", phone="+79000009999")
    tries = [(ORDER_NUMBER, "8 900 000-14-63"), ("1573840217", TYPED), ("9990001112", "+79000009999"),
             (ORDER_NUMBER, "462"), ("77", "+79000009999"), ("' OR 1=1 --", TYPED)]  # fmt: skip
    answers = [client.enter(*each) for each in tries]
    plain = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(plain) == 1
    assert {answer.status_code for answer in answers} == {422}
    assert "не нашёлся" in answers[0].text
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_the_work_is_the_same_whether_or_not_there_is_an_order(
    client: Client, sessions: Sessions, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.ship(sessions, portal)
    client.enter("0", TYPED)  # what stands in for an order is made once
    opened: list[str] = []
    compared: list[str] = []
    monkeypatch.setattr(crypto, "_opened", _counted(opened, crypto._opened))
    monkeypatch.setattr(hmac, "compare_digest", _counted(compared, hmac.compare_digest))
    works = []
    for number, phone in ((ORDER_NUMBER, "8 900 000-14-63"), ("1573840217", TYPED), ("77", TYPED)):
        opened.clear()
        compared.clear()
        client.enter(number, phone)
        works.append((len([each for each in opened if "recipient" in each]), len(compared)))
    assert len(set(works)) == 1
    assert works[0][0] == public_orders.LOOKED


def _counted(seen: list[str], real: Any) -> Any:
    def call(*args: Any) -> Any:
        result = real(*args)
        seen.append(str(result))
        return result

    return call


def test_who_tries_too_often_is_told_how_long_to_wait_and_then_let_in(
    client: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    given.ship(sessions, portal)
    for _ in range(public_door.OF_NUMBER[0].most):
        assert client.enter(phone="8 900 000-00-00").status_code == 422
    paused = client.enter()
    assert (paused.status_code, paused.headers["Retry-After"]) == (429, "3600")
    assert "через 1 час" in paused.text
    clock.advance(3600)
    assert client.enter().status_code == 303


def test_another_order_is_not_paused_by_tries_of_this_one_but_one_caller_is(
    page_app: Flask, sessions: Sessions, portal: Portal
) -> None:
    root = given.root(sessions, portal)
    given.ship(sessions, portal)

    def knock(caller: str, number: str, phone: str) -> int:
        data = {"number": number, "phone": phone}
        return page_app.test_client().post(root, data=data, environ_base={"REMOTE_ADDR": caller}).status_code

    answers = [knock("2001:db8::1", f"{n}", f"8 900 000-{n:04}") for n in range(public_door.OF_CALLER[0].most)]
    assert set(answers) == {422}
    assert knock("2001:db8::ffff", ORDER_NUMBER, TYPED) == 429  # the same household
    assert knock("2001:db8:0:1::1", ORDER_NUMBER, TYPED) == 303


def test_a_field_that_nobody_sees_is_left_empty_by_people(client: Client, sessions: Sessions, portal: Portal) -> None:
    given.ship(sessions, portal)
    answer = client.post("", number=ORDER_NUMBER, phone=TYPED, company="spam")
    assert (answer.status_code, "не нашёлся" in answer.text) == (422, True)


def test_what_is_missing_is_said_at_its_field(client: Client) -> None:
    text = client.post("", number="", phone="").text
    assert "Напишите номер заказа" in text
    assert "Напишите телефон" in text
    assert text.count('aria-invalid="true"') == 2


def test_headers_of_a_page_that_strangers_open(client: Client) -> None:
    answer = client.get()
    policy = answer.headers["Content-Security-Policy"]
    assert all(part in policy for part in ("script-src 'none'", "frame-ancestors 'none'", "form-action 'self'"))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text


def test_nobodys_page_and_a_portal_that_has_left_look_alike(
    client: Client, page_app: Flask, sessions: Sessions, portal: Portal
) -> None:
    with session_scope(sessions) as session:
        portals.set_state(session, portal.id, PortalState.UNINSTALLED)
    gone, never = client.get(), page_app.test_client().get("/r/AAAAAAAAAAAAAAAA")
    assert (gone.status_code, gone.text) == (404, never.text)


def test_where_clients_may_not_ask_themselves_they_are_told_whom_to_call(
    inside: Client, sessions: Sessions, portal: Portal
) -> None:
    given.dress(sessions, portal)
    given.set_rules(sessions, portal, public=False)
    for answer in (inside.get(), inside.get("/order"), inside.enter(), inside.ask("k" * 16)):
        assert answer.status_code == 200
        assert 'href="tel:+79000003070"' in answer.text
    assert acts(sessions, ActKind.BEGIN) == []


def test_the_portals_name_and_colour(client: Client, sessions: Sessions, portal: Portal) -> None:
    given.dress(sessions, portal)
    text = client.get(headers={"Accept-Language": "en"}).text
    assert "Лён и Хвоя" in text
    assert '<html lang="en"' in text
    style = client.get("/brand.css")
    assert (style.mimetype, "#2f6b4f" in style.text) == ("text/css", True)
    assert "Найти заказ" in client.get("?lang=ru", headers={"Accept-Language": "en"}).text


# --- links from messages ----------------------------------------------------------------------------------------------


def link_of(parts: PageParts, portal: Portal, shipment_id: int) -> str:
    return "/" + PublicLinks(parts.signer.secrets).write(portal.id, shipment_id)


def test_with_a_link_four_digits_are_enough(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal
) -> None:
    link = link_of(parts, portal, given.ship(sessions, portal).id)
    assert "последние четыре цифры" in client.get(link, headers={"Accept-Language": "ru"}).text
    assert client.post(link, digits="14").status_code == 422
    assert client.post(link, digits="1463").status_code == 422
    assert client.post(link, digits="1462").status_code == 303
    assert client.get(link).headers["Location"] == client.root + "/order"


def test_a_link_takes_few_tries(client: Client, parts: PageParts, sessions: Sessions, portal: Portal) -> None:
    link = link_of(parts, portal, given.ship(sessions, portal).id)
    for n in range(public_door.OF_LINK[0].most):
        assert client.post(link, digits=f"000{n}").status_code == 422
    assert client.post(link, digits="1462").status_code == 429


def test_a_forged_link_another_portals_and_an_old_one_lead_to_the_door(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine = given.ship(sessions, portal)
    theirs = given.ship(sessions, neighbour, deal=77, order_number="777")
    good = link_of(parts, portal, mine.id)
    bad = (good[:-1] + ("A" if good[-1] != "A" else "B"), link_of(parts, neighbour, theirs.id),
           link_of(parts, portal, theirs.id), f"/{mine.id}.x", f"/{mine.id + 1}.{good.partition('.')[2]}")  # fmt: skip
    for link in bad:
        answer = client.get(link)
        assert (answer.status_code, answer.headers["Location"]) == (303, client.root + "?said=old")
        assert client.post(link, digits="1462").headers["Location"] == client.root + "?said=old"
    clock.at = given.DELIVERED + timedelta(days=90)
    assert client.get(good).status_code == 303
    clock.at -= timedelta(seconds=1)
    assert client.get(good).status_code == 200


# --- the order --------------------------------------------------------------------------------------------------------


def test_goods_with_their_window_and_nothing_of_anybody(inside: Client) -> None:
    text = inside.order()
    assert "Плед льняной" in text
    assert "Подушка «Хвоя»" in text
    assert "вернуть можно до вт, 24 ноября" in text.replace("\u00a0", " ")
    for secret in (NAME, STREET, PHONE, "5160", "1462", "₽", "Анна"):
        assert secret not in text


def test_an_order_is_not_seen_without_a_visit_nor_after_an_hour_nor_with_another_portals(
    inside: Client, page_app: Flask, sessions: Sessions, neighbour: Portal, clock: FixedClock
) -> None:
    stranger = Client(page_app, inside.root)
    assert stranger.get("/order").headers["Location"] == inside.root + "?said=over"
    cookie = inside.http.get_cookie("wb_order", path=inside.root)
    assert cookie is not None
    other = Client(page_app, given.root(sessions, neighbour))
    other.http.set_cookie("wb_order", cookie.value, path=other.root)
    assert other.get("/order").status_code == 303
    assert stranger.get("/order?new=1").headers["Location"] == inside.root + "?said=cookies"
    clock.advance(3601)
    assert inside.get("/order").status_code == 303
    assert inside.http.get_cookie("wb_order", path=inside.root) is None


def test_leaving_forgets_the_order(inside: Client) -> None:
    assert inside.post("/leave").headers["Location"] == inside.root + "?said=left"
    assert inside.get("/order").status_code == 303


def test_goods_that_were_never_read_are_asked_of_the_portal_once(
    client: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    shipment = given.ship(sessions, portal)
    client.enter()
    first, second = client.get("/order"), client.get("/order")
    assert [each.headers["Refresh"] for each in (first, second)] == ["2", "2"]
    [act] = acts(sessions, ActKind.READ)
    assert (act.deal_id, act.actor, act.state) == (DEAL, Actor.CUSTOMER, ActState.WAITING)
    clock.advance(200)
    silent = client.get("/order", headers={"Accept-Language": "ru"})
    assert "пока не отвечает" in silent.text
    assert "Refresh" not in silent.headers
    given.learn(sessions, portal, shipment)
    assert "Плед льняной" in client.order()


def test_goods_that_were_read_long_ago_are_shown_when_the_portal_is_slow(
    client: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    given.learn(sessions, portal, given.ship(sessions, portal), clock.now() - timedelta(hours=2))
    client.enter()
    assert "Плед льняной" not in client.order()
    clock.advance(21)
    assert "Плед льняной" in client.order()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.IN_TRANSIT, "ещё едет к вам"),
        (Status.RETURNING, "вам не вручали"),
        (Status.RETURNED, "вам не вручали"),
        (Status.DELIVERED, "Сколько вернуть"),
    ],
)
def test_what_has_not_arrived_cannot_be_returned(
    client: Client, sessions: Sessions, portal: Portal, status: Status, words: str
) -> None:
    given.learn(sessions, portal, given.ship(sessions, portal, status=status))
    client.enter()
    assert words in client.order()


def test_past_the_window_only_reasons_that_know_none_are_offered(
    inside: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    clock.at = given.DELIVERED + timedelta(days=15)
    given.learn(sessions, portal, given.ship(sessions, portal, n=2), clock.now())
    inside.enter()
    text = inside.order()
    assert "Вернуть можно было до" in text
    assert 'value="defect"' in text
    assert 'value="colour"' not in text
    assert inside.post("/order/check", **FORM).status_code == 422
    assert inside.post("/order/check", **{**FORM, "why-1": "defect"}).status_code == 200


def test_what_a_rule_keeps_back_is_said_with_its_name(inside: Client, sessions: Sessions, portal: Portal) -> None:
    window = WindowRules(exceptions=(WindowException("Постельное бельё", None, skus=("PLD-1",)),))
    given.set_rules(sessions, portal, window=window)
    text = inside.order()
    assert "По правилу «Постельное бельё» вернуть нельзя" in text
    assert 'name="q-1"' not in text
    assert inside.post("/order/check", **FORM).status_code == 422


def test_of_a_deal_that_went_to_two_people_each_sees_their_own(
    client: Client, sessions: Sessions, portal: Portal
) -> None:
    mine = Portion((Line(1, "Плед льняной", Decimal(1)),)).to_json()
    gift = Portion((Line(1, "Плед льняной", Decimal(1)), Line(2, "Подушка «Хвоя»", Decimal(1)))).to_json()
    given.learn(sessions, portal, given.ship(sessions, portal, portion=mine))
    given.ship(sessions, portal, n=2, phone="+79000000002", portion=gift)
    given.begun(sessions, portal, a_return(wish(2, "1")))
    client.enter()
    text = client.order()
    assert "Подушка" not in text
    assert client.post("/order/check", **{**FORM, "q-1": "2"}).status_code == 422
    client.enter(f"{portal.code}-{DEAL}-2", "8 900 000-00-02")
    assert "Подушка" in client.order()


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Отметьте хотя бы один товар"),
        ({"q-1": "0", "why-1": "colour"}, "Отметьте хотя бы один товар"),
        ({"q-1": "3", "why-1": "colour"}, "Можно вернуть не больше 2"),
        ({"q-1": "1e99999", "why-1": "colour"}, "Напишите число"),
        ({"q-1": "-1", "why-1": "colour"}, "Напишите число"),
        ({"q-1": "0,5", "why-1": "colour"}, "Этот товар возвращают целиком"),
        ({"q-1": "1"}, "Выберите причину"),
        ({"q-1": "1", "why-1": "<script>"}, "Выберите причину"),
        ({"q-1": "1", "why-1": "colour", "note": "я" * 501}, "Текст длиннее 500 знаков"),
        ({"q-9": "1", "why-9": "colour"}, "Отметьте хотя бы один товар"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_asked(
    inside: Client, sessions: Sessions, form: dict[str, str], words: str
) -> None:
    for path in ("/order/check", "/order/ask"):
        answer = inside.post(path, key="k" * 16, **form)
        assert answer.status_code == 422
        assert words in answer.text
    assert acts(sessions, ActKind.BEGIN) == []


def test_what_will_happen_is_said_before_and_what_was_filled_in_survives_going_back(inside: Client) -> None:
    checked = inside.post("/order/check", **FORM)
    assert checked.status_code == 200
    assert "ответ о деньгах будет за 10 дней" in checked.text
    assert "Не подошёл цвет" in checked.text
    assert "&lt;b&gt;углу" in checked.text
    back = inside.post("/order", **FORM)
    assert back.status_code == 200
    assert re.search(r'<option value="1" selected>', back.text)
    assert re.search(r'<option value="colour" selected>', back.text)
    assert "&lt;b&gt;углу" in back.text


def test_a_request_is_one_act_with_its_line_in_the_audit_however_often_it_is_sent(
    inside: Client, sessions: Sessions, portal: Portal
) -> None:
    assert inside.ask("k" * 16).headers["Location"] == inside.root + "/order"
    assert inside.ask("k" * 16).status_code == 303
    [act] = acts(sessions, ActKind.BEGIN)
    assert (act.deal_id, act.actor, act.by, act.name, act.source) == (DEAL, Actor.CUSTOMER, 0, "", "public_page")
    assert [Wish.from_json(each) for each in act.given["wishes"]] == [Wish(1, Decimal(1), "colour")]
    assert act.given["note"] == FORM["note"]
    with read_scope(sessions) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.portal_id == portal.id)).all()
    assert [(row.action, row.deal_id, row.user_id, row.detail["origin"]) for row in rows] == [
        (Act.CLIENT_RETURN, DEAL, None, "customer")
    ]
    waiting = inside.get("/order", headers={"Accept-Language": "ru"})
    assert (waiting.headers["Refresh"], "Передаём заявку" in waiting.text) == ("2", True)
    assert 'name="q-1"' not in waiting.text


def test_a_guessed_key_of_another_orders_form_takes_nothing_from_it(
    inside: Client, sessions: Sessions, portal: Portal, page_app: Flask
) -> None:
    inside.ask("k" * 16)
    given.learn(sessions, portal, given.ship(sessions, portal, deal=9, order_number="555", phone="+79000000009"))
    other = Client(page_app, inside.root)
    other.enter("555", "89000000009")
    assert other.ask("k" * 16).status_code == 303
    assert [act.deal_id for act in acts(sessions, ActKind.BEGIN)] == [DEAL, 9]


def test_no_more_requests_stand_at_a_time_than_a_client_may_have(
    inside: Client, sessions: Sessions, portal: Portal
) -> None:
    for n in range(3):
        given.begun(sessions, portal, a_return(wish(1, "1")), lines=(), key=f"k{n}")
    assert "Магазин ещё смотрит прежние заявки" in inside.order()
    assert inside.ask("k" * 16).status_code == 422
    assert acts(sessions, ActKind.BEGIN) == []


def test_requests_that_come_one_after_another_are_paused(
    inside: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    for n in range(public_door.OF_ASKING[0].most):
        assert inside.ask(f"{n}" * 16).status_code == 303
        act = acts(sessions, ActKind.BEGIN)[-1]
        with session_scope(sessions) as session:
            refusal = Problem("return_too_many", Field.ITEMS)
            return_acts.finish(session, portal.id, act.id, clock.now(), None, (refusal,))
    assert "Часть этих товаров уже возвращают" in inside.order()
    paused = inside.ask("z" * 16)
    assert (paused.status_code, "Заявок слишком много" in paused.text) == (429, True)
    assert 'name="q-1" value="1"' in paused.text
    assert len(acts(sessions, ActKind.BEGIN)) == public_door.OF_ASKING[0].most


# --- what became of it ------------------------------------------------------------------------------------------------


def test_a_return_in_each_of_its_stages(inside: Client, sessions: Sessions, portal: Portal) -> None:
    kept = given.begun(sessions, portal, a_return(wish(1, "1")))
    text = inside.order()
    assert kept.case.number in text
    assert "Магазин смотрит заявку" in text
    way = Way(WayKind.BY_HAND, carrier="Почта России", tracking="80080080080080", note="внутреннее", name="Анна")
    kept = given.stand(sessions, portal, kept, ReturnStage.APPROVED, way=way)
    text = inside.order()
    assert "Отправьте товар: Почта России." in text
    assert "80080080080080" in text
    assert "внутреннее" not in text
    said = {
        ReturnStage.COLLECTION_BOOKED: "Можно отправлять",
        ReturnStage.IN_TRANSIT: "Товар едет в магазин",
        ReturnStage.RECEIVED: "Товар в магазине, его проверяют",
        ReturnStage.INSPECTED: "Ответ о деньгах будет до",
        ReturnStage.REFUNDED: "2&nbsp;580,00&nbsp;₽",
        ReturnStage.CLOSED: "Возврат завершён",
    }
    for stage, words in said.items():
        if stage is ReturnStage.REFUNDED:
            paid = Refund("p", RefundKind.PAID, Money(258000), given.NOW, 7, "Анна")
            with session_scope(sessions) as session:
                kept = refunds.add(session, portal.id, kept, paid, given.NOW).kept
        kept = given.stand(sessions, portal, kept, stage)
        text = inside.order().replace("\u00a0", "&nbsp;")
        assert words in text
        assert ("Отменить возврат" in text) is (stage is ReturnStage.COLLECTION_BOOKED)
        assert "Анна" not in text


def test_where_to_hand_it_in_by_which_number_and_with_which_label(
    inside: Client, sessions: Sessions, portal: Portal, page_app: Flask, clock: FixedClock
) -> None:
    kept = given.begun(sessions, portal, a_return(wish(1, "1")))
    point = PickupPoint("KZN12", "KZN12", "ул. Баумана, 44/8", "Казань", note="вход со двора")
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        source_id, run = points.take_turn(session, "cdek", "test", [account.id], clock.now())
        points.save(session, source_id, run, [points.ready(point)])
        session.get_one(PointSource, source_id).refreshed_at = clock.now()
    kept = given.stand(
        sessions, portal, kept, ReturnStage.COLLECTION_BOOKED, way=Way(WayKind.POINT, account.id, point_code="KZN12")
    )
    number = kept.case.number
    with session_scope(sessions) as session:
        request = ReceiptRequest(number, (), Recipient(NAME, PHONE, PHONE))
        return_errands.begin(
            session, portal.id, kept.id, account.id, ErrandKind.COLLECTION, request, now=clock.now(), trace_id="t"
        )
        row = session.scalars(select(ReturnErrand)).one()
        row.state, row.order_number = ErrandState.LIVE, "1100220033"
        assert return_labels.ask(session, row, "label_a6", now=clock.now(), trace_id="t") is not None
    text = inside.order()
    for words in ("Сдайте товар в пункт: СДЭК.", "Казань, ул. Баумана, 44/8", "вход со двора", "1100220033"):
        assert words in text
    assert "Открыть этикетку" not in text
    address = f"/order/label/{number}"
    assert inside.get(address).status_code == 303
    with session_scope(sessions) as session:
        return_labels.keep(session.scalars(select(ReturnLabel)).one(), b"%PDF-1 label", clock.now())
    assert f'href="{inside.root}{address}"' in inside.order()
    label = inside.get(address)
    assert (label.data, label.mimetype, label.headers["X-Robots-Tag"]) == (
        b"%PDF-1 label",
        "application/pdf",
        "noindex",
    )
    assert Client(page_app, inside.root).get(address).status_code == 303
    assert inside.get("/order/label/R9").status_code == 303
    given.stand(sessions, portal, kept, ReturnStage.IN_TRANSIT)
    assert inside.get(address).status_code == 303


def send(client: Client, number: str, *pictures: bytes) -> str:
    """What the page says of it."""
    fields: list[Any] = [("number", number), *(("photo", ("IMG.jpg", each, "image/jpeg")) for each in pictures)]
    body, kind = encode_multipart_formdata(fields)  # Flask's own client leaves its file of a large form open
    answer = client.http.post(client.root + "/order/photo", data=body, content_type=kind)
    assert answer.status_code == 303
    return answer.headers["Location"].partition("photo=")[2]


def test_a_client_shows_what_is_wrong(inside: Client, sessions: Sessions, portal: Portal, page_app: Flask) -> None:
    kept = given.begun(sessions, portal, a_return(wish(1, "1")))
    number = kept.case.number

    def there() -> list[tuple[str, str]]:
        with read_scope(sessions) as session:
            return [(each.key[:7], each.media_type) for each in return_photos.of_return(session, portal.id, kept.id)]

    assert send(inside, number, JPEG, PNG) == "kept"
    assert send(inside, number, JPEG) == "kept"  # the answer to the first was lost
    assert there() == [("client-", "image/jpeg"), ("client-", "image/png")]
    with read_scope(sessions) as session:
        keys = [each.key for each in return_photos.of_return(session, portal.id, kept.id)]
        pictures = [return_photos.content(session, portal.id, kept.id, key) or b"" for key in keys]
    assert SECRETS[0] in JPEG
    assert not [secret for secret in SECRETS if any(secret in each for each in pictures)]
    assert "У магазина 2 ваших фото" in inside.order()
    assert "Фото у магазина" in inside.get("/order?photo=kept", headers={"Accept-Language": "ru"}).text
    wrong = {
        "none": (b"",),
        "kind": (JPEG + b"1", b"<svg onload=alert(1)>"),
        "big": (b"\xff\xd8\xff" + bytes(MOST_BYTES),),
        "broken": (JPEG + b"2", b"\xff\xd8\xff picture"),
        "many": tuple(JPEG + bytes([n]) for n in range(4)),
    }
    assert {said: send(inside, number, *pictures) for said, pictures in wrong.items()} == {said: said for said in wrong}
    assert send(Client(page_app, inside.root), number, JPEG) == ""
    assert send(inside, "R9", JPEG) == "many"
    given.stand(sessions, portal, given.stood(sessions, portal, kept), ReturnStage.IN_TRANSIT)
    assert send(inside, number, JPEG + b"9") == "many"
    assert len(there()) == 2


def test_more_than_a_form_may_hold_is_not_read(inside: Client, sessions: Sessions, portal: Portal) -> None:
    number = given.begun(sessions, portal, a_return(wish(1, "1"))).case.number
    assert send(inside, number, *(b"\xff\xd8\xff" + bytes(MOST_BYTES + 1) for _ in range(6))) == "big"


def test_a_refusal_is_said_with_its_reason(inside: Client, sessions: Sessions, portal: Portal) -> None:
    kept = given.begun(sessions, portal)
    given.stand(sessions, portal, kept, ReturnStage.REFUSED, why="Следы стирки <i>")
    text = inside.order()
    assert "Магазин отказал в возврате" in text
    assert "Следы стирки &lt;i&gt;" in text


def test_a_client_calls_it_off_until_it_travels(inside: Client, sessions: Sessions, portal: Portal) -> None:
    kept = given.begun(sessions, portal, a_return(wish(1, "1")))
    for _ in range(2):
        assert inside.post("/order/off", number=kept.case.number).status_code == 303
    [act] = acts(sessions, ActKind.MOVE)
    assert (act.return_id, act.actor, act.given) == (kept.id, Actor.CUSTOMER, {"to": "refused", "why": ""})
    assert "Отменяем возврат" in inside.order()
    moved = given.stand(sessions, portal, kept, ReturnStage.IN_TRANSIT)
    inside.post("/order/off", number=moved.case.number)
    inside.post("/order/off", number="nobody's")
    assert len(acts(sessions, ActKind.MOVE)) == 1


def test_called_off_by_the_client_is_no_refusal(inside: Client, sessions: Sessions, portal: Portal) -> None:
    kept = given.begun(sessions, portal)
    given.stand(sessions, portal, kept, ReturnStage.REFUSED, actor="customer")
    text = inside.order()
    assert "Вы отменили возврат" in text
    assert "отказал" not in text
    assert 'name="q-1"' in text  # the goods may be asked for again


def test_a_reason_that_is_offered_no_longer_keeps_its_name(inside: Client, sessions: Sessions, portal: Portal) -> None:
    old = Reason("colour", {"ru": "Не тот оттенок", "en": "Wrong shade"}, off=True)
    given.set_rules(sessions, portal, reasons=(old, Reason("defect", {"ru": "Брак"})))
    given.begun(sessions, portal, a_return(wish(1, "1")))
    text = inside.order()
    assert "Не тот оттенок" in text
    assert 'value="colour"' not in text


def test_returns_of_another_deal_are_not_shown(inside: Client, sessions: Sessions, portal: Portal) -> None:
    other = given.begun(sessions, portal, a_return(wish(1, "1")), deal_id=DEAL + 1)
    assert other.case.number not in inside.order()
