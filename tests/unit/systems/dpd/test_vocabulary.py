"""Units at their borders, times in every form, and tables that are complete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.dpd import vocabulary
from b24app.systems.dpd.errors import cancel_problem, problems_of
from b24app.systems.dpd.vocabulary import amount_text, cubic_metres, kilos, moment, roubles, volume_of, zone_of


@pytest.mark.parametrize(("grams", "kg"), [(1, 0.01), (10, 0.01), (11, 0.02), (700, 0.7), (1000, 1.0), (31_505, 31.51)])
def test_kilograms_have_two_decimals_and_never_less_weight(grams: int, kg: float) -> None:
    assert kilos(grams) == kg


def test_cubic_metres_have_three_decimals() -> None:
    assert cubic_metres((200, 150, 100)) == Decimal("0.003")
    assert volume_of([Decimal("0.003"), Decimal("0.0001")]) == 0.004
    assert volume_of([Decimal("0.003"), cubic_metres((0, 150, 100))]) is None
    assert volume_of([]) is None


def test_roubles_are_exact_to_the_kopeck() -> None:
    assert [roubles(Money(minor)) for minor in (1, 99, 100, 33_334)] == [0.01, 0.99, 1.0, 333.34]
    assert [amount_text(minor) for minor in (0, 1, 90_000, 33_334)] == ["0.00", "0.01", "900.00", "333.34"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("GMT+07:00", 7), ("+7", 7), ("7", 7), ("+0700", 7), (7.0, 7), (Decimal("7"), 7), ("-3:30", -3.5), ("+03:00", 3)],
)
def test_the_zone_of_an_event_is_read_in_every_form(text: object, hours: float) -> None:
    assert zone_of(text) == timezone(timedelta(hours=hours))


@pytest.mark.parametrize("text", ["", None, "GMT", "+99", "север"])
def test_what_is_no_zone_is_none(text: object) -> None:
    assert zone_of(text) is None


@pytest.mark.parametrize(
    "text",
    ["2026-03-02T14:05:00", "2026-03-02T14:05:00+07:00", "02.03.2026 14:05:00", "02.03.2026 14:05", "2026-03-02 14:05"],
)
def test_a_time_without_a_zone_is_local(text: str) -> None:
    assert moment(text, timezone(timedelta(hours=7))) == datetime(2026, 3, 2, 7, 5, tzinfo=UTC)


def test_a_time_is_moscows_when_nothing_else_is_said() -> None:
    assert moment(datetime(2026, 3, 2, 3, 5)) == datetime(2026, 3, 2, 0, 5, tzinfo=UTC)  # noqa: DTZ001 - as zeep gives it
    assert [moment(text) for text in ("", None, "завтра", "0001-01-01T00:00:00")] == [None] * 4


def test_every_event_of_the_contract_has_a_meaning_and_only_one() -> None:
    table = (Path(__file__).parents[4] / "sandbox" / "dpd" / "data" / "events.txt").read_text("utf-8")
    numbers = {line.split("|")[0] for line in table.splitlines() if line and not line.startswith("#")}
    assert set(vocabulary.EVENTS) | vocabulary.NOTES == numbers
    assert not set(vocabulary.EVENTS) & vocabulary.NOTES
    assert set(vocabulary.EVENT_INCIDENTS) <= numbers
    assert numbers >= vocabulary.BACK_EVENTS
    back = {vocabulary.EVENTS[number] for number in vocabulary.BACK_EVENTS}
    assert back == {Status.RETURNING, Status.RETURNED}


def test_every_parcel_state_has_a_meaning_and_words() -> None:
    assert set(vocabulary.STATES) == set(vocabulary.STATE_TEXTS)
    assert len(vocabulary.STATES) == 12
    assert vocabulary.EVENT_INCIDENTS["2408"] is Incident.WRONG_ADDRESS


@pytest.mark.parametrize(
    ("text", "code", "field", "who"),
    [
        ("Адрес получателя: не заполнено поле contactFio", "name_refused", Field.NAME, Who.MANAGER),
        ("Адрес получателя: неверный формат телефона 12", "phone_refused", Field.PHONE, Who.MANAGER),
        ("Адрес получателя: Неоднозначно задан населенный пункт (Киров)", "city_ambiguous", Field.ADDRESS, Who.MANAGER),
        ("Адрес отправителя: неверный формат телефона 12", "sender_phone", Field.SENDER, Who.ADMIN),
        ("Адрес отправителя: терминал (terminalCode) M99 не найден", "sender_point_unknown", Field.SENDER, Who.ADMIN),
        ("Адрес получателя: терминал (terminalCode) X не найден", "point_unknown", Field.POINT, Who.MANAGER),
        ("Терминал 001G переполнен", "point_closed", Field.POINT, Who.MANAGER),
        ("Наложенный платёж недоступен для терминала 001G", "point_no_cod", Field.POINT, Who.MANAGER),
        ("Вес посылки превышает допустимый для терминала 001G: 20 кг", "point_weight", Field.POINT, Who.MANAGER),
        ("Габариты посылки превышают допустимые для терминала 001G", "point_too_small", Field.POINT, Who.MANAGER),
        ("Услуга CSM недоступна для терминала 001G", "point_cannot", Field.POINT, Who.MANAGER),
        ("Услуга XXX не найдена или недоступна по договору", "service_contract", Field.SERVICE, Who.ADMIN),
        ("Дата забора груза (datePickup) ранее текущей даты", "date_refused", Field.DATE, Who.ADMIN),
        ("Вес отправки должен быть больше нуля", "weight_refused", Field.WEIGHT, Who.MANAGER),
        (
            "Адрес получателя: не заполнены обязательные поля street, house",
            "address_missing",
            Field.ADDRESS,
            Who.MANAGER,
        ),
        ("Что-то совсем новое", "refused_unknown", Field.ORDER, Who.ADMIN),
    ],
)
def test_a_refusal_is_read_by_its_words(text: str, code: str, field: Field, who: Who) -> None:
    [problem] = problems_of("OrderError", text)
    assert (problem.code, problem.field, problem.who) == (code, field, who)
    assert (problem.their_code, problem.their_text) == ("OrderError", text)


def test_each_line_is_a_problem_of_its_own() -> None:
    found = problems_of("OrderError", "Вес отправки должен быть больше нуля\n\nТерминал 001G переполнен\n")
    assert [problem.code for problem in found] == ["weight_refused", "point_closed"]
    assert [problem.code for problem in problems_of("OrderError", " ")] == ["refused"]


def test_a_cancellation_that_comes_too_late_says_so() -> None:
    assert cancel_problem("CallDPD", "Груз принят к перевозке").code == "too_late_to_cancel"
    assert cancel_problem("Error", "Заказ завершён и не может быть отменён").code == "too_late_to_cancel"
    assert cancel_problem("Error", "Сбой").code == "cancel_refused"
