"""The life of CDEK's orders: statuses by hand and by routes, problems, webhooks and their rules."""

from __future__ import annotations

import pytest

from .conftest import CdekClient, Receiver, journalled

LONG = 3600 * 30


def _subscribe(cdek: CdekClient, receiver: Receiver, kind: str = "ORDER_STATUS") -> str:
    answer = cdek.call("POST", "/v2/webhooks", {"type": kind, "url": receiver.url})
    assert answer.status_code == 200
    return str(answer.json()["entity"]["uuid"])


def _statuses(cdek: CdekClient, uuid: str) -> list[str]:
    """Oldest first."""
    return [row["code"] for row in reversed(cdek.read(uuid)["entity"]["statuses"])]


def test_subscriptions_are_added_listed_and_deleted(cdek: CdekClient, receiver: Receiver) -> None:
    first, second = _subscribe(cdek, receiver), _subscribe(cdek, receiver)
    rows = cdek.call("GET", "/v2/webhooks").json()
    assert [row["uuid"] for row in rows] == [first, second]
    assert rows[0] == {"uuid": first, "type": "ORDER_STATUS", "url": receiver.url, "retryable": False}
    assert cdek.call("GET", f"/v2/webhooks/{first}").json()["entity"]["url"] == receiver.url
    assert cdek.call("DELETE", f"/v2/webhooks/{first}").json()["entity"] == {"uuid": first}
    assert cdek.call("GET", f"/v2/webhooks/{first}").status_code == 400
    wrong = cdek.call("POST", "/v2/webhooks", {"type": "ANYTHING", "url": receiver.url})
    assert wrong.json()["requests"][0]["errors"][0]["code"] == "v2_webhook_type_incorrect"


def test_every_status_is_pushed_in_the_webhooks_spelling(cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(cdek, receiver)
    uuid = cdek.ready(cdek.door())
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "ACCEPTED_IN_RECIPIENT_CITY"})
    bodies = receiver.wait(3)
    codes = [body["attributes"]["code"] for body in bodies]
    assert sorted(codes) == ["ACCEPTED", "CREATED", "MET_AT_RECIPIENT_OFFICE"]
    last = next(body for body in bodies if body["attributes"]["code"] == "MET_AT_RECIPIENT_OFFICE")
    assert (last["type"], last["uuid"]) == ("ORDER_STATUS", uuid)
    attributes = last["attributes"]
    assert (attributes["number"], attributes["status_code"], attributes["city_code"]) == ("D-100500", "9", "270")
    assert attributes["cdek_number"] == cdek.read(uuid)["entity"]["cdek_number"]
    assert _statuses(cdek, uuid)[-1] == "ACCEPTED_IN_RECIPIENT_CITY"
    created = next(body for body in bodies if body["attributes"]["code"] == "CREATED")
    assert "city_code" not in created["attributes"]


def test_only_the_owner_is_told(cdek: CdekClient, other_cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(other_cdek, receiver)
    cdek.ready()
    other_cdek.ready(other_cdek.body(type=2, tariff_code=483, number="OTHER"))
    assert {body["attributes"]["number"] for body in receiver.wait(2)} == {"OTHER"}


def test_a_rolled_back_status_is_marked(cdek: CdekClient, receiver: Receiver) -> None:
    uuid = cdek.ready()
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    _subscribe(cdek, receiver)
    cdek.world.control.post(f"/cdek/orders/{uuid}/rollback")
    assert receiver.wait(1)[0]["attributes"]["deleted"] is True
    assert cdek.read(uuid)["entity"]["statuses"][0]["deleted"] is True


def test_doubled_shuffled_dropped_and_untidy_webhooks(cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(cdek, receiver)
    cdek.set(webhook_double=1.0, webhook_trailing_space=True)
    uuid = cdek.ready()
    bodies = receiver.wait(4)
    assert sorted(body["attributes"]["code"] for body in bodies) == ["ACCEPTED ", "ACCEPTED ", "CREATED ", "CREATED "]
    cdek.set(webhook_double=0.0, webhook_drop=1.0)
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    assert cdek.world.journal.find(kind="webhook.dropped")
    cdek.set(webhook_drop=0.0, webhook_shuffle=1.0)
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "SENT_TO_RECIPIENT_CITY"})
    cdek.set(webhook_shuffle=0.0)
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    receiver.wait(5)
    cdek.world.clock.advance(7)
    late = [body["attributes"]["code"].strip() for body in receiver.wait(6)[4:]]
    assert late == ["DELIVERED", "SENT_TO_RECIPIENT_CITY"]


