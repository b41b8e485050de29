"""The page of a return in each of its states: what it says, what it offers, and whose press it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from b24app import web
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import WayOffer
from b24app.frames import pages
from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.frames.session import PageSession, SessionSigner, prove
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Condition, Counted, ReturnStage
from b24app.logistics.status import Status
from b24app.store.return_acts import ActKind
from placements.return_forms import BadFormError, Hand, Wish, read_form
from placements.return_now import now_of
from placements.return_tab_view import return_view
from tests.browser.pages.return_states import STATES, scene, view
from tests.browser.pages.states import NOW

HAND = Hand(7, "Анна Лугова", NOW)


@pytest.fixture(scope="module")
def drawn() -> Flask:
    app = Flask("drawn", template_folder=str(web.ROOT / "templates"), static_folder=str(web.ROOT / "static"))
    pages.setup(app)
    return app


#: State -> the beginning of its title, and the buttons beside it.
SAID: dict[str, tuple[str, tuple[str, ...]]] = {
    "unread": ("Читаем сделку", ()),
    "requested": ("Мария Северцева просит возврат", ("Отказать…", "Одобрить")),
    "late": ("По правилам этот возврат не принимают", ("Отказать…", "Принять против правил…")),
    "against": ("Возврат одобрен. Как он поедет?", ("Выбрать способ",)),
    "asked": ("Переводим: одобрено", ()),
    "illegal": ("Мария Северцева просит возврат", ("Отказать…", "Одобрить")),
    "approved": ("Возврат одобрен. Как он поедет?", ("Выбрать способ",)),
    "brought": ("Ждём: Мария Северцева везёт", ("Приехал",)),
    "not_taken": ("СДЭК: забрать не получилось", ("Выбрать другой способ",)),
    "booked": ("СДЭК: ждём коробку в пункте", ("Отменить вывоз", "Приехал")),
    "travels": ("Едет обратно", ("Приехал",)),
    "undelivered": ("Заказ не вручён и едет обратно", ("Приехал",)),
    "unsaid": ("Приехало, но что именно, неизвестно", ("Указать товары…",)),
    "received": ("Приехало на склад: посчитайте", ("Посчитать…",)),
    "counted": ("Посчитали, не приехало: Подушка «Хвоя»", ("Предложить возврат 4 644,00 ₽",)),
    "refund": ("Посчитали, не приехало", ("Отметить возврат 4 644,00 ₽…",)),
    "agreed": ("Посчитали, не приехало", ("Отметить возврат 5 000,00 ₽…",)),
    "replacement": ("Посчитали, не приехало", ("Отправить новый товар",)),
    "back": ("Посчитали, не приехало", ("Отправить клиенту и закрыть",)),
    "paid": ("Посчитали, не приехало", ("Деньги вернули, закончить",)),
    "refunded": ("Деньги вернули: 4 644,00 ₽", ("Закрыть возврат",)),
    "closed": ("Возврат закрыт, вернули 4 644,00 ₽", ()),
    "refused": ("В возврате отказано", ("Открыть снова",)),
    "problem": ("Приехало на склад: посчитайте", ("Посчитать…",)),
}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("state", STATES)
def test_what_now_in_every_state(state: str, ru: Formats) -> None:
    now = now_of(scene(state, ru))
    begins, buttons = SAID[state]
    assert plain(now.title).startswith(begins)
    assert tuple(plain(each.label) for each in now.do) == buttons
    assert sum(each.style == "primary" for each in now.do) <= 1


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_in_both_languages(state: str, lang: str, drawn: Flask, ru: Formats, en: Formats) -> None:
    formats = ru if lang == "ru" else en
    blank = PageSession(1, 7, "RETURN", 1, lang, "Europe/Moscow", "http://127.0.0.1", False, "Анна Лугова", 0, 0)
    who = prove(blank, NOW)
    with drawn.test_request_context():
        text = pages.page_text(
            "pages/return_tab.html", pages.viewer_of(who, NOW), who, SessionSigner(["k"]), view=view(state, formats),
            key="k" * 16,
        )  # fmt: skip
    assert text.count("<h1") == 1
    assert 'data-live="/return/1/version"' in text


def test_the_count_of_mockup_08(ru: Formats) -> None:
    shown = view("counted", ru)
    assert plain(shown.now.text) == (
        "Ждали 3, приехало 2, с дефектом 1. Решите, чем закончить. Ответить нужно до 22 ноя."
    )
    assert shown.money is not None
    assert plain(shown.money.owed) == "4 644,00 ₽"
    assert [plain(each.sum) for each in shown.money.lines] == ["2 064,00 ₽", "2 580,00 ₽", "0,00 ₽", "0,00 ₽"]
    assert not shown.money.promised
    goods = shown.goods
    assert goods is not None
    assert [(row.asked, row.came, row.bad, plain(row.sum), row.percent, row.photos) for row in goods.rows] == [
        ("1", "1", False, "2 580,00 ₽", 0, ()),
        ("1", "1", False, "2 064,00 ₽", 20, ("p1", "p2")),
        ("1", "0", True, "0,00 ₽", 0, ()),
    ]
    assert (goods.asked, goods.came, goods.box) == ("3", "2", ("p3",))
    assert "Илья Громыхин" in goods.who
    assert shown.line.numbers == "заказ 1573840216 и возврат 1574102358"
    titles = [each.title for each in shown.line.told]
    assert titles[0] == "Посчитано"
    assert titles[-1] == "Вручён: Казань"
    assert "Посылка поехала обратно" not in titles  # the carrier's own words say it
    assert any(title.startswith("Обратно:") for title in titles)
    assert [(stop.title, stop.state) for stop in shown.stops] == [
        ("Запрошен", "is-done"), ("Одобрен", "is-done"), ("Едет", "is-done"), ("Проверка", "is-here"), ("Деньги", ""),
    ]  # fmt: skip
    assert [plain(stop.detail) for stop in shown.stops] == [
        "5 ноя", "5 ноя, Анна Лугова", "7–11 ноя, СДЭК", "сегодня, Илья Громыхин", "до 22 ноя",
    ]  # fmt: skip


def test_before_anything_is_counted_the_sum_is_a_promise(ru: Formats) -> None:
    shown = view("approved", ru)
    assert shown.money is not None
    assert (shown.money.promised, plain(shown.money.owed), shown.money.may_mark) == (True, "7 150,00 ₽", False)


def test_whether_the_carrier_collected_the_money_is_told(ru: Formats) -> None:
    money = view("counted", ru).money
    assert money is not None
    assert plain(money.paid) == "клиент заплатил 7 480,00 ₽, СДЭК: 6 480,00 ₽ при получении"
    coming = STATES["undelivered"]
    [shipment] = coming.shipments
    back = replace(coming, shipments=(replace(shipment, status=Status.RETURNING),))
    told = return_view(scene("undelivered", ru, over=back), "item").money
    assert told is not None
    assert plain(told.paid).endswith("СДЭК: 6 480,00 ₽ при получении не получены")


def test_the_window_and_who_let_it_pass(ru: Formats) -> None:
    assert view("requested", ru).about.window == "14-й день из 14"
    assert view("late", ru).about.window == "21-й день, а вернуть можно за 14"
    said = "21-й день, а вернуть можно за 14; принято против правил: Анна Лугова, «постоянный клиент»"
    assert view("against", ru).about.window == said


def test_another_sum_names_who_settled_it_and_why(ru: Formats) -> None:
    money = view("agreed", ru).money
    assert money is not None
    assert plain(money.agreed) == "Договорились на 5 000,00 ₽: Анна Лугова, 14:00, «обещали по телефону»"
    assert plain(money.lines[-1].sum) == "356,00 ₽"
    goods = view("agreed", ru).goods
    assert goods is not None
    assert plain(goods.total) == "4 644,00 ₽"


def test_ways_are_those_that_the_carriers_have(ru: Formats) -> None:
    ways = view("approved", ru).ways
    assert ways is not None
    assert ways.chooses
    offers = view("approved", ru).offers
    assert [each.title for each in offers][-2:] == ["Другой перевозчик", "Без перевозчика"]
    assert any(each.title.startswith("СДЭК") for each in offers)
    done = view("counted", ru).ways
    assert done is not None
    assert not done.chooses
    failed = view("not_taken", ru).ways
    assert failed is not None
    assert (failed.bad, failed.open, failed.state) == (True, True, "не приняли")
    assert "Phone is invalid" in failed.problems[0]


def test_why_a_press_came_to_nothing_is_told_to_who_pressed(ru: Formats) -> None:
    mine = scene("illegal", ru)
    assert return_view(mine, "item").refused == (
        "С этого этапа возврат туда не переводят. Карточка осталась на прежнем этапе.",
    )
    assert return_view(replace(mine, here=9), "item").refused == ()


def test_who_has_no_right_sees_no_buttons(ru: Formats) -> None:
    nobody = return_view(scene("requested", ru, ()), "item")
    assert (nobody.now.do, nobody.phones) == ((), False)
    assert nobody.now.not_yours
    payer = return_view(scene("refund", ru, {Right.REFUNDS}), "item")
    assert [each.form for each in payer.now.do] == ["paid"]
    assert payer.ending is not None
    assert not payer.ending.may
    worker = return_view(scene("refund", ru, {Right.RETURNS}), "item")
    assert worker.money is not None
    assert not worker.money.may_mark


# --- forms ------------------------------------------------------------------------------------------------------------


def read(state: str, code: str, ru: Formats, **form: str) -> Wish:
    return read_form(code, form, scene(state, ru), HAND)


@pytest.mark.parametrize("text", ["4 644,00 ₽", "4644", "4\u00a0644.00", "4644,00"])
def test_a_sum_is_read_as_people_write_it(text: str, ru: Formats) -> None:
    wish = read("refund", "paid", ru, sum=text, note="на карту")
    assert wish.acts == ((ActKind.PAID, {"minor": 464400, "currency": "RUB", "note": "на карту"}),)
    assert not wish.form.errors


@pytest.mark.parametrize("text", ["", "много", "-5", "0", "1,005", "1e30", "nan", "1,5,0"])
def test_what_is_no_sum_comes_back(text: str, ru: Formats) -> None:
    wish = read("refund", "paid", ru, sum=text)
    assert (wish.form.errors, wish.form.values["sum"]) == ({"sum": "sum"}, text)


def test_against_the_rules_is_one_press_with_a_reason(ru: Formats) -> None:
    assert read("late", "override", ru, why=" ").form.errors == {"why": "why"}
    assert read("late", "override", ru, why="х" * 501).form.errors == {"why": "long"}
    acts = read("late", "override", ru, why="постоянный клиент").acts
    assert [kind for kind, _ in acts] == [ActKind.OVERRIDE, ActKind.MOVE]
    assert acts[1][1] == {"to": ReturnStage.APPROVED.value, "why": "постоянный клиент"}


def test_a_count_by_hand(ru: Formats) -> None:
    form = {"r1_as_new": "1", "r1_damaged": "1", "r1_percent": "30 %", "r1_note": "пятно", "r2_wrong": "1"}
    wish = read("received", "count", ru, **form, finished="yes")
    given: dict[str, Any] = dict(wish.acts[0][1])
    assert not wish.form.errors
    assert given["finished"] is True
    found = [Counted.from_json(each) for each in given["counted"]]
    assert found == [
        Counted(1, Decimal(1), Condition.AS_NEW),
        Counted(1, Decimal(1), Condition.DAMAGED, 30, "пятно"),
        Counted(2, Decimal(1), Condition.WRONG),
    ]


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"r1_as_new": "полтора"}, {"r1_as_new": "quantity"}),
        ({"r1_as_new": "-1"}, {"r1_as_new": "quantity"}),
        ({"r1_as_new": "1,5"}, {"r1_as_new": "whole"}),
        ({"r1_damaged": "1", "r1_percent": "101"}, {"r1_percent": "percent"}),
        ({"r1_damaged": "1", "r1_percent": "²"}, {"r1_percent": "percent"}),
    ],
)
def test_a_count_that_cannot_be(form: dict[str, str], errors: dict[str, str], ru: Formats) -> None:
    assert read("received", "count", ru, **form, finished="yes").form.errors == errors


def test_nothing_counted_is_no_half_a_count(ru: Formats) -> None:
    assert read("received", "count", ru, finished="no").form.errors == {"count": "nothing"}
    assert read("received", "count", ru, finished="yes").form.errors == {}


def test_a_person_says_what_comes_back(ru: Formats) -> None:
    lines = view("unsaid", ru).lines
    assert lines is not None
    assert [(row.title, row.left) for row in lines.rows] == [("Плед льняной", "2"), ("Подушка «Хвоя»", "1")]
    assert lines.reasons == ()  # the client never had them
    wish = read("unsaid", "lines", ru, l2="1")
    assert wish.acts == ((ActKind.LINES, {"wishes": [{"row": 2, "quantity": "1", "reason": "", "note": ""}]}),)
    assert read("unsaid", "lines", ru, l1="3", l2="0,5").form.errors == {"l1": "many", "l2": "whole"}
    assert read("unsaid", "lines", ru).form.errors == {"lines": "no_lines"}
    asked = read("requested", "lines", ru, l1="1", l1_reason="defect", l2="1", l2_reason="nonsense")
    assert [(each["row"], each["reason"]) for each in asked.acts[0][1]["wishes"]] == [(1, "defect"), (2, "colour")]
    assert view("travels", ru).lines is None


def test_a_way_is_one_of_those_offered(ru: Formats) -> None:
    offers = view("approved", ru).offers
    first = next(each for each in offers if each.title.startswith("СДЭК") and not each.why)
    wish = read("approved", "way", ru, way=first.value)
    way = Way.from_json(wish.acts[0][1]["way"])
    assert (way.connection_id, way.by, way.name, wish.acts[0][1]["book"]) == (3, 7, "Анна Лугова", True)
    assert (way.kind, way.point_code) == (WayKind.POINT, "KZN12")
    named = Way.from_json(read("approved", "way", ru, way=first.value, point="KZN7").acts[0][1]["way"])
    assert named.point_code == "KZN7"
    assert first.note == "Посылка. Оформим сами, клиент сдаёт коробку. 3–4 дн."
    by_hand = next(each for each in offers if each.title == "Другой перевозчик")
    assert read("approved", "way", ru, way=by_hand.value).form.errors == {"carrier": "carrier"}
    told = Way.from_json(read("approved", "way", ru, way=by_hand.value, carrier="ПЭК", tracking="77").acts[0][1]["way"])
    assert (told.carrier, told.tracking) == ("ПЭК", "77")
    with pytest.raises(BadFormError):
        read("approved", "way", ru, way="courier:99::")


def test_where_no_point_is_known_a_person_names_one(ru: Formats) -> None:
    unknown = WayOffer(WayKind.POINT, 3, "parcel", problem=Problem("return_point_missing", Field.POINT))
    closed = WayOffer(WayKind.COURIER, 3, "parcel", problem=Problem("return_address_missing", Field.ADDRESS))
    mine = replace(scene("approved", ru), offers=(unknown, closed))
    point, courier = return_view(mine, "item").offers
    assert (point.why, bool(courier.why)) == ("", True)
    assert read_form("way", {"way": point.value}, mine, HAND).form.errors == {"point": "point"}
    wish = read_form("way", {"way": point.value, "point": "KZN7"}, mine, HAND)
    assert Way.from_json(wish.acts[0][1]["way"]).point_code == "KZN7"
    with pytest.raises(BadFormError):
        read_form("way", {"way": courier.value}, mine, HAND)


def test_what_no_page_sends(ru: Formats) -> None:
    for code, form in (("move", {"to": "moon"}), ("outcome", {"outcome": "party"}), ("dance", {})):
        with pytest.raises(BadFormError):
            read("requested", code, ru, **form)


def test_it_may_be_settled_that_nothing_goes_back(ru: Formats) -> None:
    wish = read("refund", "agree", ru, sum="0", why="не вернём")
    assert (wish.acts[0][1]["minor"], wish.form.errors) == (0, {})
