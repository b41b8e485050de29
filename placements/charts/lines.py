"""Lines over time, each named and valued at its end; the second is dashed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from placements.charts.drawing import PHONE, WIDE, Chart, Dot, Drawing, Mark, Path, Text, scale

_TOP, _BOTTOM, _HEIGHT = 16, 176, 212
#: What is written at the ends of lines takes so much.
_ENDS = 88
_APART = 34
_KINDS = ("line", "dashed")
_NAME = 52
#: A line that hardly moves is drawn so: the axis shows this much at least.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """`points`: one for each name of the axis; `value` is the last one as written, `name` under it."""

    name: str
    points: Sequence[float]
    value: str


def lines(rows: Sequence[Line], names: Sequence[str], sentence: str, written: Callable[[int | float], str]) -> Chart:
    every = [point for row in rows for point in row.points]
    low, high = min(every, default=0), max(every, default=0)
    ticks = scale(low, max(high, low + _LEAST))
    drawn = [_drawn(rows, names, ticks, [written(tick) for tick in ticks], width) for width in (WIDE, PHONE)]
    return Chart(sentence, drawn[0], drawn[1])


def _drawn(
    rows: Sequence[Line], names: Sequence[str], ticks: Sequence[int | float], said: Sequence[str], width: int
) -> Drawing:
    left, right = 20 + 8 * max(len(name) for name in said), width - _ENDS

    def y_of(value: float) -> int:
        return _BOTTOM - round((_BOTTOM - _TOP) * (value - ticks[0]) / (ticks[-1] - ticks[0]))

    step = (right - left) / max(1, len(names) - 1)

    def x_of(n: int) -> int:
        return left + round(step * n) if len(names) > 1 else right  # what stands alone is the newest

    marks: list[Mark] = []
    for tick, name in zip(ticks, said, strict=True):
        marks += [
            Path(f"M{left - 8} {y_of(tick)}H{right}", "grid"),
            Text(left - 16, y_of(tick) + 4, name, "axis", "end"),
        ]
    every = max(1, -(-_NAME // max(1, int(step))))
    for n, name in enumerate(names):
        if (len(names) - 1 - n) % every == 0:
            marks.append(Text(x_of(n), 200, name, "axis", "middle"))
    ends = _ends([y_of(row.points[-1]) for row in rows if row.points])
    for row, kind, end in zip(rows, _KINDS, ends, strict=False):
        places = [(x_of(n), y_of(point)) for n, point in enumerate(row.points)]
        marks.append(Path("M" + " L".join(f"{x} {y}" for x, y in places), kind))
        marks.append(Dot(*places[-1], kind))
        marks.append(Text(places[-1][0] + 10, end, row.value, "value"))
        marks.append(Text(places[-1][0] + 10, end + 16, row.name, "axis"))
    return Drawing(width, _HEIGHT, tuple(marks))


def _ends(places: Sequence[int]) -> list[int]:
    """Where ends are written: beside their points, but never over each other nor below the axis."""
    found = [y - 2 for y in places]
    if len(found) == 2 and abs(found[0] - found[1]) < _APART:
        upper, lower = (0, 1) if found[0] <= found[1] else (1, 0)
        middle = min(max((found[0] + found[1]) // 2, 12 + _APART // 2), _BOTTOM - 16 - _APART // 2)
        found[upper], found[lower] = middle - _APART // 2, middle + _APART // 2
    return [min(max(y, 12), _BOTTOM - 16) for y in found]
