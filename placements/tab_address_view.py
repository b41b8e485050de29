"""The address panel as its templates draw it: words as they were sent, parts as fields, what the directory offers, and
what was and became. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from b24app.flows.snapshot import Role
from b24app.frames.formats import Formats
from b24app.logistics.addressing.accused import accused_part
from b24app.logistics.addressing.parts import ADDRESS_PARTS, MARKS, Part, Piece, Reading, write_address
from b24app.logistics.addressing.read import read_parts
from b24app.logistics.phones import read_phones
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.store.audit import Change
from placements.problem_words import ProblemView

#: Parts that people fill in, in the form's order; a country stays as it was written.
PLACES = tuple(part for part in ADDRESS_PARTS if part is not Part.COUNTRY)
FIELDS = (*PLACES, Part.COMMENT, Part.NAME, Part.PHONE)
#: Roles of the deal that the panel reads and writes.
ROLES = (Role.ADDRESS, Role.COMMENT, Role.NAME, Role.PHONE)
_ADDRESS_FIELDS = (Field.ADDRESS, Field.CITY)
#: Parts whose number is told when it was written with a mark: `кв12` is flat 12.
_NUMBERED = (Part.HOUSE, Part.BLOCK, Part.BUILDING, Part.FLAT)
#: What our own codes say of the town: keys of the `address.*` words.
_CITY_CODES = {"city_unknown": "bad_city", "city_ambiguous": "bad_cities", "city_missing": "bad_city"}


@dataclass(frozen=True, slots=True)
class Word:
    """One piece of what was sent; `state` ok | bad | lost."""

    text: str
    said: str
    state: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A town that may be meant. `fill` is a JSON object of form fields that choosing it sets."""

    title: str
    detail: str
    fill: str


