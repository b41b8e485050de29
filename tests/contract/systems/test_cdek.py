"""What only CDEK has, over real HTTP: points and lockers, COD, shared numbers, rolled-back statuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.aftercare import CourierRequest, ReturnRequest
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, Decision, OrderState, is_ours
from b24app.logistics.papers import PaperStage
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from tests.contract.systems.cdek_harness import CdekHarness

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.fixture
def cdek(world: World) -> Iterator[CdekHarness]:
    harness = CdekHarness(world)
    yield harness
    harness.close()


def offices(cdek: CdekHarness, city: int, **want: Any) -> list[dict[str, Any]]:
    rows = list(cdek.world.system("cdek").cdek.offices.values())
    return [row for row in rows if row["location"]["city_code"] == city
            and all(row[key] == value for key, value in want.items())]  # fmt: skip


def sent(cdek: CdekHarness, state: OrderState) -> dict[str, Any]:
    entity: dict[str, Any] = cdek.world.control.get(f"/cdek/orders/{state.remote_id}")["entity"]
    return entity


def cup() -> Item:
    return Item("Чашка", "CUP-1", 1, Money.of(450), 300)


def to_point(cdek: CdekHarness, code: str, **changes: Any) -> Any:
    return cdek.request(kind=DeliveryKind.PICKUP, point_code=code, address=None, **changes)


def test_an_office_and_a_locker_get_their_own_tariffs(cdek: CdekHarness) -> None:
    office = next(row for row in offices(cdek, 424, type="PVZ") if row["is_handout"])
    locker = offices(cdek, 424, type="POSTAMAT")[0]
    to_office = cdek.settle(cdek.port.create(to_point(cdek, office["code"])))
    to_locker = cdek.settle(cdek.port.create(to_point(cdek, locker["code"], number="wb-2-1")))
    assert [to_office.decision, to_locker.decision] == [Decision.ACCEPTED, Decision.ACCEPTED]
    assert [sent(cdek, to_office)["tariff_code"], sent(cdek, to_locker)["tariff_code"]] == [136, 368]
    assert to_office.point_code == office["code"]


@pytest.mark.parametrize(("hidden", "code"), [("hidden", "point_unknown"), ("inactive", "point_closed")])
def test_a_closed_office_is_told_before_the_buyer_is_sent_elsewhere(cdek: CdekHarness, hidden: str, code: str) -> None:
    office = next(row for row in offices(cdek, 424, type="PVZ") if row["is_handout"])
    cdek.world.control.post(f"/cdek/offices/{office['code']}", {"open": False})
    cdek.switch(closed_offices=hidden)
    fresh = cdek.open()
    with pytest.raises(Refused) as caught:
        fresh.create(to_point(cdek, office["code"]))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.problems[0].field is Field.POINT
    assert cdek.accepted("wb-1-1") == 0


def test_the_cod_reaches_cdek_to_the_kopeck(cdek: CdekHarness) -> None:
    items = (Item("Чай", "T-1", 3, Money.of("99.99"), 100), Item("Чай", "T-1", 1, Money.of(50), 100))
    request = cdek.request(parcels=(Parcel(500, 200, 150, 100, items),), cod=Money.of("333.34"))
    state = cdek.settle(cdek.port.create(request))
    assert state.decision is Decision.ACCEPTED
    rows = sent(cdek, state)["packages"][0]["items"]
    assert round(sum(row["payment"]["value"] * row["amount"] for row in rows), 2) == 333.34
    assert len({row["ware_key"] for row in rows}) == len(rows)


def test_a_city_without_cash_on_delivery_is_told_before_sending(cdek: CdekHarness) -> None:
    address = read_address("Псковская область, Пеновский район, д. Москва, 5")
    with pytest.raises(Refused) as caught:
        cdek.port.create(cdek.request(address=address, cod=Money.of(900)))
    assert (caught.value.problems[0].code, caught.value.problems[0].field) == ("cod_limit", Field.COD)


def test_the_capital_is_meant_when_a_village_has_its_name(cdek: CdekHarness) -> None:
    assert cdek.port.city(read_address("Москва, Тверская 1")).code == "44"
    assert cdek.port.city(read_address("Псковская область, Пеновский район, д. Москва")).code == "1172673"


def test_a_misspelt_city_is_refused_with_what_the_directory_offers(cdek: CdekHarness) -> None:
    with pytest.raises(Refused) as caught:
        cdek.port.city(read_address("Каза, ул. Баумана 5"))
    [problem] = caught.value.problems
    assert problem.code == "city_unknown"
    assert any("Казань" in name for name in problem.params["candidates"])


def test_an_address_is_held_against_the_directory(cdek: CdekHarness) -> None:
    """Its city, its postal code, and what may be meant instead; nothing is created."""
    known = cdek.port.check_address(read_address("420111, Казань, ул. Баумана 5"))
    assert (known.city.code, known.problem, known.offered) == ("424", None, ())
    assert cdek.port.check_address(read_address("420000, Казань, ул. Баумана 5")).postal_fits is True
    assert cdek.port.check_address(read_address("101000, Казань, ул. Баумана 5")).postal_fits is False
    assert cdek.port.check_address(read_address("Казань, ул. Баумана 5")).postal_fits is None
    misspelt = cdek.port.check_address(read_address("Казнь, ул. Баумана 5"))
    assert misspelt.city is None
    assert [(city.code, city.name, city.region) for city in misspelt.offered][:1] == [
        ("424", "Казань", "Республика Татарстан")
    ]
    assert misspelt.problem.code == "city_unknown"
    namesakes = cdek.port.check_address(read_address("Королёв, ул. Пионерская 3"))
    assert {city.code for city in namesakes.offered} == {"1095", "1172812"}
    assert namesakes.problem.code == "city_ambiguous"
    assert cdek.world.journal.find(system="cdek", kind="order.accepted") == []


def test_an_address_without_a_city_asks_for_one(cdek: CdekHarness) -> None:
    with pytest.raises(Refused) as caught:
        cdek.port.create(cdek.request(address=read_address("ул. Ленина, д. 5, кв. 12")))
    assert caught.value.problems[0].code == "city_missing"


def test_the_address_goes_as_typed(cdek: CdekHarness) -> None:
    typed = "Казань Баумана 44/8к2 кв12 домофон 12К4582 звонить с угла"
    state = cdek.port.create(cdek.request(address=read_address(typed)))
    location = sent(cdek, state)["to_location"]
    assert (location["address"], location["code"]) == (typed, 424)


def test_a_refused_order_is_sent_again_under_the_same_number(cdek: CdekHarness) -> None:
    refused = cdek.settle(cdek.port.create(replace(cdek.refused_request(), number="wb-5-1")))
    assert refused.decision is Decision.REFUSED
    found = cdek.port.find("wb-5-1")
    assert found is not None
    assert found.decision is Decision.REFUSED
    assert cdek.settle(cdek.port.create(cdek.request("wb-5-1"))).decision is Decision.ACCEPTED


def test_a_number_that_a_refused_order_holds_is_said_to_be_taken(cdek: CdekHarness) -> None:
    cdek.switch(invalid_occupies_number=True)
    cdek.settle(cdek.port.create(replace(cdek.refused_request(), number="wb-5-1")))
    again = cdek.settle(cdek.port.create(cdek.request("wb-5-1")))
    assert [problem.code for problem in again.problems] == ["number_taken"]
    assert cdek.settle(cdek.port.create(cdek.request("wb-5-2"))).decision is Decision.ACCEPTED


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_order_is_gone_whatever_the_status(cdek: CdekHarness, status: int) -> None:
    cdek.switch(unknown_uuid_status=status)
    assert cdek.port.read("5f0b6a4e-1111-4222-8333-9a9a9a9a9a9a").gone
    assert cdek.port.find("wb-404-1") is None


def test_somebody_elses_order_is_an_account_problem(cdek: CdekHarness) -> None:
    other = cdek.world.addresses["cdek"]["accounts"][1]
    stranger = cdek.open(account=other["client_id"], secret=other["client_secret"], contract="2")
    mine = cdek.port.create(cdek.request())
    with pytest.raises(AccountProblem):
        stranger.read(mine.remote_id)
    assert stranger.find("wb-1-1") is None


def test_a_delivery_contract_ships_by_its_own_services(cdek: CdekHarness) -> None:
    account = cdek.world.addresses["cdek"]["accounts"][1]
    freight = cdek.open(
        account=account["client_id"], secret=account["client_secret"], contract="2", sender_phone="+74950000001"
    )
    with pytest.raises(Refused) as caught:
        freight.create(cdek.request())
    assert caught.value.problems[0].code == "service_contract"
    created = freight.create(cdek.request(service_code="express"))
    settled = cdek.wait_for(
        lambda: freight.read(created.remote_id), lambda state: state.decision is not Decision.PENDING
    )
    assert settled.decision is Decision.ACCEPTED
    bare = freight.quote(cdek.request(service_code="express")).price.minor
    insured = freight.quote(cdek.request(service_code="express", declared=Money.of(10000))).price.minor
    assert insured > bare > 0
    assert {one.service_code for one in freight.offers(cdek.request())} == {"express", "trunk"}


def test_offers_leave_out_what_does_not_go_there_and_name_a_bad_city(cdek: CdekHarness) -> None:
    cdek.switch(refused_tariffs=[137])
    found = {quote.service_code for quote in cdek.port.offers(cdek.request(service_code="482"))}
    assert "parcel" not in found
    assert {"economy", "482"} <= found
    cdek.switch(no_tariffs=True)
    assert cdek.port.offers(cdek.request()) == []
    with pytest.raises(Refused) as caught:
        cdek.port.offers(cdek.request(address=read_address("Каза, ул. Баумана 5")))
    assert caught.value.problems[0].code == "city_unknown"


def test_a_rolled_back_delivery_is_retracted(cdek: CdekHarness) -> None:
    state = cdek.settle(cdek.port.create(cdek.request()))
    cdek.move(state, "out_for_delivery")
    cdek.move(state, "delivered")
    cdek.world.control.post(f"/cdek/orders/{state.remote_id}/rollback")
    read = cdek.port.read(state.remote_id)
    assert [event.status for event in read.retracted] == [Status.DELIVERED]
    assert [event.status for event in read.events][-1] is Status.OUT_FOR_DELIVERY


def test_an_undelivered_parcel_names_the_order_that_brings_it_back(cdek: CdekHarness) -> None:
    state = cdek.make()
    cdek.move(state, "accepted_at_warehouse")
    cdek.move(state, "not_delivered")
    [back] = cdek.port.read(state.remote_id).return_ids
    assert [event.status for event in cdek.port.read(state.remote_id).events if event.status][-1] is Status.RETURNING
    cdek.control("POST", f"orders/{back}/status", cdek.moves["delivered"])
    last = cdek.port.read(state.remote_id).events[-1]
    assert (last.status, last.back) == (Status.RETURNED, True)


def test_a_delivery_problem_is_a_note_beside_the_status(cdek: CdekHarness) -> None:
    state = cdek.settle(cdek.port.create(cdek.request()))
    cdek.world.control.post(f"/cdek/orders/{state.remote_id}/problem", {"code": "47"})
    note = cdek.port.read(state.remote_id).events[-1]
    assert (note.status, note.problem.code if note.problem else "") == (None, "delivery_wrong_address")


def test_a_warm_connection_creates_an_order_in_one_call(cdek: CdekHarness) -> None:
    cdek.port.create(cdek.request("wb-1-1"))
    cdek.calls.records.clear()
    cdek.port.create(cdek.request("wb-2-1"))
    assert cdek.calls.labels() == ["orders.create"]


def test_all_points_come_page_by_page_and_a_record_without_sense_costs_nobody_else(cdek: CdekHarness) -> None:
    cdek.switch(broken_points=2, closed_offices="inactive")
    pages = [cdek.port.points(0)]
    while pages[-1].more:
        pages.append(cdek.port.points(len(pages)))
    listed = {point.code: point for page in pages for point in page.points}
    there = cdek.world.system("cdek").cdek.offices
    assert len(pages) == 2
    assert sum(page.skipped for page in pages) == 2 == len(there) - len(listed)
    locker = next(point for point in listed.values() if point.takes.kind == "locker")
    assert (locker.takes.cash, locker.takes.max_weight_g, locker.takes.cells_mm[0]) == (False, 15_000, (600, 410, 80))
    assert listed["NVG1"].takes.active is False
    row = there["KZN3"]
    assert (listed["KZN3"].lat, listed["KZN3"].metro) == (row["location"]["latitude"], "Проспект Победы")
    assert len(listed["KZN3"].hours.week) == len(row["work_time_list"])


def test_an_order_is_changed_until_it_moves(cdek: CdekHarness) -> None:
    """Another person, another address, then another kind of place; the same change twice is one; refused once moved."""
    before = cdek.request()
    state = cdek.settle(cdek.port.create(before))
    person = replace(before.recipient, name="Пётр Северцев", phone="+79000001463")
    after = replace(before, recipient=person, address=read_address("Казань, ул. Баумана, 1"), comment="Звонить")
    assert cdek.port.changed(state.remote_id, after) is None
    asked = cdek.port.change(state.remote_id, before, after)
    assert [change.decision for change in asked.changes] == [Decision.PENDING]
    read = cdek.wait_for(
        lambda: cdek.port.read(state.remote_id), lambda found: found.changes[-1].decision is not Decision.PENDING
    )
    assert (read.changes[-1].decision, read.changes[-1].ref) == (Decision.ACCEPTED, asked.changes[-1].ref)
    entity = sent(cdek, state)
    assert (entity["recipient"]["name"], entity["comment"]) == ("Пётр Северцев", "Звонить")
    assert entity["to_location"]["address"] == "Казань, ул. Баумана, 1"
    assert is_ours(after, read)
    found = cdek.port.changed(state.remote_id, after)
    assert found is not None
    assert [change.decision for change in found.changes] == [Decision.ACCEPTED]

    office = [row for row in offices(cdek, 424, type="PVZ") if row["is_handout"]][-1]  # nobody closed this one
    to_office = replace(after, kind=DeliveryKind.PICKUP, point_code=office["code"], address=None)
    cdek.port.change(state.remote_id, after, to_office)
    cdek.wait_for(lambda: cdek.port.changed(state.remote_id, to_office), lambda found: found is not None and (
        found.changes[-1].decision is Decision.ACCEPTED))  # fmt: skip
    assert sent(cdek, state)["delivery_point"] == office["code"]
    assert sent(cdek, state)["tariff_code"] == 136

    cdek.move(state, "accepted_at_warehouse")
    with pytest.raises(Refused) as refused:
        cdek.port.change(state.remote_id, to_office, replace(to_office, comment="Поздно"))
    assert [problem.code for problem in refused.value.problems] == ["too_late_to_change"]


def delivered(cdek: CdekHarness, request: ShipmentRequest) -> OrderState:
    state = cdek.settle(cdek.port.create(request))
    cdek.move(state, "accepted_at_warehouse")
    cdek.move(state, "delivered")
    return state


def decided(cdek: CdekHarness, asked: OrderState) -> ChangeState:
    """What became of a change, as the program asks: by the order, and by the change's own name."""
    [change] = asked.changes

    def now() -> ChangeState:
        found: ChangeState | None = cdek.port.read_change(asked.remote_id, change.ref)
        told = cdek.port.read(asked.remote_id).changes
        return found or next(each for each in told if each.ref == change.ref)

    return cdek.wait_for(now, lambda found: found.decision is not Decision.PENDING)