def test_an_unreachable_receiver_is_tried_12_times_then_all_its_subscriptions_end(
    cdek: CdekClient, receiver: Receiver
) -> None:
    _subscribe(cdek, receiver)
    _subscribe(cdek, receiver, "DELIV_PROBLEM")
    receiver.server.stop()
    cdek.create()
    for attempt in range(1, 13):
        journalled(cdek.world, "webhook.failed", attempt)
        if attempt < 12:
            cdek.set(webhooks=False)
            cdek.world.clock.advance(410)
    assert len(cdek.world.journal.find(kind="webhook.disabled")) == 1
    cdek.sign_in()
    assert cdek.call("GET", "/v2/webhooks").json() == []


def test_24_hours_of_refusals_delete_the_subscription_and_a_200_saves_it(cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(cdek, receiver)
    receiver.status = 500
    uuid = cdek.ready()
    receiver.wait(2)
    journalled(cdek.world, "webhook.failed", 2)  # both refusals are noted before the 200 that ends them
    receiver.status = 200
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE"})
    receiver.wait(3)
    journalled(cdek.world, "webhook.sent", 1)
    cdek.world.clock.advance(86_500)
    cdek.sign_in()
    assert len(cdek.call("GET", "/v2/webhooks").json()) == 1
    receiver.status = 403
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    receiver.wait(4)
    journalled(cdek.world, "webhook.failed", 3)
    cdek.world.clock.advance(86_500)
    cdek.sign_in()
    assert cdek.call("GET", "/v2/webhooks").json() == []


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"tariff_code": 137}, ["TAKEN_BY_COURIER", "DELIVERED"]),
        ({"tariff_code": 136}, ["ENTERED_TO_PICK_UP_POINT", "ACCEPTED_AT_PICK_UP_POINT", "DELIVERED"]),
        ({"tariff_code": 368, "delivery_point": "MSK71"}, ["POSTOMAT_POSTED", "POSTOMAT_RECEIVED", "DELIVERED"]),
    ],
)
def test_orders_run_to_their_end_by_the_clock(cdek: CdekClient, changes: dict[str, object], last: list[str]) -> None:
    cdek.set(auto_route=True)
    uuid = cdek.create(cdek.door() if changes["tariff_code"] == 137 else cdek.body(**changes))
    cdek.world.clock.advance(LONG)
    cdek.sign_in()
    codes = _statuses(cdek, uuid)
    assert codes[:3] == ["ACCEPTED", "CREATED", "RECEIVED_AT_SHIPMENT_WAREHOUSE"]
    assert codes[-len(last) :] == last
    times = [row["date_time"] for row in cdek.read(uuid)["entity"]["statuses"]]
    assert len(set(times)) == len(times), "after a jump of the clock each status keeps its own time"
    assert cdek.read(uuid)["entity"]["planned_delivery_date"]


def test_a_route_may_wait_for_reads(cdek: CdekClient) -> None:
    uuid = cdek.ready()
    steps = [{"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE", "reads": 2}, {"code": "DELIVERED", "reads": 1}]
    cdek.world.control.post(f"/cdek/orders/{uuid}/route", {"route": steps})
    assert [_statuses(cdek, uuid)[-1] for _ in range(3)] == ["CREATED", "RECEIVED_AT_SHIPMENT_WAREHOUSE", "DELIVERED"]


def test_overrides_choose_route_delay_and_refusal(cdek: CdekClient) -> None:
    post = cdek.world.control.post
    post("/cdek/overrides", {"match": {"recipient": "Отказов*"}, "route": "refusal"})
    post("/cdek/overrides", {"match": {"number": "SLOW-*"}, "delay": 60})
    post("/cdek/overrides", {"match": {"comment": "*нет*"}, "errors": ["v2_recipient_location_not_recognized"]})
    refused = cdek.create(cdek.door(recipient={"name": "Отказов Пётр", "phones": [{"number": "+79001112233"}]}))
    slow = cdek.create(number="SLOW-1")
    never = cdek.create(number="N", comment="такого города нет")
    cdek.settle()
    assert cdek.codes(never) == ["v2_recipient_location_not_recognized"]
    assert cdek.read(slow)["requests"][0]["state"] == "ACCEPTED"
    cdek.world.clock.advance(LONG)
    cdek.sign_in()
    found = cdek.read(refused)
    assert (_statuses(cdek, refused)[-1], found["entity"]["delivery_problem"][0]["code"]) == ("NOT_DELIVERED", "40")
    back = next(row for row in found["related_entities"] if row["type"] == "return_order")
    assert _statuses(cdek, back["uuid"])[-1] == "DELIVERED"
    assert _statuses(cdek, slow)[-1] == "CREATED"


