"""What PEK makes of an address (pek.md §3.3): which branch serves it, and how precisely it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.pek.client import Client
from b24app.systems.pek.vocabulary import latin

EXACT, NEAR, BAD = "exact", "near", "bad"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Zone:
    branch_id: str
    branch: str
    precision: str
    normal: str
    city: str
    region: str


def parse_zone(data: Any) -> Zone | None:
    """None: nobody serves it."""
    if not isinstance(data, Mapping) or not data.get("branchUID"):
        return None
    geo = latin(data.get("GeoData"))
    place = latin(geo.get("Address"))
    named = {str(part.get("kind")): str(part.get("name") or "") for part in map(latin, place.get("Components") or [])}
    return Zone(
        branch_id=str(data["branchUID"]),
        branch=str(data.get("branchTitle") or ""),
        precision=str(geo.get("precision") or ""),
        normal=str(place.get("formatted") or ""),
        city=named.get("locality") or str(data.get("zoneName") or ""),
        region=named.get("province", ""),
    )


def coordinates(address: Address) -> dict[str, str] | None:
    """As orders and prices take them: strings, which win over the text."""
    if address.lat is None or address.lon is None:
        return None
    return {"latitude": f"{address.lat:.6f}", "longitude": f"{address.lon:.6f}"}


class ZoneBook:
    """Zones by address, kept for an hour."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client, self._directory, self._now = client, directory, now

    def of(self, address: Address) -> Zone | None:
        """A point on the map wins over the text, as in an order."""
        key = ("zone", *self._client.account, address.text, f"{address.lat},{address.lon}")
        found: Zone | None = self._directory.get(key, self._now, POINTS_S, lambda: self._ask(address))
        return found

    def _ask(self, address: Address) -> Zone | None:
        if address.lat is not None and address.lon is not None:
            points = [{"latitude": address.lat, "longitude": address.lon}]
            rows = self._client.ask("branches/findzonebycoordinates", "branches.zone", points).document()
            return parse_zone(rows[0]) if isinstance(rows, list) and rows else None
        asked = {"address": address.text}
        data = self._client.ask("branches/findzonebyaddress", "branches.zone", asked).document()
        if data is not None and not isinstance(data, Mapping | list):
            raise Unavailable("branches.zone: an answer that is no zone")
        return parse_zone(data)

    def served(self, address: Address) -> Zone:
        """Raises Refused when an order there would not be accepted."""
        zone = self.of(address)
        if zone is None:
            params = {"city": address.city_names[0]} if address.city_names else {}
            raise Refused([Problem("city_unknown", Field.ADDRESS, params=params)])
        if zone.precision == BAD:
            raise Refused([vague(zone)])
        return zone

    def checked(self, address: Address) -> CheckedAddress:
        zone = self.of(address)
        if zone is None:
            params = {"city": address.city_names[0]} if address.city_names else {}
            problem = Problem("city_unknown", Field.ADDRESS, params=params)
            return CheckedAddress(offered=self._offered(address), problem=problem)
        found, exact = city_of(zone), zone.precision == EXACT
        return CheckedAddress(found, problem=None if exact else vague(zone), normal=zone.normal, exact=exact)

    def _offered(self, address: Address) -> tuple[City, ...]:
        """Their geocoder has a daily number of answers: it is asked only for a town that nobody knows."""
        asked = {"address": address.city_names[0] if address.city_names else address.text}
        reply = self._client.ask("branches/suggestaddressofintakeordelivery", "branches.suggest", asked)
        names = [] if reply.error else suggested(reply.data)
        return tuple(City("", name.rsplit(", ", 1)[-1], region_in(name)) for name in names[:_SHOWN])


def vague(zone: Zone) -> Problem:
    """`near`: they will call; `bad`: they will not take it."""
    params = {"normal": zone.normal} if zone.normal else {}
    return Problem("address_vague", Field.ADDRESS, their_code=zone.precision, their_text=zone.normal, params=params)


def city_of(zone: Zone) -> City:
    return City(zone.branch_id, zone.city, zone.region)


def region_in(text: str) -> str:
    parts = text.split(", ")
    return parts[1] if len(parts) > 2 else ""


def suggested(data: Any) -> list[str]:
    """Texts of a geocoder's answer, best first; nothing of a shape that we do not know."""
    try:
        rows = data["response"]["GeoObjectCollection"]["featureMember"]
        return [str(row["GeoObject"]["metaDataProperty"]["GeocoderMetaData"]["text"]) for row in rows]
    except (KeyError, TypeError):
        return []
