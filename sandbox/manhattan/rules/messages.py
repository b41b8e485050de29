"""Asynchronous import (§1.4, §7.4): acknowledged whatever it holds; what is wrong with it is a failed message."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.manhattan.errors import Refused, refuse
from sandbox.manhattan.model import FailedMessage, Scope

from . import asns, orders

if TYPE_CHECKING:
    from sandbox.manhattan.core import Manhattan

#: Types that work here; the others of §3.1 are refused.
_SAVES: Mapping[str, tuple[str, Callable[..., object]]] = {
    "ANY_DCO_ImportOriginalOrders": ("OriginalOrderId", orders.save),
    "ANY_RCV_ImportAsn": ("AsnId", asns.save),
}


def send(wm: Manhattan, scope: Scope, kind: str, body: Any) -> dict[str, Any]:
    """Raises Refused for an unknown type or a body without `Payload.data`."""
    if kind not in _SAVES:
        raise refuse("XINT::TYPE", kind or "(none)")
    payload = body.get("Payload") if isinstance(body, Mapping) else None
    rows = payload.get("data") if isinstance(payload, Mapping) else None
    if not isinstance(rows, list):
        raise refuse("FWCORE::REQUIRED", "Payload.data")
    identifier = f"MSG{next(wm.numbers):08d}"
    kept = copy.deepcopy(rows)
    wm.after(wm.decision_delay(), lambda: _import(wm, scope, identifier, kind, kept))
    return {"MessageId": identifier}


def _import(wm: Manhattan, scope: Scope, identifier: str, kind: str, rows: list[Any]) -> None:
    key, save = _SAVES[kind]
    for row in rows:
        data = row if isinstance(row, dict) else {}
        try:
            save(wm, scope, data)
        except Refused as refused:
            words = "; ".join(text for _, text in refused.told)
            name = str(data.get(key) or "")
            wm.failed.append(FailedMessage(identifier, scope.organization, kind, name, data, words, wm.time()))
            wm.note("message.failed", name, type=kind, words=words)
