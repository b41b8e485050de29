"""Web Mercator as whole numbers: the world is a square of 2^24 units a side, x to the east and y to the south.

At zoom z a map of 256-pixel tiles shows a pixel as 2^(16-z) units, so that cells and windows of a map are divisions and
comparisons of integers, the same in every database. Pure.
"""

from __future__ import annotations

import math

BITS = 24
WORLD = 1 << BITS
MAX_LATITUDE = 85.0511
#: Points are indexed by the tile of this zoom that they lie in.
TILE_ZOOM = 8
_TILE_SHIFT = BITS - TILE_ZOOM
#: A cluster stands for a square of this many pixels.
CELL_PX = 96
_EARTH_M = 6_371_000.0


def project(lat: float, lon: float) -> tuple[int, int]:
    """WGS-84 degrees to units, kept inside the world."""
    capped = max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))
    sine = math.sin(math.radians(capped))
    x = (lon + 180.0) / 360.0
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return _inside(x), _inside(y)


def _inside(share: float) -> int:
    return max(0, min(WORLD - 1, int(share * WORLD)))


def unproject(x: float, y: float) -> tuple[float, float]:
    """Units to (lat, lon)."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / WORLD))))
    return lat, x / WORLD * 360.0 - 180.0


def tile_of(x: int, y: int) -> int:
    """The number of the tile of TILE_ZOOM: column first."""
    return (x >> _TILE_SHIFT << TILE_ZOOM) + (y >> _TILE_SHIFT)


def tiles_in(left: int, top: int, right: int, bottom: int) -> list[int]:
    """All tiles that a window touches (units, both ends included)."""
    columns = range(left >> _TILE_SHIFT, (right >> _TILE_SHIFT) + 1)
    rows = range(top >> _TILE_SHIFT, (bottom >> _TILE_SHIFT) + 1)
    return [(column << TILE_ZOOM) + row for column in columns for row in rows]


def cell_units(zoom: int) -> int:
    """The side of a cluster's cell in units."""
    return CELL_PX << (BITS - 8) >> zoom


def shrink(lat: float) -> float:
    """How much shorter a degree of longitude is here than at the equator."""
    return math.cos(math.radians(lat))


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two (lat, lon) as the crow flies."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(half))
