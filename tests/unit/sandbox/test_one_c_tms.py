"""The emulated 1C:TMS over HTTP: the contract's rules, transport requests, documents, callbacks."""

from __future__ import annotations

import base64
import copy
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import requests

from sandbox.control.client import ControlError
from sandbox.world import World

from .conftest import Receiver, journalled
from .one_c_client import Client, refusal

REQUESTS = "transport-requests"
NS = 'xmlns="urn:b24-logistics:exchange:1"'
BODY: dict[str, Any] = {
    "externalId": "wb-1-1", "deal": {"id": 1}, "type": "delivery", "organization": {"inn": "7800000001"},
    "service": {"kind": "door_door", "expedited": False}, "comment": "Звонить за час",
    "stops": [
        {"seq": 1, "operation": "pickup", "warehouseRef": "MSK-01"},
        {"seq": 2, "operation": "drop", "window": {"to": "2026-12-08T18:00:00+03:00"},
         "address": {"text": "Казань, ул. Баумана, 44", "country": "RU"},
         "contact": {"name": "Мария Северцева", "phone": "+79000001462"},
         "party": {"kind": "person", "name": "Мария Северцева"}},
    ],
    "cargo": {"weightKg": 0.7, "declaredValue": 900.0, "cashOnDelivery": 0.0, "currency": "RUB",
              "packages": [{"no": 1, "weightKg": 0.7, "lengthCm": 20, "widthCm": 15, "heightCm": 10}],
              "items": [{"line": 1, "sku": "CUP-1", "name": "Чашка", "qty": 2, "price": 450.0, "vatRate": 22}]},
}  # fmt: skip
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<TransportRequest {NS}><ExternalId>wb-1-1</ExternalId><Type>delivery</Type><Stops>
<Stop><Seq>1</Seq><Operation>pickup</Operation><WarehouseRef>MSK-01</WarehouseRef></Stop>
<Stop><Seq>2</Seq><Operation>drop</Operation><Address><Text>Казань, ул. Баумана, 44</Text></Address>
<Contact><Name>Мария Северцева</Name><Phone>+79000001462</Phone></Contact></Stop></Stops>
<Cargo><WeightKg>0.7</WeightKg><Packages><Package><No>1</No><WeightKg>0.7</WeightKg></Package></Packages></Cargo>
</TransportRequest>"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["one_c_tms"]) as world:
        yield world


@pytest.fixture
def client(world: World) -> Client:
    world.reset()
    return Client(world, "one_c_tms")


