"""What follows an order of CDEK's: agreements, calls of couriers, the client's way back, as they are built and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.aftercare import CourierRequest, CourierState, ReturnRequest
from b24app.logistics.changes import Slot
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, Decision
from b24app.logistics.status import Status
from b24app.systems.cdek.changes import build_agreement, build_slot, is_agreed, parse_agreement, parse_slots
from b24app.systems.cdek.client import Reply
from b24app.systems.cdek.couriers import build_courier, is_of, parse_courier
from b24app.systems.cdek.errors import Said
from b24app.systems.cdek.orders import SHOP, Way, change_requests, parse_order
from b24app.systems.cdek.returns import Direct, ReturnDesk, parse_direct, turned_round

WAY = Way(SHOP, 137, Sender(point_code="MSK5"), to_city="424")
DOOR = ShipmentRequest(
    "wb-1-1",
    "parcel",
    DeliveryKind.COURIER,
    Recipient("Мария", "8", "+79000001462", company="ООО Ромашка"),
    (Parcel(700, 200, 150, 100),),
    address=read_address("420111, Казань, ул. Баумана, 5"),
    cod=Money.of(900),
    declared=Money.of(900),
)
POINT = replace(DOOR, kind=DeliveryKind.PICKUP, address=None, point_code="KZN12")
DAYS: list[dict[str, Any]] = [
    {"date": "2026-12-02", "time_intervals": [{"start_time": "09:00", "end_time": "18:00"}]},
    {
        "date": "2026-12-01",
        "time_intervals": [
            {"start_time": "09:00", "end_time": "14:00"},
            {"start_time": "10:00", "end_time": "18:00"},
            {"start_time": "18:00", "end_time": "22:00"},
        ],
    },
]


def test_an_agreement_is_for_the_first_day_and_its_longest_window() -> None:
    assert build_agreement("u-1", DOOR, WAY, DAYS) == {
        "order_uuid": "u-1",
        "date": "2026-12-01",
        "time_from": "10:00",
        "time_to": "18:00",
        "to_location": {"code": 424, "postal_code": "420111", "address": "420111, Казань, ул. Баумана, 5"},
    }
    assert build_agreement("u-1", POINT, WAY, [{"date": "2026-12-01"}]) == {
        "order_uuid": "u-1",
        "date": "2026-12-01",
        "delivery_point": "KZN12",
    }


@pytest.mark.parametrize("days", [[], [{"date": "2026-12-01", "time_intervals": []}], [{"time_intervals": "odd"}]])
def test_no_day_is_made_up(days: list[dict[str, Any]]) -> None:
    with pytest.raises(Refused) as caught:
        build_agreement("u-1", DOOR, WAY, days)
    assert [problem.code for problem in caught.value.problems] == ["date_refused"]


def reply(*codes: str, **request: Any) -> Reply:
    rows = [{"code": code, "date_time": f"2026-11-12T10:00:0{n}+0000"} for n, code in enumerate(codes)]
    return Reply(200, {"entity": {"uuid": "a-1", "statuses": rows}, "requests": [{"type": "CREATE", **request}]}, ())


def test_times_are_read_in_order_and_what_is_none_is_left_out() -> None:
    days = [{"date": "2026-12-03", "time_intervals": [{"start_time": "10:00", "end_time": "18:00"}, {}]},
            {"date": "2026-12-02", "time_intervals": [{"start_time": "18:00", "end_time": "22:00"},
                                                      {"start_time": "09:00:00", "end_time": "14:00:00"}]},
            {"date": "soon", "time_intervals": [{"start_time": "10:00", "end_time": "18:00"}]}]  # fmt: skip
    assert [each.key for each in parse_slots({"date_intervals": days})] == [
        "2026-12-02 09:00-14:00",
        "2026-12-02 18:00-22:00",
        "2026-12-03 10:00-18:00",
    ]
    assert parse_slots({}) == ()


SLOT = Slot(date(2026, 12, 2), time(9), time(14))


def test_a_time_is_agreed_as_it_was_offered() -> None:
    body = {"order_uuid": "u-1", "date": "2026-12-02", "time_from": "09:00", "time_to": "14:00"}
    assert build_slot("u-1", SLOT) == body


@pytest.mark.parametrize(
    ("row", "same"),
    [
        ({"date": "2026-12-02", "time_from": "09:00", "time_to": "14:00"}, True),
        ({"date": "2026-12-02"}, True),
        ({"date": "2026-12-02", "time_from": "18:00", "time_to": "22:00"}, False),
        ({"date": "2026-12-03", "time_from": "09:00", "time_to": "14:00"}, False),
    ],
)
def test_the_order_tells_which_time_is_agreed(row: dict[str, str], same: bool) -> None:
    rows = [{"type": "waybill", "uuid": "w"}, {"type": "delivery", "uuid": "a", **row}]
    assert is_agreed({"related_entities": rows}, SLOT) is same
    assert not is_agreed({"related_entities": rows[:1]}, SLOT)


@pytest.mark.parametrize(
    ("codes", "decision"),
    [
        ((), Decision.PENDING),
        (("ACCEPTED",), Decision.PENDING),
        (("ACCEPTED", "PROCESSING"), Decision.ACCEPTED),
        (("ACCEPTED", "PROCESSING", "CANCEL"), Decision.REFUSED),
        (("ACCEPTED", "INVALID"), Decision.REFUSED),
        (("ACCEPTED", "BRAND_NEW"), Decision.PENDING),
    ],
)
def test_how_far_an_agreement_is(codes: tuple[str, ...], decision: Decision) -> None:
    assert parse_agreement(reply(*codes)) == ChangeState("delivery:a-1", decision)
    assert parse_agreement(Reply(200, {"entity": {}}, ())) is None


def test_a_refused_agreement_says_why() -> None:
    errors = [{"code": "v2_city_can_not_be_changed", "message": "Нельзя"}]
    found = parse_agreement(reply("INVALID", state="INVALID", errors=errors))
    assert found is not None
    assert [(problem.code, problem.their_text) for problem in found.problems] == [("too_late_to_change", "Нельзя")]


CALL = CourierRequest(
    "wb-1-1c1", date(2026, 12, 1), time(10), time(18, 30), ("u-1", "u-2"), weight_g=1400, comment="Проходная 2"
)


def test_a_courier_is_called_for_the_first_order_with_the_weight_of_all() -> None:
    assert build_courier(CALL) == {
        "order_uuid": "u-1",
        "intake_date": "2026-12-01",
        "intake_time_from": "10:00",
        "intake_time_to": "18:30",
        "comment": "[wb-1-1c1] Проходная 2",
        "weight": 1400,
    }
    assert len(build_courier(replace(CALL, comment="х" * 400))["comment"]) == 255


@pytest.mark.parametrize(
    ("codes", "number", "state"),
    [
        ((), "", CourierState("a-1")),
        (("ACCEPTED",), "", CourierState("a-1")),
        (("ACCEPTED", "CREATED"), "77", CourierState("a-1", "77", Decision.ACCEPTED)),
        (("ACCEPTED", "APPOINTED_COURIER"), "77", CourierState("a-1", "77", Decision.ACCEPTED)),
        (("ACCEPTED", "CREATED", "REMOVED"), "77", CourierState("a-1", "77", Decision.ACCEPTED, cancelled=True)),
    ],
)
def test_how_far_a_courier_call_is(codes: tuple[str, ...], number: str, state: CourierState) -> None:
    found = reply(*codes)
    assert parse_courier({**found.entity, "intake_number": number}, found.requests) == state
    assert parse_courier({}) is None


def test_a_refused_call_says_why_and_one_without_a_reason_says_so_too() -> None:
    found = reply("INVALID", state="INVALID", errors=[{"code": "ve_tariff_mode_not_from_door", "message": "Нет"}])
    state = parse_courier(found.entity, found.requests)
    assert state is not None
    assert (state.decision, state.problems[0].their_code) == (Decision.REFUSED, "ve_tariff_mode_not_from_door")
    bare = parse_courier(reply("INVALID").entity)
    assert bare is not None
    assert [problem.code for problem in bare.problems] == ["pickup_refused"]


def test_a_call_is_known_by_our_number_else_by_its_hours() -> None:
    mine = build_courier(CALL)
    assert is_of(mine, CALL)
    assert not is_of(mine, replace(CALL, number="wb-1-1c2"))
    hidden = {name: value for name, value in mine.items() if name != "comment"}
    assert is_of(hidden, CALL)
    assert not is_of(hidden, replace(CALL, end=time(19)))


OWN = Sender("Пётр", "+74950000001", "ООО Чашки", "MSK5", read_address("Москва, Тверская 1"))


def test_the_way_back_starts_at_the_client_and_ends_where_the_account_hands_in() -> None:
    back = turned_round(ReturnRequest("wb-1-1r", DOOR), OWN)
    assert (back.number, back.kind, back.point_code, back.address, back.cod) == (
        "wb-1-1r", DeliveryKind.PICKUP, "MSK5", None, None)  # fmt: skip
    assert back.recipient == Recipient("Пётр", "+74950000001", "+74950000001", company="ООО Чашки")
    assert back.sender == Sender("Мария", "+79000001462", "ООО Ромашка", None, DOOR.address)
    assert (back.parcels, back.declared) == (DOOR.parcels, DOOR.declared)
    home = turned_round(ReturnRequest("wb-1-1r", DOOR), replace(OWN, point_code=None))
    assert (home.kind, home.address) == (DeliveryKind.COURIER, OWN.address)


@pytest.mark.parametrize(
    ("request_", "point", "start"), [(POINT, "", "KZN12"), (POINT, "KZN7", "KZN7"), (DOOR, "KZN7", "KZN7")]
)
def test_who_hands_in_at_an_office_needs_no_address(request_: ShipmentRequest, point: str, start: str) -> None:
    sender = turned_round(ReturnRequest("wb-1-1r", request_, point_code=point), OWN).sender
    assert sender is not None
    assert (sender.point_code, sender.address) == (start, None)


def test_a_return_to_nowhere_is_told_before_it_is_sent() -> None:
    with pytest.raises(Refused) as caught:
        turned_round(ReturnRequest("wb-1-1r", DOOR), Sender())
    assert [problem.code for problem in caught.value.problems] == ["sender_missing"]


@pytest.mark.parametrize(
    ("over", "direct"),
    [
        ({}, Direct("u-1", True, ())),
        ({"type": 2}, Direct("u-1", False, ())),
        ({"packages": [{"weight": 300}]}, Direct("u-1", False, ())),
        ({"recipient": {"name": "Пётр", "phones": [{"number": "+79000001462"}]}}, Direct("u-1", False, ())),
    ],
)
def test_only_the_very_parcels_of_a_shops_order_turn_round_with_it(over: dict[str, Any], direct: Direct) -> None:
    entity = {
        "uuid": "u-1", "type": 1, "recipient": {"name": "Мария", "phones": [{"number": "+79000001462"}]},
        "packages": [{"weight": 700}], **over,
    }  # fmt: skip
    assert parse_direct(Reply(200, {"entity": entity}, ()), "u-1", DOOR) == direct
    linked = {"entity": entity, "related_entities": [{"type": "client_return_order", "uuid": "b-1"}, {"type": "x"}]}
    assert parse_direct(Reply(200, linked, ()), "u-1", DOOR) == replace(direct, returned=("b-1",))


def test_a_refusal_counts_as_a_change_whatever_its_type_is_called() -> None:
    rows = [
        {"request_uuid": name, "type": kind, "state": state, "date_time": f"2026-11-12T10:00:0{n}+0000"}
        for n, (name, kind, state) in enumerate(
            [("a", "CREATE", "SUCCESSFUL"), ("d", "DELETE", "INVALID"), ("g", "GET", "SUCCESSFUL"),
             ("r", "CREATE_CLIENT_RETURN", "ACCEPTED"), ("s", "CREATE_REFUSAL", "ACCEPTED"),
             ("t", "REFUSAL", "INVALID")]
        )
    ]  # fmt: skip
    assert [(each.ref, each.decision) for each in change_requests(rows)] == [
        ("s", Decision.PENDING), ("t", Decision.REFUSED)]  # fmt: skip


def test_events_of_a_return_are_of_the_way_back() -> None:
    row = {"code": "DELIVERED", "date_time": "2026-11-12T10:00:00+0000"}
    state = parse_order({"entity": {"uuid": "b-1", "statuses": [row]}}, back=True)
    assert state is not None
    assert [(event.status, event.back) for event in state.events] == [(Status.RETURNED, True)]


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        ([], None),
        (["ve_ci_pickup_date_expired"], Refused),
        (["v2_similar_request_still_processed"], Unavailable),
        (["v2_field_is_empty", "ve_payer_contract_status_incorrect"], AccountProblem),
    ],
)
def test_what_an_answered_write_means(codes: list[str], error: type[Exception] | None) -> None:
    found = Reply(400, {}, tuple(Said(code, "") for code in codes))
    if error is None:
        found.refuse("x")
        return
    with pytest.raises(error):
        found.refuse("x")


class Turning(ReturnDesk):
    """Answers `clientReturn` as told; the order that is turned round is u-1."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.sent: list[tuple[str, str, Any]] = []
        entity = {"uuid": "u-1", "type": 1, "recipient": {"name": "Мария", "phones": [{"number": "+79000001462"}]},
                  "packages": [{"weight": 700}]}  # fmt: skip
        desk = self

        class Wire:
            def read(self, path: str, label: str, params: Any = None) -> Reply:
                return Reply(200, {"entity": entity}, ())

            def write(self, verb: str, path: str, label: str, body: Any = None) -> Reply:
                desk.sent.append((verb, path, body))
                return Reply(202, answer, ())

        self._client = Wire()  # type: ignore[assignment]

    def _way_back(self, request: ReturnRequest) -> tuple[ShipmentRequest, Way]:
        return turned_round(request, OWN), replace(WAY, tariff=138)


@pytest.mark.parametrize(
    "answer",
    [
        {"entity": {"uuid": "b-1"}},
        {"entity": {"uuid": "u-1"}, "related_entities": [{"type": "client_return_order", "uuid": "b-1"}]},
    ],
)
def test_whose_uuid_a_client_return_answers_is_not_documented(answer: dict[str, Any]) -> None:
    desk = Turning(answer)
    state = desk.create_return(ReturnRequest("wb-1-1r", DOOR, "u-1"))
    assert (state.remote_id, state.number, state.decision) == ("b-1", "wb-1-1r", Decision.PENDING)
    assert desk.sent == [("POST", "orders/u-1/clientReturn", {"tariff_code": 138})]


@pytest.mark.parametrize("answer", [{}, {"entity": {}}, {"entity": {"uuid": "u-1"}}])
def test_a_return_that_is_not_named_is_looked_up_before_anything_is_repeated(answer: dict[str, Any]) -> None:
    with pytest.raises(Uncertain):
        Turning(answer).create_return(ReturnRequest("wb-1-1r", DOOR, "u-1"))
