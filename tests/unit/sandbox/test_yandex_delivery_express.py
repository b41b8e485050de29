"""The emulated Yandex.Delivery's express API over HTTP: prices, claims, versions, cancels, journal, callbacks."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from sandbox.kernel.server import serve
from sandbox.world import World

from .conftest import journalled

PREFIX = "/b2b/cargo/integration/v2"
MOSCOW, NEAR = [37.6173, 55.7558], [37.65, 55.76]
_ITEM = {
    "title": "Кружка", "cost_value": "900.00", "cost_currency": "RUB", "quantity": 1, "pickup_point": 1,
    "dropoff_point": 2, "weight": 0.7, "size": {"length": 0.2, "width": 0.15, "height": 0.1},
}  # fmt: skip


def _stop(number: int, kind: str, text: str, where: list[float], **more: Any) -> dict[str, Any]:
    contact = {"name": "Мария Северцева", "phone": "+79000001462", "email": "shop@example.com"}
    address = {"fullname": text, "coordinates": where}
    return {"point_id": number, "visit_order": number, "type": kind, "contact": contact, "address": address} | more


_BODY: dict[str, Any] = {
    "items": [_ITEM],
    "route_points": [
        _stop(1, "source", "Москва, Тверская улица, 1", MOSCOW),
        _stop(2, "destination", "Москва, Покровка, 10", NEAR, external_order_id="DEAL-77-1"),
    ],
    "comment": "осторожно",
}


class Client:
    """One account of the express API."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        found = world.system("yandex_delivery").addresses()["yandex_delivery"]
        self.base_url = found["urls"]["express"] + PREFIX
        self.http = requests.Session()
        token = found["accounts"][index]["express_token"]
        self.http.headers.update({"Authorization": f"Bearer {token}", "Accept-Language": "ru"})

    def call(self, path: str, body: Any = None, *, method: str = "POST", **query: Any) -> requests.Response:
        return self.http.request(method, self.base_url + path, json=body, params=query, timeout=10)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.call(path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.call(path, body, **query)
        return answer.status_code, answer.json()["code"]

    def set(self, **switches: Any) -> None:
        self.world.control.post("/yandex_delivery/settings", switches)

    def body(self, **changes: Any) -> dict[str, Any]:
        return copy.deepcopy(_BODY) | changes

    def claim(self, token: str = "token-1", **changes: Any) -> str:
        """A claim whose price is there."""
        found = self.post("/claims/create", self.body(**changes), request_id=token)
        self.world.clock.advance(6)
        return str(found["id"])

    def ordered(self, token: str = "token-1", **changes: Any) -> str:
        """A claim whose courier is looked for."""
        claim_id = self.claim(token, **changes)
        assert self.post("/claims/accept", {"version": 1}, claim_id=claim_id)["status"] == "accepted"
        return claim_id

    def info(self, claim_id: str) -> dict[str, Any]:
        return dict(self.post("/claims/info", claim_id=claim_id))

    def move(self, key: str, code: str) -> None:
        self.world.control.post(f"/yandex_delivery/orders/{key}/status", {"code": code})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["yandex_delivery"]) as found:
        yield found


@pytest.fixture
def express(world: World) -> Client:
    world.reset()
    return Client(world)


def _price_question(**changes: Any) -> dict[str, Any]:
    route = [{"id": 1, "coordinates": MOSCOW, "fullname": "Москва, Тверская улица, 1"},
             {"id": 2, "coordinates": NEAR, "fullname": "Москва, Покровка, 10"}]  # fmt: skip
    item = {"quantity": 1, "weight": 0.7, "size": {"length": 0.2, "width": 0.15, "height": 0.1}}
    return {"route_points": route, "items": [item]} | changes


