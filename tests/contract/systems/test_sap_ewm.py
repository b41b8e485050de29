"""What only SAP has: a delivery with reference to an order, our mark, search before create, CSRF and cookies, If-Match,
LE's letters and EWM's digits, returns and their inspection, a site without OData."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState, is_ours
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Attachment, Carriage, ReceiptRequest, ReceiptStage
from b24app.systems.sap_ewm import vocabulary
from tests.contract.systems.parts import ODD, Where
from tests.contract.systems.sap_ewm_harness import SapEwmHarness, SapLeHarness, SapSoapHarness, error

if TYPE_CHECKING:
    from sandbox.world import World

HEADERS = "*/A_OutbDeliveryHeader"


def driven(world: World, kind: type[SapEwmHarness]) -> Iterator[SapEwmHarness]:
    world.system("sap_ewm").reset()
    world.journal.clear()
    harness = kind(world)
    yield harness
    harness.close()
    world.control.clear_faults()


@pytest.fixture
def sap(world: World) -> Iterator[SapEwmHarness]:
    yield from driven(world, SapEwmHarness)


@pytest.fixture
def le(world: World) -> Iterator[SapEwmHarness]:
    yield from driven(world, SapLeHarness)


@pytest.fixture
def soap(world: World) -> Iterator[SapEwmHarness]:
    yield from driven(world, SapSoapHarness)


def labels(sap: SapEwmHarness) -> list[str]:
    found = sap.calls.labels()
    sap.calls.records.clear()
    return found


def problem(sap: SapEwmHarness, request: Any) -> tuple[str, Field, Any]:
    with pytest.raises(Refused) as caught:
        sap.port.create(request)
    found = caught.value.problems[0]
    return found.code, found.field, found.params


# --- the order that a delivery refers to ------------------------------------------------------------------------------


def test_without_a_reference_or_with_a_wrong_one_nothing_is_created(sap: SapEwmHarness) -> None:
    request = sap.request()
    assert problem(sap, replace(request, reference=" ")) == ("reference_missing", Field.REFERENCE, {})
    assert problem(sap, replace(request, reference="4799")) == (
        "reference_unknown",
        Field.REFERENCE,
        {"number": "4799"},
    )
    assert problem(sap, replace(request, reference="4713"))[:2] == ("order_blocked", Field.REFERENCE)
    assert sap.world.control.journal(system="sap_ewm", kind="delivery.created") == []


def test_an_article_that_the_order_does_not_have_is_named(sap: SapEwmHarness) -> None:
    request = sap.request()
    goods = (Item("Плед", "PLD-GR", 1, Money.of(4590), 900), Item("Подарок", "", 1, Money.of(0), 10))
    wrong = replace(request, parcels=(replace(request.parcels[0], items=goods),))
    with pytest.raises(Refused) as caught:
        sap.port.create(wrong)
    assert [(each.code, each.params["sku"]) for each in caught.value.problems] == [
        ("article_unknown", "PLD-GR"),
        ("article_unknown", "Подарок"),
    ]
    assert len({each.key for each in caught.value.problems}) == 2, "none is taken for another"
    assert sap.accepted("wb-1-1") == 0


def test_rows_are_found_by_articles_also_where_one_has_several(sap: SapEwmHarness) -> None:
    """As many as the first row holds, the rest of the second; a number of digits with leading zeros is one article."""
    lines = [{"sku": "CUP-1", "quantity": 3}, {"sku": "T-1", "quantity": 5}, {"sku": "CUP-1", "quantity": 4}]
    order = sap.control("POST", "sales_orders", {"lines": lines, "recipient": {"name": "Мария"}})["order"]
    cup, tea = Item("Чашка", "cup-1", 5, Money.of(450), 300), Item("Чай", "T-1", 1, Money.of(99), 100)
    request = replace(sap.request(), parcels=(Parcel(700, 0, 0, 0, (cup, tea)),), reference=f"000{order}")
    made = sap.port.create(request)
    shown = sap.detail(made)["lines"]
    assert [(row["sku"], row["quantity"]) for row in shown] == [("CUP-1", "3"), ("CUP-1", "2"), ("T-1", "1")]
    assert [(line.sku, line.ordered) for line in made.lines] == [("CUP-1", 3), ("CUP-1", 2), ("T-1", 1)]


def test_a_site_without_the_order_service_takes_rows_by_their_place(sap: SapEwmHarness) -> None:
    sap.switch(unregistered=["API_SALES_ORDER_SRV"])
    with pytest.raises(AccountProblem) as caught:
        sap.port.create(sap.request())
    assert caught.value.problem.their_code == "/IWFND/MED/170"
    placed = sap.open(items="position")
    assert placed.create(sap.request()).lines[0].sku == "CUP-1"


# --- once, and marked -------------------------------------------------------------------------------------------------


def test_calls_of_an_order_from_creation_to_the_dock(sap: SapEwmHarness) -> None:
    sap.port.find("wb-0-0")
    labels(sap)
    made = sap.port.create(sap.request())
    assert labels(sap) == ["orders.search", "orders.rows", "csrf", "orders.create", "orders.mark"]
    sap.port.create(sap.request("wb-2-1"))
    assert labels(sap) == ["orders.search", "orders.rows", "orders.create", "orders.mark"]
    sap.port.read_many([made.remote_id])
    assert labels(sap) == ["orders.many", "warehouse.items"]
    sap.step(made, {"code": "issued"})
    sap.port.read_many([made.remote_id])
    assert labels(sap) == ["orders.many"]  # what has left is no longer asked of the warehouse


def test_a_delivery_that_a_lost_answer_left_unmarked_is_completed(le: SapEwmHarness) -> None:
    request = le.request()
    le.strike("break_after", le.creating())
    assert le.raised(lambda: le.port.create(request)) == "Uncertain"
    assert le.port.find(request.number) is None  # nobody's yet
    made = le.port.create(request)
    assert (le.accepted(request.number), made.number) == (1, "wb-1-1")
    assert is_ours(request, le.port.find(request.number))


def test_somebody_elses_delivery_is_left_alone_unless_the_admin_says_so(le: SapEwmHarness) -> None:
    """A job of SAP has made it; ours is refused by SAP itself when nothing is open any more."""
    request = le.request()
    made = le.port.create(request)
    le.step(made, {"code": "BillOfLading="})
    le.step(made, {"code": "CreatedByUser=BATCH"})
    other = le.port.create(request)
    assert other.remote_id != made.remote_id
    le.step(other, {"code": "BillOfLading="})
    le.step(other, {"code": "CreatedByUser=BATCH"})
    adopting = le.open(adopt="any")
    assert adopting.create(request).remote_id == made.remote_id
    assert le.accepted(request.number) == 2


def test_a_mark_that_is_not_taken_leaves_nothing_behind(sap: SapEwmHarness) -> None:
    body = error("ZSD/003", "BillOfLading is not allowed here")
    sap.strike("status", Where(f"{HEADERS}(*", "PATCH"), status=400, body=body, content_type="application/json")
    with pytest.raises(Refused) as caught:
        sap.port.create(sap.request())
    assert caught.value.problems[0].their_code == "ZSD/003"
    assert sap.live("wb-1-1") == 0


def test_a_change_under_our_hands_is_tried_once_more_with_the_new_version(sap: SapEwmHarness) -> None:
    made = sap.make()
    body = error("/IWFND/CM_MGW/420", "changed in the meantime")
    sap.strike("status", Where(f"{HEADERS}(*", "PATCH"), status=412, body=body, content_type="application/json")
    sap.port.tell(made.remote_id, Carriage("CDEK", "1106123456"))
    assert sap.detail(made)["fields"]["MeansOfTransport"] == "1106123456"
    sap.control("POST", f"orders/{made.remote_id}/lock", {"seconds": 60})
    with pytest.raises(Unavailable) as caught:
        sap.port.tell(made.remote_id, Carriage("CDEK", "1106123457"))
    assert caught.value.retry_after == 60.0


def test_the_carriers_number_is_written_once_and_a_long_one_not_at_all(sap: SapEwmHarness) -> None:
    made = sap.make()
    for _ in range(2):
        sap.port.tell(made.remote_id, Carriage("CDEK", "1106123456", status="in_transit"))
    assert labels(sap).count("orders.carriage") == 1
    assert sap.port.tell(made.remote_id, Carriage("CDEK", "1" * 21)) is None


def test_a_delivery_that_is_gone_is_not_told_in_vain(sap: SapEwmHarness) -> None:
    """Gone before we looked, or between the look and the write."""
    made = sap.make()
    problems: list[Problem] = []
    sap.strike("status", Where(f"{HEADERS}(*", "PATCH"), status=404, body=error("VL/055", "does not exist"),
               content_type="application/json")  # fmt: skip
    for remote_id in ("89990001", made.remote_id):
        with pytest.raises(Refused) as caught:
            sap.port.tell(remote_id, Carriage("CDEK", "1"))
        problems += caught.value.problems
    assert [(each.code, each.field, each.who, each.their_code) for each in problems] == [
        ("order_unknown", Field.ORDER, Who.ADMIN, ""), ("order_unknown", Field.ORDER, Who.ADMIN, "VL/055"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["order", "warehouse_order"])
def test_the_goods_issue_is_posted_in_ewm_once_the_carrier_has_the_parcel(sap: SapEwmHarness, key: str) -> None:
    sap.switch(odo_key=key)
    posting, made = sap.open(issue="carried"), sap.make()
    on_way = Carriage("CDEK", "1106123456", status="in_transit")
    posting.tell(made.remote_id, replace(on_way, status="created"))
    with pytest.raises(Refused) as caught:
        posting.tell(made.remote_id, on_way)
    assert caught.value.problems[0].their_code == "/SCWM/ODATA_API/040"
    sap.pack(made)
    labels(sap)
    for _ in range(2):
        posting.tell(made.remote_id, on_way)
    assert told(sap.port.read(made.remote_id))[-1] is Status.IN_TRANSIT
    assert labels(sap)[:4] == ["orders.read", "warehouse.items", "movements.head", "movements.issue"]
    sap.port.tell(sap.make("wb-2-1").remote_id, on_way)
    assert told(sap.port.read(sap.port.find("wb-2-1").remote_id)) == [Status.CREATED]  # unless the admin wants it


def test_the_goods_issue_of_le_is_a_function_import(le: SapEwmHarness) -> None:
    """A 200 may hold a refusal; an answer that was lost is seen at the next try."""
    posting, made = le.open(issue="carried"), le.make()
    on_way = Carriage("CDEK", "", status="delivered")
    with pytest.raises(Refused) as caught:
        posting.tell(made.remote_id, on_way)
    assert (caught.value.problems[0].their_code, "608" in str(caught.value)) == ("VL/608", True)
    le.switch(function_errors="http")
    assert le.raised(lambda: posting.tell(made.remote_id, on_way)) == "Refused"
    le.pack(made)
    where = Where("*/PostGoodsIssue")
    said = le.raised_by((*ODD, ("break_after", {})), where, lambda: posting.tell(made.remote_id, on_way))
    assert said == dict.fromkeys(said, "Uncertain")
    labels(le)
    posting.tell(made.remote_id, on_way)
    assert labels(le) == ["orders.read"]
    assert told(le.port.read(made.remote_id))[-1] is Status.IN_TRANSIT


def test_a_session_that_ended_is_renewed_and_the_write_done_once(sap: SapEwmHarness) -> None:
    sap.make()
    sap.advance(1801)
    labels(sap)
    sap.port.create(sap.request("wb-2-1"))
    done = ["orders.search", "orders.rows", "orders.create", "csrf", "orders.create", "orders.mark"]
    assert labels(sap) == done
    assert sap.live("wb-2-1") == 1


def test_a_display_user_and_a_wrong_client_are_the_admins(le: SapEwmHarness) -> None:
    viewer = le.world.addresses["sap_ewm"]["accounts"][1]
    reading = le.open(user=viewer["user"], password=viewer["password"])
    assert reading.find("wb-1-1") is None
    with pytest.raises(AccountProblem) as caught:
        reading.create(le.request())
    assert caught.value.problem.their_code == "/IWFND/MED/403"
    steps = list(le.open(client="200").test())
    assert [(step.name, step.ok) for step in steps] == [("settings", True), ("sign_in", False)]


def test_a_site_that_refuses_filters_is_told_at_the_test(sap: SapEwmHarness) -> None:
    """Without a search a lost answer could not be looked up (§3.2)."""
    sap.switch(filters=False)
    steps = list(sap.port.test())
    assert [(step.name, step.ok) for step in steps] == [("settings", True), ("sign_in", True), ("access", False)]
    assert sap.raised(lambda: sap.port.find("wb-1-1")) == "Unavailable"
    sap.switch(filters=True, ewm=False)
    assert [step.name for step in sap.port.test() if not step.ok] == ["warehouse"]


# --- picking, packing, goods movements --------------------------------------------------------------------------------


def told(state: OrderState) -> list[Status]:
    return [event.status for event in state.events if event.status]


def test_ewm_tells_of_picking_and_the_boxes_are_measured(sap: SapEwmHarness) -> None:
    made = sap.make()
    sap.step(made, {"code": "picking"})
    begun = sap.port.read(made.remote_id)
    assert (told(begun), begun.packed) == ([Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE], None)
    sap.step(made, {"code": "picked"})
    picked = sap.port.read(made.remote_id)
    assert ([line.picked for line in picked.lines], picked.packed) == ([2], None)
    assert sap.open(packed_when="picked").read(made.remote_id).packed is not None
    sap.step(made, {"code": "packed"})
    [box] = sap.port.read(made.remote_id).packed.parcels
    assert (box.weight_g, box.length_mm, box.width_mm, box.height_mm) == (900, 300, 200, 150)
    sap.step(made, {"code": "issued"})
    [left] = sap.port.read_many([made.remote_id])
    assert told(left) == [Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT]
    assert (left.packed is not None, [line.shipped for line in left.lines]) == (True, [2])
    sap.step(made, {"code": "proof", "value": "B"})
    assert told(sap.port.read(made.remote_id))[-1] is Status.OUT_FOR_DELIVERY


def test_events_keep_their_keys_from_look_to_look(sap: SapEwmHarness) -> None:
    made, keys = sap.make(), set()
    for code in ("picking", "picked", "packed", "issued", "proof"):
        sap.step(made, {"code": code})
        keys |= {event.key for event in sap.port.read(made.remote_id).events}
        sap.advance(60)
    assert len(keys) == 4


@pytest.mark.parametrize("kind", [SapEwmHarness, SapLeHarness])
def test_a_short_row_is_said_and_the_order_goes_on(world: World, kind: type[SapEwmHarness]) -> None:
    for sap in driven(world, kind):
        made = sap.make()
        sap.pack(made, short=1)
        for state in (sap.port.read(made.remote_id), *sap.port.read_many([made.remote_id])):
            [event] = [event for event in state.events if event.incident]
            assert (event.incident, event.status) == (Incident.MISSING_GOODS, None)
            assert event.problem is not None
            assert (event.problem.code, event.problem.params["short"]) == ("short_picked", "1")
            assert [(line.ordered, line.picked, line.short) for line in state.lines] == [(2, 1, 1)]
        sap.step(made, {"code": "issued"})
        assert told(sap.port.read(made.remote_id))[-1] is Status.IN_TRANSIT


@pytest.mark.parametrize("kind", [SapEwmHarness, SapLeHarness, SapSoapHarness])
def test_a_reversed_goods_issue_is_no_word_of_the_past(world: World, kind: type[SapEwmHarness]) -> None:
    for sap in driven(world, kind):
        made = sap.make()
        assert made.issued is False
        for code, issued in (("packed", False), ("issued", True), ("reversed", False), ("issued", True)):
            sap.step(made, {"code": code})
            read = sap.port.read(made.remote_id)
            assert (read.issued, Status.IN_TRANSIT in told(read)) == (issued, issued)
            assert read.packed is not None or kind is SapSoapHarness  # which shows no boxes
        sap.step(made, {"code": "OverallGoodsMovementStatus=Z"})
        assert sap.port.read(made.remote_id).issued is None


def test_a_block_is_a_problem_and_no_status(sap: SapEwmHarness) -> None:
    made = sap.make()
    sap.step(made, {"code": "blocked"})
    event = sap.port.read(made.remote_id).events[-1]
    assert (event.status, event.incident, event.problem.code) == (None, Incident.NOT_READY, "warehouse_blocked")
    assert event.problem.their_code == "DeliveryBlockReason=01"


def test_parts_of_one_order_are_told_apart_or_not_believed(sap: SapEwmHarness) -> None:
    """LE's and EWM's numbers differ, and the order's rows join them (§6.2): two deliveries of one row and quantity are
    not guessed between."""
    request = sap.request()
    first = sap.port.create(request)
    second = sap.port.create(replace(request, number="wb-1-2"))
    sap.step(first, {"code": "picking"})
    assert told(sap.port.read(first.remote_id)) == told(sap.port.read(second.remote_id)) == [Status.CREATED]
    sap.port.cancel(second.remote_id)
    assert told(sap.port.read(first.remote_id))[-1] is Status.ACCEPTED_AT_WAREHOUSE


# --- returns ----------------------------------------------------------------------------------------------------------


def test_a_return_waits_for_its_order_in_sap(sap: SapEwmHarness) -> None:
    made = sap.make()
    sap.control("POST", f"orders/{made.remote_id}/status", {"code": "issued"})
    goods, person = sap.request().parcels[0].items, sap.request().recipient
    request = ReceiptRequest("wb-1-1-R", goods, person, "wb-1-1")
    with pytest.raises(Refused) as caught:
        sap.port.expect(request)
    assert (caught.value.problems[0].code, caught.value.problems[0].who) == ("reference_missing", Who.MANAGER)
    order = sap.control("POST", "returns_orders", {"of": made.remote_id})["order"]
    with pytest.raises(Refused):
        sap.port.expect(replace(request, reference="60099"))
    named = sap.port.expect(replace(request, reference=order))
    assert sap.port.expect(request).remote_id == named.remote_id  # found through the delivery, too


def test_the_deals_own_number_finds_the_returns_order(sap: SapEwmHarness) -> None:
    """Goods that went out without a delivery of ours: the deal has the order's number, or that of the returns order."""
    made = sap.make()
    sold = sap.request().reference
    sap.control("POST", f"orders/{made.remote_id}/status", {"code": "issued"})
    order = sap.control("POST", "returns_orders", {"of": made.remote_id})["order"]
    goods, person = sap.request().parcels[0].items, sap.request().recipient
    found = [
        sap.port.expect(ReceiptRequest("wb-9-1-R", goods, person, of_reference=number)).remote_id
        for number in (f"00{sold}", order)
    ]
    assert len(set(found)) == 1
    with pytest.raises(Refused) as caught:
        sap.port.expect(ReceiptRequest("wb-9-2-R", goods, person, of_reference="4799"))
    assert caught.value.problems[0].code == "reference_missing"


