"""Senders of the app, and what it tells of messages (crm §8.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.messages import STATUSES, Sender

from .robots import check_on_domain

_CODE = re.compile(r"[A-Za-z0-9._-]+\Z")
_TYPES = ("SMS",)
_CHANGEABLE = ("HANDLER", "NAME", "DESCRIPTION")


def _wrong(text: str) -> RestError:
    return RestError("ERROR_SENDER_VALIDATION_FAILURE", text)


def _in_app(call: Call) -> None:
    if not call.identity.app_context:
        raise platform_denied("Application context required")


def _open(call: Call) -> dict[str, Any]:
    """What was given, by upper-case names. The platform refuses everybody but administrators of the app's portal."""
    _in_app(call)
    if not call.user.admin:
        raise platform_denied()
    return {str(key).upper(): value for key, value in call.params.items()}


def _named(given: Mapping[str, Any]) -> str:
    code = str(given.get("CODE") or "")
    if not code:
        raise RestError("ERROR_SENDER_CODE_REQUIRED", "Empty sender code!")
    return code


def _words(value: Any, what: str) -> Any:
    """A text, or a text for each language. Another shape is refused, which the documentation does not say."""
    texts = value.values() if isinstance(value, dict) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise _wrong(f"Empty sender {what}!")
    return value


@method("messageservice.sender.add", scope="messageservice")
def add(call: Call) -> Any:
    given = _open(call)
    if not set(given) - {"AUTH"}:
        raise _wrong("Empty data!")
    code = str(given.get("CODE") or "")
    if not code:
        raise _wrong("Empty sender code!")
    if not _CODE.match(code):
        raise _wrong("Wrong sender code!")
    handler = str(given.get("HANDLER") or "")
    check_on_domain(call, handler)
    name = _words(given.get("NAME"), "NAME")
    kind = str(given.get("TYPE") or "")
    if not kind:
        raise _wrong("Empty sender message TYPE!")
    if kind not in _TYPES:
        raise _wrong("Unknown sender message TYPE!")
    senders = call.portal.app.senders
    if code in senders:
        raise RestError("ERROR_SENDER_ALREADY_INSTALLED", "Sender already installed!")
    description = _words(given["DESCRIPTION"], "DESCRIPTION") if given.get("DESCRIPTION") else ""
    senders[code] = Sender(code, handler, name, description)
    call.portal.note("sender.added", code, handler=handler)
    return True


@method("messageservice.sender.update", scope="messageservice")
def update(call: Call) -> Any:
    given = _open(call)
    code = _named(given)
    if not set(given) & set(_CHANGEABLE):
        raise RestError("ERROR_SENDER_OTHER_PARAMS_REQUIRED", "No fields to update")
    found = call.portal.app.senders.get(code)
    if found is None:
        raise RestError("ERROR_SENDER_NOT_FOUND", "Sender not found!")
    if "HANDLER" in given:
        check_on_domain(call, str(given["HANDLER"] or ""))
    words = {name: _words(given[name], name) for name in ("NAME", "DESCRIPTION") if name in given}
    found.handler = str(given.get("HANDLER", found.handler))
    found.name, found.description = words.get("NAME", found.name), words.get("DESCRIPTION", found.description)
    return True


@method("messageservice.sender.list", scope="messageservice")
def sender_list(call: Call) -> Any:
    _open(call)
    return list(call.portal.app.senders)


@method("messageservice.sender.delete", scope="messageservice")
def delete(call: Call) -> Any:
    code = _named(_open(call))
    if call.portal.app.senders.pop(code, None) is None:
        raise RestError("ERROR_SENDER_NOT_FOUND", "Sender not found!")
    call.portal.note("sender.deleted", code)
    return True


@method("messageservice.message.status.update", scope="messageservice")
def status(call: Call) -> Any:
    """The author of a message, or an administrator."""
    _in_app(call)
    code, wanted = _named({"CODE": call.any_case("CODE")}), str(call.any_case("STATUS") or "")
    message = call.portal.app.sms.get(str(call.any_case("MESSAGE_ID") or ""))
    if message is None or message.code != code:
        raise RestError("ERROR_MESSAGE_NOT_FOUND", "Message not found!")
    if not call.user.admin and message.author != call.user.id:
        raise platform_denied()
    if wanted not in STATUSES:
        raise RestError("ERROR_MESSAGE_STATUS_INCORRECT", "Message status incorrect!")
    message.told.append(wanted)
    call.portal.note("sms.told", message.id, code=code, status=wanted)
    return True
