"""Cities of the emulated carrier (contract §4.1): codes are strings, some with leading zeros."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Type words of places and regions, which people write and the directory does not need.
_TYPES = frozenset(
    ("г", "город", "пос", "поселок", "д", "деревня", "обл", "область", "край", "респ", "республика", "ао", "автономный",
     "округ", "р", "н", "район")
)  # fmt: skip

#: Cities with more postal codes than a thousand.
_WIDE = {"68": ("101000", "135999"), "116": ("190000", "199999")}


@dataclass(frozen=True, slots=True)
class City:
    """One row. ``courier``: delivered to the door there; ``offices`` and ``lockers`` tell how many points it has."""

    code: str
    name: str
    prefix: str
    region: str
    kind: str
    district: str
    latitude: float
    longitude: float
    postal: str
    offices: int
    lockers: int
    courier: bool

    @property
    def unique_name(self) -> str:
        inside = " ".join(filter(None, (self.region, self.kind, f"{self.district} р-н" if self.district else "")))
        return f"{self.name} ({inside})"

    @property
    def has_points(self) -> bool:
        return self.offices + self.lockers > 0

    @property
    def terminal(self) -> bool:
        return self.offices >= 5

    def serves(self, postal: str) -> bool:
        first, last = _WIDE.get(self.code, (self.postal, f"{int(self.postal) + 999:06d}"))
        return first <= postal <= last

    def as_row(self, *, full: bool) -> dict[str, Any]:
        """The row of ``ListCities`` or ``ListCitiesFull``: flags are "0"/"1"."""
        row = {
            "Code": self.code,
            "Name": self.name,
            "ReceptionLaP": _flag(self.terminal),
            "DeliveryLaP": _flag(self.has_points),
            "Reception": _flag(self.terminal),
            "CourierDelivery": _flag(self.courier),
            "ForeignReceptionReturns": _flag(self.terminal),
            "Terminal": _flag(self.terminal),
            "Kladr": f"{int(self.postal) % 89 + 1:02d}00000{int(self.code):06d}",
            "Region": self.region,
            "CountryCode": "643",
            "UniqName": self.unique_name,
            "District": self.district,
            "Prefix": self.prefix,
            "CourierReception": _flag(self.offices >= 10),
        }
        return row | ({"PickupPoint": _flag(self.has_points)} if full else {})


def _flag(value: bool) -> str:
    return "1" if value else "0"


@functools.cache
def cities() -> Mapping[str, City]:
    """Code -> city."""
    with (Path(__file__).parent / "cities.csv").open(encoding="utf-8", newline="") as handle:
        found = [
            City(
                row["code"], row["name"], row["prefix"], row["region"], row["kind"], row["district"],
                float(row["latitude"]), float(row["longitude"]), row["postal"], int(row["offices"]),
                int(row["lockers"]), row["courier"] == "1",
            )
            for row in csv.DictReader(handle, delimiter=";")
        ]  # fmt: skip
    return {city.code: city for city in found}


def words(text: str) -> set[str]:
    """Words of a name without types, case and ё."""
    plain = "".join(sign if sign.isalnum() else " " for sign in text.casefold().replace("ё", "е"))
    return {word for word in plain.split() if word not in _TYPES}


def resolve(text: str) -> list[City]:
    """Cities that ``citi`` may mean (§6.1): its first part is the name, what follows narrows the region or district."""
    head, _, rest = text.partition(",")
    wanted, narrower = words(head), words(rest)
    exact = [city for city in cities().values() if words(city.name) == wanted]
    if exact and not narrower:
        # A large city needs no more words; of two small ones with a name, neither is meant.
        return [city for city in exact if city.terminal] or exact
    if exact:
        return [city for city in exact if narrower <= words(f"{city.region} {city.district}")]
    everything = wanted | narrower
    return [
        city
        for city in cities().values()
        if words(city.name) <= everything and everything - words(city.name) <= words(f"{city.region} {city.district}")
    ]


def by_postal(postal: str) -> City | None:
    return next((city for city in cities().values() if city.serves(postal)), None)


def distance_km(one: City, other: City) -> float:
    """Great-circle distance."""
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    angle = math.sin((second - first) / 2) ** 2
    angle += math.cos(first) * math.cos(second) * math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(angle)))