def test_sign_in_step_by_step(express: Client) -> None:
    url = express.base_url + "/claims/journal"
    token = express.http.headers["Authorization"]
    assert requests.post(url, timeout=10).status_code == 401
    answer = requests.post(url, headers={"Authorization": token}, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    both = Client(express.world, 1)
    assert both.post("/claims/journal")["events"] == []
    answer = express.http.post(express.base_url.removesuffix(PREFIX) + "/api/b2b/platform/location/detect", timeout=10)
    assert answer.json()["message"] == "No route for URL"


def test_prices(express: Client) -> None:
    price = express.post("/check-price", _price_question())
    assert (price["price"].count("."), price["requirements"]["taxi_class"]) == (1, "courier")
    offers = express.post("/offers/calculate", _price_question())["offers"]
    assert [row["taxi_class"] for row in offers] == ["courier", "express"]
    net, gross = (float(offers[0]["price"][key]) for key in ("total_price", "total_price_with_vat"))
    assert round(net * 1.22, 2) == gross == float(price["price"])
    swapped = _price_question()
    swapped["route_points"][1]["coordinates"] = [55.75, 37.61]
    assert express.refusal("/check-price", swapped) == (409, "estimating.swapped_coordinates")
    nowhere = _price_question(route_points=[{"fullname": "Москва, Тверская, 1"}, {"fullname": "Нигдеево, 1"}])
    assert express.refusal("/offers/calculate", nowhere) == (400, "address_not_found")
    far = _price_question(route_points=[{"fullname": "Москва, Тверская, 1"}, {"fullname": "Казань, Баумана, 44"}])
    assert express.refusal("/check-price", far) == (409, "estimating.zone_unavailable")
    express.set(tariffs_expired=True)
    assert express.refusal("/offers/calculate", _price_question())[1] == "required_tariffs_disabled_for_user"


def test_an_offers_payload_is_good_for_two_minutes_and_once(express: Client) -> None:
    offer = express.post("/offers/calculate", _price_question())["offers"][1]
    claim_id = express.claim(offer_payload=offer["payload"])
    assert express.info(claim_id)["pricing"]["offer"]["price"] == offer["price"]["total_price"]
    used = express.body(offer_payload=offer["payload"])
    assert express.refusal("/claims/create", used, request_id="token-2") == (409, "offer_already_used")
    late = express.post("/offers/calculate", _price_question())["offers"][0]["payload"]
    express.world.clock.advance(121)
    assert (
        express.refusal("/claims/create", express.body(offer_payload=late), request_id="token-3")[1] == "offer_expired"
    )


def test_the_same_token_gives_the_same_claim(express: Client) -> None:
    first = express.post("/claims/create", express.body(), request_id="token-1")
    assert (first["status"], first["version"], len(first["id"])) == ("new", 1, 32)
    again = express.post("/claims/create", {"whatever": "body"}, request_id="token-1")
    assert again["id"] == first["id"]
    assert len(express.world.journal.find(kind="claim.created", key="DEAL-77-1")) == 1
    assert not express.world.journal.find(kind="order.accepted")
    assert express.refusal("/claims/create", express.body())[0] == 400
    assert express.refusal("/claims/create", express.body(), request_id="x" * 129)[0] == 400


def _changed(path: str, value: Any) -> dict[str, Any]:
    made: Any = copy.deepcopy(_BODY)
    place, names = made, path.split(".")
    for name in names[:-1]:
        place = place[int(name)] if name.isdigit() else place[name]
    place[names[-1]] = value
    return dict(made)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("items.0.cost_value", 900, "bad_request"),
        ("items.0.cost_value", "900,00", "validation_error"),
        ("items.0.quantity", 0, "bad_request"),
        ("items.0.pickup_point", 2, "item_source_point_not_found"),
        ("items.0.dropoff_point", 9, "item_destination_point_not_found"),
        ("items", [_ITEM, _ITEM | {"cost_currency": "KZT"}], "different_cost_currencies"),
        ("route_points.1.contact.phone", "89000001462", "invalid_phone_must_start_plus_symbol"),
        ("route_points.1.contact.phone", "+7900000146a", "invalid_phone_incorrect_symbol"),
        ("route_points.1.contact.phone", "+7900", "invalid_phone_size_incorrect"),
        ("route_points.1.contact.phone", "+19000001462", "country_phone_code_not_supported"),
        ("route_points.0.contact", {"name": "Склад", "phone": "+79000001400"}, "bad_request"),
        ("route_points.0.external_order_id", "X", "external_order_id_not_allowed"),
        ("route_points.0.type", "destination", "invalid_source_point"),
        ("route_points.1.visit_order", 3, "validation_error"),
        ("route_points.1.address.coordinates", ["37.6", "55.7"], "validation_error"),
        ("route_points", [_BODY["route_points"][0]], "unsupported_points_count"),
        ("client_requirements", {"taxi_class": "sdd_multislot"}, "validation_error"),
        ("client_requirements", {"taxi_class": "cargo", "cargo_loaders": 3}, "too_many_loaders"),
        ("callback_properties", {"callback_url": "ftp://x"}, "validation_error"),
        ("due", "2020-01-01T00:00:00+00:00", "due_in_past"),
        ("due", "2099-01-01T00:00:00+00:00", "delay_too_long"),
    ],
)
def test_a_claim_is_read_strictly(express: Client, path: str, value: Any, code: str) -> None:
    assert express.refusal("/claims/create", _changed(path, value), request_id="token-9") == (400, code)
    assert not express.world.journal.find(kind="claim.created")


