"""What only 1C:WMS has: rows and boxes, receipts and their inspection, stock, documents, the admin's own names, both
interfaces of one base."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import Item, Parcel, Recipient
from b24app.logistics.money import Money
from b24app.logistics.order import Decision
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Attachment, ReceiptRequest, ReceiptStage
from sandbox.world import World
from tests.contract.systems.one_c_shapes import refusal
from tests.contract.systems.one_c_wms_harness import (
    BASE,
    OneCWmsHarness,
    OneCWmsODataHarness,
    OneCWmsXmlHarness,
)

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
LABEL = Attachment("file-88", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4 label")
CLIENT = Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462")


def _fresh(world: World, kind: type[OneCWmsHarness]) -> Iterator[OneCWmsHarness]:
    world.timers.clear()
    world.faults.clear()
    world.clock.reset()
    world.system("one_c_wms").reset()
    world.journal.clear()
    found = kind(world)
    yield found
    found.close()


@pytest.fixture(params=[OneCWmsHarness, OneCWmsXmlHarness], ids=["json", "xml"])
def wms(request: pytest.FixtureRequest, running_world: World) -> Iterator[OneCWmsHarness]:
    yield from _fresh(running_world, request.param)


@pytest.fixture
def service(running_world: World) -> Iterator[OneCWmsHarness]:
    yield from _fresh(running_world, OneCWmsHarness)


@pytest.fixture
def base(running_world: World) -> Iterator[OneCWmsHarness]:
    yield from _fresh(running_world, OneCWmsODataHarness)


@pytest.fixture(params=[OneCWmsHarness, OneCWmsODataHarness], ids=["service", "odata"])
def either(request: pytest.FixtureRequest, running_world: World) -> Iterator[OneCWmsHarness]:
    yield from _fresh(running_world, request.param)


def receipt(number: str = "wb-1-1-R1", quantity: int = 2) -> ReceiptRequest:
    items = (replace(CUP, quantity=quantity),)
    return ReceiptRequest(number, items, CLIENT, of_number="wb-1-1", tracking_number="TR-1", reason="Мятая упаковка")


# --- orders -----------------------------------------------------------------------------------------------------------


def test_a_blocked_order_says_why(wms: OneCWmsHarness) -> None:
    made = wms.make()
    wms.step(made, {"code": "blocked", "said": "Нет упаковки"})
    event = wms.port.read(made.remote_id).events[-1]
    assert (event.status, event.incident, event.problem.code) == (None, Incident.NOT_READY, "warehouse_blocked")
    assert event.problem.their_text == "Нет упаковки"


def test_an_odd_answer_about_several_orders_does_not_say_that_one_is_gone(service: OneCWmsHarness) -> None:
    ids = [service.make(f"wb-{n}-1").remote_id for n in (1, 2)]
    mine = {"id": ids[0], "externalId": "wb-1-1", "status": "created", "rawStatus": "Новый"}
    for odd in ({"surprise": 1}, 7, {**mine, "id": service.no_such_order()}, mine):
        body = {"items": [mine, odd], "nextCursor": None}
        service.strike("status", service.reading_many(ids), status=200, body=body)
        assert service.port.read_many(ids) == [], odd
        service.no_faults()
    gone = [*ids, service.no_such_order()]
    assert [state.gone for state in service.port.read_many(gone)] == [False, False, True]


def test_an_order_that_1c_makes_later_is_found_then(service: OneCWmsHarness) -> None:
    service.switch(decision_min=600.0, decision_max=600.0)
    for _ in range(2):
        with pytest.raises(Uncertain):
            service.port.create(service.request())
        assert service.port.find("wb-1-1") is None
    service.advance(601)
    assert service.deliver(service.request()).decision is Decision.ACCEPTED
    assert service.accepted("wb-1-1") == 1


def test_articles_that_nobody_knows_are_refused_by_name(either: OneCWmsHarness) -> None:
    items = (replace(CUP, sku="SP-SKI-190"), replace(CUP, sku="NO-SUCH"), CUP)
    with pytest.raises(Refused) as caught:
        either.port.create(either.request(parcels=(Parcel(700, 200, 150, 100, items),)))
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {"article_unknown"}
    assert {problem.field for problem in problems} == {Field.ITEMS}
    assert len({problem.key for problem in problems}) == 2, "none is taken for another"
    assert either.accepted("wb-1-1") == 0
    nameless = either.request(parcels=(Parcel(700, 200, 150, 100, (replace(CUP, sku=""),)),))
    with pytest.raises(Refused) as caught:
        either.port.create(nameless)
    assert caught.value.problems[0].params == {"sku": "Чашка"}


def test_a_companys_order_is_known_again(either: OneCWmsHarness) -> None:
    request = either.request(recipient=replace(CLIENT, company="ООО «Василёк»"))
    last = either.create_steps[-1] if either.create_steps else either.creating()
    either.strike("break_after", last)
    assert either.raised(lambda: either.port.create(request)) == "Uncertain"
    assert either.settle(either.deliver(request)).decision is Decision.ACCEPTED
    assert either.live("wb-1-1") == 1


def test_one_article_in_two_boxes_is_one_row(either: OneCWmsHarness) -> None:
    box = Parcel(700, 200, 150, 100, (CUP,))
    made = either.settle(either.port.create(either.request(parcels=(box, box))))
    assert [(line.sku, int(line.ordered)) for line in made.lines] == [("CUP-1", 4)]


def test_without_a_warehouse_an_admin_is_asked(service: OneCWmsHarness) -> None:
    with pytest.raises(Refused) as caught:
        service.open(warehouse="").create(service.request())
    assert caught.value.problems[0].code == "account_missing"
    [*_, last] = list(service.open(warehouse="SPB-01").test())
    assert (last.name, last.ok, last.problem.code) == ("catalogues", False, "sender_point_unknown")
    assert [place.code for place in service.port.warehouses()] == ["KZN-01", "MSK-01"]
    assert [option.code for option in service.port.options("warehouse")] == ["KZN-01", "MSK-01"]


def test_the_second_base_wants_its_key_too(service: OneCWmsHarness) -> None:
    account = service.world.addresses["one_c_wms"]["accounts"][2]
    keys = {"login": account["login"], "password": account["password"]}
    other = service.open(base_url=account["base_url"], api_token=account["api_token"], **keys)
    made = other.create(service.request())
    assert other.read(made.remote_id).number == "wb-1-1"
    assert service.port.read(made.remote_id).gone
    [*_, last] = list(service.open(base_url=account["base_url"], **keys).test())
    assert (last.ok, last.problem.their_code) == (False, "UNAUTHORIZED")


def test_a_base_without_our_service_says_so(service: OneCWmsHarness) -> None:
    service.switch(unpublished=True)
    steps = list(service.port.test())
    assert [(step.name, step.ok) for step in steps] == [("settings", True), ("sign_in", False)]
    assert service.raised(lambda: service.port.find("wb-1-1")) == "Unavailable"


# --- OData ------------------------------------------------------------------------------------------------------------


def test_both_interfaces_see_one_order(base: OneCWmsHarness) -> None:
    made = base.make()
    other = base.open(interface="http_service", warehouse="MSK-01")
    assert other.find("wb-1-1").remote_id == made.remote_id
    base.pack(made, short=1)
    base.step(made, {"code": "Отгружен"})
    read = base.port.read(made.remote_id)
    assert (read.events[-1].status, read.events[-1].code) == (Status.IN_TRANSIT, "Отгружен")
    assert (read.lines[0].ordered, read.lines[0].shipped, read.lines[0].short) == (2, 1, 1)
    assert read.events[0].problem.code == "short_picked"
    assert base.raised(lambda: base.port.attach(made.remote_id, LABEL)) == "Refused"
    assert base.port.documents(made.remote_id) == []


def test_packed_is_what_the_base_calls_so(base: OneCWmsHarness) -> None:
    made = base.make()
    base.step(made, {"code": "Упакован"})
    packed = base.port.read(made.remote_id)
    assert (packed.packed.parcels, [int(line.picked) for line in packed.lines]) == ((), [2])
    base.step(made, {"code": "НаКарантине"})
    assert base.port.read(made.remote_id).events[0].status is Status.UNKNOWN
    mapped = base.open(states=json.dumps({"НаКарантине": "packed"}))
    assert mapped.read(made.remote_id).packed is not None
    assert {option.code: option.means for option in base.port.options("states")}["НаКарантине"] == ""
    assert {option.code: option.means for option in base.port.options("states")}["Упакован"] == "packed"


def test_a_half_written_document_is_put_right_and_never_doubled(base: OneCWmsHarness) -> None:
    """The second attempt asks for other goods than the first one wrote."""
    base.fault("break_before", f"{BASE}/Document_*/Post")
    request = base.request()
    assert base.raised(lambda: base.port.create(request)) == "Uncertain"
    assert base.port.find("wb-1-1") is None
    more = replace(request, parcels=(Parcel(700, 200, 150, 100, (replace(CUP, quantity=3),)),))
    made = base.settle(base.port.create(more))
    assert [(line.sku, int(line.ordered)) for line in made.lines] == [("CUP-1", 3)]
    assert base.accepted("wb-1-1") == 1


def test_a_draft_that_somebody_is_changing_is_left_alone(base: OneCWmsHarness) -> None:
    base.fault("break_before", f"{BASE}/Document_*/Post")
    assert base.raised(lambda: base.port.create(base.request())) == "Uncertain"
    stale = refusal("-1", "Объект изменен")
    base.fault("status", f"{BASE}/Document_*", "PATCH", status=412, body=stale)
    assert base.raised(lambda: base.port.create(base.request())) == "Unavailable"
    assert base.settle(base.port.create(base.request())).decision is Decision.ACCEPTED
    assert base.accepted("wb-1-1") == 1


def test_recipients_are_found_by_name_or_made_or_refused(base: OneCWmsHarness) -> None:
    with pytest.raises(Refused) as caught:
        base.open(own_partners="1").create(base.request())
    assert (caught.value.problems[0].field, caught.value.problems[0].params["name"]) == (Field.NAME, "Мария Северцева")
    base.make("wb-1-1")
    base.make("wb-1-2")
    assert base.open(own_partners="1").create(base.request("wb-1-3")).remote_id
    made = [row for row in base.calls.records if row.label == "partner.create"]
    assert len(made) == 1


def test_cancelling_is_off_until_an_admin_chooses_how(base: OneCWmsHarness) -> None:
    made = base.make()
    with pytest.raises(Refused) as caught:
        base.open(odata_cancel="").cancel(made.remote_id)
    assert caught.value.problems[0].code == "one_c_by_hand"
    marking = base.open(odata_cancel="mark")
    assert marking.cancel(made.remote_id).cancel is Decision.ACCEPTED
    assert marking.read(made.remote_id).cancel is Decision.ACCEPTED
    assert base.live("wb-1-1") == 0


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("order = Document_Заказ", "Document_Заказ"),
        ("order.number = НомерВнешний", "Document_усЗаказНаОтгрузку.НомерВнешний"),
        ("что угодно", "что угодно"),
        ("order.nmber = НомерКИС", "order.nmber = НомерКИС"),
    ],
)
def test_names_that_the_base_has_not_are_named(base: OneCWmsHarness, names: str, missing: str) -> None:
    [*_, last] = list(base.open(names=names).test())
    assert not last.ok
    assert last.problem.code in ("one_c_no_object", "account_refused")
    assert missing in f"{last.problem.params} {last.problem.their_text}"


def test_an_attribute_that_the_base_wants_is_given(base: OneCWmsHarness) -> None:
    """Here one that the base has anyway: the row's own batch number."""
    made = base.settle(base.open(names="row+НомерПартии = П-7\nrow.pack =\n").create(base.request()))
    assert made.decision is Decision.ACCEPTED
    bodies = [row for row in base.calls.records if row.label in ("order.row", "packs")]
    assert [row.label for row in bodies] == ["order.row"]


