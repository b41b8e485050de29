"""Where a parcel starts and where it goes: stations, points, addresses; what fits there (§A4, §A6, §A12)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.data.points import LIMITS, Point
from sandbox.yandex_delivery.errors import ADDRESS_WORDS, DISABLED, NO_OPTIONS, STATION_WORDS, Refused, bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import City, cities, city_of, has_house, nearest
from sandbox.yandex_delivery.model import ACCOUNTS, Account

DOOR_LIMIT = (200, 300, 500)


@dataclass(frozen=True, slots=True)
class Box:
    """A place: grams and centimetres."""

    barcode: str
    weight: int
    sides: tuple[int, int, int]

    def fits(self, limit: tuple[int, int, int]) -> bool:
        kilograms, side, total = limit
        return self.weight <= kilograms * 1000 and max(self.sides) <= side and sum(self.sides) <= total


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes: the city, and the point unless it is a door."""

    city: City
    point: Point | None = None


def _unknown_station(yandex: Yandex) -> Refused:
    return bad(STATION_WORDS[yandex.switches.address_words])


def source_city(yandex: Yandex, account: Account, station: str) -> City:
    """Own warehouse, or a point that takes parcels in. Raises Refused."""
    if station == account.station_id:
        return cities()[account.geo_id]
    point = yandex.point(station)
    if point is None or any(station == other.station_id for other in ACCOUNTS):
        raise _unknown_station(yandex)
    if not point["available_for_dropoff"]:
        raise Refused(404, "not_found", "No dropoff available")
    return cities()[point["address"]["geoId"]]


def check_dropoff(yandex: Yandex, account: Account, station: str, boxes: list[Box]) -> None:
    """What may keep a parcel from being handed in. Raises Refused."""
    if account.balance <= 0:
        raise Refused(404, "not_found", "No dropoff available")
    point = None if station == account.station_id else yandex.point(station)
    if point is not None and not all(box.fits(LIMITS[point["type"]]) for box in boxes):
        raise Refused(404, "not_found", "Dimensions should not exceed limit")


def point_target(yandex: Yandex, identity: str) -> Target:
    """A live point. Raises Refused."""
    point = yandex.point(identity)
    if point is None or point["type"] == "warehouse":
        raise _unknown_station(yandex)
    if identity in yandex.closed_points:
        raise bad(DISABLED)
    return Target(cities()[point["address"]["geoId"]], point)


def address_target(yandex: Yandex, address: str) -> Target:
    """A door: the city must be known, the house must be there. Raises Refused."""
    city = city_of(address)
    if city is None or not has_house(address):
        raise bad(ADDRESS_WORDS[yandex.switches.address_words])
    return Target(city)


def destination(yandex: Yandex, fields: Fields) -> Target:
    """``destination`` of an order. Raises Refused."""
    kind = fields.one_of("type", ("platform_station", "custom_location"))
    if kind == "platform_station":
        return point_target(yandex, fields.child("platform_station").text("platform_id"))
    place = fields.child("custom_location")
    if place.has("latitude") and place.has("longitude"):
        city = nearest(place.number("latitude"), place.number("longitude"))
        if city is None:
            raise bad(ADDRESS_WORDS[yandex.switches.address_words])
        return Target(city)
    if not place.has("details"):
        raise bad(ADDRESS_WORDS[yandex.switches.address_words])
    return address_target(yandex, place.child("details").text("full_address", ""))


def fits(target: Target, boxes: list[Box]) -> bool:
    """By the limits of the way, and a sum of weights by the point's."""
    limit = LIMITS[target.point["type"]] if target.point else DOOR_LIMIT
    return all(box.fits(limit) for box in boxes) and sum(box.weight for box in boxes) <= limit[0] * 1000


def check_payment(target: Target, method: str, *, to_pay: bool) -> None:
    """Raises Refused."""
    if target.point is None:
        return
    known = target.point["payment_methods"]
    if to_pay and method not in known:
        raise bad("Pickup point doesn't accept payment on delivery")
    if not to_pay and "already_paid" not in known:
        raise bad("Pickup point doesn't accept prepaid orders")


def no_options() -> Refused:
    return Refused(400, *NO_OPTIONS)


def parse_boxes(fields: list[Fields]) -> list[Box]:
    """``places``. Raises Refused."""
    found = []
    for place in fields:
        dims = place.child("physical_dims")
        sides = dims.integer("dx", least=1), dims.integer("dy", least=1), dims.integer("dz", least=1)
        found.append(Box(place.text("barcode"), dims.integer("weight_gross", least=1), sides))
    return found
