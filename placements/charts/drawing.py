"""What charts are made of, and round numbers for their axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

#: Widths of a chart in its own units: they are about pixels at a desk and on a phone.
WIDE, PHONE = 560, 312
_STEPS = (1, 2, Fraction(5, 2), 5, 10)


@dataclass(frozen=True, slots=True)
class Rect:
    """`tone`: a class of bars, "" = the brand's colour."""

    x: int
    y: int
    width: int
    height: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """`kind`: axis | label | value."""

    x: int
    y: int
    text: str
    kind: str
    anchor: str = "start"
    more: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """`kind`: grid | goal | line | dashed."""

    d: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    kind: str


Mark = Rect | Text | Path | Dot


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    marks: tuple[Mark, ...]

    @property
    def shapes(self) -> list[tuple[str, Mark]]:
        return [(type(each).__name__, each) for each in self.marks]


@dataclass(frozen=True, slots=True)
class Chart:
    """`sentence` says what it shows."""

    sentence: str
    wide: Drawing
    phone: Drawing


def scale(low: float, high: float, most: int = 5, whole: bool = True) -> tuple[int | float, ...]:
    """Round numbers from at most `low` to at least `high`, `most` of them or fewer."""
    room = Fraction(max(high - low, 1 if whole else 1e-9)) / max(1, most - 1)
    for step in _rounds(room, whole):
        begin = _floor(Fraction(low) / step) * step
        ticks = [begin]
        while ticks[-1] < high or len(ticks) == 1:
            ticks.append(ticks[-1] + step)
        if len(ticks) <= most:
            return tuple(int(each) if each.denominator == 1 else float(each) for each in ticks)
    raise AssertionError("steps grow without end")


def _rounds(least: Fraction, whole: bool) -> Sequence[Fraction]:
    power = Fraction(1)
    while power > least:
        power /= 10
    while power * 10 <= least:
        power *= 10
    found = [each * power * ten for ten in (1, 10, 100) for each in _STEPS]
    return [each for each in found if each >= least and (not whole or each.denominator == 1)]


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
