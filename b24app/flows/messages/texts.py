"""Words of messages: `{placeholders}` a person can read, and what becomes of them. Pure.

A part in square brackets is left out when one of its placeholders is empty: `Ваш заказ {order} в пути.[ Ждём его
{expected}.]`. Two brackets stand for one (`[[`, `]]`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from b24app.flows.messages.rules import Channel, Template

#: Longest texts: an SMS costs a message for each 67 Cyrillic letters; a letter is for people to read.
MOST = {Channel.SMS: 670, Channel.CHAT: 2000, Channel.EMAIL: 20000, Channel.TRIGGER: 0}
MOST_SUBJECT = 200
_PIECE = re.compile(r"\[\[|\]\]|\[|\]|\{([^{}]*)\}|[{}]")
_SPACES = re.compile(r"[ \t\u00a0]{2,}")


class Placeholder(StrEnum):
    """The value is what stands between the braces, in every language; `alias` has the Russian one."""

    NAME = "name"
    ORDER = "order"
    NUMBER = "number"
    CARRIER = "carrier"
    LINK = "link"
    STOP = "stop"
    SHOP = "shop"
    SHOP_PHONE = "shop_phone"
    POINT = "point"
    ADDRESS = "address"
    HOURS = "hours"
    UNTIL = "until"
    DAYS = "days"
    CODE = "code"
    COD = "cod"
    PROMISED = "promised"
    EXPECTED = "expected"
    REASON = "reason"
    RETURN = "return"
    RETURN_LINK = "return_link"
    OWED = "owed"


#: The same in Russian: administrators write either.
ALIASES: Mapping[str, Placeholder] = {
    "имя": Placeholder.NAME,
    "заказ": Placeholder.ORDER,
    "трек": Placeholder.NUMBER,
    "перевозчик": Placeholder.CARRIER,
    "ссылка": Placeholder.LINK,
    "отписка": Placeholder.STOP,
    "магазин": Placeholder.SHOP,
    "телефон магазина": Placeholder.SHOP_PHONE,
    "пункт": Placeholder.POINT,
    "адрес": Placeholder.ADDRESS,
    "часы": Placeholder.HOURS,
    "хранение": Placeholder.UNTIL,
    "осталось": Placeholder.DAYS,
    "код": Placeholder.CODE,
    "к оплате": Placeholder.COD,
    "обещано": Placeholder.PROMISED,
    "ожидаем": Placeholder.EXPECTED,
    "причина": Placeholder.REASON,
    "возврат": Placeholder.RETURN,
    "ссылка возврата": Placeholder.RETURN_LINK,
    "к выплате": Placeholder.OWED,
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a text cannot be kept. `code` unknown (`what` is no placeholder) | open (`what` is a bracket without its
    other) | empty | long (`what` is the most)."""

    code: str
    what: str = ""


def placeholder(name: str) -> Placeholder | None:
    """By either name, however it is spaced or written."""
    plain = " ".join(name.split()).lower()
    found = ALIASES.get(plain)
    if found is not None:
        return found
    return next((each for each in Placeholder if each.value == plain), None)


def used(text: str) -> tuple[Placeholder, ...]:
    """Each once, in the order of the text; unknown ones are left out."""
    names = (placeholder(match.group(1)) for match in _PIECE.finditer(text) if match.group(1) is not None)
    return tuple(dict.fromkeys(each for each in names if each is not None))


def check(template: Template, channel: Channel) -> tuple[Wrong, ...]:
    """Everything that is wrong with a text; empty = it can be kept."""
    found: list[Wrong] = []
    if channel.has_text and not template.body.strip():
        found.append(Wrong("empty"))
    if len(template.body) > MOST[channel] > 0:
        found.append(Wrong("long", str(MOST[channel])))
    if len(template.subject) > MOST_SUBJECT:
        found.append(Wrong("long", str(MOST_SUBJECT)))
    for text in (template.subject, template.body):
        found += _wrong(text)
    return tuple(dict.fromkeys(found))


def _wrong(text: str) -> list[Wrong]:
    found: list[Wrong] = []
    opened = False
    for match in _PIECE.finditer(text):
        piece, name = match.group(0), match.group(1)
        if name is not None:
            if placeholder(name) is None:
                found.append(Wrong("unknown", name.strip()))
        elif piece in "{}":
            found.append(Wrong("open", piece))
        elif piece in "[]":
            if opened is (piece == "["):
                found.append(Wrong("open", piece))
            opened = piece == "["
    if opened:
        found.append(Wrong("open", "["))
    return found


def render(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with its values; one without a value is empty, and takes its bracket with it."""
    parts: list[str] = []
    optional: list[str] | None = None
    lacking = False
    at = 0
    for match in _PIECE.finditer(text):
        target = parts if optional is None else optional
        target.append(text[at : match.start()])
        at, piece, name = match.end(), match.group(0), match.group(1)
        if name is not None:
            known = placeholder(name)
            value = values.get(known, "") if known is not None else ""
            target.append(value)
            lacking = lacking or not value
        elif piece in ("[[", "]]", "{", "}"):
            target.append(piece[0])
        elif piece == "[":
            parts += optional or []
            optional, lacking = [], False
        else:
            parts += [] if lacking else optional or []
            optional, lacking = None, False
    (parts if optional is None else optional).append(text[at:])
    return _tidy("".join(parts if optional is None else [*parts, *optional]))


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).rstrip() for line in text.strip().splitlines())
    return "\n".join(lines)
