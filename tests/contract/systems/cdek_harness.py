"""CDEK's emulator behind the face of the contract suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from tests.contract.systems.harness import Harness

MOVES = {
    "accepted_at_warehouse": "RECEIVED_AT_SHIPMENT_WAREHOUSE",
    "in_transit": "SENT_TO_RECIPIENT_CITY",
    "out_for_delivery": "TAKEN_BY_COURIER",
    "delivery_failed": "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE",
    "delivered": "DELIVERED",
    "not_delivered": "NOT_DELIVERED",
}


class CdekHarness(Harness):
    code = "cdek"
    create_path = "/v2/orders"
    settings: Mapping[str, Any] = {"contract": "1", "shipment_point": "MSK5", "sender_company": "ООО Ромашка"}

    def base_url(self) -> str:
        return str(self.world.addresses["cdek"]["base_url"])

    def prepare(self) -> None:
        account = self.world.addresses["cdek"]["accounts"][0]
        self.settings = {**self.settings, "account": account["client_id"], "secret": account["client_secret"]}
        self.decide_after(0.1)

    def refused_request(self) -> ShipmentRequest:
        request = self.request("wb-77-1")
        return replace(request, recipient=replace(request.recipient, name="Иванов / Петров"))

    def refused_code(self) -> str:
        return "error_validate_receiver_name_incorrect_symbol"

    def decide_after(self, seconds: float) -> None:
        self.switch(decision_min=seconds, decision_max=seconds)

    def switch(self, **switches: object) -> None:
        self.world.control.post("/cdek/settings", switches)

    def move(self, state: OrderState, status: str) -> None:
        self.world.control.post(f"/cdek/orders/{state.remote_id}/status", {"code": MOVES[status], "reason_code": "2"}
                                if status == "delivery_failed" else {"code": MOVES[status]})  # fmt: skip

    def expire_tokens(self) -> None:
        self.world.control.post("/cdek/tokens/expire")

    def unknown_fields(self) -> None:
        self.switch(unknown_fields=True)

    def callback_body(self, state: OrderState) -> bytes:
        attributes = {"number": state.number, "code": "CREATED ", "status_date_time": "2026-11-23T10:00:00+0000"}
        return json.dumps({"type": "ORDER_STATUS", "uuid": state.remote_id, "attributes": attributes}).encode()

    def accepted(self, number: str) -> int:
        return len(self.world.control.journal(system="cdek", kind="order.accepted", key=number))

    def subscriptions(self) -> list[str]:
        return [row["url"] for row in self.world.control.get("/cdek/webhooks")["webhooks"]]
