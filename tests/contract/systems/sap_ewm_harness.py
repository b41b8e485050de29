"""SAP's emulator behind the face of the contract suite: OData with a token; a password and no EWM; SOAP alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any, ClassVar

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import Sent, Shape, Where

_HEADERS = "*/A_OutbDeliveryHeader"
_SOAP = "/sap/bc/srt/*"


def error(code: str, words: str) -> dict[str, Any]:
    """OData V2's."""
    detail = {"code": code, "message": words, "propertyref": "", "severity": "error", "target": ""}
    inner = {"application": {}, "transactionid": "1", "timestamp": "1", "errordetails": [detail]}
    return {"error": {"code": code, "message": {"lang": "en", "value": words}, "innererror": inner}}


class SapEwmHarness(Harness):
    code = "sap_ewm"
    mode = "live"
    create_path = _HEADERS
    create_steps: tuple[Where, ...] = (Where(_HEADERS), Where(f"{_HEADERS}(*", "PATCH"))
    find_path = _HEADERS
    find_contains = "BillOfLading+eq"
    read_path = f"{_HEADERS}('{{id}}')"
    many_path = _HEADERS
    many_method = "GET"
    many_contains = "DeliveryDocument+eq"
    cancel_path = f"{_HEADERS}('{{id}}')"
    cancel_method = "DELETE"
    token_path = "/sap/bc/sec/oauth2/token"
    others: Mapping[str, Where] = {
        "stock": Where("*/WarehouseAvailableStock", "GET"),
        "warehouses": Where("*/Warehouse", "GET"),
        "receipts": Where("*/A_ReturnsDeliveryHeader"),
        "receipt": Where("*/A_ReturnsDeliveryHeader", "GET"),
        "filed": Where("*/AttachmentContentSet"),
        "documents": Where("*/GetAllOriginals", "GET"),
        "onward": Where(f"{_HEADERS}(*", "PATCH"),
        "lists": Where("*/Warehouse", "GET"),
    }
    credentials: Mapping[str, str] = {"address": "address", "user": "client_id", "password": "client_secret"}
    settings: Mapping[str, Any] = {"sign": "oauth", "client": "100", "time_zone": "UTC", "documents": "yes"}
    wrong_keys = (("password", "wrong", "sign_in"), ("user", "nobody", "sign_in"))
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "picking"},
        "in_transit": {"code": "issued"},
        "delivered": {"code": "proof"},
    }
    routes: Mapping[str, Status] = {
        "packed": Status.ACCEPTED_AT_WAREHOUSE,
        "short": Status.ACCEPTED_AT_WAREHOUSE,
        "shipped": Status.IN_TRANSIT,
        "delivered": Status.DELIVERED,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    knows_cities = False
    takes_cod = False
    cancelled_is_gone = True
    has_tracking_page = False
    gives_tracking = False
    shapes: tuple[Shape, ...] = (
        Shape("delivered already", error("VL/302", "Item 000010: order quantity already delivered"), status=400,
              code="VL/302", names=Field.REFERENCE),
        Shape("no such order", error("V1/302", "SD document 4799 is not in the database"), status=400, code="V1/302",
              names=Field.REFERENCE),
        Shape("words alone", error("ZSD/001", "Die Lieferadresse (ship-to) fehlt"), status=400, code="ZSD/001",
              names=Field.ADDRESS),
        Shape("a code that nobody documented", error("ZSD/002", "Nein"), status=400, code="ZSD/002", names=Field.ORDER),
        Shape("a number alone", {"error": {"message": "No"}}, status=400, code="HTTP 400"),
        Shape("locked by code", error("MC/601", "currently being processed"), status=400, want="unavailable"),
        Shape("locked", error("X/1", "locked"), status=409, want="unavailable"),
        Shape("not registered", error("/IWFND/MED/170", "No service found"), status=403, want="account",
              code="/IWFND/MED/170"),
        Shape("no rights", "<h1>Forbidden</h1>", status=403, kind="text/html", want="account", code="HTTP 403"),
        Shape("a refused token", "<h1>Logon Error</h1>", status=401, kind="text/html", want="account", code="HTTP 401"),
        Shape("a page instead of the service", "<h1>404</h1>", status=404, kind="text/html", want="unavailable"),
        Shape("too many calls", error("X/2", "throttled"), status=429, want="unavailable"),
        Shape("a page of a refusal", "<h1>400</h1>", status=400, kind="text/html", want="uncertain"),
        Shape("an entity without a number", {"d": {"surprise": 1}}, status=201, want="uncertain"),
        Shape("nothing in it", {}, status=201, want="uncertain"),
    )  # fmt: skip
    #: Our number -> the SAP order that was made for it: a delivery refers to one.
    _orders: ClassVar[dict[str, str]] = {}

    def prepare(self) -> None:
        type(self)._orders = {}
        self.switch(attachments=True)

    def request(self, number: str = "wb-1-1", **changes: Any) -> ShipmentRequest:
        request = super().request(number, **changes)
        return replace(request, reference=self._order_of(request))

    def _order_of(self, request: ShipmentRequest) -> str:
        """Of ten times as much: SAP's own refusal of a second delivery must not save us."""
        if request.number not in self._orders:
            goods = [item for parcel in request.parcels for item in parcel.items]
            person = {"name": request.recipient.name, "phone": request.recipient.phone, "city": "Казань"}
            spec = {
                "lines": [{"sku": item.sku, "quantity": item.quantity * 10} for item in goods],
                "recipient": person, "label": request.number,
            }  # fmt: skip
            self._orders[request.number] = self.control("POST", "sales_orders", spec)["order"]
        return self._orders[request.number]

    def key(self, state: OrderState) -> str:
        return state.remote_id

    def most_calls(self, count: int) -> int:
        """Deliveries, and EWM's rows of them."""
        return 2 * ceil(count / (self.manifest.track.batch if self.manifest.track else 1))

    def no_such_order(self) -> str:
        return "89990001"

    def refuse(self, request: ShipmentRequest) -> None:
        wanted = {"match": {"order": request.reference}, "errors": [self.refused_code()]}
        self.control("POST", "overrides", wanted)

    def refused_code(self) -> str:
        return "VL/150"

    def refused_field(self) -> Field:
        return Field.ADDRESS

    def accepted(self, number: str) -> int:
        """Every delivery that came to be, marked or not."""
        return len(self._made(number))

    def live(self, number: str) -> int:
        mine = self._made(number)
        rows = self.world.control.journal(system=self.code, kind="order.cancelled")
        return len(mine) - len([row for row in rows if row["data"]["delivery"] in mine])

    def _made(self, number: str) -> list[str]:
        rows = self.world.control.journal(system=self.code, kind="delivery.created")
        return [row["key"] for row in rows if row["data"]["label"] == number]

    def pack(self, state: OrderState, short: int = 0) -> None:
        """SAP weighs the goods by its material master: what was announced to us it does not know."""
        for step in ({"code": "picking"}, {"code": "picked", "short": short}, {"code": "packed", "weight_g": 1000}):
            self.step(state, step)

    def carriage(self, key: str) -> Mapping[str, str]:
        return {"number": self.control("GET", f"orders/{key}")["fields"].get("MeansOfTransport", "")}

    def add_document(self, key: str) -> None:
        self.control("POST", f"orders/{key}/documents", {"kind": "act", "name": "act.pdf"})

    def receipt_request(self, number: str = "wb-r-1") -> ReceiptRequest:
        """Of two cups that went out, and that a returns order in SAP expects."""
        number_out = f"{number}-out"
        state = self.port.create(self.request(number_out))
        self.step(state, {"code": "issued"})
        self.control("POST", "returns_orders", {"of": state.remote_id})
        request = self.request(number_out)
        return ReceiptRequest(number, request.parcels[0].items, request.recipient, number_out, state.remote_id)

    def expected(self, number: str) -> int:
        """Every returns delivery that came to be, marked or not."""
        rows = self.world.control.journal(system=self.code, kind="delivery.created")
        return len([row for row in rows if row["data"]["category"] == "T"])

    def sent(self, state: OrderState) -> Sent:
        shown = self.detail(state)
        return Sent(
            name=shown["address"]["BusinessPartnerName1"],
            phone=shown["address"]["PhoneNumber"],
            goods=tuple((row["sku"], int(row["quantity"]), None) for row in shown["lines"]),
        )


class SapLeHarness(SapEwmHarness):
    """No EWM, a password, a site that writes all digits of a decimal, an older release."""

    name = "sap_le"
    stories = ("following",)
    token_path = ""
    credentials: Mapping[str, str] = {"address": "address", "user": "user", "password": "password"}
    settings: Mapping[str, Any] = {"ewm": "no", "time_zone": "UTC"}

    def prepare(self) -> None:
        super().prepare()
        self.switch(ewm=False, newer=False, trailing_zeros=True, filterable=False)


class SapSoapHarness(SapLeHarness):
    """A site without OData."""

    name = "sap_soap"
    stories = ("cancels",)
    settings: Mapping[str, Any] = {"ewm": "no", "api": "soap", "time_zone": "UTC"}
    create_path = find_path = read_path = cancel_path = _SOAP
    many_path = ""
    create_steps = ()
    create_contains, find_method, find_contains = "<I_ACTION>C", "POST", "<I_BOLNR>"
    read_method, read_contains = "POST", "<I_ACTION>R"
    cancel_method, cancel_contains = "POST", "<I_ACTION>D"
