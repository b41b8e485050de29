"""Cut the vendors' specifications down to what the fidelity tests need: `tests/fidelity/data/*.json`.

`python3 tools/spec_extract.py` reads the folder that WAYBILL_SPECS names (by default ../shared/specs, beside the
checkout) and needs only the standard library. Facts alone are kept: names, types, obligations; no prose, no examples.
`--check` writes nothing and fails when the files in the repository differ from what would be written.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "fidelity" / "data"
SPECS = Path(os.environ.get("WAYBILL_SPECS") or ROOT.parent / "shared" / "specs")

# What the program and the demo ask of CDEK, by part of the specification.
OPERATIONS = {
    "auth": ["post /v2/oauth/token"],
    "location": ["get /v2/location/cities", "get /v2/location/suggest/cities"],
    "webhooks": ["get /v2/webhooks", "post /v2/webhooks", "get /v2/webhooks/{uuid}", "delete /v2/webhooks/{uuid}"],
    "core": [
        "get /v2/orders",
        "post /v2/orders",
        "get /v2/orders/{uuid}",
        "delete /v2/orders/{uuid}",
        "post /v2/print/barcodes",
        "get /v2/print/barcodes/{uuid}",
        "post /v2/calculator/tarifflist",
        "post /v2/calculator/tariff",
        "post /v2/calculator/tariffAndService",
        "get /v2/calculator/alltariffs",
        "get /v2/deliverypoints",
    ],
}
# What the program asks of ApiShip. Its file is not published beside its pages: where one is found is in the README of
# the tests; without it in the folder, the extract stays as it is.
APISHIP = "apiship.openapi.json"
APISHIP_OPERATIONS = [
    "post /users/login",
    "post /calculator",
    "post /orders",
    "get /orders/{orderId}",
    "put /orders/{orderId}",
    "get /orders/{orderId}/cancel",
    "post /orders/{orderId}/resend",
    "get /orders/status",
    "get /orders/{orderId}/statusHistory",
    "post /orders/statuses",
    "get /orders/statuses/history/date/{date}",
    "post /orders/labels",
    "post /orders/waybills",
    "post /orders/return",
    "get /lists/points",
    "get /webhooks",
    "post /webhooks",
    "delete /webhooks/{uuid}",
]
# What the program asks of MoySklad, and objects that it reads or writes: one of another kind is any object.
MOYSKLAD = "moysklad.openapi.json"
_OF_DOCUMENTS = (
    "get /entity/{}",
    "post /entity/{}",
    "get /entity/{}/{{id}}",
    "put /entity/{}/{{id}}",
    "delete /entity/{}/{{id}}",
)
MOYSKLAD_OPERATIONS = [
    *(row.format(kind) for kind in ("customerorder", "demand", "salesreturn", "loss") for row in _OF_DOCUMENTS),
    *(f"put /entity/{kind}/new" for kind in ("demand", "salesreturn", "loss")),
    *(f"get /entity/{kind}/metadata" for kind in ("customerorder", "demand")),
    *(f"{verb} /entity/{kind}/metadata/attributes" for kind in ("customerorder", "demand", "salesreturn")
      for verb in ("get", "post")),
    *(f"get /entity/{kind}" for kind in ("organization", "store", "product", "variant", "bundle", "service")),
    "post /entity/counterparty",
    "get /entity/webhook",
    "post /entity/webhook",
    "put /entity/webhook/{id}",
    "delete /entity/webhook/{id}",
]  # fmt: skip
MOYSKLAD_SCHEMAS = {
    *(
        "meta",
        "metaList",
        "error",
        "address",
        "state",
        "file",
        "fileList",
        "fileUpload",
        "currencyRate",
        "positionStock",
    ),
    *("counterparty", "organization", "organizationList", "store", "storeList", "documentMetadata"),
    *("attributeMetaInfo", "attributeMetaInfoList", "webhook", "webhookList", "product", "productList", "variantList"),
    *("customerOrder", "customerOrderList", "customerOrderPosition", "customerOrderPositionList"),
    *("demand", "demandList", "demandPosition", "demandPositionList"),
    *("salesReturn", "salesReturnList", "salesReturnPosition", "salesReturnPositionList"),
    *("loss", "lossList", "lossPosition", "lossPositionList"),
    *("webhookNotificationPayload", "webhookEvent", "webhookAuditContext"),
}
PROSE = {"description", "title", "example", "examples", "externalDocs", "xml", "default"}
REFERENCE = "#/components/schemas/"


def main(arguments: list[str]) -> int:
    """Write or check the files; the exit code."""
    if not SPECS.is_dir():
        print(f"no specifications in {SPECS}: name their folder in WAYBILL_SPECS", file=sys.stderr)
        return 1
    files = {"cdek.json": pretty(cdek()), "bitrix24_methods.json": methods(), "russian_post.json": russian_post()}
    files["moysklad.json"] = pretty(moysklad())
    if (SPECS / APISHIP).is_file():
        files["apiship.json"] = pretty(apiship())
    if "--check" in arguments:
        stale = [name for name, text in files.items() if (TARGET / name).read_text() != text]
        print(f"differ from the specifications: {', '.join(stale)}" if stale else "as the specifications say")
        return 1 if stale else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (TARGET / name).write_text(text)
        print(f"{name}: {len(text)} characters")
    return 0


def cdek() -> dict[str, Any]:
    """`operations`: "POST /v2/orders" -> parameters, body, answers; `schemas`: "part.Name" -> JSON Schema."""
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for part, names in OPERATIONS.items():
        spec = json.loads((SPECS / f"cdek.{part}.openapi.json").read_text())
        cut(spec, part, names, operations, schemas)
    return {"operations": operations, "schemas": dict(sorted(schemas.items()))}


def apiship() -> dict[str, Any]:
    """As `cdek`, of one part."""
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    cut(json.loads((SPECS / APISHIP).read_text()), "apiship", APISHIP_OPERATIONS, operations, schemas)
    return {"operations": operations, "schemas": dict(sorted(schemas.items()))}


def moysklad() -> dict[str, Any]:
    """As `cdek`, of one part; parameters and answers that its file shares are put in their places."""
    spec = json.loads((SPECS / MOYSKLAD).read_text())
    operations: dict[str, Any] = {}
    for name in MOYSKLAD_OPERATIONS:
        verb, path = name.split()
        found = resolved(spec, spec["paths"][path][verb])
        operations[f"{verb.upper()} {path}"] = narrowed(spec, operation(found, "moysklad"))
    known = spec["components"]["schemas"]
    schemas = {f"moysklad.{name}": narrowed(spec, bare(known[name], "moysklad")) for name in sorted(MOYSKLAD_SCHEMAS)}
    return {"operations": operations, "schemas": schemas}


def resolved(spec: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """An operation with its shared parameters and answers written out."""

    def of(value: dict[str, Any]) -> dict[str, Any]:
        found: Any = spec
        for part in value.get("$ref", "").lstrip("#/").split("/") if "$ref" in value else ():
            found = found[part]
        return value if found is spec else found

    answers = {status: of(answer) for status, answer in row["responses"].items()}
    return {**row, "parameters": [of(each) for each in row.get("parameters", [])], "responses": answers}


def narrowed(spec: dict[str, Any], schema: Any) -> Any:
    """References to what is not kept become any object; those by another name lead to the thing itself."""
    if isinstance(schema, list):
        return [narrowed(spec, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        name = schema["$ref"].removeprefix("#/schemas/moysklad.")
        known = spec["components"]["schemas"]
        while "$ref" in known[name]:
            name = known[name]["$ref"].removeprefix(REFERENCE)
        return {"$ref": f"#/schemas/moysklad.{name}"} if name in MOYSKLAD_SCHEMAS else {}
    return {key: narrowed(spec, value) for key, value in schema.items()}


def cut(spec: dict[str, Any], part: str, names: list[str], operations: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Adds the named operations and the schemas that they need."""
    found = {}
    for name in names:
        verb, path = name.split()
        found[f"{verb.upper()} {path}"] = operation(spec["paths"][path][verb], part)
    operations |= found
    wanted = list(references(list(found.values())))
    while wanted:
        key = wanted.pop()
        if key not in schemas:
            schemas[key] = bare(spec["components"]["schemas"][key.partition(".")[2]], part)
            wanted.extend(references(schemas[key]))


