"""Streets by their kind, and what stands bare: `Баумана 44`."""

from __future__ import annotations

import re
from collections.abc import Callable

from b24app.logistics.addressing.marks import HOUSE_NUMBER, LETTER, compiled
from b24app.logistics.addressing.parts import Part
from b24app.logistics.addressing.places import full_name
from b24app.logistics.addressing.sheet import Sheet, tidy
from b24app.logistics.addressing.street_words import AREAS, HOW_WRITTEN, NAMES_TOO, NUMBERED, TYPE

#: Words that make a number before them a part of a street's name: `8 Марта`, `50 лет Октября`.
_COUNTED = (
    "лет|летия|года|год|марта|мая|января|февраля|апреля|июня|июля|августа|сентября|октября|ноября|декабря|бакинских"
    "|коммунаров|партсъезда|съезда|гвардейской|гвардейцев|интернационала|армии|дивизии|пятилетки|героев|борцов|стрелковой"
    "|танковой|воздушной|стачки|кантона|добровольцев|красногвардейцев|краснофлотцев|просека"
)
_ORDINAL = r"\d+\s?-?(?:я|й|ая|яя|ый|ий|ой|го|ое|ья|ей|летия|лет|th|nd|rd|st|ya)(?!\w)"
_NAME_WORD = rf"(?:{_ORDINAL}|\d+\s*-?\s*(?:{_COUNTED})(?!\w)|[«\"]?{LETTER}(?:{LETTER}|[-’'])*[»\"]?)"
_NAME = rf"{_NAME_WORD}(?:(?:\.\s*|\s+){_NAME_WORD}){{0,5}}"
_KIND = compiled(rf"(?<![\w-])(?<!\w/)(?P<kind>{TYPE})(?![\w-]|/)\.?")
_AFTER = compiled(rf"\s*(?P<name>(?:\d+\s+(?=(?-i:[А-ЯЁ]){LETTER}{{4}}))?{_NAME})")
_BEFORE = compiled(rf"(?P<name>{_NAME})\.?\s*$")
_NUMBER_AFTER = compiled(rf"\s*№?\s*(?P<name>\d+(?:-?[йя])?{LETTER}?(?!\w))(?!\s*(?:{_COUNTED})(?!\w))")
_NAMED_TOO = ("линия", "лин", "проезд", "пр-д")
_NUMBER_BEFORE = compiled(r"(?<![\w-])(?P<name>\d+(?:\s?-?(?:й|я|ый|ой|ий|ая))?)\s*$")
_KILOMETRE = compiled(rf"(?<!\w)(?:МКАД[ ,]+)?\d+\s*-?(?:й\s+|ый\s+)?(?:км|километр)(?!\w)\.?(?:\s+(?:от\s+)?{_NAME})?")
_ADJECTIVE = re.compile(r"(?:ий|ый|ой|ая|яя|ое|ее|ые|ие|кого|ого)$", re.IGNORECASE)


def read_streets(sheet: Sheet) -> None:
    sheet.take_all(_KILOMETRE, Part.STREET)
    for start, end in sheet.segments():
        at = start
        for kind in _kinds(sheet.left, start, end):
            if kind.start() >= at:
                at = _take_street(sheet, kind, at, end)


