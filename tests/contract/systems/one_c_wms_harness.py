"""1C:WMS's emulator behind the face of the contract suite: over our HTTP service in JSON and in XML, and over OData."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.systems.kit import one_c_odata
from tests.contract.systems.harness import Harness, Sent, Shape, Where
from tests.contract.systems.one_c_shapes import ODATA, SERVICE, error, refusal

ROOT = "/wms/hs/b24logistics/v1/wms/shipment-orders"
BASE = "/wms/odata/standard.odata"
NAME = "party.name"


class OneCWmsHarness(Harness):
    code = "one_c_wms"
    mode = "live"
    create_path = ROOT
    find_path = f"{ROOT}/by-external-id/*"
    read_path = f"{ROOT}/{{id}}"
    many_path = ROOT
    many_method = "GET"
    cancel_path = f"{ROOT}/{{id}}/cancel"
    settings: Mapping[str, Any] = {"warehouse": "MSK-01"}
    credentials: Mapping[str, str] = {"address": "base_url", "login": "login", "password": "password"}
    wrong_keys: Any = (
        ("password", "wrong", "sign_in"),
        ("login", "nobody", "sign_in"),
        ("login", "кладовщик", "catalogues"),
    )
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "ВРаботе"},
        "in_transit": {"code": "Отгружен"},
    }
    routes: Mapping[str, Status] = {
        "packed": Status.ACCEPTED_AT_WAREHOUSE,
        "shipped": Status.IN_TRANSIT,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    others: Mapping[str, Where] = {
        "receipts": Where("/wms/hs/b24logistics/v1/wms/expected-receipts"),
        "receipt": Where("/wms/hs/b24logistics/v1/wms/expected-receipts/*", "GET"),
        "filed": Where(f"{ROOT}/{{id}}/documents"),
        "documents": Where(f"{ROOT}/{{id}}/documents", "GET"),
        "stock": Where("/wms/hs/b24logistics/v1/wms/stock", "GET"),
    }
    knows_cities = False
    shows_people = False
    takes_cod = False
    subscribes = False
    has_tracking_page = False
    gives_tracking = False
    tells_history = False
    lists_elsewhere = (
        "organization", "direction", "shipping_stage", "return_source", "receiving_stage", "states", "receipt_states",
    )  # fmt: skip
    shapes: tuple[Shape, ...] = (
        Shape("a field", error("VALIDATION_FAILED", (NAME, "Укажите имя")), status=422, code=NAME, names=Field.NAME),
        Shape("an article", error("UNKNOWN_REFERENCE", ("items[0].sku", "Номенклатура не найдена")), status=422,
              code="items[0].sku", names=Field.ITEMS),
        Shape("the configuration refuses", error("POSTING_REFUSED", message="Склад закрыт"), status=422,
              code="POSTING_REFUSED"),
        Shape("later", {"externalId": "x", "accepted": True}, "uncertain", 202),
        *SERVICE,
    )  # fmt: skip

    def no_such_order(self) -> str:
        return "0a000100-0000-4000-8000-000000009999"

    def refused_code(self) -> str:
        return NAME

    def pack(self, state: OrderState, short: int = 0) -> None:
        self.control("POST", f"orders/{self.key(state)}/status", {"code": "packed", "short": short})

    def add_document(self, key: str) -> None:
        self.control("POST", f"orders/{key}/documents", {"kind": "waybill", "name": "ТОРГ-12.pdf"})

    def sent(self, state: OrderState) -> Sent:
        """Boxes and money are the carrier's."""
        body = self.detail(state)["body"]
        return Sent(
            goods=tuple((row["sku"], row["qty"], round(row["price"] * 100)) for row in body["items"]),
            name=body["party"]["name"], phone=body["party"]["phone"], comment=body["deliveryAddress"]["comment"],
            place=body["deliveryAddress"]["text"],
        )  # fmt: skip

    def callback_body(self, state: OrderState) -> bytes:
        row = {"event": "shipment_order.changed", "id": state.remote_id, "externalId": state.number}
        return json.dumps({**row, "status": "in_transit", "revision": 3, "at": "2026-10-06T14:05:00+03:00"}).encode()


class OneCWmsXmlHarness(OneCWmsHarness):
    name = "one_c_wms_xml"
    #: What every document of ours goes through in XML is told of 1C:TMS.
    stories = ("warehouses", "receipts")
    settings: Mapping[str, Any] = {**OneCWmsHarness.settings, "format": "xml"}


class OneCWmsODataHarness(OneCWmsHarness):
    name = "one_c_wms_odata"
    #: Nothing tells when a state began (`following`); what else OData has is in `test_one_c_wms`.
    stories = ("orders", "tracking", "cancels", "accounts")
    settings: Mapping[str, Any] = {"interface": "odata", "odata_cancel": "status"}
    credentials: Mapping[str, str] = {
        **OneCWmsHarness.credentials, "organization": "organization", "direction": "direction",
        "shipping_stage": "shipping_stage", "return_source": "return_source", "receiving_stage": "receiving_stage",
    }  # fmt: skip
    wrong_keys = (("password", "wrong", "sign_in"), ("login", "nobody", "sign_in"), ("login", "кладовщик", "sign_in"))
    #: Posting is what makes a document an order.
    create_path = f"{BASE}/Document_*/Post"
    create_steps = (
        Where(f"{BASE}/Catalog_*"),
        Where(f"{BASE}/Document_*", contains="НомерКИС"),
        Where(f"{BASE}/Document_*", contains="Владелец_Key"),
        Where(f"{BASE}/InformationRegister_*"),
        Where(create_path),
    )
    find_path = read_path = many_path = f"{BASE}/Document_*"
    cancel_path = f"{BASE}/InformationRegister_*"
    cancel_method = "PATCH"
    shapes = (
        Shape("the configuration refuses", refusal("-1", "Поле «Контрагент» не заполнено"), status=500, code="-1",
              names=Field.NAME),
        Shape("it refuses for something else", refusal("-1", "Склад закрыт"), status=500, code="-1"),
        Shape("changed meanwhile", refusal("-1", "Объект изменен"), "unavailable", 412),
        *ODATA,
    )  # fmt: skip

    def most_calls(self, count: int) -> int:
        """Headers, rows, states, and what was shipped, of twenty."""
        return 4 * (-(-count // one_c_odata.MOST_OR))

    def refused_code(self) -> str:
        return "-1"

    def refuse(self, request: Any) -> None:
        row = {"code": "POSTING_REFUSED", "message": "Контрагент заблокирован"}
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": [row]})

    def sent(self, state: OrderState) -> Sent:
        """Of the recipient a base has the name alone."""
        found = self.detail(state)
        return Sent(name=found["recipient"], goods=tuple((row["sku"], row["ordered"], None) for row in found["lines"]))
