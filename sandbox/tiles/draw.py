"""One tile as a PNG: sea, land, borders, towns with invented streets, names."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from .clip import Box, clip, overlaps
from .outline import Point, Ring, shapes
from .towns import Town, streets, towns

SIZE = 256
MAX_ZOOM = 19
_OVERSAMPLE = 2
_SEA, _LAND, _HOME = "#cfe3f1", "#f1eee6", "#f7f4ec"
_BORDER, _COAST, _TOWN, _STREET, _MAIN, _INK = "#c9bfae", "#a9c4d8", "#e6dfd1", "#ffffff", "#fbe3a8", "#5c5648"
# From which zoom towns of a rank show a dot with a name.
_NAMED_FROM = (3, 5, 6, 7)
_CACHE_TILES = 2000


class Tiles:
    """Draws tiles and remembers the last ones; safe to call from several threads."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def png(self, zoom: int, x: int, y: int) -> bytes:
        """The tile as bytes. ``x`` wraps around the world. Raises ValueError outside of the map, OutlineMissing."""
        side = 1 << zoom if 0 <= zoom <= MAX_ZOOM else 0
        if not side or not 0 <= y < side:
            raise ValueError(f"no such tile: {zoom}/{x}/{y}")
        key = (zoom, x % side, y)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        data = _Sheet(*key).png()
        with self._lock:
            self._cache[key] = data
            if len(self._cache) > _CACHE_TILES:
                self._cache.popitem(last=False)
        return data


class _Sheet:
    def __init__(self, zoom: int, x: int, y: int) -> None:
        self._zoom = zoom
        unit = 1 / (1 << zoom)
        margin = unit / 16
        self._left, self._top, self._unit = x * unit, y * unit, unit
        self._box: Box = (
            x * unit - margin, y * unit - margin, (x + 1) * unit + margin, (y + 1) * unit + margin,
        )  # fmt: skip
        self._pixels = SIZE * _OVERSAMPLE
        self._image = Image.new("RGB", (self._pixels, self._pixels), _SEA)
        self._draw = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        self._draw_land()
        near = [town for town in towns() if overlaps(_around(town, self._reach(town)), self._box)]
        if self._zoom >= 8:
            self._draw_towns(near)
        small = self._image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        self._draw_names(ImageDraw.Draw(small), near)
        out = io.BytesIO()
        small.quantize(64).save(out, "PNG", optimize=False)
        return out.getvalue()

    def _at(self, point: Point, pixels: int) -> Point:
        return (point[0] - self._left) / self._unit * pixels, (point[1] - self._top) / self._unit * pixels

    def _draw_land(self) -> None:
        detail = "10m" if self._zoom >= 6 else "50m"
        for shape in shapes(detail):
            if self._fill(shape.outer, _HOME if shape.home else _LAND, _BORDER):
                for hole in shape.holes:
                    self._fill(hole, _SEA, _COAST)

    def _fill(self, ring: Ring, colour: str, edge: str) -> bool:
        seen = False
        # A ring may lie across the edge of the map: its copies one world further are looked at as well.
        for turn in (0.0, -1.0, 1.0):
            box = (self._box[0] + turn, self._box[1], self._box[2] + turn, self._box[3])
            if not overlaps(ring.box, box):
                continue
            points = [self._at((x - turn, y), self._pixels) for x, y in clip(ring.points, box)]
            if len(points) >= 3:
                self._draw.polygon(points, fill=colour)
                self._draw.line([*points, points[0]], fill=edge, width=_OVERSAMPLE)
                seen = True
        return seen

    def _draw_towns(self, near: list[Town]) -> None:
        for town in near:
            self._draw.ellipse(self._circle(town), fill=_TOWN)
        if self._zoom >= 12:
            for town in near:
                self._draw_streets(town)

    def _circle(self, town: Town) -> tuple[float, float, float, float]:
        left, top = self._at((town.centre[0] - town.radius, town.centre[1] - town.radius), self._pixels)
        right, bottom = self._at((town.centre[0] + town.radius, town.centre[1] + town.radius), self._pixels)
        return left, top, right, bottom

    def _draw_streets(self, town: Town) -> None:
        wide = max(1, (self._zoom - 11) * _OVERSAMPLE)
        lines = sorted(streets(town, self._box), key=lambda line: line[2])
        for start, end, main in lines:
            if main or self._zoom >= 13:
                ends = [self._at(start, self._pixels), self._at(end, self._pixels)]
                self._draw.line(ends, fill=_MAIN if main else _STREET, width=wide * (2 if main else 1))

    def _reach(self, town: Town) -> float:
        # A name sticks out of its town: neighbours of the tile have to draw their half of it.
        return max(town.radius, self._unit / 2)

    def _draw_names(self, draw: ImageDraw.ImageDraw, near: list[Town]) -> None:
        font = ImageFont.load_default(12)
        for town, (x, y) in self._labels(near):
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=_INK)
            draw.text((x + 5, y - 7), town.name, fill=_INK, font=font, stroke_width=2, stroke_fill=_HOME)

    def _labels(self, near: list[Town]) -> Iterator[tuple[Town, Point]]:
        taken: list[Box] = []
        for town in near:
            x, y = self._at(town.centre, SIZE)
            box = (x - 3, y - 8, x + 8 + 7 * len(town.name), y + 8)
            if self._zoom < _NAMED_FROM[town.rank] or any(overlaps(box, other) for other in taken):
                continue
            taken.append(box)
            yield town, (x, y)


def _around(town: Town, reach: float) -> Box:
    x, y = town.centre
    return x - reach, y - reach, x + reach, y + reach
