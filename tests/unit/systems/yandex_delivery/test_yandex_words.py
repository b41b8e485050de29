"""Codes, error shapes, prices, points and addresses of Yandex.Delivery in our words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Part, Slot, Way, rules_at
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, OFFICE, Box, Needs, Opening, SpecialDays, misfits
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.yandex_delivery import changes, days, points, quotes
from b24app.systems.yandex_delivery.errors import problem_of, said
from b24app.systems.yandex_delivery.tracking import claim_event, platform_events
from b24app.systems.yandex_delivery.vocabulary import (
    CLAIM_STATUSES,
    REASONS,
    STATUSES,
    TAKEN_BY,
    house_and_flat,
    price_of,
)

CUP = Item("Кружка", "MUG-1", 2, Money.of("450.00"), 300)
DOOR = ShipmentRequest(
    "wb-1-1",
    "other_day",
    DeliveryKind.COURIER,
    Recipient("Мария Северцева", "8 900", "+79000001462"),
    (Parcel(700, 200, 150, 100, (CUP,)),),
    address=read_address("Казань, ул. Баумана, 44, кв. 12"),
)


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("318.4 RUB", 31840, "RUB"),
        ("259.13 RUB", 25913, "RUB"),
        ("4.83 RUB", 483, "RUB"),
        ("0.005 RUB", 1, "RUB"),
        ("1 250,5 RUB", 125050, "RUB"),
        ("254 kzt", 25400, "KZT"),
    ],
)
def test_a_price_is_a_text_in_whole_units(text: str, minor: int, currency: str) -> None:
    assert price_of(text) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "318.4", "1.9%", "RUB 5", None, 318.4, 31840, "-5 RUB"])
def test_what_is_no_price(text: Any) -> None:
    assert price_of(text) is None


@pytest.mark.parametrize(
    ("text", "house", "flat"),
    [
        ("Казань, ул. Баумана, 44/8к2, кв. 12", "Казань, ул. Баумана, 44/8к2", "12"),
        ("Казань, Баумана 44 квартира 5а", "Казань, Баумана 44", "5а"),
        ("Казань, Баумана 44, оф. 3-1, подъезд 2", "Казань, Баумана 44, подъезд 2", "3-1"),
        ("Казань, кв-л Северный, 4", "Казань, кв-л Северный, 4", ""),
        ("Казань, Баумана 44", "Казань, Баумана 44", ""),
    ],
)
def test_the_flat_stands_apart(text: str, house: str, flat: str) -> None:
    assert house_and_flat(text) == (house, flat)


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        ({"code": "a", "message": "m"}, "a", "m"),
        ({"error": "m"}, "", "m"),
        ({"error": {"message": "m", "details": ["d", "e"]}}, "", "m; d; e"),
        ({"code": "a", "message": "m", "error_details": {"f": ["x", "y"]}}, "a", "m; x; y"),
        ({"code": "a", "message": "m", "error_details": ["x"]}, "a", "m; x"),
        ({"code": "a", "message": "m", "error_details": "x"}, "a", "m; x"),
        ({"code": "a", "details": {"debug_message": "d"}}, "a", "d"),
        ([], "", ""),
        (None, "", ""),
    ],
)
def test_every_error_shape(data: Any, code: str, text: str) -> None:
    assert said(data) == (code, text)


@pytest.mark.parametrize(
    ("text", "ours", "field"),
    [
        ("Missing some required address details: country, house, city, region", "address_unknown", Field.ADDRESS),
        ("Cannot parse destination info", "address_unknown", Field.ADDRESS),
        ("There already was request with such code within this employer, request_id x", "number_taken", Field.NUMBER),
        ("Not found station by station_id", "sender_point_unknown", Field.SENDER),
        ("Cant get station id for point", "sender_point_unknown", Field.SENDER),
        ("Сant calc routes because destination station is disabled", "point_closed", Field.POINT),
        ("Pickup point doesn't accept payment on delivery", "point_no_cod", Field.POINT),
        ("Pickup point doesn't accept prepaid orders", "point_cannot", Field.POINT),
        ("Payment on delivery option is not available for courier delivery", "cod_not_allowed", Field.COD),
        ("Particular items refuse is not allowed for courier delivery", "extra_refused", Field.SERVICE),
        ("Particular items refuse is not allowed for pickup point", "extra_refused", Field.SERVICE),
        ("Fitting of items is not available for pickup point", "extra_refused", Field.SERVICE),
        ("No delivery options for interval", "service_unavailable", Field.SERVICE),
        ("No delivery options", "service_unavailable", Field.SERVICE),
        ("No dropoff available", "dropoff_refused", Field.SENDER),
        ("Dimensions should not exceed limit", "too_big_for_service", Field.SIZE),
        ("Delivery window in the past", "date_refused", Field.DATE),
        ("Delivery window is too narrow", "date_refused", Field.DATE),
        ("Item's articles must be unique", "rows_refused", Field.ITEMS),
        ("Inconsistency billing details", "declared_refused", Field.DECLARED),
        ("There is place with no items", "rows_refused", Field.ITEMS),
        ("There are items with no place", "rows_refused", Field.ITEMS),
        ("Missing required field 'offer_id'", "bad_request", Field.NONE),
        ("Order with ID x not found", "order_unknown", Field.ORDER),
        ("Something new", "refused_unknown", Field.ORDER),
    ],
)
def test_what_the_platforms_words_mean(text: str, ours: str, field: Field) -> None:
    problem = problem_of({"code": "", "message": text})
    assert (problem.code, problem.field, problem.their_text) == (ours, field, text)


EXPRESS_CODES = """
    validation_error items_without_parameters_forbidden sdd_items_without_parameters_forbidden address_too_far
    address_not_found address_outside_delivery_zone unknown_zone invalid_post_payment sdd_client_requirements_forbidden
    invalid_delivery_interval wrong_pickup_code_format wrong_pickup_code_usage invalid_time_intervals
    unsupported_points_count invalid_phone_incorrect_symbol invalid_phone_must_start_plus_symbol
    country_phone_code_not_supported invalid_phone_size_incorrect item_source_point_not_found
    item_destination_point_not_found invalid_destination_point due_in_past delay_too_long external_order_id_not_allowed
    invalid_buyout_point_type payment_on_delivery_missed payment_on_delivery_invalid_request max_order_cost_exceeded
    invalid_post_payment_payment_method invalid_buyout_payment_method invalid_source_point invalid_point_phone
    invalid_item_destination_point invalid_item_source_point different_cost_currencies no_input_point
    custom_context_in_bad_format unknown_error buyout_disabled payment_on_delivery_disabled forbidden_by_antifake
    required_tariffs_disabled_for_user too_many_loaders bad_request estimating.cant_construct_route
    estimating.requirement_unavailable estimating.swapped_coordinates estimating.zone_unavailable
