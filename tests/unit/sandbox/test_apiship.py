"""The emulated ApiShip over HTTP: signing in, prices, the life of an order, statuses, papers, lists."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

from .conftest import Receiver, journalled

_PERSON = {
    "countryCode": "RU", "city": "Казань", "addressString": "Казань, ул. Баумана, 44",
    "contactName": "Мария Северцева", "phone": "+79000001462",
}  # fmt: skip
_BODY: dict[str, Any] = {
    "order": {
        "clientNumber": "wb-1-1", "providerKey": "cdek", "pickupType": 2, "deliveryType": 1, "tariffId": 9,
        "pointInId": 1001, "weight": 700, "length": 20, "width": 15, "height": 10,
    },
    "cost": {"assessedCost": 900, "codCost": 0, "deliveryCost": 0},
    "sender": {
        "countryCode": "RU", "addressString": "Москва, ул. Ленина, 1", "contactName": "ООО Ромашка",
        "phone": "+79000000001",
    },
    "recipient": _PERSON,
    "places": [
        {"placeNumber": "1", "weight": 700, "length": 20, "width": 15, "height": 10,
         "items": [{"articul": "CUP-1", "description": "Чашка", "quantity": 2, "assessedCost": 450, "cost": 0,
                    "weight": 300}]},
    ],
}  # fmt: skip


class Client:
    """One account, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.base = world.addresses["apiship"]["base_url"]
        self.keys = world.addresses["apiship"]["accounts"][index]
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        sent = {name: self.keys[name] for name in ("login", "password")}
        self.http.headers["Authorization"] = self.http.post(self.base + "/users/login", json=sent).json()["token"]

    def call(self, verb: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.http.request(verb, self.base + path, json=body, params=query, timeout=10)

    def set(self, **switches: Any) -> None:
        self.world.control.post("/apiship/settings", switches)

    def create(self, body: dict[str, Any] | None = None) -> int:
        answer = self.call("POST", "/orders", body or _BODY)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["orderId"])

    def ready(self, body: dict[str, Any] | None = None) -> int:
        identifier = self.create(body)
        self.world.clock.advance(6)
        return identifier

    def status(self, identifier: int) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/orders/{identifier}/status").json()["status"]
        return found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["apiship"]) as world:
        yield world


@pytest.fixture
def client(world: World) -> Client:
    world.reset()
    return Client(world)


@pytest.fixture
def other(client: Client) -> Client:
    return Client(client.world, 1)


def changed(**parts: dict[str, Any]) -> dict[str, Any]:
    """The body with some attributes of some parts replaced; None takes one out."""
    body = copy.deepcopy(_BODY)
    for name, values in parts.items():
        body[name] |= values
        body[name] = {key: value for key, value in body[name].items() if value is not None}
    return body


def refusal(answer: requests.Response) -> tuple[int, str, list[str]]:
    said = answer.json()
    assert answer.headers["X-Tracing-Id"]
    return answer.status_code, said.get("code", ""), [row["field"] for row in said.get("errors", [])]


# --- signing in -------------------------------------------------------------------------------------------------------


def test_a_login_gives_a_token_that_goes_alone_into_the_header(client: Client) -> None:
    token = str(client.http.headers["Authorization"])
    url = client.base + "/lists/providers"
    assert requests.get(url, headers={"Authorization": token}, timeout=5).status_code == 200
    assert requests.get(url, headers={"Authorization": client.keys["token"]}, timeout=5).status_code == 200
    for header in ({"Authorization": f"Bearer {token}"}, {"Authorization": "nonsense"}, {}):
        assert refusal(requests.get(url, headers=header, timeout=5)) == (401, "040101", [])


