"""What the emulated portals sell and the emulated warehouses keep: one list, read once a process, so that a deal never
names goods that a warehouse knows otherwise."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

Record = Mapping[str, str]


@functools.cache
def rows() -> tuple[Record, ...]:
    """Everything: products, parents with their offers, services, also what was given no article. Grams, millimetres,
    roubles; an empty cell is what nobody filled in."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle, delimiter=";"))


@functools.cache
def articles() -> tuple[Record, ...]:
    """What can lie in a warehouse: products and offers with an article."""
    return tuple(row for row in rows() if row["sku"] and row["kind"] in ("simple", "offer"))


def number(text: str) -> int | None:
    """None where nobody filled the cell."""
    return int(text) if text else None


def measure(row: Record) -> int:
    """Classifier code: 166 kilogram, 796 piece."""
    return 166 if row["name"].endswith(", кг") else 796
