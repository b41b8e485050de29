"""Cities as DPD knows them: its 64-bit ids, KLADR-like codes, numbers of the country's subjects (contract §3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.cdek.geo import City as Place
from sandbox.cdek.geo import cities as places
from sandbox.cdek.geo import distance_km, fold

# Ids that public clients recorded (§3.1); the others are made up.
_IDS = {44: 49694102, 137: 49694167, 159: 195664561}
# Small places have ids beyond 32 bits; 10798925337 was recorded.
_SMALL = 10798925337
_REGIONS = {
    "Республика Башкортостан": 2, "Республика Бурятия": 3, "Республика Дагестан": 5, "Республика Карелия": 10,
    "Республика Саха (Якутия)": 14, "Республика Татарстан": 16, "Удмуртская Республика": 18, "Чувашская Республика": 21,
    "Алтайский край": 22, "Краснодарский край": 23, "Красноярский край": 24, "Приморский край": 25,
    "Ставропольский край": 26, "Хабаровский край": 27, "Амурская область": 28, "Архангельская область": 29,
    "Астраханская область": 30, "Белгородская область": 31, "Брянская область": 32, "Владимирская область": 33,
    "Волгоградская область": 34, "Вологодская область": 35, "Воронежская область": 36, "Ивановская область": 37,
    "Иркутская область": 38, "Калининградская область": 39, "Калужская область": 40, "Камчатский край": 41,
    "Кемеровская область": 42, "Кировская область": 43, "Курганская область": 45, "Курская область": 46,
    "Липецкая область": 48, "Московская область": 50, "Мурманская область": 51, "Нижегородская область": 52,
    "Новгородская область": 53, "Новосибирская область": 54, "Омская область": 55, "Оренбургская область": 56,
    "Орловская область": 57, "Пензенская область": 58, "Пермский край": 59, "Псковская область": 60,
    "Ростовская область": 61, "Рязанская область": 62, "Самарская область": 63, "Саратовская область": 64,
    "Сахалинская область": 65, "Свердловская область": 66, "Смоленская область": 67, "Тамбовская область": 68,
    "Тверская область": 69, "Томская область": 70, "Тульская область": 71, "Тюменская область": 72,
    "Ульяновская область": 73, "Челябинская область": 74, "Забайкальский край": 75, "Ярославская область": 76,
    "Москва": 77, "Санкт-Петербург": 78, "Ханты-Мансийский автономный округ - Югра": 86,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class City:
    """``served`` False: no service goes there (the calculator answers an empty list)."""

    id: int
    code: str
    name: str
    abbreviation: str
    region: str
    region_code: int
    index_min: str
    index_max: str
    latitude: float
    longitude: float
    zone: ZoneInfo
    served: bool
    rank: int

    def row(self) -> dict[str, Any]:
        """As ``getCitiesCashPay`` and the calculator's fault write it."""
        return {
            "cityId": self.id, "countryCode": "RU", "countryName": "Россия", "regionCode": self.region_code,
            "regionName": self.region, "cityCode": self.code, "cityName": self.name,
            "abbreviation": self.abbreviation, "indexMin": self.index_min, "indexMax": self.index_max,
        }  # fmt: skip


@cache
def cities() -> Mapping[int, City]:
    """DPD's id -> city, the large ones first."""
    made = [_city(place, rank) for rank, place in enumerate(places().values())]
    return {city.id: city for city in made}


def _city(place: Place, rank: int) -> City:
    # A second place of a large town's name is a small one: `sub_region` is told of those alone.
    small = bool(place.sub_region)
    number = _IDS.get(place.code, (_SMALL if small else 195_000_000) + place.code)
    region = _REGIONS[place.region]
    code = f"{region:02d}{rank:03d}{rank:03d}000" if small else f"{region:02d}000{rank:03d}000"
    low = int(place.postal_code)
    kind = "с" if place.code > 1_100_000 else "г"
    return City(
        number, code, place.name, kind, place.region, region, f"{low:06d}", f"{low + 99:06d}", place.latitude,
        place.longitude, ZoneInfo(place.time_zone), place.code < 1_100_000, rank,
    )  # fmt: skip


def named(name: str) -> list[City]:
    wanted = fold(name)
    return [city for city in cities().values() if fold(city.name) == wanted]


def with_index(index: str) -> list[City]:
    return [city for city in cities().values() if city.index_min <= index <= city.index_max]


def of_address(address: Mapping[str, Any]) -> Sequence[City]:
    """Whom an order's address may mean: by name, then narrowed by region and index where they say something."""
    found = named(str(address.get("city") or ""))
    region, index = fold(str(address.get("region") or "")), str(address.get("index") or "")
    if region:
        found = [city for city in found if region in fold(city.region) or fold(city.region) in region]
    if len(found) > 1 and index:
        found = [city for city in found if city.index_min <= index <= city.index_max] or found
    return found


def distance(one: City, other: City) -> float:
    """Kilometres in a straight line."""
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude)
