"""SAP's errors: code and words, in the V2 and the V4 shape (contract §2).

`VL/302`, `/IWFND/MED/170`, `/SCWM/ODATA_API/040` and `SADL_ENTITY_RUNTIME/011` are the contract's; the other codes are
real message classes with numbers of our choice (README.md): a client must not live by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_META = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"

#: Code -> (HTTP status, words with places for facts). An override names one by its code.
CODES: Mapping[str, tuple[int, str]] = {
    "VL/302": (400, "Item {item}: order quantity already delivered"),
    "V1/302": (400, "SD document {order} is not in the database or has been archived"),
    "VL/363": (400, "Item {item} of document {order} does not exist"),
    "VL/461": (400, "Delivery quantity of item {item} must be greater than zero"),
    "VL/019": (400, "Unit {unit} of item {item} is not the sales unit {right}"),
    "VL/559": (400, "A delivery needs at least one item"),
    "VL/150": (400, "Ship-to party of order {order}: name or address is incomplete"),
    "VL/609": (400, "Order {order} is blocked for delivery"),
    "VL/602": (400, "Delivery {delivery} cannot be deleted: picking has begun"),
    "VL/608": (400, "Delivery {delivery}: picking is not finished"),
    "VL/607": (400, "Delivery {delivery}: goods movement is already posted"),
    "VL/606": (400, "Delivery {delivery}: no goods movement to reverse"),
    "VL/605": (400, "Warehouse {warehouse} has delivery {delivery}: change it there"),
    "VL/055": (404, "Delivery {delivery} does not exist"),
    "MC/601": (409, "Delivery {delivery} is currently being processed by user {user}"),
    "VU/014": (400, "Credit check: order {order} is not released"),
    "/IWFND/MED/170": (403, "No service found for namespace '', name '{name}', version '{version}'"),
    "/IWFND/MED/403": (403, "User {user} is not authorized for {name}"),
    "/IWFND/CM_MGW/420": (412, "The precondition failed: the object was changed in the meantime"),
    "/IWFND/CM_MGW/428": (428, "The request is required to be conditional: header If-Match is missing"),
    "/IWBEP/CM_MGW_RT/020": (404, "Resource not found for segment '{name}'"),
    "/IWBEP/CM_MGW_RT/021": (405, "Method {verb} is not allowed for '{name}'"),
    "/IWBEP/CM_MGW_RT/022": (400, "Property '{name}' is not creatable"),
    "/IWBEP/CM_MGW_RT/023": (400, "Property '{name}' is not updatable"),
    "/IWBEP/CM_MGW_RT/024": (400, "Property '{name}' is invalid"),
    "/IWBEP/CM_MGW_RT/025": (400, "Invalid value '{value}' for property '{name}'"),
    "/IWBEP/CM_MGW_RT/026": (400, "Property '{name}' is not filterable"),
    "/IWBEP/CM_MGW_RT/027": (400, "Invalid parameter '{name}': {value}"),
    "/IWBEP/CM_MGW_RT/028": (400, "Parameter '{name}' is missing"),
    "/IWBEP/CM_MGW_RT/029": (400, "Malformed request body"),
    "/IWBEP/CM_MGW_RT/030": (501, "'{name}' is not emulated"),
    "/SCWM/ODATA_API/040": (400, "Outbound delivery order {order}: {words}"),
    "SADL_ENTITY_RUNTIME/011": (405, "Operation {verb} is not supported for {name}"),
}


class Refused(Exception):  # noqa: N818 - SAP's own refusal, not a failure of ours
    """``target``: the property or item that the error speaks of."""

    def __init__(
        self, code: str, target: str = "", *, status: int | None = None, words: str = "", **facts: Any
    ) -> None:
        super().__init__(code)
        usual, text = CODES.get(code, (400, ""))
        self.code, self.target = code, target
        self.status = status or usual
        self.words = words or text.format_map(_Facts(facts))


class _Facts(dict[str, Any]):
    """An error that an override orders knows no facts."""

    def __missing__(self, key: str) -> str:
        return "?"


class CsrfRequired(Exception):  # noqa: N818
    """403 with `x-csrf-token: Required` and a text (contract §2)."""


def v2_json(problem: Refused, service: str, version: str, moment: str) -> bytes:
    details = [
        {
            "code": problem.code,
            "message": problem.words,
            "propertyref": "",
            "severity": "error",
            "target": problem.target,
        }
    ]
    application = {
        "component_id": "LE-SHP", "service_namespace": "/SAP/", "service_id": service,
        "service_version": version or "0001",
    }  # fmt: skip
    inner = {
        "application": application, "transactionid": "6A1F0B0C0D0E0F10", "timestamp": moment, "errordetails": details,
    }  # fmt: skip
    body = {"code": problem.code, "message": {"lang": "en", "value": problem.words}, "innererror": inner}
    return json.dumps({"error": body}, ensure_ascii=False).encode()


def v2_xml(problem: Refused) -> bytes:
    """What a client gets that asked for no JSON."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><error xmlns={quoteattr(_META)}><code>{escape(problem.code)}</code>'
        f'<message xml:lang="en">{escape(problem.words)}</message></error>'
    ).encode()


def v4_json(problem: Refused) -> bytes:
    detail = {"code": problem.code, "message": problem.words, "@SAP__common.numericSeverity": 4}
    body = {"code": problem.code, "message": problem.words, "target": problem.target, "details": [detail]}
    return json.dumps({"error": body}, ensure_ascii=False).encode()
