"""The item master and the first day's stock: everything that the sandbox's portals sell, in both warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox import catalogue

#: One piece of it is left, in the first warehouse; nobody here has heard of the other.
SHORT, UNKNOWN = "HM-VASE", "SP-SKI-190"


@dataclass(frozen=True, slots=True)
class Item:
    """Grams and millimetres; 0 = the item master does not say."""

    id: str
    name: str
    weight_g: int
    sides_mm: tuple[int, int, int]


def _read() -> Iterator[Item]:
    yield Item("CUP-1", "Чашка", 300, (90, 90, 100))
    yield Item("T-1", "Чай", 100, (80, 60, 60))
    yield Item("TEA-500", "Чай, 500 г", 520, (200, 120, 90))
    for row in catalogue.articles():
        if row["sku"] != UNKNOWN:
            sides = (int(row["length"] or 0), int(row["width"] or 0), int(row["height"] or 0))
            yield Item(row["sku"], row["name"], int(row["weight"] or 0), sides)


ITEMS: dict[str, Item] = {item.id: item for item in _read()}


def first_stock(facility: int) -> Iterator[tuple[str, str, int]]:
    """(item, location, pieces) of a facility by its place among them: some items lie in two locations."""
    for index, item in enumerate(ITEMS.values()):
        if item.id == SHORT and facility:
            continue
        pieces = 1 if item.id == SHORT else (60 + 5 * (index % 7)) // (1 + facility)
        place = f"A{1 + index // 20}-{1 + index % 20:02d}"
        if item.id != SHORT and index % 3 == 0:
            yield item.id, f"{place}-02", 15
            pieces -= 15
        yield item.id, f"{place}-01", pieces
