"""Cutting rings to a box (Sutherland-Hodgman), so that a far country costs nothing on a near tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .outline import Point

Box = tuple[float, float, float, float]
Inside = Callable[[Point], bool]
Cross = Callable[[Point, Point], Point]


def overlaps(first: Box, second: Box) -> bool:
    """Whether two boxes (left, top, right, bottom) touch."""
    return first[0] <= second[2] and second[0] <= first[2] and first[1] <= second[3] and second[1] <= first[3]


def clip(points: Sequence[Point], box: Box) -> list[Point]:
    """The part of a closed ring inside ``box``; fewer than three points mean nothing is left."""
    left, top, right, bottom = box
    out = list(points)
    for inside, cross in (
        (lambda p: p[0] >= left, lambda a, b: _at_x(a, b, left)),
        (lambda p: p[0] <= right, lambda a, b: _at_x(a, b, right)),
        (lambda p: p[1] >= top, lambda a, b: _at_y(a, b, top)),
        (lambda p: p[1] <= bottom, lambda a, b: _at_y(a, b, bottom)),
    ):
        out = _cut(out, inside, cross)
        if len(out) < 3:
            return []
    return out


def _cut(points: Sequence[Point], inside: Inside, cross: Cross) -> list[Point]:
    out: list[Point] = []
    if not points:
        return out
    before = points[-1]
    before_in = inside(before)
    for point in points:
        point_in = inside(point)
        if point_in != before_in:
            out.append(cross(before, point))
        if point_in:
            out.append(point)
        before, before_in = point, point_in
    return out


def _at_x(a: Point, b: Point, x: float) -> Point:
    return x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])


def _at_y(a: Point, b: Point, y: float) -> Point:
    return a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), y