def test_cash_is_not_on_this_account_and_json_must_parse(express: Client) -> None:
    paid = _changed("route_points.1.payment_on_delivery", {"payment_method": "card"})
    assert express.refusal("/claims/create", paid, request_id="t") == (403, "payment_on_delivery_disabled")
    answer = express.http.post(express.base_url + "/claims/create?request_id=t", data=b"{", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "Parse error")


def test_a_claim_is_estimated_accepted_and_ridden(express: Client) -> None:
    claim_id = express.claim()
    found = express.info(claim_id)
    assert (found["status"], found["available_cancel_state"]) == ("ready_for_approval", "free")
    assert found["pricing"]["offer"]["price_with_vat"].count(".") == 1
    assert express.refusal("/claims/accept", {"version": 2}, claim_id=claim_id) == (409, "old_version")
    express.set(auto_route=True, step_seconds=10)
    accepted = express.post("/claims/accept", {"version": 1}, claim_id=claim_id)
    assert (accepted["id"], accepted["status"]) == (claim_id, "accepted")
    assert express.refusal("/claims/accept", {"version": 1}, claim_id=claim_id) == (409, "inappropriate_status")
    assert express.call("/claims/performer-position", method="GET", claim_id=claim_id).status_code == 404
    express.world.clock.advance(31)
    assert express.info(claim_id)["performer_info"]["courier_name"] == "Олег"
    links = express.call("/claims/tracking-links", method="GET", claim_id=claim_id).json()["route_points"]
    assert [row["type"] for row in links] == ["destination"]
    assert (
        express.call("/claims/performer-position", method="GET", claim_id=claim_id).json()["position"]["lon"] == 37.6173
    )
    assert express.post("/driver-voiceforwarding", {"claim_id": claim_id})["ext"]
    express.world.clock.advance(200)
    assert express.info(claim_id)["status"] == "delivered_finish"
    assert express.call("/claims/tracking-links", method="GET", claim_id=claim_id).status_code == 409


@pytest.mark.parametrize(("late", "status"), [("failed", 200), ("offer_expired", 409)])
def test_an_accept_after_ten_minutes_fails_the_claim(express: Client, late: str, status: int) -> None:
    express.set(late_accept=late)
    claim_id = express.claim()
    express.world.clock.advance(600)
    assert express.call("/claims/accept", {"version": 1}, claim_id=claim_id).status_code == status
    assert express.info(claim_id)["status"] == "failed"
    assert not express.world.journal.find(kind="order.accepted")


