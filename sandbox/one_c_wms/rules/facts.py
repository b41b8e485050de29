"""What an override is matched against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
