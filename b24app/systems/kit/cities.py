"""Which city of a directory an address means: of namesakes, and of a directory that comes whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from b24app.logistics.capitals import is_capital
from b24app.logistics.errors import Refused
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem

#: A point on the map belongs to the nearest namesake, if that is within this distance.
NEAR_KM = 60.0
#: How many namesakes a manager is shown.
SHOWN = 5


def choose(found: Sequence[City], address: Address) -> City | None:
    """The one city of several namesakes that the address means, or None when it does not say: by the region it names,
    by its point on the map, or the capital of a region, which people name alone. Never by mere order."""
    if len(found) <= 1:
        return found[0] if found else None
    by_region = [city for city in found if _names_region(city, address)]
    if by_region:
        return by_region[0] if len(by_region) == 1 else None
    if address.region:
        return None
    near = _nearest(found, address)
    if near is not None:
        return near
    # A region may be followed by the district that the place lies in.
    capitals = [city for city in found if is_capital(city.name, city.region.partition(",")[0])]
    return capitals[0] if len(capitals) == 1 else None


def _names_region(city: City, address: Address) -> bool:
    """A word of the region's name (its stem: `Московская`, `Московской`) stands where a region stands: in a part of its
    own, or before the city. A street may be called after any region."""
    before, found, _ = address.text.casefold().partition(city.name.casefold())
    others = [name.casefold() for name in address.city_names if name.casefold() != city.name.casefold()]
    text = " ".join([before if found else "", (address.region or "").casefold(), *others])
    stems = [word[:6] for word in city.region.casefold().replace("-", " ").split() if len(word) > 4]
    return any(stem in text for stem in stems if not stem.startswith(_COMMON))


#: Beginnings of words that every region's name has.
_COMMON = ("област", "респуб", "район", "округ", "автоно", "городс")


def _nearest(found: Sequence[City], address: Address) -> City | None:
    if address.lat is None or address.lon is None:
        return None
    placed = [(_km(address.lat, address.lon, city), city) for city in found if city.lat is not None]
    distance, city = min(placed, key=lambda pair: pair[0], default=(math.inf, None))
    return city if distance <= NEAR_KM else None


def _km(lat: float, lon: float, city: City) -> float:
    """Flat-earth distance: good enough to tell namesakes apart."""
    if city.lat is None or city.lon is None:
        return math.inf
    dx = (lon - city.lon) * 111.3 * math.cos(math.radians(lat))
    return math.hypot(dx, (lat - city.lat) * 111.3)


def ambiguous(found: Sequence[City]) -> Problem:
    """A manager has to say which of them is meant."""
    named = [f"{city.name} ({city.region})" for city in found[:SHOWN]]
    return Problem("city_ambiguous", Field.ADDRESS, params={"city": found[0].name, "candidates": named})


def folded(name: str) -> str:
    """Names are compared without case, outer blanks and ё."""
    return " ".join(name.casefold().replace("ё", "е").split())


@dataclass(frozen=True, slots=True)
class Book:
    """A directory that came whole: cities by folded name."""

    by_name: Mapping[str, Sequence[City]] = field(default_factory=dict)

    def named(self, name: str) -> Sequence[City]:
        return self.by_name.get(folded(name), ())

    def find(self, address: Address) -> City:
        """Raises Refused (`city_missing`, `city_unknown`, `city_ambiguous`)."""
        namesakes: Sequence[City] = ()
        for name in address.city_names:
            found = self.named(name)
            chosen = choose(found, address)
            if chosen is not None:
                return chosen
            namesakes = namesakes or found
        if namesakes:
            raise Refused([ambiguous(namesakes)])
        if not address.city_names:
            raise Refused([Problem("city_missing", Field.ADDRESS, params={"address": address.text})])
        alike = [f"{city.name} ({city.region})" for city in self._alike(address)]
        params = {"city": address.city_names[0], "candidates": alike}
        raise Refused([Problem("city_unknown", Field.ADDRESS, params=params)])

    def check(self, address: Address) -> CheckedAddress:
        """What the directory makes of an address, where it knows no streets and no postal codes."""
        try:
            return CheckedAddress(self.find(address))
        except Refused as error:
            found = [city for name in address.city_names for city in self.named(name)]
            return CheckedAddress(offered=tuple(found or self._alike(address))[:SHOWN], problem=error.problems[0])

    def _alike(self, address: Address) -> list[City]:
        """Those of a name that is written alike, the most alike first."""
        close = get_close_matches(folded(address.city_names[0]), self.by_name, n=SHOWN) if address.city_names else []
        return [city for name in close for city in self.by_name[name]][:SHOWN]
