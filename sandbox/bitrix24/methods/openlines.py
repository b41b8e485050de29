"""Chats of open channels that belong to CRM items: finding them and writing in them (b24restdocs
``imopenlines.crm.chat.get`` and ``imopenlines.crm.message.add``). What was written is journalled."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.openlines import Chat
from sandbox.bitrix24.wire import to_int

from .owners import readable

_KINDS = {"lead": 1, "deal": 2, "contact": 3, "company": 4}
_MESSAGE = 19880001


def _owner(call: Call) -> tuple[int, int]:
    """ERROR_ARGUMENT for one that is not told."""
    kind = str(call.any_case("CRM_ENTITY_TYPE") or "").lower()
    given = call.any_case("CRM_ENTITY")
    if not kind:
        raise RestError("ERROR_ARGUMENT", "Argument 'CRM_ENTITY_TYPE' is null or empty")
    if given in (None, "", 0, "0"):
        raise RestError("ERROR_ARGUMENT", "Argument 'CRM_ENTITY' is null or empty")
    number = to_int(given)
    if number is None:
        raise RestError("ERROR_ARGUMENT", "The value of an argument 'CRM_ENTITY' has an invalid type")
    return _KINDS.get(kind, 0), number


@method("imopenlines.crm.chat.get", scope="imopenlines")
def chat_get(call: Call) -> Any:
    owner = _owner(call)
    table = call.portal.crm.tables.get(owner[0])
    if table is None or table.get(owner[1]) is None:
        return []
    if not readable(call, owner):
        raise access_denied("Access denied! You don't have access to this action")
    active_only = str(call.any_case("ACTIVE_ONLY") or "Y").upper() == "Y"
    found = [chat for chat in call.portal.chats.values() if chat.owner == owner and (chat.active or not active_only)]
    return [{"CHAT_ID": str(chat.id), "CONNECTOR_ID": chat.connector, "CONNECTOR_TITLE": chat.title} for chat in found]


@method("imopenlines.crm.message.add", scope="imopenlines")
def message_add(call: Call) -> Any:
    owner = _owner(call)
    for name in ("USER_ID", "CHAT_ID", "MESSAGE"):
        if call.any_case(name) in (None, "", 0, "0"):
            raise RestError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty")
    if not readable(call, owner):
        raise access_denied("Access denied! User don't have access to this entity")
    chat = call.portal.chats.get(to_int(call.any_case("CHAT_ID")) or 0)
    if chat is None or chat.owner != owner:
        raise RestError("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")
    user = to_int(call.any_case("USER_ID"))
    if user not in chat.users or not chat.active:
        raise RestError("CANCELED", "You cannot send messages to the specified chat")
    return _written(call, chat, user or 0, str(call.any_case("MESSAGE")))


def _written(call: Call, chat: Chat, user: int, text: str) -> int:
    number = _MESSAGE + sum(len(each.said) for each in call.portal.chats.values())
    chat.said.append((user, text))
    call.portal.note("chat.said", chat.owner[1], id=number, chat=chat.id, user=user, text=text)
    return number
