"""POST /b24/sms/<portal>/<secret>: the portal's automation, or a person in a card, sends an SMS through our sender
(contracts: bitrix24-crm §8.1). One row, one wake-up, 200: what becomes of it goes back by the portal's lane.

A rule without an author brings no `auth`: the secret part of the address, which only the portal was told, proves it.
Where there is an `auth`, it must fit, too. Told twice it has the same key and folds.
"""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qsl

from flask import Blueprint, request

from b24app.bitrix24.sms import parse_request
from b24app.hooks.desk import OK, Answer, Desk, same
from b24app.store.crypto import seal
from b24app.store.models import InboxKind

HOOK = "sms"
MAX_FIELDS = 200


def sms(desk: Desk) -> Blueprint:
    """Return the blueprint of the sender's handler."""
    blueprint = Blueprint("sms", __name__)

    @blueprint.route("/b24/sms/<public_id>/<secret>", methods=["POST", "HEAD"])
    def send(public_id: str, secret: str) -> Answer:
        if request.method == "HEAD":
            return OK
        request.max_content_length = desk.max_bytes
        try:
            text = request.get_data(cache=False).decode("utf-8", "replace")
            form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            return desk.drop(HOOK, "not_a_form")
        known = desk.senders.get(public_id[:32])
        if known is None:
            return desk.drop(HOOK, "unknown_portal")
        if not known.opens(secret[:200]):
            return desk.drop(HOOK, "wrong_secret")
        token = form.get("auth[application_token]")
        if token is not None and not same(known.door.secret, token):
            return desk.drop(HOOK, "wrong_token")
        asked = parse_request(form)
        if asked is None:
            return desk.drop(HOOK, "not_a_message")
        key = hashlib.sha256(asked.message.encode()).hexdigest()[:32]
        sealed = seal(desk.engine, json.dumps(asked.to_json(), ensure_ascii=False))
        return desk.take(HOOK, known.door, InboxKind.SMS, key, {"sealed": sealed})

    return blueprint
