"""A hand-written SOAP client of the emulated DPD: requests as nested dicts in the schema's order, answers as dicts."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from typing import Any
from xml.sax.saxutils import escape

import requests

from sandbox.world import World

NAMESPACES = {
    "geography2": "http://dpd.ru/ws/geography/2015-05-20",
    "calculator2": "http://dpd.ru/ws/calculator/2012-03-20",
    "order2": "http://dpd.ru/ws/order2/2012-04-04",
    "tracing": "http://dpd.ru/ws/tracing/2011-11-18",
    "tracing1-1": "http://dpd.ru/ws/tracing/2012-06-25",
    "event-tracking": "http://dpd.ru/ws/event-tracking/2016-02-15",
}
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
Row = dict[str, Any]

DOOR = {
    "name": "Мария Северцева", "countryName": "Россия", "region": "Республика Татарстан", "city": "Казань",
    "street": "Баумана", "streetAbbr": "ул", "house": "44", "contactFio": "Мария Северцева",
    "contactPhone": "+79000001462",
}  # fmt: skip
POINT = {
    "name": "Мария Северцева",
    "terminalCode": "D08",
    "contactFio": "Мария Северцева",
    "contactPhone": "+79000001462",
}
SENDER = {"name": "ООО Ромашка", "terminalCode": "M11", "contactFio": "Петров Олег", "contactPhone": "+79000000001"}
PARCEL = {"number": "1", "weight": "0.7", "length": "20", "width": "15", "height": "10"}
LINE = {"descript": "Книга", "declared_value": "900", "npp_amount": "900", "vat_percent": 22, "count": 1}
_ORDER: Row = {
    "orderNumberInternal": "D-1", "serviceCode": "PCL", "serviceVariant": "ТД", "cargoNumPack": 1, "cargoWeight": "0.7",
    "cargoVolume": "0.003", "cargoRegistered": False, "cargoValue": "900", "cargoCategory": "Книги",
    "paymentType": None,
    "receiverAddress": DOOR, "extraService": [], "parcel": [PARCEL], "unitLoad": [],
}  # fmt: skip


class Faulted(Exception):  # noqa: N818
    """A SOAP fault: its text, the code of its detail, the detail as a dict."""

    def __init__(self, status: int, text: str, detail: Row) -> None:
        super().__init__(text)
        self.status, self.text, self.detail = status, text, detail
        self.code = detail.get("code", "")


class DpdClient:
    """One account of the emulated DPD."""

    def __init__(self, world: World, index: int = 0, base: str = "base_url") -> None:
        self.world = world
        self.base_url = world.addresses["dpd"][base]
        keys = world.addresses["dpd"]["accounts"][index]
        self.auth: Row = {"clientNumber": keys["client_number"], "clientKey": keys["client_key"]}
        self.http = requests.Session()

    def post(self, service: str, body: str, **headers: str) -> requests.Response:
        header = '<e:Header><any xmlns="urn:x"/></e:Header>'
        envelope = f'<e:Envelope xmlns:e="{_SOAP}">{header}<e:Body>{body}</e:Body></e:Envelope>'
        sent = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'} | headers
        return self.http.post(f"{self.base_url}/services/{service}", envelope.encode(), headers=sent, timeout=10)

    def call(self, service: str, operation: str, child: str, **value: Any) -> list[Any]:
        """All `return`s; raises Faulted. The keys come first, unless the child is the auth itself."""
        given = self.auth if child == "auth" else {"auth": self.auth} | value
        space = NAMESPACES.get(service) or self.namespace(service)
        answer = self.post(service, f'<o:{operation} xmlns:o="{space}">{_xml(child, given)}</o:{operation}>')
        body = parse(answer.content).find(f"{{{_SOAP}}}Body")
        assert body is not None
        found = body[0]
        if found.tag.endswith("}Fault"):
            detail = found.find("detail")
            raise Faulted(
                answer.status_code, found.findtext("faultstring") or "", _dict(detail[0]) if detail is not None else {}
            )
        assert (answer.status_code, found.tag) == (200, f"{{{space}}}{operation}Response")
        return [_dict(row) for row in found]

    def namespace(self, service: str) -> str:
        text = self.http.get(f"{self.base_url}/services/{service}?wsdl", timeout=10).content
        return parse(text).attrib["targetNamespace"]

    def one(self, service: str, operation: str, child: str, **value: Any) -> Any:
        (found,) = self.call(service, operation, child, **value)
        return found

    # --- shorter ---------------------------------------------------------------------------------------------------

    def order(self, number: str = "D-1", **changes: Any) -> Row:
        """An order that succeeds, with changes; None takes a field out."""
        return copy.deepcopy(_ORDER) | {"orderNumberInternal": number} | changes

    def to_point(self, number: str = "D-1", **changes: Any) -> Row:
        return self.order(number, **({"serviceVariant": "ТТ", "receiverAddress": POINT} | changes))

    def create(self, *orders: Row, day: str = "", sender: Row = SENDER, period: str = "9-18") -> list[Row]:
        header = {"datePickup": day or self.day(), "senderAddress": sender, "pickupTimePeriod": period}
        return self.call("order2", "createOrder2", "orders", header=header, order=list(orders))

    def refusal(self, order: Row, **more: Any) -> str:
        (row,) = self.create(order, **more)
        assert row["status"] == "OrderError", row
        return str(row["errorMessage"])

    def made(self, number: str = "D-1", **changes: Any) -> str:
        """Create one and give DPD's number."""
        (row,) = self.create(self.order(number, **changes))
        assert row["status"] == "OK", row
        return str(row["orderNum"])

    def status(self, number: str = "D-1") -> Row:
        found: Row = self.one("order2", "getOrderStatus", "orderStatus", order=[{"orderNumberInternal": number}])
        return found

    def cancel(self, number: str = "D-1") -> str:
        return str(self.one("order2", "cancelOrder", "orders", cancel=[{"orderNumberInternal": number}])["status"])

    def events(self, most: int = 500) -> Row:
        found: Row = self.one("event-tracking", "getEvents", "request", maxRowCount=most)
        return found | {"event": rows(found, "event")}

    def confirm(self, doc: str, service: str = "event-tracking") -> Any:
        return self.one(service, "confirm", "request", docId=doc)

    def day(self, days: int = 0) -> str:
        return str((self.world.clock.now().date()).fromordinal(self.world.clock.now().date().toordinal() + 1 + days))

    def set(self, **switches: Any) -> None:
        self.world.control.post("/dpd/settings", switches)

    def move(self, number: str, code: str, **more: Any) -> None:
        self.world.control.post(f"/dpd/orders/{number}/status", {"code": code} | more)

    def route(self, number: str, name: str) -> None:
        """Walk a named route to its end."""
        self.world.control.post(f"/dpd/orders/{number}/route", {"route": name})
        self.world.clock.advance(3600 * 24)


def parse(text: bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  (our own sandbox wrote it)


def rows(found: Row, name: str) -> list[Row]:
    """A repeated child, however many there are."""
    given = found.get(name, [])
    return given if isinstance(given, list) else [given]


def _xml(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_xml(name, row) for row in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_xml(key, each) for key, each in value.items())}</{name}>"
    return f"<{name}>{escape(str(value).lower() if isinstance(value, bool) else str(value))}</{name}>"


def _dict(element: ET.Element) -> Any:
    if not len(element):
        return element.text or ""
    found: Row = {}
    for child in element:
        value = _dict(child)
        if child.tag in found:
            held = found[child.tag]
            found[child.tag] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            found[child.tag] = value
    return found
