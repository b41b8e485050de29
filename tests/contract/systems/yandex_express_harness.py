"""Yandex.Delivery's other service, express claims, through the stories that orders have: an API of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.systems.yandex_delivery import express
from tests.contract.systems.harness import Sent, Shape, Where
from tests.contract.systems.yandex_delivery_harness import YandexHarness

CARGO = "/b2b/cargo/integration/v2"


class YandexExpressHarness(YandexHarness):
    name = "yandex_express"
    #: Points, papers, keys and prices are told with the other service.
    stories = ("orders", "following", "tracking", "feeds", "cancels")
    create_path = f"{CARGO}/claims/accept"
    create_steps = (Where(f"{CARGO}/claims/create"), Where(create_path))
    find_method = read_method = "POST"
    find_path = f"{CARGO}/claims/search"
    read_path = f"{CARGO}/claims/info"
    many_path = f"{CARGO}/claims/bulk_info"
    cancel_path = f"{CARGO}/claims/cancel"
    others: Mapping[str, Where] = {"feed": Where(f"{CARGO}/claims/journal")}
    moves: Mapping[str, Mapping[str, Any]] = {
        "in_transit": {"code": "pickuped"},
        "out_for_delivery": {"code": "delivery_arrived"},
        "delivered": {"code": "delivered_finish"},
    }
    routes: Mapping[str, Status] = {
        "delivered": Status.DELIVERED,
        "returned": Status.RETURNED,
        "cancelled": Status.CANCELLED,
        "lost": Status.REJECTED,
        "unknown_code": Status.UNKNOWN,
    }
    failed_attempt = None
    too_late = "in_transit"
    decides_later = False
    feed_tells = True
    takes_cod = False
    gives_extras = False
    shapes = (
        Shape("code and message", {"code": "bad_request", "message": "no"}, status=400, code="bad_request"),
        Shape("the token", {"code": "unauthorized", "message": "Not authorized request"}, "account", 401),
        Shape("nothing in it", {}, "uncertain"),
        Shape("plain text", "upstream connect error", "uncertain", 503, kind="text/plain"),
    )

    def prepare(self) -> None:
        super().prepare()
        self._pauses, express.PAUSES_S = express.PAUSES_S, (0.02,) * 6

    def close(self) -> None:
        express.PAUSES_S = self._pauses
        super().close()

    def service(self) -> str:
        return "express"

    def refuse(self, request: ShipmentRequest) -> None:
        errors = {"match": {"number": request.number}, "errors": [self.refused_code()]}
        self.control("POST", "overrides", errors)

    def refused_code(self) -> str:
        return "invalid_point_phone"

    def refused_field(self) -> Field:
        return Field.PHONE

    def no_such_order(self) -> str:
        return f"express:{'0' * 32}"

    def key(self, state: OrderState) -> str:
        return state.remote_id.removeprefix("express:")

    def accepted(self, number: str) -> int:
        """Couriers that were ordered."""
        return self._journal("claim.accepted", number)

    def events(self, state: OrderState) -> tuple[TrackingEvent, ...]:
        """The journal tells the whole way, an answer the newest part of it."""
        told = [
            each
            for each in self.port.pull("", lambda: [state.tracking_number]).states
            if each.remote_id == state.remote_id
        ]
        return tuple(event for each in told for event in each.events)

    def sent(self, state: OrderState) -> Sent:
        claim = self.detail(state)["whole"]
        target, boxes = claim["route_points"][1], claim["items"]
        flat = f", кв. {target['address']['sflat']}" if target["address"].get("sflat") else ""
        return Sent(
            declared_minor=round(sum(float(box["cost_value"]) for box in boxes) * 100),
            parcels=tuple((round(box["weight"] * 1000), _sides(box["size"])) for box in boxes),
            name=target["contact"]["name"],
            phone=target["contact"]["phone"],
            place=f"{target['address']['fullname']}{flat}",
        )


def _sides(size: Mapping[str, float]) -> tuple[int, int, int]:
    length, width, height = (round(size[name] * 1000) for name in ("length", "width", "height"))
    return length, width, height
