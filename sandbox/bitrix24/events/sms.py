"""Sending an SMS through a sender of the app: the portal's queue server POSTs its handler, once (crm §8.1)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.state.install import Install
from sandbox.bitrix24.state.messages import Sms
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.wire import encode
from sandbox.kernel.push import Push, Result

from . import payload
from .delivery import FORM
from .robots import document_of


def send(
    portal: Portal,
    sender_code: str,
    owner_type: int,
    owner_id: int,
    phone: str,
    text: str,
    *,
    author: int = 0,
    workflow: str = "",
) -> str:
    """A person (``author``) sends from a card, or a rule of the automation (nobody, or ``workflow``). Returns the
    message's id. Raises ValueError for a sender that is not there, no phone or no text."""
    if sender_code not in portal.app.senders:
        raise ValueError(f"no sender {sender_code}")
    if not phone.strip() or not text.strip():
        raise ValueError("a message needs a phone and a text")
    found = Sms(sender_code, phone, text, author, workflow=workflow)
    if workflow:
        found.document = document_of(owner_type, owner_id)
    else:
        found.bindings = [{"OWNER_TYPE_ID": owner_type, "OWNER_ID": owner_id}]
    portal.app.sms[found.id] = found
    portal.note("sms.asked", found.id, code=sender_code, to=phone, text=text, owner=[owner_type, owner_id])
    switches = portal.switches
    delay = portal.events.chance(switches.event_delay_min, switches.event_delay_max)
    for _ in range(2 if portal.events.chance(0.0, 1.0) < switches.event_duplicate else 1):
        portal.hub.timers.at(portal.hub.clock.time() + delay, lambda: post(portal, found))
    return found.id


def post(portal: Portal, found: Sms) -> None:
    """One attempt, whatever comes of it."""
    with portal.lock:
        install, sender = portal.app.install, portal.app.senders.get(found.code)
        if install is None or sender is None or not portal.app.running:
            return
        body, handler = _body(portal, install, found), sender.handler

    def done(result: Result) -> None:
        portal.note("sms.posted", found.id, code=found.code, status=result.status, error=result.error)

    portal.hub.pusher.send(Push(handler, body, FORM, portal.switches.event_timeout, done))


def _body(portal: Portal, install: Install, found: Sms) -> bytes:
    whole: dict[str, Any] = {"module_id": "bizproc" if found.document else "crm"}
    if found.document:
        module, entity, number = found.document
        whole |= {
            "workflow_id": found.workflow,
            "document_id": [module, entity, number],
            "document_type": [module, entity, number.rpartition("_")[0]],
        }
    else:
        whole["bindings"] = found.bindings
    whole |= {
        "properties": {"phone_number": found.to, "message_text": found.text},
        "type": "SMS",
        "code": found.code,
        "message_id": found.id,
        "message_to": found.to,
        "message_body": found.text,
        "ts": int(portal.hub.clock.time()),
    }
    user = portal.users.get(found.author)
    if user is not None and user.active:
        card = portal.hub.card
        token = portal.hub.tokens.issue(card.client_id, portal.member_id, user.id, install.scope, install.generation)
        whole["auth"] = payload.full_auth(portal, install, token)
    # Without an author there is no `auth` at all (crm §8.1 [src]): nothing but the address proves the portal.
    return encode(whole).encode()
