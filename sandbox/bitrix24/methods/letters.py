"""``crm.activity.add`` as far as apps use it: letters that really leave (crm §8.3); each is journalled."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24.errors import RestError, legacy
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules.rights import EDIT
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, pairs_of, to_int

from .activities import store
from .owners import readable

EMAIL, OUTGOING = 4, 2
CONTACT, COMPANY = 3, 4
PROVIDER = "CRM_EMAIL"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+\Z")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>\Z")


@method("crm.activity.add", scope="crm", note="letters only: other types have methods of their own")
def activity_add(call: Call) -> Any:
    given = {str(name).upper(): value for name, value in pairs_of(call.any_case("fields") or {})}
    kind = to_int(given.get("TYPE_ID"))
    if not kind:
        raise legacy("The field TYPE_ID is not defined or invalid")
    if kind != EMAIL:
        raise RestError("", "The custom activity without provider is not supported in current context")
    if not str(given.get("SUBJECT") or "").strip():
        raise legacy("The field SUBJECT is not defined or empty")
    if not (to_int(given.get("RESPONSIBLE_ID")) or 0) > 0:
        raise legacy("The field RESPONSIBLE_ID is not defined or invalid")
    owner = (to_int(given.get("OWNER_TYPE_ID")) or 0, to_int(given.get("OWNER_ID")) or 0)
    table = call.portal.crm.tables.get(owner[0])
    if table is None or table.get(owner[1]) is None:
        raise legacy("Could not build binding. Please ensure that owner info and communications are defined correctly.")
    if not readable(call, owner, EDIT):
        raise legacy("Access denied", 403)
    to = _receivers(call, given)
    if not to:
        raise legacy("The field COMMUNICATIONS is not defined or invalid")
    number = store(call, owner, _row(call, given, to), str(given["SUBJECT"]))
    if to_int(given.get("DIRECTION")) == OUTGOING and given.get("COMPLETED") == "Y":
        _send(call, owner, number, given, to)
    return number


def _receivers(call: Call, given: dict[str, Any]) -> list[str]:
    """Only e-mail addresses of people that there are; a TYPE that is not EMAIL discards its entry."""
    found = []
    for entry in items_of(given.get("COMMUNICATIONS")):
        one = {str(name).upper(): value for name, value in pairs_of(entry)}
        kind, number = to_int(one.get("ENTITY_TYPE_ID")), to_int(one.get("ENTITY_ID"))
        value = str(one.get("VALUE") or "").strip()
        people = call.portal.crm.tables.get(kind or 0) if kind in (CONTACT, COMPANY) else None
        known = people is not None and people.get(number) is not None
        if str(one.get("TYPE") or "EMAIL") == "EMAIL" and known and _ADDRESS.match(value):
            found.append(value)
    return found


def _row(call: Call, given: dict[str, Any], to: list[str]) -> Row:
    text = str(given.get("DESCRIPTION") or "")
    fields: Row = {
        "typeId": "EMAIL", "completed": given.get("COMPLETED") == "Y", "description": text,
        "responsibleId": to_int(given.get("RESPONSIBLE_ID")), "deadline": None, "to": to,
        "originatorId": given.get("ORIGINATOR_ID"), "originId": given.get("ORIGIN_ID"), "badgeCode": None,
    }  # fmt: skip
    return {"provider": PROVIDER, "fields": fields, "layout": None, "client": call.identity.client}


def _send(call: Call, owner: tuple[int, int], number: int, given: dict[str, Any], to: list[str]) -> None:
    """The activity stands in the feed by now, whatever comes of this."""
    settings = {str(name).upper(): value for name, value in pairs_of(given.get("SETTINGS") or {})}
    sender = str(settings.get("MESSAGE_FROM") or "").strip()
    if sender:
        named = _NAMED.match(sender)
        address = (named.group(1) if named else sender).strip()
        if not _ADDRESS.match(address):
            raise legacy('Email send error. Invalid email is specified in the field "From".')
    else:
        address = call.portal.switches.mailbox
        if not address:
            raise legacy('Email send error. "From" is not found.')
    if call.portal.switches.mail_fails:
        raise legacy(f"Email send error. {call.portal.switches.mail_fails}")
    call.portal.note(
        "mail.sent", owner[1], id=number, to=to, sender=address, subject=str(given["SUBJECT"]),
        body=str(given.get("DESCRIPTION") or ""), body_type=to_int(given.get("DESCRIPTION_TYPE")),
        copy=settings.get("DISABLE_SENDING_MESSAGE_COPY") != "Y", origin=str(given.get("ORIGIN_ID") or ""),
        entity_type_id=owner[0],
    )  # fmt: skip