def test_a_login_is_refused_step_by_step(client: Client) -> None:
    url = client.base + "/users/login"
    sent = {name: client.keys[name] for name in ("login", "password")}
    assert refusal(requests.post(url, json=sent | {"password": ""}, timeout=5)) == (400, "040001", ["password"])
    assert refusal(requests.post(url, json=sent | {"login": "who"}, timeout=5)) == (403, "040303", [])
    assert refusal(requests.post(url, json=sent | {"password": "x"}, timeout=5)) == (403, "040302", [])
    assert requests.post(client.base + "/login", json=sent, timeout=5).json()["accessToken"]
    client.set(login_paths="plain")
    assert refusal(requests.post(url, json=sent, timeout=5)) == (404, "040016", [])


def test_tokens_end_and_the_cabinets_does_not(client: Client) -> None:
    client.world.control.post("/apiship/tokens/expire")
    assert refusal(client.call("GET", "/webhooks")) == (403, "040304", [])
    client.sign_in()
    assert client.call("GET", "/webhooks").status_code == 200
    client.set(token_seconds=300)
    client.world.clock.advance(301)
    assert refusal(client.call("GET", "/webhooks")) == (403, "040304", [])
    client.http.headers["Authorization"] = client.keys["token"]
    assert client.call("GET", "/webhooks").status_code == 200


def test_faults_and_unknown_paths_speak_its_words(client: Client) -> None:
    client.world.control.fault("apiship", "status", params={"status": 500}, times=1)
    assert client.call("GET", "/webhooks").json() == {"message": "Internal Server Error"}
    lost = client.call("GET", "/billing/balance")
    assert (lost.status_code, lost.json()["message"]) == (404, "Not Found: GET /v1/billing/balance")
    assert client.world.control.journal(kind="rest.call")[-1]["data"]["unknown"] is True
    broken = client.http.post(client.base + "/orders", data="{", headers={"Content-Type": "application/json"})
    assert refusal(broken)[:2] == (400, "040000")


# --- prices -----------------------------------------------------------------------------------------------------------


def _asked(**more: Any) -> dict[str, Any]:
    place = {"weight": 700, "length": 20, "width": 15, "height": 10}
    towns = {"from": {"countryCode": "RU", "city": "Москва"}, "to": {"countryCode": "RU", "city": "Казань"}}
    return {**towns, "places": [place], "assessedCost": 900, "codCost": 0} | more


def _providers(answer: requests.Response, part: str = "deliveryToDoor") -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["providerKey"] for row in answer.json()[part]]


def test_prices_of_all_carriers_to_door_and_point(client: Client) -> None:
    answer = client.call("POST", "/calculator", _asked())
    # Dalli serves two capitals alone and Yandex one town at a time.
    assert _providers(answer) == ["cdek", "boxberry", "dpd", "rupost", "pecom"]
    assert _providers(answer, "deliveryToPoint") == ["cdek", "boxberry", "dpd", "rupost", "x5", "pecom"]
    boxberry = answer.json()["deliveryToDoor"][1]["tariffs"][0]
    assert boxberry["deliveryCost"] == round(boxberry["deliveryCostOriginal"] * 0.95, 2)
    assert (boxberry["insuranceFee"], boxberry["feesIncluded"], boxberry["tariffId"]) == (6.75, False, 21)
    post = answer.json()["deliveryToDoor"][3]["tariffs"][0]
    assert (post["insuranceFee"], post["feesIncluded"]) == (None, None)
    points = answer.json()["deliveryToPoint"][0]["tariffs"][0]["pointIds"]
    rows = client.call("GET", "/lists/points", filter=f"id=[{','.join(map(str, points))}]", limit=500).json()["rows"]
    assert {(row["providerKey"], row["city"]) for row in rows} == {("cdek", "Казань")}


