"""Values of our output fields as the portal's field types take them (bitrix24-crm.md §4.4). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.bitrix24.names import FieldNames
from b24app.flows.snapshot import Role
from b24app.logistics.money import Money
from b24app.logistics.status import Status
from b24app.words import say


def api_fields(fields: Mapping[str, Any], names: FieldNames, lang: str) -> dict[str, Any]:
    """Fields of an outbox row (by role, JSON values) by their API names. None clears a field."""
    return names.written({Role(role): _value(Role(role), value, lang) for role, value in fields.items()})


def _value(role: Role, value: Any, lang: str) -> Any:
    if value is None:
        return ""
    if role is Role.PRICE:
        money = Money.from_json(value)
        return f"{money.amount}|{money.currency}"
    if role is Role.STATUS:
        return say(f"status.{Status(value).value}", lang)
    return str(value)