def test_objects_that_are_not_published_or_closed_are_the_admins(base: OneCWmsHarness) -> None:
    base.switch(odata_hidden=["Document_усСтрокаЗаказаНаОтгрузку"])
    [*_, last] = list(base.port.test())
    assert (last.ok, last.problem.params["name"]) == (False, "Document_усСтрокаЗаказаНаОтгрузку")
    base.switch(odata_hidden=[], odata_closed=["Document_усЗаказНаОтгрузку"])
    assert base.raised(lambda: base.port.find("wb-1-1")) == "AccountProblem"


def test_a_base_that_hides_what_was_shipped_still_tells_the_state(base: OneCWmsHarness) -> None:
    base.switch(odata_hidden=["AccumulationRegister_усКонтрольОтгрузки"], odata_created=200)
    made = base.make()
    base.step(made, {"code": "Отгружен"})
    read = base.port.read(made.remote_id)
    assert (read.events[0].status, read.lines[0].shipped, len(read.events)) == (Status.IN_TRANSIT, 0, 1)


def test_elements_to_choose_from(base: OneCWmsHarness) -> None:
    assert [option.title for option in base.port.options("organization")] == ["ООО «Ромашка»", "ООО «Василёк»"]
    assert "Возврат покупателя" in [option.title for option in base.port.options("return_source")]
    assert base.port.options("surprise") == []
    renamed = base.open(names="list.organization = Catalog_усЗоны")
    assert [option.title for option in renamed.options("organization")] == ["Хранение", "Ворота"]


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_a_receipt_is_made_once_whatever_is_lost(either: OneCWmsHarness) -> None:
    odata = either.settings.get("interface") == "odata"
    path = f"{BASE}/Document_*/Post" if odata else either.others["receipts"].path
    for action in ("break_after", "break_before"):
        number = f"wb-{action}-R1"
        either.fault(action, path, "POST")
        assert either.raised(lambda: either.port.expect(receipt(number))) == "Uncertain"  # noqa: B023
        either.port.expect(receipt(number))
        assert len(either.world.journal.find(kind="receipt.accepted", key=number)) == 1
        assert either.port.find_receipt(number).number == number


