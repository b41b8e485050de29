"""Materials and what of them lies where: the catalogue of the emulated portals, and the goods of everybody's tests."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from decimal import Decimal

from sandbox import catalogue

#: EWM's numbers of the two warehouses have four places (§6.2): Moscow (MSK-01) and Kazan (KZN-01).
MOSCOW, KAZAN = "MSK1", "KZN1"
#: Shipping point and plant -> its warehouse.
WAREHOUSES = {"1010": MOSCOW, "1020": KAZAN}
#: Materials of which there is one piece left, one that no warehouse keeps, an article that SAP has never heard of.
SCARCE, ABSENT, UNKNOWN = ("HM-VASE", "KID-DOLL"), "GRD-CULT", "SP-SKI-190"
_PLENTY = {MOSCOW: Decimal(240), KAZAN: Decimal(60)}
#: Not in the catalogue; weights in grams.
_OF_TESTS = (("CUP-1", "Чашка", 300), ("T-1", "Чай", 100), ("TEA-500", "Чай, 500 г", 520))


@dataclass(frozen=True, slots=True)
class Material:
    """``weight`` in kilograms, as SAP keeps it; ``unit`` is the sales and the base unit."""

    number: str
    name: str
    weight: Decimal
    unit: str = "PC"


@functools.cache
def materials() -> dict[str, Material]:
    """By number. What the portal sells without an article is unknown here."""
    found = {number: Material(number, name, Decimal(grams) / 1000) for number, name, grams in _OF_TESTS}
    for row in catalogue.articles():
        if row["sku"] != UNKNOWN:
            unit = "KG" if catalogue.measure(row) == 166 else "PC"
            weight = Decimal(catalogue.number(row["weight"]) or (1000 if unit == "KG" else 500)) / 1000
            found[row["sku"]] = Material(row["sku"], row["name"][:40], weight, unit)
    return found


def first_stock() -> dict[tuple[str, str], Decimal]:
    """(warehouse, material) -> how much of it is free."""
    stock = {
        (warehouse, number): amount
        for warehouse, amount in _PLENTY.items()
        for number in materials()
        if number != ABSENT
    }
    for number in SCARCE:
        stock |= {(MOSCOW, number): Decimal(1), (KAZAN, number): Decimal(0)}
    return stock
