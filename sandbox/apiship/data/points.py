"""Pickup points by arithmetic: the point of an index is the same in every process and is made when it is asked for, so
that a hundred thousand of them need no memory (§6)."""

from __future__ import annotations

import functools
import itertools
import random
from array import array
from typing import Any

from .carriers import PROVIDERS
from .cities import City, cities

FIRST_ID, FIRST_EXTRA_ID = 1001, 1_000_001
_OWN = 432
_WITH_POINTS = tuple(key for key in ("cdek", "boxberry", "dpd", "rupost", "x5", "pecom") if PROVIDERS[key].points)
_STREETS = ("Ленина", "Мира", "Советская", "Гагарина", "Кирова", "Пушкина", "Садовая", "Победы", "Чехова", "Горького")
PICKUP, LOCKER, POST_OFFICE, TERMINAL = 1, 2, 3, 4
_TYPES = {"rupost": (POST_OFFICE,), "pecom": (TERMINAL,), "x5": (PICKUP, LOCKER), "cdek": (PICKUP, PICKUP, LOCKER)}
_WEEK = tuple("1234567")

#: Fields that a filter may name and that come cheap, without the whole row.
Facets = dict[str, Any]


def all_ids(extra: int) -> list[range]:
    """Ids in the order of the list."""
    return [range(FIRST_ID, FIRST_ID + _OWN), range(FIRST_EXTRA_ID, FIRST_EXTRA_ID + extra)]


def exists(identifier: int, extra: int) -> bool:
    return any(identifier in ids for ids in all_ids(extra))


@functools.cache
def _towns() -> tuple[City, ...]:
    """Cities as often as their share is."""
    return tuple(itertools.chain.from_iterable([city] * city.share for city in cities()))


def facets(identifier: int) -> Facets:
    index = identifier - (FIRST_EXTRA_ID if identifier >= FIRST_EXTRA_ID else FIRST_ID)
    provider = _WITH_POINTS[index % len(_WITH_POINTS)]
    turn = index // len(_WITH_POINTS)
    extra = identifier >= FIRST_EXTRA_ID
    types = _TYPES.get(provider, (PICKUP,))
    kind = types[turn % len(types)]
    return {
        "id": identifier,
        "providerKey": provider,
        "code": f"{provider.upper()}{identifier}",
        "type": kind,
        "availableOperation": _operation(kind, turn, extra),
        "city": _towns()[turn % len(_towns())].name,
        "cod": None if turn % 11 == 10 else int(turn % 9 != 8),
        "enabled": extra or turn % 41 != 40,
        "exact": extra or turn % 37 != 36,
    }


def _operation(kind: int, turn: int, extra: bool) -> int:
    """Lockers only give (2); of the other points every seventh only takes (1), every fifth only gives, extra ones do
    both (3)."""
    if kind == LOCKER:
        return 2
    return 3 if extra else 1 if turn % 7 == 6 else 2 if turn % 5 == 4 else 3


@functools.lru_cache(maxsize=8)
def matching(wanted: tuple[tuple[str, tuple[str, ...]], ...], extra: int, off: bool, inexact: bool) -> array[int]:
    """Ids whose facets have one of the wanted values (as text), in the order of the list."""
    return array("l", (found for ids in all_ids(extra) for found in ids if _fits(found, wanted, off, inexact)))


def _fits(identifier: int, wanted: tuple[tuple[str, tuple[str, ...]], ...], off: bool, inexact: bool) -> bool:
    found = facets(identifier)
    if (not found["enabled"] and not off) or (not found["exact"] and not inexact):
        return False
    return all(str(found[name]) in values for name, values in wanted)


def point(identifier: int) -> dict[str, Any]:
    """The row of ``/lists/points`` (spec)."""
    found = facets(identifier)
    town = next(city for city in cities() if city.name == found["city"])
    rng = random.Random(identifier)
    street, house = rng.choice(_STREETS), str(rng.randint(1, 160))
    kind, provider = found["type"], found["providerKey"]
    locker = kind == LOCKER
    return {
        "id": identifier,
        "providerKey": provider,
        "code": found["code"],
        "name": f"{PROVIDERS[provider].name}, {street}, {house}",
        "postIndex": f"{int(town.postal) + rng.randint(0, 40):06d}",
        "lat": round(town.lat + rng.uniform(-0.07, 0.07), 6),
        "lng": round(town.lng + rng.uniform(-0.12, 0.12), 6),
        "countryCode": "RU",
        "region": town.region,
        "regionType": "",
        "city": town.name,
        "cityGuid": town.guid,
        "cityType": "г",
        "community": None,
        "communityGuid": None,
        "communityType": None,
        "area": "",
        "street": street,
        "streetType": "ул",
        "house": house,
        "block": "",
        "office": "",
        "address": f"{town.name}, ул. {street}, {house}",
        "url": "",
        "email": "",
        "phone": f"7800{rng.randint(1000000, 9999999)}",
        "timetable": "круглосуточно" if locker else "пн-пт 10:00-20:00, сб 10:00-16:00",
        "worktime": dict.fromkeys(_WEEK, "00:00/23:59")
        if locker
        else {**dict.fromkeys(_WEEK[:5], "10:00/20:00"), "6": "10:00/16:00"},
        "fittingRoom": 0 if locker else rng.choice((0, 1, None)),
        "cod": found["cod"],
        "paymentCash": 0 if locker or not found["cod"] else rng.choice((0, 1, 1)),
        "paymentCard": found["cod"],
        "paymentOnline": None,
        "multiplaceDeliveryAllowed": 0 if locker else rng.choice((1, 1, None)),
        "availableOperation": found["availableOperation"],
        "type": kind,
        "description": rng.choice(("Вход со двора", "Торговый центр, 2 этаж", "")),
        "photos": [],
        "metro": [{"name": "Кремлёвская", "distance": 0.4, "line": "Центральная"}] if town.name == "Казань" else [],
        "extra": [],
        "limits": _limits(provider, locker, rng),
        "enabled": found["enabled"],
    }


def _limits(provider: str, locker: bool, rng: random.Random) -> dict[str, Any]:
    """Grams, centimetres, rubles; a carrier that states none leaves null."""
    none: dict[str, Any] = dict.fromkeys(
        ("maxSizeA", "maxSizeB", "maxSizeC", "maxSizeSum", "minWeight", "maxWeight", "maxCod", "maxVolume")
    )
    if locker:
        return none | {"maxSizeA": 60, "maxSizeB": 41, "maxSizeC": 38, "minWeight": 0, "maxWeight": 15_000}
    if provider == "dpd":
        return none
    heaviest = 1_000_000 if provider == "pecom" else rng.choice((15_000, 20_000, 30_000))
    return none | {"maxSizeSum": 250, "minWeight": 0, "maxWeight": heaviest, "maxCod": 100_000.0}
