"""Phones as people write them, to E.164."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

# Bitrix24 and managers put several numbers into one field.
_SEPARATORS = re.compile(r"[,;\n|]|\s/\s|(?<=\d)/(?=[+\d])|\s+(?:и|или|and|or)\s+", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*[,;(]?\s*(?:доб(?:авочный)?|внутр?|вн|ext|x)\.?\s*:?\s*(\d{1,6})\)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedPhone:
    """`e164` such as +79001112233 and the extension's digits, if any."""

    e164: str
    extension: str | None = None
    mobile: bool = False


def read_phones(text: str, country: str = "RU") -> list[ParsedPhone]:
    """Every valid number of a free text, in its order and without repeats. `country` is assumed where no prefix says.

    Nothing is repaired: a number one digit short is not a number.
    """
    found = [phone for piece in _pieces(text) for phone in _read_piece(piece, country)]
    return list({phone.e164: phone for phone in reversed(found)}.values())[::-1]


def _pieces(text: str) -> Iterator[str]:
    """Split several numbers, leaving an extension with the number before it."""
    joined = _EXTENSION.sub(r" ext\1", text.replace("\xa0", " "))
    for piece in _SEPARATORS.split(joined):
        if piece and piece.strip():
            yield piece.strip()


def _read_piece(piece: str, country: str) -> list[ParsedPhone]:
    # Parsing the whole piece is stricter than matching inside it and reads "8(900)111 22-33" and "9001112233" alike.
    whole = _parse(piece, country)
    if whole is not None:
        return [_as_parsed(whole)]
    return [_as_parsed(match.number) for match in phonenumbers.PhoneNumberMatcher(piece, country)]


def _parse(piece: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(piece, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _as_parsed(number: PhoneNumber) -> ParsedPhone:
    mobile = phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    return ParsedPhone(phonenumbers.format_number(number, PhoneNumberFormat.E164), number.extension or None, mobile)


def country_of(e164: str) -> str:
    """The country of a number in E.164, such as RU; empty when it has none."""
    number = _parse(e164, "RU")
    return (phonenumbers.region_code_for_number(number) or "") if number else ""


def is_mobile(e164: str) -> bool:
    """Whether a number in E.164 takes messages."""
    number = _parse(e164, "RU")
    return number is not None and _as_parsed(number).mobile
