"""Places: the geobase's cities, and what a free-text address is recognised as (§A3)."""

from __future__ import annotations

import csv
import functools
import math
import re
from dataclasses import dataclass
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "cities.csv"
#: An address with this in it is known to nobody.
NOWHERE = "несуществ"


@dataclass(frozen=True, slots=True)
class City:
    """A locality. ``points``: how many points stand in it; express rides only where there are six or more."""

    geo_id: int
    name: str
    region: str
    latitude: float
    longitude: float
    utc_offset: int
    postal: str
    points: int

    @property
    def full_name(self) -> str:
        return f"Россия, {self.name}" if self.region in (self.name, "") else f"Россия, {self.region}, {self.name}"

    @property
    def express(self) -> bool:
        return self.points >= 6


@functools.cache
def cities() -> dict[int, City]:
    """``geo_id`` -> city, the most important first."""
    with _DATA.open(encoding="utf-8", newline="") as handle:
        rows = [
            City(int(row["geo_id"]), row["city"], row["region"], float(row["latitude"]), float(row["longitude"]),
                 int(row["utc_offset"]), row["postal"], int(row["points"]))
            for row in csv.DictReader(handle, delimiter=";")
        ]  # fmt: skip
    return {city.geo_id: city for city in rows}


@functools.cache
def _by_name() -> dict[str, tuple[City, ...]]:
    found: dict[str, tuple[City, ...]] = {}
    for city in cities().values():
        found[fold(city.name)] = (*found.get(fold(city.name), ()), city)
    return found


def fold(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")


def _parts(address: str) -> list[str]:
    return [re.sub(r"^(г\.|г |город )\s*", "", fold(part)).strip() for part in address.split(",")]


def cities_of(address: str) -> list[City]:
    """Every city that the text may mean; its region, if named, decides between namesakes."""
    if NOWHERE in fold(address):
        return []
    parts = _parts(address)
    for part in parts:
        if found := _by_name().get(part):
            named = [city for city in found if fold(city.region) in parts and city.region != city.name]
            return list(named or found)
    return []


def city_of(address: str) -> City | None:
    found = cities_of(address)
    return found[0] if found else None


def has_house(address: str) -> bool:
    """A street and a house: something after the city with a digit in it."""
    return any(any(letter.isdigit() for letter in part) for part in _parts(address)[1:])


def nearest(latitude: float, longitude: float, within_km: float = 60.0) -> City | None:
    city = min(cities().values(), key=lambda row: distance_km(row.latitude, row.longitude, latitude, longitude))
    return city if distance_km(city.latitude, city.longitude, latitude, longitude) <= within_km else None


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    angle = math.sin((second - first) / 2) ** 2
    angle += math.cos(first) * math.cos(second) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(angle)))


def between(first: City, second: City) -> float:
    return distance_km(first.latitude, first.longitude, second.latitude, second.longitude)
