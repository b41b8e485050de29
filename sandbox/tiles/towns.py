"""Cities on the map: where they are, how wide, and streets. Streets are invented: a grid that looks like a town."""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.cdek.geo import City, cities

from .outline import Point, project

_EARTH_M = 40_075_017.0
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Town:
    """``radius`` and ``block`` in Mercator units; ``angle`` of its streets in radians; ``rank`` 0 is the largest."""

    name: str
    centre: Point
    radius: float
    block: float
    angle: float
    rank: int


@functools.cache
def towns() -> tuple[Town, ...]:
    """The carrier's directory as towns, the most important (lowest rank) first."""
    return tuple(sorted((_town(*place) for place in enumerate(cities().values())), key=lambda town: town.rank))


def _town(order: int, city: City) -> Town:
    rank = _rank(order, city)
    unit = 1 / (_EARTH_M * math.cos(math.radians(city.latitude)))
    radius = (17_000, 9_000, 6_000, 4_000)[rank]
    angle = (zlib.crc32(city.name.encode()) % 90) / 90 * math.pi / 2
    return Town(latin(city.name), project(city.latitude, city.longitude), radius * unit, 240 * unit, angle, rank)


def _rank(order: int, city: City) -> int:
    """The directory lists large cities first; a place in a district is a village or a small town."""
    if city.sub_region or order >= 70:
        return 3
    return 0 if order < 3 else 1 if order < 25 else 2


def latin(name: str) -> str:
    """Romanised, because the drawing library's own font has no Cyrillic."""
    out = []
    for sign in name:
        plain = _LATIN.get(sign.lower(), sign)
        out.append(plain.capitalize() if sign.isupper() else plain)
    return "".join(out)


def streets(town: Town, box: tuple[float, float, float, float]) -> Iterator[tuple[Point, Point, bool]]:
    """Chords of the town's circle that may cross ``box``: start, end, and whether it is a main street."""
    for turn in (0.0, math.pi / 2):
        along = (math.cos(town.angle + turn), math.sin(town.angle + turn))
        across = (-along[1], along[0])
        offsets = [_dot((x - town.centre[0], y - town.centre[1]), across) for x in box[::2] for y in box[1::2]]
        first = max(math.ceil(min(offsets) / town.block), math.ceil(-town.radius / town.block))
        last = min(math.floor(max(offsets) / town.block), math.floor(town.radius / town.block))
        for number in range(first, last + 1):
            yield (*_chord(town, along, across, number * town.block), number % 5 == 0)


def _chord(town: Town, along: Point, across: Point, offset: float) -> tuple[Point, Point]:
    half = math.sqrt(max(0.0, town.radius**2 - offset**2))
    middle = (town.centre[0] + across[0] * offset, town.centre[1] + across[1] * offset)
    return (
        (middle[0] - along[0] * half, middle[1] - along[1] * half),
        (middle[0] + along[0] * half, middle[1] + along[1] * half),
    )


def _dot(first: Point, second: Point) -> float:
    return first[0] * second[0] + first[1] * second[1]
