"""A customer's message, as it was pasted: name, phone, address and what the courier should know. Nothing is lost:
greetings and whatever else nobody can place are shown as unplaced."""

from __future__ import annotations

import re

import phonenumbers

from b24app.logistics.addressing.given_names import is_given_name
from b24app.logistics.addressing.marks import compiled
from b24app.logistics.addressing.parts import Part, Piece, Reading
from b24app.logistics.addressing.read import leave_rest, read_on
from b24app.logistics.addressing.sheet import BLANK, Sheet, plain
from b24app.logistics.addressing.towns import is_town

_NAME_WORD = r"(?-i:[А-ЯЁA-Z][а-яёa-z]+(?:-[А-ЯЁA-Z][а-яёa-z]+)?)"
_NAMES = rf"{_NAME_WORD}(?:[ ]+{_NAME_WORD}){{0,2}}"
_ORDER = compiled(r"(?<!\w)(?:заказ\w*|order)\s*(?:№|N|#|номер)?\s*\d[\d-]*")
_MAIL = compiled(r"(?<!\S)[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_LABEL = compiled(
    r"(?:(?:мой|контактный|моб(?:ильный|\.)?)\s+)*(?:телефон\w*|тел|моб|сот|номер(?:\s+телефона)?|phone|mobile|т)\.?\s*[:–—-]?\s*$"
)
#: A label that says: a name follows. `stays` are words of the sentence and not of the name.
_NAME_LABEL = compiled(
    rf"(?<!\w)(?:(?P<label>имя|фио|ф\.\s?и\.\s?о\.?|получател[ья]|кому|контактное\s+лицо|заказчик|name|recipient)\s*[:–—-]?\s*"
    rf"|(?:это|меня\s+зовут|зовут|с\s+уважением,?|this\s+is|my\s+name\s+is|i\s+am|i['’]m)\s+)(?P<name>{_NAMES})"
)
_ADDRESS_LABEL = compiled(
    r"(?<!\w)(?:(?:мой|наш)\s+)?(?:(?:доставка|доставить|отправ(?:ьте|ить)|привез(?:ите|ти))\s+)?(?:по\s+)?"
    r"(?:адрес(?:у)?(?:\s+доставки)?|address|delivery\s+address|живу(?:\s+в)?|нахожусь)(?!\w)\s*(?:такой|следующий)?\s*[:–—-]?"
)
_COMMENT_LABEL = compiled(
    r"(?<!\w)(?:комментари[йи](?:\s+(?:курьеру|к\s+заказу))?|примечани[ея]|для\s+курьера|comment)\s*[:–—-]\s*(?P<v>[^\n\x01]*)"
)
_ALONE = re.compile(rf"(?:^|[,;\n.!])[ ]*(?P<name>{_NAMES})(?=[ ]*(?:[,;\n.!\x01]|$))")
_PATRONYMIC = re.compile(r"(?:вич|вна|чна|ична|оглы|кызы)$")
_MARKED_PARTS = (Part.POSTAL, Part.COUNTRY, Part.REGION, Part.CITY, Part.STREET, Part.HOUSE, Part.BLOCK, Part.BUILDING)


def read_message(text: str, country: str = "RU") -> Reading:
    """The pieces of a message; phones are E.164 where they can be read, as written where not. `country` is assumed
    where no prefix says."""
    sheet = Sheet(plain(text))
    sheet.take_all(_MAIL, Part.UNPLACED)
    sheet.take_all(_ORDER, Part.UNPLACED)
    _read_phones(sheet, country)
    _read_names(sheet)
    for found in list(_COMMENT_LABEL.finditer(sheet.left)):
        sheet.take(found.start(), found.start("v"), Part.LABEL, "")
        sheet.take(found.start("v"), found.end(), Part.COMMENT)
    for found in list(_ADDRESS_LABEL.finditer(sheet.left)):
        sheet.take(found.start(), found.end(), Part.LABEL, "")
    read_on(sheet, lambda start, end, alone: _is_near(sheet, start, end, alone))
    leave_rest(sheet)
    return sheet.finished()


def _read_phones(sheet: Sheet, country: str) -> None:
    for match in list(phonenumbers.PhoneNumberMatcher(sheet.left, country)):
        label = _PHONE_LABEL.search(sheet.left[: match.start])
        start = label.start() if label and not sheet.left[label.start() - 1 : label.start()].isalnum() else match.start
        said = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        sheet.take(start, match.end, Part.PHONE, said)


def _read_names(sheet: Sheet) -> None:
    """After a word that says so; else a stretch of its own that only holds a person's name."""
    for found in list(_NAME_LABEL.finditer(sheet.left)):
        if not sheet.has(Part.NAME) and not is_town(found.group("name")):
            start = found.start("label") if found.group("label") else found.start("name")
            sheet.take(start, found.end(), Part.NAME, found.group("name"))
    for found in list(_ALONE.finditer(sheet.left)):
        if not sheet.has(Part.NAME) and _is_person(found.group("name")):
            sheet.take(found.start("name"), found.end(), Part.NAME)


def _is_person(name: str) -> bool:
    words = name.split()
    return not is_town(name) and any(is_given_name(word) or _PATRONYMIC.search(word) for word in words)


def _is_near(sheet: Sheet, start: int, end: int, alone: bool) -> bool:
    """In a message a bare name or number is of an address only beside what certainly is of one."""
    before = max((piece for piece in sheet.pieces if piece.start < start), key=lambda piece: piece.start, default=None)
    after = min((piece for piece in sheet.pieces if piece.start >= end), key=lambda piece: piece.start, default=None)
    follows = before is not None and _gap(sheet, before.start + len(before.text), start)
    leads = after is not None and _gap(sheet, end, after.start)
    of_house = (Part.HOUSE, Part.BLOCK, Part.BUILDING, Part.FLAT)
    if leads and after is not None and after.part in of_house:
        return True
    if not follows or before is None or before.part not in (*_MARKED_PARTS, Part.LABEL):
        return False
    rest = sheet.left[end:].lstrip(BLANK)
    return not alone or (before.part is not Part.LABEL and rest[:1].isdigit())


def _gap(sheet: Sheet, start: int, end: int) -> bool:
    """Nothing but blanks of one sentence between."""
    between = sheet.left[start:end]
    return not between.strip(" ,:-–—.\n") and not (between.strip().startswith(("!", "?")))


def pieces_of(reading: Reading, *parts: Part) -> tuple[Piece, ...]:
    return tuple(piece for piece in reading.pieces if piece.part in parts)
