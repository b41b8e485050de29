"""MoySklad's webhooks (moysklad.md §7): unsigned, of all that changes in the account, so that what is not ours
has to be told from what is; and our subscriptions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress

from b24app.logistics.errors import LogisticsError
from b24app.logistics.ports import CallbackHint
from b24app.systems.kit.subscriptions import is_ours, kept_and_stale
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.errors import Unknown
from b24app.systems.moysklad.lists import DEMAND, ORDER
from b24app.systems.moysklad.vocabulary import Row, id_in, id_of, meta_of, rows_in, sync_id

#: What we want to hear of: each is a subscription of its own.
WANTED = ((ORDER, "UPDATE"), (ORDER, "DELETE"), (DEMAND, "CREATE"), (DEMAND, "UPDATE"))


def events_of(body: bytes) -> list[tuple[str, str]]:
    """(type, id) of all that a notice names; [] for anything else."""
    try:
        data = json.loads(body)
    except ValueError:
        return []
    events = rows_in(data.get("events")) if isinstance(data, Mapping) else []
    found = [(str(meta_of(event).get("type")), id_in(meta_of(event).get("href"))) for event in events]
    return [(kind, identifier) for kind, identifier in found if kind in (ORDER, DEMAND) and identifier]


def parse(client: Client, body: bytes) -> list[CallbackHint]:
    """Orders of ours that a notice speaks of. The account's other orders are read too and passed over; while nobody
    answers, what is named is believed."""
    named = events_of(body)
    key = hashlib.sha256(body).hexdigest()[:32]
    orders = {identifier: "" for kind, identifier in named if kind == ORDER}
    with suppress(LogisticsError):
        demands = [identifier for kind, identifier in named if kind == DEMAND]
        rows = client.by_ids(DEMAND, demands, "hooks.demands", "state") if demands else {}
        orders |= {found: "" for row in rows.values() if (found := id_of(row.get("customerOrder")))}
        known = client.by_ids(ORDER, list(orders), "hooks.orders", "state") if orders else {}
        # One that is not there any more was deleted: whose it was nobody can say.
        orders = {each: _number(known.get(each, {})) for each in orders if each not in known or _is_ours(known[each])}
    return [CallbackHint(identifier, number, key) for identifier, number in orders.items()]


def _number(order: Row) -> str:
    return str(order.get("externalCode") or "")


def _is_ours(order: Row) -> bool:
    return order.get("syncId") == sync_id("order", _number(order))


# --- subscriptions ----------------------------------------------------------------------------------------------------


def ensure_subscribed(client: Client, url: str) -> None:
    """One of each kind to exactly this address; those of an older secret go."""
    rows = _list(client)
    for kind, action in WANTED:
        mine = [row for row in rows if (row.get("entityType"), row.get("action")) == (kind, action)]
        kept, stale = kept_and_stale(mine, url)
        for row in stale:
            _drop(client, row)
        if kept is None:
            body = {"url": url, "action": action, "entityType": kind}
            client.object("POST", "entity/webhook", "webhooks.add", write=True, json=body)
        elif not kept.get("enabled", True):
            # They switch off what did not answer for days (§4).
            path = f"entity/webhook/{kept['id']}"
            client.object("PUT", path, "webhooks.enable", write=True, json={"enabled": True})
    client.hush(url)


def unsubscribe(client: Client, url: str) -> int:
    """Remove all to our address, of any secret; return how many addresses there were."""
    ours = [row for row in _list(client) if is_ours(str(row.get("url")), url)]
    for row in ours:
        _drop(client, row)
    return len({row.get("url") for row in ours})


def _list(client: Client) -> list[Row]:
    return list(client.pages("entity/webhook", "webhooks.list"))


def _drop(client: Client, row: Row) -> None:
    with suppress(Unknown):
        client.ask("DELETE", f"entity/webhook/{row.get('id')}", "webhooks.delete", write=True, gone=True)