def test_a_claim_that_cannot_be_estimated_is_edited(express: Client) -> None:
    nowhere = _changed("route_points.1.address", {"fullname": "Несуществующий переулок, 5"})
    claim_id = express.claim(route_points=nowhere["route_points"])
    found = express.info(claim_id)
    assert (found["status"], found["error_messages"][0]["code"]) == ("estimating_failed", "address_not_found")
    assert express.refusal("/claims/edit", express.body(), claim_id=claim_id, version=2) == (409, "old_version")
    edited = express.post("/claims/edit", express.body(), claim_id=claim_id, version=1)
    assert (edited["version"], edited["status"]) == (2, "new")
    express.world.clock.advance(6)
    assert express.info(claim_id)["status"] == "ready_for_approval"
    assert (
        express.refusal("/claims/cancel", {"version": 1, "cancel_state": "free"}, claim_id=claim_id)[1] == "old_version"
    )
    assert (
        express.post("/claims/cancel", {"version": 2, "cancel_state": "free"}, claim_id=claim_id)["status"]
        == "cancelled"
    )


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("Москва, Покровка, 10", [55.75, 37.61], "estimating.swapped_coordinates"),
        ("Псков, улица Ленина, 1", [28.3318, 57.8194], "unknown_zone"),
        ("Казань, улица Баумана, 44", [49.1064, 55.7961], "address_outside_delivery_zone"),
    ],
)
def test_where_nobody_rides(express: Client, text: str, where: list[float], code: str) -> None:
    made = _changed("route_points.1.address", {"fullname": text, "coordinates": where})
    claim_id = express.claim(route_points=made["route_points"])
    assert [row["code"] for row in express.info(claim_id)["error_messages"]] == [code]


def test_warnings_and_wanted_errors(express: Client) -> None:
    made = _changed("route_points.1.address", {"fullname": "Тула, улица Ленина, 1", "coordinates": NEAR})
    big = [_ITEM | {"size": {"length": 0.9, "width": 0.5, "height": 0.5}}]
    claim_id = express.claim(
        route_points=made["route_points"], items=big, client_requirements={"taxi_class": "courier"}
    )
    assert {row["code"] for row in express.info(claim_id)["warnings"]} == {"address_too_far", "not_fit_in_car"}
    override = {"match": {"number": "DEAL-77-*"}, "errors": ["forbidden_by_antifake"]}
    express.world.control.post("/yandex_delivery/overrides", override)
    claim_id = express.claim("token-2")
    assert express.info(claim_id)["error_messages"][0]["code"] == "forbidden_by_antifake"


@pytest.mark.parametrize(
    ("status", "state"),
    [("accepted", "free"), ("performer_found", "free"), ("pickup_arrived", "paid"),
     ("ready_for_pickup_confirmation", "paid"), ("pickuped", "unavailable"), ("delivered_finish", "unavailable")],
)  # fmt: skip
def test_what_a_cancel_costs(express: Client, status: str, state: str) -> None:
    claim_id = express.ordered()
    express.move(claim_id, status)
    assert express.post("/claims/cancel-info", claim_id=claim_id)["cancel_state"] == state
    answer = express.call("/claims/cancel", {"version": 1, "cancel_state": "free"}, claim_id=claim_id)
    if state == "free":
        assert answer.json()["status"] == "cancelled"
        return
    code = "free_cancel_is_unavailable" if state == "paid" else "inappropriate_status"
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    if state == "paid":
        done = express.post("/claims/cancel", {"version": 1, "cancel_state": "paid"}, claim_id=claim_id)
        assert done["status"] == "cancelled_with_payment"
        assert express.world.journal.find(kind="order.cancelled")[0].data["paid"] is True


def test_a_point_is_sent_back_only_from_the_courier(express: Client) -> None:
    claim_id = express.ordered()
    point = express.info(claim_id)["route_points"][1]["id"]
    back = {"point_id": point, "comment": "отказ", "need_return_items": True}
    assert express.refusal("/claims/return", back, claim_id=claim_id) == (409, "state_mismatch")
    express.move(claim_id, "pickuped")
    assert express.refusal("/claims/return", back | {"point_id": 1}, claim_id=claim_id) == (400, "state_mismatch")
    express.post("/claims/return", back, claim_id=claim_id)
    assert express.info(claim_id)["status"] == "returning"
    express.move(claim_id, "returned_finish")
    assert express.refusal("/claims/return", back, claim_id=claim_id)[0] == 410