def test_after_it_moved_another_address_of_the_city_is_agreed_and_another_city_is_not(cdek: CdekHarness) -> None:
    before = cdek.request()
    state = cdek.settle(cdek.port.create(before))
    cdek.move(state, "in_transit")
    after = replace(before, address=read_address("Казань, ул. Баумана, 1"))
    asked = cdek.port.change(state.remote_id, before, after)
    assert [change.decision for change in asked.changes] == [Decision.PENDING]
    assert decided(cdek, asked).decision is Decision.ACCEPTED
    assert sent(cdek, state)["to_location"]["address"] == "Казань, ул. Баумана, 1"
    found = cdek.port.changed(state.remote_id, after)
    assert found is not None
    assert [change.decision for change in found.changes] == [Decision.ACCEPTED]

    far = replace(after, address=read_address("Самара, ул. Победы, 1"))
    refused = decided(cdek, cdek.port.change(state.remote_id, after, far))
    assert (refused.decision, [problem.code for problem in refused.problems]) == (
        Decision.REFUSED, ["too_late_to_change"])  # fmt: skip
    assert sent(cdek, state)["to_location"]["address"] == "Казань, ул. Баумана, 1"
    cdek.move(state, "delivered")
    late = decided(cdek, cdek.port.change(state.remote_id, after, before))
    assert [problem.their_code for problem in late.problems] == ["v2_entity_has_final_status"]


