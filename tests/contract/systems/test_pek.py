"""What only PEK has: Basic auth, 100 requests a minute, errors inside HTTP 200, `docflowType`, no idempotency key
(recover by scanning the list for our number), `precision` of addresses, history times without offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Part, Way, rules_at
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.papers import PDF
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from tests.contract.systems.parts import Where
from tests.contract.systems.pek_harness import PekHarness, envelope

if TYPE_CHECKING:
    from sandbox.world import World

SUBMIT = "*/preregistration/submit/"
LIST = "*/cargos/listallorderbylogin/"


@pytest.fixture
def pek(world: World) -> Iterator[PekHarness]:
    harness = PekHarness(world)
    yield harness
    harness.close()
    world.control.clear_faults()


def _bare(pek: PekHarness) -> Any:
    """The account that no counterparty has confirmed."""
    account = pek.world.addresses["pek"]["accounts"][2]
    return pek.open(
        login=account["login"], key=account["key"], inn=account["inn"], shipment_point=account["warehouse_id"]
    )


def _body(pek: PekHarness, state: OrderState) -> dict[str, Any]:
    found: dict[str, Any] = pek.control("GET", f"orders/{state.order_number}")
    return found


# --- Basic auth, 100 requests a minute, errors inside HTTP 200 --------------------------------------------------------


def test_every_call_is_signed_with_login_and_key(pek: PekHarness) -> None:
    pek.port.find("wb-1-1")
    rows = pek.world.journal.find(system="pek", kind="rest.call")
    assert {row.portal for row in rows} == {"shop@example.com"}
    assert pek.open(key="pek-key-1b").find("wb-1-1") is None
    pek.control("POST", "keys/expire", {"key": "pek-key-1b"})
    assert pek.raised(lambda: pek.open(key="pek-key-1b").find("wb-1-1")) == "AccountProblem"


def test_the_101st_call_of_a_minute_waits_for_the_next(pek: PekHarness) -> None:
    pek.switch(rate_limit=3)
    for _ in range(3):
        pek.port.read_many(["780000000001"])
    with pytest.raises(Unavailable) as caught:
        pek.port.read_many(["780000000001"])
    assert caught.value.retry_after == 60.0
    pek.switch(rate_answer="429")
    with pytest.raises(Unavailable):
        pek.port.read_many(["780000000001"])
    pek.advance(61)
    assert pek.port.read_many(["780000000001"]) == []
    assert pek.manifest.rate.per_second * 60 <= 100


def test_too_many_calls_at_an_order_made_nothing(pek: PekHarness) -> None:
    request = pek.request()
    pek.port.preview(request)
    pek.switch(rate_limit=1)
    with pytest.raises(Unavailable):
        pek.port.create(request)
    pek.switch(rate_limit=100)
    assert pek.accepted("wb-1-1") == 0


@pytest.mark.parametrize("real_codes", [False, True])
def test_a_refusal_is_read_whatever_http_says(pek: PekHarness, *, real_codes: bool) -> None:
    pek.switch(http_errors=real_codes)
    bad = pek.open(shipment_point="11111111-1111-1111-1111-111111111111")
    with pytest.raises(Refused) as caught:
        bad.create(pek.request())
    [problem] = caught.value.problems
    assert (problem.code, problem.field, problem.who) == ("sender_point_unknown", Field.SENDER, Who.ADMIN)
    assert (problem.their_code, problem.their_text) == (
        "sender.warehouseId",
        "Склад с указанным идентификатором не найден",
    )


def test_several_fields_are_several_problems(pek: PekHarness) -> None:
    errors = [
        {"Key": "cargos[0].receiver.personPhones[0].phone", "Value": ["Неверный номер", "Не мобильный"]},
        {"Key": "cargos[0].common.weight", "Value": ["Слишком тяжело"]},
        {"Key": "cargos[0].somethingNew", "Value": ["Неведомо что"]},
    ]
    pek.control("POST", "overrides", {"match": {"number": "wb-1-1"}, "errors": errors})
    with pytest.raises(Refused) as caught:
        pek.port.create(pek.request())
    assert [(each.code, each.field) for each in caught.value.problems] == [
        ("phone_refused", Field.PHONE),
        ("weight_refused", Field.WEIGHT),
        ("refused_unknown", Field.ORDER),
    ]
    assert caught.value.problems[0].their_text == "Неверный номер; Не мобильный"


# --- docflowType ------------------------------------------------------------------------------------------------------


def test_every_order_says_its_document_flow(pek: PekHarness) -> None:
    assert pek.port.preview(pek.request()).body["common"] == {"docflowType": "COURIER", "orderType": 0}
    edi = pek.open(docflow="FFS_EDI", edi_mail="edo@example.com")
    body = edi.preview(pek.request()).body
    assert body["EDICounterpart"] == {"EDItype": 1, "EDImail": "edo@example.com"}
    assert body["cargos"][0]["common"]["countryCargocode"] == ["643"]
    for inside in (False, True):
        pek.switch(notifications_in_cargos=inside)
        state = edi.create(pek.request(f"wb-{int(inside) + 1}-1"))
        texts = [warning.their_text for warning in state.warnings]
        assert any("ЭДО" in text for text in texts)
        assert any("/edi/" in text for text in texts)
    without = pek.open(docflow="FFS_EDI")
    assert pek.raised(lambda: without.create(pek.request("wb-3-1"))) == "Refused"


# --- no idempotency key -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cyrillic", [True, False])
@pytest.mark.parametrize("action", ["break_before", "break_after", "hang"])
def test_one_order_whatever_befell_the_call(pek: PekHarness, action: str, *, cyrillic: bool) -> None:
    """Faults before, during and after they applied it: the list is scanned for our number, in both spellings of its
    keys, and what is there is adopted."""
    pek.switch(cyrillic_keys=cyrillic)
    request = pek.request()
    pek.strike(action, pek.creating(), seconds=0.0)
    assert pek.raised(lambda: pek.port.create(request)) == "Uncertain"
    state = pek.deliver(request)
    assert state.decision is Decision.ACCEPTED
    assert pek.accepted("wb-1-1") == 1
    assert pek.deliver(request).remote_id == state.remote_id
    assert pek.port.read(state.remote_id).remote_id == state.remote_id


def test_a_second_order_of_one_number_would_be_taken_so_the_first_is_found(pek: PekHarness) -> None:
    """Their side does not check numbers: that is the trap. Of two the older is ours, of cancelled ones none."""
    first = pek.port.create(pek.request())
    pek.advance(2)
    second = pek.port.create(pek.request())
    assert pek.accepted("wb-1-1") == 2
    assert pek.port.find("wb-1-1").remote_id == first.remote_id
    pek.port.cancel(first.remote_id)
    assert pek.port.find("wb-1-1").remote_id == second.remote_id
    pek.port.cancel(second.remote_id)
    assert pek.port.find("wb-1-1") is None


def test_without_confirmed_access_nothing_is_proved_and_the_account_waits(pek: PekHarness) -> None:
    bare, request = _bare(pek), pek.request()
    pek.strike("break_after", pek.creating())
    with pytest.raises(Uncertain):
        bare.create(request)
    with pytest.raises(AccountProblem) as caught:
        bare.find(request.number)
    assert (caught.value.problem.code, caught.value.problem.who) == ("access_unconfirmed", Who.ADMIN)
    assert pek.accepted("wb-1-1") == 1
    last = list(bare.test())[-1]
    assert (last.name, last.ok, last.soft, last.problem.code) == ("access", False, False, "access_unconfirmed")


def test_an_error_inside_http_200_is_no_empty_list_of_points(pek: PekHarness) -> None:
    body = envelope("Превышено количество запросов", 429)
    pek.strike("status", Where("*/branches/all/"), status=200, body=body)
    with pytest.raises(Unavailable):
        pek.port.points(0)
    assert pek.port.points(0).points


def test_rights_are_asked_for_once_and_only_when_nothing_was_found(pek: PekHarness) -> None:
    pek.port.create(pek.request())
    pek.calls.records.clear()
    assert pek.port.find("wb-1-1") is not None
    assert pek.calls.labels() == ["cargos.list", "cargos.status"]
    pek.calls.records.clear()
    assert (pek.port.find("wb-2-1"), pek.port.find("wb-3-1")) == (None, None)
    assert pek.calls.labels() == ["cargos.list", "auth.token", "counterparts", "cargos.list"]


def test_two_parcels_are_known_by_their_weight_together(pek: PekHarness) -> None:
    """PEK shows one weight for all places, in steps of ten grams."""
    boxes = (Parcel(1234, 310, 225, 141, ()), Parcel(705, 200, 150, 100, ()))
    request = pek.request(parcels=boxes, declared=Money.of(500))
    state = pek.port.create(request)
    found = pek.port.find("wb-1-1")
    assert is_ours(request, found)
    assert (found.fingerprint, found.total_step_g) == (state.fingerprint, 10)
    assert not is_ours(replace(request, parcels=boxes[:1]), found)
    common = _body(pek, state)["body"]["common"]
    assert (common["weight"], common["volume"], common["positionsCount"]) == (1.95, 0.02, 2)


# --- precision of addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "exact", "code"),
    [
        ("Казань, ул. Баумана, 44", True, None),
        ("Казань, ул. Баумана", False, "address_vague"),
        ("Казань", False, "address_vague"),
        ("Незнамоград, ул. Ленина, 1", None, "city_unknown"),
    ],
)
def test_an_address_is_as_good_as_its_precision(
    pek: PekHarness, text: str, exact: bool | None, code: str | None
) -> None:
    checked = pek.port.check_address(read_address(text))
    assert (checked.exact, checked.problem.code if checked.problem else None) == (exact, code)
    assert (checked.city.name if checked.city else None) == ("Казань" if code != "city_unknown" else None)


def test_a_misspelt_town_is_offered_others(pek: PekHarness) -> None:
    checked = pek.port.check_address(read_address("Екатеринбур, ул. Ленина, 1"))
    assert [city.name for city in checked.offered] == ["Екатеринбург"]


def test_near_goes_and_bad_is_stopped_before_it_is_sent(pek: PekHarness) -> None:
    near = pek.request("wb-1-1", address=read_address("Казань, ул. Баумана"))
    state = pek.port.create(near)
    assert (state.decision, [warning.code for warning in state.warnings]) == (Decision.ACCEPTED, ["address_vague"])
    assert pek.port.create(pek.request("wb-3-1")).warnings == ()
    bad = pek.request("wb-2-1", address=read_address("Казань"))
    with pytest.raises(Refused) as caught:
        pek.port.create(bad)
    assert (caught.value.problems[0].code, caught.value.problems[0].their_code) == ("address_vague", "bad")
    assert pek.accepted("wb-2-1") == 0
    pinned = replace(bad, address=replace(read_address("Казань"), lat=55.7887, lon=49.1221))
    state = pek.port.create(pinned)
    receiver = _body(pek, state)["body"]["receiver"]
    assert receiver["coordinates"] == {"latitude": "55.788700", "longitude": "49.122100"}


# --- history times without offset -------------------------------------------------------------------------------------


def test_times_are_moscows(pek: PekHarness) -> None:
    state = pek.make()
    pek.move(state, "accepted_at_warehouse")
    first, last = pek.port.read(state.remote_id).events
    assert abs(last.at - pek.world.clock.now()) < timedelta(minutes=5)  # another offset would be an hour at least
    # The order is a minute old when it is accepted, and a busy machine may take a second or two beside it.
    assert timedelta(seconds=60) <= last.at - first.at < timedelta(seconds=90)


def test_an_undone_status_is_taken_back(pek: PekHarness) -> None:
    state = pek.make()
    for status in ("accepted_at_warehouse", "in_transit"):
        pek.move(state, status)
    pek.control("POST", f"orders/{state.order_number}/rollback")
    read = pek.port.read(state.remote_id)
    assert [event.status for event in read.events] == [Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE]
    assert [event.status for event in read.retracted] == [Status.IN_TRANSIT]


# --- tracking ---------------------------------------------------------------------------------------------------------


def test_arrived_means_two_things(pek: PekHarness) -> None:
    door, point = pek.make("wb-1-1"), pek.port.create(pek.point_request("wb-2-1"))
    for state in (door, point):
        pek.step(state, {"code": "Прибыл"})
    ends = [state.events[-1].status for state in pek.port.read_many([door.remote_id, point.remote_id])]
    assert ends == [Status.IN_TRANSIT, Status.READY_FOR_PICKUP]
    assert pek.port.find("wb-1-1").remote_id == door.remote_id
    assert pek.port.find("wb-2-1").remote_id == point.remote_id


def test_why_it_goes_back_is_told(pek: PekHarness) -> None:
    state = pek.make()
    pek.control("POST", f"orders/{state.order_number}/route", {"route": "returned"})
    pek.advance(5 * 3600)
    event = pek.port.read(state.remote_id).events[-1]
    assert (event.status, event.incident, event.reason) == (
        Status.RETURNING,
        Incident.REFUSED,
        "Отказ получателя от груза",
    )
    assert event.problem is not None
    assert (event.problem.code, event.problem.who) == ("delivery_refused", Who.MANAGER)


def test_a_hundred_orders_are_two_calls(pek: PekHarness) -> None:
    pek.switch(rate_limit=0)
    first = pek.make()
    ids = [first.remote_id, *(f"78100000{n:04d}" for n in range(99))]
    pek.calls.records.clear()
    read = pek.port.read_many(ids)
    assert [state.remote_id for state in read] == [first.remote_id]
    assert pek.calls.labels() == ["cargos.history"] * 2


def test_a_cargo_that_got_another_code_is_still_the_same(pek: PekHarness) -> None:
    pek.switch(new_code_on_acceptance=True)
    state = pek.make()
    pek.move(state, "accepted_at_warehouse")
    read = pek.port.read(state.remote_id)
    assert read.remote_id == state.remote_id
    assert read.order_number != state.order_number
    assert read.order_number in read.tracking_url


# --- pickup, papers, cancelling ---------------------------------------------------------------------------------------


def test_where_nothing_is_handed_in_a_car_comes(pek: PekHarness) -> None:
    fetched = pek.open(shipment_point="", sender_address="Москва, ул. Ленина, 10")
    assert fetched.quote(pek.request()).price.minor > pek.port.quote(pek.request()).price.minor
    state = fetched.create(pek.request())
    sent = _body(pek, state)
    assert sent["order_type"] == 3
    assert sent["sender"]["addressStock"] == "Москва, ул. Ленина, 10"
    assert [event.status for event in fetched.read(state.remote_id).events] == [Status.CREATED]
    pek.step(state, {"code": "4100"})
    with pytest.raises(Refused) as caught:
        fetched.cancel(state.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"


@pytest.mark.parametrize("form", ["string", "object", "key"])
def test_a_label_is_read_in_all_three_shapes(pek: PekHarness, form: str) -> None:
    state = pek.make()
    pek.switch(print_form=form)
    assert pek.port.fetch_paper("label", state.order_number).startswith(PDF)
    assert [row.data["form"] for row in pek.world.journal.find(kind="label.made")] == ["multiple"]


def test_a_young_order_is_cancelled_later(pek: PekHarness) -> None:
    """Not earlier than 5-10 minutes after submitting (§8)."""
    pek.switch(cancel_after_seconds=300.0)
    state = pek.make()
    with pytest.raises(Unavailable) as caught:
        pek.port.cancel(state.remote_id)
    assert caught.value.retry_after == 120.0
    pek.advance(301)
    assert pek.port.cancel(state.remote_id).cancel is Decision.ACCEPTED


def test_a_cargo_on_its_way_is_called_back(pek: PekHarness) -> None:
    """It costs money, may be asked for twice, and has its hours: not before it is taken, not at the last mile."""
    state = pek.make()
    assert pek.port.stopped(state.remote_id) is None
    with pytest.raises(Refused) as caught:
        pek.port.stop(state.remote_id)
    assert caught.value.problems[0].code == "order_not_ready"
    pek.step(state, {"code": "Оформлен"})
    pek.move(state, "in_transit")
    pek.strike("break_after", Where("*/cargos/cancelandreturncargo/"))
    with pytest.raises(Uncertain):
        pek.port.stop(state.remote_id)
    for told in (pek.port.stopped(state.remote_id), pek.port.stop(state.remote_id)):
        assert [change.decision for change in told.changes] == [Decision.ACCEPTED]
    assert len(pek.world.journal.find(kind="return.accepted")) == 1
    assert pek.port.read(state.remote_id).events[-1].incident is Incident.SENDER_REQUEST
    assert pek.port.stopped(pek.no_such_order()).gone


def test_a_return_that_is_queued_is_asked_for_later(pek: PekHarness) -> None:
    pek.switch(return_queued=True)
    state = pek.make()
    for status in ("Принят к перевозке", "Оформлен"):
        pek.step(state, {"code": status})
    with pytest.raises(Unavailable) as caught:
        pek.port.stop(state.remote_id)
    assert caught.value.retry_after == 900.0
    pek.advance(901)
    assert pek.port.stop(state.remote_id).changes[-1].decision is Decision.ACCEPTED


def test_who_may_not_call_back_is_told(pek: PekHarness) -> None:
    state = pek.make()
    for status in ("Принят к перевозке", "Оформлен"):
        pek.step(state, {"code": status})
    with pytest.raises(Refused) as caught:
        _bare(pek).stop(state.remote_id)
    problem = caught.value.problems[0]
    assert (problem.code, problem.who, problem.field) == ("change_refused", Who.ADMIN, Field.ACCOUNT)


def test_what_cannot_be_changed_is_said(pek: PekHarness) -> None:
    rules = {rule.part: rule.way for rule in rules_at(pek.manifest.changes, Status.CREATED)}
    assert rules[Part.DESTINATION] is Way.ANEW
    assert rules[Part.STOP] is Way.HERE
    on_road = {rule.part: rule.way for rule in rules_at(pek.manifest.changes, Status.IN_TRANSIT)}
    assert (on_road[Part.DESTINATION], on_road[Part.STOP]) == (Way.ELSEWHERE, Way.HERE)


def test_what_is_billed_is_what_was_quoted(pek: PekHarness) -> None:
    quoted, state = pek.port.quote(pek.request()).price, pek.make()
    assert pek.port.read(state.remote_id).price is None
    pek.move(state, "accepted_at_warehouse")
    billed = pek.port.read(state.remote_id).price
    assert billed == quoted


def test_a_price_is_a_number_or_a_text(pek: PekHarness) -> None:
    price = pek.port.quote(pek.request()).price
    pek.switch(text_costs=True)
    assert pek.port.quote(pek.request()).price == price


def test_one_product_refuses_another_is_priced(pek: PekHarness) -> None:
    long = pek.request(parcels=(Parcel(20_000, 2500, 300, 300, pek.request().parcels[0].items),))
    assert [quote.service_code for quote in pek.port.offers(long)] == ["ltl"]
    with pytest.raises(Refused) as caught:
        pek.port.quote(replace(long, service_code="air"))
    problem = caught.value.problems[0]
    assert (problem.code, problem.field) == ("too_big_for_service", Field.SIZE)
    assert "АВИА" in problem.their_text
    with pytest.raises(Refused) as caught:
        _bare(pek).quote(pek.request(service_code="easyway"))
    assert caught.value.problems[0].code == "service_contract"
