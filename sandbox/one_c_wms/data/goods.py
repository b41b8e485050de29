"""Goods of the warehouses: what the sandbox's portals sell by an article (but one), and what tests order."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import catalogue

_TESTS = (("CUP-1", "Чашка", 350), ("T-1", "Чай", 100), ("TEA-500", "Чай листовой 500 г", 550))

#: Ref -> (name, address).
WAREHOUSES: Mapping[str, tuple[str, str]] = {
    "MSK-01": ("Склад Москва", "142700, Московская обл., Видное, Складская ул., 1"),
    "KZN-01": ("Склад Казань", "420054, Казань, ул. Техническая, 52"),
}
#: One piece is left of the first, in one warehouse; nobody here has heard of the second.
SHORT, ABSENT = "KID-DOLL", "SP-SKI-190"


@dataclass(frozen=True, slots=True)
class Good:
    """``weight_g`` of one piece; 0 = nobody weighed it. ``place`` in the list. ``barcode``: EAN-13 by arithmetic."""

    sku: str
    name: str
    weight_g: int
    place: int
    barcode: str


@functools.cache
def goods() -> Mapping[str, Good]:
    """By article."""
    rows = [row for row in catalogue.articles() if row["sku"] != ABSENT]
    listed = [(row["sku"], row["name"], int(row["weight"] or 0)) for row in rows]
    listed += _TESTS
    return {sku: Good(sku, name, weight, at, _ean(at + 1)) for at, (sku, name, weight) in enumerate(listed)}


def first_day(sku: str, warehouse: str) -> tuple[float, float]:
    """(in good condition, damaged) pieces."""
    if sku == SHORT:
        return (1, 0) if warehouse == "MSK-01" else (0, 0)
    place = goods()[sku].place
    return 400 + place * 37 % 500 + (0 if warehouse == "MSK-01" else 50), place % 7 == 0


def _ean(number: int) -> str:
    head = f"46000000{number:04d}"
    check = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(head))
    return head + str(-check % 10)