def test_a_parcel_that_moved_is_called_back_once_and_a_created_order_is_deleted(cdek: CdekHarness) -> None:
    """The refusal is paid, a deletion is not: cancelling never turns into it."""
    state = cdek.settle(cdek.port.create(cdek.request()))
    cdek.move(state, "in_transit")
    late = cdek.port.cancel(state.remote_id)
    settled = cdek.wait_for(lambda: cdek.port.read(state.remote_id), lambda read: read.cancel is not Decision.PENDING)
    assert (late.cancel, settled.cancel) == (Decision.PENDING, Decision.REFUSED)
    assert cdek.port.stopped(state.remote_id) is None
    cdek.fault("break_after", f"/v2/orders/{state.remote_id}/refusal", "POST")
    with pytest.raises(Uncertain):
        cdek.port.stop(state.remote_id)
    found = cdek.port.stopped(state.remote_id)
    assert found is not None
    done = cdek.wait_for(
        lambda: cdek.port.stopped(state.remote_id),
        lambda read: read is not None and read.changes[-1].decision is Decision.ACCEPTED,
    )
    assert done is not None
    assert [event.status for event in cdek.port.read(state.remote_id).events if event.status is Status.RETURNING]
    assert len(cdek.world.control.journal(system="cdek", kind="order.refusal_accepted")) == 1
    with pytest.raises(Refused) as refused:
        cdek.port.stop(state.remote_id)
    assert [problem.code for problem in refused.value.problems] == ["too_late_to_change"]