def made(client: Client, number: str = "wb-1-1", **changes: Any) -> dict[str, Any]:
    answer = client.post(REQUESTS, {**BODY, "externalId": number, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def without(*path: Any) -> dict[str, Any]:
    """The body without one member."""
    body = copy.deepcopy(BODY)
    at: Any = body
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return body


# --- signing in and formats -------------------------------------------------------------------------------------------


def test_the_platform_knows_users_before_addresses_and_answers_in_html(client: Client) -> None:
    wrong: list[Any] = [None, ("b24_exchange", "wrong"), ("Обмен Битрикс24".encode(), b"second-secret")]
    for auth in wrong:
        answer = requests.get(client.base + "health", auth=auth, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/html; charset=utf-8")
        assert "Basic" in answer.headers["WWW-Authenticate"]
    for path, verb, status in (("nope", "GET", 404), (REQUESTS, "PUT", 405), ("wms/stock", "GET", 404)):
        answer = client.http.request(verb, client.base + path, timeout=5)
        assert (answer.status_code, answer.text[:6]) == (status, "<html>")
    client.set(unpublished=True)
    assert client.get("health").status_code == 404
    viewer = Client(client.world, "one_c_tms", 2)
    client.set(unpublished=False)
    assert refusal(viewer.get(REQUESTS)) == (403, "FORBIDDEN", [])
    assert viewer.get("health").json()["user"] == "b24_viewer"
    second = Client(client.world, "one_c_tms", 1)
    assert second.get("health").status_code == 200
    del second.http.headers["X-Api-Token"]
    assert refusal(second.get("health")) == (401, "UNAUTHORIZED", [])


def test_health_and_the_two_formats(client: Client) -> None:
    said = client.get("health", headers={"X-Request-Id": "r-1"})
    assert said.headers["X-Request-Id"] == "r-1"
    assert (said.json()["contract"], said.json()["capabilities"][0]) == ("1.0", "tms")
    xml = client.get("health", headers={"Accept": "application/xml"})
    assert xml.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert f"<Health {NS}><Service>b24logistics</Service>" in xml.text
    assert refusal(client.get("health", headers={"Accept": "text/csv"})) == (406, "NOT_ACCEPTABLE", [])
    strange = client.http.post(client.base + REQUESTS, data=b"a=1", headers={"Content-Type": "text/plain"}, timeout=5)
    assert refusal(strange) == (415, "UNSUPPORTED_MEDIA_TYPE", [])
    client.set(json_bom=True)
    assert client.get("health").content.startswith(b"\xef\xbb\xbf{")
    client.set(maintenance=True, json_bom=False)
    busy = client.get(REQUESTS)
    assert (refusal(busy), busy.headers["Retry-After"]) == ((503, "MAINTENANCE", []), "300")
    assert busy.json()["error"]["retryable"] is True
    client.set(maintenance=False, too_many=1)
    assert (client.get(REQUESTS).status_code, client.get(REQUESTS).status_code) == (429, 200)


# --- creating ---------------------------------------------------------------------------------------------------------


def test_a_request_is_accepted_once_per_key_and_once_per_number(client: Client) -> None:
    key = str(uuid.uuid4())
    first = client.post(REQUESTS, BODY, key)
    row = first.json()
    assert (first.status_code, row["status"], row["revision"], row["rawStatus"]) == (201, "created", 1, "Новая")
    assert first.headers["Location"].endswith(f"/v1/{REQUESTS}/{row['id']}")
    again = client.post(REQUESTS, BODY, key)
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, row, "true")
    assert refusal(client.post(REQUESTS, {**BODY, "comment": ""}, key)) == (409, "IDEMPOTENCY_CONFLICT", [])
    taken = client.post(REQUESTS, BODY)
    assert (refusal(taken), taken.json()["error"]["details"]["id"]) == ((409, "ALREADY_EXISTS", []), row["id"])
    bare = client.http.post(client.base + REQUESTS, json=BODY, timeout=5)
    assert refusal(bare) == (400, "IDEMPOTENCY_KEY_REQUIRED", [])
    assert refusal(client.post(REQUESTS, BODY, "not-a-uuid"))[1] == "IDEMPOTENCY_KEY_REQUIRED"
    assert len(client.world.journal.find(kind="order.accepted", key="wb-1-1")) == 1
    # Refusals are not kept under a key.
    key = str(uuid.uuid4())
    assert client.post(REQUESTS, {**BODY, "externalId": "wb-2-1", "type": "gift"}, key).status_code == 422
    assert client.post(REQUESTS, {**BODY, "externalId": "wb-2-1"}, key).status_code == 201
    # Another infobase has numbers of its own.
    assert made(Client(client.world, "one_c_tms", 1))["externalId"] == "wb-1-1"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (without("externalId"), [("externalId", "required")]),
        (without("type"), [("type", "required")]),
        (without("stops", 1, "contact", "phone"), [("stops[1].contact.phone", "required")]),
        (without("stops", 1, "address"), [("stops[1].address", "required")]),
        (without("cargo", "weightKg"), [("cargo.weightKg", "required")]),
        (without("cargo", "packages", 0), [("cargo.packages", "min_items")]),
        ({**BODY, "stops": BODY["stops"][1:]}, [("stops", "min_items")]),
        ({**BODY, "createdAt": "2026-10-05T12:40:00"}, [("createdAt", "format")]),
        ({**BODY, "deal": {"id": "1"}}, [("deal.id", "type")]),
        ({**BODY, "comment": "x" * 1001}, [("comment", "length")]),
        ({**BODY, "cargo": {**BODY["cargo"], "weightKg": 0.7001}}, [("cargo.weightKg", "decimals")]),
        ({**BODY, "cargo": {**BODY["cargo"], "weightKg": 0}}, [("cargo.weightKg", "range")]),
        ({**BODY, "sku": 1}, [("sku", "unknown")]),
    ],
)
def test_what_is_wrong_is_named_by_its_path(client: Client, body: dict[str, Any], wrong: list[Any]) -> None:
    assert refusal(client.post(REQUESTS, body)) == (422, "VALIDATION_FAILED", wrong)
    assert client.world.journal.find(kind="order.accepted") == []


