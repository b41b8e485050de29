"""What an override is matched against, and the refusal that it orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kernel.one_c_http_errors import CODES, Refused
from sandbox.kernel.one_c_http_shapes import complaint


def facts_of(number: str, recipient: str, body: Mapping[str, Any]) -> Mapping[str, str]:
    """``body`` is the service's; OData knows neither phone nor comment."""
    party, address = body.get("party") or {}, body.get("deliveryAddress") or {}
    return {
        "number": number,
        "recipient": recipient,
        "phone": str(party.get("phone") or ""),
        "comment": str(address.get("comment") or ""),
        "point": "",
    }


def ordered(wanted: Any) -> Refused:
    """An override's error: a code of §6.2, the path of a field, or {"code", "message", "path"}."""
    row = wanted if isinstance(wanted, dict) else {"code" if wanted in CODES else "path": wanted}
    code, path = str(row.get("code") or "VALIDATION_FAILED"), str(row.get("path") or "")
    message = str(row.get("message") or CODES[code][2])
    return Refused(code, message, [complaint(path, "configuration", message)] if path else [])
