"""What our ApiShip plug-in sends, and what the emulated ApiShip answers, against ApiShip's own OpenAPI file
(`data/apiship.json`). Objects are closed for what we send: a name that the file does not know is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from b24app.logistics.errors import Refused
from b24app.logistics.money import Money
from b24app.systems.apiship.vocabulary import ANY
from sandbox.world import World
from tests.contract.systems.apiship_harness import ApiShipHarness
from tests.fidelity.recorder import Exchange, second_door

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "apiship.json").read_text("utf-8"))
# One of them is enough, says the text of each.
PLACE = DATA["schemas"]["apiship.CalculatorDirection"]
PLACE["required"] = ["countryCode"]
PLACE["anyOf"] = [{"required": [name]} for name in ("city", "cityGuid", "addressString")]
HOOK = "http://127.0.0.1:9/hooks/apiship/1/one"


class Recorded(ApiShipHarness):
    """Our plug-in, at the recorded door."""

    door = ""

    def base_url(self) -> str:
        return self.door


@pytest.fixture
def calls(world: World) -> Iterator[list[Exchange]]:
    with second_door(world, "apiship") as (url, exchanges):
        Recorded.door = f"{url}/v1"
        yield exchanges


@pytest.fixture
def apiship(world: World, calls: list[Exchange]) -> Iterator[Recorded]:
    harness = Recorded(world)
    yield harness
    harness.close()


def operation_of(call: Exchange) -> str:
    """KeyError when the extract does not have it. The most literal path wins, as in the file."""
    for name in sorted(DATA["operations"], key=lambda name: name.count("{")):
        verb, _, path = name.partition(" ")
        if verb == call.method and re.fullmatch("/v1" + re.sub(r"\{\w+\}", "[^/]+", path), call.path):
            return str(name)
    raise KeyError(f"{call.method} {call.path} is not among the operations of apiship.json")


def complaints(call: Exchange) -> list[str]:
    operation = DATA["operations"][operation_of(call)]
    found = [f"query: {key} is unknown" for key in call.query if key not in operation["query"]]
    if operation["body"] is not None:
        found += [f"body: {text}" for text in errors(closed(operation["body"]), call.sent, closed(DATA["schemas"]))]
    wanted = operation["answers"].get(str(call.status))
    if wanted is not None:
        # The file marks nothing as nullable, and its pages show nulls everywhere.
        found += [f"answer: {text}" for text in errors(wanted, filled(call.answered), DATA["schemas"])]
    elif str(call.status) not in operation["answers"] and f"{call.status // 100}XX" not in operation["answers"]:
        found.append(f"HTTP {call.status} is not declared")
    return [f"{call.what}: {text}" for text in found]


def errors(schema: Any, value: Any, schemas: Any) -> Iterator[str]:
    whole = {"allOf": [schema], "schemas": schemas}
    for error in OAS30Validator(whole).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"


def closed(schema: Any) -> Any:
    """A copy whose objects have no other names; parts of an `allOf` are one object."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    joined = flat(schema)
    found = {key: closed(value) for key, value in joined.items()}
    if isinstance(joined.get("properties"), dict) and "type" in joined:
        found.setdefault("additionalProperties", False)
    return found


def flat(schema: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(schema.get("allOf"), list):
        return schema
    whole: dict[str, Any] = {"type": "object", "properties": {}, "required": list(schema.get("required", []))}
    for part in schema["allOf"]:
        known = flat(DATA["schemas"][part["$ref"].removeprefix("#/schemas/")] if "$ref" in part else part)
        whole["properties"] |= known.get("properties", {})
        whole["required"] += known.get("required", [])
    return whole


def filled(value: Any) -> Any:
    if isinstance(value, list):
        return [filled(item) for item in value]
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items() if item is not None}
    return value


def judged(calls: list[Exchange]) -> set[str]:
    assert [text for call in calls for text in complaints(call)] == []
    return {operation_of(call) for call in calls}


def test_an_orders_whole_life(apiship: Recorded, calls: list[Exchange]) -> None:
    port = apiship.port
    request = apiship.request("fid-1", cod=Money.of(900), declared=Money.of(900), comment="Позвонить")
    made = apiship.settle(port.create(request))
    point = apiship.settle(port.create(apiship.point_request("fid-2")))
    assert port.change(made.remote_id, request, replace(request, comment="")).changes
    for form in ("label", "act"):
        port.ask_paper(form, made.remote_id)
    apiship.move(made, "accepted_at_warehouse")
    assert {state.remote_id for state in port.read_many([made.remote_id, point.remote_id])} == {
        made.remote_id, point.remote_id,
    }  # fmt: skip
    assert port.pull("", lambda: ()).states
    apiship.move(made, "delivered")
    with pytest.raises(Refused):
        port.cancel(made.remote_id)
    port.cancel(point.remote_id)
    assert judged(calls) >= {
        "POST /users/login", "POST /calculator", "GET /lists/points", "POST /orders", "PUT /orders/{orderId}",
        "GET /orders/{orderId}", "GET /orders/{orderId}/statusHistory", "GET /orders/{orderId}/cancel",
        "POST /orders/statuses", "GET /orders/statuses/history/date/{date}", "POST /orders/labels",
        "POST /orders/waybills",
    }  # fmt: skip


def test_prices_of_every_service(apiship: Recorded, calls: list[Exchange]) -> None:
    offers = apiship.port.offers(apiship.request("fid-1", service_code=ANY, cod=Money.of(900)))
    for offer in offers:
        assert apiship.port.quote(apiship.request("fid-1", service_code=offer.service_code)).price.minor > 0
    apiship.port.quote(apiship.request("fid-1", service_code="31"))
    apiship.open(connections="dpd=11103").offers(apiship.request("fid-1"))
    assert "POST /calculator" in judged(calls)


def test_what_is_mended_and_what_comes_back(apiship: Recorded, calls: list[Exchange]) -> None:
    refused = apiship.settle(apiship.port.create(apiship.refused_request()))
    assert refused.number is not None
    apiship.port.create(apiship.request(refused.number))
    made = apiship.make("fid-1")
    apiship.move(made, "delivered")
    back = apiship.settle(apiship.port.create_return(apiship.return_request(made, "fid-1r")))
    found = apiship.port.find_return("fid-1r")
    assert found is not None
    assert found.remote_id == back.remote_id
    assert judged(calls) >= {"POST /orders/return", "POST /orders/{orderId}/resend", "GET /orders/status"}


def test_subscriptions_and_the_connection_test(apiship: Recorded, calls: list[Exchange]) -> None:
    apiship.port.ensure_subscribed(HOOK)
    assert apiship.port.unsubscribe(HOOK) == 1
    assert all(step.problem is None for step in apiship.port.test())
    assert judged(calls) >= {"GET /webhooks", "POST /webhooks", "DELETE /webhooks/{uuid}"}


def test_the_judge_objects(apiship: Recorded, calls: list[Exchange]) -> None:
    """A check that accepts everything would prove nothing."""
    apiship.port.create(apiship.request("fid-1"))
    good = next(call for call in calls if call.what.startswith("POST /v1/orders ->"))
    assert complaints(good) == []
    bad = replace(good, query={"page": "1"}, sent={**good.sent, "colour": "red", "cost": {"codCost": "much"}},
                  answered={"orderId": "one"}, status=200)  # fmt: skip
    text = "\n".join(complaints(bad))
    for part in ("page is unknown", "'colour' was unexpected", "'much'", "'one'"):
        assert part in text
    with pytest.raises(KeyError):
        operation_of(replace(good, path="/v1/orders/nowhere/else"))
