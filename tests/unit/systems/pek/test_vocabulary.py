"""PEK's words and units in ours: every documented status, both units at their borders."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.pek import vocabulary as words

#: `cargoStatus` and the names of the history (pek.md §7), as the documentation lists them.
DOCUMENTED = {
    "Аннулировано до приемки груза": Status.CANCELLED,
    "Заявка на забор зарегистрирована": Status.CREATED,
    "Ожидается передача груза от отправителя": Status.CREATED,
    "Забор груза заказан": Status.CREATED,
    "Забор груза запланирован": Status.CREATED,
    "Принят к перевозке": Status.ACCEPTED_AT_WAREHOUSE,
    "Принят на ПВЗ": Status.ACCEPTED_AT_WAREHOUSE,
    "Принят": Status.ACCEPTED_AT_WAREHOUSE,
    "Оформлен": Status.ACCEPTED_AT_WAREHOUSE,
    "В пути": Status.IN_TRANSIT,
    "В пути на терминал": Status.IN_TRANSIT,
    "Прибыл": Status.READY_FOR_PICKUP,
    "Прибыл частично": Status.IN_TRANSIT,
    "Разгружается. Ожидайте оповещения": Status.IN_TRANSIT,
    "Выполняется адресная доставка": Status.OUT_FOR_DELIVERY,
    "Выдан получателю": Status.DELIVERED,
    "Доставлен получателю": Status.DELIVERED,
    "Выдан": Status.DELIVERED,
    "Выдан на складе": Status.DELIVERED,
    "Отправлен на возврат": Status.RETURNING,
    "Возврат груза отправителю": Status.RETURNING,
    "Возвращен отправителю": Status.RETURNED,
    "Утилизирован": Status.LOST,
    "Изъят на таможне": Status.LOST,
}


@pytest.mark.parametrize(("text", "status"), DOCUMENTED.items())
def test_every_documented_status_is_known_in_any_case(text: str, status: Status) -> None:
    for written in (
        text,
        text.lower(),
        f" {text.upper()} ",
        text.replace("е", "ё", 1) if "Возвращен" in text else text,
    ):
        assert words.status_of(written, "", door=False)[0] is status


def test_the_table_holds_nothing_else() -> None:
    assert set(words.STATUSES) == {words.folded(text) for text in DOCUMENTED}


@pytest.mark.parametrize(
    ("text", "code", "door", "status", "incident"),
    [
        ("Прибыл", "10", True, Status.IN_TRANSIT, None),
        ("Выдан ( мест 1 из 2 )", "16", False, Status.READY_FOR_PICKUP, Incident.PARTIAL),
        ("Выдан ( мест 1 из 2 )", "16", True, Status.OUT_FOR_DELIVERY, Incident.PARTIAL),
        ("Выдан (мест 2 из 2)", "16", False, Status.DELIVERED, None),
        ("Утилизирован", "19", False, Status.LOST, Incident.DISPOSED),
        ("Изъят на таможне", "20", False, Status.LOST, Incident.CUSTOMS),
        ("Что-то новое", "7", False, Status.IN_TRANSIT, None),
        ("Что-то новое", "9001", False, Status.UNKNOWN, None),
        ("", "4", False, Status.RETURNED, None),
    ],
)
def test_what_the_text_does_not_tell_alone(
    text: str, code: str, *, door: bool, status: Status, incident: Incident | None
) -> None:
    assert words.status_of(text, code, door) == (status, incident)


@pytest.mark.parametrize(
    ("text", "incident"),
    [
        ("Отказ получателя от груза", Incident.REFUSED),
        ("Истёк срок хранения", Incident.STORAGE_EXPIRED),
        ("Груз не востребован", Incident.STORAGE_EXPIRED),
        ("Заявление отправителя", Incident.SENDER_REQUEST),
        ("Повреждена упаковка", Incident.DAMAGED),
        ("Неверный адрес", Incident.WRONG_ADDRESS),
        ("Получатель не отвечает", Incident.NO_ANSWER),
        ("Ретроградный Меркурий", Incident.UNKNOWN),
    ],
)
def test_reasons_of_a_return(text: str, incident: Incident) -> None:
    assert words.reason_of(text) is incident


@pytest.mark.parametrize(
    ("grams", "kilos"),
    [(1, 0.01), (9, 0.01), (10, 0.01), (11, 0.02), (700, 0.7), (705, 0.71), (999, 1.0), (1000, 1.0), (12_345, 12.35)],
)
def test_grams_become_kilograms_rounded_up_to_hundredths(grams: int, kilos: float) -> None:
    assert words.kilograms(grams) == kilos


@pytest.mark.parametrize(("mm", "m"), [(1, 0.01), (10, 0.01), (11, 0.02), (150, 0.15), (1999, 2.0), (13_000, 13.0)])
def test_millimetres_become_metres_rounded_up_to_hundredths(mm: int, m: float) -> None:
    assert words.metres(mm) == m


@pytest.mark.parametrize(
    ("boxes", "volume"),
    [
        ([(10, 10, 10)], 0.01),
        ([(200, 150, 100)], 0.01),
        ([(1000, 1000, 1000)], 1.0),
        ([(1001, 1000, 1000)], 1.01),
        ([(200, 200, 200)] * 2, 0.02),
        # Each would be 0.01 by itself: the sum is rounded, not the parts.
        ([(100, 100, 100)] * 3, 0.01),
    ],
)
def test_cubic_metres_of_all_boxes_rounded_up_once(boxes: list[tuple[int, int, int]], volume: float) -> None:
    assert words.cubic_metres(*boxes) == volume


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-10T09:24:24", datetime(2026, 3, 10, 6, 24, 24, tzinfo=UTC)),
        ("2026-03-10T00:30:00", datetime(2026, 3, 9, 21, 30, tzinfo=UTC)),
        ("2022-12-20T17:12:39.237", datetime(2022, 12, 20, 14, 12, 39, 237_000, tzinfo=UTC)),
        ("2011-03-11Т14:01:15", datetime(2011, 3, 11, 11, 1, 15, tzinfo=UTC)),
        ("2015-05-21T00:00:00+03:00", datetime(2015, 5, 20, 21, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times_without_an_offset_are_moscows(text: str | None, moment: datetime | None) -> None:
    assert words.moscow(text) == moment


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 12, 3, 9, tzinfo=UTC), date(2026, 12, 4)),
        (datetime(2026, 12, 4, 9, tzinfo=UTC), date(2026, 12, 7)),
        (datetime(2026, 12, 5, 9, tzinfo=UTC), date(2026, 12, 7)),
        # Already the next day in Moscow.
        (datetime(2026, 12, 2, 21, 30, tzinfo=UTC), date(2026, 12, 4)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), date(2027, 1, 11)),
    ],
)
def test_the_next_working_day(now: datetime, day: date) -> None:
    assert words.working_day(now) == day


def test_a_key_knows_whether_it_goes_to_a_door() -> None:
    assert (words.remote_id("780000000001", door=True), words.remote_id("78", door=False)) == ("780000000001d", "78")
    assert (words.code_of("780000000001d"), words.to_door("780000000001d")) == ("780000000001", True)
    assert (words.code_of("78"), words.to_door("78")) == ("78", False)


def test_keys_are_read_in_both_alphabets() -> None:
    assert words.latin({"сargos": 1, "barсode": 2, "сode": 3, "Sender": 4}) == {
        "cargos": 1,
        "barcode": 2,
        "code": 3,
        "Sender": 4,
    }
    assert words.latin([1]) == {}
    assert words.rows_of([{"сode": 1}, 2, None]) == [{"code": 1}]
    assert words.rows_of({"code": 1}) == words.rows_of(None) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Мария Северцева", ("Северцева", "Мария", None)),
        ("Северцева Мария", ("Северцева", "Мария", None)),
        ("Иванов Иван Иванович", ("Иванов", "Иван", "Иванович")),
        ("Иван Иванович Иванов", ("Иванов", "Иван", "Иванович")),
        ("Анна Петровна Кац", ("Кац", "Анна", "Петровна")),
        ("Ким Алексей", ("Ким", "Алексей", None)),
        ("  Мария   Северцева ", ("Северцева", "Мария", None)),
        ("Мария", None),
        ("", None),
    ],
)
def test_a_name_in_either_order(name: str, found: tuple[str, str, str | None] | None) -> None:
    parts = words.person(name)
    assert (parts and (parts["lastName"], parts["firstName"], parts.get("patronymic"))) == found


@pytest.mark.parametrize(
    ("path", "text", "code", "field", "who"),
    [
        ("cargos[0].receiver.personPhones[0].phone", "", "phone_refused", Field.PHONE, Who.MANAGER),
        ("cargos[0].receiver.individual.lastName", "", "name_refused", Field.NAME, Who.MANAGER),
        ("sender.personPhones", "", "sender_phone", Field.SENDER, Who.ADMIN),
        ("cargos[0].receiver.warehouseId", "Склад не найден", "point_unknown", Field.POINT, Who.MANAGER),
        ("receiverWarehouseId", "Склад не найден", "point_unknown", Field.POINT, Who.MANAGER),
        ("cargos[0].receiver.warehouseId", "Превышен вес", "point_weight", Field.POINT, Who.MANAGER),
        ("cargos[0].receiver.warehouseId", "Не выдаёт", "point_cannot", Field.POINT, Who.MANAGER),
        ("cargos[0].receiver.addressStock", "Вне зоны", "city_unknown", Field.ADDRESS, Who.MANAGER),
        ("delivery.address", "Не удалось определить", "address_vague", Field.ADDRESS, Who.MANAGER),
        ("senderWarehouseId", "", "sender_point_unknown", Field.SENDER, Who.ADMIN),
        ("sender.addressStock", "", "sender_city_unknown", Field.SENDER, Who.ADMIN),
        ("sender.inn", "", "sender_name", Field.SENDER, Who.ADMIN),
        ("cargos[0].services.cashOnDelivery", "не заключено соглашение", "cod_not_allowed", Field.COD, Who.MANAGER),
        ("cargos[0].services.cashOnDelivery.cashOnDeliverySum", "", "cod_invalid", Field.COD, Who.MANAGER),
        ("a.cashOnDelivery.specification.specifications[0].title", "", "rows_refused", Field.ITEMS, Who.MANAGER),
        ("cargos[0].services.insurance.cost", "", "declared_refused", Field.DECLARED, Who.MANAGER),
        ("plannedDateTime", "", "date_refused", Field.DATE, Who.MANAGER),
        ("common.plannedDate", "", "date_refused", Field.DATE, Who.MANAGER),
        ("common.orderType", "", "pickup_refused", Field.SENDER, Who.ADMIN),
        ("cargos[0].common.weight", "", "weight_refused", Field.WEIGHT, Who.MANAGER),
        ("cargos[0].length", "", "size_refused", Field.SIZE, Who.MANAGER),
        ("types[1]", "", "service_unavailable", Field.SERVICE, Who.ADMIN),
        ("cargos[0].common.description", "", "field_invalid", Field.ITEMS, Who.ADMIN),
        ("common.docflowType", "", "field_invalid", Field.ACCOUNT, Who.ADMIN),
        ("cargos[0].x", "Неизвестное поле", "bad_request", Field.ORDER, Who.WAYBILL),
        ("cargos[0].x", "Звёзды против", "refused_unknown", Field.ORDER, Who.ADMIN),
    ],
)
def test_a_refusal_names_its_field(path: str, text: str, code: str, field: Field, who: Who) -> None:
    assert words.MEANINGS.of(path, text) == (code, field, who)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Забор груза уже запланирован в маршрутном листе водителя", "too_late_to_cancel"),
        ("Груз не найден", "order_unknown"),
        ("Просто нет", "cancel_refused"),
    ],
)
def test_why_a_cancellation_was_not_made(text: str, code: str) -> None:
    assert words.CANCELS.of("", text)[0] == code


@pytest.mark.parametrize(
    "text", ["Превышено количество запросов", "Превышен суточный лимит запросов", "Too many requests"]
)
def test_too_many_calls_in_any_words(text: str) -> None:
    assert words.TOO_MANY.search(text)
