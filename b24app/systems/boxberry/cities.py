"""Which place of Boxberry's directory an address means (boxberry.md §4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from b24app.logistics.capitals import is_capital
from b24app.logistics.errors import Refused
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.boxberry.vocabulary import plain
from b24app.systems.kit.cities import SHOWN, ambiguous, choose


@dataclass(frozen=True, slots=True)
class CityBook:
    """All places that Boxberry knows, by folded name, and the codes of those that couriers reach. One where nothing is
    delivered still counts: somebody may mean it."""

    by_name: Mapping[str, list[City]] = field(default_factory=dict)
    with_courier: frozenset[str] = frozenset()

    def find(self, address: Address) -> City:
        """Raises Refused (`city_missing`, `city_unknown`, `city_ambiguous`)."""
        namesakes: list[City] = []
        for name in address.city_names:
            found = self.by_name.get(plain(name), [])
            chosen = choose(found, address)
            if chosen is not None:
                return chosen
            namesakes = namesakes or found
        if namesakes:
            raise Refused([ambiguous(namesakes)])
        if not address.city_names:
            raise Refused([Problem("city_missing", Field.ADDRESS, params={"address": address.text})])
        alike = [f"{city.name} ({city.region})" for city in self._alike(address)]
        raise Refused(
            [Problem("city_unknown", Field.ADDRESS, params={"city": address.city_names[0], "candidates": alike})]
        )

    def _alike(self, address: Address) -> list[City]:
        names = get_close_matches(plain(address.city_names[0]), self.by_name, n=SHOWN) if address.city_names else []
        return [city for name in names for city in self.by_name[name]][:SHOWN]

    def check(self, address: Address) -> CheckedAddress:
        """Boxberry has no lookup of a city by its postal code and no directory of streets (§4.1)."""
        try:
            return CheckedAddress(self.find(address))
        except Refused as error:
            found = [city for name in address.city_names for city in self.by_name.get(plain(name), [])]
            return CheckedAddress(offered=tuple(found[:SHOWN] or self._alike(address)), problem=error.problems[0])

    def place_of(self, city: City) -> str:
        """`citi` of an order must mean exactly one place (§6.1): small namesakes are told apart by what they lie in."""
        capital = is_capital(city.name, city.region.partition(",")[0])
        alone = len(self.by_name.get(plain(city.name), [])) < 2
        return city.name if alone or capital else f"{city.name}, {city.region}"


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
        by_name.setdefault(plain(name), []).append(City(code, name, region))
        if str(row.get("CourierDelivery")) == "1":
            with_courier.add(code)
    return CityBook(by_name, frozenset(with_courier))