@pytest.mark.parametrize(
    ("route", "last"),
    [("delivered", "delivered_finish"), ("returned", "returned_finish"), ("lost", "failed"),
     ("cancelled", "cancelled_by_taxi"), ("express_not_found", "performer_not_found"),
     ("unknown_code", "performer_teleported"), ("express_paid", "delivered_finish")],
)  # fmt: skip
def test_routes(express: Client, route: str, last: str) -> None:
    express.set(step_seconds=10)
    claim_id = express.ordered()
    express.world.control.post(f"/yandex_delivery/orders/{claim_id}/route", {"route": route})
    express.world.clock.advance(300)
    assert express.info(claim_id)["status"] == last


def test_claims_are_found_and_read_together(express: Client) -> None:
    claim_id = express.claim()
    express.claim("token-2")
    found = express.post("/claims/search", {"external_order_id": "DEAL-77-1", "limit": 10})["claims"]
    assert [row["id"] for row in found][-1] == claim_id and len(found) == 2
    assert express.post("/claims/search", {"external_order_id": "DEAL-78"})["claims"] == []
    rows = express.post("/claims/bulk_info", {"claim_ids": [claim_id, "x" * 32]})["claims"]
    assert [row["id"] for row in rows] == [claim_id]
    assert Client(express.world, 1).refusal("/claims/info", claim_id=claim_id) == (404, "not_found")


def test_the_journal_goes_on_from_its_cursor(express: Client) -> None:
    claim_id = express.claim()
    first = express.post("/claims/journal", limit=2)
    assert [row["new_status"] for row in first["events"]] == ["new", "estimating"]
    rest = express.post("/claims/journal", {"cursor": first["cursor"]})
    assert [row["change_type"] for row in rest["events"]] == ["status_changed", "price_changed"]
    assert rest["events"][1]["new_price"].count(".") == 1
    express.move(claim_id, "failed")
    last = express.post("/claims/journal", {"cursor": rest["cursor"]})
    assert [(row["new_status"], row["resolution"]) for row in last["events"]] == [("failed", "failed")]
    again = express.post("/claims/journal", {"cursor": last["cursor"]})
    assert (again["events"], again["cursor"]) == ([], last["cursor"])
    assert express.refusal("/claims/journal", {"cursor": "nonsense"}) == (400, "invalid_cursor")
    other = Client(express.world, 1).post("/claims/journal")["cursor"]
    assert express.refusal("/claims/journal", {"cursor": other}) == (400, "invalid_cursor")
    assert express.refusal("/claims/journal", {}, limit=1001)[0] == 400


class Receiver:
    """Takes callbacks; the first answers are as given."""

    def __init__(self, statuses: list[int]) -> None:
        self.queries: list[dict[str, list[str]]] = []
        self.statuses = statuses
        self.arrived = threading.Condition()
        self.server = serve(self._app)

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self.arrived:
            self.queries.append(parse_qs(environ["QUERY_STRING"]))
            status = self.statuses.pop(0) if self.statuses else 200
            self.arrived.notify_all()
        start_response(f"{status} X", [])
        return [b""]

    def wait(self, number: int) -> list[dict[str, list[str]]]:
        deadline = time.monotonic() + 30
        with self.arrived:
            while len(self.queries) < number:
                left = deadline - time.monotonic()
                assert left > 0, f"only {len(self.queries)} of {number}"
                self.arrived.wait(left)
            return list(self.queries)


def test_a_callback_is_a_hint_ahead_of_the_answer(express: Client) -> None:
    receiver = Receiver([500])
    try:
        express.set(info_lag=20)
        url = f"{receiver.server.base_url}/hook/secret?"
        claim_id = express.post(
            "/claims/create", express.body(callback_properties={"callback_url": url}), request_id="token-1"
        )["id"]
        assert receiver.wait(1)[0]["claim_id"] == [claim_id]
        journalled(express.world, "webhook.failed", 1)
        express.world.clock.advance(31)
        express.info(claim_id)
        # The repeat, estimating, ready for approval.
        assert len(receiver.wait(4)) >= 4
        express.post("/claims/accept", {"version": 1}, claim_id=claim_id)
        receiver.wait(5)
        assert express.info(claim_id)["status"] == "ready_for_approval"
        express.world.clock.advance(21)
        assert express.info(claim_id)["status"] == "accepted"
        assert express.world.control.get("/yandex_delivery/webhooks")["webhooks"][0]["url"] == url
    finally:
        receiver.server.stop()
