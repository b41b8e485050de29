"""Bars that lie: names, their sizes in percent, a goal that they are measured by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from placements.charts.drawing import PHONE, WIDE, Chart, Drawing, Mark, Path, Rect, Text, cut

#: Where bars begin and how wide they may be, at a desk and on a phone; rows are so high.
_WIDE, _PHONE = (150, 346), (0, 264)
_ROW_WIDE, _ROW_PHONE, _BAR, _AXIS = 36, 52, 20, 28
_CUT_WIDE, _CUT_PHONE = 18, 30
_TICKS = (0, 25, 50, 75, 100)
BEHIND = "amber"


@dataclass(frozen=True, slots=True)
class Bar:
    """`percent` from 0 to 100; `value` and `note` as they are written."""

    name: str
    percent: int
    value: str
    note: str = ""


def bars(rows: Sequence[Bar], sentence: str, goal: int | None = None, percent: str = "%") -> Chart:
    """Bars under the goal have another colour; their values are written beside them."""
    return Chart(sentence, _drawn(rows, goal, percent, phone=False), _drawn(rows, goal, percent, phone=True))


def _drawn(rows: Sequence[Bar], goal: int | None, percent: str, *, phone: bool) -> Drawing:
    begin, room = _PHONE if phone else _WIDE
    high = _ROW_PHONE if phone else _ROW_WIDE
    bottom = high * len(rows) + 4

    def place(at: int) -> int:
        return begin + round(room * at / 100)

    marks: list[Mark] = []
    for at in _TICKS:
        anchor = "middle" if at else "start"
        marks.append(Path(f"M{place(at)} 4V{bottom}", "grid"))
        marks.append(Text(place(at), bottom + 20, f"{at}{percent}", "axis", anchor))
    for n, row in enumerate(rows):
        top = n * high
        tone = BEHIND if goal is not None and row.percent < goal else ""
        if phone:
            marks.append(Text(0, top + 20, cut(row.name, _CUT_PHONE), "label", more=row.note))
        else:
            marks.append(Text(0, top + 18, cut(row.name, _CUT_WIDE), "label"))
            marks.append(Text(0, top + 33, row.note, "axis"))
        marks.append(Rect(begin, top + (28 if phone else 8), max(2, place(row.percent) - begin), _BAR, tone))
    if goal is not None:
        marks.append(Path(f"M{place(goal)} 2V{bottom + 2}", "goal"))
    for n, row in enumerate(rows):  # over the goal's line
        marks.append(Text(place(row.percent) + 8, n * high + (43 if phone else 23), row.value, "value"))
    return Drawing(PHONE if phone else WIDE, bottom + _AXIS, tuple(marks))
