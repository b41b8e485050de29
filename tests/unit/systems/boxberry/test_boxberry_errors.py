"""Boxberry's refusals: four shapes, no codes; texts are read by their words (boxberry.md §3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.errors import AccountProblem, Unavailable, Uncertain
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.boxberry.client import named_in
from b24app.systems.boxberry.errors import pause, problem_of, said, unread
from b24app.words import say_problem


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"err": "Нет"}, "Нет"),
        ({"err": " Нет "}, "Нет"),
        ([{"err": "Нет"}], "Нет"),
        ([{"err": True, "message": "Нет"}], "Нет"),
        ({"err": True, "message": "Нет"}, "Нет"),
        ({"error": True, "message": "Нет"}, "Нет"),
        ({"error": 1, "message": "Нет"}, "Нет"),
        ({"err": True}, "err"),
        # The success of changes: two public clients take it for an error, one for never.
        ({"err": False}, ""),
        ({"err": ""}, ""),
        ({"error": False, "result": {"DeliveryCosts": []}}, ""),
        ({"text": "ok"}, ""),
        ([{"Name": "Выдано", "Date": ""}], ""),
        ([{"Name": "a"}, {"err": "not the first"}], ""),
        ([], ""),
        ({}, ""),
        (None, ""),
        ("err", ""),
    ],
)
def test_a_refusal_is_found_in_every_shape(data: Any, text: str) -> None:
    assert said(data) == text


#: §3: every text that has a source, and what it asks of whom.
RECORDED = (
    ("Длина, Ширина, Высота и Вес каждого места в заказе должны быть целыми числами", "bad_request", Field.WEIGHT,
     Who.WAYBILL),
    ("Необходимо указать вес отправления", "weight_refused", Field.WEIGHT, Who.MANAGER),
    ("Вариант отмены заказа должен быть пустым или равен 1 или 2.", "bad_request", Field.ORDER, Who.WAYBILL),
    ("Ваша учетная запись заблокирована", "account_refused", Field.ACCOUNT, Who.ADMIN),
    ("Номер заказа содержит запрещённые символы", "bad_request", Field.NUMBER, Who.WAYBILL),
    ("Значение «Номер заказа в ИМ» должно содержать максимум 35 символа.", "bad_request", Field.NUMBER, Who.WAYBILL),
    ("Необходимо заполнить «Номер заказа в ИМ».", "bad_request", Field.NUMBER, Who.WAYBILL),
    ("Значение «wb-1-1» для «Номер заказа в ИМ» уже занято.", "number_taken", Field.NUMBER, Who.WAYBILL),
    ("По указанным данным ничего не найдено", "order_unknown", Field.ORDER, Who.CARRIER),
    ("Ошибочный номер для проведения обновления", "order_unknown", Field.ORDER, Who.WAYBILL),
    ("Не все из перечисленных посылок можно поместить в акт: (AAP1)", "order_not_ready", Field.ORDER, Who.MANAGER),
    ("Только посылки с одинаковым пунктом приема могут быть сформированы в акт.", "sender_point_unknown", Field.SENDER,
     Who.ADMIN),
    ("Нет данных о посылках", "order_unknown", Field.ORDER, Who.CARRIER),
    ("Доставка до выбранного места невозможна", "service_unavailable", Field.SERVICE, Who.MANAGER),
)  # fmt: skip


@pytest.mark.parametrize(("text", "code", "field", "who"), RECORDED)
def test_recorded_texts_name_what_is_wrong(text: str, code: str, field: Field, who: Who) -> None:
    assert problem_of(text) == Problem(code, field, who, their_text=text)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("Значение «Номер телефона получателя» неверно.", "phone_refused", Field.PHONE),
        ("Необходимо заполнить «ФИО получателя».", "name_refused", Field.NAME),
        ("Значение «E-mail получателя» неверно.", "email_ignored", Field.EMAIL),
        ("Значение «Код ПВЗ» неверно.", "point_unknown", Field.POINT),
        ("ПВЗ 01001 выдает только предоплаченные заказы", "point_cannot", Field.POINT),
        ("Вес заказа превышает допустимый для ПВЗ 01001: 15 кг", "weight_refused", Field.WEIGHT),
        ("Габариты места превышают допустимые 120х80х50 см", "size_refused", Field.SIZE),
        ("Значение «Объявленная стоимость» должно быть от 5 до 300000.", "declared_refused", Field.DECLARED),
        ("Найдено несколько городов, уточните", "field_invalid", Field.ADDRESS),
        ("Город «Атлантида» не найден", "city_unknown", Field.ADDRESS),
        ("Курьерская доставка в город «Майский» не осуществляется", "delivery_not_served", Field.ADDRESS),
        ("Значение «Индекс» неверно.", "field_invalid", Field.ADDRESS),
        ("Значение «НДС» должно быть от -1 до 20.", "vat_refused", Field.ITEMS),
        ("Значение «Код маркировки» неверно.", "marking_refused", Field.ITEMS),
        ("Изменение невозможно: посылка уже выдана", "too_late_to_change", Field.ORDER),
        ("Посылка уже добавлена в акт, удаление невозможно", "too_late_to_cancel", Field.ORDER),
        ("Неверный код пункта приема", "sender_point_unknown", Field.SENDER),
    ],
)
def test_other_texts_are_read_by_their_words(text: str, code: str, field: Field) -> None:
    found = problem_of(text)
    assert (found.code, found.field, found.their_text) == (code, field, text)


def test_a_text_nobody_knows_is_its_own_code_without_what_it_quotes() -> None:
    one, other = problem_of("Луна «Иванов Иван» не в фазе"), problem_of("Луна «Пётр» не в фазе")
    assert one == Problem(
        "refused_unknown", Field.ORDER, Who.ADMIN, "Луна «…» не в фазе", "Луна «Иванов Иван» не в фазе"
    )
    assert one.key == other.key
    assert "Иванов" not in str(unread("Луна «Иванов Иван» не в фазе", "ParcelInfo"))


@pytest.mark.parametrize(
    "text", ["Неверный token", "Токен не найден", "Ошибка авторизации", "Ваша учетная запись заблокирована"]
)
def test_a_refused_key_stops_the_account(text: str) -> None:
    with pytest.raises(AccountProblem) as caught:
        pause(text, "ListCities")
    assert (caught.value.problem.who, caught.value.problem.their_text) == (Who.ADMIN, text)


@pytest.mark.parametrize("text", ["Превышено количество запросов", "Слишком много запросов"])
def test_an_overload_is_no_refusal(text: str) -> None:
    with pytest.raises(Unavailable) as caught:
        pause(text, "ListCities")
    assert caught.value.retry_after == 1.0
    pause("Необходимо заполнить «ФИО получателя».", "ParselCreate", write=True)


@pytest.mark.parametrize("text", ["Внутренняя ошибка сервера", "Сервис временно недоступен"])
def test_what_broke_inside_of_them_may_have_been_done(text: str) -> None:
    with pytest.raises(Uncertain):
        pause(text, "ParselCreate", write=True)
    with pytest.raises(Unavailable):
        pause(text, "ParcelInfo")


def test_of_a_label_link_only_the_number_is_taken() -> None:
    link = "http://evil.example/parcel-files/barcodes?parcel_id=123102807&token=secret"
    assert named_in(link, "parcel_id") == "123102807"
    assert named_in("https://api.boxberry.ru/parcel-files/act?upload_id=12942207&token=x", "upload_id") == "12942207"
    assert [named_in(odd, "parcel_id") for odd in (None, "", 7, "https://x/?a=1")] == ["", "", "", ""]


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("text", [row[0] for row in RECORDED])
def test_what_a_manager_reads_has_no_gaps(text: str, lang: str) -> None:
    problem = problem_of(text)
    shown = say_problem(problem, lang)
    assert "«»" not in shown
    assert "  " not in shown
    assert shown != say_problem(replace(problem, code="refused_unknown"), lang)
    assert text in shown
