"""What only DPD has: SOAP and its quirks, an employee who finishes orders, one inbox for a client number, parcels."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import DeliveryKind, Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, InPart, Left, OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from tests.contract.systems.dpd_harness import DpdHarness, envelope

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.fixture
def dpd(world: World) -> Iterator[DpdHarness]:
    harness = DpdHarness(world)
    yield harness
    harness.close()
    world.control.clear_faults()


def told(pages: Sequence[FeedPage], number: str) -> list[str]:
    """Codes of the events of an order, in the order of the pages."""
    return [event.code for page in pages for state in page.states if state.number == number for event in state.events]


def drained(dpd: DpdHarness) -> list[FeedPage]:
    """Everything that the inbox holds, confirmed page by page."""
    pages: list[FeedPage] = []
    while not pages or pages[-1].more:
        pages.append(dpd.port.pull("", list))
        if pages[-1].receipt:
            dpd.port.confirm(pages[-1].receipt)
    return pages


# --- SOAP -------------------------------------------------------------------------------------------------------------


def test_the_services_are_those_that_the_sandbox_describes(dpd: DpdHarness) -> None:
    """Every WSDL is read once, for all accounts; calls carry WS-Addressing headers, as the real files ask for."""
    dpd.make()
    dpd.port.find("wb-1-1")
    dpd.port.pull("", list)
    calls = [row["data"] for row in dpd.world.control.journal(system="dpd", kind="rest.call")]
    actions = {call["operation"]: call["action"] for call in calls if call.get("operation")}
    assert actions["createOrder2"] == "http://dpd.ru/ws/order2/2012-04-04/DPDOrder/createOrder2Request"
    assert all(actions.values())
    dpd.calls.records.clear()
    dpd.open_anew().find("wb-1-1")
    assert "soap.wsdl" not in dpd.calls.labels()


def test_an_answer_with_one_child_is_read_like_one_with_many(dpd: DpdHarness) -> None:
    one = dpd.make("wb-1-1")
    [alone] = dpd.port.read_many([one.remote_id])
    two = dpd.make("wb-2-1")
    both = dpd.port.read_many([one.remote_id, two.remote_id])
    assert [alone, *both[1:]] == [replace(one, tracking_url=""), replace(two, tracking_url="")]
    [page] = drained(dpd)
    assert told([page], "wb-2-1") == ["1001", "1401"]


def test_fields_that_nobody_documented_cost_no_event(dpd: DpdHarness) -> None:
    """They stand among the documented ones, before the list of events: a parser that stops there would confirm a
    package that it never read."""
    dpd.unknown_fields()
    state = dpd.make()
    dpd.move(state, "accepted_at_warehouse")
    page = dpd.port.pull("", list)
    assert page.receipt
    assert told([page], "wb-1-1") == ["1001", "1401", "1601"]
    assert [event.place for event in page.states[0].events] == ["Москва"] * 3


def test_fields_that_nobody_documented_cost_no_paper_no_price_and_no_point(dpd: DpdHarness) -> None:
    """Types with a single child too, which zeep takes out of their wrapper."""
    known, request = dpd.port.points(0), dpd.request()
    price = dpd.port.quote(request)
    dpd.unknown_fields()
    state = dpd.settle(dpd.port.create(two_parcels(dpd)))
    for form in dpd.manifest.papers:
        paper = dpd.port.ask_paper(form.code, state.remote_id)
        assert dpd.port.fetch_paper(form.code, paper.key).startswith(b"%PDF-")
    assert paper.key.endswith("/2")
    assert dpd.port.quote(request) == price
    assert dpd.open_anew().points(0) == known
    dpd.move(state, "in_transit")
    assert [event.code for event in dpd.port.read_return(state.remote_id).events][-1] == "OnRoad"
    assert dpd.port.cancel(dpd.make("wb-2-1").remote_id).gone


def test_a_package_that_shows_no_event_is_never_confirmed(dpd: DpdHarness) -> None:
    dpd.make()
    space = "http://dpd.ru/ws/event-tracking/2016-02-15"
    head = "<docId>7</docId><docDate>2026-03-02T10:00:00</docDate><clientNumber>1</clientNumber>"
    body = envelope(
        f'<n:getEventsResponse xmlns:n="{space}"><return>{head}<resultComplete>false</resultComplete>'
        "<events><eventNumber>3304</eventNumber></events></return></n:getEventsResponse>"
    )
    dpd.strike("status", dpd.at("feed"), status=200, body=body, content_type="text/xml")
    page = dpd.port.pull("", list)
    assert (page.states, page.receipt, page.more) == ((), "", False)
    assert told(drained(dpd), "wb-1-1") == ["1001", "1401"]


def test_an_ambiguous_city_of_the_calculator_offers_its_candidates(dpd: DpdHarness) -> None:
    space = "http://dpd.ru/ws/calculator/2012-03-20"
    rows = "".join(
        f"<deliveryDups><cityId>{n}</cityId><regionName>{region}</regionName><cityName>Киров</cityName></deliveryDups>"
        for n, region in enumerate(("Кировская область", "Калужская область"))
    )
    detail = f'<n:ServiceCostFault2 xmlns:n="{space}"><code>too-many-rows</code>{rows}</n:ServiceCostFault2>'
    fault = "<faultcode>S:Server</faultcode><faultstring>Неоднозначно задан населенный пункт</faultstring>"
    body = envelope(f"<S:Fault>{fault}<detail>{detail}</detail></S:Fault>")
    dpd.strike("status", dpd.pricing(), status=500, body=body, content_type="text/xml")
    with pytest.raises(Refused) as caught:
        dpd.port.quote(dpd.request())
    [problem] = caught.value.problems
    assert (problem.code, problem.field, problem.their_code) == ("city_ambiguous", Field.ADDRESS, "too-many-rows")
    assert problem.params == {"city": "Киров", "candidates": ["Киров (Кировская область)", "Киров (Калужская область)"]}


# --- OrderPending, OrderDuplicate -------------------------------------------------------------------------------------


def test_an_order_that_an_employee_finishes_is_pending_and_then_has_its_number(dpd: DpdHarness) -> None:
    dpd.decide_after(600)
    request = dpd.request(address=read_address("Казань, ул. Неизвестная, 5"))
    created = dpd.port.create(request)
    assert (created.decision, created.order_number, created.number) == (Decision.PENDING, "", "wb-1-1")
    assert dpd.port.read(created.remote_id).decision is Decision.PENDING
    found = dpd.port.find("wb-1-1")
    assert (found.decision, found.remote_id) == (Decision.PENDING, created.remote_id)
    with pytest.raises(Unavailable):
        dpd.port.ask_paper("label_a6", created.remote_id)
    dpd.advance(601)
    read = dpd.port.read(created.remote_id)
    assert (read.decision, read.order_number[:2], read.remote_id) == (Decision.ACCEPTED, "RU", created.remote_id)
    assert dpd.live("wb-1-1") == 1


def test_an_order_that_an_employee_gives_up_is_refused_with_his_words(dpd: DpdHarness) -> None:
    dpd.decide_after(600)
    created = dpd.port.create(dpd.request(address=read_address("Казань, ул. Несуществующая, 5")))
    dpd.advance(601)
    refused = dpd.port.read(created.remote_id)
    assert refused.decision is Decision.REFUSED
    assert [(problem.field, problem.their_text) for problem in refused.problems] == [
        (Field.ADDRESS, "Адрес получателя не найден")
    ]


def test_a_pending_order_can_be_cancelled(dpd: DpdHarness) -> None:
    dpd.decide_after(600)
    created = dpd.port.create(dpd.request(address=read_address("Казань, ул. Неизвестная, 5")))
    assert dpd.port.cancel(created.remote_id).cancel is Decision.ACCEPTED
    dpd.advance(601)
    assert dpd.port.read(created.remote_id).gone
    assert dpd.port.cancel(created.remote_id).gone


def test_an_address_without_a_house_goes_as_it_was_typed(dpd: DpdHarness) -> None:
    dpd.decide_after(600)
    created = dpd.port.create(dpd.request(address=read_address("Казань, Кремль")))
    assert created.decision is Decision.PENDING
    assert dpd.detail(created)["body"]["receiverAddress"]["addressString"] == "Казань, Кремль"


def test_a_duplicate_is_adopted_when_it_is_ours_and_refused_when_it_is_not(dpd: DpdHarness) -> None:
    first = dpd.make()
    assert dpd.port.create(dpd.request()).order_number == first.order_number
    stranger = dpd.request()
    stranger = replace(stranger, recipient=replace(stranger.recipient, name="Другой Человек"))
    with pytest.raises(Refused) as caught:
        dpd.port.create(stranger)
    [problem] = caught.value.problems
    assert (problem.code, problem.their_code) == ("number_taken", "OrderDuplicate")
    assert dpd.accepted("wb-1-1") == 1


def test_a_duplicate_whose_owner_cannot_be_told_now_is_uncertain(dpd: DpdHarness) -> None:
    """Taking the next number at once might make a second parcel."""
    request = dpd.request()
    dpd.strike("break_after", dpd.creating())
    assert dpd.raised(lambda: dpd.port.create(request)) == "Uncertain"
    dpd.fault("status", "/services/label-print", status=503, times=2)
    assert dpd.raised(lambda: dpd.port.find("wb-1-1")) == "Unavailable"
    assert dpd.raised(lambda: dpd.port.create(request)) == "Uncertain"
    assert dpd.deliver(request).decision is Decision.ACCEPTED
    assert dpd.live("wb-1-1") == 1


# --- one inbox of a client number -------------------------------------------------------------------------------------


def test_a_crash_before_saving_loses_nothing(dpd: DpdHarness) -> None:
    """The same package comes again, whoever asks: only what was saved is ever confirmed."""
    state = dpd.make()
    lost = dpd.port.pull("", list)
    dpd.move(state, "accepted_at_warehouse")
    again = dpd.open_anew().pull("", list)
    assert (again.receipt, again.states) == (lost.receipt, lost.states)
    dpd.port.confirm(again.receipt)
    assert told(drained(dpd), "wb-1-1") == ["1601"]


def test_two_workers_at_once_lose_nothing(dpd: DpdHarness) -> None:
    """Each saves what it pulled and confirms that document alone; events keep coming meanwhile."""
    orders = [dpd.make(f"wb-{n}-1") for n in range(1, 5)]
    saved: dict[str, set[str]] = {order.number: set() for order in orders}
    lock, failed = threading.Lock(), []

    def work(port: Any) -> None:
        try:
            for _ in range(12):
                page = port.pull("", list)
                with lock:
                    for state in page.states:
                        saved[state.number] |= {event.code for event in state.events}
                if page.receipt:
                    port.confirm(page.receipt)
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    workers = [threading.Thread(target=work, args=(dpd.open(),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for code in ("1601", "1802", "2101", "2202", "2301", "3304"):
        for order in orders:
            dpd.step(order, {"code": code})
    for worker in workers:
        worker.join()
    for page in drained(dpd):
        for state in page.states:
            saved[state.number] |= {event.code for event in state.events}
    assert failed == []
    everything = {"1001", "1401", "1601", "1802", "2101", "2202", "2301", "3304"}
    assert saved == {order.number: everything for order in orders}


def test_an_old_receipt_does_not_confirm_what_came_later(dpd: DpdHarness) -> None:
    """A worker that was held up between saving and confirming comes back after another one did both."""
    state = dpd.make()
    early = dpd.port.pull("", list)
    dpd.open().confirm(early.receipt)
    dpd.move(state, "accepted_at_warehouse")
    late = dpd.open().pull("", list)
    dpd.port.confirm(early.receipt)
    assert dpd.port.pull("", list) == late
    assert told([late], "wb-1-1") == ["1601"]


def test_a_long_inbox_is_pulled_to_its_end(dpd: DpdHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b24app.systems.dpd.feed.PACKAGE", 3)
    for n in range(1, 5):
        dpd.make(f"wb-{n}-1")
    pages = drained(dpd)
    assert [page.more for page in pages] == [True, True, False]
    assert all(told(pages, f"wb-{n}-1") == ["1001", "1401"] for n in range(1, 5))


def test_events_that_come_twice_and_out_of_order_are_the_same_history(dpd: DpdHarness) -> None:
    dpd.switch(double_events=1.0, shuffle_events=True, event_date="ru", loc_zone="number")
    state = dpd.make()
    for status in ("accepted_at_warehouse", "in_transit", "out_for_delivery", "delivered"):
        dpd.move(state, status)
    history = dpd.events(state)
    codes = [event.code for event in history]
    assert (sorted(codes[:2]), codes[2:]) == (["1001", "1401"], ["1601", "2101", "2301", "3304"])  # two of one second
    assert history[-1].status is Status.DELIVERED


def test_money_that_comes_after_the_delivery_does_not_move_it_back(dpd: DpdHarness) -> None:
    state = dpd.make()
    for code in ("1601", "3304", "2602", "2701", "2801", "3401"):
        dpd.advance(60)
        dpd.step(state, {"code": code})
    assert [event.status for event in dpd.events(state)][-5:] == [Status.DELIVERED, None, None, None, None]


def test_beside_another_program_the_inbox_is_left_alone_and_orders_are_read(
    dpd: DpdHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its statuses stay where they are; each order is asked for by its number, a few at a pull."""
    monkeypatch.setattr("b24app.systems.dpd.feed.READ_AT_ONCE", 2)
    orders = [dpd.make(f"wb-{n}-1") for n in range(1, 4)]
    for order in orders:
        dpd.move(order, "accepted_at_warehouse")
    port = dpd.open(inbox="shared")
    assert port.feed_key != dpd.port.feed_key
    numbers = [order.tracking_number for order in orders]
    first = port.pull("", lambda: numbers)
    second = port.pull(first.cursor, lambda: numbers)
    assert (len(first.states), first.more, len(second.states), second.more) == (2, True, 1, False)
    states = [*first.states, *second.states]
    assert {state.tracking_number for state in states} == set(numbers)
    assert {state.events[-1].status for state in states} == {Status.ACCEPTED_AT_WAREHOUSE}
    assert (first.receipt, second.cursor) == ("", "")
    assert len(told(drained(dpd), "wb-1-1")) == 3


