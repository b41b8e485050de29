"""Recognising an address: which town, which branch serves it, how exactly it was found (§3.3).

A house that exists is ``exact``; a street without a house, a number no street has, or words that are no part of an
address make it ``near``; a bare town is ``bad``; an unknown town is outside every zone."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from sandbox.cdek.geo import City, by_name, cities, distance_km, fold, nearest

from .data.network import Branch, branch_for

_STREET = re.compile(
    r"\b(ул|улица|пр|пр-т|пр-кт|просп|проспект|пер|переулок|ш|шоссе|наб|набережная|б-р|бульвар|пл|площадь|проезд|мкр"
    r"|микрорайон|тракт|аллея|линия|тупик|квартал|массив)\b\.?",
    re.IGNORECASE,
)
_TOWN = re.compile(r"^(г|гор|город|с|село|п|пос|посёлок|поселок|д|деревня|пгт)[.\s]\s*", re.IGNORECASE)
_HOUSE = re.compile(r"^(?:д|дом|вл|владение)?\.?\s*№?\s*(\d+)\s*[-/а-яa-z0-9 ]{0,14}$", re.IGNORECASE)
_PART = re.compile(r"^(кв|квартира|оф|офис|корп|корпус|к|стр|строение|лит|литера|пом)[.\s]*№?\s*\w+$", re.IGNORECASE)
_REGION = re.compile(r"\b(область|обл|край|республика|респ|округ|ао|район|р-н|массив)\b", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"\b(подъезд|этаж|домофон|код|звонить|позвонить|вход|двор|охрана)\w*", re.IGNORECASE)
# No street of the sandbox is longer.
_LAST_HOUSE = 300


@dataclass(frozen=True, slots=True)
class Place:
    """What was made of an address. ``kind``: house, street, locality."""

    city: City
    kind: str
    precision: str
    formatted: str
    latitude: float
    longitude: float
    components: tuple[tuple[str, str], ...] = field(default=())

    @property
    def branch(self) -> Branch:
        return branch_for(self.city, self.longitude)


def locate(address: str) -> Place | None:
    """None: no town that PEK serves."""
    parts = [part.strip(" .") for part in re.sub(r"\b\d{6}\b", "", address).split(",")]
    parts = [part for part in parts if part and fold(part) not in ("россия", "рф", "russia")]
    at, city = _town(parts)
    if city is None:
        return None
    rest = [part for part in parts[at + 1 :] if not _REGION.search(part)]
    street, house, odd = _street_and_house(rest)
    if not street:
        return _place(city, "locality", "bad", "", "")
    exact = bool(house) and not odd and int(re.findall(r"\d+", house)[0]) <= _LAST_HOUSE
    return _place(city, "house" if house else "street", "exact" if exact else "near", street, house)


def locate_point(latitude: float, longitude: float) -> Place | None:
    """The place at a point; None when no branch is within 90 km of it."""
    city = nearest(latitude, longitude)
    if distance_km(city.latitude, city.longitude, latitude, longitude) > 90:
        return None
    found = _place(city, "house", "exact", "улица Ленина", str(zlib.crc32(f"{latitude:.4f}".encode()) % 90 + 1))
    return Place(city, "house", "exact", found.formatted, latitude, longitude, found.components)


def _town(parts: list[str]) -> tuple[int, City | None]:
    regions = [fold(part) for part in parts if _REGION.search(part)]
    for at, part in enumerate(parts):
        if _STREET.search(part) and not _TOWN.match(part):
            continue
        found = by_name(_TOWN.sub("", part)) or by_name(part)
        if found:
            wanted = [city for city in found if any(_same_region(region, city.region) for region in regions)]
            return at, (wanted or found)[0]
    return -1, None


def _same_region(given: str, known: str) -> bool:
    stems = [word for word in re.findall(r"[а-я-]+", fold(known)) if len(word) > 4 and not _REGION.search(word)]
    return any(stem in given for stem in stems)


def _street_and_house(parts: list[str]) -> tuple[str, str, bool]:
    street = house = ""
    odd = any(_NO_ADDRESS.search(part) for part in parts)
    for part in parts:
        if not street and (_STREET.search(part) or not _HOUSE.match(part)) and not _PART.match(part):
            inner = re.match(r"^(.*?\D)\s+(?:д\.?\s*)?(\d+\w*)$", part)
            street, house = (inner[1], inner[2]) if inner and _STREET.search(inner[1]) else (part, house)
        elif not house and (found := _HOUSE.match(part)):
            house = found[1]
        elif not _PART.match(part) and not _NO_ADDRESS.search(part):
            odd = True
    if street and not _STREET.search(street) and not re.search(r"[а-яa-z]{3}", street, re.IGNORECASE):
        street = ""
    return street, house, odd


def _place(city: City, kind: str, precision: str, street: str, house: str) -> Place:
    region = city.region if city.region != city.name else ""
    words = ["Россия", region, city.name, street, house]
    formatted = ", ".join(word for word in words if word)
    shift = zlib.crc32(f"{fold(street)} {house}".encode()) if street else 0
    names = (("country", "Россия"), ("province", region), ("locality", city.name), ("street", street), ("house", house))
    return Place(
        city,
        kind,
        precision,
        formatted,
        round(city.latitude + (shift % 1000 - 500) / 12000, 6) if shift else city.latitude,
        round(city.longitude + (shift // 1000 % 1000 - 500) / 8000, 6) if shift else city.longitude,
        tuple((kind_of, name) for kind_of, name in names if name),
    )


def suggestions(part: str) -> list[Place]:
    """Places whose town begins like the last words given (§3.3: suggestions only)."""
    exact = locate(part)
    if exact is not None:
        return [exact]
    wanted = fold(part.rsplit(",", maxsplit=1)[-1])
    return [_place(city, "locality", "bad", "", "") for city in cities().values() if fold(city.name).startswith(wanted)]
