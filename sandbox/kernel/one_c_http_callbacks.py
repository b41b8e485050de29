"""Callbacks of the contract "b24logistics" (1c.md §6.9): 1C posts, with a bearer token, and repeats on a schedule."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .carrier import Carrier
from .push import Push, Result

if TYPE_CHECKING:
    from .one_c_http import HttpService

_ANSWER_S = 5.0
#: After 1, 5, 30 minutes, then hourly for a day.
PAUSES = (60.0, 300.0, 1800.0, *([3600.0] * 24))


@dataclass(frozen=True, slots=True)
class Callback:
    """What an admin typed into the extension's form."""

    url: str
    token: str


def tell(service: HttpService, base: str, number: str, event: str, identifier: str, status: str, revision: int) -> None:
    """Post what happened to our ``number`` (theirs: ``identifier``) to the infobase's address, if it has one; returns
    at once."""
    carrier, switches = service.carrier, service.switches
    if base not in service.exchange.callbacks or carrier.rng.random() < switches.callback_drop:
        return
    said = {
        "event": event, "id": identifier, "externalId": number, "status": status, "revision": revision,
        "at": service.wire_time(),
    }  # fmt: skip
    body = json.dumps(said, ensure_ascii=False).encode()
    for _ in range(2 if carrier.rng.random() < switches.callback_double else 1):
        _send(service, base, number, body, str(uuid.UUID(int=carrier.rng.getrandbits(128), version=4)), 0)


def _send(service: HttpService, base: str, key: str, body: bytes, event_id: str, attempt: int) -> None:
    exchange, carrier = service.exchange, service.carrier
    target = exchange.callbacks.get(base)
    if target is None:
        return
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": f"Bearer {target.token}",
        "X-Event-Id": event_id,
    }

    def after(result: Result) -> None:
        if service.exchange is not exchange:
            # A reset came between: the new day must not be told about the old one.
            return
        taken = result.status is not None and 200 <= result.status < 300
        if not taken and attempt < len(PAUSES):
            carrier.after(PAUSES[attempt], lambda: _send(service, base, key, body, event_id, attempt + 1))
        # Told last: who sees it may move the clock, and the next attempt is armed already.
        carrier.note(
            "webhook.sent" if taken else "webhook.failed", key, status=result.status, attempt=attempt + 1,
            url=target.url, event_id=event_id,
        )  # fmt: skip

    carrier.pusher.send(Push(target.url, body, headers, timeout=_ANSWER_S, done=after))


def settings_of(carrier: Carrier[Any], callbacks: dict[str, Callback], base: str, spec: Mapping[str, Any]) -> None:
    """Type an address into the form of an infobase; an empty one takes it away. Raises ValueError."""
    url = str(spec.get("url") or "")
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("url must be an address")
    with carrier.lock:
        if url:
            callbacks[base] = Callback(url, str(spec.get("token") or ""))
        else:
            callbacks.pop(base, None)
