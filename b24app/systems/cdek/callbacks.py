"""CDEK's webhooks (cdek.md §15): unsigned, so a body only names an order; and our one subscription."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.ports import CallbackHint
from b24app.systems.cdek.client import Client, Reply
from b24app.systems.cdek.errors import NOT_FOUND, rows_of
from b24app.systems.kit.subscriptions import is_ours, kept_and_stale

TYPE = "ORDER_STATUS"
#: Types whose `uuid` is an order's.
_OF_ORDERS = frozenset({TYPE, "ORDER_MODIFIED", "DELIV_PROBLEM", "DELIV_AGREEMENT"})


def parse_callback(body: bytes) -> list[CallbackHint]:
    """The orders a body speaks of; [] for anything else. A return order's event names the direct order too."""
    data = _event_in(body)
    if data is None:
        return []
    attributes = next(iter(rows_of(data.get("attributes"))), {})
    number = str(attributes.get("number") or "")
    moment = attributes.get("status_date_time") or attributes.get("create_date") or data.get("date_time")
    key = f"{data['uuid']}|{str(attributes.get('code') or data['type']).strip()}|{moment}"
    direct = [
        CallbackHint(str(row["uuid"]), "", f"{key}|direct")
        for row in rows_of(attributes.get("related_entities"))
        if row.get("type") == "direct_order" and row.get("uuid")
    ]
    return [*direct, CallbackHint(str(data["uuid"]), number, key)]


def _event_in(body: bytes) -> Mapping[str, Any] | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    about_an_order = isinstance(data, Mapping) and data.get("type") in _OF_ORDERS and bool(data.get("uuid"))
    return data if about_an_order else None


def ensure_subscribed(client: Client, url: str) -> None:
    """Exactly one ORDER_STATUS subscription to `url`. A second of one type is added by CDEK, not replaced: so list,
    drop our stale ones (same address, another secret) and repeated ones, add if missing. Other people's stay."""
    kept, stale = kept_and_stale([row for row in _list(client) if row.get("type") == TYPE], url)
    for row in stale:
        _drop(client, row)
    if kept is None:
        _done(client.write("POST", "webhooks", "webhooks.add", {"type": TYPE, "url": url}))


def unsubscribe(client: Client, url: str) -> int:
    """Remove all subscriptions to our address, of any type and any secret; return how many there were. One that CDEK
    does not know any more counts as removed."""
    ours = [row for row in _list(client) if is_ours(str(row.get("url")), url)]
    for row in ours:
        _drop(client, row)
    return len(ours)


def _list(client: Client) -> list[Mapping[str, Any]]:
    reply = client.read("webhooks", "webhooks.list")
    if not isinstance(reply.data, list):
        raise reply.odd("webhooks.list")
    return rows_of(reply.data)


def _drop(client: Client, row: Mapping[str, Any]) -> None:
    _done(client.write("DELETE", f"webhooks/{row.get('uuid')}", "webhooks.delete"))


def _done(reply: Reply) -> None:
    if not reply.codes & NOT_FOUND:
        reply.refuse("webhooks")