def test_a_receipt_is_cancelled_until_receiving_began(either: OneCWmsHarness) -> None:
    first, second = either.port.expect(receipt()), either.port.expect(receipt("wb-2-1-R1"))
    for _ in range(2):
        assert either.port.cancel_receipt(first.remote_id).stage is ReceiptStage.CANCELLED
    either.control("POST", "receipts/wb-2-1-R1/status", {"code": "ВРаботе"})
    with pytest.raises(Refused) as caught:
        either.port.cancel_receipt(second.remote_id)
    assert caught.value.problems[0].code == "too_late_to_cancel"
    assert either.port.read_receipt(either.no_such_order()).gone


def test_by_odata_only_what_came_is_told_unless_the_admin_says_it_is_good(base: OneCWmsHarness) -> None:
    made = base.port.expect(receipt())
    base.inspect("wb-1-1-R1", [{"sku": "CUP-1", "accepted": 1, "missing": 1}])
    read = base.port.read_receipt(made.remote_id)
    assert (read.stage, read.inspected_at) == (ReceiptStage.COMPLETED, None)
    assert (read.lines[0].received, read.lines[0].accepted) == (1, 0)
    trusting = base.open(received_is_good="1").read_receipt(made.remote_id)
    assert trusting.inspected_at is not None
    assert (trusting.lines[0].accepted, trusting.lines[0].missing) == (1, 1)
    assert base.raised(lambda: base.port.photo(made.remote_id, "x")) == "Refused"


