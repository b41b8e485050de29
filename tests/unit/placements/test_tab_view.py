from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from b24app.frames.formats import NBSP, Formats
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    AuditFacts,
    EventFacts,
    ProblemFacts,
    ShipmentFacts,
    TabFacts,
)
from placements.tab_view import TabView, tab_view


def view_of(facts: TabFacts, formats: Formats) -> TabView:
    return tab_view(facts, formats, "СДЭК")


def at_status(facts: TabFacts, shipment: ShipmentFacts, status: Status, **over: object) -> TabFacts:
    return replace(facts, shipments=(replace(shipment, status=status, **over),))  # type: ignore[arg-type]


def test_the_path_shows_what_is_done_where_it_is_and_what_was_promised(facts: TabFacts, ru: Formats) -> None:
    stops = view_of(facts, ru).stops
    assert [stop.state for stop in stops] == ["is-done", "is-done", "is-here", "", ""]
    assert stops[2].detail == "сейчас, Владимир"
    assert stops[3].title == "В пункте"
    assert stops[4].detail == "обещали: завтра"


def test_to_a_door_the_courier_stands_where_the_point_would(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    assert shipment.request is not None
    to_door = replace(shipment, request=replace(shipment.request, point_code=None))
    assert view_of(replace(facts, shipments=(to_door,)), ru).stops[3].title == "У курьера"


def test_a_delivered_parcel_went_all_the_way(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    assert {stop.state for stop in view_of(at_status(facts, shipment, Status.DELIVERED), ru).stops} == {"is-done"}


@pytest.mark.parametrize("status", [Status.DELIVERY_FAILED, Status.RETURNING, Status.LOST])
def test_trouble_marks_its_stop(status: Status, facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    states = [stop.state for stop in view_of(at_status(facts, shipment, status), ru).stops]
    assert states.count("is-bad") == 1


def test_an_order_that_does_not_exist_has_no_path(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    assert view_of(at_status(facts, shipment, Status.REJECTED), ru).stops == ()


def test_guesses_are_marked_and_explained_facts_are_not(facts: TabFacts, ru: Formats) -> None:
    known, guessed = view_of(facts, ru).parcels
    assert (known.weight, known.guessed) == (f"4,100{NBSP}кг", False)
    assert (guessed.weight, guessed.size_guessed) == (f"≈{NBSP}2,200{NBSP}кг", False)
    assert guessed.why == "вес по умолчанию для раздела каталога"


@pytest.mark.parametrize(
    ("status", "offered"), [(Status.CREATED, True), (Status.ACCEPTED_AT_WAREHOUSE, False), (Status.DELIVERED, False)]
)
def test_an_order_can_be_cancelled_until_the_carrier_has_the_parcel(
    status: Status, offered: bool, facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    assert (view_of(at_status(facts, shipment, status), ru).cancel is not None) is offered


def test_earlier_shipments_are_listed_beside_the_latest(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    old = replace(shipment, n=1, status=Status.CANCELLED)
    view = view_of(replace(facts, shipments=(replace(shipment, n=2), old)), ru)
    assert [other.chip.label for other in view.others] == ["Отменён"]


def test_a_problem_beside_a_travelling_parcel_is_told_below_the_line(facts: TabFacts, ru: Formats) -> None:
    found = ProblemFacts(Problem("phone_refused", Field.PHONE), datetime(2026, 11, 12, 11, tzinfo=UTC), None)
    view = view_of(replace(facts, problems=(found,)), ru)
    assert view.now.problem is None
    assert [each.who for each in view.problems] == ["manager"]
    assert "об этом ниже" in view.now.text
    assert "ничего не нужно" in view_of(facts, ru).now.text
    theirs = ProblemFacts(Problem("phone_refused", Field.PHONE, Who.CARRIER), found.opened_at, None)
    assert "ничего не нужно" in view_of(replace(facts, problems=(theirs,)), ru).now.text


def test_history_joins_the_carrier_and_us_newest_first_by_the_persons_days(facts: TabFacts, ru: Formats) -> None:
    pressed = AuditFacts("ship_now", 7, "Анна Лугова", datetime(2026, 11, 10, 11, 30, tzinfo=UTC))
    view = view_of(replace(facts, audits=(pressed,)), ru)
    assert [day.title.replace(NBSP, " ") for day in view.days] == ["сегодня", "вчера", "вт, 10 ноября"]
    lines = [line for day in view.days for line in day.lines]
    assert [line.who for line in lines] == ["carrier", "carrier", "carrier", "us", "us"]
    assert lines[0].title == "В пути: Владимир"
    assert (lines[0].quote, lines[0].after) == ("Отправлен в г. транзит", "код 20")
    assert lines[-1].title == "Анна Лугова: «Оформить»"


def test_events_after_midnight_belong_to_the_persons_day(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    late = EventFacts(datetime(2026, 11, 11, 22, 15, tzinfo=UTC), "7", "", Status.IN_TRANSIT, "Москва", "", "")
    view = view_of(replace(facts, shipments=(replace(shipment, events=(late,)),)), ru)
    assert view.days[0].title == "сегодня"


def test_a_promise_is_a_day_not_a_moment(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    later = replace(shipment, promised=date(2026, 12, 1))
    assert (
        view_of(replace(facts, shipments=(later,)), ru).stops[4].detail.replace(NBSP, " ") == "обещали: вт, 1 декабря"
    )
