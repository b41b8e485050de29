"""Tariffs, prices and terms: the table, and a simple formula by distance and weight (contract §5, §7)."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.cdek.geo import City, distance_km

_DATA = Path(__file__).parent.parent / "data"

FROM_DOOR, FROM_WAREHOUSE, FROM_POSTAMAT = (1, 2, 6), (3, 4, 7), (8, 9, 10)
TO_DOOR, TO_WAREHOUSE, TO_POSTAMAT = (1, 3, 8), (2, 4, 9), (6, 7, 10)

# Old names that only SDKs still know (§7): refused as outdated.
OUTDATED = frozenset(
    (5, 10, 11, 12, 15, 16, 17, 18, 63, 118, 119, 120, 124, 125, 126, 178, 179, 180, 181, 182, 183)
) | frozenset((243, 244, 245, 246, 247, 361, 363))


@dataclass(frozen=True, slots=True)
class Tariff:
    code: int
    name: str
    mode: int
    max_grams: int
    min_grams: int
    order_types: tuple[int, ...]
    additional_type: int | None
    base: float
    per_kg: float
    per_km: float
    days: float


@functools.cache
def tariffs() -> dict[int, Tariff]:
    """Tariff code -> tariff."""
    with (_DATA / "tariffs.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter=";"))
    return {int(row["code"]): _tariff(row) for row in rows}


def _tariff(row: Mapping[str, str]) -> Tariff:
    return Tariff(
        code=int(row["code"]),
        name=row["name"],
        mode=int(row["mode"]),
        max_grams=round(float(row["max_kg"]) * 1000),
        min_grams=round(float(row["min_kg"]) * 1000),
        order_types=tuple(int(kind) for kind in row["types"].split(",")),
        additional_type=int(row["additional"]) if row["additional"] else None,
        base=float(row["base"]),
        per_kg=float(row["per_kg"]),
        per_km=float(row["per_km"]),
        days=float(row["days"]),
    )


def volume_grams(package: Mapping[str, Any]) -> int:
    """Volumetric weight: length × width × height (cm) / 5000 kg (§2), in grams."""
    sides = [float(package.get(name) or 0) for name in ("length", "width", "height")]
    return math.ceil(sides[0] * sides[1] * sides[2] / 5)


def charged_grams(packages: Sequence[Mapping[str, Any]]) -> int:
    return sum(max(int(package.get("weight") or 0), volume_grams(package)) for package in packages)


def fits(tariff: Tariff, packages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the tariff takes the weight (the physical and the volumetric one)."""
    heaviest = max((int(package.get("weight") or 0) for package in packages), default=0)
    total = charged_grams(packages)
    return heaviest <= tariff.max_grams and tariff.min_grams <= max(total, heaviest)


def price(tariff: Tariff, start: City, end: City, packages: Sequence[Mapping[str, Any]]) -> float:
    """Rubles for the delivery alone: base, distance, and each begun kilogram after the first."""
    km = distance_km(start.latitude, start.longitude, end.latitude, end.longitude)
    extra_kg = max(0, math.ceil(charged_grams(packages) / 1000) - 1)
    total = tariff.base + km * tariff.per_km + extra_kg * (tariff.per_kg + km * 0.004)
    return float(round(total / 5) * 5)


def days(tariff: Tariff, start: City, end: City) -> tuple[int, int]:
    """Working days, shortest and longest."""
    km = distance_km(start.latitude, start.longitude, end.latitude, end.longitude)
    shortest = max(1, math.ceil((1 + km / 650) * tariff.days)) if tariff.days > 0.2 else 0
    return shortest, shortest + (1 if km > 100 else 0)
