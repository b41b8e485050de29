"""DPD's wire: one address a service, WSDL and schema by GET, calls by POST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request

from sandbox.kernel.gate import CALL_KEY

from . import soap
from .core import Dpd
from .errors import NO_AUTH, WRONG_KEY, Fault, not_emulated
from .model import ACCOUNTS, Account
from .rules import calculator, changes, directory, inbox, orders, papers, tracing
from .schema import Operation, Service, service
from .wsdl import wsdl, xsd

Handler = Callable[[Dpd, Account, Any], Any]


def _read(handle: Callable[[Dpd, Any], Any]) -> Handler:
    """What is the same for every account."""
    return lambda dpd, _, sent: handle(dpd, sent)


def _events(dpd: Dpd, account: Account, sent: Any) -> Any:
    most = sent.get("maxRowCount") or dpd.switches.page_rows
    if most < 1:
        raise Fault("maxRowCount должен быть больше нуля", "wrong-request")
    return inbox.package(dpd, account.client_number, "events", most, sent.get("dateFrom"), sent.get("dateTo"))


def _states(extended: bool) -> Mapping[str, Handler]:
    finders = {
        "ClientOrder": tracing.by_client_order,
        "ClientParcel": tracing.by_client_parcel,
        "DPDOrder": tracing.by_dpd_order,
    }

    def handler(find: Any) -> Handler:
        def handle(dpd: Dpd, account: Account, sent: Any) -> Any:
            order = find(dpd, account, sent)
            return tracing.states(dpd, account, order, extended=extended, parcel=sent.get("clientParcelNr", ""))

        return handle

    return {f"getStatesBy{name}": handler(find) for name, find in finders.items()}


HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "geography2": {
        "getCitiesCashPay": _read(lambda _, sent: directory.cash_cities(sent)),
        "getParcelShops": _read(lambda dpd, sent: {"parcelShop": directory.parcel_shops(dpd, sent)}),
        "getTerminalsSelfDelivery2": _read(lambda dpd, _: {"terminal": directory.self_terminals(dpd)}),
        "getStoragePeriod": _read(lambda dpd, sent: {"terminal": directory.storage_periods(dpd, sent)}),
        "getPossibleExtraService": _read(directory.possible_extras),
    },
    "calculator2": {
        "getServiceCost2": _read(calculator.by_shipment),
        "getServiceCostByParcels2": _read(calculator.by_parcels),
        "getServiceCostByParcels3": _read(calculator.by_parcels),
    },
    "order2": {
        "createOrder": orders.create,
        "createOrder2": orders.create,
        "createOrderAsync": orders.create_async,
        "createOrderResult": orders.result,
        "getOrderStatus": orders.status,
        "cancelOrder": orders.cancel,
        "addParcels": lambda dpd, account, sent: changes.parcels(dpd, account, sent, add=True),
        "removeParcels": lambda dpd, account, sent: changes.parcels(dpd, account, sent, add=False),
        "createAddress": lambda dpd, account, sent: changes.address(dpd, account, sent, update=False),
        "updateAddress": lambda dpd, account, sent: changes.address(dpd, account, sent, update=True),
        "getInvoiceFile": papers.invoice,
        "getRegisterFile": papers.register,
        "changeUnitLoad": changes.unit_load,
        "changeDeliveryDate": changes.delivery_date,
    },
    "tracing": {
        "getStatesByClient": lambda dpd, account, _: inbox.package(
            dpd, account.client_number, "states", dpd.switches.page_rows
        ),
        "confirm": lambda dpd, account, sent: inbox.confirm(dpd, account.client_number, "states", sent["docId"]),
        **_states(extended=False),
    },
    "tracing1-1": _states(extended=True),
    "event-tracking": {
        "getEvents": _events,
        "confirm": lambda dpd, account, sent: inbox.confirm(dpd, account.client_number, "events", sent["docId"]),
        "getTrakingOrderLink": tracing.link,
    },
    "label-print": {"createLabelFile": papers.labels, "createParcelLabel": papers.raw_label},
}


def create_app(dpd: Dpd, mode: str) -> Flask:
    """``mode``: which keys this base takes, and which address its WSDL names."""
    app = Flask(f"sandbox.dpd.{mode}")

    @app.get("/services/<code>")
    def describe(code: str) -> Response:
        found = _service(code)
        if found is None:
            return _unknown(code)
        base = dpd.base_url if mode == "live" else dpd.test_base_url
        if "xsd" in request.args:
            return Response(xsd(found), content_type="text/xml;charset=utf-8")
        if "wsdl" in request.args:
            return Response(wsdl(found, f"{base}/services/{code}"), content_type="text/xml;charset=utf-8")
        return Response(f"<html><body><h1>Web Services</h1>{found.name}</body></html>", content_type="text/html")

    @app.post("/services/<code>")
    def call(code: str) -> Response:
        found = _service(code)
        if found is None:
            return _unknown(code)
        if request.mimetype != "text/xml":
            # The code of JAX-WS for a content type that SOAP 1.1 does not have.
            return Response("Unsupported Content-Type: Supported ones are: [text/xml]", 415, content_type="text/plain")
        operation: Operation | None = None
        try:
            operation, wrapper = soap.read_envelope(found, request.get_data())
            _note(operation=operation.name, action=soap.action(request.get_data()))
            body = _answer(dpd, mode, found, operation, soap.read_request(found, operation, wrapper))
            return Response(body, content_type="text/xml;charset=utf-8")
        except Fault as problem:
            _note(fault_text=problem.text, operation=operation.name if operation else "")
            declared = operation.fault if operation else None
            return Response(soap.fault(found, declared, problem), 500, content_type="text/xml;charset=utf-8")

    return app


def _answer(dpd: Dpd, mode: str, found: Service, operation: Operation, sent: Any) -> bytes:
    account = _account(dpd, mode, operation, sent)
    _note(client=account.client_number)
    handler = HANDLERS[found.code].get(operation.name)
    if handler is None:
        _note(unknown=True)
        raise not_emulated(f"{found.code} {operation.name}")
    dpd.settle()
    with dpd.lock:
        value = handler(dpd, account, sent)
        return soap.answer(found, operation, value, unknown_fields=dpd.switches.unknown_fields)


def _account(dpd: Dpd, mode: str, operation: Operation, sent: Any) -> Account:
    """Whose keys they are (§1): in the body of every message. Raises Fault."""
    if sent is None:
        raise Fault(NO_AUTH, "no-auth")
    auth = sent if operation.child.type == "auth" else sent["auth"]
    for account in ACCOUNTS:
        if account.mode == mode and (account.client_number, account.client_key) == (
            auth["clientNumber"],
            auth["clientKey"],
        ):
            return account
    raise Fault(dpd.switches.wrong_key_text or WRONG_KEY, "wrong-auth")


def _service(code: str) -> Service | None:
    return service(code) if code in HANDLERS else None


def _unknown(code: str) -> Response:
    _note(unknown=True)
    return Response(f"<html><body>404: no service {code}</body></html>", 404, content_type="text/html")


def _note(**facts: Any) -> None:
    request.environ[CALL_KEY].update(facts)


def fault_words(status: int, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: a SOAP fault without a detail, as the server writes for errors of its own."""
    code = environ["PATH_INFO"].rpartition("/")[2]
    found = service(code) if code in HANDLERS else service("order2")
    return "text/xml;charset=utf-8", soap.fault(found, None, Fault(f"Internal server error {status}", declared=False))
