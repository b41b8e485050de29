"""What the contract suite must know of Crane: found through the entry point `waybill.harnesses`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness, Sent, Shape, Where


def _error(code: str, text: str = "no") -> dict[str, Any]:
    return {"error": {"code": code, "text": text}}


class CraneHarness(Harness):
    code = "crane"
    mode = "live"
    credentials: Mapping[str, str] = {"key": "key"}
    wrong_keys = (("key", "another", "call"),)
    create_path = find_path = read_path = many_path = "/orders"
    many_method = "GET"
    cancel_path = "/orders/{id}"
    cancel_method = "DELETE"
    price_path = "/prices"
    others: Mapping[str, Where] = {
        "points": Where("/points", "GET"),
        "papers": Where("/orders/*/label.pdf", "GET"),
        "changes": Where("/orders/*", "PATCH"),
        "address": Where("/towns", "GET"),
        "returns": Where("/returns"),
        "couriers": Where("/visits"),
        "handovers": Where("/days"),
        "feed": Where("/news", "GET"),
        "confirm": Where("/news/*/read"),
    }
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "NEST"},
        "in_transit": {"code": "SKY"},
        "out_for_delivery": {"code": "NEAR"},
        "delivered": {"code": "GIVEN"},
    }
    failed_attempt = ({"code": "NOBODY", "why": "DOOR"}, Incident.NO_ANSWER)
    shapes = (
        Shape("an error", _error("BAD_NAME"), status=422, code="BAD_NAME", names=Field.NAME),
        Shape("an unknown error", _error("FOX"), status=409, code="FOX"),
        Shape("an unknown key", _error("WHO"), "account", 401),
        Shape("nothing", {}, "uncertain", 201),
        Shape("a list", [], "uncertain"),
        Shape("text", "please wait", "uncertain", 200, kind="text/plain"),
        Shape("too many", _error("SLOW"), "unavailable", 429),
    )

    def refused_code(self) -> str:
        return "BAD_NAME"

    def sent(self, state: OrderState) -> Sent:
        row = self.detail(state)
        return Sent(
            cod_minor=row["cash"],
            declared_minor=row["worth"],
            parcels=tuple((box["g"], tuple(box["mm"])) for box in row["boxes"]),
            name=row["name"],
            phone=row["phone"],
            comment=row["note"],
            place=row["point"] or row["to"],
        )