def test_prices_are_narrowed_and_late_carriers_left_out(client: Client) -> None:
    client.set(slow_providers={"dpd": 8000}, closed_providers=["pecom"])
    assert "dpd" in _providers(client.call("POST", "/calculator", _asked()))
    assert _providers(client.call("POST", "/calculator", _asked(timeout=5000))) == ["cdek", "boxberry", "rupost"]
    assert _providers(client.call("POST", "/calculator", _asked(providerKeys=["cdek"], tariffIds=[11]))) == ["cdek"]
    door = client.call("POST", "/calculator", _asked(deliveryTypes=[1], pickupTypes=[1])).json()
    assert [row["tariffs"][0]["tariffId"] for row in door["deliveryToDoor"]] == [11, 30]
    assert door["deliveryToPoint"] == []
    fees = client.call("POST", "/calculator", _asked(includeFees=True, codCost=1000, skipTariffRules=True)).json()
    row = fees["deliveryToDoor"][0]["tariffs"][0]
    plain = client.call("POST", "/calculator", _asked()).json()["deliveryToDoor"][0]["tariffs"][0]
    assert row["deliveryCost"] == pytest.approx(plain["deliveryCost"] + 6.75 + 30)


def test_prices_are_refused_by_field_and_when_the_balance_is_empty(client: Client) -> None:
    lost = _asked(to={"countryCode": "RU", "city": "Нигдебург"})
    assert refusal(client.call("POST", "/calculator", lost)) == (400, "040003", ["to.city"])
    assert refusal(client.call("POST", "/calculator", _asked(places=[{"weight": "1"}])))[2] == ["places.0.weight"]
    assert refusal(client.call("POST", "/calculator", _asked(colour="red")))[2] == ["colour"]
    client.set(balance_empty=True)
    assert refusal(client.call("POST", "/calculator", _asked())) == (402, "060001", [])


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_taken_at_once_and_uploaded_later(client: Client) -> None:
    identifier = client.create()
    assert client.status(identifier)["key"] == "uploading"
    client.world.clock.advance(6)
    found = client.call("GET", "/orders/status", clientNumber="wb-1-1").json()
    number = found["orderInfo"]["providerNumber"]
    assert (found["orderInfo"]["orderId"], found["status"]["key"]) == (str(identifier), "uploaded")
    assert found["orderInfo"]["trackingUrl"].endswith(number)
    assert found["status"]["created"].endswith("+03:00")
    full = client.call("GET", f"/orders/{identifier}").json()
    assert (full["order"]["orderId"], full["order"]["providerNumber"]) == (identifier, number)
    assert full["recipient"] == _PERSON
    assert full["extendedInfo"]["planDeliveryCost"] > 290
    [row] = client.world.control.journal(kind="order.accepted")
    assert (row["key"], row["data"]["provider"], row["data"]["weight"]) == ("wb-1-1", "cdek", 700)


def test_an_order_is_refused_with_every_field_that_is_wrong(client: Client) -> None:
    def said(**parts: dict[str, Any]) -> list[str]:
        status, code, fields = refusal(client.call("POST", "/orders", changed(**parts)))
        assert (status, code) == (400, "040002")
        return fields

    assert said(order={"clientNumber": None, "tariffId": "9"}) == ["order.clientNumber", "order.tariffId"]
    assert said(order={"color": "red"}) == ["order.color"]
    assert said(order={"tariffId": 20}) == ["order.tariffId"]
    assert said(order={"tariffId": 10}) == ["order.deliveryType"]
    assert said(order={"pointInId": None}) == ["order.pointInId"]
    assert said(order={"pointInId": 1002}) == ["order.pointInId"]
    assert said(order={"providerConnectId": "22202"}) == ["order.providerConnectId"]
    assert said(order={"weight": 31_000}) == ["order.weight"]
    assert said(recipient={"phone": "12", "contactName": ""}) == ["recipient.contactName", "recipient.phone"]
    assert said(recipient={"city": "Нигдебург"}) == ["recipient.city"]
    assert said(cost={"assessedCost": 800, "codCost": 100}) == ["cost.assessedCost", "cost.codCost"]
    assert refusal(client.call("POST", "/orders", changed(order={"providerKey": "dellin"})))[:2] == (400, "040005")
    assert refusal(client.call("POST", "/orders", {"order": {}}))[2][-2:] == ["recipient", "places"]
    assert client.world.control.journal(kind="order.accepted") == []


