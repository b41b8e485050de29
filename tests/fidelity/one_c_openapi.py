"""Our published contract with 1C (`docs/systems/one_c/openapi.json`) as a judge of both sides: objects closed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator

from tests.fidelity.recorder import Exchange

FOLDER = Path(__file__).parents[2] / "docs" / "systems" / "one_c"
METHODS = ("get", "post", "put", "delete")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def _day(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@cache
def specification() -> dict[str, Any]:
    """The file; a member that it does not name is an error for the check."""
    found: dict[str, Any] = json.loads((FOLDER / "openapi.json").read_text("utf-8"))
    _close(found["components"]["schemas"])
    return found


def _close(schema: Any) -> None:
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _close(part)
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation)."""
    for path, item in specification()["paths"].items():
        yield from ((method, path, item[method]) for method in METHODS if method in item)


def operation_of(method: str, path: str) -> dict[str, Any]:
    """KeyError when the contract has no such call; a literal path wins."""
    inside = path.partition("/hs/b24logistics")[2]
    for known, pattern, operation in sorted(operations(), key=lambda each: each[1].count("{")):
        if known == method.lower() and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)), inside):
            return operation
    raise KeyError(f"{method} {path} is no call of the contract")


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = specification()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def complaints(exchange: Exchange) -> list[str]:
    """What the contract has against a call in JSON: query, body, status, answer; empty when nothing."""
    operation = operation_of(exchange.method, exchange.path)
    parameters = [resolved(each) for each in operation["parameters"]]
    names = {each["name"] for each in parameters if each["in"] == "query"}
    found = [f"query: {name} is unknown" for name in exchange.query if name not in names]
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if sent is not None:
        found += [f"body: {words}" for words in errors(sent["schema"], exchange.sent)]
    answer = operation["responses"].get(str(exchange.status))
    if answer is None:
        return [f"{exchange.what}: HTTP {exchange.status} is not declared", *found]
    content = resolved(answer).get("content", {})
    if "application/json" in content and not ("text/html" in content and exchange.answered is None):
        found += [f"answer: {words}" for words in errors(content["application/json"]["schema"], exchange.answered)]
    return [f"{exchange.what}: {words}" for words in found]


def errors(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {"allOf": [copy.deepcopy(schema)], "components": specification()["components"]}
    judged = OAS30Validator(whole, format_checker=FORMATS).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in judged]


def xml_order() -> dict[str, list[str]]:
    """Of each element of an answer, by its path from the root: its members in their order."""
    found: dict[str, list[str]] = {}
    for name in _answers():
        schema = specification()["components"]["schemas"][name]
        if name == "Error":
            inside = dict(resolved(schema)["properties"]["error"]["properties"])
            order = ("code", "message", "requestId", "retryable", "fields", "details")
            schema = {"properties": {key: inside[key] for key in order}}
        _walk(name, schema, found)
    return found


def _answers() -> set[str]:
    documents = re.findall(r'"#/components/schemas/(\w+)"', json.dumps([row[2]["responses"] for row in operations()]))
    return {*documents, "Error"}


def _walk(path: str, schema: dict[str, Any], found: dict[str, list[str]]) -> None:
    members = resolved(schema)["properties"]
    found[path] = list(members)
    for name, each in members.items():
        part = resolved(each)
        inner = resolved(part["items"]) if part.get("type") == "array" else part
        if "properties" in inner:
            step = f"{path}/{name[:1].upper()}{name[1:]}"
            _walk(f"{step}/{LISTS[name]}" if inner is not part else step, inner, found)


#: Wrappers and what repeats inside, as contract.md says.
LISTS = {"stops": "Stop", "packages": "Package", "items": "Item", "fields": "Field", "findings": "Finding"}
