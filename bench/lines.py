"""`adapter_lines`: lines of each system's adapter in production, `vocabulary.py` aside, and of its tests. The bar is
for the median; every adapter's tests must be at least as long."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from b24app.systems import discover
from bench.figures import Bar, Figure, Say

ROOT = Path(__file__).resolve().parents[1]
ROWS = ("adapter_lines",)


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    say("counting lines")
    found = {code: (production(code), tests(code)) for code in sorted(discover())}
    found = {code: lines for code, lines in found.items() if lines[0]}
    figure = Figure(
        "adapter_lines",
        statistics.median(own for own, _ in found.values()),
        "lines",
        Bar(700),
        [own for own, _ in found.values()],
        holds_too=all(tested >= own for own, tested in found.values()),
        note=", ".join(f"{code} {own} (tests {tested})" for code, (own, tested) in found.items()),
        more={"adapters": {code: {"production": own, "tests": tested} for code, (own, tested) in found.items()}},
    )
    return [figure] if figure.name in rows else []


def production(code: str) -> int:
    """All lines of its folder's modules but the vocabulary."""
    return sum(map(_lines, (path for path in _modules(ROOT / "b24app/systems" / code) if path.name != "vocabulary.py")))


def tests(code: str) -> int:
    """Unit tests of its folder, its contract tests and harness, its fidelity tests."""
    paths = [*_modules(ROOT / "tests/unit/systems" / code), *(ROOT / "tests/contract/systems").glob(f"*{code}*.py")]
    return sum(map(_lines, [*paths, *(ROOT / "tests/fidelity").glob(f"test_{code}*.py")]))


def _modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
