"""The page of a parcel for its client: what it says of each status, what it never says, what may be done on it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from b24app.clock import FixedClock
from b24app.flows import brand, client_page
from b24app.flows.forecast import Risk
from b24app.flows.portions import Line, Portion
from b24app.frames.parts import PageParts
from b24app.frames.public_links import LIFE
from b24app.frames.tries import Limit
from b24app.logistics.changes import Slot
from b24app.logistics.jsonable import dump
from b24app.logistics.model import Recipient, ShipmentRequest
from b24app.logistics.status import Incident, Status
from b24app.store import (
    deals,
    jobs,
    message_stops,
    portal_settings,
    portals,
    ratings,
    shipments,
    slots,
    transits,
)
from b24app.store.audit import Act
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import (
    AuditRow,
    Intent,
    IntentState,
    Job,
    OutboxRow,
    Portal,
    PortalState,
    Shipment,
    Transit,
    TransitState,
)
from placements import public_door
from placements.track_changing import within
from tests.unit.flows.returns.given import a_return, wish
from tests.unit.placements import parcel as given
from tests.unit.placements import public_order
from tests.unit.placements.parcel import DEAL, EMAIL, NAME, NUMBER, PHONE, STREET
from tests.unit.placements.test_deal_tab import Tab

S = Status
MARK = "0123456789abcdef"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough: what differs between the two is asked in tests/unit/store."""
    return sqlite_database_url


