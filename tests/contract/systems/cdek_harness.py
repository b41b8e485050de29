"""CDEK's emulator behind the face of the contract suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.aftercare import CourierRequest
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from tests.contract.systems.harness import Harness, Sent, Shape, Where


def _accepted(state: str, *errors: tuple[str, str]) -> dict[str, Any]:
    rows = [{"code": code, "message": text} for code, text in errors]
    return {"requests": [{"type": "CREATE", "state": state, "date_time": "2026-11-23T10:00:00+0000", "errors": rows}]}


_EXTRAS = {"TRYING_ON": "fitting", "PART_DELIV": "partial", "NOTIFY_ORDER_DELIVERY": "sms"}


class CdekHarness(Harness):
    code = "cdek"
    create_path = "/v2/orders"
    find_path = "/v2/orders"
    read_path = "/v2/orders/{id}"
    cancel_path = "/v2/orders/{id}"
    cancel_method = "DELETE"
    price_path = "/v2/calculator/*"
    others: Mapping[str, Where] = {
        "points": Where("/v2/deliverypoints", "GET"),
        "papers": Where("/v2/print/*.pdf", "GET"),
        "changes": Where("/v2/orders", "PATCH"),
        "days": Where("/v2/delivery", "POST"),
        "returns": Where("/v2/orders/{id}/clientReturn", "POST"),
        "couriers": Where("/v2/intakes", "POST"),
        "address": Where("/v2/location/*", "GET"),
    }
    settings: Mapping[str, Any] = {"contract": "1", "shipment_point": "MSK5", "sender_company": "ООО Ромашка"}
    credentials: Mapping[str, str] = {"account": "client_id", "secret": "client_secret"}
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "RECEIVED_AT_SHIPMENT_WAREHOUSE"},
        "in_transit": {"code": "SENT_TO_RECIPIENT_CITY"},
        "out_for_delivery": {"code": "TAKEN_BY_COURIER"},
        "delivery_failed": {"code": "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE", "reason_code": "2"},
        "delivered": {"code": "DELIVERED"},
        "not_delivered": {"code": "NOT_DELIVERED"},
    }
    failed_attempt = (moves["delivery_failed"], Incident.NO_ANSWER)
    routes: Mapping[str, Status] = {
        "delivered": Status.DELIVERED,
        "returned": Status.RETURNED,
        "lost": Status.LOST,
        "unknown_code": Status.UNKNOWN,
    }
    token_path = "/v2/oauth/token"
    wrong_keys = (("secret", "wrong", "sign_in"), ("account", "nobody", "sign_in"))
    decides_later = True
    cancelled_is_gone = True
    returns_by_number = False
    #: §2.2: four envelopes, whatever the status.
    shapes = (
        Shape(
            "requests of an accepted answer",
            _accepted("INVALID", ("v2_field_is_empty", "[recipient.name] is empty")),
            status=400,
            code="v2_field_is_empty",
            names=Field.NAME,
        ),
        Shape(
            "requests under 200",
            _accepted("INVALID", ("v2_field_is_empty", "[recipient.name] is empty")),
            code="v2_field_is_empty",
        ),
        Shape(
            "bare errors",
            {"errors": [{"code": "v2_bad_request", "message": "Unrecognized field"}]},
            status=400,
            code="v2_bad_request",
        ),
        Shape("OAuth's", {"error": "invalid_client", "error_description": "Bad credentials"}, "account", 401),
        Shape(
            "the framework's",
            {
                "timestamp": "2026-11-23T10:00:00.000+0000",
                "path": "/v2/orders",
                "status": 500,
                "error": "Internal Server Error",
            },
            "uncertain",
            500,
        ),
        Shape("nothing in it", {}, "uncertain"),
        Shape("plain text", "upstream connect error", "uncertain", 503, kind="text/plain"),
    )

    def prepare(self) -> None:
        self.decide_after(0.0)

    def refused_request(self) -> ShipmentRequest:
        request = self.request("wb-77-1")
        return replace(request, recipient=replace(request.recipient, name="Иванов / Петров"))

    def courier_request(self, state: OrderState, number: str = "wb-c-1") -> CourierRequest:
        """Nobody is sent for an order that is handed in at an office: another one, from a door."""
        sender = {"sender_address": "Москва, ул. Тверская, 7", "sender_name": "Пётр", "sender_phone": "+74950000001"}
        at_door = self.settle(self.open(shipment_point="", **sender).create(self.request(f"{state.number}-door")))
        return super().courier_request(at_door, number)

    def couriers(self, number: str) -> int:
        """The emulator's journal knows them by uuid; each test calls for one."""
        return len(self.world.control.journal(system="cdek", kind="intake.accepted"))

    def returned(self, number: str) -> int:
        return len(self.world.control.journal(system="cdek", kind="order.return_created"))

    def refused_code(self) -> str:
        return "error_validate_receiver_name_incorrect_symbol"

    def key(self, state: OrderState) -> str:
        return state.remote_id

    def no_such_order(self) -> str:
        return "5f0b6a4e-1111-4222-8333-9a9a9a9a9a9a"

    def live(self, number: str) -> int:
        """A second one of the same number is accepted first and found invalid then."""
        self.advance(1)
        rows = self.control("GET", "orders")["orders"]
        return len([row for row in rows if row["number"] == number and row["status"] not in ("INVALID", "REMOVED")])

    def sent(self, state: OrderState) -> Sent:
        entity = self.control("GET", f"orders/{state.remote_id}")["entity"]
        boxes = entity["packages"]
        rows = [row for box in boxes for row in box["items"]]
        # What is more than the goods cost is collected as the delivery's price.
        delivery = entity.get("delivery_recipient_cost", {}).get("value", 0)
        return Sent(
            cod_minor=round((sum(row["payment"]["value"] * row["amount"] for row in rows) + delivery) * 100),
            declared_minor=round(sum(row["cost"] * row["amount"] for row in rows) * 100),
            parcels=tuple(
                (box["weight"], (box["length"] * 10, box["width"] * 10, box["height"] * 10)) for box in boxes
            ),
            name=entity["recipient"]["name"],
            phone=entity["recipient"]["phones"][0]["number"],
            comment=entity.get("comment", ""),
            place=entity.get("delivery_point") or entity["to_location"]["address"],
            extras=tuple(_EXTRAS[each["code"]] for each in entity.get("services", ()) if each["code"] in _EXTRAS),
        )

    def callback_body(self, state: OrderState) -> bytes:
        attributes = {"number": state.number, "code": "CREATED ", "status_date_time": "2026-11-23T10:00:00+0000"}
        return json.dumps({"type": "ORDER_STATUS", "uuid": state.remote_id, "attributes": attributes}).encode()
