"""What our MoySklad plug-in sends, and what the emulated MoySklad answers, against MoySklad's own OpenAPI file
(`data/moysklad.json`). Objects are closed both ways: a name that the file does not know is an error.

The file knows less than the server (contracts/moysklad.md §5.1: it lists only `/batch` for arrays): stock reports,
files and print forms of documents and context are not in it.
`LIVE` are patches, each with the section that knows better.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment, Carriage, ReceiptRequest
from sandbox.world import World
from tests.contract.systems.moysklad_harness import MoySkladHarness
from tests.fidelity.recorder import Exchange, second_door
from tests.unit.sandbox.conftest import Receiver

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "moysklad.json").read_text("utf-8"))
SCHEMAS: dict[str, Any] = DATA["schemas"]
HOOK = "http://127.0.0.1:9/hooks/moysklad/1/one"
#: Documented on pages that the file has no paths for (§2.1, 2.2, 5.9, 5.10): their bodies, where the file has a schema.
BEYOND: dict[str, Any] = {
    r"GET /context/\w+": None,
    r"GET /report/stock/bystore/current": None,
    r"GET /entity/\w+/[\w-]+/files": {"$ref": "#/schemas/moysklad.fileList"},
    r"POST /entity/\w+/[\w-]+/files": {"type": "array", "items": {"$ref": "#/schemas/moysklad.file"}},
    r"DELETE /entity/\w+/[\w-]+/files/[\w-]+": None,
    r"GET /entity/\w+/metadata/(embedded|custom)template": None,
    r"POST /entity/\w+/[\w-]+/export": None,
    r"GET /download/[\w-]+": None,
}
_DOCUMENTS = ("customerOrder", "demand", "salesReturn", "loss")
LIVE: dict[str, dict[str, Any]] = {
    # §3: a list of anything has who asked beside it.
    "moysklad.fileList": {"context": {}},
    "moysklad.attributeMetaInfoList": {"context": {}},
    # §5.4: the standard place of the carrier's number.
    "moysklad.demand": {"shippingDocumentNumber": {"type": "string", "maxLength": 255}},
}


def patched() -> dict[str, Any]:
    found = json.loads(json.dumps(SCHEMAS))
    for name, properties in LIVE.items():
        found[name].setdefault("properties", {}).update(properties)
    for name in _DOCUMENTS:
        # §5.1: rows are sent as an array, and shown as a collection.
        shown = found[f"moysklad.{name}"]["properties"]["positions"]
        found[f"moysklad.{name}"]["properties"]["positions"] = {
            "anyOf": [shown, {"type": "array", "items": {"$ref": f"#/schemas/moysklad.{name}Position"}}]
        }
    return {name: closed(schema) for name, schema in found.items()}


def closed(schema: Any) -> Any:
    """A copy whose objects have no other names; an object that is said to be all of several stays open itself."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if (
        isinstance(schema.get("properties"), dict)
        and "allOf" not in schema
        and schema.get("type", "object") == "object"
    ):
        found.setdefault("additionalProperties", False)
    return found


CLOSED = patched()


class Recorded(MoySkladHarness):
    """Our plug-in, at the recorded door."""

    door = ""

    def base_url(self) -> str:
        return self.door


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["moysklad"]) as found:
        yield found


@pytest.fixture
def calls(world: World) -> Iterator[list[Exchange]]:
    world.reset()
    with second_door(world, "moysklad") as (url, exchanges):
        Recorded.door = f"{url}/api/remap/1.2"
        yield exchanges


@pytest.fixture
def moysklad(world: World, calls: list[Exchange]) -> Iterator[Recorded]:
    harness = Recorded(world)
    yield harness
    harness.close()


def operation_of(call: Exchange) -> str:
    """KeyError when neither the file nor the pages beyond it have it."""
    path = call.path.removeprefix("/api/remap/1.2")
    for name in sorted(DATA["operations"], key=lambda name: name.count("{")):
        verb, _, pattern = name.partition(" ")
        if verb == call.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return str(name)
    beyond = next((name for name in BEYOND if re.fullmatch(name, f"{call.method} {path}")), None)
    if beyond is None:
        raise KeyError(f"{call.method} {call.path} is not among the operations of moysklad.json")
    return beyond


def complaints(call: Exchange) -> list[str]:
    if "/api/" not in call.path:
        return []  # where a link leads
    name = operation_of(call)
    if call.status >= 400:
        found = list(errors({"$ref": "#/schemas/moysklad.error"}, call.answered))
    elif name in BEYOND:
        found = list(errors(BEYOND[name], call.answered)) if BEYOND[name] else []
    else:
        found = list(_of_the_file(DATA["operations"][name], call))
    return [f"{call.what}: {text}" for text in found]


def _of_the_file(operation: dict[str, Any], call: Exchange) -> Iterator[str]:
    # Filters, lists and orders are on pages of their own (§3).
    known = {*operation["query"], "filter", "limit", "offset", "expand"}
    yield from (f"query: {key} is unknown" for key in call.query if key not in known)
    if operation["body"] not in (None, {}) and call.sent is not None:
        sent = call.sent if isinstance(call.sent, list) else [call.sent]
        yield from (f"body: {text}" for row in sent for text in errors(operation["body"], row))
    wanted = operation["answers"].get(str(call.status))
    if wanted:
        shown = call.answered if isinstance(call.answered, list) else [call.answered]
        yield from (f"answer: {text}" for row in shown for text in errors(wanted, row))
    elif str(call.status) not in operation["answers"]:
        yield f"HTTP {call.status} is not declared"


