"""Which city of CDEK's directory an address means (cdek.md §14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Address
from b24app.logistics.money import Money
from b24app.logistics.ports import City
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.errors import problems_of, rows_of
from b24app.systems.kit.cities import SHOWN, ambiguous, choose
from b24app.systems.kit.directory import CITIES_S, Directory
from b24app.systems.kit.units import money_of


class CityBook:
    """Finds the city of an address: by the names read in it, its postal code, its point on the map."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client = client
        self._directory = directory
        self._now = now

    def find(self, address: Address) -> City:
        """Raises Refused (`city_missing`, `city_unknown`, `city_ambiguous`), Unavailable."""
        namesakes: list[City] = []
        for name in address.city_names:
            found = self._named(name, address.country)
            chosen = choose(found, address)
            if chosen is None and len(found) > 1 and address.postal_code:
                chosen = choose(self._named(name, address.country, address.postal_code), address)
            if chosen is not None:
                return chosen
            namesakes = namesakes or found
        if namesakes:
            raise Refused([ambiguous(namesakes)])
        return self._without_name(address)

    def _without_name(self, address: Address) -> City:
        """No name is known: a postal code may still have exactly one city. Else say what the directory offers."""
        if not address.city_names and address.postal_code:
            found = self._load({"postal_code": address.postal_code, "country_codes": address.country})
            if len(found) == 1:
                return found[0]
        if not address.city_names:
            raise Refused([Problem("city_missing", Field.ADDRESS, params={"address": address.text})])
        raise Refused([self._unknown(address)])

    def namesakes(self, address: Address) -> list[City]:
        """All cities of the directory that any name of the address may mean."""
        return [city for name in address.city_names for city in self._named(name, address.country)]

    def suggested(self, begins: str, country: str) -> list[City]:
        """What the directory suggests for the beginning of a name. `region` is the rest of its full name."""
        params = {"name": begins, "country_code": country}
        reply = self._client.read("location/suggest/cities", "location.suggest", params)
        return [city for row in rows_of(reply.data) if (city := parse_suggestion(row)) is not None]

    def postal_codes(self, city: City) -> frozenset[str]:
        """Every postal code of a city; empty when the directory tells none."""
        key = ("postal", self._client.base, city.code)
        return self._directory.get(key, self._now, CITIES_S, lambda: self._ask_postal(city.code))

    def _ask_postal(self, code: str) -> frozenset[str]:
        reply = self._client.read("location/postalcodes", "location.postalcodes", {"city_code": code})
        rows = rows_of(reply.data)
        return frozenset(str(each) for row in rows for each in as_list(row.get("postal_codes")))

    def _named(self, name: str, country: str, postal_code: str = "") -> list[City]:
        params = {"city": name, "country_codes": country}
        return self._load({**params, "postal_code": postal_code} if postal_code else params)

    def _load(self, params: Mapping[str, str]) -> list[City]:
        key = ("cities", self._client.base, *(f"{name}={value.casefold()}" for name, value in sorted(params.items())))
        return self._directory.get(key, self._now, CITIES_S, lambda: self._ask(params))

    def _ask(self, params: Mapping[str, str]) -> list[City]:
        reply = self._client.read("location/cities", "location.cities", params)
        if not isinstance(reply.data, list):
            raise reply.odd("location.cities")
        return [city for row in rows_of(reply.data) if (city := parse_city(row)) is not None]

    def _unknown(self, address: Address) -> Problem:
        """With what `suggest` offers for the first name, if it answers at all."""
        name = address.city_names[0]
        reply = self._client.read("location/suggest/cities", "location.suggest", {"name": name})
        offered = [str(row["full_name"]) for row in rows_of(reply.data) if row.get("full_name")]
        theirs = problems_of(reply.errors)
        return Problem(
            "city_unknown",
            Field.ADDRESS,
            Who.MANAGER,
            their_code=theirs[0].their_code if theirs else "",
            their_text=theirs[0].their_text if theirs else "",
            params={"city": name, "candidates": offered[:SHOWN]},
        )


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def parse_suggestion(row: Mapping[str, Any]) -> City | None:
    """`full_name` is `Москва, Пеновский район, Псковская область, Россия`: the city, what it lies in, the country."""
    name, *more = [part.strip() for part in str(row.get("full_name") or "").split(",")]
    if not row.get("code") or not name:
        return None
    return City(str(row["code"]), name, " ".join(more[:-1]), str(row.get("country_code") or "RU"))


def parse_city(row: Mapping[str, Any]) -> City | None:
    if not row.get("code") or not row.get("city"):
        return None
    return City(
        code=str(row["code"]),
        name=str(row["city"]),
        region=" ".join(filter(None, (str(row.get("region") or ""), str(row.get("sub_region") or "")))),
        country=str(row.get("country_code") or "RU"),
        lat=_number(row.get("latitude")),
        lon=_number(row.get("longitude")),
        cod_limit=cod_limit(row.get("payment_limit")),
    )


def cod_limit(value: Any) -> Money | None:
    """`payment_limit`: -1 (None here) = no limit, 0 = no cash on delivery."""
    money = money_of(value)
    return money if money is not None and money.minor >= 0 else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
