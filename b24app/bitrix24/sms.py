"""Our SMS sender in a portal: what it POSTs to it, and what it is told of a message (bitrix24-crm.md §8.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.names import DEAL
from b24app.logistics.jsonable import Jsonable

#: Of our sender.
CODE = "waybill"
MOST_PHONE, MOST_TEXT = 100, 4000
_MESSAGE = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
_DEAL_DOCUMENT = re.compile(r"DEAL_(\d{1,18})\Z")
_BINDING = re.compile(r"bindings\[(\d{1,3})\]\[OWNER_TYPE_ID\]\Z")


@dataclass(frozen=True, slots=True)
class SmsRequest(Jsonable):
    """The portal asks for a message. `message` is its id there; `deal` 0 = it is about something else."""

    message: str
    to: str
    text: str
    deal: int = 0


def parse_request(form: Mapping[str, str]) -> SmsRequest | None:
    """What the handler was told, from names with brackets; None for another sender's, or one without an id."""
    message = form.get("message_id", "")
    if form.get("code") != CODE or form.get("type", "SMS") != "SMS" or not _MESSAGE.match(message):
        return None
    to = form.get("message_to") or form.get("properties[phone_number]", "")
    text = form.get("message_body") or form.get("properties[message_text]", "")
    return SmsRequest(message, to.strip()[:MOST_PHONE], text.strip()[:MOST_TEXT], _deal(form))


def _deal(form: Mapping[str, str]) -> int:
    document = _DEAL_DOCUMENT.match(form.get("document_id[2]", ""))
    if document:
        return int(document[1])
    for name, value in form.items():
        found = _BINDING.match(name)
        owner = form.get(f"bindings[{found[1]}][OWNER_ID]", "") if found else ""
        if found and value == str(DEAL) and owner.isascii() and owner.isdecimal() and len(owner) < 19:
            return int(owner)
    return 0


def tell(key: str, message: str, status: str) -> Command:
    """What became of a message; telling it twice changes nothing. One that the portal knows no more is
    `ERROR_MESSAGE_NOT_FOUND`."""
    told = {"CODE": CODE, "MESSAGE_ID": message, "STATUS": status}
    return Command(key, "messageservice.message.status.update", told)
