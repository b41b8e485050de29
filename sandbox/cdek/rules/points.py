"""Offices: finding, closing, whether one can take a parcel, and the substitution by the nearest (contract §13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.geo import distance_km

from .tariffs import charged_grams

Office = dict[str, Any]


def is_open(office: Office) -> bool:
    return bool(office["status"] == "ACTIVE")


def takes_weight(office: Office, packages: Sequence[Mapping[str, Any]]) -> bool:
    limit = float(office.get("weight_max") or 0)
    return limit <= 0 or charged_grams(packages) <= limit * 1000


def has_cell(office: Office, packages: Sequence[Mapping[str, Any]]) -> bool:
    """A postamat needs a cell that the (only) place fits into; sorted sides are compared."""
    if office["type"] != "POSTAMAT":
        return True
    sides = sorted(int(packages[0].get(name) or 0) for name in ("length", "width", "height"))
    cells = [sorted(cell.values()) for cell in office.get("dimensions") or []]
    return any(all(side <= room for side, room in zip(sides, cell, strict=True)) for cell in cells)


def suits(office: Office, packages: Sequence[Mapping[str, Any]]) -> bool:
    able = is_open(office) and office["is_handout"]
    return bool(able and takes_weight(office, packages) and has_cell(office, packages))


def substitute(cdek: Cdek, office: Office, packages: Sequence[Mapping[str, Any]]) -> Office | None:
    """The nearest office of the same city that can do it. A PVZ never becomes a postamat."""
    place = office["location"]

    def away(other: Office) -> float:
        here = other["location"]
        return distance_km(place["latitude"], place["longitude"], here["latitude"], here["longitude"])

    candidates = [
        other
        for other in cdek.offices.values()
        if other["location"]["city_code"] == place["city_code"]
        and other["code"] != office["code"]
        and (other["type"] == "PVZ" or office["type"] == "POSTAMAT")
        and suits(other, packages)
    ]
    return min(candidates, key=away, default=None)