def errors(schema: Any, value: Any) -> Iterator[str]:
    for error in OAS30Validator({"allOf": [schema], "schemas": CLOSED}).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"


def judged(calls: list[Exchange]) -> set[str]:
    assert [text for call in calls for text in complaints(call)] == []
    return {operation_of(call) for call in calls if "/api/" in call.path}


def test_an_orders_whole_life(moysklad: Recorded, calls: list[Exchange]) -> None:
    port = moysklad.port
    made, other = moysklad.make("fid-1"), moysklad.make("fid-2")
    moysklad.pack(made, short=1)
    port.tell(made.remote_id, Carriage("СДЭК", "1105000", "", Status.CREATED))
    port.tell(other.remote_id, Carriage("СДЭК", "1105001", "", Status.IN_TRANSIT))
    port.attach(made.remote_id, Attachment("label-1", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4"))
    for paper in port.documents(made.remote_id):
        assert port.fetch_document(made.remote_id, paper.key)
    moysklad.step(made, moysklad.moves["in_transit"])
    assert len(port.read_many([made.remote_id, other.remote_id])) == 2
    third = moysklad.make("fid-3")
    port.cancel(third.remote_id)
    assert port.find("fid-3").cancel is not None
    assert judged(calls) >= {
        "POST /entity/counterparty", "POST /entity/customerorder", "GET /entity/customerorder", "GET /entity/product",
        "GET /entity/customerorder/{id}", "PUT /entity/customerorder/{id}", "GET /entity/customerorder/metadata",
        "PUT /entity/demand/new", "POST /entity/demand", "PUT /entity/demand/{id}", "GET /entity/demand",
        "GET /entity/demand/metadata", "POST /entity/demand/metadata/attributes",
    }  # fmt: skip


def test_what_comes_back_and_what_lies_there(moysklad: Recorded, calls: list[Exchange]) -> None:
    port, order = moysklad.port, moysklad.make("fid-1")
    moysklad.pack(order)
    moysklad.step(order, moysklad.moves["in_transit"])
    one = moysklad.request()
    request = ReceiptRequest("fid-1r", one.parcels[0].items, one.recipient, "fid-1", order.remote_id)
    made = port.expect(request)
    moysklad.inspect("fid-1r", [{"sku": "CUP-1", "accepted": 1, "damaged": 1}])
    assert port.read_receipt(made.remote_id).lines[0].damaged == 1
    port.cancel_receipt(port.expect(replace(request, number="fid-2r", of_remote_id="")).remote_id)
    assert port.stock(["CUP-1", "PAN-24", "SRV-GIFT"]).lines
    assert judged(calls) >= {
        "PUT /entity/salesreturn/new", "POST /entity/salesreturn", "GET /entity/salesreturn/{id}", "GET /entity/loss",
        "DELETE /entity/salesreturn/{id}", "GET /entity/store", "GET /entity/variant", "GET /entity/service",
    }  # fmt: skip


def test_subscriptions_lists_and_the_connection_test(moysklad: Recorded, calls: list[Exchange]) -> None:
    moysklad.port.ensure_subscribed(HOOK)
    assert moysklad.port.unsubscribe(HOOK) == 1
    assert all(step.problem is None for step in moysklad.port.test())
    for name in ("organization", "store", "order_states", "demand_states", "boxes_field"):
        assert moysklad.port.options(name)
    assert judged(calls) >= {"GET /entity/webhook", "POST /entity/webhook", "DELETE /entity/webhook/{id}",
                             "GET /entity/organization"}  # fmt: skip


def test_a_notice_is_as_the_file_says(world: World, moysklad: Recorded) -> None:
    with Receiver() as receiver:
        moysklad.port.ensure_subscribed(receiver.url)
        moysklad.step(moysklad.make("fid-1"), {"code": "Собран", "pack": True})
        bodies = receiver.wait(2)
    found = [
        text for body in bodies for text in errors({"$ref": "#/schemas/moysklad.webhookNotificationPayload"}, body)
    ]
    assert found == []


def test_the_judge_objects(moysklad: Recorded, calls: list[Exchange]) -> None:
    """A check that accepts everything would prove nothing."""
    moysklad.make("fid-1")
    good = next(call for call in calls if call.what.endswith("customerorder -> 200") and call.method == "POST")
    assert complaints(good) == []
    bad = replace(good, query={"page": "1"}, sent={**good.sent, "colour": "red", "name": 7},
                  answered={**good.answered, "sum": "much"})  # fmt: skip
    said = "\n".join(complaints(bad))
    assert "query: page is unknown" in said
    assert "'colour' was unexpected" in said
    assert "7 is not of type 'string'" in said
    assert "'much' is not of type 'number'" in said
    with pytest.raises(KeyError):
        complaints(replace(good, path="/api/remap/1.2/entity/nothing"))