def test_a_client_number_is_one_live_orders(client: Client, other: Client) -> None:
    first = client.create()
    assert refusal(client.call("POST", "/orders", _BODY)) == (400, "040002", ["order.clientNumber"])
    other.create()
    assert client.call("GET", f"/orders/{first}/cancel").json()["orderId"] == first
    second = client.create()
    assert client.call("GET", "/orders/status", clientNumber="wb-1-1").json()["orderInfo"]["orderId"] == str(second)
    client.call("DELETE", f"/orders/{second}")
    assert refusal(client.call("GET", f"/orders/{second}")) == (404, "040080", [])
    client.create()
    client.set(lookup_delay=60.0)
    assert refusal(client.call("GET", "/orders/status", clientNumber="wb-1-1")) == (404, "040080", [])


def test_the_carrier_refuses_and_a_corrected_order_is_sent_again(client: Client) -> None:
    bad = changed(recipient={"contactName": "Иванов / Петров"})
    identifier = client.ready(bad)
    status = client.status(identifier)
    assert (status["key"], status["errorCode"]) == ("uploadingError", "300")
    assert status["providerDescription"].startswith("recipient.contactName: ")
    assert client.call("PUT", f"/orders/{identifier}", _BODY).json() == {"message": "ok"}
    assert client.call("POST", f"/orders/{identifier}/resend").json()["orderId"] == identifier
    client.world.clock.advance(6)
    assert client.status(identifier)["key"] == "uploaded"
    assert refusal(client.call("POST", f"/orders/{identifier}/resend"))[:2] == (400, "040002")
    far = changed(order={"clientNumber": "wb-2-1", "providerKey": "dalli", "tariffId": 60, "pickupType": 1})
    assert client.status(client.ready(far))["errorCode"] == "200"


def test_sync_and_validation(client: Client) -> None:
    assert client.call("POST", "/orders/validate", _BODY).json() == {"valid": True}
    made = client.call("POST", "/orders/sync", _BODY).json()
    assert client.status(made["orderId"])["key"] == "uploaded"
    assert made["providerNumber"]
    bad = changed(order={"clientNumber": "wb-9-1"}, recipient={"contactName": "R2D2"})
    assert refusal(client.call("POST", "/orders/sync", bad)) == (400, "040088", ["recipient.contactName"])
    assert refusal(client.call("GET", "/orders/status", clientNumber="wb-9-1")) == (404, "040080", [])
    assert refusal(client.call("POST", "/orders/validate", changed(order={"tariffId": 1})))[2] == ["order.tariffId"]


def test_change_and_cancellation_end_where_the_carrier_says(client: Client, other: Client) -> None:
    identifier = client.ready()
    assert refusal(other.call("GET", f"/orders/{identifier}")) == (403, "040305", [])
    assert client.call("PUT", f"/orders/{identifier}", changed(recipient={"phone": "+79000001463"})).ok
    assert client.call("GET", f"/orders/{identifier}").json()["recipient"]["phone"] == "+79000001463"
    client.world.control.post(f"/apiship/orders/{identifier}/status", {"code": "onPointIn"})
    assert refusal(client.call("PUT", f"/orders/{identifier}", _BODY))[:2] == (400, "040089")
    assert refusal(client.call("GET", f"/orders/{identifier}/cancel"))[:2] == (400, "040084")
    post = changed(order={"clientNumber": "wb-3-1", "providerKey": "rupost", "tariffId": 41, "pointInId": 1004})
    russian = client.ready(post)
    assert refusal(client.call("GET", f"/orders/{russian}/cancel"))[:2] == (403, "040306")
    again = client.ready(changed(order={"clientNumber": "wb-4-1"}))
    client.call("GET", f"/orders/{again}/cancel")
    assert client.status(again)["key"] == "deliveryCanceled"
    assert refusal(client.call("GET", f"/orders/{again}/cancel"))[:2] == (400, "040081")


