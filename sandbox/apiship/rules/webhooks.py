"""Subscriptions and what is sent to them (§5): a body that names an order, without a signature, and repeats."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from sandbox.apiship.errors import Refused, field, missing
from sandbox.apiship.model import Account, Order, Subscription
from sandbox.apiship.view import order_info, status_info
from sandbox.kernel.push import Push, Result

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip

TYPE = "ORDER_STATUS"
ATTEMPTS = 3


def subscribe(apiship: ApiShip, account: Account, body: dict[str, Any]) -> Subscription:
    """One more; the same address twice is told twice. Raises Refused."""
    problems = [missing(name) for name in ("url", "type") if not body.get(name)]
    if not problems and body["type"] != TYPE:
        problems.append(field("type", "Недопустимый тип события"))
    if not problems and not str(body["url"]).startswith(("http://", "https://")):
        problems.append(field("url", "Некорректная ссылка"))
    if problems:
        raise Refused("040002", problems)
    found = Subscription(str(uuid.uuid4()), account, str(body["url"]), TYPE)
    with apiship.lock:
        apiship.subscriptions[found.uuid] = found
    apiship.note("webhook.subscribed", TYPE, url=found.url, uuid=found.uuid)
    return found


def of_account(apiship: ApiShip, account: Account) -> list[dict[str, str]]:
    mine = [found for found in apiship.subscriptions.values() if found.account == account]
    return [{"uuid": found.uuid, "url": found.url, "type": found.type} for found in mine]


def unsubscribe(apiship: ApiShip, account: Account, key: str) -> None:
    """Raises Refused."""
    with apiship.lock:
        found = apiship.subscriptions.get(key)
        if found is None or found.account != account:
            raise Refused("040016")
        del apiship.subscriptions[key]


def publish(apiship: ApiShip, order: Order) -> None:
    """Tell every subscriber of the account about the order's newest status; returns at once."""
    switches = apiship.switches
    if not switches.webhooks:
        return
    info = order_info(order)
    body: dict[str, Any] = {"eventType": TYPE, "orderInfo": {name: info[name] for name in ("orderId", "clientNumber")}}
    if switches.webhook_full:
        body |= {"orderInfo": info, "status": status_info(apiship, order.statuses[-1])}
    if switches.unknown_fields:
        body["sandboxUnknownField"] = {"nobody": "documented this"}
    for found in list(apiship.subscriptions.values()):
        if found.account != order.account or apiship.rng.random() < switches.webhook_drop:
            continue
        for _ in range(2 if apiship.rng.random() < switches.webhook_double else 1):
            _send(apiship, found, order, body, 1)


def _send(apiship: ApiShip, found: Subscription, order: Order, body: dict[str, Any], attempt: int) -> None:
    if found.uuid not in apiship.subscriptions:
        return
    number, key = order.number, order.status
    data = json.dumps(body, ensure_ascii=False).encode()

    def after(result: Result) -> None:
        kind = "webhook.sent" if result.ok else "webhook.failed"
        if found.uuid not in apiship.subscriptions:
            # A reset came between: the new day must not be told about the old one.
            return
        if not result.ok and attempt < ATTEMPTS:
            again = apiship.switches.webhook_retry_seconds
            apiship.after(again, lambda: _send(apiship, found, order, body, attempt + 1))
        # Told last: who sees it may move the clock, and the next attempt is armed already.
        apiship.note(kind, number, code=key, status=result.status, attempt=attempt, url=found.url)

    apiship.pusher.send(Push(found.url, data, {"Content-Type": "application/json"}, done=after))
