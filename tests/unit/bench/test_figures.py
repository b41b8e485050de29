"""The bench's arithmetic: what holds, what is covered by waits, what is shown."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bench.figures import Bar, Figure, save, table
from bench.journal import Row, covered
from bench.samples import alternate, median, percentile


@pytest.mark.parametrize(
    ("bar", "figure", "holds"),
    [
        (Bar(3), 3, True),
        (Bar(3), 3.01, False),
        (Bar(4, strict=True), 4, False),
        (Bar(0.7, at_least=True), 0.7, True),
        (Bar(0.7, at_least=True), 0.69, False),
        (Bar(3), math.nan, False),
    ],
)
def test_a_bar_holds_on_its_own_side(bar: Bar, figure: float, holds: bool) -> None:
    assert bar.holds(figure) is holds


def test_a_baseline_makes_the_ratio_count() -> None:
    figure = Figure("intake", 80, "1/s", Bar(0.7, at_least=True), [80], baseline=100)
    assert figure.ratio == 0.8
    assert figure.holds
    assert not Figure("intake", 80, "1/s", Bar(0.7, at_least=True), [80], baseline=100, holds_too=False).holds


def test_results_keep_rows_that_were_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    save([Figure("one", 1, "s", Bar(2), [1]), Figure("two", math.nan, "s", Bar(2), [])], path)
    save([Figure("one", 3, "s", Bar(2), [3])], path)
    rows = {row["name"]: row for row in json.loads(path.read_text("utf-8"))}
    assert rows["one"]["value"] == 3
    assert rows["one"]["holds"] is False
    assert rows["two"]["value"] is None
    assert "NO" in table([Figure("one", 3, "s", Bar(2), [3])])


def test_waits_that_overlap_are_counted_once() -> None:
    assert covered([(0, 2), (1, 3), (5, 9)], 0, 6) == 4
    assert covered([], 0, 6) == 0


def test_percentiles_are_samples() -> None:
    assert percentile([5, 1, 3], 50) == 3
    assert percentile(list(range(1, 101)), 95) == 95
    assert math.isnan(median([]))


def test_subjects_are_measured_in_turn() -> None:
    order: list[str] = []
    found = alternate(2, {"a": lambda: order.append("a"), "b": lambda: order.append("b")})
    assert order == ["a", "b", "a", "b"]
    assert {name: len(samples) for name, samples in found.items()} == {"a": 2, "b": 2}


def test_a_batch_that_writes_anything_is_a_write() -> None:
    read = Row(1, 10.0, "rest.call", "batch", {"commands": ["crm.stagehistory.list"], "ms": 500})
    write = Row(2, 10.0, "rest.call", "batch", {"commands": ["crm.item.list", "crm.item.update"]})
    assert read.sweeps
    assert not read.writes
    assert read.began == 9.5
    assert write.writes
    assert not write.sweeps
