"""What a tariff costs and how long it takes: by weight and distance, the same every time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sandbox.apiship.data.carriers import Tariff
from sandbox.apiship.data.cities import City

INSURANCE, CASH = 0.0075, 0.03


def price(tariff: Tariff, start: City, end: City, weights: Sequence[int]) -> float:
    """Rubles; every started kilogram counts."""
    kilograms = max(1, math.ceil(sum(weights) / 1000))
    cost = tariff.base + tariff.per_kg * (kilograms - 1) + tariff.per_100_km * start.km_to(end) / 100
    return round(cost * (1 + 0.1 * (len(weights) - 1)), 2)


def days(tariff: Tariff, start: City, end: City) -> tuple[int, int]:
    """Working days, least and most."""
    least = 1 + round(start.km_to(end) / tariff.speed_km)
    return least, least + 1 + least // 4


def calendar(working: int) -> int:
    return working + working // 5 * 2