# --- parcels, points, money -------------------------------------------------------------------------------------------


def two_parcels(dpd: DpdHarness) -> ShipmentRequest:
    [parcel] = dpd.request().parcels
    return dpd.request(parcels=(parcel, Parcel(1200, 300, 200, 100, parcel.items)))


def test_an_order_of_two_parcels_is_where_the_second_is(dpd: DpdHarness) -> None:
    state = dpd.settle(dpd.port.create(two_parcels(dpd)))

    def where() -> Status | None:
        known = [event.status for event in dpd.events(state) if event.status]
        return known[-1] if known else None

    at_first = Status.ACCEPTED_AT_WAREHOUSE
    way = [(0, "1601", Status.CREATED), (1, "1601", at_first), (0, "2101", at_first), (0, "3304", at_first),
           (1, "2101", Status.IN_TRANSIT), (1, "3304", Status.DELIVERED)]  # fmt: skip
    for parcel, code, status in way:
        dpd.advance(60)
        dpd.step(state, {"code": code, "parcel": parcel})
        assert where() is status, (parcel, code)
    notes = [event for event in dpd.events(state) if event.code == "3304"]
    assert [(note.status, note.place.split()[-1]) for note in notes] == [(None, "[1/2]"), (None, "[2/2]")]


def test_labels_are_as_many_as_parcels(dpd: DpdHarness) -> None:
    state = dpd.settle(dpd.port.create(two_parcels(dpd)))
    paper = dpd.port.ask_paper("label_a6", state.remote_id)
    assert paper.key == f"{state.order_number}/2"
    assert dpd.port.fetch_paper("label_a6", paper.key).count(b"/Type /Page ") == 2


