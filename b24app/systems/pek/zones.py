"""What PEK makes of an address (pek.md §3.3): which branch serves it, and how precisely it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.pek.client import Client
from b24app.systems.pek.vocabulary import latin

EXACT, BAD = "exact", "bad"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Zone:
    """`precision`: `exact`, `near` (they will call), `bad` (they will not take it); `normal` is their wording."""

    branch_id: str
    precision: str
    normal: str
    city: str
    region: str

    @property
    def vague(self) -> Problem:
        params = {"normal": self.normal} if self.normal else {}
        return Problem("address_vague", Field.ADDRESS, their_code=self.precision, their_text=self.normal, params=params)

    @property
    def town(self) -> City:
        return City(self.branch_id, self.city, self.region)


def parse_zone(data: Any) -> Zone | None:
    """None: nobody serves it."""
    row = latin(data)
    if not row.get("branchUID"):
        return None
    geo = latin(row.get("GeoData"))
    place = latin(geo.get("Address"))
    named = {str(part.get("kind")): str(part.get("name") or "") for part in map(latin, place.get("Components") or [])}
    city = named.get("locality") or str(row.get("zoneName") or "")
    return Zone(
        str(row["branchUID"]),
        str(geo.get("precision") or ""),
        str(place.get("formatted") or ""),
        city,
        named.get("province", ""),
    )


def suggested(data: Any) -> list[City]:
    """Towns of a geocoder's answer, best first; none of a shape that we do not know."""
    try:
        rows = data["response"]["GeoObjectCollection"]["featureMember"]
        texts = [str(row["GeoObject"]["metaDataProperty"]["GeocoderMetaData"]["text"]) for row in rows]
    except (KeyError, TypeError):
        return []
    parts = [text.split(", ") for text in texts[:_SHOWN]]
    return [City("", each[-1], each[1] if len(each) > 2 else "") for each in parts]


def coordinates(address: Address) -> dict[str, dict[str, str]]:
    """As orders and prices take them: strings, which win over the text. Nothing where there are none."""
    if address.lat is None or address.lon is None:
        return {}
    return {"coordinates": {"latitude": f"{address.lat:.6f}", "longitude": f"{address.lon:.6f}"}}


class ZoneBook:
    """Zones by address, kept for an hour."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client, self._directory, self._now = client, directory, now

    def of(self, address: Address) -> Zone | None:
        """A point on the map wins over the text, as in an order."""
        key = ("zone", *self._client.account, address.text, f"{address.lat},{address.lon}")
        return self._directory.get(key, self._now, POINTS_S, lambda: self._ask(address))

    def _ask(self, address: Address) -> Zone | None:
        if address.lat is None or address.lon is None:
            reply = self._client.ask("branches/findzonebyaddress", "branches.zone", {"address": address.text})
        else:
            points = [{"latitude": address.lat, "longitude": address.lon}]
            reply = self._client.ask("branches/findzonebycoordinates", "branches.zone", points)
        if reply.error is not None and reply.error.fields:
            return None  # they cannot read it at all
        found = reply.facts()
        first = next(iter(found), None) if isinstance(found, list) else found
        if first and "branchUID" not in latin(first):
            raise Unavailable("branches.zone: no zone")
        return parse_zone(first)

    def served(self, address: Address) -> Zone:
        """Raises Refused when an order there would not be accepted."""
        zone = self.of(address)
        if zone is None:
            raise Refused([_unknown(address)])
        if zone.precision == BAD:
            raise Refused([zone.vague])
        return zone

    def checked(self, address: Address) -> CheckedAddress:
        """Their geocoder has a daily number of answers: it is asked only for a town that nobody knows."""
        zone = self.of(address)
        if zone is not None:
            exact = zone.precision == EXACT
            return CheckedAddress(zone.town, problem=None if exact else zone.vague, normal=zone.normal, exact=exact)
        asked = {"address": address.city_names[0] if address.city_names else address.text}
        reply = self._client.ask("branches/suggestaddressofintakeordelivery", "branches.suggest", asked)
        return CheckedAddress(offered=tuple(suggested(reply.data)), problem=_unknown(address))


def _unknown(address: Address) -> Problem:
    params = {"city": address.city_names[0]} if address.city_names else {}
    return Problem("city_unknown", Field.ADDRESS, params=params)