"""


@pytest.mark.parametrize("code", EXPRESS_CODES.split())
def test_every_documented_code_is_known(code: str) -> None:
    problem = problem_of({"code": code, "message": "x"})
    assert problem.code != "refused_unknown"
    assert problem.their_code == code


def test_the_taken_number_names_its_order() -> None:
    found = TAKEN_BY.search("There already was request with such code within this employer, request_id ab12-udp")
    assert found is not None
    assert found[1] == "ab12-udp"


# --- statuses --------------------------------------------------------------------------------------------------------

NOON = 1777636800


def state(status: str, at: int = 0, **more: Any) -> dict[str, Any]:
    return {"status": status, "description": f"d {status}", "timestamp": NOON + at} | more


def test_a_state_whole() -> None:
    [event] = platform_events([state("SORTING_CENTER_AT_START", timestamp_utc="2026-05-01T12:00:00.500000Z")])
    assert (event.code, event.text, event.status) == (
        "SORTING_CENTER_AT_START",
        "d SORTING_CENTER_AT_START",
        Status.ACCEPTED_AT_WAREHOUSE,
    )
    assert event.at == datetime(2026, 5, 1, 12, 0, 0, 500000, UTC)
    assert platform_events([state("CREATED")])[0].at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_states_are_told_in_time_order_and_once() -> None:
    rows = [state("DELIVERY_LOADED", 5), state("DELIVERY_PROCESSING_STARTED", 9), state("CREATED", 1)]
    events = platform_events([*rows, *rows, state("DELIVERY_PROCESSING_STARTED", 3)])
    assert [event.at.timestamp() - NOON for event in events] == [1, 3, 5, 9]


def test_a_cancellation_of_what_moved_is_the_way_back() -> None:
    early = platform_events([state("CREATED"), state("CANCELLED", 1, reason="SHOP_CANCELLED")])
    late = platform_events([state("SORTING_CENTER_AT_START"), state("CANCELLED", 1, reason="USER_CHANGED_MIND")])
    lost = platform_events([state("SORTING_CENTER_AT_START"), state("CANCELLED", 1, reason="ORDER_WAS_LOST")])
    assert [events[-1].status for events in (early, late, lost)] == [Status.CANCELLED, Status.RETURNING, Status.LOST]
    assert [events[-1].incident for events in (early, late, lost)] == [
        Incident.SENDER_REQUEST,
        Incident.REFUSED,
        Incident.LOST,
    ]
    problems = [events[-1].problem for events in (early, late, lost)]
    assert [problem.code if problem else "" for problem in problems] == ["", "delivery_refused", "delivery_lost"]


def test_reasons_and_statuses_that_nobody_documented_are_unknown_and_kept() -> None:
    [event] = platform_events([state("DELIVERY_ATTEMPT_FAILED", reason="BRAND_NEW")])
    assert (event.incident, event.reason) == (Incident.UNKNOWN, "BRAND_NEW")
    assert event.problem is not None
    assert (event.problem.code, event.problem.their_code) == ("delivery_other", "BRAND_NEW")
    [event] = platform_events([state("BRAND_NEW")])
    assert (event.status, event.code) == (Status.UNKNOWN, "BRAND_NEW")
    assert platform_events([{}, state(""), {"status": "CREATED"}, state("CREATED", timestamp=True)]) == ()


def test_events_that_move_nothing_and_those_that_want_somebody() -> None:
    notes = [state("DELIVERY_UPDATED_BY_RECIPIENT"), state("CONFIRMATION_CODE_RECEIVED", 1), state("UNEXPECTED", 2)]
    assert [event.status for event in platform_events(notes)] == [None, None, None]
    [waits] = platform_events([state("RETURN_READY_FOR_PICKUP")])
    assert waits.problem is not None
    assert (waits.status, waits.problem.code, waits.problem.who) == (Status.RETURNING, "return_ready", Who.MANAGER)
    [part] = platform_events([state("PARTICULARLY_DELIVERED")])
    assert (part.status, part.incident, part.problem) == (Status.DELIVERED, Incident.PARTIAL, None)


def test_every_documented_code_has_its_place() -> None:
    assert (len(STATUSES), len(REASONS), len(CLAIM_STATUSES)) == (58, 13, 27)
    assert STATUSES["DELIVERY_TRACK_RECIEVED"] is STATUSES["DELIVERY_TRACK_RECEIVED"] is Status.CREATED


def test_a_claims_state() -> None:
    event = claim_event("performer_not_found", "2026-05-01T12:00:00.000000+03:00")
    assert event is not None
    assert (event.status, event.incident, event.at) == (
        Status.REJECTED,
        Incident.NOT_SERVED,
        datetime(2026, 5, 1, 9, tzinfo=UTC),
    )
    assert event.problem is not None
    assert claim_event("", "2026-05-01T12:00:00Z") is None
    assert claim_event("accepted", "yesterday") is None


# --- prices ----------------------------------------------------------------------------------------------------------


def test_a_price_question_whole() -> None:
    dims = {"weight_gross": 700, "dx": 20, "dy": 10, "dz": 15}
    basic = {
        "source": {"platform_station_id": "s"},
        "destination": {"address": "Казань, ул. Баумана, 44"},
        "tariff": "time_interval",
        "total_weight": 700,
        "total_assessed_price": 90000,
        "places": [{"physical_dims": dims}],
    }
    assert quotes.build_price(DOOR, "s") == basic
    assert quotes.build_windows(DOOR, "s") == {name: basic[name] for name in ("source", "destination", "places")}


def test_prices_are_parsed_or_unavailable() -> None:
    quote = quotes.parse_price({"pricing_total": "318.4 RUB", "delivery_days": 4})
    assert (quote.price, quote.days_min, quote.days_max, quote.lines) == (Money(31840), 4, 4, ())
    with pytest.raises(Unavailable):
        quotes.parse_price({"pricing_total": 318.4})
    with pytest.raises(Unavailable):
        quotes.parse_ride({})
    with pytest.raises(Refused):
        quotes.parse_ride({"offers": []})


def test_the_soonest_offer_and_the_soonest_window() -> None:
    def offer(name: str, start: str, **told: str) -> dict[str, Any]:
        return {"offer_id": name, "offer_details": {"delivery_interval": {"min": start, "max": "z"}, **told}}

    rows = [offer("b", "2026-05-02T07:00Z", pricing_total="2 RUB"), offer("a", "2026-05-01T07:00Z", pricing="1.5 RUB")]
    assert quotes.parse_offer({"offers": rows}) == ("a", Money(150))
    assert quotes.parse_offer({"offers": [{}]}) == ("", None)
    windows = [{"from": "2", "to": "3"}, {"from": "1", "to": "2", "more": 1}, {"from": "0"}]
    assert quotes.first_window(windows) == {"from": "1", "to": "2"}
    assert quotes.first_window(None) is None


# --- points and addresses --------------------------------------------------------------------------------------------


def point(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "p1",
        "name": "ПВЗ",
        "type": "pickup_point",
        "position": {"latitude": 55.7, "longitude": 37.5},
        "address": {
            "locality": "Москва",
            "region": "Москва и область",
            "full_address": "Москва, Примерная улица, 1",
            "postal_code": "101000",
            "comment": "во дворе",
        },
        "instruction": "",
        "payment_methods": ["already_paid", "card_on_receipt"],
        "contact": {"phone": "+74950000000"},
        "schedule": {
            "time_zone": 3,
            "restrictions": [
                {"days": [1, 7, 9], "time_from": {"hours": 10, "minutes": 30}, "time_to": {"hours": 21, "minutes": 0}}
            ],
        },
        "pickup_services": {"is_fitting_allowed": True},
        "deactivation_date": None,
        "dayoffs": [{"date": 1778284800, "date_utc": "2026-05-09T00:00:00+0000"}, {"date": 1}],
    }
    return row | changes


TODAY = date(2026, 5, 1)


def test_a_point_whole() -> None:
    found = points.parse_point(point(), TODAY)
    assert found is not None
    assert (found.code, found.city, found.region, found.lat, found.lon) == (
        "p1",
        "Москва",
        "Москва и область",
        55.7,
        37.5,
    )
    assert (found.address, found.postal_code, found.note) == ("Москва, Примерная улица, 1", "101000", "во дворе")
    takes = found.takes
    assert (takes.kind, takes.cod, takes.card, takes.cash, takes.fitting) == (OFFICE, True, True, None, True)
    assert found.hours.week == (Opening(1, 630, 1260), Opening(7, 630, 1260))
    assert found.hours.special == (SpecialDays(date(2026, 5, 9), date(2026, 5, 9), False),)


@pytest.mark.parametrize(("leaves", "active"), [(None, True), ("2026-05-02", True), ("2026-05-01T00:00:00Z", False)])
def test_a_point_that_leaves_is_closed_from_that_day(leaves: str | None, active: bool) -> None:
    found = points.parse_point(point(deactivation_date=leaves), TODAY)
    assert found is not None
    assert found.takes.active is active


@pytest.mark.parametrize(
    ("kind", "grams", "sides", "fits"),
    [
        ("terminal", 20_000, (400, 400, 380), True),
        ("terminal", 20_001, (100, 100, 100), False),
        ("terminal", 1, (401, 10, 10), False),
        ("terminal", 1, (393, 393, 393), True),
        ("terminal", 1, (400, 400, 381), False),
        ("pickup_point", 30_000, (1500, 100, 100), True),
        ("pickup_point", 30_001, (100, 100, 100), False),
        ("pickup_point", 1, (1501, 10, 10), False),
    ],
)
def test_limits_of_points_at_their_borders(kind: str, grams: int, sides: tuple[int, int, int], fits: bool) -> None:
    found = points.parse_point(point(type=kind), TODAY)
    assert found is not None
    assert found.takes.kind == (LOCKER if kind == "terminal" else OFFICE)
    assert (misfits(found.takes, Needs((Box(grams, sides),))) == ()) is fits


def test_places_that_give_nothing_out_and_records_without_sense() -> None:
    assert points.parse_point(point(type="warehouse"), TODAY) is None
    for broken in (point(id=""), point(position=None), {"id": "x"}, point(type="ship"), point(address=[])):
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
            points.parse_point(broken, TODAY)
    unsaid = points.parse_point(point(payment_methods=None, pickup_services={}), TODAY)
    assert unsaid is not None
    assert (unsaid.takes.cod, unsaid.takes.card, unsaid.takes.fitting) == (None, None, None)
    assert list(points.rows(BytesIO(b'{"points": [{"id": "a"}, {"id": 1.5}]}'))) == [{"id": "a"}, {"id": 1.5}]


def test_variants_of_an_address() -> None:
    address = read_address("Казань, ул. Баумана, 44")
    row = {"geo_id": 43, "address": "Россия, Республика Татарстан, Казань, ул. Баумана, 44"}
    found = points.parse_variants({"variants": [row, row]}, address)
    assert found.city is not None
    assert (found.city.code, found.city.name, found.city.region) == ("43", "Казань", "Республика Татарстан")
    assert (found.normal, found.problem) == (row["address"], None)
    none = points.parse_variants({"variants": []}, address)
    assert none.problem is not None
    assert (none.problem.code, none.problem.params) == ("city_unknown", {"city": "Казань"})
    kirov = [
        {"geo_id": n, "address": f"Россия, {name} область, Киров"} for n, name in ((1, "Кировская"), (2, "Калужская"))
    ]
    two = points.parse_variants({"variants": kirov}, read_address("Киров, ул. Мира, 1"))
    assert two.city is not None
    assert two.city.code == "1", "the capital of a region is named alone"
    named = points.parse_variants({"variants": kirov}, read_address("Калужская область, Киров, ул. Мира, 1"))
    assert named.city is not None
    assert (named.city.code, named.normal) == ("2", "Россия, Калужская область, Киров")
    neither = points.parse_variants({"variants": kirov}, read_address("Томская область, Киров, ул. Мира, 1"))
    assert neither.problem is not None
    assert (neither.problem.code, [city.code for city in neither.offered]) == ("city_ambiguous", ["1", "2"])


# --- changes ---------------------------------------------------------------------------------------------------------


def to_point() -> ShipmentRequest:
    return replace(DOOR, kind=DeliveryKind.PICKUP, address=None, point_code="p1")


@pytest.mark.parametrize(
    ("flag", "before", "after"),
    [
        ("update_courier_to_pickup_available", DOOR, to_point()),
        ("update_pickup_to_courier_available", to_point(), DOOR),
    ],
)
def test_each_edit_asks_its_own_flag(flag: str, before: ShipmentRequest, after: ShipmentRequest) -> None:
    order = {"request": {"available_actions": {flag: False, "update_recipient": False}}}
    assert changes.forbidden(order, before, after)
    order["request"]["available_actions"][flag] = True
    assert not changes.forbidden(order, before, after)
    assert not changes.forbidden({}, before, after)


def test_an_edit_names_only_what_differs() -> None:
    window = {"from": "a", "to": "b"}
    edit = changes.build_edit("r", DOOR, to_point(), window)
    assert edit == {
        "request_id": "r",
        "destination": {
            "type": "platform_station",
            "platform_station": {"platform_id": "p1"},
            "interval_utc": window,
        },
    }
    assert changes.build_edit("r", DOOR, DOOR, None) == {"request_id": "r"}


def test_a_time_is_an_hour_of_the_recipients_clock() -> None:
    moscow, far = (days.zone_of({"delivery_interval": {"from": told}}) for told in ("09:00+03:00", "09:00+10:00"))
    assert days.zone_of({"delivery_interval": {"from": "09:00"}}) is None
    assert days.zone_of({}) is None
    assert moscow is not None
    assert far is not None
    window = {"from": "2026-05-01T14:00:00.000000Z", "to": "2026-05-01T18:00:00.000000Z"}
    assert days.slot_of(window, moscow) == Slot(date(2026, 5, 1), time(17), time(21))
    assert days.slot_of({"from": 1777644000, "to": 1777658400}, moscow) == days.slot_of(window, moscow)
    assert days.slot_of(window, far) == Slot(date(2026, 5, 2), time(0), time(4))
    broken = [
        {},
        {"from": "soon", "to": "later"},
        {**window, "to": window["from"]},
        {**window, "to": "2026-05-02T18:00Z"},
    ]
    assert [days.slot_of(each, moscow) for each in broken] == [None] * 4
    place = {"type": "custom_location", "custom_location": {"details": {"full_address": "Казань, ул. Мира, 2"}}}
    order = {"request": {"destination": {**place, "interval_utc": window, "zone": 1}}}
    assert days.may_move(order)
    assert days.is_agreed(order, Slot(date(2026, 5, 1), time(17), time(21)), moscow)
    assert days.build_day("r", order, window) == {"request_id": "r", "destination": {**place, "interval_utc": window}}
    shut = {"request": {**order["request"], "available_actions": {"update_dates_available": False}}}
    assert not days.may_move(shut)
    assert not days.may_move({"request": {"destination": {"platform_station": {"platform_id": "p"}}}})


def test_rules_say_what_yandex_lets() -> None:
    new = {rule.part: rule.way for rule in rules_at(changes.RULES, Status.CREATED)}
    assert new == {
        Part.RECIPIENT: Way.HERE,
        Part.DESTINATION: Way.HERE,
        Part.COMMENT: Way.ANEW,
        Part.COD: Way.ANEW,
        Part.PARCELS: Way.ANEW,
        Part.STOP: Way.HERE,
        Part.DAY: Way.HERE,
    }
    ride = {rule.part: rule.way for rule in rules_at(changes.RULES, Status.CREATED, "express")}
    assert ride == {**new, Part.RECIPIENT: Way.ANEW, Part.DESTINATION: Way.ANEW, Part.DAY: Way.ANEW}
    late = {rule.part: rule.way for rule in rules_at(changes.RULES, Status.OUT_FOR_DELIVERY)}
    assert (late[Part.STOP], late[Part.DESTINATION]) == (Way.NO, Way.ELSEWHERE)
