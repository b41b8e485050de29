"""Where a cargo is: histories, undone statuses, the last mile, reasons, details."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from b24app.logistics.order import Decision, fingerprint_of
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.pek import tracking


def _row(code: int, name: str, hour: int, **more: Any) -> dict[str, Any]:
    return {
        "id": code,
        "date": f"2026-12-01T{hour:02d}:00:00",
        "name": name,
        "isCancel": False,
        "isFinal": False,
    } | more


HISTORY = [
    _row(4000, "Забор груза заказан", 9),
    _row(5, "Принят к перевозке", 12, isFinal=True),
    _row(14, "Выдан получателю", 14, isCancel=True),
    _row(7, "В пути", 13),
    _row(9001, "Груз на космодроме", 15),
]


def test_a_history_in_order_without_what_was_undone() -> None:
    state = tracking.state_of("780000000001", HISTORY, "wb-1-1")
    assert [(event.code, event.status, event.at.hour) for event in state.events] == [
        ("4000", Status.CREATED, 6),
        ("5", Status.ACCEPTED_AT_WAREHOUSE, 9),
        ("7", Status.IN_TRANSIT, 10),
        ("9001", Status.UNKNOWN, 12),
    ]
    assert state.events[0].at == datetime(2026, 12, 1, 6, tzinfo=UTC)
    assert [event.status for event in state.retracted] == [Status.DELIVERED]
    assert (state.number, state.decision, state.cancel) == ("wb-1-1", Decision.ACCEPTED, None)
    assert state.events[3].text == "Груз на космодроме"


@pytest.mark.parametrize("row", [{}, {"name": "В пути"}, {"date": "2026-12-01T10:00:00"}, {"id": 7, "date": "gestern"}])
def test_a_row_without_sense_is_left_out(row: dict[str, Any]) -> None:
    assert tracking.state_of("78", [row]).events == ()


def test_called_off_is_a_cancellation_unless_it_was_undone() -> None:
    off = _row(2, "Аннулировано до приемки груза", 10)
    assert tracking.state_of("78", [HISTORY[0], off]).cancel is Decision.ACCEPTED
    assert tracking.state_of("78", [HISTORY[0], {**off, "isCancel": True}]).cancel is None


def test_the_way_back_is_marked_and_what_is_lost_is_told() -> None:
    state = tracking.state_of("78", [_row(17, "Отправлен на возврат", 1), _row(4, "Возвращен отправителю", 2)])
    assert [(event.status, event.back) for event in state.events] == [(Status.RETURNING, True), (Status.RETURNED, True)]
    [lost] = tracking.state_of("78", [_row(19, "Утилизирован", 1)]).events
    assert (lost.status, lost.incident) == (Status.LOST, Incident.DISPOSED)
    assert lost.problem is not None
    assert (lost.problem.code, lost.problem.who) == ("delivery_disposed", Who.CARRIER)


# --- the last mile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "name", "asked"),
    [
        ("78d", "Выполняется адресная доставка", True),
        ("78d", "Прибыл", True),
        ("78d", "В пути", False),
        ("78", "Прибыл", False),
        ("78d", "Доставлен получателю", False),
    ],
)
def test_only_a_door_that_was_reached_is_asked_for(remote: str, name: str, *, asked: bool) -> None:
    assert tracking.at_last_mile(tracking.state_of(remote, [_row(1, name, 1)])) is asked
    assert not tracking.at_last_mile(tracking.state_of(remote, []))


@pytest.mark.parametrize(
    ("code", "status", "incident"),
    [
        (3030, Status.DELIVERY_FAILED, Incident.RESCHEDULED),
        (3050, Status.DELIVERY_FAILED, Incident.RESCHEDULED),
        (3999, Status.UNKNOWN, None),
    ],
)
def test_a_failed_attempt_follows_the_newest_status(code: int, status: Status, incident: Incident | None) -> None:
    state = tracking.state_of("78d", [_row(13, "Выполняется адресная доставка", 9)])
    row = {"deliveryStatusCode": code, "deliveryStatus": "Перенесено", "deliveryPlanDate": "2026-12-03T00:00:00"}
    told = tracking.with_delivery(state, row)
    last = told.events[-1]
    assert (last.code, last.status, last.incident, last.at) == (str(code), status, incident, state.events[0].at)
    assert told.promised == date(2026, 12, 3)
    assert (last.problem.field if last.problem else None) == (Field.DATE if incident else None)
    assert len({event.key for event in told.events}) == 2


@pytest.mark.parametrize("code", [3000, 3010, 3070, 3090, 3200, 3500, None, "?"])
def test_what_the_history_tells_already_is_no_event(code: Any) -> None:
    state = tracking.state_of("78d", [_row(13, "Выполняется адресная доставка", 9)])
    assert tracking.with_delivery(state, {"deliveryStatusCode": code}).events == state.events
    assert tracking.with_delivery(tracking.state_of("78d", []), {"deliveryStatusCode": 3050}).events == ()


# --- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "incident", "code"),
    [
        ("Отказ получателя от груза", Incident.REFUSED, "delivery_refused"),
        ("Заявление отправителя", Incident.SENDER_REQUEST, None),
        ("Ретроградный Меркурий", Incident.UNKNOWN, "delivery_unknown"),
    ],
)
def test_why_it_goes_back(reason: str, incident: Incident, code: str | None) -> None:
    state = tracking.state_of("78", [_row(17, "Отправлен на возврат", 1)])
    assert tracking.is_sent_back(state)
    last = tracking.with_reason(state, reason).events[-1]
    assert (last.incident, last.reason, last.problem.code if last.problem else None) == (incident, reason, code)
    assert last.key == state.events[-1].key


def test_a_reason_belongs_to_a_way_back_only() -> None:
    state = tracking.state_of("78", HISTORY)
    assert tracking.with_reason(state, "Отказ") == state
    back = tracking.state_of("78", [_row(17, "Отправлен на возврат", 1)])
    assert tracking.with_reason(back, "") == back


def test_reasons_of_an_answer() -> None:
    rows = [{"cargoCode": "1", "currentStatus": {"ReturnReason": "Отказ"}}, {"cargoCode": "2", "currentStatus": None}]
    assert tracking.current_reasons({"сargos": rows}) == {"1": "Отказ", "2": ""}
    assert tracking.current_reasons(None) == {}


# --- details ----------------------------------------------------------------------------------------------------------

DETAILS: dict[str, Any] = {
    "info": {
        "cargoStatus": "В пути",
        "arrivalPlanDateTime": "2026-12-04T08:17:59",
        "storageStartPlanDate": "2026-12-07T00:00:00",
    },
    "cargo": {"code": "990000000001", "orderNumber": "wb-1-1", "weight": 1.95, "amount": 2.0},
    "services": {"sum": 450.5},
    "receiver": {"person": "Мария Северцева", "phone": "+79000001462"},
}


def test_details_complete_a_state() -> None:
    state = tracking.with_details(tracking.state_of("780000000001", HISTORY), DETAILS)
    assert (state.remote_id, state.order_number, state.number) == ("780000000001", "990000000001", "wb-1-1")
    assert state.tracking_url.endswith("990000000001")
    assert state.price is not None
    assert (state.price.minor, state.promised) == (45_050, date(2026, 12, 4))
    assert state.keep_until == datetime(2026, 12, 6, 21, tzinfo=UTC)
    assert state.fingerprint == fingerprint_of("Мария Северцева", "+79000001462", [1950])
    assert state.total_step_g == 10
    assert len(state.events) == 4


@pytest.mark.parametrize("hidden", [{"receiver": {}}, {"receiver": {"person": "М"}}, {"cargo": {"code": "1"}}])
def test_what_is_not_shown_proves_nothing(hidden: dict[str, Any]) -> None:
    state = tracking.with_details(tracking.state_of("78", []), {**DETAILS, **hidden})
    assert (state.fingerprint, state.total_step_g) == ("", 0)


def test_an_order_without_details_keeps_what_it_has() -> None:
    state = tracking.with_details(tracking.state_of("78d", []), {})
    assert (state.order_number, state.number, state.price, state.promised) == ("78", "", None, None)


@pytest.mark.parametrize(("text", "off"), [("Аннулировано до приемки груза", True), ("В пути", False), (None, False)])
def test_called_off_by_its_present_status(text: str | None, *, off: bool) -> None:
    assert tracking.is_called_off({"info": {"cargoStatus": text}}) is off


def test_papers_that_travel_back_are_no_cargo_of_ours() -> None:
    assert tracking.is_papers({"cargo": {"parentCargoCode": "772193116238"}})
    assert not tracking.is_papers({"cargo": {"parentCargoCode": None}})
