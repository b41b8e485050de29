"""The emulated 1C:WMS over HTTP: orders, receipts and their inspection, stock, documents, by both interfaces."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from lxml import etree
from requests.auth import HTTPBasicAuth

from sandbox.one_c_wms.data.goods import goods
from sandbox.world import World

from .conftest import Receiver

_PARTY = {"kind": "person", "name": "Мария Северцева", "phone": "+79000001462"}
_ORDER: dict[str, Any] = {
    "externalId": "wb-1-1", "warehouseRef": "MSK-01", "plannedShipDate": "2026-10-06", "party": _PARTY,
    "deliveryAddress": {"text": "Казань, ул. Баумана, 44", "city": "Казань", "country": "RU", "comment": "звонить"},
    "items": [{"line": 1, "sku": "CUP-1", "name": "Чашка", "qty": 2, "unit": "шт", "weightKg": 0.35, "price": 450.0}],
}  # fmt: skip
_RECEIPT: dict[str, Any] = {
    "externalId": "wb-1-1-R1", "type": "return", "warehouseRef": "MSK-01", "expectedAt": "2026-10-20T12:00:00+03:00",
    "returnOf": {"transportRequestExternalId": "wb-1-1", "dealId": 1, "reasonCode": "defect"}, "party": _PARTY,
    "items": [{"line": 1, "sku": "CUP-1", "name": "Чашка", "qtyExpected": 2, "unit": "шт"}],
}  # fmt: skip


class Client:
    """One infobase, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.keys = world.addresses["one_c_wms"]["accounts"][index]
        self.http = requests.Session()
        self.http.headers["Accept"] = "application/json"
        self.http.auth = HTTPBasicAuth(self.keys["login"].encode(), self.keys["password"].encode())
        if self.keys["api_token"]:
            self.http.headers["X-Api-Token"] = self.keys["api_token"]

    def call(self, verb: str, path: str, body: Any = None, key: str = "", **more: Any) -> requests.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())} if verb == "POST" else {}
        headers |= more.pop("headers", {})
        address = f"{self.keys['base_url']}/hs/b24logistics/v1{path}"
        return self.http.request(verb, address, json=body, headers=headers, timeout=10, **more)

    def odata(self, verb: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        address = f"{self.keys['base_url']}/odata/standard.odata/{quote(path, safe='$?=&(),/;:*')}"
        return self.http.request(verb, address, json=body, headers=headers, timeout=10)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.call("POST", path, body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        assert answer.headers["Location"].endswith(found["id"])
        return found

    def order(self, **changes: Any) -> dict[str, Any]:
        return self.made("/wms/shipment-orders", {**_ORDER, **changes})

    def read(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/wms/shipment-orders/{identifier}").json()
        return found

    def value(self, path: str) -> list[dict[str, Any]]:
        answer = self.odata("GET", path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["value"]
        return found


def _error(answer: requests.Response) -> tuple[int, str, list[str]]:
    row = answer.json()["error"]
    return answer.status_code, row["code"], [field["path"] for field in row["fields"]]


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with World(systems=["one_c_wms"]) as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    running.reset()
    return running


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def _go(world: World, key: str, **step: Any) -> None:
    world.control.post(f"/one_c_wms/orders/{key}/status", step)


def test_an_order_is_picked_packed_and_shipped(client: Client, world: World) -> None:
    made = client.order()
    assert (made["status"], made["rawStatus"], made["revision"], made["packages"]) == ("created", "Новый", 1, [])
    assert made["items"] == [{"line": 1, "sku": "CUP-1", "qtyOrdered": 2, "qtyPicked": 0, "qtyShipped": 0}]
    assert client.call("GET", "/wms/shipment-orders/by-external-id/wb-1-1").json()["id"] == made["id"]
    world.control.post("/one_c_wms/orders/wb-1-1/route", {"route": "packed"})
    world.clock.advance(3 * 3600)
    packed = client.read(made["id"])
    assert (packed["status"], packed["rawStatus"], packed["revision"]) == ("accepted_at_warehouse", "Упакован", 3)
    assert packed["items"][0]["qtyPicked"] == 2
    box = {"no": 1, "barcode": "wb-1-1-1", "weightKg": 1.0, "lengthCm": 30, "widthCm": 20, "heightCm": 15}
    assert packed["packages"] == [box]
    _go(world, "wb-1-1", code="in_transit")
    shipped = client.read(made["id"])
    assert (shipped["status"], shipped["items"][0]["qtyShipped"]) == ("in_transit", 2)
    accepted = world.journal.find(kind="order.accepted")
    assert [entry.key for entry in accepted] == ["wb-1-1"]
    assert accepted[0].data["lines"] == [["CUP-1", 2]]


@pytest.mark.parametrize(
    ("route", "status", "raw", "picked"),
    [
        ("short", "accepted_at_warehouse", "Упакован", 1),
        ("blocked", "blocked", "Заблокирован", 0),
        ("cancelled", "cancelled", "Отменен", 0),
        ("unknown_code", "НаКарантине", "НаКарантине", 0),
        ("stay", "created", "Новый", 0),
        ("shipped", "in_transit", "Отгружен", 2),
    ],
)
def test_routes(client: Client, world: World, route: str, status: str, raw: str, picked: int) -> None:
    world.control.post("/one_c_wms/overrides", {"match": {"recipient": "Мария*"}, "route": route})
    made = client.order()
    world.clock.advance(4 * 3600)
    found = client.read(made["id"])
    assert (found["status"], found["rawStatus"], found["items"][0]["qtyPicked"]) == (status, raw, picked)
    assert bool(found["problem"]) == (route == "blocked")


def test_no_more_is_picked_than_lies_there(client: Client, world: World) -> None:
    items = [{"line": n, "sku": sku, "name": sku, "qty": 2} for n, sku in enumerate(("KID-DOLL", "CUP-1"), start=1)]
    made = client.order(items=items)
    _go(world, "wb-1-1", code="packed")
    assert [row["qtyPicked"] for row in client.read(made["id"])["items"]] == [1, 2]


def test_the_number_is_taken_once_and_a_key_repeats_its_answer(client: Client, world: World) -> None:
    key = str(uuid.uuid4())
    first = client.call("POST", "/wms/shipment-orders", _ORDER, key)
    again = client.call("POST", "/wms/shipment-orders", _ORDER, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.call("POST", "/wms/shipment-orders", {**_ORDER, "externalId": "wb-2-1"}, key)
    assert _error(other)[:2] == (409, "IDEMPOTENCY_CONFLICT")
    taken = client.call("POST", "/wms/shipment-orders", _ORDER)
    assert _error(taken)[:2] == (409, "ALREADY_EXISTS")
    assert taken.json()["error"]["details"]["id"] == first.json()["id"]
    assert len(world.journal.find(kind="order.accepted")) == 1


@pytest.mark.parametrize(
    ("change", "code", "paths"),
    [
        ({"externalId": None}, "VALIDATION_FAILED", ["externalId"]),
        ({"items": []}, "VALIDATION_FAILED", ["items"]),
        ({"party": {"kind": "person"}}, "VALIDATION_FAILED", ["party.name"]),
        ({"items": [{**_ORDER["items"][0], "qty": 0}]}, "VALIDATION_FAILED", ["items[0].qty"]),
        ({"items": [{**_ORDER["items"][0], "qty": "2"}]}, "VALIDATION_FAILED", ["items[0].qty"]),
        ({"items": _ORDER["items"] * 2}, "VALIDATION_FAILED", ["items"]),
        ({"plannedShipDate": "завтра"}, "VALIDATION_FAILED", ["plannedShipDate"]),
        ({"strange": 1}, "VALIDATION_FAILED", ["strange"]),
        ({"items": [{**_ORDER["items"][0], "sku": "NO-SUCH"}]}, "UNKNOWN_REFERENCE", ["items[0].sku"]),
        ({"warehouseRef": "SPB-01"}, "UNKNOWN_REFERENCE", ["warehouseRef"]),
        ({"carrierRef": "CR-1"}, "UNKNOWN_REFERENCE", ["carrierRef"]),
    ],
)
def test_what_is_wrong_is_named(client: Client, change: dict[str, Any], code: str, paths: list[str]) -> None:
    body = {name: value for name, value in {**_ORDER, **change}.items() if value is not None}
    assert _error(client.call("POST", "/wms/shipment-orders", body)) == (422, code, paths)


def test_an_override_refuses_in_the_words_of_either_interface(client: Client, world: World) -> None:
    error = {"code": "POSTING_REFUSED", "message": "Склад закрыт на инвентаризацию"}
    world.control.post("/one_c_wms/overrides", {"match": {"number": "wb-*"}, "errors": [error]})
    answer = client.call("POST", "/wms/shipment-orders", _ORDER)
    assert _error(answer)[:2] == (422, "POSTING_REFUSED")
    assert client.call("GET", "/wms/shipment-orders/by-external-id/wb-1-1").status_code == 404
    assert client.value("Document_усЗаказНаОтгрузку") == []
    refused = _post(client, _half(client, "wb-1-1"))
    assert refused.status_code == 500
    assert refused.json()["odata.error"]["message"]["value"] == "Склад закрыт на инвентаризацию"


def test_cancelling_is_over_once_picking_began(client: Client, world: World) -> None:
    first, second = client.order(), client.order(externalId="wb-2-1")
    body = {"reasonCode": "customer_refused", "expectedRevision": 1}
    for _ in range(2):
        assert client.call("POST", f"/wms/shipment-orders/{first['id']}/cancel", body).json()["status"] == "cancelled"
    _go(world, "wb-2-1", code="ВРаботе")
    late = client.call("POST", f"/wms/shipment-orders/{second['id']}/cancel", {"reasonCode": "other"})
    assert _error(late)[:2] == (409, "STATE_CONFLICT")
    assert late.json()["error"]["details"] == {"status": "accepted_at_warehouse"}
    stale = client.call("POST", f"/wms/shipment-orders/{second['id']}/cancel", body)
    assert _error(stale) == (409, "STATE_CONFLICT", ["expectedRevision"])
    assert len(world.journal.find(kind="order.cancelled")) == 1


def test_several_orders_in_one_answer(client: Client) -> None:
    first = client.order()
    second = client.made("/wms/shipment-orders", {**_ORDER, "externalId": "wb-2-1"})
    ids = ",".join((second["id"], "0a000100-0000-4000-8000-000000009999", first["id"], second["id"]))
    found = client.call("GET", f"/wms/shipment-orders?ids={ids}").json()
    assert [row["externalId"] for row in found["items"]] == ["wb-2-1", "wb-1-1"]
    assert found["items"][1] == client.call("GET", f"/wms/shipment-orders/{first['id']}").json()
    tree = etree.fromstring(
        client.call("GET", f"/wms/shipment-orders?ids={ids}", headers={"Accept": "application/xml"}).content
    )
    assert etree.QName(tree).localname == "ShipmentOrderStates"
    assert tree.findtext("{*}Items/{*}Item/{*}Items/{*}Item/{*}Sku") == "CUP-1"
    for odd in ("", "?ids=", f"?ids={','.join(map(str, range(51)))}"):
        assert _error(client.call("GET", f"/wms/shipment-orders{odd}")) == (422, "VALIDATION_FAILED", ["ids"])


def test_a_slow_base_answers_202_and_has_the_order_later(client: Client, world: World) -> None:
    world.control.post("/one_c_wms/settings", {"decision_min": 60.0, "decision_max": 60.0})
    answer = client.call("POST", "/wms/shipment-orders", _ORDER)
    assert (answer.status_code, answer.json()) == (202, {"externalId": "wb-1-1", "accepted": True})
    assert client.call("GET", "/wms/shipment-orders/by-external-id/wb-1-1").status_code == 404
    assert _error(client.call("POST", "/wms/shipment-orders", _ORDER))[:2] == (409, "LOCKED")
    world.clock.advance(61)
    assert client.call("GET", "/wms/shipment-orders/by-external-id/wb-1-1").json()["status"] == "created"


def test_a_return_is_received_and_inspected(client: Client, world: World) -> None:
    made = client.made("/wms/expected-receipts", _RECEIPT)
    path = f"/wms/expected-receipts/{made['id']}"
    assert (made["status"], made["rawStatus"], made["items"][0]["qtyReceived"]) == ("created", "Новая", 0)
    early = client.call("GET", f"{path}/inspection")
    assert _error(early)[:2] == (409, "STATE_CONFLICT")
    world.control.post("/one_c_wms/receipts/wb-1-1-R1/status", {"code": "accepted_at_warehouse"})
    late = client.call("POST", f"{path}/cancel", {"reasonCode": "other"})
    assert _error(late)[:2] == (409, "STATE_CONFLICT")
    lines = [{"sku": "CUP-1", "accepted": 1, "damaged": 1, "surplus": 1}]
    world.control.post("/one_c_wms/receipts/wb-1-1-R1/inspect", {"lines": lines})
    found = client.call("GET", f"{path}/inspection").json()
    assert (found["overall"], found["inspector"]) == ("partially_accepted", "Кладовщик 2")
    row = found["items"][0]
    assert [row[f"qty{name}"] for name in ("Expected", "Accepted", "Damaged", "Missing", "Surplus")] == [2, 1, 1, 0, 1]
    photo = client.call("GET", f"{path}/documents/{row['findings'][0]['photos'][0]}/content")
    assert photo.content.startswith(b"\x89PNG")
    state = client.call("GET", "/wms/expected-receipts/by-external-id/wb-1-1-R1").json()
    assert (state["status"], state["items"][0]["qtyReceived"]) == ("completed", 3)
    again = client.call("POST", "/wms/expected-receipts", _RECEIPT)
    assert _error(again)[:2] == (409, "ALREADY_EXISTS")
    accepted = world.journal.find(kind="receipt.accepted")
    assert [(entry.key, entry.data["return_of"]) for entry in accepted] == [("wb-1-1-R1", "wb-1-1")]


def test_an_inspection_adds_up(client: Client, world: World) -> None:
    client.made("/wms/expected-receipts", _RECEIPT)
    with pytest.raises(RuntimeError, match="must be 2"):
        world.control.post(
            "/one_c_wms/receipts/wb-1-1-R1/inspect", {"lines": [{"sku": "CUP-1", "accepted": 2, "damaged": 1}]}
        )


def test_a_receipt_is_cancelled_before_it_comes(client: Client) -> None:
    made = client.made("/wms/expected-receipts", _RECEIPT)
    path = f"/wms/expected-receipts/{made['id']}/cancel"
    assert client.call("POST", path, {"reasonCode": "customer_refused"}).json()["status"] == "cancelled"


def test_stock_follows_orders_and_receipts(client: Client, world: World) -> None:
    def row() -> dict[str, Any]:
        answer = client.call(
            "GET", "/wms/stock", params={"sku": "CUP-1", "warehouseRef": "MSK-01", "condition": "good"}
        )
        found: dict[str, Any] = answer.json()["items"][0]
        return found

    start = row()["onHand"]
    client.order()
    client.made("/wms/expected-receipts", _RECEIPT)
    held = row()
    assert (held["reserved"], held["available"], held["expected"]) == (2, start - 2, 2)
    _go(world, "wb-1-1", code="Отгружен")
    assert (row()["onHand"], row()["reserved"]) == (start - 2, 0)
    world.control.post("/one_c_wms/receipts/wb-1-1-R1/inspect", {})
    assert (row()["onHand"], row()["expected"]) == (start, 0)


def test_stock_page_by_page_and_articles_that_nobody_knows(client: Client) -> None:
    asked = {"sku": "KID-DOLL,SP-SKI-190", "condition": "good"}
    found = client.call("GET", "/wms/stock", params=asked).json()
    assert found["unknownSkus"] == ["SP-SKI-190"]
    there = {(row["sku"], row["warehouseRef"]): row["available"] for row in found["items"]}
    assert there == {("KID-DOLL", "MSK-01"): 1, ("KID-DOLL", "KZN-01"): 0}
    rows, cursor = 0, ""
    while True:
        page = client.call("GET", "/wms/stock", params={"limit": 100, "cursor": cursor}).json()
        rows, cursor = rows + len(page["items"]), page["nextCursor"]
        if not cursor:
            break
    assert rows == 4 * len(goods())
    assert [row["ref"] for row in client.call("GET", "/wms/warehouses").json()["items"]] == ["KZN-01", "MSK-01"]


def test_documents_both_ways(client: Client, world: World) -> None:
    made = client.order()
    path = f"/wms/shipment-orders/{made['id']}/documents"
    content = b"%PDF-1.4 label"
    body = {
        "externalId": "B24-FILE-1", "kind": "label", "fileName": "label.pdf", "mediaType": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(), "sizeBytes": len(content),
        "contentBase64": base64.b64encode(content).decode(),
    }  # fmt: skip
    assert client.call("POST", path, body).status_code == 201
    assert _error(client.call("POST", path, {**body, "externalId": "2", "sha256": "0" * 64}))[1:] == (
        "VALIDATION_FAILED",
        ["sha256"],
    )
    world.control.post("/one_c_wms/orders/wb-1-1/documents", {"kind": "waybill", "name": "ТОРГ-12.pdf"})
    rows = client.call("GET", path).json()["items"]
    assert {row["kind"] for row in rows} == {"label", "waybill"}
    contents = {client.call("GET", f"{path}/{row['documentId']}/content").content[:8] for row in rows}
    assert contents == {b"%PDF-1.4"}
    assert client.read(made["id"])["documentsCount"] == 2


def test_callbacks_tell_of_changes(client: Client, world: World) -> None:
    with Receiver() as receiver:
        world.control.post("/one_c_wms/callback", {"url": receiver.url, "token": "t-1"})
        made = client.order()
        _go(world, "wb-1-1", code="ВРаботе")
        told = receiver.wait(1)[0]
    assert (told["event"], told["id"], told["status"]) == (
        "shipment_order.changed",
        made["id"],
        "accepted_at_warehouse",
    )


def test_xml_says_the_same(client: Client) -> None:
    body = (
        '<ShipmentOrder xmlns="urn:b24-logistics:exchange:1"><ExternalId>wb-9-1</ExternalId>'
        "<WarehouseRef>KZN-01</WarehouseRef><Party><Kind>person</Kind><Name>Мария Северцева</Name></Party>"
        "<Items><Item><Line>1</Line><Sku>CUP-1</Sku><Name>Чашка</Name><Qty>1.5</Qty></Item></Items></ShipmentOrder>"
    )
    headers = {"Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml"}
    answer = client.call("POST", "/wms/shipment-orders", headers=headers, data=body.encode())
    assert answer.status_code == 201, answer.text
    tree = etree.fromstring(answer.content)
    names = [etree.QName(node).localname for node in tree]
    assert names[:3] == ["Id", "ExternalId", "Number"]
    assert tree.findtext("{*}Items/{*}Item/{*}QtyOrdered") == "1.5"


@pytest.mark.parametrize(("login", "password"), [("b24_exchange", "wrong"), ("nobody", "Склад-2026"), ("", "")])
def test_nobody_enters_without_a_password(client: Client, login: str, password: str) -> None:
    client.http.auth = HTTPBasicAuth(login.encode(), password.encode())
    for answer in client.call("GET", "/health"), client.odata("GET", "$metadata"):
        assert answer.status_code == 401
        assert answer.headers["Content-Type"].startswith("text/html")


def test_infobases_do_not_see_each_other(client: Client, world: World) -> None:
    made = client.order()
    other = Client(world, 2)
    assert other.call("GET", "/health").json()["user"] == "Обмен"
    assert other.call("GET", f"/wms/shipment-orders/{made['id']}").status_code == 404
    assert other.value("Document_усЗаказНаОтгрузку") == []
    del other.http.headers["X-Api-Token"]
    assert _error(other.call("GET", "/health"))[:2] == (401, "UNAUTHORIZED")
    stranger = Client(world, 1)
    assert _error(stranger.call("GET", "/wms/warehouses"))[:2] == (403, "FORBIDDEN")
    refused = stranger.odata("GET", "Catalog_Организации")
    assert (refused.status_code, refused.json()["odata.error"]["code"]) == (403, "20")


# --- OData ------------------------------------------------------------------------------------------------------------


def _half(client: Client, number: str) -> str:
    """A shipment order as §4.4 makes it, up to posting; its reference."""
    partner = client.odata("POST", "Catalog_усКонтрагенты", {"Description": "Мария Северцева"}).json()["Ref_Key"]
    good = client.value("Catalog_усНоменклатура?$select=Ref_Key&$filter=КодКИС eq 'CUP-1'")[0]["Ref_Key"]
    header = {
        "Date": "2026-10-05T12:40:00", "НомерКИС": number, "ДатаКИС": "2026-10-05T00:00:00",
        "ДатаОтгрузки": "2026-10-06T00:00:00", "Организация_Key": client.keys["organization"],
        "НаправлениеОтгрузки_Key": client.keys["direction"], "СтадииОтгрузки_Key": client.keys["shipping_stage"],
        "Контрагент_Key": partner,
    }  # fmt: skip
    key = str(client.odata("POST", "Document_усЗаказНаОтгрузку", header).json()["Ref_Key"])
    row = {
        "Number": "1", "Date": "2026-10-05T12:40:00", "Владелец_Key": key, "Номенклатура_Key": good, "Количество": 2,
    }  # fmt: skip
    assert client.odata("POST", "Document_усСтрокаЗаказаНаОтгрузку", row).status_code == 201
    state = {"ЗаказНаОтгрузку_Key": key, "Статус": "Новый"}
    assert client.odata("POST", "InformationRegister_усСтатусыЗаказовНаОтгрузку", state).status_code == 201
    return key


def _post(client: Client, key: str) -> requests.Response:
    return client.odata("POST", f"Document_усЗаказНаОтгрузку(guid'{key}')/Post?PostingModeOperational=false")


def _state(client: Client, key: str) -> str:
    rows = client.value(f"InformationRegister_усСтатусыЗаказовНаОтгрузку?$filter=ЗаказНаОтгрузку_Key eq guid'{key}'")
    return str(rows[0]["Статус"])


def test_an_order_made_by_odata_is_one_for_both(client: Client, world: World) -> None:
    key = _half(client, "wb-5-1")
    assert world.journal.find(kind="order.accepted") == []
    assert _post(client, key).json()["Posted"] is True
    assert _post(client, key).status_code == 200
    assert [entry.key for entry in world.journal.find(kind="order.accepted")] == ["wb-5-1"]
    assert client.call("GET", "/wms/shipment-orders/by-external-id/wb-5-1").json()["id"] == key
    for code, state in ("ВРаботе", "ВРаботе"), ("packed", "Упакован"), ("Отгружен", "Отгружен"):
        _go(world, "wb-5-1", code=code)
        assert _state(client, key) == state
    facts = client.value(
        "AccumulationRegister_усКонтрольОтгрузки/Turnovers(StartPeriod=datetime'2026-01-01T00:00:00',"
        f"Condition='ЗаказНаОтгрузку_Key eq guid''{key}''')?$expand=Номенклатура"
        "&$select=КоличествоОтгруженоTurnover,Номенклатура/КодКИС"
    )
    assert facts == [{"КоличествоОтгруженоTurnover": 2, "Номенклатура": {"КодКИС": "CUP-1"}}]


def test_an_order_made_by_the_service_is_a_document(client: Client) -> None:
    made = client.order()
    header = client.value("Document_усЗаказНаОтгрузку?$filter=НомерКИС eq 'wb-1-1'&$expand=Контрагент")[0]
    assert (header["Ref_Key"], header["Posted"], header["Number"]) == (made["id"], True, made["number"])
    assert header["Контрагент"]["Description"] == "Мария Северцева"
    rows = client.value(f"Document_усСтрокаЗаказаНаОтгрузку?$filter=Владелец_Key eq guid'{made['id']}'")
    assert [row["Количество"] for row in rows] == [2]


def test_only_a_new_document_is_rewritten(client: Client, world: World) -> None:
    key = _half(client, "wb-5-1")
    _post(client, key)
    row = client.value(f"Document_усСтрокаЗаказаНаОтгрузку?$filter=Владелец_Key eq guid'{key}'")[0]["Ref_Key"]
    path = f"Document_усСтрокаЗаказаНаОтгрузку(guid'{row}')"
    assert client.odata("PATCH", path, {"Количество": 3}).status_code == 200
    _post(client, key)
    assert client.call("GET", f"/wms/shipment-orders/{key}").json()["items"][0]["qtyOrdered"] == 3
    _go(world, "wb-5-1", code="ВРаботе")
    for verb, what in ("PATCH", path), ("DELETE", path), ("PATCH", f"Document_усЗаказНаОтгрузку(guid'{key}')"):
        refused = client.odata(verb, what, {"Number": "9"} if verb == "PATCH" else None)
        assert refused.status_code == 500
        assert "Новый" in refused.json()["odata.error"]["message"]["value"]


@pytest.mark.parametrize("missing", ["rows", "state"])
def test_a_half_written_document_is_not_posted(client: Client, missing: str) -> None:
    key = _half(client, "wb-5-1")
    if missing == "rows":
        row = client.value(f"Document_усСтрокаЗаказаНаОтгрузку?$filter=Владелец_Key eq guid'{key}'")[0]["Ref_Key"]
        assert client.odata("DELETE", f"Document_усСтрокаЗаказаНаОтгрузку(guid'{row}')").status_code == 204
    else:
        header = client.odata("GET", f"Document_усЗаказНаОтгрузку(guid'{key}')").json()
        fresh = {name: header[name] for name in header if name.endswith("_Key") and name != "Ref_Key"}
        fresh |= {"Date": header["Date"], "НомерКИС": "wb-6-1"}
        key = client.odata("POST", "Document_усЗаказНаОтгрузку", fresh).json()["Ref_Key"]
    refused = _post(client, key)
    assert (refused.status_code, refused.json()["odata.error"]["code"]) == (500, "-1")


def test_odata_cancels_while_new_and_no_state_but_the_first_is_set(client: Client, world: World) -> None:
    key = _half(client, "wb-5-1")
    _post(client, key)
    path = f"InformationRegister_усСтатусыЗаказовНаОтгрузку(ЗаказНаОтгрузку_Key=guid'{key}')"
    assert client.odata("PATCH", path, {"Статус": "Отгружен"}).status_code == 500
    assert client.odata("PATCH", path, {"Статус": "Отменен"}).status_code == 200
    assert client.call("GET", f"/wms/shipment-orders/{key}").json()["status"] == "cancelled"
    second = _half(client, "wb-6-1")
    _post(client, second)
    marked = client.odata("PATCH", f"Document_усЗаказНаОтгрузку(guid'{second}')", {"DeletionMark": True})
    assert marked.status_code == 200
    assert _state(client, second) == "Отменен"
    assert len(world.journal.find(kind="order.cancelled")) == 2


def test_balances_and_receipts_by_odata(client: Client, world: World) -> None:
    made = client.made("/wms/expected-receipts", _RECEIPT)
    world.control.post("/one_c_wms/receipts/wb-1-1-R1/inspect", {"lines": [{"sku": "CUP-1", "missing": 1}]})
    facts = client.value(
        "AccumulationRegister_усКонтрольПриемки/Turnovers(Condition="
        f"'ОжидаемаяПриемка_Key eq guid''{made['id']}''')?$select=КоличествоПринятоTurnover"
    )
    assert facts == [{"КоличествоПринятоTurnover": 1}]
    condition = "Condition='КлючАналитикиУчетаНоменклатуры/Номенклатура/КодКИС eq ''KID-DOLL'''"
    rest = client.value(
        f"AccumulationRegister_усОстаткиТоваров/Balance(Period=datetime'2027-01-01T00:00:00',{condition})"
        "?$expand=КлючАналитикиУчетаНоменклатуры/*"
    )
    assert [row["КоличествоBalance"] for row in rest] == [1]
    key = rest[0]["КлючАналитикиУчетаНоменклатуры"]
    assert (key["Номенклатура"]["КодКИС"], key["СтатусНоменклатуры"]["Description"]) == ("KID-DOLL", "Кондиция")


def test_the_extension_can_be_absent_and_objects_unpublished(client: Client, world: World) -> None:
    closed = {
        "unpublished": True, "odata_hidden": ["Document_усОжидаемаяПриемка"], "odata_closed": ["Catalog_Организации"],
    }  # fmt: skip
    world.control.post("/one_c_wms/settings", closed)
    assert client.call("GET", "/health").status_code == 404
    assert client.odata("GET", "$metadata").status_code == 200
    assert client.odata("GET", "Document_усОжидаемаяПриемка").status_code == 404
    assert client.odata("GET", "Catalog_Организации").status_code == 403


def test_a_remembered_moment_comes_back(client: Client, world: World) -> None:
    made = client.order()
    back = world.remember()
    _go(world, "wb-1-1", code="ВРаботе")
    back()
    assert _state(client, made["id"]) == "Новый"
    assert client.read(made["id"])["status"] == "created"


def test_faults_answer_as_the_web_server_does(client: Client, world: World) -> None:
    world.control.post("/faults", {"system": "one_c_wms", "action": "status", "params": {"status": 500}, "times": 2})
    for answer in client.call("GET", "/health"), client.odata("GET", "Catalog_Организации"):
        assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
