"""Names of statuses, dates in five formats, histories and the balance (boxberry.md §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.boxberry.tracking import balance_of, news, packed, parse_events, unpacked
from b24app.systems.boxberry.vocabulary import incident_of, moment_of, status_of

#: §7.1 and the sources found since: every name, as it is written there.
TABLE = {
    Status.CREATED: """Заказ создан в личном кабинете; Загружен реестр ИМ; Не в акте; В обработке
        Получена информация о заказе. Отправление еще не передано на доставку в Boxberry
        Получена информация о заказе от ИМ""",
    Status.ACCEPTED_AT_WAREHOUSE: "Принято к доставке; Заказ передан на доставку",
    Status.IN_TRANSIT: """Передано на сортировку; Отправлен на сортировочный терминал
        Поступил на сортировочный терминал
        Ожидает отправки в город Получателя; Обработка на складе курьерской доставки; Отправлено в город назначения
        В пути в город получателя; В пути на терминал; В городе Получателя; Передан на доставку до пункта выдачи
        Передан на доставку до Пункта выдачи; Поступил в город для передачи курьеру; На терминале-отправителе
        В городе Получателя. Ожидайте поступления в Пункт выдачи; В пути из отделения на терминал""",
    Status.READY_FOR_PICKUP: "Поступило в пункт выдачи; Доступен к получению в Пункте выдачи; На отделении-получателе",
    Status.OUT_FOR_DELIVERY: """Передано на курьерскую доставку
        Передан на Курьерскую доставку, курьер позвонит за 30-60 минут до доставки
        Передано курьеру, курьер позвонит за 30-60 минут до доставки""",
    Status.DELIVERED: "Выдано; Успешно Выдан",
    Status.DELIVERY_FAILED: "Возвращено с курьерской доставки; Перенос срока курьерской доставки",
    Status.RETURNING: """Готовится к возврату; Заказ передан на возврат в Интернет-магазин; Отправлено в пункт приема
        Заказ в пути в Интернет-магазин; Возвращено в пункт приема""",
    Status.RETURNED: "Возвращено в ИМ; Заказ возвращен в Интернет-магазин",
}
NAMES = [
    (name.strip(), status) for status, names in TABLE.items() for row in names.splitlines() for name in row.split(";")
]


@pytest.mark.parametrize(("name", "status"), NAMES)
def test_every_name_has_its_status_however_it_is_written(name: str, status: Status) -> None:
    assert status_of(name) is status
    assert status_of(f"  {name.upper()} ") is status
    assert status_of(name.replace("е", "ё")) is status


def test_what_nobody_told_us_is_unknown_and_never_the_nearest() -> None:
    assert {status_of(name) for name in ("Передано на дирижабль", "Выдано курьеру", "Выдано соседу", "150", "")} == {
        Status.UNKNOWN
    }
    assert [status_of(name) for name in ("Утеряно", "Посылка утрачена", "Утрата")] == [Status.LOST] * 3
    assert status_of("Ошибка выгрузки") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-12-26 12:23:26", datetime(2020, 12, 26, 9, 23, 26, tzinfo=UTC)),
        ("2019-05-01T00:56:12", datetime(2019, 4, 30, 21, 56, 12, tzinfo=UTC)),
        ("2021.08.06 15:19:10", datetime(2021, 8, 6, 12, 19, 10, tzinfo=UTC)),
        ("26.12.2020 12:23", datetime(2020, 12, 26, 9, 23, tzinfo=UTC)),
        ("26/12/20 1:05:00 PM", datetime(2020, 12, 26, 10, 5, tzinfo=UTC)),
        ("26/12/2020 12:05:00 AM", datetime(2020, 12, 25, 21, 5, tzinfo=UTC)),
        ("2020-12-26", datetime(2020, 12, 25, 21, 0, tzinfo=UTC)),
        ("0001-01-01", None), ("2020-13-01 10:00:00", None), ("", None), (None, None), ("вчера", None),
        ("2020-12-26 25:00:00", None),
    ],
)  # fmt: skip
def test_dates_are_moscows_in_every_format(text: Any, moment: datetime | None) -> None:
    assert moment_of(text) == moment


def line(name: str, at: str, comment: str | None = None) -> dict[str, str]:
    return {"Name": name, "Date": at} | ({} if comment is None else {"Comment": comment})


def test_a_history_is_sorted_told_once_and_keeps_their_words() -> None:
    rows = [
        line("Передан на доставку до пункта выдачи", "2024-02-07 14:00:00"),
        line("Принято к доставке", "2024-02-07 13:40:54", ""),
        line("Передан на доставку до пункта выдачи", "2024-02-07 14:00:00"),
        line("", "2024-02-07 14:00:00"), line("Выдано", "когда-то"),
    ]  # fmt: skip
    assert parse_events(rows) == (
        TrackingEvent("Принято к доставке", "Принято к доставке", Status.ACCEPTED_AT_WAREHOUSE,
                      datetime(2024, 2, 7, 10, 40, 54, tzinfo=UTC)),
        TrackingEvent("Передан на доставку до пункта выдачи", "Передан на доставку до пункта выдачи", Status.IN_TRANSIT,
                      datetime(2024, 2, 7, 11, 0, tzinfo=UTC)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("comment", "incident", "problem"),
    [
        ("Не дозвонились", Incident.NO_ANSWER, ("delivery_no_answer", Field.PHONE, Who.MANAGER)),
        ("Отказ получателя", Incident.REFUSED, ("delivery_refused", Field.ORDER, Who.MANAGER)),
        ("Неверный номер телефона", Incident.WRONG_PHONE, ("delivery_wrong_phone", Field.PHONE, Who.MANAGER)),
        ("Не найден адрес", Incident.WRONG_ADDRESS, ("delivery_wrong_address", Field.ADDRESS, Who.MANAGER)),
        ("Собака съела", Incident.UNKNOWN, ("delivery_other", Field.ORDER, Who.CARRIER)),
        ("Перенос на другой день", Incident.RESCHEDULED, None),
        ("", None, None),
    ],
)
def test_a_failed_attempt_says_why(
    comment: str, incident: Incident | None, problem: tuple[str, Field, Who] | None
) -> None:
    (event,) = parse_events([line("Возвращено с курьерской доставки", "2024-02-07 14:00:00", comment)])
    assert (event.status, event.reason, event.incident) == (Status.DELIVERY_FAILED, comment, incident)
    assert event.problem == (Problem(*problem, their_text=comment) if problem else None)


def test_a_postponed_visit_a_lost_parcel_and_one_that_was_not_taken_over() -> None:
    assert incident_of("Перенос срока курьерской доставки", "") is Incident.RESCHEDULED
    (lost,) = parse_events([line("Утеряно", "2024-02-07 14:00:00")])
    assert (lost.status, lost.incident) == (Status.LOST, Incident.LOST)
    assert lost.problem == Problem("delivery_lost", Field.ORDER, Who.CARRIER, their_text="Утеряно")
    (stuck,) = parse_events([line("Ошибка выгрузки", "2024-02-07 14:00:00")])
    assert (stuck.status, stuck.problem) == (None, Problem("order_invalid", Field.ORDER, their_text="Ошибка выгрузки"))


def test_a_part_that_was_handed_out_is_told() -> None:
    (whole,) = parse_events([line("Выдано", "2024-02-07 14:00:00")])
    (part,) = parse_events([line("Выдано", "2024-02-07 14:00:00")], partial=True)
    assert (whole.incident, part.status, part.incident) == (None, Status.DELIVERED, Incident.PARTIAL)


def test_a_way_back_belongs_to_the_parcel_unless_it_never_left() -> None:
    made, back = line("Загружен реестр ИМ", "2024-02-07 10:00:00"), line("Готовится к возврату", "2024-02-07 12:00:00")
    taken, home = line("Принято к доставке", "2024-02-07 11:00:00"), line("Возвращено в ИМ", "2024-02-09 12:00:00")
    told = [(event.status, event.back) for event in parse_events([made, taken, back, home])]
    assert told == [(Status.CREATED, False), (Status.ACCEPTED_AT_WAREHOUSE, False), (Status.RETURNING, True),
                    (Status.RETURNED, True)]  # fmt: skip
    assert [event.status for event in parse_events([made, back])] == [Status.CREATED, Status.CANCELLED]
    # A history that begins in the middle says nothing about the beginning.
    assert [event.status for event in parse_events([back])] == [Status.RETURNING]
    assert [event.status for event in parse_events([made, back, home])][-1] is Status.RETURNED


def test_the_balance_tells_what_to_read_again() -> None:
    before = balance_of([{"ID": "A-1", "Status": "Не в акте"}, {"ID": "A-2", "Status": "В пути на терминал"},
                         {"ID": "A-3", "Status": "В пути на терминал"}, {"ID": "", "Status": "?"}, {}])  # fmt: skip
    now = balance_of([{"ID": "A-1", "Status": "Принято к доставке"}, {"ID": "A-2", "Status": " в пути на ТЕРМИНАЛ"},
                      {"ID": "A-4", "Status": "Не в акте"}, {"ID": "A-5", "Status": "Выдача"}])  # fmt: skip
    assert news(before, now) == ["A-1", "A-5", "A-3"]
    assert news(now, now) == []
    assert news({}, now) == ["A-1", "A-2", "A-5"]


def test_what_is_kept_between_two_looks_is_small_and_never_trusted() -> None:
    balance = {f"wb-{n}-1": ("в пути на терминал", "не в акте")[n % 2] for n in range(10_000)}
    cursor = packed(balance)
    assert unpacked(cursor) == balance
    assert len(cursor) < 60_000
    assert [unpacked(odd) for odd in ("", "abc", "ы", packed({})[:-3])] == [{}, {}, {}, {}]
