"""The emulated Yandex.Delivery's platform API over HTTP: sign-in, quotes, points, orders, edits, cancel, papers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

PREFIX = "/api/b2b/platform"
POINT = "e1139f6d-e34f-47a9-a55f-31f032a861a6"
_BODY: dict[str, Any] = {
    "info": {"operator_request_id": "DEAL-1001-1", "comment": "позвонить за час"},
    "source": {"platform_station": {"platform_id": "fbed3aa1-2cc6-4370-ab4d-59c5cc9bb924"}},
    "destination": {
        "type": "custom_location",
        "custom_location": {"details": {"full_address": "Казань, ул. Баумана, 44", "apartment": "12"}},
    },
    "items": [
        {
            "count": 1, "name": "Кружка", "article": "MUG-1", "place_barcode": "P1",
            "billing_details": {"inn": "7700000000", "nds": 22, "unit_price": 90000, "assessed_unit_price": 90000},
            "physical_dims": {"dx": 10, "dy": 10, "dz": 10},
        }
    ],
    "places": [{"barcode": "P1", "physical_dims": {"weight_gross": 700, "dx": 20, "dy": 15, "dz": 10}}],
    "billing_info": {"payment_method": "already_paid", "delivery_cost": 0},
    "recipient_info": {"first_name": "Мария", "last_name": "Северцева", "phone": "+79000001462"},
    "last_mile_policy": "time_interval",
}  # fmt: skip


class Client:
    """One account of the platform API, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        found = world.system("yandex_delivery").addresses()["yandex_delivery"]
        self.base_url, self.keys = found["base_url"], found["accounts"][index]
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.keys['token']}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.http.request(method, self.base_url + PREFIX + path, json=body, params=query, timeout=10)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.call("POST", path, body, **query)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, body: Any, **query: Any) -> tuple[int, str, str]:
        answer = self.call("POST", path, body, **query)
        return answer.status_code, answer.json()["code"], answer.json()["message"]

    def set(self, **switches: Any) -> None:
        self.world.control.post("/yandex_delivery/settings", switches)

    def body(self, path: str = "", value: Any = None) -> dict[str, Any]:
        """A body that succeeds, with one change by path; None takes the field out."""
        made: Any = copy.deepcopy(_BODY)
        if path:
            place, names = made, path.split(".")
            for name in names[:-1]:
                place = place[int(name)] if name.isdigit() else place[name]
            if value is None:
                del place[names[-1]]
            else:
                place[names[-1]] = value
        return dict(made)

    def to_point(self, point: str = POINT, number: str = "DEAL-2") -> dict[str, Any]:
        made = self.body("destination", {"type": "platform_station", "platform_station": {"platform_id": point}})
        made["info"]["operator_request_id"] = number
        return made | {"last_mile_policy": "self_pickup"}

    def order(self, body: dict[str, Any] | None = None) -> str:
        """An order that was checked."""
        found = self.post("/request/create", body or self.body())
        self.world.clock.advance(6)
        return str(found["request_id"])

    def state(self, request_id: str) -> str:
        return str(self.get("/request/info", request_id=request_id)["state"]["status"])

    def move(self, key: str, code: str) -> None:
        self.world.control.post(f"/yandex_delivery/orders/{key}/status", {"code": code})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["yandex_delivery"]) as found:
        yield found


@pytest.fixture
def yandex(world: World) -> Client:
    world.reset()
    return Client(world)


