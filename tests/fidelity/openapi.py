"""CDEK's own specification as a judge: `data/cdek.json` (see tools/spec_extract.py) with its known defects patched.

A patch is made only where contracts/cdek.md knows better (§16.4: "these defects of the files must be patched first").
Objects are closed for the check: a name that the specification does not know is an error, in what we send and in what
the sandbox answers.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator, OAS31Validator

from tests.fidelity.recorder import Exchange

DATA = Path(__file__).parent / "data" / "cdek.json"
# 200 bodies that are declared as one object and are a list of it.
LISTS = {"GET /v2/deliverypoints", "GET /v2/location/cities", "GET /v2/location/suggest/cities"}
MASKS = {"HH:mm", "<HH:mm>", "yyyy-MM-dd'T'HH:mm:ssZ"}
NOT_ALWAYS_THERE = {
    # An office order was created without them; §16.4.
    "core.OrderResponseDto": {"from_location", "to_location", "sender"},
    # Required in answers alone.
    "webhooks.WebhookDto": {"uuid"},
}
# Live rows have what no text mentions; §13, §15.1.
LIVE = {
    "webhooks.WebhookDto": {"retryable": {"type": "boolean"}},
    "core.OfficeDto": {"name": {"type": "string"}, "status": {"type": "string"}},
}
# A row that is refused has its errors and no price; §5.3.
PRICE = "core.CalculatorTariffWithServiceResultResponseDto"
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _moment(value: object) -> bool:
    """CDEK's offset has no colon; Python reads both forms."""
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@FORMATS.checks("date", raises=ValueError)
def _day(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uuid", raises=ValueError)
def _uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value))


@cache
def specification() -> dict[str, Any]:
    """The patched specification."""
    found: dict[str, Any] = json.loads(DATA.read_text())
    for name, schema in found["schemas"].items():
        _patch(name, schema)
    for name in LISTS:
        answers = found["operations"][name]["answers"]
        answers["200"] = {"type": "array", "items": answers["200"]}
    for operation in found["operations"].values():
        refusal = operation["answers"].get("400")
        if refusal and refusal["$ref"].startswith("#/schemas/core."):
            # Orders and forms are refused in the envelope of their requests; §2.2, envelope 1.
            operation["answers"]["400"] = {"anyOf": [refusal, {"$ref": "#/schemas/core.ResponseDtoRootEntityDto"}]}
    return found


def _patch(name: str, schema: dict[str, Any]) -> None:
    dropped = NOT_ALWAYS_THERE.get(name, set())
    if dropped and "required" in schema:
        schema["required"] = [key for key in schema["required"] if key not in dropped]
    if name == PRICE:
        schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["errors"]}]
    schema.get("properties", {}).update(LIVE.get(name, {}))
    _walk(schema)


def _walk(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _walk(item)
    if not isinstance(schema, dict):
        return
    if schema.get("pattern") in MASKS:
        del schema["pattern"]
    if schema.get("enum") == ["", ""]:
        del schema["enum"]
    if isinstance(schema.get("properties"), dict) and "allOf" not in schema:
        schema.setdefault("additionalProperties", False)
    for value in schema.values():
        _walk(value)


def operation_of(exchange: Exchange) -> str:
    """ "GET /v2/orders/{uuid}" for a call; KeyError when the extract does not have it."""
    for name in specification()["operations"]:
        verb, _, path = name.partition(" ")
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
        if verb == exchange.method and re.fullmatch(pattern, exchange.path):
            return str(name)
    raise KeyError(f"{exchange.method} {exchange.path} is not among the operations of {DATA.name}")


def complaints(exchange: Exchange) -> list[str]:
    """What the specification has against a call: query, body, status and answer; empty when nothing."""
    name = operation_of(exchange)
    operation = specification()["operations"][name]
    part = _part(operation)
    found = [f"query: {key} is unknown" for key in exchange.query if key not in operation["query"]]
    found += [f"query: {key} is missing" for key, row in operation["query"].items()
              if row["required"] and key not in exchange.query and not name.endswith("/oauth/token")]  # fmt: skip
    if operation["body"] is not None:
        found += [f"body: {text}" for text in _errors(operation["body"], exchange.sent, part)]
    answer = operation["answers"].get(str(exchange.status))
    if str(exchange.status) not in operation["answers"]:
        found.append(f"HTTP {exchange.status} is not declared")
    elif answer is not None:
        found += [f"answer: {text}" for text in _errors(answer, exchange.answered, part)]
    return [f"{exchange.what}: {text}" for text in found if not (_undecided(exchange) and _PLACE.search(text))]


_PLACE = re.compile(r"\$\.entity\.(from|to)_location: '(city|code|country_code)' is a required property")


def _undecided(exchange: Exchange) -> bool:
    """An order that CDEK has not accepted shows its ends as they were sent, not as they were recognised (§4)."""
    answer = exchange.answered if isinstance(exchange.answered, dict) else {}
    return isinstance(answer.get("entity"), dict) and not answer["entity"].get("cdek_number")


def _part(operation: dict[str, Any]) -> str:
    references = re.findall(r"#/schemas/(\w+)\.", json.dumps(operation))
    return str(references[0]) if references else "core"


def _errors(schema: dict[str, Any], value: Any, part: str) -> Iterator[str]:
    judge = OAS31Validator if part == "core" else OAS30Validator
    whole = {"allOf": [copy.deepcopy(schema)], "schemas": specification()["schemas"]}
    for error in judge(whole, format_checker=FORMATS).iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"
