"""What an override is matched against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What an override is matched against; of anything that may have been sent."""
    order, recipient = _part(body, "order"), _part(body, "recipient")
    return {
        "number": str(order.get("clientNumber") or ""),
        "recipient": str(recipient.get("contactName") or ""),
        "phone": str(recipient.get("phone") or ""),
        "comment": str(order.get("description") or ""),
        "point": str(order.get("pointOutId") or ""),
        "provider": str(order.get("providerKey") or ""),
    }


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}