def test_references_overrides_and_bodies_that_are_none(client: Client) -> None:
    stops = copy.deepcopy(BODY["stops"])
    stops[0]["warehouseRef"] = "NSK-09"
    strange = client.post(REQUESTS, {**BODY, "stops": stops, "carrierRef": "CR-1"})
    paths = [("stops[0].warehouseRef", "reference"), ("carrierRef", "reference")]
    assert refusal(strange) == (422, "UNKNOWN_REFERENCE", paths)
    client.control("overrides", {"match": {"number": "wb-9-*"}, "errors": ["POSTING_REFUSED"], "times": 1})
    assert refusal(client.post(REQUESTS, {**BODY, "externalId": "wb-9-1"})) == (422, "POSTING_REFUSED", [])
    assert made(client, "wb-9-1")["status"] == "created"
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    for body in (b"{", b"[]", b"\xff"):
        answer = client.http.post(client.base + REQUESTS, data=body, headers=headers, timeout=5)
        assert refusal(answer)[:2] == (400, "MALFORMED_BODY")
    client.set(strict=False)
    assert made(client, "wb-9-2", sku=1)["externalId"] == "wb-9-2"


def test_xml_is_read_in_its_order_and_without_a_dtd(client: Client) -> None:
    answer = client.post_xml(REQUESTS, XML)
    assert answer.status_code == 201, answer.text
    assert "<Status>created</Status>" in answer.text
    full = client.get(f"{REQUESTS}/by-external-id/wb-1-1").json()
    assert full["request"]["cargo"] == {"weightKg": 0.7, "packages": [{"no": 1, "weightKg": 0.7}]}
    bad = {
        "order": XML.replace("<Type>delivery</Type>", "").replace("<ExternalId>", "<Type>delivery</Type><ExternalId>"),
        "namespace": XML.replace("exchange:1", "exchange:2"),
        "dtd": XML.replace("?>\n", '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n', 1),
        "member": XML.replace("Package>", "Parcel>"),
        "attribute": XML.replace("<Seq>1", '<Seq at="1">1'),
    }  # fmt: skip
    for name, body in bad.items():
        answer = client.post_xml(REQUESTS, body)
        assert (answer.status_code, "<Code>MALFORMED_BODY</Code>" in answer.text) == (400, True), name
    wrong = client.post_xml(REQUESTS, XML.replace("wb-1-1", "wb-1-2").replace("+79000001462", "900"))
    assert "<Path>stops[1].contact.phone</Path><Rule>format</Rule>" in wrong.text
    client.set(xml_crlf=True)
    assert b">\r\n<" in client.get("health", headers={"Accept": "application/xml"}).content


def test_longer_work_is_accepted_and_exists_later(client: Client) -> None:
    client.set(decision_min=60, decision_max=60)
    answer = client.post(REQUESTS, BODY)
    assert (answer.status_code, answer.json()) == (202, {"externalId": "wb-1-1", "accepted": True})
    assert refusal(client.get(f"{REQUESTS}/by-external-id/wb-1-1")) == (404, "NOT_FOUND", [])
    assert refusal(client.post(REQUESTS, BODY)) == (409, "LOCKED", [])
    client.world.clock.advance(61)
    assert client.get(f"{REQUESTS}/by-external-id/wb-1-1").json()["status"] == "created"