def _kinds(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Marks of streets; one that is also a name yields to its neighbour."""
    found = list(_KIND.finditer(text, start, end))
    sure = [kind for kind in found if kind.group("kind").casefold() not in NAMES_TOO]
    return sure if sure and len(sure) < len(found) else found[:1] if not sure else found


def _take_street(sheet: Sheet, kind: re.Match[str], start: int, end: int) -> int:
    """Takes kind and name; gives where the next may begin."""
    word = kind.group("kind").casefold()
    span = _span(sheet.left, kind, word, start, end)
    if span is None:
        return kind.end()
    first, last = span
    said = HOW_WRITTEN[word] or kind.group().strip()
    around = (tidy(sheet.left[first : kind.start()]), said, tidy(sheet.left[kind.end() : last]))
    value = " ".join(filter(None, around))
    taken = sheet.has(Part.STREET) and word not in AREAS and not _only_areas(sheet)
    sheet.take(first, last, Part.UNPLACED if taken else Part.STREET, None if taken else value)
    return last


def _only_areas(sheet: Sheet) -> bool:
    said = {HOW_WRITTEN[word] for word in AREAS}
    if not sheet.has(Part.STREET):
        return True
    return all(any(area in value.split() for area in (*said, "км")) for value in sheet.value(Part.STREET).split(", "))


def _span(text: str, kind: re.Match[str], word: str, start: int, end: int) -> tuple[int, int] | None:
    """Where kind and name stand together."""
    after, before = _AFTER.match(text, kind.end(), end), _BEFORE.search(text, start, kind.start())
    if word in NUMBERED:
        number = _NUMBER_BEFORE.search(text, start, kind.start())
        if number and not (before and not before.group("name")[0].isdigit()):
            tail = _AFTER.match(text, kind.end(), end) if word in _NAMED_TOO else None
            return number.start(), tail.end() if tail else kind.end()
        number = _NUMBER_AFTER.match(text, kind.end(), end)
        if number and not before:
            return kind.start(), number.end()
    if before and (after is None or _ADJECTIVE.search(before.group("name").split()[-1])):
        return _first_of_name(before, whole=after is None), kind.end()
    if after:
        return kind.start(), after.end()
    return None


def _first_of_name(before: re.Match[str], whole: bool) -> int:
    """`Урюпинск Ленинский проспект`: of the words before an adjective only adjectives and numbers are the street's."""
    words = list(re.finditer(r"\S+", before.group("name")))
    first = len(words) - 1
    if whole and not _ADJECTIVE.search(words[first].group()):
        return before.start()
    while first and (_ADJECTIVE.search(words[first - 1].group()) or words[first - 1].group()[0].isdigit()):
        first -= 1
    return before.start() + words[first].start()


# --- bare -------------------------------------------------------------------------------------------------------------

_BARE = compiled(
    rf"^(?:(?P<name>{_NAME})\.?)?\s*(?P<number>{HOUSE_NUMBER}(?:\s?-\s?\d+{LETTER}?(?!\w)){{0,2}}(?!\d))?(?!\w)"
)
_PARTED = re.compile(r"\s*-\s*(?=\d)")


#: Whether the stretch `(start, end)` may be read as a part of the address; `alone` = a name without a number.
MayTake = Callable[[int, int, bool], bool]


def read_bare(sheet: Sheet, city_names: tuple[str, ...], may_take: MayTake | None = None) -> None:
    """What no mark names, left to right: a town before its street, a street before its house, a flat after it."""
    stretches = sheet.segments()
    for index, (start, end) in enumerate(stretches):
        if sheet.in_brackets(start):
            continue
        found = _BARE.match(sheet.left[start:end])
        if found is None or not found.group():
            continue
        if may_take and not may_take(start, end, found.group("number") is None):
            continue
        if found.group("name"):
            alone = found.group("number") is None
            _place_name(sheet, start, start + found.end("name"), alone, index + 1 < len(stretches), city_names)
        if found.group("number"):
            _place_number(sheet, start + found.start("number"), start + found.end("number"))


def _place_name(sheet: Sheet, start: int, end: int, alone: bool, more: bool, city_names: tuple[str, ...]) -> None:
    name = tidy(sheet.text[start:end])
    known = {found.casefold() for found in city_names}
    is_city = (full_name(name).casefold() in known and (more or not sheet.untouched)) or (
        more and not sheet.has(Part.STREET) and bool(city_names)
    )
    if alone and not sheet.has(Part.CITY) and is_city:
        sheet.take(start, end, Part.CITY, full_name(name))
    elif _only_areas(sheet) and _may_be_street(sheet, alone):
        sheet.take(start, end, Part.STREET, name)


def _may_be_street(sheet: Sheet, alone: bool) -> bool:
    """A bare name is a street when a house follows it, or when the town is known."""
    return not alone or sheet.has(Part.CITY) or sheet.has(Part.HOUSE)


def _place_number(sheet: Sheet, start: int, end: int) -> None:
    """`5`, `12/3`, `44-12` (house and flat), `5-2-10` (house, block, flat); after the house the flat."""
    cuts = [(0, 0), *((match.start(), match.end()) for match in _PARTED.finditer(sheet.left[start:end]))]
    spans = [
        (start + after, start + (cuts[index + 1][0] if index + 1 < len(cuts) else end - start))
        for index, (_, after) in enumerate(cuts)
    ]
    order = {1: (Part.HOUSE,), 2: (Part.HOUSE, Part.FLAT), 3: (Part.HOUSE, Part.BLOCK, Part.FLAT)}[len(spans)]
    if len(spans) == 1 and sheet.has(Part.HOUSE):
        order = (Part.FLAT,)
    if len(spans) == 2 and (sheet.has(Part.BLOCK) or sheet.has(Part.BUILDING)):
        spans, order = [(start, end)], (Part.HOUSE,)  # `28-30, корпус 1`: nobody names a flat before the block
    if any(sheet.has(part) for part in order):
        if not sheet.has(Part.HOUSE):
            sheet.take(start, end, Part.HOUSE, number(sheet.text[start:end]))
        return
    for (first, last), part in zip(spans, order, strict=True):
        sheet.take(first, last, part, number(sheet.text[first:last]))


def number(text: str) -> str:
    """A number as it is written on a house: `12 "а"` is 12А."""
    return re.sub(r"[\s\"«»']", "", text).strip(".-").upper()