def test_a_delivered_order_comes_back_by_a_client_return(client: Client) -> None:
    identifier = client.ready()
    wanted = changed(order={"clientNumber": "back-1", "pickupType": 1, "tariffId": 11, "weight": None})
    wanted |= {"directOrderId": identifier, "cost": {"assessedCost": 900}}
    assert refusal(client.call("POST", "/orders/return", wanted)) == (400, "040088", ["directOrderId"])
    client.world.control.post(f"/apiship/orders/{identifier}/status", {"code": "delivered"})
    made = client.call("POST", "/orders/return", wanted).json()
    assert client.status(made["orderId"])["key"] == "uploaded"
    [row] = client.world.control.journal(kind="return.accepted")
    assert (row["key"], row["data"]["direct"]) == ("back-1", "wb-1-1")


def test_overrides_refuse_at_once_or_by_the_carrier_and_set_routes(client: Client) -> None:
    control = client.world.control
    control.post("/apiship/overrides", {"match": {"number": "wb-1-*"}, "errors": ["recipient.phone"], "times": 1})
    assert refusal(client.call("POST", "/orders", _BODY))[2] == ["recipient.phone"]
    control.post("/apiship/overrides", {"match": {"phone": "*1462"}, "errors": ["200"], "times": 1})
    assert client.status(client.ready())["errorCode"] == "200"
    control.post("/apiship/overrides", {"match": {"recipient": "Мария*"}, "route": "returned"})
    walking = client.ready(changed(order={"clientNumber": "wb-2-1"}))
    client.world.clock.advance(9 * 3600)
    history = client.call("GET", f"/orders/{walking}/statusHistory", limit=100).json()
    keys = [row["key"] for row in history["rows"]]
    assert keys[::-1] == [
        "uploading", "uploaded", "onPointIn", "onWay", "onPointOut", "delivering", "returnedFromDelivery",
        "returnReady", "returning", "returned",
    ]  # fmt: skip
    assert history["orderInfo"]["returnProviderNumber"]


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_statuses_of_many_orders(client: Client, other: Client) -> None:
    mine = [client.ready(changed(order={"clientNumber": f"wb-{number}-1"})) for number in range(3)]
    alien = other.ready()
    answer = client.call("POST", "/orders/statuses", {"orderIds": [*mine, alien, 5, "e6f3527e"]}).json()
    assert [row["orderInfo"]["orderId"] for row in answer["succeedOrders"]] == list(map(str, mine))
    assert [row["message"] for row in answer["failedOrders"]] == [
        "Заказ принадлежит другому клиенту", "Указанного заказа не существует", "Указанного заказа не существует",
    ]  # fmt: skip
    too_many = {"orderIds": list(range(101))}
    assert refusal(client.call("POST", "/orders/statuses", too_many)) == (400, "040002", ["orderIds"])


def test_what_changed_since_a_moment_in_pages(client: Client) -> None:
    made = [client.ready(changed(order={"clientNumber": f"wb-{number}-1"})) for number in range(3)]
    client.world.clock.advance(3600)
    since = client.world.clock.now().isoformat(timespec="seconds")
    for identifier in made[:2]:
        client.world.control.post(f"/apiship/orders/{identifier}/status", {"code": "onPointIn"})
    first = client.call("GET", f"/orders/statuses/history/date/{since}", limit=1).json()
    assert first["meta"] == {"total": 2, "offset": 0, "limit": 1}
    second = client.call("GET", f"/orders/statuses/history/date/{since}", limit=1, offset=1).json()
    shown = [row for page in (first, second) for row in page["rows"]]
    assert [row["orderInfo"]["orderId"] for row in shown] == list(map(str, made[:2]))
    assert [[status["key"] for status in row["statuses"]] for row in shown] == [["onPointIn"], ["onPointIn"]]
    short = client.call("GET", f"/orders/statuses/date/{since}").json()
    assert [row["status"]["key"] for row in short] == ["onPointIn", "onPointIn"]
    until = "2100-01-01T00:00:00+03:00"
    within = {"from": since, "to": until, "filter": "providerKey=[dpd,cdek]"}
    assert client.call("GET", "/orders/statuses/interval", **within).json()["meta"]["total"] == 2
    late = client.call("GET", f"/orders/statuses/history/date/{since}", offset=5001)
    assert refusal(late) == (400, "040002", ["offset"])
    assert refusal(client.call("GET", "/orders/statuses/history/date/yesterday"))[2] == ["date"]
    number = client.call("GET", "/orders/status/history", clientNumber="wb-0-1").json()
    assert [status["key"] for status in number["statuses"]] == ["onPointIn", "uploaded", "uploading"]


