"""DPD's cities (dpd.md §3.1): one long list, read as it comes and kept a day, and which of them an address means."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import IO

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.dpd.client import Client, Said, refused
from b24app.systems.kit.cities import SHOWN, ambiguous, choose, folded
from b24app.systems.kit.directory import CITIES_S, Directory

COUNTRY = "RU"


@dataclass(frozen=True, slots=True)
class Place:
    """A city with its range of postal codes."""

    city: City
    first: str = ""
    last: str = ""

    def has(self, postal_code: str | None) -> bool | None:
        """None = it does not say."""
        if not postal_code or not self.first or not self.last:
            return None
        return self.first <= postal_code <= self.last


class CityBook:
    """Finds the city of an address by the names read in it, its region and its postal code."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client = client
        self._directory = directory
        self._now = now

    def find(self, address: Address) -> City:
        """Raises Refused (`city_missing`, `city_unknown`, `city_ambiguous`), Unavailable, AccountProblem."""
        return self.place(address).city

    def place(self, address: Address) -> Place:
        if not address.city_names:
            raise Refused([Problem("city_missing", Field.ADDRESS, params={"address": address.text})])
        namesakes: Sequence[Place] = ()
        for name in address.city_names:
            found = self._all().get(folded(name), ())
            chosen = _meant(found, address)
            if chosen is not None:
                return chosen
            namesakes = namesakes or found
        if namesakes:
            raise Refused([ambiguous([place.city for place in namesakes])])
        name = address.city_names[0]
        offered = [f"{place.city.name} ({place.city.region})" for place in self._alike(name)[:SHOWN]]
        raise Refused([Problem("city_unknown", Field.ADDRESS, params={"city": name, "candidates": offered})])

    def check(self, address: Address) -> CheckedAddress:
        """DPD checks streets only while it saves an address of ours, so that nothing is asked about them here (§13)."""
        try:
            place = self.place(address)
        except Refused as error:
            names = [folded(name) for name in address.city_names]
            found = [place for name in names for place in self._all().get(name, ())]
            found = found or [place for name in address.city_names[:1] for place in self._alike(name)]
            offered = tuple(place.city for place in found[:SHOWN])
            return CheckedAddress(offered=offered, problem=error.problems[0])
        return CheckedAddress(place.city, postal_fits=place.has(address.postal_code))

    def _alike(self, name: str) -> list[Place]:
        close = get_close_matches(folded(name), self._all(), SHOWN, 0.7)
        return [place for key in close for place in self._all()[key]]

    def _all(self) -> Mapping[str, tuple[Place, ...]]:
        return self._directory.get(("cities", self._client.base), self._now, CITIES_S, self._load)

    def _load(self) -> Mapping[str, tuple[Place, ...]]:
        made: dict[str, tuple[Place, ...]] = {}
        with tempfile.TemporaryFile(prefix="waybill-cities-") as file:
            try:
                self._client.download("getCitiesCashPay", "request", file, {"countryCode": COUNTRY})
            except Said as said:
                raise refused(said) from said
            file.seek(0)
            for place in read_places(file):
                name = folded(place.city.name)
                made[name] = (*made.get(name, ()), place)
        return made


def read_places(file: IO[bytes]) -> Iterator[Place]:
    """Rows of the list as they come; one without an id or a name is left out. Raises Unavailable for a broken file."""
    from lxml import etree

    try:
        for _, node in etree.iterparse(file, tag="return", huge_tree=True):
            row = {etree.QName(child).localname: (child.text or "").strip() for child in node}
            node.clear()
            if row.get("cityId") and row.get("cityName"):
                city = City(
                    row["cityId"], row["cityName"], row.get("regionName", ""), row.get("countryCode") or COUNTRY
                )
                yield Place(city, row.get("indexMin", ""), row.get("indexMax", ""))
    except etree.XMLSyntaxError as error:
        raise Unavailable(f"geography2.getCitiesCashPay: {error}") from error


def _meant(found: Sequence[Place], address: Address) -> Place | None:
    """By what the kit goes by, else by the one that has the postal code."""
    city = choose([place.city for place in found], address)
    by_code = [place for place in found if place.has(address.postal_code)]
    return next((place for place in found if place.city is city), by_code[0] if len(by_code) == 1 else None)
