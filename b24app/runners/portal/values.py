"""Values of our output fields as the portal's field types take them (bitrix24-crm.md §4.4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.bitrix24.names import FieldNames
from b24app.flows.picking import AT_WAREHOUSE
from b24app.flows.snapshot import RETURNED, Role
from b24app.logistics.money import Money
from b24app.logistics.status import Status
from b24app.words import say

_MONEY = (Role.PRICE, Role.CLIENT_PRICE, *RETURNED)


def api_fields(fields: Mapping[str, Any], names: FieldNames, lang: str) -> dict[str, Any]:
    """Fields of an outbox row (by role, JSON values) by their API names. None clears a field."""
    return names.written({role: _value(role, value, names.kind(role), lang) for role, value in _by_role(fields)})


def _by_role(fields: Mapping[str, Any]) -> Iterator[tuple[Role, Any]]:
    return ((Role(role), value) for role, value in fields.items())


def _value(role: Role, value: Any, kind: str, lang: str) -> Any:
    if value is None:
        return ""
    if role in _MONEY:
        return money_value(Money.from_json(value), kind)
    if role is Role.STATUS and str(value).startswith(AT_WAREHOUSE):
        return say(f"picked.at.{str(value).removeprefix(AT_WAREHOUSE)}", lang)
    if role is Role.STATUS:
        return say(f"status.{Status(value).value}", lang)
    if isinstance(value, list):
        # Of several shipments; a field for one link takes the newest one's.
        return str(value[-1]) if kind == "url" else ", ".join(map(str, value))
    return str(value)


def money_value(money: Money, kind: str) -> str:
    """`411.77|RUB` in a money field (ours is one), the plain amount in a number, both in words in a text."""
    if kind == "double":
        return str(money.amount)
    return f"{money.amount} {money.currency}" if kind == "string" else f"{money.amount}|{money.currency}"