class Client:
    """Somebody with the link to a parcel."""

    def __init__(self, app: Flask, root: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.root = root

    def get(self, path: str = "", lang: str = "ru") -> TestResponse:
        return self.http.get(self.root + path, headers={"Accept-Language": lang})

    def post(self, path: str, **form: str) -> TestResponse:
        return self.http.post(self.root + path, data=form, headers={"Accept-Language": "ru"})

    def says(self, path: str = "", lang: str = "ru") -> str:
        answer = self.get(path, lang)
        assert answer.status_code == 200
        return plain(answer.text)

    def enter(self, digits: str = PHONE[-4:], then: str = "point") -> TestResponse:
        return self.post("/open", digits=digits, then=then)

    def stamp(self, path: str = "/point") -> str:
        found: list[str] = re.findall(r'name="stamp" value="([^"]+)"', self.get(path).text)
        return found[0]


def plain(html: str) -> str:
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


def headline(html: str) -> str:
    found: list[str] = re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return plain(found[0])


@pytest.fixture(autouse=True)
def moment(clock: FixedClock) -> None:
    clock.advance((given.NOW - clock.now()).total_seconds())


@pytest.fixture
def client(page_app: Flask, parts: PageParts, sessions: Sessions, portal: Portal) -> Client:
    """The parcel of mockup 10."""
    given.list_points(sessions, portal)
    public_order.dress(sessions, portal)
    with session_scope(sessions) as session:
        portals.get(session, portal.id).language = "ru"
        deals.save(session, portal.id, {DEAL: {"title": f"Заказ {NAME}", "assigned_by": 7}})
    shipment = given.ship(sessions, portal)
    return Client(page_app, given.root(sessions, portal, parts.signer.secrets, shipment.id))


def other(client: Client, parts: PageParts, sessions: Sessions, portal: Portal, shipment_id: int) -> Client:
    return Client(client.http.application, given.root(sessions, portal, parts.signer.secrets, shipment_id))


def intents_of(sessions: Sessions) -> list[Intent]:
    with read_scope(sessions) as session:
        return list(session.scalars(select(Intent).order_by(Intent.id)))


def acts_of(sessions: Sessions) -> list[str]:
    with read_scope(sessions) as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def told(sessions: Sessions) -> list[OutboxRow]:
    with read_scope(sessions) as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_promise_is_the_headline_and_everything_is_there(client: Client) -> None:
    html = client.get().text
    said = plain(html)
    assert headline(html) == "Приедет завтра, в пятницу, 13 ноября"
    for words in (
        "Лён и Хвоя", f"Заказ {DEAL}.", "Сейчас посылка едет через Владимир.", "Собран 10 ноя", "Передан в СДЭК 11 ноя",
        "В пути 12 ноя", "В пункте 13 ноя", "Пункт СДЭК KZN12", "Казань, ул. Баумана, 44/8", "вход со двора",
        "10:00–21:00", "6 480,00 ₽, картой или наличными", "Построить маршрут", "Другой пункт", "+7 900 000-30-70",
        "«Отправлен в г. транзит»", NUMBER, "Последний раз спрашивали СДЭК: 2 мин назад.",
    ):  # fmt: skip
        assert words in said
    assert given.CARRIER_PAGE in html
    english = client.says(lang="en")
    assert "Arrives tomorrow, Friday, 13 November" in english
    assert "The parcel is now passing Владимир." in english


def test_nothing_personal_is_on_it(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    row = given.ship(sessions, portal, S.OUT_FOR_DELIVERY, n=2, request=given.to_door(), deal=7)
    pages = [client.get().text, other(client, parts, sessions, portal, row.id).get().text, caplog.text]
    secrets = (NAME, "Северцева", PHONE, PHONE[2:], EMAIL, STREET, "Баумана, 5", "кв. 12", "Плед")
    assert [each for each in secrets for page in pages if each in page] == []


def test_it_comes_with_one_request_and_keeps_to_itself(client: Client) -> None:
    answer = client.get()
    assert re.findall(r'<link rel="stylesheet"|<img|@import', answer.text) == []
    assert len(answer.get_data()) < 80_000
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "style-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'none'" in client.get("/stop").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("status", "more", "title", "text"),
    [
        (S.SUBMITTING, {}, "Заказ готовят к отправке", "когда её зарегистрирует СДЭК"),
        (S.REJECTED, {}, "Заказ готовят к отправке", "когда её зарегистрирует СДЭК"),
        (S.CREATED, {"promised": None}, "Заказ собран и ждёт отправки", "Посылку примет СДЭК"),
        (S.IN_TRANSIT, {"promised": None}, "Посылка в пути", "посылка едет через Владимир"),
        (S.IN_TRANSIT, {"promised": date(2026, 11, 10)}, "Посылка задерживается", "Обещали во вторник, 10 ноября."),
        (S.READY_FOR_PICKUP, {}, "Можно забирать", "Сколько её хранят"),
        (S.READY_FOR_PICKUP, {"keep_until": given.at(21, 12)}, "Можно забирать по субботу, 21 ноября", "бесплатно"),
        (S.READY_FOR_PICKUP, {"keep_until": given.at(11, 12)}, "Заберите посылку скорее", "по среду, 11 ноября"),
        (S.READY_FOR_PICKUP, {"keep_until": given.at(12, 18)}, "Заберите посылку сегодня", "Сегодня последний день"),
        (S.READY_FOR_PICKUP, {"keep_until": given.at(13, 18)}, "Заберите посылку сегодня или завтра", "Завтра"),
        (S.OUT_FOR_DELIVERY, {}, "Курьер везёт посылку", "курьер может позвонить"),
        (S.DELIVERED, {}, "Посылка у вас", "Вручена: сегодня."),
        (S.DELIVERED, {"incident": Incident.PARTIAL}, "Посылка у вас", "остальное едет обратно"),
        (S.DELIVERY_FAILED, {"incident": Incident.NO_ANSWER}, "Посылку не удалось вручить", "не дозвонились до вас"),
        (S.RETURNING, {}, "Посылка едет обратно в магазин", "Если она вам ещё нужна"),
        (S.RETURNED, {}, "Посылка вернулась в магазин", "О деньгах"),
        (S.CANCELLED, {}, "Отправку отменили", "Что с заказом"),
        (S.LOST, {}, "Перевозчик не может найти посылку", "Магазин это видит"),
        (S.UNKNOWN, {}, "Уточняем, где посылка", "Его слова ниже"),
    ],
)
def test_every_status_in_the_clients_words(
    client: Client, sessions: Sessions, portal: Portal, status: Status, more: dict[str, Any], title: str, text: str
) -> None:
    given.stands(sessions, given_row(sessions, portal), status, **more)
    html = client.get().text
    assert headline(html) == title
    assert text in plain(html)
    assert client.get(lang="en").status_code == 200


def given_row(sessions: Sessions, portal: Portal, n: int = 1) -> Shipment:
    with read_scope(sessions) as session:
        return next(each for each in shipments.of_deals(session, portal.id, [DEAL])[DEAL] if each.n == n)


@pytest.mark.parametrize(
    ("promised", "risk", "title", "text"),
    [
        (date(2026, 11, 13), Risk.OK, "Приедет завтра, в пятницу, 13 ноября", "едет через Владимир"),
        (date(2026, 11, 13), Risk.LATE, "Посылка задерживается", "приедет примерно в понедельник, 16 ноября"),
        (date(2026, 11, 11), Risk.LATE, "Посылка задерживается", "Обещали в среду, 11 ноября. Похоже"),
        (None, Risk.NONE, "Посылка приедет примерно в понедельник, 16 ноября", "обычно едут посылки"),
    ],
)
def test_a_forecast_is_called_a_guess(
    client: Client, sessions: Sessions, portal: Portal, promised: date | None, risk: Risk, title: str, text: str
) -> None:
    row = given_row(sessions, portal)
    given.stands(sessions, row, S.IN_TRANSIT, promised=None)
    way = {"state": TransitState.OPEN, "promised": promised, "expected": date(2026, 11, 16), "risk": risk}
    with session_scope(sessions) as session:
        known = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
        transits.save(session, portal.id, [{"id": known.id, **way}])
    html = client.get().text
    assert headline(html) == title
    assert text in plain(html)


def test_a_silence_has_its_length(client: Client, clock: FixedClock) -> None:
    clock.advance(4 * 86400)
    assert "СДЭК молчит о посылке уже 4 дня." in client.says()
    assert "Посылка задерживается" in client.says()


def test_a_parcel_of_which_nothing_was_heard_yet(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal
) -> None:
    row = given.ship(sessions, portal, S.CREATED, n=2, deal=8, events=0, request=given.request_(point_code="ZZ9"))
    said = other(client, parts, sessions, portal, row.id).says()
    assert "Пока ничего: перевозчик ещё не сообщал о посылке." in said
    assert "Пункт СДЭК, код ZZ9" in said
    assert "Построить маршрут" not in said


def test_other_parcels_of_the_order_are_those_of_the_same_person(
    client: Client, sessions: Sessions, portal: Portal
) -> None:
    half = Portion((Line(1, "Плед", Decimal(1)),))
    stranger = Recipient("Пётр", "+79000000001", "+79000000001")
    given.ship(sessions, portal, S.READY_FOR_PICKUP, n=2, portion=half.to_json())
    given.ship(sessions, portal, n=3, request=given.request_(recipient=stranger), portion=half.to_json())
    html = client.get().text
    assert f"{NUMBER}-2 можно забирать" in plain(html)
    assert f"{NUMBER}-3" not in html
    address = re.findall(r'href="(/t/[^"]+)"', html)
    [theirs] = [each for each in address if not each.startswith(client.root)]
    assert "Можно забирать" in plain(client.http.get(theirs, headers={"Accept-Language": "ru"}).text)


def test_an_order_that_was_made_anew_is_followed(client: Client, sessions: Sessions, portal: Portal) -> None:
    given.stands(sessions, given_row(sessions, portal), S.CANCELLED)
    assert "Отправку отменили" in client.says()
    given.ship(sessions, portal, S.OUT_FOR_DELIVERY, n=2)
    assert "Курьер везёт посылку" in client.says()


def test_goods_at_a_warehouse_then_their_carrier(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal
) -> None:
    picked = given.ship(sessions, portal, S.ACCEPTED_AT_WAREHOUSE, n=1, deal=9, leg="warehouse", events=0)
    mine = other(client, parts, sessions, portal, picked.id)
    assert "Заказ собирают на складе" in mine.says()
    given.ship(sessions, portal, S.IN_TRANSIT, n=2, deal=9, follows=picked.id)
    assert "Приедет завтра" in mine.says()


# --- whose link ------------------------------------------------------------------------------------------------------


def test_forged_links_and_those_of_other_portals_get_one_answer(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    theirs = given.ship(sessions, neighbour)
    mine, _, link = client.root.rpartition("/")
    foreign = given.root(sessions, neighbour, parts.signer.secrets, theirs.id).rpartition("/")[2]
    gone = given.root(sessions, portal, parts.signer.secrets, 999_999).rpartition("/")[2]
    swapped = link[:-1] + ("1" if link[-1] != "1" else "2")
    answers = [client.http.get(f"{mine}/{each}") for each in (foreign, gone, swapped, "x", "0", "1.x")]
    assert {answer.status_code for answer in answers} == {404}
    texts = {re.sub(r"/t/[^?\"]+", "", answer.text) for answer in answers}
    assert len(texts) == 1
    assert "There is no such page" in texts.pop()
    assert client.http.get(f"/t/nothing/{link}").status_code == 404
    for path in ("/rating", "/stop", "/open", "/point", "/address"):
        assert client.http.post(f"{mine}/{swapped}{path}", data={"stars": "5"}).status_code == 404


def test_a_link_is_good_until_90_days_after_the_delivery(
    client: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    given.stands(sessions, given_row(sessions, portal), S.DELIVERED, status_at=given.NOW)
    clock.advance(LIFE.total_seconds() - 1)
    assert client.get().status_code == 200
    clock.advance(1)
    answer = client.get()
    assert answer.status_code == 410
    assert "давно закончила путь" in plain(answer.text)
    assert "+7 900 000-30-70" in plain(answer.text)
    assert client.post("/rating", stars="5").status_code == 410


def test_a_portal_that_has_left_has_no_page(client: Client, sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        portals.get(session, portal.id).state = PortalState.UNINSTALLED
    assert client.get().status_code == 404


def test_whoever_asks_too_often_waits_whatever_their_link_is(
    client: Client, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_door, "OF_VIEWER", (Limit(2, 60),))
    forged = client.root[:-4] + "0000"
    assert [client.get().status_code, client.http.get(forged).status_code] == [200, 404]
    answers = [client.get(), client.http.get(forged, headers={"Accept-Language": "ru"})]
    assert {answer.status_code for answer in answers} == {429}
    assert len({re.sub(r"/t/[^?\"]+", "", answer.text) for answer in answers}) == 1
    assert int(answers[0].headers["Retry-After"]) <= 60
    clock.advance(61)
    assert client.get().status_code == 200


# --- the code for it ---


def test_a_code_is_shown_to_whoever_shows_whose_it_is_while_the_parcel_waits(
    client: Client, sessions: Sessions, portal: Portal
) -> None:
    row = given_row(sessions, portal)

    def stands(status: Status, code: str | None) -> None:
        given.stands(sessions, row, status)
        with session_scope(sessions) as session:
            session.get_one(Shipment, row.id).pickup_code = code

    stands(S.READY_FOR_PICKUP, None)
    assert "код получения" not in client.says()
    stands(S.READY_FOR_PICKUP, "00042")
    assert "Показать код получения" in client.says()
    asked = client.says("/code")
    assert "последние четыре цифры" in asked
    assert "00042" not in asked + client.get().text
    assert client.enter(then="code").headers["Location"].endswith("/code?new=1")
    shown = client.get("/code")
    assert "00042" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Pickup code" in client.says("/code", "en")
    assert "00042" not in client.get().text
    stands(S.DELIVERED, "00042")
    assert client.get("/code").headers["Location"].endswith("said=late")


# --- another point, another address ----------------------------------------------------------------------------------


def test_another_point_is_asked_of_the_carrier_once(client: Client, sessions: Sessions) -> None:
    assert "последние четыре цифры" in client.says("/point")
    answer = client.enter()
    assert answer.headers["Location"].endswith("/point?new=1")
    assert f"Path={client.root.rpartition('/')[0]}" in answer.headers["Set-Cookie"]
    said = client.says("/point")
    assert "ул. Пушкина, 10" in said
    assert not any(each in said for each in ("ул. Мира", "Тверская", "Баумана, 44/8"))
    stamp = client.stamp()
    for _ in range(2):
        assert client.post("/point", code="KZN5", stamp=stamp).status_code == 303
    [intent] = intents_of(sessions)
    assert (intent.kind, intent.state) == ("change", IntentState.WAITING)
    before, after = (ShipmentRequest.from_json(intent.payload[name]) for name in ("before", "after"))
    assert (before.point_code, after) == ("KZN12", replace(before, point_code="KZN5"))
    assert acts_of(sessions) == [Act.CLIENT_CHANGE]
    said = client.says()
    assert "Просим перевозчика изменить доставку" in said
    assert "Другой пункт" not in said


@pytest.mark.parametrize(
    ("state", "words"), [(IntentState.DONE, "Доставка изменена"), (IntentState.REFUSED, "не изменил доставку")]
)
def test_what_became_of_it_is_said(client: Client, sessions: Sessions, state: str, words: str) -> None:
    client.enter()
    client.post("/point", code="KZN5", stamp=client.stamp())
    with session_scope(sessions) as session:
        session.scalars(select(Intent)).one().state = state
    assert words in client.says()


@pytest.mark.parametrize("code", ["KZN7", "MSK1", "KZN12", "NOPE"])
def test_a_point_that_was_not_offered_is_not_taken(client: Client, sessions: Sessions, code: str) -> None:
    client.enter()
    assert client.post("/point", code=code, stamp=client.stamp()).headers["Location"].endswith("?said=late")
    assert intents_of(sessions) == []


def test_nothing_is_changed_without_the_digits_or_from_an_older_form(client: Client, sessions: Sessions) -> None:
    assert "последние четыре цифры" in client.post("/point", code="KZN5", stamp="x").text
    assert client.enter("0000").status_code == 422
    assert client.enter("12").status_code == 422
    client.enter()
    assert client.post("/point", stamp=client.stamp()).status_code == 422
    assert client.post("/point", code="KZN5", stamp="older").headers["Location"].endswith("said=late")
    assert client.post("/address", street="ул. Мира, 1", stamp=client.stamp()).status_code == 303
    assert intents_of(sessions) == []


def test_four_digits_cannot_be_tried_out(client: Client) -> None:
    statuses = [client.enter(f"{n:04d}").status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert client.enter().status_code == 429


@pytest.mark.parametrize("status", [S.DELIVERED, S.RETURNING, S.CANCELLED, S.SUBMITTING])
def test_what_no_carrier_changes_is_not_offered(
    client: Client, sessions: Sessions, portal: Portal, status: Status
) -> None:
    client.enter()
    given.stands(sessions, given_row(sessions, portal), status)
    assert "Другой пункт" not in client.says()
    assert client.get("/point").headers["Location"].endswith("said=late")


def test_a_shop_may_keep_changes_and_ratings_to_itself(client: Client, sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{client_page.KEY: {"change": False, "rate": False}})
    assert "Другой пункт" not in client.says()
    given.stands(sessions, given_row(sessions, portal), S.DELIVERED)
    assert "Как прошла доставка?" not in client.says()
    client.post("/rating", stars="1")
    with read_scope(sessions) as session:
        assert ratings.of_deals(session, portal.id, [DEAL]) == {}


def test_an_address_is_changed_within_its_city(
    client: Client, parts: PageParts, sessions: Sessions, portal: Portal
) -> None:
    row = given.ship(sessions, portal, S.CREATED, n=2, deal=7, request=given.to_door())
    mine = other(client, parts, sessions, portal, row.id)
    assert "Другой адрес" in mine.says()
    mine.enter(then="address")
    page = mine.get("/address").text
    assert STREET not in page
    stamp = mine.stamp("/address")
    assert "Напишите улицу" in mine.post("/address", street=" ", stamp=stamp).text
    assert mine.post("/address", street="ул. Пушкина, 10", stamp=stamp).status_code == 303
    assert within("Киров", "ул. Кирова, 5") == "Киров, ул. Кирова, 5"
    assert within("Казань", "г. Казань, ул. Мира 1") == "г. Казань, ул. Мира 1"
    [intent] = intents_of(sessions)
    address = ShipmentRequest.from_json(intent.payload["after"]).address
    assert address is not None
    assert address.text == "Казань, ул. Пушкина, 10"


@pytest.fixture
def courier(client: Client, parts: PageParts, sessions: Sessions, portal: Portal) -> Client:
    """A parcel to a door, whose client has shown that it is theirs."""
    row = given.ship(sessions, portal, n=2, deal=7, request=given.to_door())
    mine = other(client, parts, sessions, portal, row.id)
    mine.enter(then="day")
    return mine


def answered(sessions: Sessions, portal: Portal, clock: FixedClock, *offered: Slot, why: str = "") -> None:
    """The carrier's lane has served the question."""
    with session_scope(sessions) as session:
        job = jobs.latest(session, portal.id, slots.KIND)
        assert job is not None
        if why:
            jobs.fail(job, why, clock.now())
        else:
            jobs.finish(job, {"slots": dump(offered)}, clock.now())


MONDAY = Slot(date(2026, 11, 16), time(10), time(18))
EVENING = Slot(date(2026, 11, 16), time(18), time(22))


def test_another_time_for_a_courier(
    client: Client, courier: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    assert "Другое время" in courier.says()
    assert "Другое время" not in client.says(), "nobody comes to a point"
    answer = courier.get("/day")
    assert "Спрашиваем перевозчика" in plain(answer.text)
    assert answer.headers["Refresh"] == "2"
    courier.get("/day")
    with read_scope(sessions) as session:
        assert len(session.scalars(select(Job).where(Job.kind == slots.KIND)).all()) == 1, "asked once"
    answered(sessions, portal, clock, Slot(MONDAY.day))
    assert "пн, 16 ноября в течение дня" in courier.says("/day")
    answered(sessions, portal, clock, MONDAY, EVENING)
    said = courier.says("/day")
    assert "пн, 16 ноября 10:00–18:00 18:00–22:00" in said
    stamp = courier.stamp("/day")
    assert "Выберите время" in courier.post("/day", stamp=stamp).text
    assert "больше не предлагает" in courier.post("/day", slot="2026-11-17 10:00-18:00", stamp=stamp).text
    assert courier.post("/day", slot=EVENING.key, stamp="older").headers["Location"].endswith("said=late")
    for _ in range(2):
        assert courier.post("/day", slot=EVENING.key, stamp=stamp).status_code == 303
    [intent] = intents_of(sessions)
    assert (intent.kind, intent.payload) == ("day", {"slot": EVENING.to_json(), "ref": "", "client": True})
    assert "Просим перевозчика" in courier.says()
    with session_scope(sessions) as session:
        session.scalars(select(Intent)).one().state = IntentState.DONE
    html = courier.get().text
    assert headline(html) == "Привезут в понедельник, 16 ноября"
    assert "Доставка изменена" in plain(html)


def test_a_carrier_that_offers_no_time_or_is_silent(
    courier: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    courier.get("/day")
    clock.advance(61)
    assert "пока не отвечает" in courier.says("/day")
    answered(sessions, portal, clock, why="timeout")
    assert "пока не отвечает" in courier.says("/day")
    clock.advance(slots.SILENT.total_seconds())
    assert "Спрашиваем перевозчика" in courier.says("/day")
    answered(sessions, portal, clock)
    assert "не предлагает другого времени" in courier.says("/day")


# --- ratings and silence ---------------------------------------------------------------------------------------------


def test_a_rating_is_kept_told_and_thanked_for_once(client: Client, sessions: Sessions, portal: Portal) -> None:
    given.stands(sessions, given_row(sessions, portal), S.DELIVERED)
    assert "Как прошла доставка?" in client.says()
    assert client.post("/rating", comment="без оценки").status_code == 422
    assert client.post("/rating", stars="3", comment="х" * 501).status_code == 422
    for _ in range(2):
        client.post("/rating", stars="5", comment="Быстро [URL=http://x]и[/URL] вежливо")
    said = client.says()
    assert "Спасибо за оценку" in said
    assert "Ваша оценка: 5 из 5." in said
    [entry] = told(sessions)
    assert entry.kind == "comment"
    assert "5 из 5. «Быстро (URL=http://x)и(/URL) вежливо»" in entry.payload["text"]


def test_a_low_rating_rings_for_the_responsible_person(
    client: Client, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    given.stands(sessions, given_row(sessions, portal), S.DELIVERED)
    client.post("/rating", stars="4")
    clock.advance(3600)
    client.post("/rating", stars="1", comment="Коробка мятая")
    first, changed, bell = told(sessions)
    assert (first.kind, changed.kind, bell.kind) == ("comment", "comment", "notice")
    assert "изменил оценку" in changed.payload["text"]
    assert bell.payload["user_id"] == 7
    assert "Коробка мятая" in bell.payload["text"]
    assert "Магазин разберётся" in client.says()
    clock.advance(86400)
    assert "Изменить оценку" not in client.says()
    client.post("/rating", stars="5")
    assert len(told(sessions)) == 3


def test_before_the_delivery_there_is_nothing_to_rate(client: Client, sessions: Sessions) -> None:
    assert client.post("/rating", stars="5").status_code == 303
    assert told(sessions) == []


def test_a_client_asks_for_no_messages_and_thinks_better_of_it(
    client: Client, sessions: Sessions, portal: Portal, neighbour: Portal
) -> None:
    assert "«Лён и Хвоя» перестанет писать" in client.says("/stop")
    client.get("/stop")
    with read_scope(sessions) as session:
        assert message_stops.stopped(session, portal.id, [PHONE, EMAIL]) == set()
    for _ in range(2):
        client.post("/stop", say="stop")
    with read_scope(sessions) as session:
        assert message_stops.stopped(session, portal.id, [PHONE, EMAIL]) == {PHONE, EMAIL}
        assert message_stops.stopped(session, neighbour.id, [PHONE, EMAIL]) == set()
    assert "Сообщений не будет" in client.says("/stop")
    assert "Присылать сообщения снова" in client.says()
    client.post("/stop", say="again")
    with read_scope(sessions) as session:
        assert message_stops.stopped(session, portal.id, [PHONE, EMAIL]) == set()
    assert acts_of(sessions) == [Act.CLIENT_STOP, Act.CLIENT_AGAIN]


def test_what_was_delivered_may_come_back_where_clients_may_ask(
    client: Client, sessions: Sessions, portal: Portal
) -> None:
    given.stands(sessions, given_row(sessions, portal), S.DELIVERED)
    html = client.get().text
    [address] = re.findall(r'href="(/r/[^"]+)"', html)
    assert "последние четыре цифры" in client.http.get(address, headers={"Accept-Language": "ru"}).text
    public_order.set_rules(sessions, portal, public=False)
    assert "/r/" not in client.get().text


def test_a_manager_opens_the_clients_page_and_sees_what_they_say(
    client: Client, parts: PageParts, sessions: Sessions, set_up: Portal, frame_query: Any, frame_body: Any
) -> None:
    row = given.ship(sessions, set_up, S.DELIVERED, n=2, deal=8061)
    mine = other(client, parts, sessions, set_up, row.id)
    mine.post("/rating", stars="2", comment="Коробка мятая")
    page = Tab(client.http.application, frame_query).open(frame_body).text
    assert f'data-copy="http://localhost{mine.root}"' in page
    assert "Клиент оценил доставку: 2 из 5" in page
    assert "Коробка мятая" in page


def test_a_return_under_way_and_the_shops_picture_are_shown(client: Client, sessions: Sessions, portal: Portal) -> None:
    row = given_row(sessions, portal)
    given.stands(sessions, row, S.DELIVERED)
    kept = public_order.begun(sessions, portal, a_return(wish(1, "1")), deal_id=DEAL)
    html = client.get().text
    assert f"Возврат {kept.case.number}" in plain(html)
    assert "Магазин смотрит заявку" in plain(html)
    assert f'href="/r/{client.root.split("/", 2)[2]}"' in html
    public_order.set_rules(sessions, portal, public=False)
    assert "Магазин смотрит заявку" not in client.says()
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{brand.KEY: {**public_order.BRAND, "logo": MARK}})
    assert re.findall(rf'<img src="/r/[^"]+/logo.png\?v={MARK}"', client.get().text)
