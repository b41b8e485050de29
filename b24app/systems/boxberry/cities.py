"""Places of Boxberry's directory (boxberry.md §4.1). It has no lookup by postal code and knows no streets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.capitals import is_capital
from b24app.logistics.ports import City
from b24app.systems.kit.cities import Book, folded


@dataclass(frozen=True, slots=True)
class CityBook(Book):
    """All places that Boxberry knows, and the codes of those that couriers reach. One where nothing is delivered still
    counts: somebody may mean it."""

    with_courier: frozenset[str] = frozenset()

    def place_of(self, city: City) -> str:
        """`citi` of an order must mean exactly one place (§6.1): small namesakes are told apart by what they lie in."""
        capital = is_capital(city.name, city.region.partition(",")[0])
        return city.name if capital or len(self.named(city.name)) < 2 else f"{city.name}, {city.region}"


def read_book(rows: Iterable[Mapping[str, Any]]) -> CityBook:
    """From `ListCitiesFull`; flags are "0"/"1"."""
    by_name: dict[str, list[City]] = {}
    with_courier: set[str] = set()
    for row in rows:
        code, name = str(row.get("Code") or ""), str(row.get("Name") or "").strip()
        if not code or not name:
            continue
        region, district = (str(row.get(part) or "").strip() for part in ("Region", "District"))
        region = f"{region}, {district} р-н" if district else region
        by_name.setdefault(folded(name), []).append(City(code, name, region))
        if str(row.get("CourierDelivery")) == "1":
            with_courier.add(code)
    return CityBook(by_name, frozenset(with_courier))