def test_a_failed_call_a_problem_and_a_courier(cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(cdek, receiver, "COURIER_INFO")
    override = {"match": {"number": "D-*"}, "route": "second_attempt"}
    seeded = cdek.world.control.post("/seed", {"cdek": {"settings": {"step_seconds": 60}, "overrides": [override]}})
    assert seeded["cdek"]["overrides"] == 1
    uuid = cdek.create(cdek.door())
    cdek.world.clock.advance(1000)
    entity = cdek.read(uuid)["entity"]
    assert [row["code"] for row in entity["delivery_problem"]] == ["13"]
    assert [row["reason_code"] for row in entity["calls"]["failed_calls"]] == [2]
    assert _statuses(cdek, uuid)[-2:] == ["TAKEN_BY_COURIER", "DELIVERED"]
    assert {body["attributes"]["task_type"] for body in receiver.wait(2)} == {"DELIVERY"}


def test_an_address_problem_waits_for_an_agreement(cdek: CdekClient, receiver: Receiver) -> None:
    _subscribe(cdek, receiver, "DELIV_PROBLEM")
    cdek.world.control.post("/cdek/overrides", {"match": {"number": "*"}, "route": "address_problem"})
    uuid = cdek.create(cdek.door())
    cdek.world.clock.advance(LONG)
    assert receiver.wait(1)[0]["attributes"]["code"] == "47"
    cdek.sign_in()
    assert _statuses(cdek, uuid)[-1] == "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE"
    tomorrow = cdek.world.clock.now().date().isoformat()
    agreement = {"order_uuid": uuid, "date": tomorrow, "time_from": "10:00", "time_to": "18:00"}
    agreement |= {"to_location": {"code": 270, "address": "ул. Ленина, д. 5"}}  # type: ignore[dict-item]
    made = cdek.call("POST", "/v2/delivery", agreement)
    assert made.status_code == 202
    cdek.settle()
    entity = cdek.call("GET", f"/v2/delivery/{made.json()['entity']['uuid']}").json()["entity"]
    assert [row["code"] for row in entity["statuses"]] == ["ACCEPTED", "PROCESSING"]
    assert cdek.read(uuid)["entity"]["to_location"]["address"] == "ул. Ленина, д. 5"
    cdek.world.clock.advance(LONG)
    cdek.sign_in()
    assert _statuses(cdek, uuid)[-1] == "DELIVERED"


def test_an_agreement_cannot_change_the_city(cdek: CdekClient) -> None:
    uuid = cdek.ready(cdek.door())
    body = {"order_uuid": uuid, "date": "2099-01-01", "time_from": "10:00", "time_to": "18:00"}
    made = cdek.call("POST", "/v2/delivery", body | {"to_location": {"code": 44, "address": "ул. Мира, 1"}}).json()
    cdek.settle()
    request = cdek.call("GET", f"/v2/delivery/{made['entity']['uuid']}").json()["requests"][0]
    assert (request["state"], request["errors"][0]["code"]) == ("INVALID", "v2_city_can_not_be_changed")


def test_cash_is_shown_after_delivery(cdek: CdekClient) -> None:
    uuid = cdek.ready(cdek.door(delivery_recipient_cost={"value": 250}))
    cdek.world.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    detail = cdek.read(uuid)["entity"]["delivery_detail"]
    assert (detail["payment_sum"], detail["recipient_name"]) == (250, "Петров Иван")
    assert detail["payment_info"] == [{"type": "CARD", "sum": 250}]


def test_what_was_left_of_a_partial_delivery_is_the_rest(cdek: CdekClient) -> None:
    uuid = cdek.ready()
    items = cdek.read(uuid)["entity"]["packages"][0]["items"]
    path, key = f"/cdek/orders/{uuid}/status", items[0]["ware_key"]

    def amounts(**left: object) -> list[object]:
        cdek.world.control.post(path, {"code": "DELIVERED", "reason_code": "20", **left})
        found = cdek.read(uuid)["entity"]["packages"][0]["items"]
        return [item.get("delivery_amount") for item in found]

    assert amounts(left={key: 1}) == [items[0]["amount"] - 1, *(item["amount"] for item in items[1:])]
    assert amounts(left=None) == [None] * len(items)
    assert amounts()[-1] == 0
