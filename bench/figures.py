"""A measured row: its bar, whether it holds, and how it is shown."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Bar:
    """What a figure is held against, as the issue words it: `text` = sign and limit."""

    limit: float
    at_least: bool = False
    strict: bool = False

    @property
    def text(self) -> str:
        sign = ("≥", ">") if self.at_least else ("≤", "<")
        return f"{sign[self.strict]} {self.limit:g}"

    def holds(self, figure: float) -> bool:
        """False for nan: what could not be measured does not hold."""
        if math.isnan(figure):
            return False
        if figure == self.limit:
            return not self.strict
        return figure > self.limit if self.at_least else figure < self.limit


@dataclass(frozen=True)
class Figure:
    """One row of the table. The bar is for `ratio` where there is a baseline, else for `value`.

    `holds_too`: a further condition of the row, e.g. "and nothing but the sweep after that".
    """

    name: str
    value: float
    unit: str
    bar: Bar
    samples: Sequence[float]
    baseline: float | None = None
    baseline_samples: Sequence[float] = ()
    holds_too: bool = True
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def holds(self) -> bool:
        return self.holds_too and self.bar.holds(self.value if self.ratio is None else self.ratio)

    def as_json(self) -> dict[str, Any]:
        """One object of `results.json`. A figure without samples has null for its value."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "baseline": _rounded(self.baseline),
            "ratio": _rounded(self.ratio),
            "bar": self.bar.text,
            "holds": self.holds,
            "samples": [_rounded(one) for one in self.samples],
            "baseline_samples": [_rounded(one) for one in self.baseline_samples],
            "note": self.note,
            **self.more,
        }


def _rounded(number: float | None) -> float | None:
    return None if number is None or math.isnan(number) else round(number, 4)


def table(figures: Sequence[Figure]) -> str:
    """Columns of equal width, one row a figure."""
    head = ("row", "value", "baseline", "ratio", "bar", "holds", "spread", "note")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        f"{_short(figure.value)} {figure.unit}",
        "" if figure.baseline is None else _short(figure.baseline),
        "" if figure.ratio is None else _short(figure.ratio),
        figure.bar.text,
        "yes" if figure.holds else "NO",
        _spread(figure.samples) + (f" | {_spread(figure.baseline_samples)}" if figure.baseline_samples else ""),
        figure.note,
    )


def _short(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.4g}"


def _spread(samples: Sequence[float]) -> str:
    return f"{_short(min(samples))}…{_short(max(samples))} ({len(samples)})" if samples else ""


def save(figures: Sequence[Figure], path: Path = RESULTS) -> None:
    """Write the file anew, keeping rows that were not measured this time."""
    known: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    rows = {row["name"]: row for row in known} | {figure.name: figure.as_json() for figure in figures}
    path.write_text(json.dumps(list(rows.values()), ensure_ascii=False, indent=1) + "\n", "utf-8")


Say = Callable[[str], None]