def operation(spec: dict[str, Any], part: str) -> dict[str, Any]:
    """One operation without prose."""
    query = {
        row["name"]: {"required": bool(row.get("required")), "schema": bare(row.get("schema", {}), part)}
        for row in spec.get("parameters", [])
        if row["in"] == "query"
    }
    answers = {status: content(answer, part) for status, answer in sorted(spec["responses"].items())}
    return {"query": query, "body": content(spec.get("requestBody", {}), part), "answers": answers}


def content(spec: dict[str, Any], part: str) -> Any:
    """The schema of a body; None where none is declared."""
    kinds = spec.get("content", {})
    chosen = kinds.get("application/json") or next(iter(kinds.values()), None)
    return bare(chosen["schema"], part) if chosen and "schema" in chosen else None


def bare(schema: Any, part: str, names: bool = False) -> Any:
    """A schema without prose, its references made unique over the parts. `names`: keys are properties, all kept."""
    if isinstance(schema, list):
        return [bare(item, part) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/schemas/{part}.{schema['$ref'].removeprefix(REFERENCE)}"}
    kept = {key: value for key, value in schema.items() if names or (key not in PROSE and not key.startswith("x-"))}
    return {key: bare(value, part, names=key == "properties" and not names) for key, value in kept.items()}


def references(schema: Any) -> Iterator[str]:
    """Names of the schemas that a schema refers to directly."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix("#/schemas/")
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def methods() -> str:
    """Every documented REST method, one a line: its scopes, and whether it is deprecated or for administrators only."""
    rows = json.loads((SPECS / "bitrix24.methods.json").read_text())
    lines = [f" {json.dumps(name)}: {json.dumps(method(row))}" for name, row in sorted(rows.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def method(row: dict[str, Any]) -> dict[str, Any]:
    """False flags are left out. Scopes of both languages' pages are joined: one of them is enough (§1.3)."""
    scopes = sorted({*(row.get("scope") or []), *(row.get("scope_en") or [])})
    flags = {name: True for name in ("deprecated", "admin_only") if row.get(name)}
    return {"scope": scopes} | flags


def russian_post() -> str:
    """Observed answers of Otpravka, one a line: its name -> JSON Schema."""
    found = {
        path.name.partition(".")[0]: json.loads(path.read_text()) for path in (SPECS / "russian-post").glob("*.json")
    }
    lines = [f" {json.dumps(name)}: {json.dumps(bare(anonymous(found[name]), ''))}" for name in sorted(found)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def anonymous(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if not name.startswith("$")}


def pretty(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