@dataclass(frozen=True, slots=True)
class Offers:
    """`state`: busy | ready | silent. `text` says what the directory said; `judges`: its answer also tells which of
    the words that were sent it knows."""

    state: str
    text: str
    offers: tuple[Offer, ...] = ()
    job: int = 0
    judges: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """One control of the form. `was` is told where the value is not what the deal holds."""

    value: str
    was: str = ""
    new: bool = False
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of was / became."""

    tone: str
    icon: str
    title: str
    at: datetime
    changes: tuple[tuple[str, str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What the deal holds of the recipient, as people read it; a role that no field plays is missing. `contact` is
    who the portal's contact names for what the deal itself leaves out."""

    roles: Mapping[Role, str]
    contact: Mapping[Role, str]

    def of(self, role: Role) -> str:
        return self.roles.get(role, "")

    def known(self, role: Role) -> str:
        """The deal's own value, else the contact's."""
        return self.of(role) or self.contact.get(role, "")


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows. `news`: role words, what we saw, what somebody wrote meanwhile."""

    title: str
    text: str
    problem: ProblemView | None
    carrier: str
    words: tuple[Word, ...]
    fields: Mapping[str, Typed]
    country: str
    category: int
    unplaced: tuple[str, ...]
    line: str
    held: Held
    was: Mapping[str, str]
    lines: tuple[Line, ...]
    offers: Offers
    tel: str
    news: tuple[tuple[str, str, str], ...] = ()
    refused: str = ""
    lost_error: bool = False
    marks: Mapping[str, str] = field(default_factory=lambda: {part.value: mark for part, mark in MARKS.items()})


def values_of(held: Held) -> tuple[dict[Part, str], tuple[str, ...]]:
    """Form values read out of the deal, and the words that no field takes. What the address says for the courier joins
    the comment, a phone in it the phone, where the deal has room for one."""
    reading = read_parts(held.of(Role.ADDRESS))
    values = {part: reading.value(part) for part in (*ADDRESS_PARTS, Part.COMMENT)}
    values[Part.COMMENT] = joined(held.of(Role.COMMENT), values[Part.COMMENT])
    values[Part.NAME] = held.of(Role.NAME)
    phone = reading.value(Part.PHONE)
    takes_phone = Role.PHONE in held.roles and held.of(Role.PHONE) in ("", phone)
    values[Part.PHONE] = phone if takes_phone and phone else held.of(Role.PHONE)
    homeless = {Part.UNPLACED, *(() if takes_phone else (Part.PHONE,))}
    return values, tuple(piece.text for piece in reading.pieces if piece.part in homeless)


def joined(*texts: str) -> str:
    """Remarks one after the other, none twice."""
    found: list[str] = []
    for text in filter(None, (each.strip() for each in texts)):
        if not any(text.casefold() in known.casefold() for known in found):
            found.append(text)
    return ", ".join(found)


def typed(
    values: Mapping[Part, str], held: Held, formats: Formats, errors: Mapping[str, str] | None = None
) -> dict[str, Typed]:
    """Controls with their values; what differs from the deal is marked and says what it was."""
    before, _ = values_of(held)
    before[Part.COMMENT] = held.of(Role.COMMENT)
    before[Part.PHONE] = held.of(Role.PHONE)
    shown = {}
    for part in FIELDS:
        value, was = values.get(part, ""), before.get(part, "")
        hint = ""
        if part in (Part.NAME, Part.PHONE) and not value:
            role = Role.NAME if part is Part.NAME else Role.PHONE
            contact = held.contact.get(role, "")
            hint = formats.words("address.from_contact", value=contact) if contact else ""
        error = (errors or {}).get(part.value, "")
        shown[part.value] = Typed(value, was if value != was else "", bool(value) and value != was, hint, error)
    return shown


def words_of(
    text: str, problems: Collection[Problem], checked: CheckedAddress | None, formats: Formats
) -> tuple[Word, ...]:
    """Every piece of what was sent: understood, accused, or without a place."""
    accused = accusations(problems, checked, formats)
    return tuple(_word(piece, accused, checked, formats) for piece in read_parts(text).pieces)


def _word(piece: Piece, accused: Mapping[Part, str], checked: CheckedAddress | None, formats: Formats) -> Word:
    t = formats.words
    if piece.part is Part.UNPLACED:
        return Word(piece.text, t("address.unplaced"), "lost")
    if piece.part in accused:
        return Word(piece.text, accused[piece.part], "bad")
    said = t(f"address.word.{piece.part.value}")
    if piece.part is Part.CITY and checked is not None and checked.city is not None:
        return Word(piece.text, t("address.city_code", city=said, code=checked.city.code), "ok")
    if piece.part in _NUMBERED and piece.value != piece.text:
        return Word(piece.text, f"{said} {piece.value}" if piece.value[:1].isdigit() else piece.value, "ok")
    return Word(piece.text, said, "ok")


def accusations(problems: Collection[Problem], checked: CheckedAddress | None, formats: Formats) -> dict[Part, str]:
    """Which parts are wrong, and why, in words: ours for what the directory says, else guessed from their words."""
    t = formats.words
    found: dict[Part, str] = {}
    all_problems = [*problems, *([checked.problem] if checked and checked.problem else [])]
    for problem in all_problems:
        if problem.field not in _ADDRESS_FIELDS:
            continue
        if problem.code in _CITY_CODES:
            if checked is None or checked.city is None:
                found[Part.CITY] = t(f"address.{_CITY_CODES[problem.code]}")
            continue
        part = accused_part(problem.their_code, problem.their_text)
        if part is not None:
            found[part] = t("address.bad_part")
    if checked is not None and checked.postal_fits is False:
        found[Part.POSTAL] = t("address.bad_postal")
    return found


def offers_of(checked: CheckedAddress, carrier: str, formats: Formats, job: int) -> Offers:
    t = formats.words
    if checked.city is not None:
        key = "address.known_postal" if checked.postal_fits is False else "address.known"
        city = ", ".join(filter(None, (checked.city.name, checked.city.region)))
        return Offers("ready", t(key, carrier=carrier, city=city), job=job)
    if not checked.offered:
        return Offers("ready", t("address.nothing", carrier=carrier), job=job)
    return Offers("ready", t("address.choose"), tuple(_offer(city, formats) for city in checked.offered), job)


def _offer(city: City, formats: Formats) -> Offer:
    fill = {Part.CITY.value: city.name, Part.REGION.value: city.region}
    detail = ", ".join(filter(None, (city.region, formats.words("address.code", code=city.code))))
    return Offer(city.name, detail, json.dumps(fill, ensure_ascii=False))


def change_lines(
    rows: Sequence[tuple[datetime, str, tuple[Change, ...]]], formats: Formats, titles: Mapping[str, str]
) -> list[Line]:
    """`rows`: when, by whom, what; `titles` of the roles."""
    return [
        Line(
            "",
            "edit",
            formats.words("address.changed", name=name),
            at,
            tuple(
                (titles.get(each.field, each.field), str(each.before or ""), str(each.after or "")) for each in changes
            ),
        )
        for at, name, changes in rows
    ]


def full_line(values: Mapping[Part, str], with_comment: bool) -> str:
    """The address as it will be written: with the comment where the deal has no field for one."""
    line = write_address(values)
    return joined(line, values.get(Part.COMMENT, "")) if with_comment else line


def fill_of(reading: Reading, held: Held, present: Mapping[Part, str]) -> dict[str, str]:
    """What a customer's message sets in the form, whose values are `present` now. A message that names a street or a
    house is a whole address: nothing of the old one stays in it but the town that it does not name."""
    values = reading.values
    found = {part.value: value for part, value in values.items() if part in FIELDS}
    if Part.STREET in values or Part.HOUSE in values:
        same_city = values.get(Part.CITY, "").casefold() in ("", present.get(Part.CITY, "").casefold())
        stays = {Part.CITY, Part.REGION} if same_city else {Part.CITY}
        found |= {part.value: "" for part in PLACES if part not in values and part not in stays and present.get(part)}
    phone = found.get(Part.PHONE.value, "")
    if phone and same_phone(phone, held.known(Role.PHONE)):
        del found[Part.PHONE.value]
    if found.get(Part.NAME.value, "").casefold() == held.known(Role.NAME).casefold():
        found.pop(Part.NAME.value, None)
    return found


def same_phone(one: str, other: str) -> bool:
    return {phone.e164 for phone in read_phones(one)} == {phone.e164 for phone in read_phones(other)}
