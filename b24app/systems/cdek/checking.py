"""What CDEK's directory makes of an address (cdek.md §14, §16.3): its city and postal code. CDEK has no directory of
streets: a wrong house shows only when the courier stands there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from difflib import SequenceMatcher

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.systems.cdek.cities import CityBook
from b24app.systems.kit.cities import SHOWN

#: A suggestion is no help when less than this share of its name agrees with what was written.
ALIKE = 0.6
#: Names are cut to this many letters to find what was misspelt further on.
BEGINNING = 3


def check_address(book: CityBook, address: Address) -> CheckedAddress:
    """Raises Unavailable, AccountProblem."""
    try:
        city = book.find(address)
    except Refused as error:
        return CheckedAddress(offered=_offered(book, address), problem=error.problems[0])
    return CheckedAddress(city, postal_fits=_postal_fits(book, city, address.postal_code))


def _postal_fits(book: CityBook, city: City, postal_code: str | None) -> bool | None:
    if not postal_code:
        return None
    with suppress(Unavailable):
        known = book.postal_codes(city)
        return postal_code in known if known else None
    return None


def _offered(book: CityBook, address: Address) -> tuple[City, ...]:
    """Namesakes of the written name; of a name that nobody has, those written alike."""
    found = book.namesakes(address) or [city for name in address.city_names[:1] for city in _alike(book, name, address)]
    return tuple({city.code: city for city in reversed(found)}.values())[::-1][:SHOWN]


def _alike(book: CityBook, name: str, address: Address) -> Iterator[City]:
    plain = name.casefold()
    found = book.suggested(name, address.country) or book.suggested(name[:BEGINNING], address.country)
    rated = [(SequenceMatcher(None, plain, city.name.casefold()).ratio(), city) for city in found]
    yield from (city for rate, city in sorted(rated, key=lambda each: -each[0]) if rate >= ALIKE)
