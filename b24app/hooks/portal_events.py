"""POST /b24/events: what portals tell (contracts: bitrix24-app §4.2). One row, one wake-up, 200.

Only `application_token` proves an event; those that bring a new one prove themselves (`introductions`). Tokens of
events are never stored, and their addresses never used.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, request

from b24app.hooks.desk import OK, Answer, Desk, same
from b24app.hooks.introductions import EVENTS, Introductions
from b24app.store import return_items
from b24app.store.doors import Door
from b24app.store.models import InboxKind

HOOK = "portal"
MAX_FIELDS = 200
LICENCE_GAP_S = 60.0
DEAL_EVENTS = frozenset({"ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY"})
#: Items of smart processes, all of them or those of one type (`…ADD_1042`); smart invoices are told of by them too.
ITEM_EVENT = re.compile(r"ONCRMDYNAMICITEM(?:ADD|UPDATE|DELETE)(?:_\d+)?")
INVOICE = "31"
_FIELDS = "data[FIELDS]["
_ID = re.compile(r"[0-9]{1,15}")


def portal_events(desk: Desk, introductions: Introductions | None = None) -> Blueprint:
    """Return the blueprint of the portals' event handler. Without `introductions` no new token is learnt."""
    blueprint = Blueprint("portal_events", __name__)
    licence_asked: dict[int, float] = {}

    @blueprint.route("/b24/events", methods=["POST", "HEAD"])
    def events() -> Answer:
        if request.method == "HEAD":
            return OK
        request.max_content_length = desk.max_bytes
        try:
            text = request.get_data(cache=False).decode("utf-8", "replace")
            # PHP escapes the brackets of every name: undone at once, most names and values need no more decoding.
            text = text.replace("%5B", "[").replace("%5D", "]")
            form = dict(parse_qsl(text, max_num_fields=MAX_FIELDS))
        except ValueError:
            return desk.drop(HOOK, "not_a_form")
        if introductions is not None and _introduces(desk, form) and introductions.learn(form):
            desk.portals.forget(_member(form))
        return _take(desk, form, licence_asked)

    return blueprint


def _member(form: Mapping[str, str]) -> str:
    return form.get("auth[member_id]", "")[:64]


def _introduces(desk: Desk, form: Mapping[str, str]) -> bool:
    """Whether the event may bring a token that we do not know yet: one that says so, or, after an update of which none
    told, any other of a portal we know (its key proves it)."""
    said = form.get("event", "").upper() in EVENTS
    if not said and not form.get("auth[access_token]"):
        return False
    door = desk.portals.get(_member(form))
    if door is None:
        return said
    return not same(door.secret, form.get("auth[application_token]", ""))


def _take(desk: Desk, form: Mapping[str, str], licence_asked: dict[int, float]) -> Answer:
    door = desk.portals.get(_member(form))
    if door is None:
        return desk.drop(HOOK, "unknown_portal")
    event = form.get("event", "").upper()
    token = form.get("auth[application_token]")
    if token is None and event == "ONAPPPAYMENT":
        # Documented without a token: a hint that we look up with our own, so it may not come often.
        if time.monotonic() - licence_asked.get(door.id, float("-inf")) < LICENCE_GAP_S:
            return desk.drop(HOOK, "licence_again")
        licence_asked[door.id] = time.monotonic()
        return desk.take(HOOK, door, InboxKind.LICENCE, "app", {})
    if not same(door.secret, token or ""):
        return desk.drop(HOOK, "wrong_token")
    if ITEM_EVENT.fullmatch(event):
        return _take_item(desk, door, event, form)
    kind, key, payload = _row(event, form)
    return desk.take(HOOK, door, kind, key, payload)


def _take_item(desk: Desk, door: Door, event: str, form: Mapping[str, str]) -> Answer:
    """Whether it is an item of our process, the lane knows. Only events that somebody caused bring a key (§4.2): those
    of robots have rows of their own."""
    entity, item = form.get(f"{_FIELDS}ENTITY_TYPE_ID]", ""), form.get(f"{_FIELDS}ID]", "")
    if entity == INVOICE or not _ID.fullmatch(entity) or not _ID.fullmatch(item):
        return desk.drop(HOOK, "not_an_item")
    key = return_items.item_key(int(entity), int(item), robot=not form.get("auth[access_token]"))
    return desk.take(HOOK, door, InboxKind.RETURN_ITEM, key, {"event": event, "ts": form.get("ts", "")})


def _row(event: str, form: Mapping[str, str]) -> tuple[str, str, dict[str, Any]]:
    """Return kind, key and payload: rows of one deal share a key and fold."""
    if event in DEAL_EVENTS:
        fields = {name[len(_FIELDS) : -1]: form[name] for name in form if name.startswith(_FIELDS)}
        return InboxKind.DEAL, fields.get("ID", "")[:20], {"event": event, "fields": fields, "ts": form.get("ts", "")}
    if event == "ONAPPUNINSTALL":
        return InboxKind.UNINSTALL, "app", {"clean": form.get("data[CLEAN]", "")}
    if event in ("ONAPPPAYMENT", "ONAPPUPDATE"):
        return InboxKind.LICENCE, "app", {"update": True} if event == "ONAPPUPDATE" else {}
    data = {name: form[name][:500] for name in form if name.startswith("data[")}
    return InboxKind.EVENT, event[:64], {"event": event, "data": data, "ts": form.get("ts", "")}
