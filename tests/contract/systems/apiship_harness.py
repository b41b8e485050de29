"""ApiShip's emulator behind the face of the contract suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.points import PickupPoint
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness, Sent, Shape, Where


def _error(code: str, *fields: tuple[str, str], message: str = "Ошибка валидации") -> dict[str, Any]:
    rows = [{"field": field, "message": text} for field, text in fields]
    return {"code": code, "message": message, "errors": rows}


class ApiShipHarness(Harness):
    code = "apiship"
    create_path = "/v1/orders"
    find_path = "/v1/orders/status"
    read_path = "/v1/orders/{id}"
    many_path = "/v1/orders/statuses"
    price_path = "/v1/calculator"
    cancel_path = "/v1/orders/{id}/cancel"
    cancel_method = "GET"
    token_path = "/v1/users/login"
    settings: Mapping[str, Any] = {
        "drop_points": "1001, 1002",
        "sender_address": "Москва, ул. Ленина, 1",
        "sender_company": "ООО Ромашка",
        "sender_phone": "+79000000001",
    }
    credentials: Mapping[str, str] = {"login": "login", "password": "password"}
    wrong_keys = (("password", "wrong", "sign_in"), ("login", "nobody", "sign_in"))
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "onPointIn"},
        "in_transit": {"code": "onWay"},
        "out_for_delivery": {"code": "delivering"},
        "ready_for_pickup": {"code": "readyForRecipient"},
        "delivered": {"code": "delivered"},
    }
    others: Mapping[str, Where] = {
        "points": Where("/v1/lists/points", "GET"),
        "papers": Where("/file/get", "GET"),
        "changes": Where("/v1/orders/{id}", "PUT"),
        "returns": Where("/v1/orders/return"),
        "feed": Where("/v1/orders/statuses/history/date/*", "GET"),
    }
    failed_attempt = ({"code": "returnedFromDelivery"}, Incident.OTHER)
    decides_later = True
    bulk_tells_history = False
    #: §7: one shape, whose fields may be missing; an unknown code is kept.
    shapes = (
        Shape(
            "fields",
            _error("040002", ("recipient.phone", "Некорректный формат"), ("recipient.city", "Не найден")),
            status=400,
            code="recipient.phone",
            names=Field.PHONE,
        ),
        Shape("a code alone", {"code": "040005", "message": "Нет параметров"}, status=400, code="040005",
              names=Field.SERVICE),
        Shape("of the carrier", _error("040088", ("recipient.addressString", "Дом не найден")), status=400,
              names=Field.ADDRESS),
        Shape("unknown code", {"code": "040999", "message": "Что-то новое"}, status=400, code="040999"),
        Shape("a message alone", {"message": "Not allowed"}, status=405, code="http_405"),
        Shape("wrong key", {"code": "040101", "message": "Некорректный ключ безопасности"}, "account", 401, "040101"),
        Shape("no rights", {"code": "040308", "message": "Недостаточно прав"}, "account", 403, "040308"),
        Shape("their own error", {"message": "Internal Server Error"}, "uncertain", 500),
        Shape("nothing in it", {}, "uncertain"),
        Shape("a proxy's page", "<html>busy</html>", "uncertain", 200, kind="text/html"),
    )  # fmt: skip

    def prepare(self) -> None:
        self.decide_after(0.0)

    def serves(self, point: PickupPoint, extras: tuple[str, ...] = ()) -> bool:
        return super().serves(point, extras) and point.name.startswith("СДЭК")

    def refuse(self, request: ShipmentRequest) -> None:
        error = {"errorCode": "300", "field": "recipient.contactName", "message": "Недопустимые символы"}
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": [error]})

    def refused_code(self) -> str:
        return "300"

    def live(self, number: str) -> int:
        rows = self.control("GET", "orders")["orders"]
        mine = [row for row in rows if row["number"] == number and row["live"]]
        return len([row for row in mine if row["status"] != "uploadingError"])

    def sent(self, state: OrderState) -> Sent:
        body = self.detail(state)["body"]
        cost, recipient = body["cost"], body["recipient"]
        return Sent(
            cod_minor=round(cost["codCost"] * 100),
            declared_minor=round(cost["assessedCost"] * 100),
            parcels=tuple(
                (box["weight"], (box["length"] * 10, box["width"] * 10, box["height"] * 10)) for box in body["places"]
            ),
            name=recipient["contactName"],
            phone=recipient["phone"],
            comment=body["order"].get("description", ""),
            place=str(body["order"].get("pointOutId") or recipient["addressString"]),
        )

    def account_number(self, index: int) -> str:
        """The id of an order of another account."""
        mine, self.settings = self.settings, {**self.settings, "drop_points": "1001"}
        account = self.world.addresses[self.code]["accounts"][index]
        made = self.open(login=account["login"], password=account["password"]).create(self.request("other-1"))
        self.settings = mine
        return str(made.remote_id)

    def callback_body(self, state: OrderState) -> bytes:
        info = {"orderId": int(state.remote_id), "clientNumber": state.number}
        return json.dumps({"eventType": "ORDER_STATUS", "orderInfo": info}).encode()
