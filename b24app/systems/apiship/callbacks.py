"""ApiShip's webhooks (apiship.md §5): unsigned, so a body only names an order; and our one subscription."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.ports import CallbackHint
from b24app.systems.apiship.client import Client
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import NOT_FOUND
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.subscriptions import is_ours, kept_and_stale

TYPE = "ORDER_STATUS"


def parse_callback(body: bytes) -> list[CallbackHint]:
    """The order a body speaks of; [] for anything else. A body may be as short as the order's id."""
    try:
        data = json.loads(body)
    except ValueError:
        return []
    info = data.get("orderInfo") if isinstance(data, Mapping) else None
    if not isinstance(info, Mapping) or not info.get("orderId"):
        return []
    key = hashlib.sha256(body).hexdigest()[:32]
    return [CallbackHint(str(info["orderId"]), str(info.get("clientNumber") or ""), key)]


def ensure_subscribed(client: Client, url: str) -> None:
    """A second subscription is added, not replaced: so list, drop our stale ones, add if missing."""
    kept, stale = kept_and_stale(_list(client), url)
    for row in stale:
        _drop(client, row)
    if kept is None:
        _done(client.call("POST", "webhooks", "webhooks.add", write=True, json={"url": url, "type": TYPE}))


def unsubscribe(client: Client, url: str) -> int:
    """Remove all subscriptions to our address, of any secret; return how many there were."""
    ours = [row for row in _list(client) if is_ours(str(row.get("url")), url)]
    for row in ours:
        _drop(client, row)
    return len(ours)


def _list(client: Client) -> list[Mapping[str, Any]]:
    reply = client.call("GET", "webhooks", "webhooks.list")
    # The list stands alone; the answers of all other lists have `rows`.
    rows = reply.row.get("rows", reply.data)
    if not reply.ok or not isinstance(rows, list):
        raise Unavailable(f"webhooks.list: HTTP {reply.status}, no list")
    return rows_of(rows)


def _drop(client: Client, row: Mapping[str, Any]) -> None:
    _done(client.call("DELETE", f"webhooks/{row.get('uuid')}", "webhooks.delete", write=True))


def _done(reply: Reply) -> None:
    if not reply.ok and reply.code not in NOT_FOUND:
        raise Refused(reply.problems)
