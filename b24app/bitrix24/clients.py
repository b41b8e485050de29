"""What reaches a client through the portal: letters of a deal (bitrix24-crm.md §8.3), chats of open channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.names import COMPANY, CONTACT, DEAL

#: A letter that leaves at once: e-mail, outgoing, done. `DESCRIPTION_TYPE` 3 is HTML.
_EMAIL, _OUTGOING, _HTML = 4, 2, 3
#: Under which activities of ours are found again.
ORIGINATOR = "waybill"
_TYPES = {CONTACT: "contact", COMPANY: "company", DEAL: "deal"}


def send_letter(
    key: str,
    deal_id: int,
    origin: str,
    to: tuple[str, int, int],
    subject: str,
    html: str,
    *,
    user: int,
    sender: str,
    at: datetime,
) -> Command:
    """An outgoing letter in the deal's feed; its result is the activity's id. `to`: address, type and id of the contact
    or company that has it; `sender` "" = the responsible person's mailbox, else the portal's."""
    settings = {"DISABLE_SENDING_MESSAGE_COPY": "Y"} | ({"MESSAGE_FROM": sender} if sender else {})
    moment = at.isoformat(timespec="seconds")
    fields: dict[str, Any] = {
        "OWNER_TYPE_ID": DEAL, "OWNER_ID": deal_id, "TYPE_ID": _EMAIL, "DIRECTION": _OUTGOING, "COMPLETED": "Y",
        "RESPONSIBLE_ID": user, "SUBJECT": subject, "DESCRIPTION": html, "DESCRIPTION_TYPE": _HTML,
        "START_TIME": moment, "END_TIME": moment, "ORIGINATOR_ID": ORIGINATOR, "ORIGIN_ID": origin,
        "COMMUNICATIONS": [{"VALUE": to[0], "ENTITY_TYPE_ID": to[1], "ENTITY_ID": to[2]}], "SETTINGS": settings,
    }  # fmt: skip
    return Command(key, "crm.activity.add", {"fields": fields})


def find_letter(key: str, deal_id: int, origin: str) -> Command:
    """Letters of this origin in the deal's feed: at most one."""
    conditions = {"OWNER_TYPE_ID": DEAL, "OWNER_ID": deal_id, "ORIGINATOR_ID": ORIGINATOR, "ORIGIN_ID": origin}
    return Command(key, "crm.activity.list", {"filter": conditions, "select": ["ID"]})


def letters_of(result: Any) -> list[int]:
    found = (number(as_map(each).get("ID")) for each in as_list(result))
    return [each for each in found if each]


def delete_letter(key: str, letter: int) -> Command:
    """A letter that did not leave stands in the feed as if it had: it is taken out."""
    return Command(key, "crm.activity.delete", {"id": letter})


def list_chats(key: str, entity_type: int, entity_id: int) -> Command:
    """Chats of open channels in which this client writes and that are going on."""
    params = {"CRM_ENTITY_TYPE": _TYPES[entity_type], "CRM_ENTITY": entity_id, "ACTIVE_ONLY": "Y"}
    return Command(key, "imopenlines.crm.chat.get", params)


def chats_of(result: Any) -> list[int]:
    """Newest last."""
    found = (number(as_map(each).get("CHAT_ID")) for each in as_list(result))
    return sorted(each for each in found if each)


def say_in_chat(key: str, chat: int, of: tuple[int, int], user: int, text: str) -> Command:
    """What `user` says to the client; its result is the message's id. `of`: type and id of whose chat it is."""
    params = {
        "CRM_ENTITY_TYPE": _TYPES[of[0]], "CRM_ENTITY": of[1], "USER_ID": user, "CHAT_ID": chat, "MESSAGE": text,
    }  # fmt: skip
    return Command(key, "imopenlines.crm.message.add", params)


def is_unsent(text: str) -> bool:
    """Whether a refused letter stands in the feed all the same (§8.3)."""
    return "email send error" in text.lower()
