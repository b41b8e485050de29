"""Statuses, the feed's cursor, callbacks and errors of ApiShip in our words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.ports import CallbackHint
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.apiship.callbacks import parse_callback
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.tracking import (
    BEGINNING,
    events_of,
    parse_event,
    parse_feed,
    parse_many,
    path_of_feed,
    read_cursor,
    state_of,
)
from b24app.systems.apiship.vocabulary import NOTES, STATUSES

#: apiship.md §5.
TABLE = """
uploading submitting|uploaded created|uploadingError rejected|onPointIn accepted_at_warehouse|onWay in_transit
onPointOut in_transit|readyForRecipient ready_for_pickup|delivering out_for_delivery|delivered delivered
returnedFromDelivery delivery_failed|partialReturn delivered|returnReady returning|returning returning
returned returned|deliveryCanceled cancelled|lost lost|problem delivery_failed
"""
PAIRS = dict(pair.split() for pair in TABLE.replace("\n", "|").split("|") if pair)
AT = "2026-11-29T13:00:00+03:00"


def row(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": f"имя {key}", "created": AT, **more}


def test_every_status_of_the_contract_is_ours_and_no_other() -> None:
    assert {key: status.value for key, status in STATUSES.items()} == PAIRS
    assert {"unknown", "notApplicable"} == NOTES


def test_an_event_keeps_their_words() -> None:
    event = parse_event(row("onWay", providerCode="SENT", providerName="Отправлен в Казань"))
    assert event is not None
    assert (event.code, event.text, event.reason) == ("onWay", "Отправлен в Казань", "SENT")
    assert (event.status, event.at) == (Status.IN_TRANSIT, datetime(2026, 11, 29, 10, tzinfo=UTC))
    assert (event.incident, event.problem) == (None, None)
    plain = parse_event(row("onWay"))
    assert plain is not None
    assert plain.text == "имя onWay"


@pytest.mark.parametrize(
    ("key", "status", "incident"),
    [
        ("sortedByRobot", Status.UNKNOWN, None),
        ("unknown", None, None),
        ("notApplicable", None, None),
        ("partialReturn", Status.DELIVERED, Incident.PARTIAL),
        ("problem", Status.DELIVERY_FAILED, Incident.OTHER),
        ("lost", Status.LOST, Incident.LOST),
    ],
)
def test_statuses_that_are_not_plain(key: str, status: Status | None, incident: Incident | None) -> None:
    event = parse_event(row(key, providerDescription="слова перевозчика"))
    assert event is not None
    assert (event.code, event.status, event.incident) == (key, status, incident)
    assert (event.problem is not None) is (status is Status.DELIVERY_FAILED)
    if event.problem:
        assert (event.problem.code, event.problem.who) == ("delivery_other", Who.MANAGER)
        assert event.problem.their_text == "слова перевозчика"


def test_rows_without_sense_are_left_out() -> None:
    assert [parse_event({}), parse_event(row("")), parse_event(row("onWay", created="вчера"))] == [None] * 3


def test_a_history_is_turned_oldest_first_and_one_second_keeps_its_order() -> None:
    rows = [row("onWay"), row("onPointIn"), row("uploaded", created="2026-11-29T12:59:59+03:00")]
    assert [event.code for event in events_of(rows)] == ["uploaded", "onPointIn", "onWay"]


def test_a_clients_return_comes_home() -> None:
    rows = [row("delivered"), row("onWay"), row("onPointIn"), row("uploaded"), row("uploading")]
    events = events_of(rows, back=True)
    assert [event.status for event in events] == [
        Status.SUBMITTING, Status.CREATED, Status.RETURNING, Status.RETURNING, Status.RETURNED,
    ]  # fmt: skip
    assert all(event.back for event in events)


def test_many_are_told_of_and_one_that_is_not_there_is_gone() -> None:
    info = {"orderId": 7, "clientNumber": "wb-7-1", "providerNumber": "12"}
    data = {
        "succeedOrders": [{"orderInfo": info, "status": row("onWay")}, {"orderInfo": None, "status": row("onWay")}],
        "failedOrders": [
            {"orderId": 8, "message": "Указанного заказа не существует"},
            {"orderId": 9, "message": "Заказ принадлежит другому клиенту"},
        ],
    }
    found = parse_many(Reply(200, data))
    assert [(state.remote_id, state.gone) for state in found] == [("7", False), ("8", True)]
    assert [event.code for event in found[0].events] == ["onWay"]


# --- the feed ---------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)


def page(total: int, *times: str) -> Reply:
    rows = [
        {"orderInfo": {"orderId": n, "clientNumber": f"wb-{n}-1"}, "statuses": [row("onWay", created=at)]}
        for n, at in enumerate(times, 1)
    ]
    return Reply(200, {"rows": rows, "meta": {"total": total, "offset": 0, "limit": 100}})


def test_a_feed_begins_some_days_ago_and_goes_on_a_little_behind_what_it_saw() -> None:
    since, offset, newest = read_cursor("", NOW)
    assert (since, offset, newest) == (NOW - BEGINNING, 0, NOW - BEGINNING)
    told = parse_feed(page(2, "2026-11-29T12:30:00+03:00", "2026-11-29T12:40:00+03:00"), since, 0, newest)
    assert (told.more, [state.number for state in told.states], told.skipped) == (False, ["wb-1-1", "wb-2-1"], 0)
    again = read_cursor(told.cursor, NOW)
    assert again[:2] == (datetime(2026, 11, 29, 9, 38, tzinfo=UTC), 0)
    quiet = parse_feed(page(0), *again)
    assert read_cursor(quiet.cursor, NOW)[0] == again[0]


def test_a_list_is_read_to_its_end_from_one_moment() -> None:
    since, _, newest = read_cursor("", NOW)
    first = parse_feed(page(3, "2026-11-29T12:40:00+03:00", "2026-11-29T12:30:00+03:00"), since, 0, newest)
    assert first.more
    same, offset, seen = read_cursor(first.cursor, NOW)
    assert (same, offset, seen) == (since, 2, datetime(2026, 11, 29, 9, 40, tzinfo=UTC))
    last = parse_feed(page(3, "2026-11-29T12:35:00+03:00"), same, offset, seen)
    assert not last.more
    assert read_cursor(last.cursor, NOW)[:2] == (datetime(2026, 11, 29, 9, 38, tzinfo=UTC), 0)


def test_a_list_longer_than_their_furthest_page_goes_on_from_a_later_moment() -> None:
    since, _, newest = read_cursor("", NOW)
    told = parse_feed(page(9000, "2026-11-29T12:40:00+03:00"), since, 5000, newest)
    assert told.more
    assert read_cursor(told.cursor, NOW)[:2] == (datetime(2026, 11, 29, 9, 38, tzinfo=UTC), 0)


def test_a_row_without_an_order_is_counted_and_the_path_has_no_bare_plus() -> None:
    told = parse_feed(Reply(200, {"rows": [{"statuses": []}], "meta": {"total": 1}}), NOW, 0, NOW)
    assert (told.skipped, told.states) == (1, ())
    assert path_of_feed(NOW) == "orders/statuses/history/date/2026-11-29T10:00:00%2B00:00"
    assert state_of({}, []).remote_id == ""


# --- callbacks, errors ------------------------------------------------------------------------------------------------


def test_a_callback_may_be_as_short_as_an_id() -> None:
    [hint] = parse_callback(b'{"orderInfo": {"orderId": 7}}')
    assert (hint.remote_id, hint.number) == ("7", "")
    long = b'{"eventType": "ORDER_STATUS", "orderInfo": {"orderId": 7, "clientNumber": "wb-7-1"}, "status": {}}'
    [full] = parse_callback(long)
    assert full == CallbackHint("7", "wb-7-1", full.key)
    assert full.key != hint.key
    assert [parse_callback(body) for body in (b"[]", b"{}", b"\xff", b'{"orderInfo": 7}')] == [[]] * 4


@pytest.mark.parametrize(
    ("field", "ours", "where"),
    [
        ("recipient.phone", "phone_refused", Field.PHONE),
        ("recipient.additionalPhone", "phone_refused", Field.PHONE),
        ("recipient.contactName", "name_refused", Field.NAME),
        ("recipient.city", "city_unknown", Field.ADDRESS),
        ("recipient.house", "field_invalid", Field.ADDRESS),
        ("to.city", "city_unknown", Field.ADDRESS),
        ("from.city", "sender_city_unknown", Field.SENDER),
        ("sender.phone", "sender_phone", Field.SENDER),
        ("sender.addressString", "sender_city_unknown", Field.SENDER),
        ("order.pointInId", "sender_point_unknown", Field.SENDER),
        ("order.pointOutId", "point_unknown", Field.POINT),
        ("order.tariffId", "service_wrong", Field.SERVICE),
        ("order.deliveryType", "service_mode", Field.SERVICE),
        ("order.clientNumber", "number_taken", Field.NUMBER),
        ("order.weight", "weight_refused", Field.WEIGHT),
        ("places.0.length", "size_refused", Field.SIZE),
        ("places.0.items.1.markCode", "marking_refused", Field.ITEMS),
        ("places.0.items.1.quantity", "rows_refused", Field.ITEMS),
        ("places.0.items.1.cost", "cod_not_allowed", Field.COD),
        ("cost.codCost", "cod_not_allowed", Field.COD),
        ("cost.assessedCost", "declared_refused", Field.DECLARED),
        ("cost.deliveryCostVat", "vat_refused", Field.ITEMS),
        ("order.pickupDate", "date_refused", Field.DATE),
        ("order.somethingNew", "refused_unknown", Field.ORDER),
    ],
)
def test_a_field_of_theirs_is_a_field_of_the_deal(field: str, ours: str, where: Field) -> None:
    [problem] = Reply(
        400, {"code": "040002", "message": "!", "errors": [{"field": field, "message": "Плохо"}]}
    ).problems
    assert (problem.code, problem.field) == (ours, where)
    assert (problem.their_code, problem.their_text) == (field, "Плохо")


@pytest.mark.parametrize(
    ("code", "ours", "who"),
    [
        ("040005", "service_contract", Who.ADMIN),
        ("040006", "account_contract", Who.ADMIN),
        ("040080", "order_unknown", Who.WAYBILL),
        ("040084", "too_late_to_cancel", Who.MANAGER),
        ("040305", "order_foreign", Who.ADMIN),
        ("040306", "cancel_refused", Who.CARRIER),
        ("040308", "account_refused", Who.ADMIN),
        ("050001", "system_error", Who.CARRIER),
        ("060001", "account_contract", Who.ADMIN),
        ("040777", "refused_unknown", Who.ADMIN),
    ],
)
def test_a_code_of_theirs_is_a_problem_of_ours(code: str, ours: str, who: Who) -> None:
    [problem] = Reply(400, {"code": code, "message": "Слова", "description": "Ещё слова"}).problems
    assert (problem.code, problem.who, problem.their_code) == (ours, who, code)
    assert problem.their_text == "Слова Ещё слова"


def test_the_carriers_refusal_of_a_change_is_one_whatever_the_field() -> None:
    data = {"code": "040089", "message": "Ошибка", "errors": [{"field": "orderId", "message": "Уже принят"}]}
    [problem] = Reply(400, data).problems
    assert (problem.code, problem.their_code, problem.their_text) == ("change_refused", "040089", "orderId: Уже принят")


def test_the_same_problem_of_one_field_is_told_once() -> None:
    twice = [{"field": "recipient.phone", "message": "Плохо"}] * 2
    assert len(Reply(400, {"code": "040002", "message": "!", "errors": twice}).problems) == 1
