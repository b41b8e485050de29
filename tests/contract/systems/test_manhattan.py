"""What only Manhattan has: the profile that fits the adapter to a site, two orders behind one number, its auth host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint_of_name
from b24app.logistics.status import Incident, Status
from b24app.systems.manhattan.profile import DEFAULT, checked
from tests.contract.systems.manhattan_harness import ManhattanHarness

if TYPE_CHECKING:
    from sandbox.world import World

REALM = "/auth/realms/maactive/protocol/openid-connect/token"


@pytest.fixture
def wm(running_world: World) -> Iterator[ManhattanHarness]:
    world = running_world
    world.timers.clear()
    world.faults.clear()
    world.clock.reset()
    world.system("manhattan").reset()
    world.journal.clear()
    harness = ManhattanHarness(world)
    yield harness
    harness.close()
    world.faults.clear()


def profile(**changes: Any) -> str:
    """The default with some top-level parts replaced, or operations merged (`operations=…`)."""
    data = json.loads(DEFAULT)
    for name, operation in changes.pop("operations", {}).items():
        data["operations"][name] = {**data["operations"].get(name, {}), **operation}
    text = json.dumps({**data, **changes}, ensure_ascii=False)
    assert checked(text)[1] == ()
    return text


def labels(wm: ManhattanHarness) -> list[str]:
    return [record.label.removeprefix("manhattan.") for record in wm.calls.records]


def test_the_newer_token_address_is_found_by_itself(wm: ManhattanHarness) -> None:
    wm.switch(token_paths="realm")
    assert wm.port.find("wb-1-1") is None
    paths = [record.url.rpartition("//")[2].partition("/")[2] for record in wm.calls.records]
    assert paths[:2] == ["oauth/token", REALM[1:]]
    wm.switch(token_paths="none")
    with pytest.raises(AccountProblem):
        wm.open(password="another").find("wb-1-1")


def test_a_token_is_used_no_longer_than_the_profile_says(wm: ManhattanHarness) -> None:
    wm.switch(token_seconds=60)
    assert wm.port.find("wb-1-1") is None
    wm.advance(61)  # the emulator's clock: ours still holds the old token
    assert wm.port.find("wb-1-1") is None
    assert labels(wm) == ["token", "find_shipment", "find_shipment", "token", "find_shipment"]


def test_other_header_names_and_quoted_lists_are_the_profiles_matter(wm: ManhattanHarness) -> None:
    wm.switch(header_names="plain", in_quotes="quoted")
    with pytest.raises(AccountProblem):
        wm.port.find("wb-1-1")
    headers = {"Organization": "$connection.organization", "Location": "$connection.facility"}
    port = wm.open(profile=profile(headers=headers, in_quotes=True))
    made = port.create(wm.request())
    assert [state.remote_id for state in port.read_many([made.remote_id, "wb-2-2"])] == ["wb-1-1", "wb-2-2"]


def test_a_profile_nobody_can_read_any_more_is_the_admins(wm: ManhattanHarness) -> None:
    port = wm.open(profile='{"version": 7}')
    for call in ("find", "read", "cancel"):
        with pytest.raises(AccountProblem) as caught:
            getattr(port, call)("wb-1-1")
        assert caught.value.problem.code == "profile_broken"
    [step] = port.test()
    assert (step.ok, step.problem.code) == (False, "profile_broken")
    odd = wm.open(time_zone="Moon/Crater")
    [step] = odd.test()
    assert (step.ok, step.problem.code) == (False, "profile_broken")


def test_a_message_that_is_only_acknowledged_is_pending_until_it_shows(wm: ManhattanHarness) -> None:
    wm.decide_after(60)
    sent = {"path": "/xint/api/async/outbound/send", "query": {"messageType": "=ANY_DCO_ImportOriginalOrders"}}
    port = wm.open(profile=profile(operations={"create_shipment": {**sent, "wrap": "xint"}}))
    made = port.create(wm.request())
    assert made.decision is Decision.PENDING
    assert port.read(made.remote_id).decision is Decision.PENDING
    wm.advance(61)
    assert port.read(made.remote_id).decision is Decision.ACCEPTED
    assert wm.accepted("wb-1-1") == 1


def test_unknown_articles_are_named_before_anything_is_sent(wm: ManhattanHarness) -> None:
    cups = wm.request().parcels[0].items
    strange = tuple(Item("?", sku, 1, Money.of(1), 1) for sku in ("NO-1", "NO 2"))
    parcel = replace(wm.request().parcels[0], items=(*cups, *strange))
    with pytest.raises(Refused) as caught:
        wm.port.create(wm.request(parcels=(parcel,)))
    assert [problem.params["sku"] for problem in caught.value.problems] == ["NO-1", "NO 2"]
    assert {problem.code for problem in caught.value.problems} == {"article_unknown"}
    with pytest.raises(Refused) as caught:
        wm.port.create(wm.request(parcels=(Parcel(700, 0, 0, 0, (replace(cups[0], sku=""),)),)))
    assert caught.value.problems[0].params["sku"] == "Чашка"
    with pytest.raises(Refused):
        wm.port.create(wm.request(parcels=(Parcel(700, 0, 0, 0),)))
    assert wm.accepted("wb-1-1") == 0
    wm.calls.records.clear()
    wm.make("wb-1-2")
    wm.port.create(wm.request("wb-1-3"))
    assert labels(wm).count("check_items") == 0, "a known article is not asked for twice a day"


def test_somebody_elses_order_is_not_written_over(wm: ManhattanHarness) -> None:
    wm.make()
    recipient = replace(wm.request().recipient, name="Другой Человек")
    with pytest.raises(Refused) as caught:
        wm.port.create(wm.request(recipient=recipient))
    assert caught.value.problems[0].code == "number_taken"
    assert wm.live("wb-1-1") == 1


def test_where_customer_fields_vanish_the_name_tells_whose_order_it_is(wm: ManhattanHarness) -> None:
    wm.switch(drop_extended=True)
    wm.port.create(wm.request())
    found = wm.port.find("wb-1-1")
    assert found.fingerprint == fingerprint_of_name("Мария Северцева")
    assert wm.deliver(wm.request()).remote_id == "wb-1-1"


def test_both_orders_are_called_off_whatever_came_in_between(wm: ManhattanHarness) -> None:
    """Cancelled between the original order's PUT and the planned one's appearance."""
    wm.decide_after(60)
    wm.port.create(wm.request())
    assert wm.port.cancel("wb-1-1").cancel is Decision.ACCEPTED
    assert labels(wm).count("cancel_order") == 0
    wm.decide_after(0)
    wm.port.create(wm.request("wb-1-2"))
    wm.fault("status", wm.cancel_path.replace("{id}", "wb-1-2"), status=200, body={"success": True, "data": {}})
    state = wm.port.cancel("wb-1-2")  # the original says yes and does nothing; the planned one is off
    assert state.cancel is Decision.ACCEPTED
    assert wm.live("wb-1-2") == 0


def test_a_refused_cancellation_keeps_their_words(wm: ManhattanHarness) -> None:
    wm.decide_after(60)
    wm.port.create(wm.request())
    body = {"success": False, "messages": {"Message": [{"Code": "Z::1", "Description": "Not today"}]}}
    wm.fault("status", wm.cancel_path.replace("{id}", "wb-1-1"), status=400, body=body)
    with pytest.raises(Refused) as caught:
        wm.port.cancel("wb-1-1")
    [problem] = caught.value.problems
    assert (problem.code, problem.their_code, problem.their_text) == ("cancel_refused", "Z::1", "Not today")


def test_a_split_order_is_one_order_of_ours(wm: ManhattanHarness) -> None:
    """Planned as two: read together, page by page, and called off together."""
    state = wm.make()
    wm.step(state, {"code": "split", "take": {"CUP-1": 1}})
    whole = {row["number"]: row["live"] for row in wm.control("GET", "orders")["orders"]}
    assert whole == {"wb-1-1": True, "wb-1-1-P2": True}
    wm.pack(state)
    [read] = wm.port.read_many(["wb-1-1"])
    assert read.packed is None, "the other part is not picked yet"
    assert any(event.text.startswith("wb-1-1: 6000") for event in read.events)
    wm.control("POST", "orders/wb-1-1-P2/status", {"code": "7200"})
    body = {**json.loads(DEFAULT)["operations"]["status"]["body"], "Size": 1}
    for port in (wm.port, wm.open(profile=profile(operations={"status": {"body": body}}))):
        read = port.read("wb-1-1")
        assert [line.picked for line in read.lines] == [2]
        assert len(read.packed.parcels) == 2
        assert [event.status for event in read.events if event.status] == [Status.ACCEPTED_AT_WAREHOUSE]
    # A site that counts more than it shows is not told as if these were all.
    fixed = {**body, "Page": 0}
    with pytest.raises(Unavailable):
        wm.open(profile=profile(operations={"status": {"body": fixed}})).read("wb-1-1")
    wm.step(state, {"code": "7200"})
    read = wm.port.read("wb-1-1")
    assert [event.status for event in read.events if event.status] == [Status.IN_TRANSIT]
    assert len(set(read.tracking_numbers)) == 2
    assert (read.tracking_number, read.lines[0].shipped) == (read.tracking_numbers[0], 2)

    wm.step(wm.make("wb-1-2"), {"code": "split"})
    assert wm.port.cancel("wb-1-2").cancel is Decision.ACCEPTED
    assert not any(row["live"] for row in wm.control("GET", "orders")["orders"] if "wb-1-2" in row["number"])
    wm.step(wm.make("wb-1-3"), {"code": "split"})
    wm.control("POST", "orders/wb-1-3-P2/status", {"code": "4000"})
    with pytest.raises(Refused):
        wm.port.cancel("wb-1-3")


def test_planned_orders_that_do_not_name_their_original_are_the_profiles_matter(wm: ManhattanHarness) -> None:
    wm.switch(names_original=False)
    steps = list(wm.open().test())
    assert [(step.name, step.ok) for step in steps][-1] == ("lists", False)
    assert steps[-1].problem.code == "profile_broken"
    assert "OriginalOrderId" in steps[-1].problem.their_text
    body = {**json.loads(DEFAULT)["operations"]["status"]["body"], "Query": "=OrderId in (${ids})"}
    body["Template"] = {"OrderId": None, "MinimumStatus": None, "MaximumStatus": None, "UpdatedTimestamp": None}
    port = wm.open(profile=profile(operations={"status": {"body": body}}))
    assert all(step.ok for step in port.test())
    port.create(wm.request())
    [read] = port.read_many(["wb-1-1"])
    assert read.events[-1].status is Status.CREATED


@pytest.mark.parametrize("bulk", [False, True])
def test_what_was_saved_of_an_order_is_kept_and_the_rest_is_told(wm: ManhattanHarness, bulk: bool) -> None:
    """Some of one answer refused, the rest saved: by `save`, and by `bulkImport`, whatever `success` says."""
    wm.switch(bulk_success=bulk)
    sent = {"path": "/dcorder/api/dcorder/originalOrder/bulkImport", "wrap": "Data"}
    port = wm.open(profile=profile(operations={"create_shipment": sent})) if bulk else wm.port
    cups = wm.request().parcels[0]
    tea = Item("Чай", "T-1", 3, Money.of(99), 100)
    request = wm.request(parcels=(replace(cups, items=(*cups.items, tea)),))
    error = {"item": "T-1", "code": "X::7", "description": "Item T-1 is on hold"}
    wm.control("POST", "overrides", {"match": {"number": "wb-1-1"}, "errors": [error]})
    made = port.create(request)
    assert made.decision is Decision.ACCEPTED
    [told] = made.warnings
    assert (told.code, told.their_code, told.their_text, told.params) == (
        "saved_in_part", "X::7", "Item T-1 is on hold", {"what": ["Чай × 3"]},
    )  # fmt: skip
    assert wm.accepted("wb-1-1") == 1
    assert port.create(request).remote_id == "wb-1-1", "what is there is ours"
    # Nothing of it saved is a refusal.
    wm.control("POST", "overrides", {"match": {"number": "wb-1-2"}, "errors": [{**error, "item": "CUP-1"}]})
    with pytest.raises(Refused):
        port.create(wm.request("wb-1-2"))
    assert wm.live("wb-1-2") == 0
    # An answer that leaves it open, and a look-up that does not work: nobody knows.
    wm.fault("status", "*/bulkImport" if bulk else "*/originalOrder/save", status=200,
             body={"success": True, "data": {"FailedRecords": [{"OriginalOrderId": "wb-1-3"}]}})  # fmt: skip
    where = {"path": wm.find_path, "method": "POST"}
    wm.world.control.fault("manhattan", "status", match=where, params={"status": 503}, skip=1)
    with pytest.raises(Uncertain):
        port.create(wm.request("wb-1-3"))


def test_an_order_that_stands_says_why_and_goes_on(wm: ManhattanHarness) -> None:
    state = wm.make()
    wm.advance(60)
    wm.step(state, {"code": "blocked", "text": "Нет на полке"})
    [read] = wm.port.read_many(["wb-1-1"])
    [told] = [event for event in read.events if event.problem]
    assert (told.incident, told.problem.code, told.problem.their_text) == (
        Incident.NOT_READY, "warehouse_blocked", "Нет на полке",
    )  # fmt: skip
    wm.advance(60)
    wm.step(state, {"code": "4000", "max": "5000"})
    read = wm.port.read("wb-1-1")
    assert not [event for event in read.events if event.problem]
    assert read.events[-1].reason == "max 5000 Picked"
    assert read.packed is None


def test_packages_are_measured_in_the_sites_own_units(wm: ManhattanHarness) -> None:
    wm.switch(weight_uom="lb", dimension_uom="in")
    port = wm.open(profile=profile(units={"weight": "lb", "length": "in"}))
    state = port.create(wm.request())
    wm.advance(60)
    wm.pack(state)
    [parcel] = port.read("wb-1-1").packed.parcels
    body = wm.detail(state)["body"]["OriginalOrderLine"][0]
    assert body["Weight"] == 1.323  # 600 g
    assert abs(parcel.length_mm - 300) <= 1
    assert abs(parcel.width_mm - 200) <= 1


def test_the_admins_meanings_come_before_the_profiles(wm: ManhattanHarness) -> None:
    titles = {option.code: (option.title, option.means) for option in wm.port.options("statuses")}
    assert titles["6000"] == ("Packed", "packed")
    assert titles["9000"] == ("Canceled", "cancelled")
    state = wm.make()
    wm.advance(60)
    wm.step(state, {"code": "9900"})
    assert wm.port.read("wb-1-1").events[-1].status is Status.UNKNOWN
    port = wm.open(statuses=json.dumps({"9900": "in_transit", "5000": "packed"}))
    assert port.read("wb-1-1").events[-1].status is Status.IN_TRANSIT
    wm.step(state, {"code": "5000"})
    assert port.read("wb-1-1").packed is not None


def test_stock_comes_page_by_page_and_warehouse_by_warehouse(wm: ManhattanHarness) -> None:
    operations = json.loads(DEFAULT)["operations"]
    stock = {"body": {**operations["stock"]["body"], "Size": 1}}
    port = wm.open(profile=profile(operations={"stock": stock}))
    answer = port.stock(["CUP-1", "HM-VASE"])
    lying = {line.warehouse: line.available for line in answer.lines if line.sku == "CUP-1"}
    assert lying == {"MSK-01": 60, "KZN-01": 30}
    assert [line.warehouse for line in answer.lines if line.sku == "HM-VASE"] == ["MSK-01"]
    assert answer.unknown == ()
    assert labels(wm).count("stock") == 5
    state = wm.make()
    wm.step(state, {"code": "3000"})
    [line] = [line for line in port.stock(["CUP-1"]).lines if line.warehouse == "MSK-01"]
    assert (line.available, line.on_hand, line.reserved) == (58, 60, 2)
    wm.switch(broken_points=2)
    assert len(wm.open_anew().warehouses()) == 2
    # A site with very many rows is not told as if the first ones were all.
    many = {"success": True, "header": {"totalCount": 999}, "data": [{"ItemId": "CUP-1", "OnHand": 1}]}
    wm.fault("status", "*/inventory/search", times=None, status=200, body=many)
    with pytest.raises(Unavailable):
        port.stock(["CUP-1"])


def test_returns_go_to_their_own_facility(wm: ManhattanHarness) -> None:
    port = wm.open(returns_facility="KZN-01")
    made = port.expect(wm.receipt_request())
    assert made.remote_id == "KZN-01:wb-r-1"
    assert wm.control("GET", "receipts/wb-r-1")["facility"] == "KZN-01"
    assert port.find_receipt("wb-r-1").remote_id == "KZN-01:wb-r-1"
    assert wm.port.find_receipt("wb-r-1") is None
    wm.inspect("wb-r-1", [{"sku": "CUP-1", "accepted": 3, "surplus": 1}])
    [line] = port.read_receipt(made.remote_id).lines
    assert (line.accepted, line.surplus, line.received) == (2, 2, 4)


def test_a_kind_of_return_that_the_site_does_not_know_is_refused(wm: ManhattanHarness) -> None:
    with pytest.raises(Refused) as caught:
        wm.open(return_origin="ZZ").expect(wm.receipt_request())
    assert "ZZ" in caught.value.problems[0].their_text
    assert wm.expected("wb-r-1") == 0


def test_envelopes_in_any_of_their_shapes(wm: ManhattanHarness) -> None:
    wm.switch(envelope="plain", save_data="array", unknown_fields=True, broken_points=1)
    state = wm.make()
    wm.advance(60)
    wm.pack(state, short=1)
    assert wm.port.read(state.remote_id).packed is not None
    assert [place.code for place in wm.port.warehouses()] == ["MSK-01", "KZN-01"]


def test_names_of_statuses_are_not_worth_failing_for(wm: ManhattanHarness) -> None:
    state = wm.make()
    wm.fault("status", "*/orderStatus", times=None, status=500)
    port = wm.open_anew()
    assert port.read(state.remote_id).events[-1].status is Status.CREATED
    with pytest.raises(Unavailable):
        port.options("statuses")
