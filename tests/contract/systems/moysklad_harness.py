"""MoySklad's emulator behind the face of the contract suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import Sent, Shape, Where

_API = "*/api/remap/1.2"
_ORDERS = f"{_API}/entity/customerorder"


def errors(code: int, text: str, parameter: str = "", **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"error": text, "code": code, "moreInfo": f"https://dev.moysklad.ru/#error_{code}", **more}
    return {"errors": [{**row, "parameter": parameter} if parameter else row]}


class MoySkladHarness(Harness):
    code = "moysklad"
    mode = "live"
    create_path = _ORDERS
    create_steps = (Where(f"{_API}/entity/counterparty"), Where(_ORDERS))
    find_path = _ORDERS
    read_path = f"{_ORDERS}/{{id}}"
    many_path = _ORDERS
    many_method = "GET"
    cancel_path = f"{_ORDERS}/{{id}}"
    cancel_method = "PUT"
    others: Mapping[str, Where] = {
        "changes": Where(f"{_ORDERS}/{{id}}", "PUT"),
        "stock": Where(f"{_API}/report/stock/bystore/current", "GET"),
        "receipts": Where(f"{_API}/entity/salesreturn"),
        "receipt": Where(f"{_API}/entity/salesreturn", "GET"),
        "filed": Where(f"{_API}/entity/*/files"),
        "onward": Where(f"{_API}/entity/demand*", "P*T"),
    }
    credentials: Mapping[str, str] = {"login": "login", "password": "password"}
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "Подтвержден"},
        "in_transit": {"code": "Отгружен", "pack": True, "ship": True},
        "delivered": {"code": "Доставлен", "demand": "Доставлена"},
    }
    routes: Mapping[str, Status] = {
        "shipped": Status.IN_TRANSIT,
        "delivered": Status.DELIVERED,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    wrong_keys = (("password", "wrong", "sign_in"), ("login", "somebody@else", "sign_in"))
    too_late = "in_transit"
    knows_cities = False
    takes_cod = False
    has_tracking_page = False
    gives_tracking = False
    scarce = "HM-VASE"
    shapes = (
        Shape("a missing field", errors(3000, "поле 'agent' не может быть пустым или отсутствовать", "agent"),
              status=412, code="3000", names=Field.NAME),
        Shape("a row", errors(17003, "количество зарезервированных товаров не может превышать общее"), status=412,
              code="17003", names=Field.ITEMS),
        Shape("a wrong setting", errors(2024, "href указывает на сущность неправильного типа", "store"),
              status=400, code="2024", names=Field.ACCOUNT),
        Shape("two errors", {"errors": [*errors(3040, "не более 255 символов", "addInfo")["errors"],
                                        *errors(3000, "нет", "agent")["errors"]]}, status=412, code="3040",
              names=Field.ADDRESS),
        Shape("a taken number", errors(3006, "нарушено ограничение уникальности", "name"), status=412,
              code="3006", names=Field.NUMBER),
        Shape("errors inside HTTP 200", errors(3000, "нет", "agent"), code="3000", names=Field.NAME),
        Shape("JSON that was not understood", errors(2001, "не JSON", line=1), status=400,
              code="2001"),
        Shape("a refused login", errors(1056, "Ошибка аутентификации"), status=401, want="account", code="1056"),
        Shape("no access to the API", errors(1061, "Отсутствует доступ"), status=403, want="account", code="1061"),
        Shape("too many logins", errors(1048, "Превышено ограничение"), status=403, want="account", code="1048"),
        Shape("no right to create", errors(1045, "Доступ запрещен"), status=403, want="account", code="1045"),
        Shape("too many calls", errors(1049, "Превышено ограничение"), status=429, want="unavailable"),
        Shape("too many at one time", errors(1073, "Превышено ограничение"), status=429, want="unavailable"),
        Shape("changed by somebody else", errors(1065, "изменен"), status=409, want="unavailable"),
        Shape("nothing at all", {}, want="uncertain"),
        Shape("another order", {"id": "1", "syncId": "2", "meta": {}}, want="uncertain"),
        Shape("their own failure", errors(1999, "Неизвестная ошибка"), status=500, want="uncertain"),
        Shape("maintenance", errors(1074, "ведутся технические работы"), status=503, want="uncertain"),
    )  # fmt: skip

    def prepare(self) -> None:
        """The suite asks quicker than a user may; the budget is what unit tests and the wire keep."""
        self.switch(rate_units=1_000_000)
        account = self.account()
        self.settings = {
            **self.settings,
            "organization": account["organizations"]["ООО «Ромашка»"],
            "store": account["stores"]["MSK-01"],
        }
        self._told: dict[str, dict[str, TrackingEvent]] = {}

    # --- no history is kept there: what the program reads after each notice is all that is told

    def step(self, state: OrderState, step: Mapping[str, Any]) -> None:
        super().step(state, step)
        self.events(state)

    def events(self, state: OrderState) -> tuple[TrackingEvent, ...]:
        told = self._told.setdefault(state.remote_id, {})
        told |= {event.key: event for event in self.port.read(state.remote_id).events}
        return tuple(sorted(told.values(), key=lambda event: event.at))

    # --- orders ---------------------------------------------------------------------------------------------------

    def refused_code(self) -> str:
        return "3000"

    def refuse(self, request: Any) -> None:
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": ["agent"]})

    def no_such_order(self) -> str:
        return "00000000-0000-11f1-0a80-000000000001"

    def most_calls(self, count: int) -> int:
        """Orders, their shipments, and what came back."""
        return 3 * super().most_calls(count)

    def sent(self, state: OrderState) -> Sent:
        found = self.detail(state)
        order, agent = found["order"], found["agent"]
        boxes = [part.replace("x", " ").split() for part in order["attributes"]["Места"].split(";")]
        worth = sum(row["price"] * row["quantity"] for row in order["positions"])
        return Sent(
            declared_minor=round(worth) if state.number != "wb-8-2" else None,
            parcels=tuple((int(weight), (int(long), int(wide), int(high))) for weight, long, wide, high in boxes),
            name=agent["name"],
            phone=agent["phone"],
            comment=order["description"],
            place=order["shipmentAddressFull"]["addInfo"],
        )

    # --- callbacks ------------------------------------------------------------------------------------------------

    def callback_body(self, state: OrderState) -> bytes:
        href = f"{self.base_url()}/entity/customerorder/{state.remote_id}"
        event = {"meta": {"type": "customerorder", "href": href}, "action": "UPDATE", "updatedFields": ["state"]}
        return json.dumps({"auditContext": {"uid": "sklad@romashka"}, "events": [event]}).encode()

    def subscriptions(self) -> list[str]:
        """One address for each kind of news."""
        return list(dict.fromkeys(super().subscriptions()))

    # --- the warehouse --------------------------------------------------------------------------------------------

    def pack(self, state: OrderState, short: int = 0) -> None:
        self.step(state, {"code": "Собран", "pack": True, "short": short})

    def add_document(self, key: str) -> None:
        self.control("POST", f"orders/{key}/documents", {"kind": "act", "name": "Акт сборки"})

    def carriage(self, key: str) -> Mapping[str, str]:
        demand = self.control("GET", f"orders/{key}")["shipment"]
        told = demand["attributes"]
        return {
            "carrier": told["b24_carrier"],
            "number": demand["shippingDocumentNumber"],
            "status": told["b24_status"],
        }