# --- the life of a request --------------------------------------------------------------------------------------------


def test_every_route_comes_to_its_end_with_a_revision_a_change(client: Client) -> None:
    ends = {}
    for n, route in enumerate(("delivered", "returned", "lost", "cancelled", "blocked", "unknown_code", "stay")):
        row = made(client, f"wb-{n}-1")
        client.control(f"orders/wb-{n}-1/route", {"route": route})
        ends[route] = row["id"]
    client.world.clock.advance(10 * 3600)
    states = {route: client.get(f"{REQUESTS}/{found}").json() for route, found in ends.items()}
    assert {route: state["status"] for route, state in states.items()} == {
        "delivered": "delivered", "returned": "returned", "lost": "lost", "cancelled": "cancelled",
        "blocked": "blocked", "unknown_code": "customs_hold", "stay": "created",
    }  # fmt: skip
    done = states["delivered"]
    assert (done["revision"], done["trackingNumber"], done["actualDelivery"]) == (5, "TR-000042", done["statusAt"])
    events = client.get(f"{REQUESTS}/{done['id']}/events").json()["items"]
    assert [event["status"] for event in events] == [
        "created", "accepted_at_warehouse", "in_transit", "out_for_delivery", "delivered",
    ]  # fmt: skip
    later = client.get(f"{REQUESTS}/{done['id']}/events", params={"after": events[3]["at"]}).json()["items"]
    assert [event["eventId"] for event in later] == [event["eventId"] for event in events[3:]]
    with pytest.raises(ControlError):
        client.control("orders/wb-0-1/status", {"code": "in_transit"})


def test_changed_ones_come_in_pages_oldest_change_first(client: Client) -> None:
    for n in range(5):
        made(client, f"wb-{n}-1")
    client.world.clock.advance(100)
    client.control("orders/wb-2-1/status", {"code": "accepted_at_warehouse"})
    since = client.get(f"{REQUESTS}/by-external-id/wb-2-1").json()["statusAt"]
    found, params = [], {"limit": "2"}
    while True:
        page = client.get(REQUESTS, params=params).json()
        found += [row["externalId"] for row in page["items"]]
        if page["nextCursor"] is None:
            break
        params["cursor"] = page["nextCursor"]
    assert found == ["wb-0-1", "wb-1-1", "wb-3-1", "wb-4-1", "wb-2-1"]
    changed = client.get(REQUESTS, params={"changedSince": since}).json()["items"]
    assert [(row["externalId"], row["revision"]) for row in changed] == [("wb-2-1", 2)]
    for wrong in ({"limit": "501"}, {"changedSince": "yesterday"}, {"cursor": "ю"}):
        assert refusal(client.get(REQUESTS, params=wrong))[:2] == (422, "VALIDATION_FAILED")


def test_cancelling_has_its_moment_and_its_revision(client: Client) -> None:
    row = made(client)
    path = f"{REQUESTS}/{row['id']}/cancel"
    assert refusal(client.post(path, {"reasonCode": "mood"}))[2] == [("reasonCode", "enum")]
    stale = client.post(path, {"reasonCode": "other", "expectedRevision": 7})
    assert refusal(stale) == (409, "STATE_CONFLICT", [("expectedRevision", "revision")])
    done = client.post(path, {"reasonCode": "other", "comment": "Передумал", "expectedRevision": 1})
    assert (done.status_code, done.json()["status"], done.json()["revision"]) == (200, "cancelled", 2)
    assert client.post(path, {"reasonCode": "other"}).json()["revision"] == 2
    assert refusal(client.post(REQUESTS, BODY))[1] == "ALREADY_EXISTS"
    moved = made(client, "wb-2-1")
    client.control("orders/wb-2-1/status", {"code": "in_transit"})
    late = client.post(f"{REQUESTS}/{moved['id']}/cancel", {"reasonCode": "other"})
    assert late.json()["error"]["details"] == {"status": "in_transit"}
    assert refusal(client.post(f"{REQUESTS}/0a/cancel", {"reasonCode": "other"}))[:2] == (404, "NOT_FOUND")
    client.set(locked=1)
    third = made(client, "wb-3-1") if client.post(REQUESTS, {**BODY, "externalId": "wb-3-1"}).status_code == 409 else {}
    assert third["status"] == "created"