@pytest.mark.parametrize("mark", ["patch", "none", "create"])
def test_a_return_is_one_whether_the_site_takes_our_mark_or_not(sap: SapEwmHarness, mark: str) -> None:
    sap.switch(returns_mark=mark)
    request = sap.receipt_request()
    first = sap.port.expect(request)
    assert sap.port.expect(request).remote_id == first.remote_id
    assert sap.expected(request.number) == 1
    found = sap.port.find_receipt(request.number)
    assert (found is not None) is (mark == "patch")


def test_goods_that_came_back_are_in_inspection_until_they_are_judged(sap: SapEwmHarness) -> None:
    request = sap.receipt_request()
    made = sap.port.expect(request)
    labels(sap)
    assert sap.port.read_receipt(made.remote_id).stage is ReceiptStage.CREATED
    assert labels(sap) == ["returns.read"]
    sap.control("POST", f"orders/{made.remote_id}/status", {"code": "received"})
    waiting = sap.port.read_receipt(made.remote_id)
    assert (waiting.stage, waiting.inspected_at) == (ReceiptStage.INSPECTING, None)
    lines = [{"sku": "CUP-1", "accepted": 1, "damaged": 0, "missing": 1, "surplus": 0}]
    sap.control("POST", f"receipts/{made.remote_id}/inspect", {"lines": lines})
    [line] = sap.port.read_receipt(made.remote_id).lines
    assert (line.expected, line.accepted, line.damaged, line.missing, line.surplus, line.received) == (2, 1, 0, 1, 0, 1)
    lines = [{"sku": "CUP-1", "accepted": 1, "damaged": 1, "missing": 0, "surplus": 2}]
    sap.control("POST", f"receipts/{made.remote_id}/inspect", {"lines": lines})
    [line] = sap.port.read_receipt(made.remote_id).lines
    assert (line.accepted, line.damaged, line.missing, line.surplus, line.received) == (1, 1, 0, 2, 4)
    without = sap.open(ewm="no").read_receipt(made.remote_id)
    assert (without.stage, without.inspected_at) == (ReceiptStage.ARRIVED, None)


