"""Reading an address line as the Post's own directory would (§5.1): city, street, house and what was left over."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.russian_post.data.offices import OFFICE, usual
from sandbox.russian_post.places import Place, by_name, fold, places
from sandbox.russian_post.places import by_index as place_of_index

_FOREIGN = ("беларусь", "минск", "казахстан", "алматы", "армения", "ереван", "киргизия", "бишкек", "ташкент")
_STREET_TYPES = {
    "улица": "ул", "ул": "ул", "проспект": "пр-кт", "пр-кт": "пр-кт", "просп": "пр-кт", "пр": "пр-кт",
    "переулок": "пер", "пер": "пер", "шоссе": "ш", "ш": "ш", "бульвар": "б-р", "б-р": "б-р",
    "площадь": "пл", "пл": "пл", "набережная": "наб", "наб": "наб", "проезд": "проезд", "тракт": "тракт",
    "аллея": "аллея", "мкр": "мкр", "линия": "линия",
}  # fmt: skip
_ROOM = re.compile(r"^(?:кв|квартира|оф|офис|ком|комн|пом)\.?\s*(\w+)$", re.IGNORECASE)
_HOUSE = re.compile(r"^(?:д|дом)?\.?\s*(\d+)([а-я])?(?:/(\d+))?(?:к(\d+))?$", re.IGNORECASE)
_CORPUS = re.compile(r"^(?:к|корп|корпус)\.?\s*(\w+)$", re.IGNORECASE)
_BUILDING = re.compile(r"^(?:стр|строение)\.?\s*(\w+)$", re.IGNORECASE)
_REGION = re.compile(r"(область|обл|край|республика|респ|округ|ао)\b", re.IGNORECASE)
_COUNTRY = ("россия", "рф", "российская федерация")


@dataclass(slots=True)
class Parsed:
    """What was understood of an address line; ``leftover`` what was not."""

    place: Place | None = None
    region: str = ""
    index: str = ""
    street: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    kind: str = "DEFAULT"
    number: str = ""
    guessed: bool = False
    ambiguous: bool = False
    foreign: bool = False
    leftover: list[str] = field(default_factory=list)


def parse(text: str) -> Parsed:
    """Read an address line: parts between commas, in any usual order."""
    found = Parsed()
    folded = fold(text)
    if any(word in re.split(r"[\s,.]+", folded) for word in _FOREIGN):
        found.foreign = True
        return found
    chunks = [chunk.strip(" .") for chunk in re.split(r"[,;\n]+", _without_codes(text)) if chunk.strip(" .")]
    for chunk in _split(chunks):
        _read(found, chunk)
    _settle_place(found)
    return found


def _without_codes(text: str) -> str:
    return re.sub(r"\b(?:NOT_VALIDATED_[A-Z_]+|UNDEF_0\d|[A-Z]+_[A-Z_]+|VALIDATED|OVERRIDDEN)\b", "", text)


def _split(chunks: Sequence[str]) -> list[str]:
    """``Ленина 10 кв 5`` is three parts: a street, a house and a flat."""
    out: list[str] = []
    for chunk in chunks:
        pieces = re.split(r"\s+(?=(?:кв|оф|офис|квартира|д|дом|корп|корпус|к|стр|строение|пом)\.?\s*\d)", chunk)
        for piece in pieces:
            match = re.match(r"^(\d{6})\s+(.+)$", piece)
            words = [match[1], match[2]] if match else [piece]
            tail = re.match(r"^(.*[^\W\d_].*?)\s+(\d+[а-яА-Я]?(?:/\d+)?)$", words[-1])
            labelled = any(rule.match(words[-1]) for rule in (_ROOM, _CORPUS, _BUILDING, _HOUSE))
            special = re.match(r"^(а/я|в/ч|абонентский|войсковая)", words[-1], re.IGNORECASE)
            if tail and not special and not labelled:
                words = [*words[:-1], tail[1], tail[2]]
            out += words
    return out


def _read(found: Parsed, chunk: str) -> None:
    folded = fold(chunk)
    if folded in _COUNTRY or _part_of_house(found, chunk):
        return
    if re.fullmatch(r"\d{6}", chunk):
        found.index = chunk
    elif _special(found, folded) or _house(found, chunk):
        pass
    elif _REGION.search(chunk) and not found.region:
        found.region = chunk
    elif found.place is None and _is_city(found, chunk):
        pass
    elif not found.street and (street := _street(chunk)):
        found.street = street
    elif (found.place is not None or found.ambiguous) and not found.street and re.fullmatch(r"[\w .\-]+", chunk):
        found.street = f"ул {chunk}"
    else:
        found.leftover.append(chunk)


def _part_of_house(found: Parsed, chunk: str) -> bool:
    for rule, name in ((_ROOM, "room"), (_CORPUS, "corpus"), (_BUILDING, "building")):
        if (match := rule.match(chunk)) and "house" in found.parts:
            found.parts[name] = match[1]
            return True
    return False


def _house(found: Parsed, chunk: str) -> bool:
    match = _HOUSE.match(chunk)
    if match is None or "house" in found.parts:
        return False
    found.parts["house"] = match[1]
    if match[2]:
        found.parts["letter"] = match[2].upper()
    if match[3]:
        found.parts["slash"] = match[3]
    if match[4]:
        found.parts["corpus"] = match[4]
    return True


def _special(found: Parsed, folded: str) -> bool:
    if folded == "до востребования":
        found.kind = "DEMAND"
    elif match := re.match(r"^(?:а/я|абонентский ящик)\s*(\d+)$", folded):
        found.kind, found.number = "PO_BOX", match[1]
    elif match := re.match(r"^(?:в/ч|войсковая часть)\s*(\d+)$", folded):
        found.kind, found.number = "UNIT", match[1]
    else:
        return False
    return True


def _is_city(found: Parsed, chunk: str) -> bool:
    name = re.sub(r"^(?:г|город|гор)\.?\s+|^г\.", "", chunk, flags=re.IGNORECASE).strip()
    if fold(name) == "спб":
        name = "Санкт-Петербург"
    if same := by_name(name):
        if found.region and (near := [place for place in same if same_region(place.region, found.region)]):
            same = near
        main = [place for place in same if place.index.endswith("000")]
        found.place = same[0] if len(same) == 1 else (main[0] if len(main) == 1 else None)
        found.ambiguous = found.place is None
        return True
    known = {fold(place.name): place for place in places()}
    if close := difflib.get_close_matches(fold(name), known, n=1, cutoff=0.85):
        found.place, found.guessed = known[close[0]], True
        return True
    return False


def _settle_place(found: Parsed) -> None:
    """An index alone tells the city; an index of another city is a guess."""
    if found.index:
        place = place_of_index(found.index)
        if found.place is None and place is not None:
            found.place, found.ambiguous = place, False
        elif found.place is not None and place is not found.place:
            found.index = ""
    if found.place is not None and not found.index:
        found.index = _serving(found.place, found.street)


def _serving(place: Place, street: str) -> str:
    """The office that serves a street: always the same one."""
    own = [office.index for office in usual().values() if office.place is place and office.type == OFFICE]
    return own[sum(map(ord, street)) % len(own)]


def _street(chunk: str) -> str:
    words = chunk.replace(". ", " ").replace(".", " ").split()
    for at in (0, len(words) - 1):
        kind = _STREET_TYPES.get(fold(words[at]).strip("."))
        if kind and len(words) > 1:
            rest = words[1:] if at == 0 else words[:-1]
            return f"{kind} {' '.join(rest)}"
    return ""


def same_region(region: str, text: str) -> bool:
    """``обл Свердловская`` and ``Свердловская область``."""
    words = {word for word in re.split(r"[\s.]+", fold(region)) if len(word) > 4}
    return bool(words & {word for word in re.split(r"[\s.]+", fold(text)) if len(word) > 4})
