"""The one address of the API and the address of its files (contract §2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

from .core import Boxberry
from .errors import TOO_OFTEN, UNKNOWN_METHOD, Refused, wrapped
from .model import Account
from .rules import acts, changes, checks, directory, quotes, reading
from .rules.accept import parsel_create
from .wire import Call, answer, limit_answer, note, read_call, too_often

Handler = Callable[[Boxberry, Account, Mapping[str, Any]], Any]
_GET, _POST, _BOTH = ("GET",), ("POST",), ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Method:
    """``shape``: how it wraps a refusal (§3). Other verbs and parameters than these are refused."""

    handler: Handler
    shape: str
    params: Sequence[str] = ()
    verbs: Sequence[str] = _GET


_PERIOD = ("from", "to")
METHODS: Mapping[str, Method] = {
    "ListCities": Method(directory.list_cities, "list", ("CountryCode",)),
    "ListCitiesFull": Method(directory.list_cities_full, "list", ("CountryCode",)),
    "CourierListCities": Method(directory.courier_list_cities, "list"),
    "ListPoints": Method(directory.list_points, "list", ("CityCode", "CountryCode", "prepaid", "is_include_postamat")),
    "ListPointsShort": Method(directory.list_points_short, "list", ("CityCode", "CountryCode")),
    "PointsDescription": Method(directory.points_description, "err", ("code", "photo")),
    "PointsForParcels": Method(directory.points_for_parcels, "list"),
    "ListZips": Method(directory.list_zips, "list"),
    "ZipCheck": Method(directory.zip_check, "list", ("Zip", "CountryCode")),
    "DeliveryCosts": Method(quotes.delivery_costs, "err", quotes.COSTS),
    "DeliveryCalculation": Method(quotes.delivery_calculation, "error_message", quotes.CALCULATION, _POST),
    "ParselCreate": Method(parsel_create, "err", ("sdata",), _POST),
    "ParcelInfo": Method(reading.parcel_info, "list", ("parcels",), _POST),
    "ParselStory": Method(reading.parsel_story, "list", _PERIOD),
    "ParselList": Method(reading.parsel_list, "err"),
    "OrdersBalance": Method(reading.orders_balance, "list", ("OnlyPostpaid",)),
    "ListServices": Method(reading.list_services, "list", ("ImId",)),
    "ListStatuses": Method(reading.list_statuses, "list", ("ImId",), _BOTH),
    "ListStatusesFull": Method(reading.list_statuses_full, "err", ("ImId",)),
    "ChangeOrderDetails": Method(changes.change_details, "err_message", changes.DETAILS),
    "ChangeOrderStorageDate": Method(changes.change_storage_date, "err_message", changes.STORAGE),
    "ChangeOrderIssue": Method(changes.change_issue, "err_message", changes.ISSUE),
    "ChangeOrderDeliveryType": Method(changes.change_delivery_type, "err_message", changes.DELIVERY),
    "CancelOrder": Method(changes.cancel_order, "err_message", changes.CANCEL),
    "ParselDel": Method(changes.parsel_del, "err", ("ImId",)),
    "CreateIntake": Method(changes.create_intake, "err_message", changes.INTAKE, _BOTH),
    "ParselSend": Method(acts.parsel_send, "err", ("ImIds", "shippingDate")),
    "ParselSendStory": Method(acts.parsel_send_story, "list", _PERIOD),
    "ParselCheck": Method(acts.parsel_check, "err", ("ImId",)),
}


def create_app(boxberry: Boxberry) -> Flask:
    app = Flask("sandbox.boxberry")

    @app.route("/json.php", methods=["GET", "POST"])
    def api() -> Response:
        boxberry.settle()
        shape = "err"
        try:
            call = read_call()
            with boxberry.lock:
                account = boxberry.account(call.token)
                method = _method(call)
                shape = method.shape
                checks.only(call.params, "", method.params)
                if too_often(boxberry, call.token, call.method):
                    return limit_answer(boxberry) or _refused(boxberry, Refused(TOO_OFTEN), shape)
                data = method.handler(boxberry, account, call.params)
            # A long list is drawn while it is written: nobody else waits for that.
            return answer(boxberry, data)
        except Refused as problem:
            return _refused(boxberry, problem, shape)

    @app.get("/parcel-files/<name>")
    def file(name: str) -> Response:
        boxberry.settle()
        asked = {key: request.args.get(key, "") for key in ("parcel_id", "upload_id", "token", "type_act")}
        note(key=name, token_in_link=bool(asked["token"]))
        try:
            with boxberry.lock:
                data = _file(boxberry, boxberry.account(asked["token"]), name, asked)
        except Refused as problem:
            return _refused(boxberry, problem, "err")
        return Response(data, content_type="application/pdf")

    def missing(problem: Any) -> Response:
        note(unknown=True)
        return Response(f"<html><body><h1>{problem.code}</h1></body></html>", problem.code, content_type="text/html")

    for status in (404, 405):
        app.register_error_handler(status, missing)
    return app


def _file(boxberry: Boxberry, account: Account, name: str, asked: Mapping[str, str]) -> bytes:
    if name == "barcodes":
        return acts.label_file(boxberry, account, asked["parcel_id"], asked["upload_id"])
    if name == "act" and asked["type_act"] in ("", "tmc"):
        return acts.act_file(boxberry, account, asked["upload_id"])
    raise Refused(UNKNOWN_METHOD)


def _method(call: Call) -> Method:
    found = METHODS.get(call.method)
    if found is None or call.verb not in found.verbs:
        # Loud for whoever reads the journal: the program called what Boxberry (or this sandbox) does not have.
        note(unknown=True)
        raise Refused(UNKNOWN_METHOD)
    return found


def _refused(boxberry: Boxberry, problem: Refused, shape: str) -> Response:
    """HTTP 200 all the same (§3)."""
    wanted = boxberry.switches.error_shape
    note(refused=str(problem))
    return answer(boxberry, wrapped(str(problem), shape if wanted == "proper" else wanted))