def test_webhooks_name_an_order_and_are_repeated(client: Client, receiver: Receiver) -> None:
    assert refusal(client.call("POST", "/webhooks", {"url": receiver.url})) == (400, "040002", ["type"])
    uuid = client.call("POST", "/webhooks", {"url": receiver.url, "type": "ORDER_STATUS"}).json()["uuid"]
    assert client.call("GET", "/webhooks").json() == [{"uuid": uuid, "url": receiver.url, "type": "ORDER_STATUS"}]
    receiver.status = 500
    identifier = client.create()
    [first] = receiver.wait(1)
    assert first == {
        "eventType": "ORDER_STATUS", "orderInfo": {"orderId": str(identifier), "clientNumber": "wb-1-1"},
    }  # fmt: skip
    journalled(client.world, "webhook.failed", 1)
    receiver.status = 200
    client.world.clock.advance(601)
    # The upload that came between, and the first one again.
    assert len(receiver.wait(3)) == 3
    assert client.call("DELETE", f"/webhooks/{uuid}").json() == {"uuid": uuid}
    assert refusal(client.call("DELETE", f"/webhooks/{uuid}")) == (404, "040016", [])


# --- papers, courier, lists -------------------------------------------------------------------------------------------


def test_labels_and_acts_are_files_behind_links(client: Client) -> None:
    ready, raw = client.ready(), client.create(changed(order={"clientNumber": "wb-2-1"}))
    made = client.call("POST", "/orders/labels", {"orderIds": [ready, raw], "format": "pdf"}).json()
    assert [row["orderId"] for row in made["failedOrders"]] == [raw]
    file = requests.get(made["url"], timeout=5)
    assert (file.headers["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    [act] = client.call("POST", "/orders/waybills", {"orderIds": [ready]}).json()["waybillItems"]
    assert (act["providerKey"], act["orderIds"]) == ("cdek", [ready])
    assert requests.get(act["file"], timeout=5).content.startswith(b"%PDF-")
    assert refusal(client.call("POST", "/orders/labels", {"orderIds": [ready]}))[2] == ["format"]
    client.world.clock.advance(86_401)
    assert requests.get(made["url"], timeout=5).status_code == 404


def test_a_courier_is_called_and_called_off(client: Client) -> None:
    identifier = client.ready()
    day = client.world.clock.now().date().replace(year=2030, month=7, day=1).isoformat()
    asked = {
        "providerKey": "cdek", "date": day, "timeStart": "10:00", "timeEnd": "18:00", "weight": 700, "width": 15,
        "height": 10, "length": 20, "orderIds": [identifier], "region": "Москва", "city": "Москва",
        "street": "Ленина", "house": "1", "contactName": "Кладовщик", "phone": "+79000000001",
    }  # fmt: skip
    made = client.call("POST", "/courierCall", asked).json()
    assert made["providerNumber"]
    assert client.call("POST", f"/courierCall/{made['id']}/cancel").json()["id"] == made["id"]
    assert refusal(client.call("POST", f"/courierCall/{made['id']}/cancel"))[:2] == (400, "040082")
    assert client.call("POST", "/courierCall", asked | {"date": "2030-06-30"}).json()["error"]
    assert refusal(client.call("POST", "/courierCall", asked | {"date": "2020-01-01"}))[2] == ["date"]
    assert refusal(client.call("POST", "/courierCall", asked | {"providerKey": "dpd"}))[2] == ["orderIds.0"]
    assert refusal(client.call("POST", "/courierCall", {}))[2][:2] == ["providerKey", "date"]


def test_points_are_filtered_paged_and_generated(client: Client) -> None:
    page = client.call("GET", "/lists/points", filter="providerKey=[cdek];city=Казань;availableOperation=[2,3]").json()
    assert page["meta"]["total"] == len(page["rows"]) >= 2
    assert all(row["cityGuid"] and set(row["worktime"]) <= set("1234567") for row in page["rows"])
    chosen = client.call("GET", "/lists/points", filter="id=1001", fields="id,code,lat").json()["rows"]
    assert [set(row) for row in chosen] == [{"id", "code", "lat"}]
    assert refusal(client.call("GET", "/lists/points", filter="cdek")) == (400, "040010", [])
    assert refusal(client.call("GET", "/lists/points", filter="colour=red")) == (400, "040011", [])
    assert refusal(client.call("GET", "/lists/points", filter="id=1001", fields="colour")) == (400, "040012", [])
    inexact = client.call("GET", "/lists/points", stateCheckOff=1, limit=1).json()["meta"]["total"]
    assert inexact > client.call("GET", "/lists/points", limit=1).json()["meta"]["total"]
    client.set(extra_points=100_000, broken_points=3)
    last = client.call("GET", "/lists/points", limit=500, offset=90_000).json()
    assert (len(last["rows"]), last["meta"]["total"] > 90_500) == (500, True)
    head = client.call("GET", "/lists/points", limit=4).json()["rows"]
    assert [row["id"] for row in head] == [None, 7_000_001, None, 1001]


def test_the_other_lists_and_connections(client: Client, other: Client) -> None:
    names = client.call("GET", "/lists/providers", limit=50).json()
    assert names["meta"]["total"] == len(names["rows"]) == 12
    [tariff] = client.call("GET", "/lists/tariffs", filter="id=9").json()["rows"]
    assert (tariff["providerKey"], tariff["pickupType"], tariff["deliveryType"]) == ("cdek", 2, 1)
    assert len(client.call("GET", "/lists/statuses", limit=50).json()["rows"]) == 19
    services = client.call("GET", "/lists/services", providerKey="dpd").json()
    assert [row["extraParamName"] for row in services] == ["dpd.Confirmation"]
    assert [row["id"] for row in client.call("GET", "/lists/pickupTypes").json()] == [1, 2]
    assert [row["id"] for row in client.call("GET", "/lists/pointTypes").json()] == [1, 2, 3, 4]
    found = client.call("GET", "/connections", filter='{"providerKey":"boxberry"}').json()["rows"]
    assert [row["id"] for row in found] == ["11102"]
    assert [row["id"] for row in other.call("GET", "/connections").json()["rows"]] == ["22201", "22202"]
    made = client.call("POST", "/connections", {"providerKey": "lpost", "name": "Л-Пост"}).json()
    assert client.call("GET", f"/connections/{made['id']}").json()["name"] == "Л-Пост"
    assert refusal(client.call("POST", "/connections", {}))[2] == ["providerKey", "name"]


def test_unknown_fields_come_into_every_object_and_the_present_is_kept(client: Client) -> None:
    client.set(unknown_fields=True)
    assert client.call("GET", "/lists/providers").json()["rows"][0]["sandboxUnknownField"]
    client.set(unknown_fields=False)
    identifier = client.ready()
    assert client.status(identifier)["key"] == "uploaded"
    back = client.world.remember()
    client.world.control.post(f"/apiship/orders/{identifier}/status", {"code": "lost"})
    back()
    assert client.status(identifier)["key"] == "uploaded"
