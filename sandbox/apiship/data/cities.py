"""Cities, and how ApiShip recognises one: by its FIAS id, else by the name, else in the address line (spec)."""

from __future__ import annotations

import csv
import functools
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMESPACE = uuid.UUID("0d6c4ad1-3a0f-43a9-bd2b-5f2f6c2f1a77")
_KNOWN_GUIDS = {"Москва": "0c5b2444-70a0-4932-980c-b4dc0d3f02b5"}
_PREFIXES = ("г. ", "г ", "город ", "гор. ")


@dataclass(frozen=True, slots=True)
class City:
    """``share`` is how many of the points of a hundred are here."""

    name: str
    region: str
    lat: float
    lng: float
    postal: str
    share: int

    @property
    def guid(self) -> str:
        return _KNOWN_GUIDS.get(self.name) or str(uuid.uuid5(_NAMESPACE, self.name))

    def km_to(self, other: City) -> float:
        """Great-circle distance."""
        first, second = math.radians(self.lat), math.radians(other.lat)
        angle = math.sin((second - first) / 2) ** 2
        angle += math.cos(first) * math.cos(second) * math.sin(math.radians(other.lng - self.lng) / 2) ** 2
        return 12742.0 * math.asin(min(1.0, math.sqrt(angle)))


@functools.cache
def cities() -> tuple[City, ...]:
    with Path(__file__).with_name("cities.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            City(row["city"], row["region"], float(row["lat"]), float(row["lng"]), row["postal"], int(row["share"]))
            for row in csv.DictReader(handle, delimiter=";")
        )


def recognise(place: Mapping[str, Any]) -> City | None:
    """The city of an address of a request."""
    if guid := place.get("cityGuid"):
        return next((city for city in cities() if city.guid == guid), None)
    if name := place.get("city"):
        return _by_name(str(name))
    parts = str(place.get("addressString") or "").split(",")
    return next((city for part in parts if (city := _by_name(part))), None)


def _by_name(name: str) -> City | None:
    wanted = _fold(name)
    return next((city for city in cities() if _fold(city.name) == wanted), None)


def _fold(name: str) -> str:
    folded = name.strip().casefold().replace("ё", "е")
    for prefix in _PREFIXES:
        folded = folded.removeprefix(prefix)
    return folded
