"""PEK's emulator behind the face of the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import Sent, Shape, Where

_PERSON = "cargos[0].receiver.person"


def envelope(title: str, status: int = 400, key: str = "", text: str = "") -> dict[str, Any]:
    """Their error, whatever HTTP says."""
    rows = [{"Key": key, "Value": [text]}] if key else []
    body: dict[str, Any] = {"title": title, "message": "", "status": status, "error": None}
    return {"error": {**({"fields": rows} if rows else {}), **body}}


class PekHarness(Harness):
    code = "pek"
    create_path = "*/preregistration/submit/"
    find_path = "*/cargos/listallorderbylogin/"
    find_method = "POST"
    read_path = "*/cargos/status/"
    read_method = "POST"
    many_path = "*/cargos/statusfullhistory/"
    price_path = "*/calculator/calculateprice/"
    cancel_path = "*/order/cancellation/"
    others: Mapping[str, Where] = {
        "points": Where("*/branches/all/"),
        "papers": Where("*/order/print/"),
        "address": Where("*/branches/findzonebyaddress/"),
    }
    settings: Mapping[str, Any] = {"docflow": "COURIER", "sender_name": "Иванов Иван"}
    credentials: Mapping[str, str] = {
        "login": "login",
        "key": "key",
        "inn": "inn",
        "shipment_point": "warehouse_id",
        "sender_company": "title",
        "sender_phone": "phone",
    }
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "Принят к перевозке"},
        "in_transit": {"code": "В пути"},
        "out_for_delivery": {"code": "Выполняется адресная доставка"},
        "delivered": {"code": "Доставлен получателю"},
    }
    failed_attempt = ({"delivery": 3050}, Incident.RESCHEDULED)
    wrong_keys = (("key", "wrong", "sign_in"), ("login", "nobody@example.com", "sign_in"))
    takes_twice = True
    tells_numbers = False
    shapes = (
        Shape("a field inside HTTP 200", envelope("Ошибка валидации", 400, _PERSON, "Имя не указано"), code=_PERSON,
              names=Field.NAME),
        Shape("a field with a real 400", envelope("Ошибка валидации", 400, _PERSON, "Имя не указано"), status=400,
              code=_PERSON, names=Field.NAME),
        Shape("an address", envelope("Ошибка валидации", 400, "cargos[0].receiver.addressStock", "Вне зоны"),
              code="cargos[0].receiver.addressStock", names=Field.ADDRESS),
        Shape("a title alone", envelope("Отправитель заблокирован"), code="Отправитель заблокирован"),
        Shape("400 without an envelope", {"error": "Bad Request"}, status=400, code="HTTP 400"),
        Shape("too many calls inside HTTP 200", envelope("Превышено количество запросов", 429), want="unavailable"),
        Shape("too many calls", envelope("Превышено количество запросов", 429), status=429, want="unavailable"),
        Shape("an internal error inside HTTP 200", envelope("Внутренняя ошибка", 500), want="uncertain"),
        Shape("an internal error", envelope("Внутренняя ошибка", 500), status=500, want="uncertain"),
        Shape("a page of a refused key", "<h1>Unauthorized</h1>", status=401, kind="text/html", want="account",
              code="HTTP 401"),
        Shape("a page of a refused method", "<h1>Forbidden</h1>", status=403, kind="text/html", want="account",
              code="HTTP 403"),
        Shape("a page instead of the method", "<h1>Not Found</h1>", status=404, kind="text/html", want="unavailable"),
        Shape("an order without a cargo", {"documentId": 1, "cargos": []}, want="uncertain"),
    )  # fmt: skip

    def prepare(self) -> None:
        self.switch(cancel_after_seconds=0.0)

    def key(self, state: OrderState) -> str:
        return state.order_number

    def refuse(self, request: ShipmentRequest) -> None:
        errors = [{"Key": _PERSON, "Value": ["Недопустимые символы в имени"]}]
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": errors})

    def refused_code(self) -> str:
        return _PERSON

    def no_such_order(self) -> str:
        return "780000999999d"

    def live(self, number: str) -> int:
        cancelled = self.world.control.journal(system="pek", kind="order.cancelled", key=number)
        return self.accepted(number) - len(cancelled)

    def sent(self, state: OrderState) -> Sent:
        body = self.control("GET", f"orders/{state.order_number}")["body"]
        common, services, receiver = body["common"], body["services"], body["receiver"]
        places = common.get("cargoPlaceList") or [common]
        cash = services.get("cashOnDelivery") or {}
        declared = cash.get("actualCost", services["insurance"].get("cost", 0))
        return Sent(
            cod_minor=Money.of(cash.get("cashOnDeliverySum", 0)).minor,
            declared_minor=Money.of(declared).minor,
            parcels=tuple((_milli(place["weight"]), _sides(place)) for place in places),
            name=receiver["person"],
            phone=receiver["personPhones"][0]["phone"],
            comment=receiver.get("comment"),
            place=receiver.get("addressStock") or receiver.get("warehouseId"),
        )


def _milli(value: float) -> int:
    return round(value * 1000)


def _sides(place: Mapping[str, Any]) -> tuple[int, int, int]:
    return _milli(place["length"]), _milli(place["width"]), _milli(place["height"])
