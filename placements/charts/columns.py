"""Columns that stand: one for each day or class, with a mark where the middle is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from placements.charts.drawing import PHONE, WIDE, Chart, Drawing, Mark, Path, Rect, Text, scale

_TOP, _BOTTOM, _HEIGHT = 24, 176, 212
#: The room that names of columns take at least.
_NAME = {WIDE: 38, PHONE: 32}


@dataclass(frozen=True, slots=True)
class Column:
    """`tone`: a class of bars; `value`: written over it, "" = not."""

    name: str
    size: int | float
    tone: str = ""
    value: str = ""


def columns(
    rows: Sequence[Column],
    sentence: str,
    written: Callable[[int | float], str],
    middle: tuple[float, str] | None = None,
    whole: bool = True,
) -> Chart:
    """`written`: a number of the axis as people read it. `middle`: a place between columns (2.5 = in the middle of the
    third), and what is said there."""
    ticks = scale(0, max((row.size for row in rows), default=0), whole=whole)
    names = [written(tick) for tick in ticks]
    drawn = [_drawn(rows, ticks, names, width, middle) for width in (WIDE, PHONE)]
    return Chart(sentence, drawn[0], drawn[1])


def _drawn(
    rows: Sequence[Column],
    ticks: Sequence[int | float],
    names: Sequence[str],
    width: int,
    middle: tuple[float, str] | None,
) -> Drawing:
    left = 12 + 7 * max(len(name) for name in names)

    def high(size: int | float) -> int:
        return round((_BOTTOM - _TOP) * size / ticks[-1])

    marks: list[Mark] = []
    for tick, name in zip(ticks, names, strict=True):
        y = _BOTTOM - high(tick)
        marks += [Path(f"M{left} {y}H{width}", "grid"), Text(left - 8, y + 4, name, "axis", "end")]
    room = (width - left) / max(1, len(rows))
    bar = max(2, min(48, round(room * 0.7)))
    longest = max((len(row.name) for row in rows), default=1)
    every = max(1, -(-max(_NAME[width], 7 * longest) // max(1, int(room))))
    for n, row in enumerate(rows):
        x = left + round(room * n + (room - bar) / 2)
        tall = max(high(row.size), 2 if row.size else 0)
        if tall:
            marks.append(Rect(x, _BOTTOM - tall, bar, tall, row.tone))
        # The last one is named, and none so near to it that they would touch.
        if (len(rows) - 1 - n) % every == 0:
            marks.append(_within(Text(x + bar // 2, 200, row.name, "axis", "middle"), width, longest))
        if row.value:
            marks.append(_within(Text(x + bar // 2, _BOTTOM - tall - 8, row.value, "value", "middle"), width, 4))
    if middle is not None:
        x = left + round(room * middle[0])
        marks.append(Path(f"M{x} 4V{_BOTTOM}", "goal"))
        right = x < width * 0.6
        marks.append(Text(x + (8 if right else -8), 16, middle[1], "value", "start" if right else "end"))
    return Drawing(width, _HEIGHT, tuple(marks))


def _within(text: Text, width: int, letters: int) -> Text:
    """A name in the middle of the last column would be cut off by the edge."""
    return Text(min(text.x, width - 4 * letters), text.y, text.text, text.kind, text.anchor)
