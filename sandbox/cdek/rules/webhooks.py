"""Subscriptions and pushes: who is told what, the retries, and how a subscription dies (contract §15)."""

from __future__ import annotations

import json
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, empty, error
from sandbox.cdek.model import Account, Subscription
from sandbox.kernel.push import Push, Result

TYPES = (
    "ORDER_STATUS", "ORDER_MODIFIED", "PRINT_FORM", "RECEIPT", "DOWNLOAD_PHOTO", "PREALERT_CLOSED",
    "ACCOMPANYING_WAYBILL", "OFFICE_AVAILABILITY", "DELIV_PROBLEM", "DELIV_AGREEMENT", "COURIER_INFO",
)  # fmt: skip

MAX_ATTEMPTS = 12
REFUSED_SECONDS = 24 * 3600.0


def subscribe(cdek: Cdek, account: Account, body: dict[str, Any]) -> Subscription:
    """Add a subscription; a second one of the same type is added, not replaced."""
    kind, url = body.get("type"), body.get("url")
    if kind not in TYPES:
        raise Refused(error("v2_webhook_type_incorrect"), envelope="request", request_type="CREATE")
    if not url:
        raise Refused(empty("url"), envelope="request", request_type="CREATE")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refused(bad_value(url, "url"), envelope="request", request_type="CREATE")
    with cdek.lock:
        limit, mine = cdek.switches.webhook_limit, of_account(cdek, account)
        if limit and len(mine) >= limit:
            raise Refused(error("v2_bad_request", "Webhook limit exceeded"), envelope="request", request_type="CREATE")
        found = Subscription(cdek.new_uuid(), account, kind, url)
        cdek.subscriptions[found.uuid] = found
    cdek.note("webhook.subscribed", kind, url=url, uuid=found.uuid)
    return found


def of_account(cdek: Cdek, account: Account) -> list[Subscription]:
    return [found for found in cdek.subscriptions.values() if found.account == account and found.active]


def publish(cdek: Cdek, account: Account, kind: str, entity_uuid: str, attributes: dict[str, Any]) -> None:
    """Tell every subscriber of ``kind``; returns at once."""
    switches = cdek.switches
    if not switches.webhooks:
        return
    body = {"type": kind, "date_time": cdek.now_text(), "uuid": entity_uuid, "attributes": attributes}
    for found in of_account(cdek, account):
        if found.type != kind:
            continue
        if cdek.rng.random() < switches.webhook_drop:
            cdek.note("webhook.dropped", entity_uuid, code=attributes.get("code"))
            continue
        copies = 2 if cdek.rng.random() < switches.webhook_double else 1
        for _ in range(copies):
            _schedule(cdek, found, body)


def _schedule(cdek: Cdek, found: Subscription, body: dict[str, Any]) -> None:
    delay = cdek.switches.webhook_delay
    if cdek.rng.random() < cdek.switches.webhook_shuffle:
        delay += cdek.rng.uniform(1.0, 6.0)
    if delay:
        cdek.after(delay, lambda: _send(cdek, found, body, 1))
    else:
        _send(cdek, found, body, 1)


def _send(cdek: Cdek, found: Subscription, body: dict[str, Any], attempt: int) -> None:
    if not found.active or found.uuid not in cdek.subscriptions:
        return
    data = json.dumps(_wild(cdek, body), ensure_ascii=False).encode()
    push = Push(
        found.url,
        data,
        {"Content-Type": "application/json; charset=utf-8", "User-Agent": "cdek-webhook"},
        timeout=cdek.switches.webhook_timeout,
        done=lambda result: _after(cdek, found, body, attempt, result),
    )
    cdek.pusher.send(push)


def _wild(cdek: Cdek, body: dict[str, Any]) -> dict[str, Any]:
    """Deviations seen in the wild (§15.3), when asked for."""
    attributes = dict(body["attributes"])
    if cdek.switches.webhook_trailing_space and "code" in attributes:
        attributes["code"] += " "
    if cdek.switches.webhook_wild and "city_name" in attributes:
        attributes["city"] = attributes.pop("city_name")
    if cdek.switches.unknown_fields:
        attributes["sandbox_unknown_field"] = {"nobody": "documented this"}
    return body | {"attributes": attributes}


def _after(cdek: Cdek, found: Subscription, body: dict[str, Any], attempt: int, result: Result) -> None:
    if found.uuid not in cdek.subscriptions:
        # A reset came between: the new day must not be told about the old one.
        return
    with cdek.lock:
        if result.ok:
            found.refused_since = None
        elif result.status is None:
            _retry(cdek, found, body, attempt)
        else:
            _count_refusal(cdek, found)
    # Told last: who sees it may move the clock, and the next attempt is armed already.
    attributes = body["attributes"]
    cdek.note(
        "webhook.sent" if result.ok else "webhook.failed",
        attributes.get("number") or body["uuid"],
        uuid=body["uuid"],
        type=body["type"],
        code=attributes.get("code"),
        status=result.status,
        attempt=attempt,
        url=found.url,
        error=result.error,
    )


def _retry(cdek: Cdek, found: Subscription, body: dict[str, Any], attempt: int) -> None:
    if attempt < MAX_ATTEMPTS:
        cdek.after(cdek.switches.webhook_retry_seconds, lambda: _send(cdek, found, body, attempt + 1))
        return
    for other in cdek.subscriptions.values():
        if other.url == found.url:
            other.active = False
    cdek.note("webhook.disabled", found.url)


def _count_refusal(cdek: Cdek, found: Subscription) -> None:
    if found.refused_since is not None:
        return
    found.refused_since = since = cdek.time()

    def check() -> None:
        if found.refused_since == since and found.uuid in cdek.subscriptions:
            del cdek.subscriptions[found.uuid]
            cdek.note("webhook.deleted", found.url, uuid=found.uuid)

    cdek.after(REFUSED_SECONDS, check)


def one(cdek: Cdek, account: Account, uuid: str, request_type: str) -> Subscription:
    """Raises Refused."""
    found = cdek.subscriptions.get(uuid)
    if found is None or found.account != account or not found.active:
        text = f"Entity is not found by uuid {uuid}"
        raise Refused(error("v2_entity_not_found", text), envelope="request", request_type=request_type)
    return found


def unsubscribe(cdek: Cdek, account: Account, uuid: str) -> None:
    with cdek.lock:
        one(cdek, account, uuid, "DELETE")
        del cdek.subscriptions[uuid]


def as_row(found: Subscription) -> dict[str, Any]:
    """A live row carries ``retryable`` although no text mentions it (§15.1)."""
    return {"uuid": found.uuid, "type": found.type, "url": found.url, "retryable": False}
