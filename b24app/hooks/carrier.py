"""POST /hooks/carrier/<connection>/<secret>: callbacks of carriers. Unsigned, so only a hint: the order is re-read."""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, request

from b24app.hooks.desk import Answer, Desk, same
from b24app.store.crypto import seal
from b24app.store.models import InboxKind

HOOK = "carrier"
#: Says that it is us who answer here, not some gateway before us: `runners/connection/hooking.py` looks for it.
MARK = "X-Waybill-Hook"
KEPT_HEADERS = ("Content-Type", "User-Agent")


def carrier_callbacks(desk: Desk) -> Blueprint:
    """Return the blueprint of the carriers' callbacks."""
    blueprint = Blueprint("carrier_callbacks", __name__)

    @blueprint.route("/hooks/carrier/<public_id>/<secret>", methods=["POST", "HEAD"])
    def callback(public_id: str, secret: str) -> Answer | tuple[str, int, dict[str, str]]:
        if request.method == "HEAD":
            return "", 200, {MARK: HOOK}
        request.max_content_length = desk.max_bytes
        body = request.get_data(cache=False)
        door = desk.carriers.get(public_id[:32])
        if door is None:
            return desk.drop(HOOK, "unknown_connection")
        if not same(door.secret, secret):
            return desk.drop(HOOK, "wrong_secret")
        headers = {name: request.headers[name][:200] for name in KEPT_HEADERS if name in request.headers}
        told = json.dumps({"headers": headers, "body": body.decode("utf-8", "replace")})
        # The same callback twice has the same key and folds.
        key = hashlib.sha256(body).hexdigest()[:32]
        return desk.take(HOOK, door, InboxKind.CALLBACK, key, {"sealed": seal(desk.engine, told)})

    return blueprint
