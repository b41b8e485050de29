"""Arithmetic of samples."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Sample = TypeVar("Sample")


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that `percent` of all do not exceed (nearest rank); nan without samples."""
    if not samples:
        return math.nan
    ranked = sorted(samples)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def median(samples: Sequence[float]) -> float:
    """nan without samples."""
    return statistics.median(samples) if samples else math.nan


def alternate(rounds: int, subjects: Mapping[str, Callable[[], Sample]]) -> dict[str, list[Sample]]:
    """Measure all subjects in turn, `rounds` times: what disturbs the machine meanwhile disturbs all of them."""
    found: dict[str, list[Sample]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, measure in subjects.items():
            found[name].append(measure())
    return found