# --- documents --------------------------------------------------------------------------------------------------------


def upload_of(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "externalId": "B24-FILE-88", "kind": "label", "fileName": "label.pdf", "mediaType": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(), "sizeBytes": len(content),
        "contentBase64": base64.b64encode(content).decode(), **changes,
    }  # fmt: skip


def test_documents_are_checked_kept_and_read_back(client: Client) -> None:
    content = b"%PDF-1.4 label"
    path = f"{REQUESTS}/{made(client)['id']}/documents"
    wrong = client.post(path, upload_of(content, sha256="0" * 64, sizeBytes=3))
    assert refusal(wrong) == (422, "VALIDATION_FAILED", [("sha256", "sha256"), ("sizeBytes", "size")])
    assert refusal(client.post(path, upload_of(content, contentBase64="JVBE*")))[2] == [("contentBase64", "format")]
    first = client.post(path, upload_of(content))
    assert (first.status_code, first.json()["sizeBytes"]) == (201, len(content))
    taken = client.post(path, upload_of(content))
    assert taken.json()["error"]["details"]["id"] == first.json()["documentId"]
    for _ in range(2):
        put = client.http.put(
            f"{client.base}{path}/B24-FILE-89/content", params={"fileName": "акт.pdf", "kind": "act"}, data=content,
            headers={"Content-Type": "application/pdf"}, timeout=5,
        )  # fmt: skip
    assert put.status_code == 200
    client.control("orders/wb-1-1/documents", {"kind": "pod", "name": "Расписка.pdf", "signed": True})
    rows = client.get(path).json()["items"]
    assert [(row["kind"], row["externalId"]) for row in rows] == [
        ("label", "B24-FILE-88"), ("act", "B24-FILE-89"), ("pod", None),
    ]  # fmt: skip
    file = client.get(f"{path}/{rows[2]['documentId']}/content")
    assert (file.content[:5], file.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert "filename*=UTF-8''%D0%A0" in file.headers["Content-Disposition"]
    assert client.http.delete(f"{client.base}{path}/{rows[2]['documentId']}", timeout=5).status_code == 409
    assert client.http.delete(f"{client.base}{path}/{rows[0]['documentId']}", timeout=5).status_code == 204
    state = client.get(f"{REQUESTS}/by-external-id/wb-1-1").json()
    assert (state["documentsCount"], state["revision"]) == (2, 2)
    keys = [row.key for row in client.world.journal.find(kind="document.accepted")]
    assert keys[:2] == ["B24-FILE-88", "B24-FILE-89"]


def test_a_document_in_xml_and_one_that_is_too_large(client: Client) -> None:
    path = f"{REQUESTS}/{made(client)['id']}/documents"
    members = upload_of(b"%PDF-1.4 x")
    inside = "".join(
        f"<{name[0].upper()}{name[1:]}>{value}</{name[0].upper()}{name[1:]}>" for name, value in members.items()
    )
    answer = client.post_xml(path, f"<DocumentUpload {NS}>{inside}</DocumentUpload>")
    assert (answer.status_code, "<DocumentInfo" in answer.text) == (201, True)
    large = client.http.put(
        f"{client.base}{path}/big/content", params={"fileName": "a.pdf", "kind": "other"},
        data=bytes(10 * 1024 * 1024 + 1), headers={"Content-Type": "application/pdf"}, timeout=10,
    )  # fmt: skip
    assert refusal(large)[:2] == (413, "TOO_LARGE")


# --- callbacks --------------------------------------------------------------------------------------------------------


class Heard(Receiver):
    """Remembers the headers too."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, str]] = []
        super().__init__()

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.headers.append((environ["HTTP_AUTHORIZATION"], environ["HTTP_X_EVENT_ID"]))
        return super()._app(environ, start_response)


def test_callbacks_carry_a_token_and_come_again_until_they_are_taken(client: Client) -> None:
    with Heard() as heard:
        client.control("callback", {"url": heard.url, "token": "cb-token"})
        row = made(client)
        heard.status = 503
        client.control("orders/wb-1-1/status", {"code": "accepted_at_warehouse"})
        [body] = heard.wait(1)
        journalled(client.world, "webhook.failed", 1)
        heard.status = 204
        client.world.clock.advance(59)
        assert len(heard.bodies) == 1
        client.world.clock.advance(2)
        assert heard.wait(2)[1] == body
        journalled(client.world, "webhook.sent", 1)
        assert (body["event"], body["id"], body["externalId"]) == ("transport_request.changed", row["id"], "wb-1-1")
        assert (body["status"], body["revision"]) == ("accepted_at_warehouse", 2)
        assert heard.headers[0] == heard.headers[1]
        assert heard.headers[0][0] == "Bearer cb-token"
        client.control("callback", {"url": ""})
        client.control("orders/wb-1-1/status", {"code": "in_transit"})
        assert client.world.control.get("/one_c_tms/webhooks") == {"webhooks": []}


# --- a base without our extension -------------------------------------------------------------------------------------


def test_without_the_extension_a_document_is_written_and_posted_over_odata(client: Client) -> None:
    base = Client(client.world, "one_c_tms", 3)
    assert base.get("health").status_code == 404
    root = base.account["base_url"] + "/odata/standard.odata/"
    task = "Document_ЗаданиеНаПеревозку"
    stops = [{"LineNumber": 1, "Адрес": "Видное"}, {"LineNumber": 2, "Адрес": "Казань, ул. Баумана, 44"}]
    body = {
        "Date": "2026-11-30T02:00:00", "НомерКИС": "wb-1-1", "Вес": 0.7, "Склад_Key": base.account["warehouse_key"],
        "ПолучательНаименование": "Мария Северцева", "ПолучательТелефон": "+79000001462", "Маршрут": stops,
        "ГрузовыеМеста": [{"LineNumber": 1, "Вес": 0.7}],
    }  # fmt: skip

    def post(path: str, sent: Any = None) -> requests.Response:
        return base.http.post(f"{root}{path}", json=sent, params={"$format": "json"}, timeout=5)

    made = post(task, body)
    assert made.status_code == 201, made.text
    key = made.json()["Ref_Key"]
    assert client.world.journal.find(kind="order.accepted") == []
    done = post(f"{task}(guid'{key}')/Post").json()
    assert (done["Posted"], done["Статус"]) == (True, "Формируется")
    assert [row.key for row in client.world.journal.find(kind="order.accepted")] == ["wb-1-1"]
    assert post(task, {**body, "Статус": "Закрыто"}).json()["odata.error"]["code"] == "-1"
    short = post(task, {**body, "Маршрут": stops[:1]}).json()["Ref_Key"]
    refused = post(f"{task}(guid'{short}')/Post")
    assert (refused.status_code, refused.json()["odata.error"]["code"]) == (500, "-1")
    client.control("orders/wb-1-1/status", {"code": "in_transit"})
    one = f"{root}{task}(guid'{key}')"
    shown = base.http.get(one, params={"$format": "json"}, timeout=5).json()
    assert (shown["Статус"], shown["ДатаСтатуса"][:4]) == ("Отправлено", "2026")
    marked = base.http.patch(one, json={"DeletionMark": True}, params={"$format": "json"}, timeout=5)
    assert marked.json()["odata.error"]["message"]["value"].startswith("Задание уже передано")
    client.world.reset()
    assert base.http.get(one, params={"$format": "json"}, timeout=5).json()["odata.error"]["code"] == "9"
