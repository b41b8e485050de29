"""POST /b24/delivery/<secret>/calculate, …/create, …/cancel: what a portal's online store asks of our delivery service
(contracts: bitrix24-crm.md §9.6).

No token and no signature are documented, so the address is the secret: a wrong one is 404, found by the same one query.
What is asked is answered here, not in a lane, because a person waits for it: with a limit, whatever carriers do.
"""

from __future__ import annotations

import json
import time
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from b24app.hooks.counters import HookCounters
from b24app.store.shop_doors import LONGEST, Door
from b24app.wire.trace import new_trace_id, tracing

HOOK = "shop"
PATH = "/b24/delivery"
#: A basket of 500 rows with long names stays below this.
MAX_BYTES = 512 * 1024


class Shop(Protocol):
    """What answers (`runners.shop.ShopService`)."""

    def door(self, secret: str) -> Door | None: ...

    def calculate(self, door: Door, body: Any, began: float) -> Any: ...

    def create(self, door: Door, body: Any) -> Any: ...

    def cancel(self, door: Door, body: Any) -> Any: ...


def shop_hooks(shop: Shop, counters: HookCounters) -> Blueprint:
    """Return the blueprint of the store's three addresses."""
    blueprint = Blueprint("shop_hooks", __name__)

    @blueprint.route(f"{PATH}/<secret>/<any(calculate, create, cancel):act>", methods=["POST", "HEAD"])
    def asked(secret: str, act: str) -> Response | tuple[str, int]:
        began = time.monotonic()
        if request.method == "HEAD":
            return "", 200
        request.max_content_length = MAX_BYTES
        try:
            door = shop.door(secret[: LONGEST * 2])
            if door is None:
                counters.count(HOOK, "unknown")
                return "", 404
            body = json.loads(request.get_data(cache=False))
            with tracing(new_trace_id()):
                answer = _answer(shop, door, act, body, began)
        except (ValueError, RecursionError):
            counters.count(HOOK, "not_json")
            return "", 400
        except SQLAlchemyError:
            # Nobody may believe that it was stored: the portal shows an error, and the person tries again.
            counters.count(HOOK, "not_stored")
            return "", 503
        counters.count(HOOK, act)
        return jsonify(answer)

    return blueprint


def _answer(shop: Shop, door: Door, act: str, body: Any, began: float) -> Any:
    if act == "calculate":
        return shop.calculate(door, body, began)
    return shop.create(door, body) if act == "create" else shop.cancel(door, body)
