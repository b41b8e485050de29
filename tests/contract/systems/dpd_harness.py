"""DPD's emulator behind the face of the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness, Sent, Shape, Where

_NS = "http://dpd.ru/ws/order2/2012-04-04"


def envelope(inner: str) -> str:
    return f'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{inner}</S:Body></S:Envelope>'


def fault(text: str, detail: str = "") -> str:
    more = f'<detail><n:WSFault xmlns:n="{_NS}"><code>{detail}</code></n:WSFault></detail>' if detail else ""
    return envelope(f"<S:Fault><faultcode>S:Server</faultcode><faultstring>{text}</faultstring>{more}</S:Fault>")


def status(status: str, message: str = "") -> str:
    words = f"<errorMessage>{message}</errorMessage>" if message else ""
    row = f"<return><orderNumberInternal>wb-9-1</orderNumberInternal><status>{status}</status>{words}</return>"
    return envelope(f'<n:createOrder2Response xmlns:n="{_NS}">{row}</n:createOrder2Response>')


_EXTRAS = {"ОЖД": "fitting", "ЧСТ": "partial", "SMS": "sms"}


class DpdHarness(Harness):
    code = "dpd"
    mode = "live"
    settings: Mapping[str, Any] = {
        "shipment_point": "M11", "sender_company": "ООО Ромашка", "sender_phone": "+74950000001", "vat": "22",
    }  # fmt: skip
    credentials: Mapping[str, str] = {"client_number": "client_number", "client_key": "client_key"}
    wrong_keys = (("client_key", "wrong", "sign_in"), ("client_number", "1000000099", "sign_in"))
    create_path = find_path = read_path = many_path = cancel_path = "/services/order2"
    find_method = read_method = "POST"
    create_contains, find_contains, cancel_contains = "createOrder2", "getOrderStatus", "cancelOrder"
    read_contains = "<orderNumberInternal>{id}<"
    many_contains = "getOrderStatus"
    price_path = "/services/calculator2"
    price_method = "POST"
    others: Mapping[str, Where] = {
        "points": Where("/services/geography2", contains="getParcelShops"),
        "papers": Where("/services/label-print", contains="createLabelFile"),
        "changes": Where("/services/order2", contains="changeUnitLoad"),
        "days": Where("/services/order2", contains="changeDeliveryDate"),
        "returns": Where("/services/order2", contains="createOrder2"),
        "feed": Where("/services/event-tracking", contains="getEvents"),
        "confirm": Where("/services/event-tracking", contains="confirm"),
        "address": Where("/services/geography2", contains="getCitiesCashPay"),
    }
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "1601"},
        "in_transit": {"code": "2101"},
        "out_for_delivery": {"code": "2301"},
        "delivery_failed": {"code": "2407", "reason": "11", "reason_name": "Получатель отсутствует"},
        "delivered": {"code": "3304"},
    }
    failed_attempt = (moves["delivery_failed"], Incident.NO_ANSWER)
    shapes = (
        Shape("an order's status", status("OrderError", "Адрес получателя: не заполнено поле contactFio"),
              code="OrderError", names=Field.NAME, kind="text/xml"),
        Shape("a status without words", status("OrderError"), code="OrderError", kind="text/xml"),
        Shape("a declared fault", fault("Неоднозначно задан населенный пункт", "too-many-rows"), status=500,
              code="too-many-rows", names=Field.ADDRESS, kind="text/xml"),
        Shape("a declared fault nobody documented", fault("Что-то новое", "brand-new"), status=500, code="brand-new",
              kind="text/xml"),
        Shape("a declared fault without a code", fault("Нельзя", " "), status=500, kind="text/xml"),
        Shape("a refused key", fault("Ошибка авторизации", "no-auth"), "account", 500, "no-auth", kind="text/xml"),
        Shape("a fault of the server", fault("java.lang.NullPointerException"), "uncertain", 500, kind="text/xml"),
        Shape("a strange status", status("OrderStrange"), "uncertain", kind="text/xml"),
        Shape("an answer without an order", envelope(f'<n:createOrder2Response xmlns:n="{_NS}"/>'), "uncertain",
              kind="text/xml"),
        Shape("an empty envelope", envelope(""), "uncertain", kind="text/xml"),
        Shape("no XML", "Service unavailable", "uncertain", 503, kind="text/plain"),
        Shape("a taken number", status("OrderDuplicate", "Заказ с таким номером уже существует"), code="OrderDuplicate",
              names=Field.NUMBER, kind="text/xml"),
    )  # fmt: skip
    shows_people = False
    shows_changes = False
    cancelled_is_gone = True

    def prepare(self) -> None:
        self.decide_after(0.0)
        self._told: dict[str, dict[str, TrackingEvent]] = {}

    def refused_code(self) -> str:
        return "OrderError"

    def refuse(self, request: ShipmentRequest) -> None:
        error = {"code": "OrderError", "message": "Адрес получателя: не заполнено поле contactFio"}
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": [error]})

    def no_such_order(self) -> str:
        return "wb-404-1"

    def returned(self, number: str) -> int:
        """DPD has no returns of its own: it is an order like any other (§10)."""
        return self.accepted(number)

    def events(self, state: OrderState) -> tuple[TrackingEvent, ...]:
        """The inbox tells, and only once: what was pulled is kept."""
        more = True
        while more:
            page = self.port.pull("", list)
            for told in page.states:
                self._told.setdefault(told.number, {}).update({event.key: event for event in told.events})
            if page.receipt:
                self.port.confirm(page.receipt)
            more = page.more
        return tuple(sorted(self._told.get(state.number, {}).values(), key=lambda event: event.at))

    def sent(self, state: OrderState) -> Sent:
        body = self.detail(state)["body"]
        receiver, lines = body["receiverAddress"], body.get("unitLoad") or []
        worth = [float(line["declared_value"]) * int(line["count"]) for line in lines] or [float(body["cargoValue"])]
        return Sent(
            cod_minor=round(sum(float(line.get("npp_amount") or 0) * int(line["count"]) for line in lines) * 100),
            declared_minor=round(sum(worth) * 100),
            parcels=tuple((round(float(row["weight"]) * 1000), _sides(row)) for row in body["parcel"]),
            name=receiver["contactFio"],
            phone=receiver["contactPhone"],
            comment=receiver.get("instructions", ""),
            place=receiver.get("terminalCode"),
            extras=tuple(_EXTRAS[each["esCode"]] for each in body.get("extraService") or []),
        )


def _sides(row: Mapping[str, Any]) -> tuple[int, int, int]:
    length, width, height = (round(float(row[side]) * 10) for side in ("length", "width", "height"))
    return length, width, height
