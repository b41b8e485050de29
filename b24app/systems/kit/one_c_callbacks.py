"""What 1C posts to us (contract "b24logistics", 1c.md §6.9): a hint, whoever sent it; the object is read again. An
administrator types our address into 1C, so that there is nothing to subscribe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import ClassVar

from b24app.logistics.errors import Refused
from b24app.logistics.ports import CallbackHint
from b24app.logistics.problem import Field, Problem, Who


def parse_callback(body: bytes) -> list[CallbackHint]:
    """The object that a body speaks of; [] for anything else. The same change has the same key, however often it
    comes."""
    try:
        row = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return []
    if not isinstance(row, Mapping) or not row.get("event") or not row.get("id"):
        return []
    parts = [str(row.get(name) or "") for name in ("event", "id", "revision", "status")]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return [CallbackHint(parts[1], str(row.get("externalId") or ""), key)]


class CallbacksByHand:
    """The port `Callbacks` where somebody types our address into their form: there is no call for it, and nothing tells
    whether it was done. `calls_back` False: the other side cannot do it at all."""

    calls_back: ClassVar[bool] = True

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:  # noqa: ARG002 - the port's shape
        return parse_callback(body)

    def ensure_subscribed(self, url: str) -> None:  # noqa: ARG002 - the port's shape
        """Raises Refused: nothing can be done from here, which is no failure (`runners/connection/hooking.py`)."""
        raise Refused([Problem("callback_by_hand" if self.calls_back else "callback_none", Field.ACCOUNT, Who.ADMIN)])

    def unsubscribe(self, url: str) -> int:  # noqa: ARG002 - the port's shape
        return 0