# --- stock, documents -------------------------------------------------------------------------------------------------


def test_stock_of_one_warehouse_and_of_other_stock_types(sap: SapEwmHarness) -> None:
    lines = sap.open(warehouse="KZN1").stock(["cup-1"]).lines
    assert [(line.sku, line.warehouse, line.available, line.unit) for line in lines] == [("cup-1", "KZN1", 60, "")]
    assert sap.open(good_types="B6").stock(["CUP-1"]).lines == ()
    sap.make()
    told = [(line.warehouse, line.available, line.on_hand, line.reserved) for line in sap.port.stock(["CUP-1"]).lines]
    assert sorted(told) == [("KZN1", 60, 60, 0), ("MSK1", 238, 240, 2)]
    sap.switch(unregistered=["api_whse_physstockprod"])
    assert {line.on_hand for line in sap.port.stock(["CUP-1"]).lines} == {None}
    sap.switch(unregistered=["API_PRODUCT_SRV"])
    assert sap.port.stock(["NO-SUCH"]).unknown == ()  # nobody can say
    assert [each.code for each in sap.port.options("warehouse")] == ["MSK1", "KZN1"]


def test_documents_are_off_unless_the_admin_wants_them(sap: SapEwmHarness) -> None:
    made, pdf = sap.make(), Attachment("L:1", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4 label")
    off = sap.open(documents="")
    assert off.documents(made.remote_id) == []
    assert sap.raised(lambda: off.attach(made.remote_id, pdf)) == "Refused"
    for _ in range(2):
        filed = sap.port.attach(made.remote_id, pdf)
        assert (filed.ours, filed.kind, filed.name) == ("L:1", "label", "label-L_1.pdf")
    sap.add_document(made.remote_id)
    [ours, theirs] = sap.port.documents(made.remote_id)
    assert (ours.bytes, theirs.name, theirs.ours, theirs.at is not None) == (14, "act.pdf", "", True)
    assert sap.port.fetch_document(made.remote_id, theirs.key)[:5] == b"%PDF-"
    assert sap.raised(lambda: sap.port.fetch_document(made.remote_id, "|||||X|0080000123|LIKP")) == "Refused"


def test_services_that_orders_do_not_need_stop_none(sap: SapEwmHarness) -> None:
    request = sap.receipt_request()
    missing = [
        "api_whse_availablestock",
        "api_warehouse_2",
        "API_CUSTOMER_RETURNS_DELIVERY_SRV",
        "API_CV_ATTACHMENT_SRV",
    ]
    sap.switch(unregistered=missing)
    calls = (lambda: sap.port.stock(["CUP-1"]), sap.port.warehouses, lambda: sap.port.expect(request),
             lambda: sap.port.find_receipt("wb-R"), lambda: sap.port.documents("80000123"))  # fmt: skip
    assert [sap.raised(call) for call in calls] == ["Unavailable"] * 5
    assert sap.make("wb-5-1").order_number
    sap.switch(unregistered=["api_warehouse_odo_2"])
    assert sap.raised(lambda: sap.port.read(sap.port.find("wb-5-1").remote_id)) == "AccountProblem"
    assert [step.name for step in sap.port.test() if not step.ok] == ["warehouse"]


# --- odd sites ---


def test_an_older_release_is_asked_once_whether_it_has_boxes(le: SapEwmHarness) -> None:
    made = le.make()
    le.pack(made)
    labels(le)
    assert le.port.read(made.remote_id).packed.parcels == ()
    le.port.tell(made.remote_id, Carriage("CDEK", "1106123456"))
    le.port.find("wb-1-1")
    assert labels(le) == ["orders.read", "orders.read", "orders.carriage", "orders.find"]
    anew = le.open_anew()
    anew.read_many([made.remote_id])
    assert labels(le) == ["orders.many", "orders.many"]
    anew.read_many([made.remote_id])
    assert labels(le) == ["orders.many"]


def test_an_order_is_delivered_in_parts_and_the_rest_is_refused_by_sap(le: SapEwmHarness) -> None:
    """Of 4712 ten packs of tea are open; weighed goods go in their own unit."""
    tea, nails = Item("Чай", "TE-ASM-100", 6, Money.of(320), 130), Item("Гвозди", "TL-NAIL", 2, Money.of(189), 1000)
    request = replace(le.request(), reference="4712")

    def part(number: str, *goods: Item) -> OrderState:
        made: OrderState = le.port.create(replace(request, number=number, parcels=(Parcel(700, 0, 0, 0, goods),)))
        return made

    assert [line.ordered for line in part("wb-7-1", tea, nails).lines] == [6, 2]
    assert [line.ordered for line in part("wb-7-2", replace(tea, quantity=4)).lines] == [4]
    with pytest.raises(Refused) as caught:
        part("wb-7-3", replace(tea, quantity=1))
    assert (caught.value.problems[0].code, caught.value.problems[0].their_code) == ("order_delivered", "VL/302")


def test_an_adopted_delivery_that_takes_no_mark_is_not_ours_to_delete(le: SapEwmHarness) -> None:
    request = le.request()
    made = le.port.create(request)
    le.step(made, {"code": "BillOfLading="})
    body = error("ZSD/003", "BillOfLading is not allowed here")
    le.strike("status", Where(f"{HEADERS}(*", "PATCH"), status=400, body=body, content_type="application/json")
    assert le.raised(lambda: le.port.create(request)) == "Refused"
    assert le.live(request.number) == 1


def test_pages_warnings_and_unknown_fields_change_nothing(sap: SapEwmHarness) -> None:
    sap.switch(page_rows=2, warnings=True, unknown_fields=True)
    states = [sap.make(f"wb-{n}-1") for n in range(1, 6)]
    read = sap.port.read_many([state.remote_id for state in states])
    assert [state.number for state in read] == [f"wb-{n}-1" for n in range(1, 6)]
    assert labels(sap).count("orders.many") == 3


def test_a_list_that_comes_in_pages_is_read_whole(sap: SapEwmHarness) -> None:
    """Rows of an order, its deliveries, EWM's rows of them, stock: a row a page."""
    skus = ["CUP-1", "TEA-500", "T-1"]
    lines = [{"sku": sku, "quantity": 5} for sku in skus]
    order = sap.control("POST", "sales_orders", {"lines": lines, "recipient": {"name": "Мария"}})["order"]
    goods = tuple(Item(sku, sku, 1, Money.of(450), 300) for sku in skus)
    request = replace(sap.request(), parcels=(Parcel(700, 0, 0, 0, goods),), reference=order)
    sap.switch(page_rows=1)
    made = sap.port.create(request)
    assert [line.sku for line in made.lines] == skus
    assert labels(sap).count("orders.rows") == 3
    other = sap.port.create(replace(request, number="wb-2-1"))
    assert sap.port.create(request).remote_id == made.remote_id
    sap.port.cancel(other.remote_id)
    sap.pack(made)
    assert [line.picked for line in sap.port.read(made.remote_id).lines] == [1, 1, 1]
    assert {line.warehouse for line in sap.port.stock(["CUP-1"]).lines} == {"MSK1", "KZN1"}


def test_a_filter_names_so_many_and_no_more(sap: SapEwmHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries of one order, orders of several deliveries, articles that lie nowhere: hundreds fit in no address."""
    monkeypatch.setattr(vocabulary, "BATCH", 2)
    states = [sap.make(f"wb-{n}-1") for n in range(1, 4)]
    labels(sap)
    read = sap.port.read_many([state.remote_id for state in states])
    assert [state.number for state in read] == [state.number for state in states]
    assert labels(sap) == ["orders.many", "warehouse.items", "orders.many", "warehouse.items"]
    request = sap.request()
    parts = [sap.port.create(replace(request, number=f"wb-1-{n}")) for n in range(2, 4)]
    labels(sap)
    assert sap.port.create(replace(request, number="wb-1-2")).remote_id == parts[0].remote_id
    assert labels(sap) == ["orders.search"] * 3  # rows of the order's deliveries, then these, two and one
    assert sap.port.stock(["X-1", "X-2", "X-3"]).unknown == ("X-1", "X-2", "X-3")
    assert labels(sap).count("products") == 2


def test_a_delivery_that_the_warehouse_deletes_is_gone_and_may_be_made_anew(sap: SapEwmHarness) -> None:
    made = sap.make()
    sap.step(made, {"code": "deleted"})
    assert sap.port.read(made.remote_id).gone
    assert sap.port.find("wb-1-1") is None
    again = sap.port.create(sap.request())
    assert (again.number, again.remote_id != made.remote_id) == ("wb-1-1", True)


# --- a site without OData ---------------------------------------------------------------------------------------------


def test_soap_creates_follows_and_says_what_it_cannot(soap: SapEwmHarness) -> None:
    made = soap.make()
    assert "soap.create" in labels(soap)
    soap.pack(made, short=1)
    soap.step(made, {"code": "issued"})
    [state] = soap.port.read_many([made.remote_id])
    assert told(state)[-1] is Status.IN_TRANSIT
    assert [(line.ordered, line.picked, line.shipped) for line in state.lines] == [(2, 1, 1)]
    assert soap.port.stock(["CUP-1"]).lines == ()
    goods = soap.request().parcels[0].items
    with pytest.raises(Refused) as caught:
        soap.port.expect(ReceiptRequest("wb-R", goods, soap.request().recipient))
    assert caught.value.problems[0].code == "odata_needed"
    code, field, _ = problem(soap, replace(soap.request("wb-3-1"), reference="4799"))
    assert (code, field) == ("reference_unknown", Field.REFERENCE)


def test_soap_makes_one_delivery_whatever_is_lost(soap: SapEwmHarness) -> None:
    """The module looks for our number first."""
    request, where = soap.request(), soap.creating()
    said = soap.raised_by(
        (("break_after", {}), ("status", {"status": 500}), ("html", {"status": 200}), ("html", {"status": 502})),
        where,
        lambda: soap.port.create(request),
    )
    assert said == dict.fromkeys(said, "Uncertain")
    assert soap.port.create(request).remote_id == soap.port.find(request.number).remote_id
    assert soap.live(request.number) == 1
    broken = soap.raised_by((("status", {"status": 500}), ("html", {"status": 200})), soap.finding(),
                            lambda: soap.port.find(request.number))  # fmt: skip
    assert broken == dict.fromkeys(broken, "Unavailable")


def returned(*message: str) -> str:
    """An answer of the module that holds nothing but a message."""
    names = ("TYPE", "ID", "NUMBER")
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, message, strict=False))
    rows = f"<RETURN><item>{inner}</item></RETURN>" if inner else ""
    space = "urn:sap-com:document:sap:rfc:functions"
    return f"<n:Z_WAYBILL_DELIVERYResponse xmlns:n='{space}'>{rows}</n:Z_WAYBILL_DELIVERYResponse>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>x</faultstring></soap:Fault>", "Uncertain"),
        (returned(), "Uncertain"),
        (returned("E", "MC", "601"), "Unavailable"),
        (returned("A", "ZSD", "001"), "Refused"),
        (returned("S", "VL", "311"), "Uncertain"),
    ],
)
def test_what_the_modules_answers_mean(soap: SapEwmHarness, body: str, said: str) -> None:
    space = "http://schemas.xmlsoap.org/soap/envelope/"
    envelope = f"<soap:Envelope xmlns:soap='{space}'><soap:Body>{body}</soap:Body></soap:Envelope>"
    status = 500 if "Fault" in body else 200
    soap.port.find("wb-0-0")
    soap.strike("status", soap.creating(), status=status, body=envelope, content_type="text/xml")
    assert soap.raised(lambda: soap.port.create(soap.request())) == said


def test_soap_cancels_before_picking_alone(soap: SapEwmHarness) -> None:
    first, second = soap.make("wb-1-1"), soap.make("wb-2-1")
    soap.step(second, {"code": "picking"})
    for _ in range(2):
        assert soap.port.cancel(first.remote_id).gone
    with pytest.raises(Refused) as caught:
        soap.port.cancel(second.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"
    assert (soap.live("wb-1-1"), soap.live("wb-2-1")) == (0, 1)


def test_soap_is_not_there_or_not_for_us(soap: SapEwmHarness) -> None:
    wrong = list(soap.open(password="wrong").test())
    assert [(step.name, step.ok) for step in wrong] == [("settings", True), ("sign_in", False)]
    assert wrong[-1].problem is not None
    assert wrong[-1].problem.code == "account_refused"
    soap.switch(soap=False)
    assert [step.ok for step in soap.open(soap_path="/sap/bc/srt/rfc/sap/other").test()][-1] is False
