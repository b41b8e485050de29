"""Cities of the emulated carrier: the directory, name search and recognition of a location (contract §14)."""

from __future__ import annotations

import csv
import functools
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMESPACE = uuid.UUID("5a1d3c44-7a3f-4b5e-8c55-1d9c2f7e6b10")
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class City:
    """One row of the directory. ``payment_limit``: rubles, −1 no limit, 0 no cash on delivery."""

    code: int
    name: str
    region: str
    region_code: int
    sub_region: str
    latitude: float
    longitude: float
    time_zone: str
    postal_code: str
    payment_limit: float

    @property
    def uuid(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"city {self.code}"))

    @property
    def fias_guid(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"fias {self.code}"))

    def as_row(self) -> dict[str, Any]:
        """The row of ``GET /v2/location/cities``."""
        row = {
            "code": self.code,
            "city_uuid": self.uuid,
            "city": self.name,
            "fias_guid": self.fias_guid,
            "country_code": "RU",
            "country": "Россия",
            "region": self.region,
            "region_code": self.region_code,
            "longitude": self.longitude,
            "latitude": self.latitude,
            "time_zone": self.time_zone,
            "payment_limit": self.payment_limit,
        }
        return row | ({"sub_region": self.sub_region} if self.sub_region else {})

    def postal_codes(self) -> list[str]:
        return [f"{int(self.postal_code) + number:06d}" for number in range(41)]


@functools.cache
def cities() -> dict[int, City]:
    """CDEK city code -> city."""
    with (_DATA / "cities.csv").open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter=";")
        found = [
            City(
                int(row["code"]), row["city"], row["region"], int(row["region_code"]), row["sub_region"],
                float(row["latitude"]), float(row["longitude"]), row["time_zone"], row["postal"],
                float(row["payment_limit"]),
            )
            for row in rows
        ]  # fmt: skip
    return {city.code: city for city in found}


def fold(name: str) -> str:
    """Names are compared without case and with ё = е (measured: §14)."""
    return name.strip().casefold().replace("ё", "е")


def by_name(name: str) -> list[City]:
    """Exact full matches, the most important (lowest code) first."""
    wanted = fold(name)
    return sorted((city for city in cities().values() if fold(city.name) == wanted), key=lambda city: city.code)


def by_postal_code(postal_code: str) -> list[City]:
    if not (postal_code.isdigit() and len(postal_code) == 6):
        return []
    return [city for city in cities().values() if 0 <= int(postal_code) - int(city.postal_code) < 1000]


def nearest(latitude: float, longitude: float) -> City:
    return min(cities().values(), key=lambda city: distance_km(city.latitude, city.longitude, latitude, longitude))


def recognise(location: Mapping[str, Any]) -> City | None:
    """The city of a location in the documented priority: code, coordinates, FIAS, postal code and name, address.

    A postal code alone, without a name, is not recognised in orders (§14).
    """
    if location.get("code") is not None:
        return _by_code(location["code"])
    if location.get("latitude") is not None and location.get("longitude") is not None:
        city = nearest(float(location["latitude"]), float(location["longitude"]))
        near = distance_km(city.latitude, city.longitude, float(location["latitude"]), float(location["longitude"]))
        return city if near < 60 else None
    if location.get("fias_guid"):
        return next((city for city in cities().values() if city.fias_guid == location["fias_guid"]), None)
    if location.get("city"):
        return _by_name_and_more(location)
    return _by_address(str(location.get("address") or ""))


def _by_code(code: Any) -> City | None:
    return cities().get(code) if isinstance(code, int) else None


def _by_name_and_more(location: Mapping[str, Any]) -> City | None:
    found = by_name(str(location["city"]))
    if location.get("region"):
        wanted = fold(str(location["region"]))
        found = [city for city in found if wanted in fold(city.region)] or found
    if location.get("postal_code") and len(found) > 1:
        postal = by_postal_code(str(location["postal_code"]))
        found = [city for city in found if city in postal] or found
    return found[0] if found else None


def _by_address(address: str) -> City | None:
    words = [fold(part).removeprefix("г. ").removeprefix("г ").removeprefix("город ") for part in address.split(",")]
    for word in words:
        if found := by_name(word):
            return found[0]
    return None


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    angle = math.sin((second - first) / 2) ** 2
    angle += math.cos(first) * math.cos(second) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(angle)))
