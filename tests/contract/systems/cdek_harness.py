"""CDEK's emulator behind the face of the contract suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness


class CdekHarness(Harness):
    code = "cdek"
    create_path = "/v2/orders"
    find_path = "/v2/orders"
    read_path = "/v2/orders/{id}"
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
    token_path = "/v2/oauth/token"
    wrong_keys = (("secret", "wrong", "sign_in"),)
    decides_later = True
    cancelled_is_gone = True

    def prepare(self) -> None:
        self.decide_after(0.1)

    def refused_request(self) -> ShipmentRequest:
        request = self.request("wb-77-1")
        return replace(request, recipient=replace(request.recipient, name="Иванов / Петров"))

    def refused_code(self) -> str:
        return "error_validate_receiver_name_incorrect_symbol"

    def step(self, state: OrderState, step: Mapping[str, Any]) -> None:
        self.control("POST", f"orders/{state.remote_id}/status", step)

    def callback_body(self, state: OrderState) -> bytes:
        attributes = {"number": state.number, "code": "CREATED ", "status_date_time": "2026-11-23T10:00:00+0000"}
        return json.dumps({"type": "ORDER_STATUS", "uuid": state.remote_id, "attributes": attributes}).encode()
