"""A base without our extension: the admin's lines, and what its document tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24app.logistics.order import Decision, fingerprint_of, fingerprint_of_name
from b24app.logistics.status import Status
from b24app.systems.one_c_tms.fields import Fields, value_at
from b24app.systems.one_c_tms.tasks import parse_statuses, parse_task

LINES = """
Вес = cargo.weightKg
Склад_Key="0a000400-0000-4000-8000-000000000001"
ПолучательНаименование = stops[-1].contact.name
ПолучательТелефон = stops[1].contact.phone

Маршрут[stops].Адрес = address.text | warehouseRef
Места[cargo.packages].Вес = weightKg
"""
DOCUMENT: dict[str, Any] = {
    "comment": "",
    "stops": [
        {"warehouseRef": "MSK-01"},
        {"address": {"text": "Казань"}, "contact": {"name": "Мария", "phone": "+79000001462"}},
    ],
    "cargo": {"weightKg": 0.9, "packages": [{"no": 1, "weightKg": 0.7}, {"no": 2, "weightKg": 0.2}]},
}
ZONE, NAMES = ZoneInfo("Asia/Omsk"), {"number": "НомерКИС", "status": "Статус", "status_at": "ДатаСтатуса"}


def test_lines_fill_the_document_and_its_sections() -> None:
    built = Fields(LINES).build(DOCUMENT)
    assert built == {
        "Вес": 0.9, "Склад_Key": "0a000400-0000-4000-8000-000000000001", "ПолучательНаименование": "Мария",
        "ПолучательТелефон": "+79000001462",
        "Маршрут": [{"LineNumber": 1, "Адрес": "MSK-01"}, {"LineNumber": 2, "Адрес": "Казань"}],
        "Места": [{"LineNumber": 1, "Вес": 0.7}, {"LineNumber": 2, "Вес": 0.2}],
    }  # fmt: skip
    assert Fields("Комментарий = comment\nX = cargo.none.deeper\nY = stops[7].contact").build(DOCUMENT) == {}


STRANGE = ["Вес", "Вес = ", "= cargo", "Вес = cargo..weight", "А Б = cargo", "X[.Y = a", 'X = "a']


@pytest.mark.parametrize("line", STRANGE)
def test_lines_that_cannot_be_read_are_named(line: str) -> None:
    fields = Fields(f"Вес = cargo.weightKg\n{line}")
    assert (fields.strange, len(fields.lines)) == ([line.strip()], 1)


def test_what_metadata_must_have() -> None:
    assert Fields(LINES).needed("Document_X") == {
        "Document_X": {"Вес", "Склад_Key", "ПолучательНаименование", "ПолучательТелефон", "Маршрут", "Места"},
        "Document_X_Маршрут_RowType": {"Адрес"}, "Document_X_Места_RowType": {"Вес"},
    }  # fmt: skip


def test_a_path_that_leads_nowhere_has_no_value() -> None:
    assert value_at(DOCUMENT, "stops[-1].contact.name") == "Мария"
    for path in ("stops[2].seq", "stops.seq", "cargo.weightKg.x", "comment[0]", "none"):
        assert value_at(DOCUMENT, path) is None


ROW: dict[str, Any] = {
    "Ref_Key": "0a", "Number": "000000007", "Date": "2026-10-05T12:40:00", "НомерКИС": "wb-1-1", "Posted": True,
    "Статус": "Отправлено", "ДатаСтатуса": "2026-10-06T09:00:00", "DeletionMark": False,
    **Fields(LINES).build(DOCUMENT),
}  # fmt: skip


def test_a_document_tells_its_status_and_whose_it_is() -> None:
    state = parse_task(ROW, Fields(LINES), NAMES, {}, ZONE)
    assert (state.remote_id, state.number, state.decision) == ("0a", "wb-1-1", Decision.ACCEPTED)
    assert (state.order_number, state.tracking_number) == ("000000007", "000000007")
    assert [(event.code, event.status, event.at) for event in state.events] == [
        ("created", Status.CREATED, datetime(2026, 10, 5, 6, 40, tzinfo=UTC)),
        ("Отправлено", Status.IN_TRANSIT, datetime(2026, 10, 6, 3, tzinfo=UTC)),
    ]  # fmt: skip
    assert (state.fingerprint, state.total_step_g) == (fingerprint_of("Мария", "+79000001462", [700, 200]), 0)

    def told(mapping: dict[str, str] | None = None, **changes: Any) -> tuple[str, Status | None]:
        event = parse_task({**ROW, **changes}, Fields(LINES), NAMES, mapping or {}, ZONE).events[-1]
        return event.code, event.status

    assert told(Статус="НаТаможне") == ("НаТаможне", Status.UNKNOWN)
    assert told({"НаТаможне": "in_transit"}, Статус="НаТаможне") == ("НаТаможне", Status.IN_TRANSIT)
    assert told({"Отправлено": "nonsense"}) == ("Отправлено", Status.UNKNOWN)
    assert told(DeletionMark=True) == ("DeletionMark", Status.CANCELLED)
    assert told(Статус="Формируется") == ("created", Status.CREATED)
    bare = parse_task(ROW, Fields(LINES), {**NAMES, "status_at": ""}, {}, ZONE)
    assert bare.events[-1].at == bare.events[0].at


def test_an_order_is_known_by_as_much_as_is_mapped() -> None:
    def prints(lines: str) -> tuple[str, int]:
        fields = Fields(lines)
        state = parse_task({**ROW, **fields.build(DOCUMENT)}, fields, NAMES, {}, ZONE)
        return state.fingerprint, state.total_step_g

    name, phone = "Имя = stops[1].contact.name\n", "Телефон = stops[1].contact.phone\n"
    assert prints(name + phone + "Вес = cargo.weightKg") == (fingerprint_of("Мария", "+79000001462", [900]), 1)
    assert prints(name) == prints(name + phone) == (fingerprint_of_name("Мария"), 0)
    assert prints("Путь[stops].Кто = contact.name") == (fingerprint_of_name("Мария"), 0)
    assert prints("Вес = cargo.weightKg") == ("", 0)


def test_a_changed_status_is_read_again_once() -> None:
    rows: list[Any] = [ROW, {"Ref_Key": "0b", "DeletionMark": True}, {"Number": "1"}]
    page = parse_statuses(rows, "Статус", "")
    assert (page.read_again, page.skipped) == (("0a", "0b"), 1)
    assert json.loads(page.cursor) == {"0a": "Отправлено", "0b": "DeletionMark"}
    assert parse_statuses(rows, "Статус", page.cursor).read_again == ()
    moved = [{**ROW, "Статус": "Закрыто"}, rows[1]]
    assert parse_statuses(moved, "Статус", page.cursor).read_again == ("0a",)
    assert parse_statuses(rows[:1], "Статус", "{odd").read_again == ("0a",)
