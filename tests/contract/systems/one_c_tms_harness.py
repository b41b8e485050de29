"""1C:TMS's emulator behind the face of the contract suite: over our HTTP service in JSON, and in XML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from tests.contract.systems.harness import Harness, Sent, Shape, Where
from tests.contract.systems.one_c_shapes import ODATA, SERVICE, error, refusal

ROOT = "/tms/hs/b24logistics/v1/transport-requests"
PHONE = "stops[1].contact.phone"


class OneCTmsHarness(Harness):
    code = "one_c_tms"
    mode = "live"
    create_path = ROOT
    find_path = f"{ROOT}/by-external-id/*"
    read_path = f"{ROOT}/{{id}}"
    cancel_path = f"{ROOT}/{{id}}/cancel"
    settings: Mapping[str, Any] = {"warehouse": "MSK-01", "sender_phone": "+74950000001"}
    credentials: Mapping[str, str] = {"address": "base_url", "login": "login", "password": "password"}
    wrong_keys: tuple[tuple[str, str, str], ...] = (
        ("password", "wrong", "sign_in"), ("login", "nobody", "sign_in"), ("login", "b24_viewer", "sign_in"),
    )  # fmt: skip
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "accepted_at_warehouse"},
        "in_transit": {"code": "in_transit"},
        "out_for_delivery": {"code": "out_for_delivery"},
        "delivered": {"code": "delivered"},
    }
    others: Mapping[str, Where] = {
        "returns": Where(ROOT),
        "feed": Where(ROOT, "GET"),
        "filed": Where(f"{ROOT}/{{id}}/documents"),
        "documents": Where(f"{ROOT}/{{id}}/documents", "GET"),
    }
    failed_attempt = ({"code": "delivery_failed", "problem": "REFUSED"}, Incident.REFUSED)
    knows_cities = False
    too_late = "in_transit"
    subscribes = False
    has_tracking_page = False
    shapes: tuple[Shape, ...] = (
        Shape("a field", error("VALIDATION_FAILED", (PHONE, "Укажите телефон")), status=422, code=PHONE,
              names=Field.PHONE),
        Shape("a reference", error("UNKNOWN_REFERENCE", ("stops[0].warehouseRef", "Склад не найден")), status=422,
              code="stops[0].warehouseRef", names=Field.SENDER),
        Shape("the configuration refuses", error("POSTING_REFUSED", message="Не хватает лимита"), status=422,
              code="POSTING_REFUSED", names=Field.ORDER),
        Shape("too large", error("TOO_LARGE"), status=413, code="TOO_LARGE"),
        Shape("a proxy's limit", "<html>413</html>", status=413, code="http_413", kind="text/html"),
        Shape("nothing in it", {}, "uncertain", 201),
        *SERVICE,
    )  # fmt: skip

    files_anew = False

    def most_calls(self, count: int) -> int:
        """A state, and its events."""
        return 2 * count

    def no_such_order(self) -> str:
        return "0a000100-0000-4000-8000-000000009999"

    def refused_code(self) -> str:
        return "stops[1].contact.name"

    def add_document(self, key: str) -> None:
        self.control("POST", f"orders/{key}/documents", {"kind": "waybill", "name": "Накладная.pdf"})

    def sent(self, state: OrderState) -> Sent:
        body = self.detail(state)["body"]
        cargo, drop = body["cargo"], body["stops"][-1]
        return Sent(
            cod_minor=round(cargo["cashOnDelivery"] * 100),
            declared_minor=round(cargo["declaredValue"] * 100),
            parcels=tuple(
                (round(box["weightKg"] * 1000), (box["lengthCm"] * 10, box["widthCm"] * 10, box["heightCm"] * 10))
                for box in cargo["packages"]
            ),
            name=drop["contact"]["name"],
            phone=drop["contact"]["phone"],
            comment=body.get("comment", ""),
            place=drop["address"]["text"],
        )

    def account_number(self, index: int) -> str:
        """The id of a request of another firm's base."""
        other = self.world.addresses[self.code]["accounts"][index]
        keys = {"login": other["login"], "password": other["password"], "api_token": other["token"]}
        return str(self.open(base_url=other["base_url"], **keys).create(self.request("other-1")).remote_id)

    def callback_body(self, state: OrderState) -> bytes:
        row = {"event": "transport_request.changed", "id": state.remote_id, "externalId": state.number}
        return json.dumps({**row, "status": "in_transit", "revision": 3, "at": "2026-10-06T14:05:00+03:00"}).encode()


class OneCTmsXmlHarness(OneCTmsHarness):
    name = "one_c_tms_xml"
    stories = ("orders", "following", "feeds")
    settings: Mapping[str, Any] = {**OneCTmsHarness.settings, "format": "xml"}


BASE = "/tms3/odata/standard.odata"
ATTRIBUTES = """
Склад_Key = "0a000400-0000-4000-8000-000000000001"
Вес = cargo.weightKg
Объем = cargo.volumeM3
ОбъявленнаяСтоимость = cargo.declaredValue
СуммаКОплате = cargo.cashOnDelivery
Комментарий = comment
ПолучательНаименование = stops[-1].contact.name
ПолучательТелефон = stops[-1].contact.phone

Маршрут[stops].Адрес = address.text | warehouseRef
Маршрут[stops].КонтактноеЛицо = contact.name
Маршрут[stops].Телефон = contact.phone
ГрузовыеМеста[cargo.packages].Вес = weightKg
ГрузовыеМеста[cargo.packages].Длина = lengthCm
ГрузовыеМеста[cargo.packages].Ширина = widthCm
ГрузовыеМеста[cargo.packages].Высота = heightCm
"""


class OneCTmsODataHarness(OneCTmsHarness):
    name = "one_c_tms_odata"
    #: A base shows the status of now alone (`following`), and has no documents and returns.
    stories = ("orders", "tracking", "cancels", "accounts", "callbacks")
    settings: Mapping[str, Any] = {
        "interface": "odata",
        "warehouse": "MSK-01",
        "odata_entity": "Document_ЗаданиеНаПеревозку",
        "odata_number": "НомерКИС",
        "odata_status": "Статус",
        "odata_status_at": "ДатаСтатуса",
        "odata_fields": ATTRIBUTES,
        "odata_cancel": "mark",
    }
    wrong_keys = (("password", "wrong", "sign_in"), ("login", "nobody", "sign_in"))
    #: Posting is what makes a document a request.
    create_path = f"{BASE}/Document_*/Post"
    create_steps = (Where(f"{BASE}/Document_*"), Where(create_path))
    find_path = read_path = f"{BASE}/Document_*"
    cancel_path = f"{BASE}/Document_*"
    cancel_method = "PATCH"
    too_late = "accepted_at_warehouse"
    shapes = (
        Shape("the configuration refuses", refusal("-1", "Не заполнен телефон"), status=500, code="-1",
              names=Field.PHONE),
        Shape("for something else", refusal("-1", "Лимит исчерпан"), status=500, code="-1"),
        Shape("nothing in it", {}, "uncertain"),
        *ODATA,
    )  # fmt: skip

    def base_url(self) -> str:
        return str(self.account()["base_url"])

    def account(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.world.addresses[self.code]["accounts"][3]
        return found

    def most_calls(self, count: int) -> int:
        return count

    def refused_code(self) -> str:
        return "-1"

    def refuse(self, request: ShipmentRequest) -> None:
        row = {"match": {"number": request.number}, "errors": [{"message": "Получатель в стоп-листе"}]}
        self.control("POST", "overrides", row)