# --- stock, documents -------------------------------------------------------------------------------------------------


def test_stock_is_what_may_be_promised(either: OneCWmsHarness) -> None:
    def cups() -> dict[str, Any]:
        lines = either.port.stock(["CUP-1"]).lines
        names = ("available", "on_hand", "reserved", "expected")
        return {name: sum((getattr(line, name) for line in lines), Decimal(0)) for name in names}

    start = cups()
    either.make()
    either.port.expect(receipt(quantity=3))
    after = cups()
    assert after["available"] == start["available"] - 2
    assert (after["on_hand"], after["reserved"], after["expected"]) == (start["on_hand"], 2, 3)
    answer = either.port.stock(["KID-DOLL", "SP-SKI-190", "KID-DOLL"])
    assert answer.unknown == ("SP-SKI-190",)
    assert sum(line.available for line in answer.lines) == 1
    assert {line.warehouse for line in answer.lines} <= {place.code for place in either.port.warehouses()}
    assert either.port.stock([]).lines == ()


def test_a_base_that_takes_no_way_in_a_condition_is_asked_for_everything(base: OneCWmsHarness) -> None:
    usual = base.port.stock(["CUP-1", "KID-DOLL"]).lines
    base.switch(odata_plain_conditions=True)
    base.calls.records.clear()
    assert base.port.stock(["CUP-1", "KID-DOLL"]).lines == usual
    assert base.calls.labels() == ["goods", "stock", "stock.whole"]
