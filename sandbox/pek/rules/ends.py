"""Both ends of a way: a warehouse that exists, is open and can do it, or an address that is served (§3, §5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.cdek.geo import distance_km
from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.data import network
from sandbox.pek.data.network import Branch, Division
from sandbox.pek.errors import BAD_ADDRESS, NO_WAREHOUSE, NOT_SERVED, REQUIRED
from sandbox.pek.geo import locate, locate_point
from sandbox.pek.model import End

from .branches import operations
from .zones import point_of


def warehouse_end(pek: Pek, check: Check, warehouse_id: Any, path: str, operation: str) -> End | None:
    """``operation``: Прием груза or Выдача груза."""
    if not warehouse_id:
        check.bad(path, REQUIRED)
        return None
    found = pek.warehouse(str(warehouse_id))
    if found is None:
        ours = str(warehouse_id) in network.organisational_ids()
        check.bad(path, "Передан идентификатор филиала или отделения вместо склада" if ours else NO_WAREHOUSE)
        return None
    branch, division = found
    if operation not in operations(division) or division.warehouse is None:
        check.bad(path, f"Склад не выполняет операцию «{operation}»")
        return None
    house = division.warehouse
    return End(house.id, network.full_address(division), house.latitude, house.longitude, branch.title, branch.id)


def address_end(check: Check, address: Any, coordinates: Any, path: str, coordinates_path: str) -> End | None:
    """Coordinates, when sent, win over the string. ``bad`` precision refuses the order (§3.3)."""
    point = point_of(check, coordinates, coordinates_path, kind=str)
    if not address:
        check.bad(path, REQUIRED)
        return None
    place = locate_point(*point) if point else locate(str(address))
    if place is None:
        check.bad(path, NOT_SERVED)
        return None
    if place.precision == "bad":
        check.bad(path, BAD_ADDRESS)
        return None
    branch = place.branch
    return End(None, place.formatted, place.latitude, place.longitude, branch.title, branch.id)


def fits(
    pek: Pek, check: Check, end: End, path: str, weight: float, volume: float, side: float, heaviest: float
) -> None:
    """The limits of the point that hands out (§3.1); 0 = no limit."""
    found = pek.warehouse(end.warehouse_id or "")
    if found is None or found[1].warehouse is None:
        return
    house, changes = found[1].warehouse, pek.changes.get(end.warehouse_id or "", {})
    limits = (
        ("вес", weight, changes.get("maxWeight", house.max_weight)),
        ("объем", volume, changes.get("maxVolume", house.max_volume)),
        ("габарит", side, changes.get("maxDimension", house.max_dimension)),
        ("вес места", heaviest, changes.get("maxWeightPerPlace", house.max_place)),
    )
    for name, value, limit in limits:
        if limit and value > limit:
            check.bad(path, f"Превышен допустимый {name} для отделения: {value:g} > {limit:g}")


def works_on(found: tuple[Branch, Division] | None, day: date) -> bool:
    """Whether a warehouse takes cargo in on that day."""
    if found is None or found[1].warehouse is None:
        return False
    return day.isoweekday() <= len(found[1].warehouse.hours) and (day.month, day.day) not in ((1, 1), (1, 2))


def distance(start: End, end: End) -> float:
    return distance_km(start.latitude, start.longitude, end.latitude, end.longitude)
