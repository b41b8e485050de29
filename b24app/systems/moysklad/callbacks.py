"""MoySklad's webhooks (moysklad.md §7): unsigned, of all that changes in the account, so that what is not ours
has to be told from what is; and our subscriptions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from b24app.logistics.errors import LogisticsError
from b24app.logistics.ports import CallbackHint
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.subscriptions import is_ours, kept_and_stale
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.errors import Unknown
from b24app.systems.moysklad.lists import DEMAND, ORDER
from b24app.systems.moysklad.vocabulary import Row, id_in, id_of, meta_of, rows_in, sync_id

T = TypeVar("T")

_KEPT_S = 3600.0
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


class Notices:
    """Tells orders of ours from the account's other ones, which are remembered: a busy warehouse names them all day."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client, self._directory, self._now = client, directory, now

    def parse(self, body: bytes) -> list[CallbackHint]:
        """Orders of ours that a notice speaks of, looked up in two calls at most. While nobody answers, what is named
        is believed, and so is an order that is there no more: whose it was nobody can say."""
        named = events_of(body)
        key = hashlib.sha256(body).hexdigest()[:32]
        orders = {identifier: "" for kind, identifier in named if kind == ORDER}
        with suppress(LogisticsError):
            orders |= dict.fromkeys(filter(None, self._orders_of([each for kind, each in named if kind == DEMAND])), "")
            numbers = zip(orders, self._numbers_of(list(orders)), strict=True)
            orders = {order: number for order, number in numbers if number is not None}
        return [CallbackHint(order, number, key, checked=bool(number)) for order, number in orders.items()]

    def _orders_of(self, demands: Sequence[str]) -> list[str]:
        """The order that each shipment was made from, "" for none; it does not change."""

        def load(ids: Sequence[str]) -> list[str]:
            rows = self._client.by_ids(DEMAND, ids, "hooks.demands", "state")
            return [id_of(rows.get(each, {}).get("customerOrder")) for each in ids]

        return self._kept("hook.demand", demands, load)

    def _numbers_of(self, orders: Sequence[str]) -> list[str | None]:
        """Our number of each order of ours, "" of one that is there no more; None for a stranger's."""

        def load(ids: Sequence[str]) -> list[tuple[str | None]]:
            rows = self._client.by_ids(ORDER, ids, "hooks.orders", "state")
            return [(_number_in(rows.get(each)),) for each in ids]

        return [number for (number,) in self._kept("hook.order", orders, load)]

    def _kept(self, what: str, ids: Sequence[str], load: Callable[[Sequence[str]], Sequence[T]]) -> list[T]:
        keys = [(self._client.account, what, each) for each in ids]
        return self._directory.get_all(keys, self._now, _KEPT_S, lambda missing: load([key[-1] for key in missing]))


def _number_in(order: Row | None) -> str | None:
    if order is None:
        return ""
    number = str(order.get("externalCode") or "")
    return number if order.get("syncId") == sync_id("order", number) else None


# --- subscriptions ----------------------------------------------------------------------------------------------------


def ensure_subscribed(client: Client, url: str) -> None:
    """One of each kind to exactly this address. One call shows them, one makes those that are missing and switches on
    those that they switched off because nobody answered for days (§5.1: an element with its meta is a change; §7).
    Those of an older secret go before: so many of a kind and no more are allowed."""
    rows = _list(client)
    wanted: list[Row] = []
    for kind, action in WANTED:
        mine = [row for row in rows if (row.get("entityType"), row.get("action")) == (kind, action)]
        kept, stale = kept_and_stale(mine, url)
        for row in stale:
            _drop(client, row)
        if kept is None:
            wanted.append({"url": url, "action": action, "entityType": kind})
        elif not kept.get("enabled", True):
            wanted.append({"meta": kept.get("meta"), "enabled": True})
    if wanted:
        client.mass("entity/webhook", "webhooks.set", wanted)
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
