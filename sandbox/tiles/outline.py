"""Coasts and borders out of the TopoJSON of ``world-atlas``, as rings in Mercator units (0..1, y down).

The files are an installed dependency (``npm ci``), never a part of this repository.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Point = tuple[float, float]
MAX_LATITUDE = 85.0511
_RUSSIA = "643"
_reading = threading.Lock()


class OutlineMissing(RuntimeError):  # noqa: N818  (said to a person, as it is)
    """The package that ships the outline is not installed."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed line with its box (left, top, right, bottom)."""

    points: tuple[Point, ...]
    box: tuple[float, float, float, float]

    @property
    def size(self) -> float:
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


@dataclass(frozen=True, slots=True)
class Shape:
    """One piece of land with its holes (lakes, enclaves). ``home``: of the country that the sandbox ships in."""

    outer: Ring
    holes: tuple[Ring, ...]
    home: bool


def project(latitude: float, longitude: float) -> Point:
    """WGS-84 to Mercator units."""
    capped = max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))
    sine = math.sin(math.radians(capped))
    return (longitude + 180.0) / 360.0, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def shapes(detail: str = "50m") -> tuple[Shape, ...]:
    """Every piece of land, the largest first. ``detail``: "50m" or "10m". Raises OutlineMissing."""
    # A map asks for a dozen tiles at once: one of them reads the file, the others wait for it.
    with _reading:
        return _read(detail)


@functools.cache
def _read(detail: str) -> tuple[Shape, ...]:
    topology = json.loads((_package() / f"countries-{detail}.json").read_text(encoding="utf-8"))
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    found = [
        _shape([_ring(ring, arcs) for ring in rings], geometry.get("id") == _RUSSIA)
        for geometry in topology["objects"]["countries"]["geometries"]
        for rings in _polygons(geometry)
    ]
    return tuple(sorted(found, key=lambda shape: -shape.outer.size))


def _package() -> Path:
    given = os.environ.get("SANDBOX_WORLD_ATLAS")
    folders = [Path(given)] if given else [parent / "node_modules/world-atlas" for parent in Path(__file__).parents]
    for folder in folders:
        if (folder / "countries-50m.json").is_file():
            return folder
    raise OutlineMissing("npm package world-atlas is not installed: run npm ci")


def _arc(deltas: Sequence[Sequence[int]], transform: dict[str, Any]) -> list[Point]:
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    xs = itertools.accumulate(delta[0] for delta in deltas)
    ys = itertools.accumulate(delta[1] for delta in deltas)
    return [project(y * scale_y + move_y, x * scale_x + move_x) for x, y in zip(xs, ys, strict=True)]


def _polygons(geometry: dict[str, Any]) -> Iterator[list[list[int]]]:
    if geometry["type"] == "Polygon":
        yield geometry["arcs"]
    elif geometry["type"] == "MultiPolygon":
        yield from geometry["arcs"]


def _shape(rings: list[Ring], home: bool) -> Shape:
    # Antarctica's first ring is the pole and its coast comes second: the widest one is the outer one.
    outer, *holes = sorted(rings, key=lambda ring: -ring.size)
    return Shape(outer, tuple(holes), home)


def _ring(numbers: Sequence[int], arcs: Sequence[list[Point]]) -> Ring:
    points: list[Point] = []
    for number in numbers:
        # A negative number is the arc ~number walked backwards (TopoJSON).
        piece = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += piece if not points else piece[1:]
    points = _unwrapped(points)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Ring(tuple(points), (min(xs), min(ys), max(xs), max(ys)))


def _unwrapped(points: Sequence[Point]) -> list[Point]:
    """The file's rings run across the 180th meridian: go on beyond the edge of the map instead of jumping back.

    A ring that goes all around the world (Antarctica) is closed along the lower edge.
    """
    out = [points[0]]
    for x, y in points[1:]:
        out.append((x - round(x - out[-1][0]), y))
    if abs(out[-1][0] - out[0][0]) > 0.5:
        out += [(out[-1][0], 1.0), (out[0][0], 1.0)]
    return out
