"""What only MoySklad has: documents made from documents, states in both ways, budgets, a shared account, odd
accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.changes import Part
from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.logistics.model import Item, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from b24app.logistics.warehouse import Carriage, ReceiptRequest, ReceiptStage
from sandbox.world import World
from tests.contract.systems.moysklad_harness import MoySkladHarness


@pytest.fixture
def sklad(running_world: World) -> Iterator[MoySkladHarness]:
    running_world.timers.clear()
    running_world.faults.clear()
    running_world.clock.reset()
    running_world.system("moysklad").reset()
    running_world.journal.clear()
    found = MoySkladHarness(running_world)
    yield found
    found.close()


def goods(sklad: MoySkladHarness, *skus: str) -> ShipmentRequest:
    request = sklad.request("wb-31-1")
    items = tuple(Item(sku, sku, 1, Money.of(100), 300) for sku in skus)
    return replace(request, parcels=(replace(request.parcels[0], items=items),))


def asked(sklad: MoySkladHarness, method: str = "*", path: str = "") -> list[dict[str, Any]]:
    rows = [row.data for row in sklad.world.journal.find(system="moysklad", kind="rest.call")]
    return [dict(row) for row in rows if path in row["path"] and method in ("*", row["method"])]


def told(number: str = "1105000", status: str = Status.CREATED) -> Carriage:
    return Carriage("СДЭК", number, "", status)


# --- goods ------------------------------------------------------------------------------------------------------------


def test_an_unknown_article_is_named_before_anything_is_made(sklad: MoySkladHarness) -> None:
    with pytest.raises(Refused) as caught:
        sklad.port.create(goods(sklad, "CUP-1", "SP-SKI-190", "NO;SUCH"))
    assert [(each.code, each.field, each.params["sku"]) for each in caught.value.problems] == [
        ("article_unknown", Field.ITEMS, "SP-SKI-190"), ("article_unknown", Field.ITEMS, "NO;SUCH"),
    ]  # fmt: skip
    assert len({each.key for each in caught.value.problems}) == 2, "none is taken for another"
    assert asked(sklad, "POST") == []


def test_variants_bundles_and_services_are_known_too(sklad: MoySkladHarness) -> None:
    made = sklad.port.create(goods(sklad, "PAN-24", "SRV-GIFT", "CUP-1", "SET-1"))
    assert [line.sku for line in made.lines] == ["PAN-24", "SRV-GIFT", "CUP-1", "SET-1"]
    order = sklad.detail(made)["order"]
    assert [row["reserve"] for row in order["positions"]] == [1.0, 0.0, 1.0, 1.0]
    kept = sklad.open(reserve="no").create(replace(goods(sklad, "CUP-1"), number="wb-32-1"))
    assert [row["reserve"] for row in sklad.detail(kept)["order"]["positions"]] == [0.0]
    answer = sklad.port.stock(["PAN-24", "SRV-GIFT", "SET-1"])
    assert ({line.sku for line in answer.lines}, answer.unknown) == ({"PAN-24"}, ())


def test_the_same_person_is_one_counterparty(sklad: MoySkladHarness) -> None:
    sklad.make("wb-1-1"), sklad.make("wb-1-2")
    assert len(sklad.world.journal.find(kind="counterparty.accepted")) == 1


def test_a_connection_without_its_choices_makes_nothing(sklad: MoySkladHarness) -> None:
    with pytest.raises(Refused) as caught:
        sklad.open(store="").create(sklad.request())
    assert caught.value.problems[0].code == "choices_missing"
    assert asked(sklad) == []


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_warehouse_that_stopped_is_trouble_and_no_status(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.step(order, {"code": "Остановлен складом"})
    event = sklad.port.read(order.remote_id).events[-1]
    assert (event.status, event.incident, event.text) == (None, Incident.NOT_READY, "Остановлен складом")
    assert event.problem is not None
    assert event.problem.code == "warehouse_blocked"


def test_states_are_mapped_by_id_both_ways(sklad: MoySkladHarness) -> None:
    ids = {option.title: option.code for option in sklad.port.options("demand_states")}
    orders = {option.title: option for option in sklad.port.options("order_states")}
    assert [(orders[name].means) for name in ("Собран", "Отменен", "Остановлен складом")] == ["packed", "cancelled", ""]
    mine = sklad.open(
        demand_states=json.dumps({ids["В пути"]: "in_transit", ids["Собрана"]: "delivered"}),
        order_states=json.dumps({orders["Подтвержден"].code: "packed", orders["Новый"].code: "created"}),
    )
    order = sklad.make()
    sklad.step(order, {"code": "Подтвержден"})
    assert mine.read(order.remote_id).packed is not None
    mine.tell(order.remote_id, told(status=Status.IN_TRANSIT))
    assert sklad.detail(order)["demand_status"] == "В пути"
    mine.tell(order.remote_id, told(status=Status.DELIVERED))
    assert sklad.detail(order)["demand_status"] == "Собрана"
    assert mine.read(order.remote_id).events[-1].status is Status.DELIVERED
    sklad.step(order, {"code": "На второй линии"})
    assert Status.UNKNOWN in [event.status for event in mine.read(order.remote_id).events]


# --- the shipment -----------------------------------------------------------------------------------------------------


def test_the_shipment_is_made_from_the_order_once_and_posted_when_the_goods_have_left(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.fault("break_after", "*/entity/demand", "POST")
    assert sklad.raised(lambda: sklad.port.tell(order.remote_id, told())) == "Uncertain"
    state = sklad.port.tell(order.remote_id, told())
    assert state.tracking_number == "1105000"
    assert state.lines[0].picked == 2
    found = sklad.detail(order)
    assert (found["shipped"], found["shipment"]["shippingDocumentNumber"]) == (False, "1105000")
    assert len(sklad.world.journal.find(kind="demand.accepted")) == 1
    sklad.port.tell(order.remote_id, told(status=Status.ACCEPTED_AT_WAREHOUSE))
    assert sklad.detail(order)["shipped"] is False  # the carrier may only be about to load
    moved = sklad.port.tell(order.remote_id, told(status=Status.IN_TRANSIT))
    assert sklad.detail(order)["shipped"] is True
    assert moved.events[-1].status is Status.IN_TRANSIT
    writes = len(asked(sklad, "PUT"))
    sklad.port.tell(order.remote_id, told(status=Status.IN_TRANSIT))
    assert len(asked(sklad, "PUT")) == writes  # what is there is not written again


def test_a_warehouse_that_ships_itself_is_waited_for(sklad: MoySkladHarness) -> None:
    theirs, order = sklad.open(demand_by="theirs"), sklad.make()
    with pytest.raises(Unavailable) as caught:
        theirs.tell(order.remote_id, told())
    assert caught.value.retry_after == 900.0
    sklad.pack(order)
    theirs.tell(order.remote_id, told(status=Status.DELIVERED))
    found = sklad.detail(order)
    assert (found["shipped"], found["shipment"]["shippingDocumentNumber"]) == (False, "1105000")


def test_a_cancelled_order_takes_our_draft_with_it_and_gives_the_reserve_back(sklad: MoySkladHarness) -> None:
    def available() -> int:
        return int(sum(line.available for line in sklad.port.stock(["CUP-1"]).lines))

    before, order = available(), sklad.make()
    assert available() == before - 2
    sklad.port.tell(order.remote_id, told())
    sklad.port.cancel(order.remote_id)
    found = sklad.detail(order)
    assert (found["status"], found["applicable"], found["shipment"]) == ("Отменен", False, None)
    assert available() == before


def test_an_account_without_a_state_for_it_has_the_order_deleted(sklad: MoySkladHarness) -> None:
    states = {option.title: option.code for option in sklad.port.options("order_states")}
    mine, order = sklad.open(order_states=json.dumps({states["Новый"]: "created"})), sklad.make()
    assert mine.cancel(order.remote_id).gone
    assert sklad.port.read(order.remote_id).gone
    assert sklad.port.find("wb-1-1") is None


def test_the_recipient_stays_once_a_shipment_is_made(sklad: MoySkladHarness) -> None:
    order, before = sklad.make(), sklad.request()
    sklad.pack(order)
    other = sklad.changed_request(Part.RECIPIENT, before)
    with pytest.raises(Refused) as caught:
        sklad.port.change(order.remote_id, before, other)
    assert caught.value.problems[0].code == "too_late_to_change"
    words = sklad.changed_request(Part.COMMENT, before)
    sklad.port.change(order.remote_id, before, words)
    assert sklad.port.changed(order.remote_id, words) is not None
    assert sklad.raised(lambda: sklad.port.change(sklad.no_such_order(), before, words)) == "Refused"
    assert sklad.port.changed(sklad.no_such_order(), words).gone


# --- returns ----------------------------------------------------------------------------------------------------------


def test_what_comes_back_is_trimmed_to_what_was_shipped_and_written_off_when_broken(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.pack(order)
    sklad.step(order, sklad.moves["in_transit"])
    [cup], person = sklad.request().parcels[0].items, sklad.request().recipient
    one = ReceiptRequest("wb-1-1r", (replace(cup, quantity=1),), person, "wb-1-1", order.remote_id, reason="Разбита")
    made = sklad.port.expect(one)
    assert sklad.port.read(order.remote_id).events[-1].status is Status.RETURNING
    found = sklad.control("GET", "receipts/wb-1-1r")
    assert (found["positions"][0]["quantity"], found["applicable"], found["store"]) == (1.0, False, "MSK-01")
    sklad.control("POST", "receipts/wb-1-1r/inspect", {"lines": [{"sku": "CUP-1", "damaged": 1}], "photos": 2})
    state = sklad.port.read_receipt(made.remote_id)
    [line] = state.lines
    assert (state.stage, state.text, int(line.damaged)) == (ReceiptStage.COMPLETED, "Проверен", 1)
    [finding] = line.findings
    assert (finding.condition, finding.reason, len(finding.photos)) == ("damaged", "Повреждено", 2)
    assert all(sklad.port.photo(made.remote_id, key).startswith(b"\x89PNG") for key in finding.photos)
    assert sklad.port.read(order.remote_id).events[-1].status is Status.RETURNED
    for request in (replace(one, number="wb-1-2r", items=(replace(cup, sku="T-1"),)),
                    replace(one, number="wb-1-3r", items=(replace(cup, quantity=3),))):  # fmt: skip
        with pytest.raises(Refused) as caught:
            sklad.port.expect(request)
        assert caught.value.problems[0].code == "article_unknown"


def test_returns_go_to_the_warehouse_that_takes_them(sklad: MoySkladHarness) -> None:
    kazan = sklad.account()["stores"]["KZN-01"]
    one = sklad.request()
    made = sklad.open(returns_store=kazan).expect(ReceiptRequest("wb-9-1r", one.parcels[0].items, one.recipient))
    assert sklad.control("GET", "receipts/wb-9-1r")["store"] == "KZN-01"
    assert [int(line.expected) for line in sklad.port.read_receipt(made.remote_id).lines] == [2]


# --- the account ------------------------------------------------------------------------------------------------------


def test_who_may_make_no_fields_does_without_them(sklad: MoySkladHarness) -> None:
    clerk = sklad.world.addresses["moysklad"]["accounts"][2]
    mine = sklad.open(login=clerk["login"], password=clerk["password"])
    order = mine.create(sklad.request())
    for status in (Status.CREATED, Status.IN_TRANSIT):
        mine.tell(order.remote_id, told(status=status))
    found = sklad.detail(order)["shipment"]
    assert (found["shippingDocumentNumber"], found["attributes"]) == ("1105000", {})
    assert [row["status"] for row in asked(sklad, "POST", "metadata/attributes")] == ["403"]
    with pytest.raises(AccountProblem) as caught:
        mine.stock(["CUP-1"])
    assert (caught.value.problem.code, caught.value.problem.their_code) == ("rights_missing", "13004")


def test_a_solution_signs_in_with_its_token_alone(sklad: MoySkladHarness) -> None:
    robot = sklad.world.addresses["moysklad"]["accounts"][4]
    mine = sklad.open(login="", password="", token=robot["token"])
    assert [step.ok for step in mine.test()] == [True, True, True]
    order = mine.create(sklad.request())
    mine.tell(order.remote_id, told())
    assert sklad.detail(order)["shipment"]["store"] == "MSK-01"
    sklad.control("POST", "tokens/expire", {"all": True})
    assert sklad.raised(lambda: mine.find("wb-1-1")) == "AccountProblem"


def test_a_busy_account_says_how_long_to_wait(sklad: MoySkladHarness) -> None:
    sklad.switch(rate_units=4)
    sklad.port.find("wb-1-1")
    with pytest.raises(Unavailable) as caught:
        sklad.port.find("wb-1-1")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 3
    sklad.advance(3.1)
    assert sklad.port.find("wb-1-1") is None


def test_a_hundred_orders_are_read_in_two_calls(sklad: MoySkladHarness) -> None:
    made = [sklad.make(f"wb-{n}-1") for n in range(1, 4)]
    for order in made:
        sklad.pack(order)
    sklad.calls.records.clear()
    found = sklad.port.read_many([*(order.remote_id for order in made), *sklad.unknown_ids(97)])
    assert [record.label for record in sklad.calls.records] == ["orders.many", "demands.many"]
    assert [state.packed is not None for state in found[:3]] == [True] * 3


def test_an_id_of_the_web_page_is_followed_to_the_order(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    shown = sklad.port._client.object("GET", f"entity/customerorder/{order.remote_id}", "x")["meta"]["uuidHref"]
    assert sklad.port.read(shown.rpartition("=")[2]).remote_id == order.remote_id


# --- notices ----------------------------------------------------------------------------------------------------------


def notice(sklad: MoySkladHarness, kind: str, identifier: str) -> bytes:
    href = f"{sklad.base_url()}/entity/{kind}/{identifier}"
    return json.dumps({"events": [{"meta": {"type": kind, "href": href}, "action": "UPDATE"}]}).encode()


def test_a_shipments_notice_leads_to_its_order_and_strangers_to_nothing(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.pack(order)
    demand = sklad.detail(order)["demand"]
    [hint] = sklad.port.parse({}, notice(sklad, "demand", demand))
    assert (hint.remote_id, hint.number) == (order.remote_id, "wb-1-1")
    client = sklad.port._client
    body = {"name": "somebody's", **sklad.port._defaults, "agent": client.ref("counterparty", agent_of(sklad))}
    other = client.object("POST", "entity/customerorder", "x", write=True, json=body)
    for _ in range(2):
        assert sklad.port.parse({}, notice(sklad, "customerorder", other["id"])) == []
    assert sklad.calls.labels().count("hooks.orders") == 2  # of ours, and of the stranger's once
    fresh = sklad.make("wb-2-1")
    sklad.fault("status", "*", times=None, status=500)
    [hint] = sklad.port.parse({}, notice(sklad, "customerorder", fresh.remote_id))
    assert (hint.remote_id, hint.checked) == (fresh.remote_id, False)
    sklad.no_faults()
    [hint] = sklad.port.parse({}, notice(sklad, "customerorder", fresh.remote_id))
    assert (hint.number, hint.checked) == ("wb-2-1", True)
    [hint] = sklad.port.parse({}, notice(sklad, "customerorder", sklad.no_such_order()))
    assert (hint.number, hint.checked) == ("", False)  # it was deleted: whose it was nobody can say


def test_a_notice_of_many_is_looked_up_at_once(sklad: MoySkladHarness) -> None:
    made = [sklad.make(f"wb-{n}-1") for n in range(1, 4)]
    sklad.pack(made[0])
    named = [("demand", sklad.detail(made[0])["demand"]), *(("customerorder", each.remote_id) for each in made[1:])]
    events = [json.loads(notice(sklad, *each))["events"][0] for each in named]
    sklad.calls.records.clear()
    hints = sklad.port.parse({}, json.dumps({"events": events}).encode())
    assert {(hint.remote_id, hint.number) for hint in hints} == {(each.remote_id, each.number) for each in made}
    assert sklad.calls.labels() == ["hooks.demands", "hooks.orders"]


def agent_of(sklad: MoySkladHarness) -> str:
    rows = sklad.port._client.rows("entity/counterparty", "x", limit="1000")
    return str(rows[0]["id"])


def test_our_own_writes_are_not_told_to_us(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.port.ensure_subscribed("http://127.0.0.1:9/hooks/moysklad/7/secret")
    sklad.port.cancel(order.remote_id)
    assert sklad.world.journal.find(kind="webhook.*") == [*sklad.world.journal.find(kind="webhook.subscribed")]
    rows = sklad.control("GET", "webhooks")["webhooks"]
    assert {(row["entityType"], row["action"]) for row in rows} == {
        ("customerorder", "UPDATE"), ("customerorder", "DELETE"), ("demand", "CREATE"), ("demand", "UPDATE"),
    }  # fmt: skip


def test_what_they_switched_off_is_on_again_in_one_call(sklad: MoySkladHarness) -> None:
    url, client = "http://127.0.0.1:9/hooks/moysklad/7/secret", sklad.port._client
    sklad.port.ensure_subscribed(url)
    first, *others = client.pages("entity/webhook", "x")
    client.ask("DELETE", f"entity/webhook/{first['id']}", "x", write=True)
    for row in others:
        client.object("PUT", f"entity/webhook/{row['id']}", "x", write=True, json={"enabled": False})
    sklad.calls.records.clear()
    sklad.port.ensure_subscribed(url)
    assert sklad.calls.labels() == ["webhooks.list", "webhooks.set"]
    rows = sklad.control("GET", "webhooks")["webhooks"]
    assert [(row["url"], row["enabled"]) for row in rows] == [(url, True)] * 4


def test_a_solution_that_may_subscribe_once_is_told_so(sklad: MoySkladHarness) -> None:
    robot = sklad.world.addresses["moysklad"]["accounts"][4]
    mine = sklad.open(login="", password="", token=robot["token"])
    mine.ensure_subscribed("http://127.0.0.1:9/hooks/moysklad/7/secret")
    assert [row["status"] for row in asked(sklad, "POST", "entity/webhook")] == ["200"]  # four kinds in one call
    for status in (False, True):
        sklad.switch(mass_status=status)
        with pytest.raises(Refused) as caught:
            mine.ensure_subscribed("http://127.0.0.1:9/hooks/moysklad/8/secret")
        assert caught.value.problems[0].their_code == "30007"


# --- papers -----------------------------------------------------------------------------------------------------------


def test_print_forms_are_made_when_they_are_fetched(sklad: MoySkladHarness) -> None:
    order = sklad.make()
    sklad.pack(order)
    shown = {paper.name: paper for paper in sklad.port.documents(order.remote_id)}
    assert {"ТОРГ-12", "Транспортная накладная", "Лист комплектации", "Заказ покупателя"} <= set(shown)
    assert (shown["ТОРГ-12"].kind, shown["Акт"].kind) == ("waybill", "act")
    for later in (False, True):
        sklad.switch(print_later=later)
        assert sklad.port.fetch_document(order.remote_id, shown["ТОРГ-12"].key).startswith(b"%PDF-")
    assert sklad.raised(lambda: sklad.port.fetch_document(order.remote_id, "print:demand:x:1")) == "Refused"
    # A link that needs no sign-in is given none.
    links = [record for record in sklad.calls.records if "/print/" in record.url]
    assert links
    assert all("Authorization" not in str(record.sent) for record in links)


def test_a_field_that_somebody_deleted_is_made_anew(sklad: MoySkladHarness) -> None:
    """What we know of the account's fields is some minutes old."""
    sklad.port.expect(sklad.receipt_request())
    client, path = sklad.port._client, "entity/salesreturn/metadata/attributes"
    [mine] = [row for row in client.pages(path, "fields.list") if row["name"] == "b24_expected"]
    client.ask("DELETE", f"{path}/{mine['id']}", "fields.delete", write=True)
    made = sklad.port.expect(sklad.receipt_request("wb-r-2"))
    assert [line.expected for line in sklad.port.read_receipt(made.remote_id).lines] == [2]
    assert sklad.expected("wb-r-2") == 1