def test_a_label_after_the_day_of_collection_is_refused_with_their_words(dpd: DpdHarness) -> None:
    state = dpd.make()
    paper = dpd.port.ask_paper("label_a6", state.remote_id)
    dpd.advance(3 * 86400)
    with pytest.raises(Refused) as caught:
        dpd.port.fetch_paper("label_a6", paper.key)
    assert caught.value.problems[0].their_text == "У заказа дата забора ранее текущей даты"


def test_what_a_point_cannot_take_is_said_beside_the_point(dpd: DpdHarness) -> None:
    page = dpd.port.points(0)
    small = next(
        point for point in page.points if point.takes.cells_mm and point.takes.active and point.takes.hands_out
    )
    long = replace(dpd.request().parcels[0], length_mm=1500)
    to_point = dpd.request(kind=DeliveryKind.PICKUP, point_code=small.code, address=None, parcels=(long,))
    with pytest.raises(Refused) as caught:
        dpd.port.create(to_point)
    assert {problem.code for problem in caught.value.problems} == {"point_too_small"}
    assert {problem.field for problem in caught.value.problems} == {Field.POINT}


def test_the_money_to_collect_can_be_changed_until_the_end(dpd: DpdHarness) -> None:
    before = dpd.request(cod=Money.of(900))
    state = dpd.settle(dpd.port.create(before))
    dpd.move(state, "in_transit")
    after = replace(before, cod=Money.of("1000.01"))
    assert dpd.port.change(state.remote_id, before, after).changes[-1].decision is Decision.ACCEPTED
    assert dpd.sent(state).cod_minor == 100_001
    with pytest.raises(Refused):
        dpd.port.change(state.remote_id, before, replace(after, comment="Позже"))


