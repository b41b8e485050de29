"""Yandex.Delivery's emulator behind the face of the contract suite: its other-day service. What express promises is in
`test_yandex_delivery.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from b24app.systems.yandex_delivery import parcels
from tests.contract.systems.harness import Harness, Sent, Shape, Where

T = TypeVar("T")
PLATFORM = "/api/b2b/platform"
_NO_ADDRESS = "Missing some required address details: country, house, city, region"


class YandexHarness(Harness):
    code = "yandex_delivery"
    create_path = f"{PLATFORM}/offers/confirm"
    create_steps = (Where(f"{PLATFORM}/offers/create"), Where(create_path))
    find_path = f"{PLATFORM}/request/info"
    read_path = f"{PLATFORM}/request/info"
    many_path = f"{PLATFORM}/requests/info"
    price_path = f"{PLATFORM}/pricing-calculator"
    cancel_path = f"{PLATFORM}/request/cancel"
    others: Mapping[str, Where] = {
        "points": Where(f"{PLATFORM}/pickup-points/list"),
        "papers": Where(f"{PLATFORM}/request/generate-labels"),
        "changes": Where(f"{PLATFORM}/request/edit"),
        "days": Where(f"{PLATFORM}/request/edit"),
        "address": Where(f"{PLATFORM}/location/detect"),
        "feed": Where("/b2b/cargo/integration/v2/claims/journal"),
    }
    settings: Mapping[str, Any] = {
        "sender_address": "Казань, ул. Кремлёвская, 18",
        "sender_name": "Олег Ромашкин",
        "sender_phone": "+79000001400",
        "sender_email": "shop@example.com",
    }
    credentials: Mapping[str, str] = {"token": "token", "express_token": "express_token", "station": "station_id"}
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "SORTING_CENTER_AT_START"},
        "in_transit": {"code": "SORTING_CENTER_TRANSMITTED"},
        "out_for_delivery": {"code": "DELIVERY_TRANSPORTATION_RECIPIENT"},
        "delivered": {"code": "DELIVERY_DELIVERED"},
    }
    failed_attempt: tuple[Mapping[str, Any], Incident] | None = ({"code": "DELIVERY_ATTEMPT_FAILED"}, Incident.OTHER)
    wrong_keys = (
        ("token", "wrong", "sign_in"),
        ("express_token", "wrong", "sign_in"),
        ("station", "nobody", "call"),
    )
    decides_later = True
    # §A3: `location/detect` says whether a place is known; an order says so by itself.
    knows_cities = False
    # §A7: the recipient's page has an id of its own.
    has_tracking_page = False
    feed_tells = False
    bulk_tells_history = False
    #: §A12: the documented shape and those met in the field.
    shapes: tuple[Shape, ...] = (
        Shape("code and message", {"code": "bad_request", "message": _NO_ADDRESS}, status=400, code="bad_request",
              names=Field.ADDRESS),
        Shape("the other edition", {"code": "bad_request", "message": "Cannot parse destination info"}, status=400,
              names=Field.ADDRESS),
        Shape("error as a text", {"error": "No dropoff available"}, status=404, names=Field.SENDER),
        Shape("error as an object", {"error": {"message": "Bad", "details": ["Dimensions should not exceed limit"]}},
              status=404, names=Field.SIZE),
        Shape("details by field", {"code": "x", "message": "Invalid", "error_details": {"a": [_NO_ADDRESS]}},
              status=400, code="x", names=Field.ADDRESS),
        Shape("details as a list", {"code": "x", "message": "Invalid", "error_details": [_NO_ADDRESS]}, status=400,
              names=Field.ADDRESS),
        Shape("details as a text", {"code": "x", "message": "Invalid", "error_details": _NO_ADDRESS}, status=400,
              names=Field.ADDRESS),
        Shape("a debug message", {"code": "x", "details": {"debug_message": _NO_ADDRESS}}, status=400, code="x",
              names=Field.ADDRESS),
        Shape("a closed point", {"code": "bad_request", "message": "Сant calc routes because destination station is "
              "disabled"}, status=400, names=Field.POINT),
        Shape("no slot", {"code": "no_delivery_options", "message": "No delivery options for interval"}, status=400,
              code="no_delivery_options", names=Field.SERVICE),
        Shape("nobody's words", {"code": "brand_new", "message": "?"}, status=400, code="brand_new",
              names=Field.ORDER),
        Shape("an offer that ran out", {"code": "offer_expired", "message": "Offer expired"}, "unavailable", 400),
        Shape("the token", {"code": "unauthorized", "message": "Not authorized request"}, "account", 401,
              "unauthorized"),
        Shape("a block", "<html>Доступ ограничен</html>", "unavailable", 403, kind="text/html"),
        Shape("nothing in it", {}, "uncertain"),
        Shape("plain text", "upstream connect error", "uncertain", 503, kind="text/plain"),
    )  # fmt: skip

    def prepare(self) -> None:
        self.decide_after(0.0)
        self.switch(edit_seconds=0.0)
        self._looks, parcels._EDIT_PAUSES_S = parcels._EDIT_PAUSES_S, (0.02,) * 5

    def close(self) -> None:
        parcels._EDIT_PAUSES_S = self._looks
        super().close()

    def wait_for(self, read: Callable[[], T], good: Callable[[T], bool], within: float = 8.0) -> T:
        """Their time is the emulator's: nobody has to wait for it."""
        for _ in range(8):
            state = read()
            if good(state):
                return state
            self.advance(within)
        return read()

    def refuse(self, request: ShipmentRequest) -> None:
        words = "Field 'recipient_info.phone' must be a phone number"
        error = {"status": 400, "code": self.refused_code(), "message": words}
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": [error]})

    def refused_code(self) -> str:
        return "bad_request"

    def refused_field(self) -> Field:
        return Field.PHONE

    def no_such_order(self) -> str:
        return "00000000000000000000000000000000-udp"

    def live(self, number: str) -> int:
        dead = ("VALIDATING_ERROR", "CANCELLED", "cancelled", "failed", "estimating_failed", "new", "estimating",
                "ready_for_approval")  # fmt: skip
        rows = self.control("GET", "orders")["orders"]
        return len([row for row in rows if row["number"] == number and row["status"] not in dead])

    def sent(self, state: OrderState) -> Sent:
        body = self.detail(state)["whole"]["request"]
        who, dims = body["recipient_info"], [place["physical_dims"] for place in body["places"]]
        billing, items = body["billing_info"], body["items"]
        paid = sum(item["count"] * item["billing_details"]["unit_price"] for item in items) + billing["delivery_cost"]
        worth = sum(item["count"] * item["billing_details"]["assessed_unit_price"] for item in items)
        point = body["destination"].get("platform_station", {}).get("platform_id")
        place = body["destination"].get("custom_location", {}).get("details", {})
        flat = f", кв. {place['apartment']}" if place.get("apartment") else ""
        return Sent(
            cod_minor=0 if billing["payment_method"] == "already_paid" else paid,
            declared_minor=worth,
            parcels=tuple((each["weight_gross"], (each["dx"] * 10, each["dz"] * 10, each["dy"] * 10)) for each in dims),
            name=f"{who['first_name']} {who['last_name']}",
            phone=who["phone"],
            comment=body["info"].get("comment", ""),
            place=point or f"{place['full_address']}{flat}",
            extras=(
                *(["fitting"] if all(item.get("fitting") for item in items) else []),
                *(["partial"] if body.get("particular_items_refuse") else []),
            ),
        )
