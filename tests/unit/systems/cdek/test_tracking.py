"""Statuses, reasons and delivery problems of CDEK in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.cdek.callbacks import parse_callback
from b24app.systems.cdek.tracking import problem_events, status_events
from b24app.systems.cdek.vocabulary import (
    DELIVERY_PROBLEMS,
    REASONS,
    STATUSES,
    status_of,
)
from b24app.systems.kit.units import centimetres, day_of, moment_of

#: cdek.md §11.1: both spellings of every status.
TABLE = """
ACCEPTED submitting|CREATED created|REMOVED cancelled|INVALID rejected
RECEIVED_AT_SHIPMENT_WAREHOUSE accepted_at_warehouse|RECEIVED_AT_SENDER_WAREHOUSE accepted_at_warehouse
READY_TO_SHIP_AT_SENDING_OFFICE in_transit|READY_FOR_SHIPMENT_IN_SENDER_CITY in_transit
READY_FOR_SHIPMENT_IN_TRANSIT_CITY in_transit|RETURNED_TO_SENDER_CITY_WAREHOUSE in_transit
PASSED_TO_CARRIER_AT_SENDING_OFFICE in_transit|TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY in_transit
SEND_TO_TRANSIT_OFFICE in_transit|SENT_TO_TRANSIT_CITY in_transit|MET_AT_TRANSIT_OFFICE in_transit
ACCEPTED_IN_TRANSIT_CITY in_transit|ACCEPTED_AT_TRANSIT_WAREHOUSE in_transit|RETURNED_TO_TRANSIT_WAREHOUSE in_transit
READY_TO_SHIP_IN_TRANSIT_OFFICE in_transit|PASSED_TO_CARRIER_AT_TRANSIT_OFFICE in_transit
TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY in_transit|SENT_TO_SENDER_CITY in_transit|MET_AT_SENDING_OFFICE in_transit
ACCEPTED_IN_SENDER_CITY in_transit|SENT_TO_RECIPIENT_CITY in_transit|MET_AT_RECIPIENT_OFFICE in_transit
ACCEPTED_IN_RECIPIENT_CITY in_transit|ARRIVED_AT_RECIPIENT_CITY in_transit
ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE in_transit|ACCEPTED_AT_PICK_UP_POINT ready_for_pickup
TAKEN_BY_COURIER out_for_delivery|RETURNED_TO_RECIPIENT_CITY_WAREHOUSE delivery_failed|DELIVERED delivered
NOT_DELIVERED returning|ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE in_transit|ENTERED_TO_TRANSIT_WAREHOUSE in_transit
ENTERED_TO_DELIVERY_WAREHOUSE in_transit|ENTERED_TO_RECIPIENT_CITY_WAREHOUSE in_transit
ENTERED_TO_WAREHOUSE_ON_DEMAND in_transit|ENTERED_TO_PICK_UP_POINT in_transit|IN_CUSTOMS_INTERNATIONAL in_transit
SHIPPED_TO_DESTINATION in_transit|PASSED_TO_TRANSIT_CARRIER in_transit|IN_CUSTOMS_LOCAL in_transit
CUSTOMS_COMPLETE in_transit|POSTOMAT_POSTED ready_for_pickup|POSTOMAT_SEIZED returning|POSTOMAT_RECEIVED delivered
"""
PAIRS = [pair.split() for pair in TABLE.replace("\n", "|").split("|") if pair]


@pytest.mark.parametrize(("code", "ours"), PAIRS)
def test_every_status_of_the_contract_is_ours(code: str, ours: str) -> None:
    assert status_of(code) == ours


def test_no_status_is_known_that_the_contract_does_not_name() -> None:
    assert set(STATUSES) == {code for code, _ in PAIRS}


@pytest.mark.parametrize(
    ("code", "reason", "back", "ours"),
    [
        ("NOT_DELIVERED", "26", False, Status.LOST),
        ("NOT_DELIVERED", "27", False, Status.LOST),
        ("NOT_DELIVERED", "11", False, Status.RETURNING),
        ("DELIVERED", "20", False, Status.DELIVERED),
        ("DELIVERED", "", True, Status.RETURNED),
        ("CREATED", "", True, Status.RETURNING),
        ("SENT_TO_RECIPIENT_CITY", "", True, Status.RETURNING),
        ("BRAND_NEW", "", False, Status.UNKNOWN),
        ("BRAND_NEW", "", True, Status.UNKNOWN),
    ],
)
def test_reasons_and_the_way_back_change_the_meaning(code: str, reason: str, back: bool, ours: Status) -> None:
    assert status_of(code, reason, back) is ours


def test_every_reason_and_problem_of_the_contract_is_an_incident() -> None:
    assert set(REASONS) == {str(code) for code in [*range(1, 28), *range(31, 35)]}
    listed = [1, 9, 11, 13, 17, 19, *range(35, 50), *range(52, 58)]
    assert set(DELIVERY_PROBLEMS) == {str(code) for code in listed}
    assert (REASONS["2"], REASONS["26"], REASONS["20"]) == (Incident.NO_ANSWER, Incident.LOST, Incident.PARTIAL)


def row(code: str, at: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"имя {code}", "date_time": at, "city": "Тверь", **more}


NEWEST_FIRST = [
    row("SENT_TO_RECIPIENT_CITY", "2026-11-23T12:00:00+0700"),
    row("CREATED", "2026-11-23T04:00:00+0000"),
    row("ACCEPTED", "2026-11-23T04:00:00Z"),
]


@pytest.mark.parametrize("rows", [NEWEST_FIRST, NEWEST_FIRST[::-1]])
def test_statuses_are_sorted_by_time_however_they_come(rows: list[dict[str, Any]]) -> None:
    events, _ = status_events({"statuses": rows})
    assert [event.code for event in events] == ["ACCEPTED", "CREATED", "SENT_TO_RECIPIENT_CITY"]
    assert events[-1].at == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_a_rolled_back_status_does_not_count() -> None:
    events, retracted = status_events(
        {"statuses": [*NEWEST_FIRST, row("DELIVERED", "2026-11-24T04:00:00Z", deleted=True)]}
    )
    assert "DELIVERED" not in [event.code for event in events]
    assert [event.status for event in retracted] == [Status.DELIVERED]


def test_a_failure_says_whom_to_ask() -> None:
    [failed], _ = status_events(
        {"statuses": [row("RETURNED_TO_RECIPIENT_CITY_WAREHOUSE", "2026-11-24T04:00:00Z", reason_code="1")]}
    )
    assert failed.incident is Incident.WRONG_ADDRESS
    assert failed.problem is not None
    assert (failed.problem.code, failed.problem.field, failed.problem.who) == (
        "delivery_wrong_address",
        Field.ADDRESS,
        Who.MANAGER,
    )


def test_an_unknown_reason_is_kept_and_said_to_be_unknown() -> None:
    [failed], _ = status_events({"statuses": [row("NOT_DELIVERED", "2026-11-24T04:00:00Z", reason_code="99")]})
    assert (failed.incident, failed.reason) == (Incident.UNKNOWN, "99")
    [note] = problem_events({"delivery_problem": [{"code": "99", "create_date": "2026-11-24T04:00:00+0000"}]})
    assert (note.incident, note.reason, note.problem.code if note.problem else "") == (
        Incident.UNKNOWN, "99", "delivery_unknown")  # fmt: skip


def test_a_partial_delivery_is_no_problem() -> None:
    [done], _ = status_events({"statuses": [row("DELIVERED", "2026-11-24T04:00:00Z", reason_code="20")]})
    assert (done.incident, done.problem) == (Incident.PARTIAL, None)


def test_delivery_problems_are_notes_with_a_problem() -> None:
    [note] = problem_events({"delivery_problem": [{"code": "47", "create_date": "2026-11-24T04:00:00+0000"}]})
    assert (note.status, note.incident) == (None, Incident.WRONG_ADDRESS)
    assert note.problem is not None
    assert note.problem.their_code == "47"
    [quiet] = problem_events({"delivery_problem": [{"code": 53, "create_date": "2026-11-24T04:00:00+0000"}]})
    assert (quiet.incident, quiet.problem) == (Incident.RESCHEDULED, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-04T12:42:08+0000", datetime(2026, 8, 4, 12, 42, 8, tzinfo=UTC)),
        ("2024-12-06T11:32:31.608716Z", datetime(2024, 12, 6, 11, 32, 31, 608716, tzinfo=UTC)),
        ("2024-12-06T11:32:31.6087161Z", datetime(2024, 12, 6, 11, 32, 31, 608716, tzinfo=UTC)),
        ("2020-01-01T07:00:00+0700", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-01-01T00:00:00", datetime(2020, 1, 1, tzinfo=UTC)),
        ("gestern", None),
        (None, None),
        (5, None),
    ],
)
def test_all_their_spellings_of_a_moment_are_read(text: Any, moment: datetime | None) -> None:
    assert moment_of(text) == moment


def test_units_and_silly_dates() -> None:
    assert [centimetres(mm) for mm in (0, 1, 10, 11, 200)] == [0, 1, 1, 2, 20]
    assert day_of("0002-11-28") is None
    assert str(day_of("2026-11-26T00:00:00+0000")) == "2026-11-26"


def test_a_return_orders_callback_names_the_direct_order_too() -> None:
    body = (
        b'{"type":"ORDER_STATUS","uuid":"back","attributes":{"code":"DELIVERED ","is_return":true,'
        b'"status_date_time":"t","related_entities":[{"type":"direct_order","uuid":"direct"}]}}'
    )
    hints = parse_callback(body)
    assert [hint.remote_id for hint in hints] == ["direct", "back"]
    assert hints[1].key == "back|DELIVERED|t"
    assert len({hint.key for hint in hints}) == 2
