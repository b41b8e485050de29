"""Events of the inbox and parcel states as our history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.dpd.returns import as_return
from b24app.systems.dpd.tracking import order_events, order_state, parse_event, parse_package

SENT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def text(name: str, value: str) -> dict[str, Any]:
    return {"type": "String", "paramName": name, "valueString": value, "valueDecimal": None, "value": []}


def row(number: str, *params: dict[str, Any], **more: Any) -> dict[str, Any]:
    basic = {"clientOrderNr": "wb-1-1", "clientParcelNr": "wb-1-1-1-1D", "dpdOrderNr": "RU1", "dpdParcelNr": "15"}
    named = {"eventNumber": number, "eventCode": "Marker", "eventName": f"Событие {number}"}
    return {**basic, **named, "eventDate": "2026-03-02T17:05:00", "parameter": list(params), **more}


def test_an_event_whole() -> None:
    found = parse_event(
        row("2408", text("PointCity", "Новосибирск"), text("MomentLocZone", "GMT+07:00"), reasonCode="23",
            reasonName="Неверный адрес"),
        SENT,
    )  # fmt: skip
    assert found == TrackingEvent(
        code="2408", text="Событие 2408: Неверный адрес", status=Status.DELIVERY_FAILED,
        at=datetime(2026, 3, 2, 10, 5, tzinfo=UTC), place="Новосибирск", reason="23", incident=Incident.WRONG_ADDRESS,
        problem=Problem("delivery_wrong_address", Field.ADDRESS, Who.MANAGER, "23", "Неверный адрес"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "status"),
    [("1401", Status.CREATED), ("2201", Status.READY_FOR_PICKUP), ("2202", Status.IN_TRANSIT),
     ("3305", Status.DELIVERED), ("2701", None), ("1603", None), ("3302", Status.RETURNED), ("3301", Status.LOST),
     ("9901", Status.UNKNOWN)],
)  # fmt: skip
def test_the_number_says_where_it_is_and_never_the_marker(number: str, status: Status | None) -> None:
    found = parse_event(row(number, eventCode="OrderWorkCompleted"), SENT)
    assert found is not None
    assert (found.status, found.code) == (status, number)


def test_the_misspelt_city_the_reason_in_a_parameter_and_an_unreadable_time() -> None:
    found = parse_event(
        row("2410", text("PointCyty", "Казань"), text("ReasonCode", "77"), text("ReasonName", "Гроза"), eventDate="?"),
        SENT,
    )
    assert found is not None
    assert (found.place, found.reason, found.at, found.incident) == ("Казань", "77", SENT, Incident.OTHER)
    assert parse_event(row("2410", eventDate="?"), None) is None
    assert parse_event(row(""), SENT) is None


def test_a_reason_beside_a_known_status_is_read_or_unknown() -> None:
    assert [
        found.incident
        for words in ("Отказ получателя", "Код 5")
        if (found := parse_event(row("2301", reasonCode="5", reasonName=words), SENT))
    ] == [Incident.REFUSED, Incident.UNKNOWN]


def test_goods_that_came_back_make_a_delivery_partial() -> None:
    good = {
        "type": "UnitLoad",
        "paramName": "UnitLoad1",
        "value": [{"descript": "Чай", "count": 1, "state_name": "Возврат"}],
    }
    kept = {
        "type": "UnitLoad",
        "paramName": "UnitLoad1",
        "value": [{"descript": "Чай", "count": 1, "state_name": "Вручено"}],
    }
    partial, whole = parse_event(row("3304", good), SENT), parse_event(row("3304", kept), SENT)
    assert partial is not None
    assert whole is not None
    assert (partial.status, partial.incident, partial.problem) == (Status.DELIVERED, Incident.PARTIAL, None)
    assert whole.incident is None


def test_the_way_back_is_marked_and_needs_nobody() -> None:
    back = [text("OrderType", "RETURN"), text("NewOrderNumber", "RU2")]
    found, _ = parse_package(
        {"docId": 7, "docDate": SENT, "event": [row("2404", reasonName="Отказ"), row("2102", *back), row("2301", *back),
                                                row("3306", *back, dpdOrderNr="RU2")]}
    )  # fmt: skip
    [told] = found
    assert (told.number, told.order_num, told.parcels) == ("wb-1-1", "RU1", 1)
    assert [(event.status, event.back, event.problem is None) for event in told.events] == [
        (Status.DELIVERY_FAILED, False, False), (Status.RETURNING, True, True), (Status.RETURNING, True, True),
        (Status.RETURNED, True, True),
    ]  # fmt: skip


def test_a_package_is_sorted_by_order_and_time_and_counts_what_is_nobodys() -> None:
    rows = [row("2101", eventDate="2026-03-02T17:00:00"), row("1601", eventDate="2026-03-01T10:00:00"),
            row("1401", clientOrderNr=None, dpdOrderNr="RU7"), row("1401", clientOrderNr=None, dpdOrderNr=None),
            row("")]  # fmt: skip
    found, skipped = parse_package({"docId": 7, "docDate": SENT, "event": rows})
    assert skipped == 2
    assert [(told.number, told.order_num, [event.code for event in told.events]) for told in found] == [
        ("wb-1-1", "RU1", ["1601", "2101"]), ("", "RU7", ["1401"]),
    ]  # fmt: skip
    assert found[0].state() == OrderState(
        "wb-1-1", "wb-1-1", Decision.ACCEPTED, "RU1", "RU1", events=found[0].events
    )  # fmt: skip
    assert parse_package({"docId": 0, "docDate": SENT}) == ([], 0)


def test_an_event_of_one_of_several_parcels_is_a_note() -> None:
    found, _ = parse_package({"docDate": SENT, "event": [row("3304", clientParcelNr="wb-1-1-2-3D"), row("9901")]})
    [told] = found
    assert told.parcels == 3
    assert [(event.status, event.place) for event in told.events] == [(None, "[2/3]"), (Status.UNKNOWN, "")]


def test_the_newest_weighing_of_the_only_parcel_counts() -> None:
    def weighed(number: str, day: int, kilos: float, **more: Any) -> dict[str, Any]:
        told = {"type": "Decimal", "paramName": "PayWeght", "valueDecimal": kilos}
        return row(number, told, eventDate=f"2026-03-0{day}T17:05:00", **more)

    def of(*events: dict[str, Any]) -> int:
        [told] = parse_package({"docDate": SENT, "event": list(events)})[0]
        return told.state().weighed_g

    assert of(row("1601")) == 0
    assert of(weighed("1802", 4, 3.5), weighed("1802", 3, 2.1), row("2101")) == 3500
    assert of(weighed("1802", 4, 3.5, clientParcelNr="wb-1-1-2-3D")) == 0


def test_how_long_it_is_kept_is_told() -> None:
    until = {"type": "DateTime", "paramName": "FreeStoreDate", "valueDateTime": datetime(2026, 3, 9, 15)}  # noqa: DTZ001
    [told], _ = parse_package({"docDate": SENT, "event": [row("2201", until)]})
    assert told.state().keep_until == datetime(2026, 3, 9, 12, tzinfo=UTC)


# --- parcel states ----------------------------------------------------------------------------------------------------


def state(parcel: str, code: str, hour: int, **more: Any) -> dict[str, Any]:
    basic = {"clientOrderNr": "wb-1-1", "clientParcelNr": parcel, "dpdOrderNr": "RU1", "dpdParcelNr": f"15{parcel}"}
    return {
        **basic,
        "newState": code,
        "transitionTime": f"2026-03-02T{hour:02d}:00:00",
        "terminalCity": "Казань",
        **more,
    }


def codes(rows: list[dict[str, Any]]) -> list[tuple[str, Status | None]]:
    return [(event.code, event.status) for event in order_events(rows)]


def test_one_parcel_tells_where_the_order_is() -> None:
    way = [
        "NewOrderByClient",
        "OnTerminalPickup",
        "OnRoad",
        "OnTerminal",
        "OnTerminalDelivery",
        "Delivering",
        "Delivered",
    ]
    door = [state("wb-1-1-1-1D", code, hour) for hour, code in enumerate(way)]
    point = [state("wb-1-1-1-1T", code, hour) for hour, code in enumerate(way)]
    assert dict(codes(door))["OnTerminalDelivery"] is Status.IN_TRANSIT
    assert dict(codes(point))["OnTerminalDelivery"] is Status.READY_FOR_PICKUP
    assert [code for code, _ in codes(door)] == way
    assert codes([state("1", "OnTheMoon", 1)]) == [("OnTheMoon", Status.UNKNOWN)]


def test_of_several_parcels_the_one_that_is_behind_counts() -> None:
    first, second = "wb-1-1-1-2D", "wb-1-1-2-2D"
    rows = [
        state(first, "NewOrderByClient", 0), state(second, "NewOrderByClient", 0), state(first, "OnTerminalPickup", 1),
        state(first, "OnRoad", 2), state(second, "OnTerminalPickup", 3), state(second, "OnRoad", 4),
        state(first, "Delivered", 5), state(second, "Delivering", 6), state(second, "Delivered", 7),
    ]  # fmt: skip
    assert codes(rows) == [
        ("NewOrderByClient", Status.CREATED), ("OnTerminalPickup", Status.ACCEPTED_AT_WAREHOUSE),
        ("OnRoad", Status.IN_TRANSIT), ("Delivering", Status.OUT_FOR_DELIVERY), ("Delivered", Status.DELIVERED),
    ]  # fmt: skip
    # A parcel that was never seen is behind them all.
    assert codes([state(first, "OnTerminalPickup", 1), state(first, "Delivered", 5)]) == []


def test_states_of_the_way_back() -> None:
    rows = [state("wb-1-1-1-1D", "Problem", 1, incidentCode="9", incidentName="Отказ от получения"),
            state("wb-1-1-1-1D", "NewOrderByDPD", 2, isReturn=True), state("wb-1-1-1-1D", "OnRoad", 3, isReturn=True),
            state("wb-1-1-1-1D", "Delivered", 4, isReturn=True)]  # fmt: skip
    found = order_events(rows)
    assert [event.status for event in found] == [
        Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNING, Status.RETURNED,
    ]  # fmt: skip
    assert (found[0].incident, found[0].reason, found[1].back) == (Incident.REFUSED, "9", True)


def test_an_order_learns_its_cost_and_day_from_its_states() -> None:
    rows = [state("wb-1-1-1-1D", "OnRoad", 3, orderCost="612.4", planDeliveryDate="2026-03-05"),
            state("wb-1-1-1-1D", "OnTerminal", 4, orderPayWeight="3.5")]  # fmt: skip
    found = order_state({"states": rows}, OrderState("wb-1-1", "wb-1-1", Decision.ACCEPTED))
    assert found.price is not None
    assert (found.price.minor, found.promised and found.promised.isoformat(), found.order_number) == (
        61240,
        "2026-03-05",
        "RU1",
    )
    assert found.weighed_g == 3500
    assert order_state(None, found) == OrderState(
        "wb-1-1", "wb-1-1", Decision.ACCEPTED, "RU1", "RU1", price=found.price, weighed_g=3500
    )  # fmt: skip


def test_a_return_of_ours_is_back_all_the_way() -> None:
    rows = [
        state("wb-1-r1-1-1T", "NewOrderByClient", 0),
        state("wb-1-r1-1-1T", "OnRoad", 1),
        state("wb-1-r1-1-1T", "Delivered", 2),
    ]
    found = as_return(OrderState("wb-1-r1", events=tuple(order_events(rows))))
    assert [(event.status, event.back) for event in found.events] == [
        (Status.CREATED, True), (Status.RETURNING, True), (Status.RETURNED, True),
    ]  # fmt: skip
