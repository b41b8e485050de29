"""A written address, read into parts. Every word is placed, or stays as unplaced for a person to decide about.

Marks are read from the surest to the vaguest; what one rule took, no other sees. The town is guessed as
`logistics.addresses` guesses it for a carrier's directory."""

from __future__ import annotations

import re

from b24app.logistics.addresses import read_address
from b24app.logistics.addressing import marks
from b24app.logistics.addressing.parts import Part, Reading
from b24app.logistics.addressing.places import read_country_and_regions, read_known_towns, read_marked_towns
from b24app.logistics.addressing.sheet import SEGMENT, Sheet, plain
from b24app.logistics.addressing.street_words import TYPE
from b24app.logistics.addressing.streets import MayTake, number, read_bare, read_streets

_COURIER_BEFORE = (marks.DOOR_CODE, marks.TIMES)
_COURIER = (marks.ENTRANCE, marks.FLOOR, marks.ENTRANCE_BACK, marks.FLOOR_BACK)
_COURIER_AFTER = (marks.NOTES, marks.PLACES)
_KIND = re.compile(rf"(?<![\w-])(?:{TYPE})(?![\w-])", re.IGNORECASE)
_SIGN = re.compile(r"[^\s.,:;!?\-–—_'\"«»“”„()\[\]{}/\\|№#*+=<>~]")


def read_parts(text: str) -> Reading:
    """The pieces of `text`, composed (NFC) and in its order; see `Reading`."""
    sheet = Sheet(plain(text))
    read_on(sheet)
    leave_rest(sheet)
    return sheet.finished()


def read_on(sheet: Sheet, may_take: MayTake | None = None) -> None:
    """Takes from the sheet whatever an address may hold; `may_take` None = all of the text is an address."""
    sheet.take_all(marks.PHONE, Part.PHONE, lambda found: found.group("v"))
    for pattern in _COURIER_BEFORE:
        sheet.take_all(pattern, Part.COMMENT)
    sheet.take_first(marks.POSTAL, Part.POSTAL, lambda found: found.group("v"))
    for found in list(marks.POSTAL.finditer(sheet.left)):
        if found.group("v") == sheet.value(Part.POSTAL):
            sheet.take(found.start(), found.end(), Part.POSTAL, found.group("v"))
    _read_metro(sheet)
    for pattern in _COURIER:
        sheet.take_all(pattern, Part.COMMENT)
    _read_numbers(sheet)
    for pattern in _COURIER_AFTER:
        sheet.take_all(pattern, Part.COMMENT)
    read_country_and_regions(sheet)
    read_marked_towns(sheet)
    read_known_towns(sheet)
    read_streets(sheet)
    read_bare(sheet, () if may_take else read_address(sheet.text).city_names, may_take)


def _read_metro(sheet: Sheet) -> None:
    """Up to a street that begins behind the station's name: `м Аэропорт ул Усиевича`, but `м. Ленинский проспект`."""
    for found in list(marks.METRO.finditer(sheet.left)):
        name = found.group("v").rstrip()
        first_word = len(name.split()[0])
        kind = _KIND.search(name, first_word)
        cut = kind is not None and kind.end() < len(name)
        end = found.start("v") + (kind.start() if kind is not None and cut else len(name))
        sheet.take(found.start(), end, Part.COMMENT)


def _read_numbers(sheet: Sheet) -> None:
    sheet.take_first(marks.BOX, Part.HOUSE, lambda found: f"а/я {found.group('v')}")
    sheet.take_first(marks.FLAT, Part.FLAT, _number)
    sheet.take_all(marks.ROOM, Part.FLAT, _room)
    sheet.take_first(marks.FLAT_BACK, Part.FLAT, _number)
    sheet.take_first(marks.BLOCK, Part.BLOCK, _number)
    sheet.take_all(marks.LITERA, Part.BUILDING, lambda found: f"лит. {_number(found)}")
    sheet.take_first(marks.ESTATE, Part.HOUSE, _estate)
    sheet.take_first(marks.HOUSE, Part.HOUSE, _number)
    sheet.take_all(marks.BUILDING, Part.BUILDING, _number)


def _number(found: re.Match[str]) -> str:
    return number(next(value for value in found.groupdict().values() if value))


def _room(found: re.Match[str]) -> str:
    return f"{marks.ROOM_WORDS[found.group('w').casefold()]} {number(found.group('v'))}"


def _estate(found: re.Match[str]) -> str:
    return f"{marks.ESTATE_WORDS[found.group('w').casefold()]} {number(found.group('v'))}"


def leave_rest(sheet: Sheet) -> None:
    """A remark in brackets is for the courier; any other rest waits for a person, stretch by stretch."""
    for found in list(SEGMENT.finditer(sheet.left)):
        if _SIGN.search(found.group()):
            part = Part.COMMENT if sheet.in_brackets(found.start()) else Part.UNPLACED
            sheet.take(found.start(), found.end(), part)
