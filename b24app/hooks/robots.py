"""POST /b24/robots/<code>: a robot of ours was reached in a portal's automation (contracts: bitrix24-crm §7.2). One
row, one wake-up, 200: the answer that the workflow waits for goes by the portal's lane.

Proven by `application_token`, as events are. What it brings is sealed: its token lets a workflow go on, and people
write names into notes. Told twice it has the same key and folds.
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qsl

from flask import Blueprint, request

from b24app.bitrix24.robots import parse_call
from b24app.hooks.desk import OK, Answer, Desk, same
from b24app.store.crypto import seal
from b24app.store.models import InboxKind

HOOK = "robot"
MAX_FIELDS = 200


def robots(desk: Desk) -> Blueprint:
    """Return the blueprint of the robots' handlers."""
    blueprint = Blueprint("robots", __name__)

    @blueprint.route("/b24/robots/<code>", methods=["POST", "HEAD"])
    def run(code: str) -> Answer:
        if request.method == "HEAD":
            return OK
        request.max_content_length = desk.max_bytes
        try:
            text = request.get_data(cache=False).decode("utf-8", "replace")
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            return desk.drop(HOOK, "not_a_form")
        door = desk.portals.get(form.get("auth[member_id]", "")[:64])
        if door is None:
            return desk.drop(HOOK, "unknown_portal")
        if not same(door.secret, form.get("auth[application_token]", "")):
            return desk.drop(HOOK, "wrong_token")
        call = parse_call({**form, "code": code})
        if call is None:
            return desk.drop(HOOK, "not_a_robot")
        key = hashlib.sha256(call.token.encode()).hexdigest()[:32]
        sealed = seal(desk.engine, json.dumps(call.to_json(), ensure_ascii=False))
        return desk.take(HOOK, door, InboxKind.ROBOT, key, {"sealed": sealed})

    return blueprint
