"""The parts of a written address, and the pieces of text that each of them was read from. Pure data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable


class Part(StrEnum):
    """Where a piece of the text belongs. Values are keys of the `part.*` words."""

    POSTAL = "postal"
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    STREET = "street"
    HOUSE = "house"
    BLOCK = "block"
    BUILDING = "building"
    FLAT = "flat"
    COMMENT = "comment"
    NAME = "name"
    PHONE = "phone"
    LABEL = "label"  # a word that only announces what follows: `Адрес:`
    UNPLACED = "unplaced"


#: What an address is written from, in the order in which people write it.
ADDRESS_PARTS = (
    Part.POSTAL,
    Part.COUNTRY,
    Part.REGION,
    Part.CITY,
    Part.STREET,
    Part.HOUSE,
    Part.BLOCK,
    Part.BUILDING,
    Part.FLAT,
)


@dataclass(frozen=True, slots=True)
class Piece(Jsonable):
    """`text` stands in the input at `start`, as written; `value` is what it says, without the mark that names it."""

    start: int
    text: str
    part: Part
    value: str


@dataclass(frozen=True, slots=True)
class Reading(Jsonable):
    """A text cut into pieces, in its order. Every letter and digit of the text is in exactly one piece."""

    pieces: tuple[Piece, ...]

    def value(self, part: Part) -> str:
        """What all pieces of one part say together, each thing once."""
        return ", ".join(dict.fromkeys(piece.value for piece in self.pieces if piece.part is part and piece.value))

    @property
    def values(self) -> dict[Part, str]:
        """The parts that were found, what nobody could place aside."""
        found = {part: self.value(part) for part in Part if part is not Part.UNPLACED}
        return {part: value for part, value in found.items() if value}

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Words that nobody could place, as written."""
        return tuple(piece.text for piece in self.pieces if piece.part is Part.UNPLACED)


#: What stands before the number of a part; the page's script writes its line with them too.
MARKS = {Part.BLOCK: "к", Part.BUILDING: "стр. ", Part.FLAT: "кв. "}
_NAMED_BLOCK = "корп. "
_LETTER = re.compile(r"[^\W\d_]")


def write_address(values: Mapping[Part, str]) -> str:
    """One line as a courier reads it: `420111, Казань, ул. Баумана, 44 к2, кв. 12`. Comments, names and phones are
    no part of an address; reading the line again gives the same parts."""
    said = {part: " ".join(values.get(part, "").split()) for part in ADDRESS_PARTS}
    block, building, flat = said[Part.BLOCK], said[Part.BUILDING], said[Part.FLAT]
    house = " ".join(
        filter(
            None,
            (
                said[Part.HOUSE],
                block and (f"{MARKS[Part.BLOCK]}{block}" if block[0].isdigit() else f"{_NAMED_BLOCK}{block}"),
                building and (f"{MARKS[Part.BUILDING]}{building}" if building[0].isdigit() else building),
            ),
        )
    )
    flat = f"{MARKS[Part.FLAT]}{flat}" if flat and (flat[0].isdigit() or not _LETTER.search(flat)) else flat
    places = [said[part] for part in (Part.POSTAL, Part.COUNTRY, Part.REGION)]
    # A bare street alone before its comma would be read as a town.
    street = [said[Part.STREET], house] if said[Part.CITY] else [" ".join(filter(None, (said[Part.STREET], house)))]
    return ", ".join(filter(None, (*places, _towns(said[Part.CITY]), *street, flat)))


def _towns(text: str) -> str:
    """Of several towns the later ones carry their mark: `Москва, г. Зеленоград`."""
    first, *more = text.split(", ")
    return ", ".join([first, *(f"г. {name}" if name[:1].isupper() and " " not in name else name for name in more)])