def test_the_client_sends_everything_back_by_the_order_itself_and_never_twice(cdek: CdekHarness) -> None:
    there = cdek.request()
    state = delivered(cdek, there)
    wanted = ReturnRequest("wb-1-1r", there, state.remote_id)
    cdek.fault("break_after", f"/v2/orders/{state.remote_id}/clientReturn", "POST")
    with pytest.raises(Uncertain):
        cdek.port.create_return(wanted)
    assert cdek.port.find_return("wb-1-1r") is None
    back = cdek.port.create_return(wanted)
    again = cdek.port.create_return(wanted)
    assert (back.number, back.remote_id) == ("wb-1-1r", again.remote_id)
    assert len(cdek.world.control.journal(system="cdek", kind="order.return_created")) == 1
    entity = sent(cdek, back)
    assert (entity["is_client_return"], entity["tariff_code"], entity["delivery_point"]) == (True, 138, "MSK5")
    cdek.move(back, "accepted_at_warehouse")
    cdek.move(back, "delivered")
    read = cdek.port.read_return(back.remote_id)
    assert {event.back for event in read.events} == {True}
    assert read.events[-1].status is Status.RETURNED
    assert cdek.port.read_return("7b0d3f4e-0000-4000-8000-000000000000").gone


def test_a_part_or_another_carriers_parcel_comes_back_as_an_order_of_its_own(cdek: CdekHarness) -> None:
    """From the client, to where the account hands in; nothing is collected; found by our number."""
    port = cdek.open(sender_phone="+74950000001")
    there = cdek.request(cod=Money.of(900))
    state = delivered(cdek, there)
    half = replace(there, parcels=(Parcel(300, 200, 150, 100, (cup(),)),))
    for number, of, request in (("wb-1-1r", state.remote_id, half), ("wb-9-1r", "", there)):
        cdek.fault("break_after", "/v2/orders", "POST")
        with pytest.raises(Uncertain):
            port.create_return(ReturnRequest(number, request, of))
        found = cdek.wait_for(lambda: cdek.port.find_return(number), lambda read: bool(read and read.order_number))  # noqa: B023
        assert found is not None
        assert found.decision is Decision.ACCEPTED
        entity = sent(cdek, found)
        assert (entity["is_client_return"], entity["delivery_point"]) == (True, "MSK5")
        assert entity["sender"]["phones"] == [{"number": "+79000001462"}]
        assert entity["from_location"]["address"] == "Казань, ул. Баумана, 44/8к2, кв. 12"
        assert [row["payment"]["value"] for row in entity["packages"][0]["items"]] == [0.0]
        assert cdek.accepted(number) == 1
    with pytest.raises(Refused) as refused:
        cdek.port.create_return(ReturnRequest("wb-7-1r", half))
    assert [problem.code for problem in refused.value.problems] == ["sender_phone"]
    office = next(row for row in offices(cdek, 424, type="PVZ") if row["is_handout"])
    handed = cdek.settle(port.create_return(ReturnRequest("wb-8-1r", half, "", office["code"])))
    assert (sent(cdek, handed)["shipment_point"], sent(cdek, handed)["tariff_code"]) == (office["code"], 136)