@pytest.mark.parametrize("header", [None, "Bearer nobody", "y0_platform-acme-2026", "Bearer y0_express-acme-2026"])
def test_a_wrong_token_is_not_signed_in(yandex: Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    url = f"{yandex.base_url}{PREFIX}/location/detect"
    answer = requests.post(url, json={"location": "Казань"}, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_password_change_ends_the_token(yandex: Client) -> None:
    fresh = yandex.world.control.post("/yandex_delivery/tokens/expire")["accounts"][0]["token"]
    assert yandex.call("POST", "/location/detect", {"location": "Казань"}).status_code == 401
    yandex.http.headers["Authorization"] = f"Bearer {fresh}"
    assert yandex.post("/location/detect", {"location": "Казань"})["variants"][0]["geo_id"] == 43


def test_the_other_familys_path_has_no_route(yandex: Client) -> None:
    answer = yandex.http.post(f"{yandex.base_url}/b2b/cargo/integration/v2/claims/info", json={}, timeout=10)
    assert (answer.status_code, answer.json()["message"]) == (404, "No route for URL")


def test_limits_and_blocks(yandex: Client) -> None:
    yandex.set(per_minute=1, retry_after=7)
    yandex.post("/location/detect", {"location": "Самара"})
    answer = yandex.call("POST", "/location/detect", {"location": "Самара"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    yandex.world.clock.advance(61)
    assert yandex.call("POST", "/location/detect", {"location": "Самара"}).status_code == 200
    yandex.set(blocked_html=True)
    answer = yandex.call("POST", "/location/detect", {"location": "Самара"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Самара", [51]),
        ("420111, Республика Татарстан, г. Казань, ул. Баумана, 44", [43]),
        ("Нигдеево, ул. Мира, 1", []),
        ("Киров", [99002, 99003]),
        ("Киров, Калужская область", [99003]),
    ],
)
def test_places_are_detected(yandex: Client, text: str, ids: list[int]) -> None:
    found = yandex.post("/location/detect", {"location": text})["variants"]
    assert [row["geo_id"] for row in found] == ids


def test_a_price_is_a_string_with_its_currency(yandex: Client) -> None:
    question: dict[str, Any] = {
        "source": {"platform_station_id": yandex.keys["station_id"]},
        "destination": {"address": "Казань, ул. Баумана, 44"},
        "tariff": "time_interval",
        "total_weight": 700,
        "total_assessed_price": 90000,
    }
    door = yandex.post("/pricing-calculator", question)
    number, currency = door["pricing_total"].split()
    assert (currency, door["delivery_days"]) == ("RUB", 2)
    assert 150 < float(number) < 400
    cod = yandex.post("/pricing-calculator", question | {"client_price": 90000, "payment_method": "card_on_receipt"})
    # 1.9 % of 900 rubles.
    assert round(float(cod["pricing_total"].split()[0]) - float(number), 2) == 17.1
    heavy = question | {"total_weight": 200_001}
    assert yandex.refusal("/pricing-calculator", heavy)[0::2] == (404, "No delivery options")
    assert yandex.refusal("/pricing-calculator", question | {"total_weight": "700"})[0] == 400
    both = question | {"destination": {"address": "Казань, 1", "platform_station_id": POINT}}
    assert yandex.refusal("/pricing-calculator", both)[0] == 400


def test_points_are_filtered(yandex: Client) -> None:
    every = yandex.post("/pickup-points/list", {})["points"]
    kazan = yandex.post("/pickup-points/list", {"geo_id": 43})["points"]
    box = {"latitude": {"from": 55.6, "to": 55.9}, "longitude": {"from": 48.9, "to": 49.4}}
    assert len(every) == 431
    assert {row["id"] for row in kazan} == {row["id"] for row in yandex.post("/pickup-points/list", box)["points"]}
    lockers = yandex.post("/pickup-points/list", {"geo_id": 43, "type": "terminal"})["points"]
    assert len(lockers) == 4 and all(row["payment_methods"] == ["already_paid"] for row in lockers)
    assert yandex.refusal("/pickup-points/list", {"type": "warehouse"})[0] == 400
    own = yandex.post("/pickup-points/list", {"geo_id": 213, "type": "warehouse", "available_for_dropoff": True})
    assert [row["type"] for row in own["points"]] == ["warehouse"] * 4
    one = yandex.post("/pickup-points/list", {"pickup_point_ids": [POINT]})["points"]
    assert [row["address"]["full_address"] for row in one] == ["Москва, Ленинградский проспект, 27"]


def test_points_may_be_many_broken_and_strange(yandex: Client) -> None:
    yandex.set(broken_points=3, extra_points=2000, unknown_fields=True)
    every = yandex.post("/pickup-points/list", {})["points"]
    assert len(every) == 3 + 431 + 2000
    assert all("sandbox_unknown_field" in row for row in every)
    assert len({row["id"] for row in every[3:]}) == 2431
    some = yandex.post("/pickup-points/list", {"geo_id": 43})["points"]
    ids = {row["id"] for row in every[3:] if row["address"]["geoId"] == 43}
    assert {row["id"] for row in some} == ids
    extra = next(row for row in some if row["id"].startswith("ee77"))
    assert yandex.order(yandex.to_point(extra["id"]))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("info.operator_request_id", None, "Missing required field 'info.operator_request_id'"),
        ("items.0.place_barcode", None, "Missing required field 'items[0].place_barcode'"),
        ("items.0.place_barcode", "P2", "There are items with no place"),
        ("items.0.billing_details.unit_price", 900.0, "must be an integer"),
        ("items.0.billing_details.unit_price", "90000", "must be an integer"),
        ("items.0.billing_details.assessed_unit_price", 1, "Inconsistency billing details"),
        ("items.0.billing_details.nds", 18, "must be one of"),
        ("items.0.count", 0, "at least 1"),
        ("places.0.physical_dims.weight_gross", 0.7, "must be an integer"),
        ("places.0.physical_dims.dx", None, "Missing required field 'places[0].physical_dims.dx'"),
        ("places", [], "Missing required field 'places[0]'"),
        ("billing_info", None, "Missing required field 'billing_info'"),
        ("billing_info.payment_method", "cash", "must be one of"),
        ("recipient_info.phone", "89000001462", "must be a phone number"),
        ("recipient_info.first_name", None, "Missing required field 'recipient_info.first_name'"),
        ("last_mile_policy", "door", "must be one of"),
        ("last_mile_policy", "self_pickup", "No delivery options for interval"),
        ("destination.type", "address", "must be one of"),
        ("destination.custom_location.details.full_address", "Казань, ул. Баумана", "Missing some required address"),
        ("destination.custom_location.details.full_address", "Нигдеево, 1", "Missing some required address"),
        ("source.platform_station.platform_id", "nobody", "Not found station by station_id"),
        ("particular_items_refuse", True, "Particular items refuse is not allowed for courier delivery"),
        ("items.0.fitting", True, "Fitting of items is not available for courier delivery"),
        ("billing_info.payment_method", "postpay", "Payment on delivery option is not available for courier"),
        ("places.0.physical_dims.dx", 301, "No delivery options for interval"),
    ],
)  # fmt: skip
def test_an_order_is_read_strictly(yandex: Client, path: str, value: Any, words: str) -> None:
    made = yandex.body(path, value)
    status, _, message = yandex.refusal("/offers/create", made)
    assert (status, words in message) == (400, True), message
    assert yandex.refusal("/request/create", made)[2] == message
    assert not yandex.world.journal.find(kind="order.accepted")


def test_the_other_editions_words_and_the_wild_shapes(yandex: Client) -> None:
    bad = yandex.body("destination.custom_location.details.full_address", "Нигдеево")
    yandex.set(address_words="parse")
    assert yandex.refusal("/offers/create", bad)[2] == "Cannot parse destination info"
    shapes: dict[str, Callable[[Any], str]] = {
        "error": lambda row: row["error"],
        "error_object": lambda row: row["error"]["message"],
        "error_details": lambda row: row["error_details"]["request"][0],
        "details_list": lambda row: row["error_details"][0],
        "debug_message": lambda row: row["details"]["debug_message"],
    }
    for shape, read in shapes.items():
        yandex.set(error_shape=shape)
        assert read(yandex.call("POST", "/offers/create", bad).json()) == "Cannot parse destination info"


def test_an_offer_lives_ten_minutes_and_once(yandex: Client) -> None:
    offers = yandex.post("/offers/create", yandex.body())["offers"]
    assert len(offers) == 10
    details = offers[0]["offer_details"]
    assert details["pricing_commission_on_delivery_payment"] == "1.9%"
    assert details["pricing_total"].endswith(" RUB")
    assert details["delivery_interval"]["min"].endswith(":00:00.000000Z")
    assert yandex.call("GET", "/request/info", request_code="DEAL-1001-1").status_code == 404
    made = yandex.post("/offers/confirm", {"offer_id": offers[3]["offer_id"]})
    assert made["request_id"].endswith("-udp")
    assert yandex.refusal("/offers/confirm", {"offer_id": offers[3]["offer_id"]})[1] == "offer_already_used"
    duplicate = f"There already was request with such code within this employer, request_id {made['request_id']}"
    assert yandex.refusal("/offers/confirm", {"offer_id": offers[4]["offer_id"]}) == (400, "bad_request", duplicate)
    assert yandex.refusal("/offers/create", yandex.body()) == (400, "bad_request", duplicate)
    late = yandex.post("/offers/create", yandex.to_point())["offers"][0]["offer_id"]
    yandex.world.clock.advance(601)
    assert yandex.refusal("/offers/confirm", {"offer_id": late})[1] == "offer_expired"
    assert yandex.refusal("/offers/confirm", {})[2] == "Missing required field 'offer_id'"


def test_the_window_must_be_one_of_the_offered(yandex: Client) -> None:
    question = {
        "source": {"platform_station_id": yandex.keys["station_id"]},
        "destination": {"address": "Казань, ул. Баумана, 44"},
        "places": [{"physical_dims": {"weight_gross": 700, "dx": 20, "dy": 15, "dz": 10}}],
    }
    windows = yandex.post("/offers/info", question)["offers"]
    assert windows[0].keys() == {"from", "to"}
    yandex.set(interval_required=True)
    assert "interval_utc" in yandex.refusal("/offers/create", yandex.body())[2]
    made = yandex.post("/offers/create", yandex.body("destination.interval_utc", windows[2]))["offers"]
    assert [row["offer_details"]["delivery_interval"]["min"] for row in made] == [windows[2]["from"]]
    wrong = {"from": windows[2]["from"], "to": windows[3]["to"]}
    assert yandex.refusal("/offers/create", yandex.body("destination.interval_utc", wrong))[1] == "no_delivery_options"
    to_point = {
        "source": question["source"],
        "destination": {"platform_station_id": POINT},
        "places": question["places"],
    }
    assert yandex.refusal("/offers/info", to_point)[1] == "no_delivery_options"
    assert len(yandex.post("/offers/info", to_point, last_mile_policy="self_pickup", send_unix="true")["offers"]) == 5


def test_an_order_is_checked_then_found_by_our_number(yandex: Client) -> None:
    request_id = yandex.post("/request/create", yandex.body())["request_id"]
    assert yandex.state(request_id) == "VALIDATING"
    assert yandex.refusal("/request/generate-labels", {"request_ids": [request_id]})[0] == 404
    yandex.world.clock.advance(6)
    found = yandex.get("/request/info", request_code="DEAL-1001-1")
    assert (found["request_id"], found["state"]["status"]) == (request_id, "CREATED")
    assert "pricing" not in str(found) and found["full_items_price"] == 90000
    assert found["request"]["available_actions"]["update_address_available"] is True
    other = Client(yandex.world, 1)
    assert other.call("GET", "/request/info", request_id=request_id).json()["code"] == "customer_order_not_found"
    assert other.call("GET", "/request/info", request_code="DEAL-1001-1").status_code == 404
    row = yandex.world.journal.find(kind="order.accepted")[0]
    assert (row.key, row.data["recipient"], row.data["weight"]) == ("DEAL-1001-1", "Мария Северцева", 700)


def test_the_carrier_may_not_take_it(yandex: Client) -> None:
    override = {"match": {"recipient": "*Северцева"}, "errors": ["VALIDATING_ERROR", "нет графика"]}
    yandex.world.control.post("/yandex_delivery/overrides", override)
    request_id = yandex.order()
    state = yandex.get("/request/info", request_id=request_id)["state"]
    assert (state["status"], state["description"]) == ("VALIDATING_ERROR", "нет графика")
    forced = {
        "match": {"number": "DEAL-2"},
        "errors": [{"status": 404, "code": "x", "message": "No dropoff available"}],
    }
    yandex.world.control.post("/yandex_delivery/overrides", forced)
    assert yandex.refusal("/offers/create", yandex.to_point()) == (404, "x", "No dropoff available")
    broke = Client(yandex.world, 2)
    body = broke.body("source.platform_station.platform_id", broke.keys["station_id"])
    assert broke.refusal("/offers/create", body)[2] == "No dropoff available"


def test_points_that_do_not_suit(yandex: Client) -> None:
    rows = yandex.post("/pickup-points/list", {"geo_id": 213})["points"]
    locker = next(row["id"] for row in rows if row["type"] == "terminal")
    warehouse = next(row["id"] for row in rows if row["type"] == "warehouse")
    cod = yandex.to_point(locker) | {"billing_info": {"payment_method": "card_on_receipt"}}
    assert yandex.refusal("/offers/create", cod)[2] == "Pickup point doesn't accept payment on delivery"
    big = yandex.to_point(locker) | {
        "places": [{"barcode": "P1", "physical_dims": {"weight_gross": 700, "dx": 41, "dy": 15, "dz": 10}}]
    }
    assert yandex.refusal("/offers/create", big)[1] == "no_delivery_options"
    assert yandex.refusal("/offers/create", yandex.to_point(warehouse))[0] == 400
    yandex.world.control.post(f"/yandex_delivery/points/{POINT}", {"open": False})
    assert yandex.refusal("/offers/create", yandex.to_point())[2].startswith("Сant calc routes because destination")
    assert POINT not in {row["id"] for row in yandex.post("/pickup-points/list", {"geo_id": 213})["points"]}


def test_an_order_walks_to_the_end(yandex: Client) -> None:
    yandex.set(auto_route=True, step_seconds=10)
    request_id = yandex.order(yandex.to_point())
    yandex.world.clock.advance(200)
    history = yandex.get("/request/history", request_id=request_id)["state_history"]
    codes = [row["status"] for row in history]
    assert codes[:3] == ["DRAFT", "VALIDATING", "CREATED"] and codes[-1] == "FINISHED"
    assert codes.count("DELIVERY_PROCESSING_STARTED") == 3 and "DELIVERY_TRACK_RECIEVED" in codes
    assert [row["timestamp"] for row in history] == sorted(row["timestamp"] for row in history)
    assert codes.index("SORTING_CENTER_AT_START") < codes.index("DELIVERY_ARRIVED_PICKUP_POINT")
    found = yandex.post("/requests/info", {"request_ids": [request_id, "nobody"]})["requests"]
    assert [row["state"]["status"] for row in found] == ["FINISHED"]
    assert found[0]["self_pickup_node_code"]["code"].isdigit()
    assert not any(found[0]["request"]["available_actions"].values())
    ended = yandex.post("/request/cancel", {"request_id": request_id})
    assert (ended["status"], ended["reason"]) == ("ERROR", "cancel_not_available")


@pytest.mark.parametrize(
    ("route", "last", "reason"),
    [("lost", "CANCELLED", "ORDER_WAS_LOST"), ("returned", "RETURN_RETURNED", ""),
     ("late_draft", "RETURN_RETURNED", ""),
     ("cancelled", "CANCELLED", "DELIVERY_PROBLEMS"), ("unknown_code", "DELIVERY_TELEPORTED", ""),
     ("partial", "RETURN_RETURNED", ""), ("unclaimed", "RETURN_RETURNED", ""), ("stay", "CREATED", "")],
)  # fmt: skip
def test_routes(yandex: Client, route: str, last: str, reason: str) -> None:
    yandex.set(step_seconds=10)
    yandex.world.control.post("/yandex_delivery/overrides", {"match": {"number": "DEAL*"}, "route": route})
    request_id = yandex.order()
    yandex.world.clock.advance(400)
    state = yandex.get("/request/info", request_id=request_id)["state"]
    assert (state["status"], state.get("reason", "")) == (last, reason)


def test_a_cancel_is_started_then_done(yandex: Client) -> None:
    request_id = yandex.order()
    assert yandex.post("/request/cancel", {"request_id": request_id})["status"] == "CREATED"
    assert yandex.state(request_id) == "CREATED"
    yandex.world.clock.advance(6)
    assert yandex.get("/request/info", request_id=request_id)["state"]["reason"] == "SHOP_CANCELLED"
    assert yandex.post("/request/cancel", {"request_id": request_id})["reason"] == "already_cancelled"
    assert "There already was" in yandex.refusal("/request/create", yandex.body())[2]
    assert yandex.refusal("/request/cancel", {"request_id": "nobody"})[0] == 404


def test_edits_are_gated_and_exclude_each_other(yandex: Client) -> None:
    request_id = yandex.order()
    who = {"first_name": "Анна", "phone": "+79000001463"}
    yandex.post("/request/edit", {"request_id": request_id, "recipient_info": who})
    again = yandex.refusal("/request/edit", {"request_id": request_id, "recipient_info": who})
    assert again == (409, "conflict", "Another editing request with conflict data execution")
    yandex.world.clock.advance(4)
    found = yandex.get("/request/info", request_id=request_id)
    assert found["request"]["recipient_info"]["first_name"] == "Анна"
    assert found["state"]["status"] == "DELIVERY_UPDATED_BY_SHOP"
    place = {"type": "custom_location", "custom_location": {"details": {"full_address": "Казань, ул. Мира, 2"}}}
    options = yandex.post(
        "/request/redelivery_options",
        {"request_id": request_id, "destination": place, "last_mile_policy": "time_interval"},
    )["options"]
    yandex.post("/request/edit", {"request_id": request_id, "destination": place | {"interval_utc": options[1]}})
    yandex.world.clock.advance(4)
    destination = yandex.get("/request/info", request_id=request_id)["request"]["destination"]
    assert destination["interval_utc"] == options[1]
    yandex.move(request_id, "DELIVERY_AT_START")
    late = yandex.refusal("/request/edit", {"request_id": request_id, "recipient_info": who})
    assert late[:2] == (400, "edit_not_available")
    assert yandex.post("/request/datetime_options", {"request_id": request_id})["options"]


def test_boxes_and_goods_are_edited_later(yandex: Client) -> None:
    body = yandex.body("items.0.count", 3)
    request_id = yandex.order(body)
    removal = {"request_id": request_id, "items_to_remove": [{"item_barcode": "MUG-1", "remaining_count": 2}]}
    answer = yandex.call("POST", "/request/items/remove", removal)
    task = answer.json()["editing_task_id"]
    assert answer.status_code == 202
    assert yandex.post("/request/edit/status", editing_task_id=task)["status"] == "pending"
    yandex.world.clock.advance(4)
    assert yandex.post("/request/edit/status", editing_task_id=task)["status"] == "success"
    assert yandex.get("/request/info", request_id=request_id)["request"]["items"][0]["count"] == 2
    places = [{"barcode": "P1", "physical_dims": {"weight_gross": 900, "dx": 20, "dy": 15, "dz": 10}}]
    assert yandex.post("/request/places/edit", {"request_id": request_id, "places": places})["editing_task_id"]


def test_papers_are_real(yandex: Client) -> None:
    request_id = yandex.order()
    answer = yandex.call("POST", "/request/generate-labels", {"request_ids": [request_id], "generate_type": "one"})
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    act = yandex.call("POST", "/request/get-handover-act", new_requests="true")
    assert act.content[:5] == b"%PDF-"
    assert yandex.refusal("/request/get-handover-act", None)[0] == 400
    assert yandex.world.journal.find(kind="label.made", key="DEAL-1001-1")
    actual = yandex.get("/request/actual_info", request_id=request_id)
    assert actual["delivery_interval"] == {"from": "10:00+03:00", "to": "18:00+03:00"}


def test_the_past_comes_back(yandex: Client) -> None:
    yandex.state(yandex.order())
    back = yandex.world.remember()
    yandex.order(yandex.to_point())
    back()
    assert yandex.get("/request/info", request_code="DEAL-1001-1")["state"]["status"] == "CREATED"
    assert yandex.call("GET", "/request/info", request_code="DEAL-2").status_code == 404
