"""Cities and postal indexes of the emulated world: which city an index belongs to, distances, clocks (§5, §10)."""

from __future__ import annotations

import csv
import functools
import math
import uuid
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

_DATA = Path(__file__).parent / "data"
_NAMESPACE = uuid.UUID("0a5c0ffe-6f43-4d2a-9a57-4f8d1d8b7a01")
MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Place:
    """A city; ``index`` is its main office, ``region`` in the Post's spelling (``обл Свердловская``)."""

    number: int
    name: str
    region: str
    latitude: float
    longitude: float
    time_zone: str
    index: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def named(self) -> str:
        """``г Казань``."""
        return f"г {self.name}"

    def guid(self, *parts: str) -> str:
        """A stable identifier of something in this place."""
        return str(uuid.uuid5(_NAMESPACE, "/".join((self.region, self.name, *parts))))

    @property
    def region_guid(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, self.region))


@functools.cache
def places() -> tuple[Place, ...]:
    """In the order of their importance."""
    with (_DATA / "places.csv").open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter=";")
        return tuple(
            Place(number, row["city"], row["region"], float(row["latitude"]), float(row["longitude"]),
                  row["time_zone"], row["index"])
            for number, row in enumerate(rows)
        )  # fmt: skip


def fold(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")


def by_name(name: str) -> list[Place]:
    wanted = fold(name)
    return [place for place in places() if fold(place.name) == wanted]


@functools.cache
def by_index(index: str) -> Place | None:
    """The city an index belongs to; None for an index nobody has. The longest common beginning wins (at least 3)."""
    if not (index.isdigit() and len(index) == 6):
        return None
    # The two capitals have more beginnings than their main office's.
    if 101 <= int(index[:3]) <= 129:
        index = "101" + index[3:]
    elif 190 <= int(index[:3]) <= 199:
        index = "190" + index[3:]
    found, best = None, 2
    for place in places():
        same = next((at for at in range(6) if place.index[at] != index[at]), 6)
        if same > best:
            found, best = place, same
    return found


def distance_km(first: Place, second: Place) -> float:
    return distance(first.latitude, first.longitude, second.latitude, second.longitude)


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in kilometres."""
    first, second = math.radians(latitude), math.radians(other_latitude)
    angle = math.sin((second - first) / 2) ** 2
    angle += math.cos(first) * math.cos(second) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(angle)))