def call(cdek: CdekHarness, state: OrderState, number: str = "wb-1-1c1", **over: Any) -> CourierRequest:
    day = cdek.clock.now().date() + timedelta(days=2)
    return CourierRequest(number, day, **{"begin": time(10), "end": time(18), "remote_ids": (state.remote_id,), **over})


def test_a_courier_is_called_once_whatever_is_lost_and_cancelled(cdek: CdekHarness) -> None:
    from_door = cdek.open(shipment_point="", sender_address="Москва, Тверская 1", sender_phone="+74950000001",
                          sender_name="Пётр")  # fmt: skip
    state = from_door.create(cdek.request())
    cdek.settle(state)
    wanted = call(cdek, state, comment="Проходная 2")
    assert from_door.find_courier(wanted) is None
    cdek.fault("break_before", "/v2/intakes", "POST")
    with pytest.raises((Unavailable, Uncertain)):
        from_door.call_courier(wanted)
    assert from_door.find_courier(wanted) is None
    cdek.fault("break_after", "/v2/intakes", "POST")
    with pytest.raises(Uncertain):
        from_door.call_courier(wanted)
    found = cdek.wait_for(lambda: from_door.find_courier(wanted), lambda one: bool(one and one.number))
    assert found is not None
    assert (found.decision, found.cancelled) == (Decision.ACCEPTED, False)
    assert len(cdek.world.control.journal(system="cdek", kind="intake.accepted")) == 1
    with pytest.raises(Refused) as refused:
        from_door.call_courier(call(cdek, state, "wb-1-1c2"))
    assert [problem.their_code for problem in refused.value.problems] == ["v2_intake_exists_by_order"]
    assert from_door.find_courier(call(cdek, state, "wb-1-1c2")) is None
    assert from_door.cancel_courier(found.remote_id).cancelled
    with pytest.raises(Refused):
        from_door.cancel_courier(found.remote_id)
    again = from_door.find_courier(wanted)
    assert again is not None
    assert again.cancelled


