"""Which part of an address a system's own words are about, where its code is none that we know."""

from __future__ import annotations

from b24app.logistics.addressing.parts import Part

_SIGNS = {
    Part.HOUSE: ("house", "дом", "building"),
    Part.STREET: ("street", "улиц"),
    Part.POSTAL: ("postal", "index", "индекс", "zip"),
    Part.CITY: ("city", "город", "location", "населённ", "населенн"),
}


def accused_part(their_code: str, their_text: str) -> Part | None:
    """The part that code or text names; the house before the street that it stands in. None = neither tells."""
    theirs = f"{their_code} {their_text}".casefold()
    return next((part for part, signs in _SIGNS.items() if any(sign in theirs for sign in signs)), None)