def test_what_the_receiver_kept_of_a_partial_delivery_is_said(dpd: DpdHarness) -> None:
    state = dpd.settle(dpd.port.create(dpd.request(cod=Money.of(900))))
    dpd.step(state, {"code": "3304", "partial": True})
    told = dpd.port.pull("", list).states
    assert [state.in_part for state in told if state.in_part] == [InPart((Left(Decimal(1), "CUP-1", "Чашка"),))]
    last = dpd.events(state)[-1]
    assert (last.status, last.incident) == (Status.DELIVERED, Incident.PARTIAL)


def test_a_return_of_a_client_is_followed_home(dpd: DpdHarness) -> None:
    made = dpd.port.create_return(dpd.return_request(dpd.make(), "wb-1-r1"))
    dpd.control("POST", "orders/wb-1-r1/route", {"route": "pickup"})
    dpd.advance(10 * 3600)
    read: OrderState = dpd.port.read_return(made.remote_id)
    assert [event.status for event in read.events] == [
        Status.CREATED, Status.RETURNING, Status.RETURNING, Status.RETURNING, Status.RETURNING, Status.RETURNED,
    ]  # fmt: skip
    assert dpd.detail(made)["body"]["receiverAddress"]["terminalCode"] == "M11"


def test_a_carriers_own_cancellation_on_the_way_is_told_by_reading_too(dpd: DpdHarness) -> None:
    state = dpd.make()
    dpd.move(state, "accepted_at_warehouse")
    dpd.step(state, {"code": "2901"})
    read = dpd.port.read(state.remote_id)
    assert (read.gone, [event.status for event in read.events][-1]) == (False, Status.CANCELLED)


def test_a_courier_comes_to_the_door_on_a_working_day(dpd: DpdHarness) -> None:
    port = dpd.open(
        shipment_point="", sender_address="Москва, ул. Тверская, 1", pickup_period="13-18", pickup_in_days="2"
    )
    state = port.create(dpd.request())
    sent = dpd.detail(state)
    assert (sent["body"]["serviceVariant"], sent["header"]["pickupTimePeriod"]) == ("ДД", "13-18")
    assert dpd.couriers("wb-1-1") == 1
    assert port.quote(dpd.request()).price.minor > dpd.port.quote(dpd.request()).price.minor


def test_a_point_that_is_full_is_closed_on_the_map(dpd: DpdHarness) -> None:
    code = dpd.port.points(0).points[0].code
    dpd.control("POST", f"points/{code}", {"state": "Full"})
    assert dpd.open_anew().point(code).takes.active is False