def test_a_courier_call_that_cannot_be_is_refused_at_once_or_later(cdek: CdekHarness) -> None:
    """The hours are wrong; the order is one that is handed in at an office."""
    state = cdek.settle(cdek.port.create(cdek.request()))
    early = call(cdek, state, begin=time(6), end=time(23))
    with pytest.raises(Refused) as refused:
        cdek.port.call_courier(early)
    assert {problem.code for problem in refused.value.problems} == {"pickup_refused"}
    with pytest.raises(Refused):
        cdek.port.call_courier(call(cdek, state, remote_ids=()))
    asked = cdek.port.call_courier(call(cdek, state))
    assert asked.decision is Decision.PENDING
    late = cdek.wait_for(
        lambda: cdek.port.find_courier(call(cdek, state)),
        lambda one: one is not None and one.decision is not Decision.PENDING,
    )
    assert late is not None
    assert (late.decision, [problem.their_code for problem in late.problems]) == (
        Decision.REFUSED, ["ve_tariff_mode_not_from_door"])  # fmt: skip


def test_a_form_is_made_fetched_and_gone_after_an_hour(cdek: CdekHarness) -> None:
    """Also by an account whose token just ran out, and before the form is ready."""
    cdek.switch(print_seconds=0.2)
    state = cdek.settle(cdek.port.create(cdek.request(parcels=(Parcel(700, 200, 150, 100, (cup(),)),) * 2)))
    for form in ("waybill", "label_a6"):
        asked = cdek.port.ask_paper(form, state.remote_id)
        assert asked.stage is PaperStage.PREPARING
        with pytest.raises(Unavailable):
            cdek.port.fetch_paper(form, asked.key)
        cdek.wait_for(lambda: cdek.port.read_paper(form, asked.key), lambda read: read.stage is PaperStage.READY)  # noqa: B023
        cdek.expire_tokens()
        assert cdek.port.fetch_paper(form, asked.key).startswith(b"%PDF-")
    cdek.world.control.advance(3700)
    assert cdek.port.read_paper("label_a6", asked.key).stage is PaperStage.GONE
    with pytest.raises(Refused):
        cdek.port.ask_paper("label_a6", "7b0d3f4e-0000-4000-8000-000000000000")


def test_prices_without_services_are_better_than_none(cdek: CdekHarness) -> None:
    """`tariffAndService` was seen to answer 500 on every input while `tarifflist` worked (§1)."""
    whole = {quote.service_code: quote for quote in cdek.port.offers(cdek.request(declared=Money.of(900)))}
    cdek.fault("status", "/v2/calculator/tariffAndService", "POST", status=500)
    bare = {quote.service_code: quote for quote in cdek.port.offers(cdek.request(declared=Money.of(900)))}
    assert bare.keys() == whole.keys()
    assert (bare["parcel"].price, bare["parcel"].days_max) == (whole["parcel"].price, whole["parcel"].days_max)
    assert [line.what for line in bare["parcel"].lines] == ["tariff", "insurance"]
