"""Pickup points and lockers (yandex-delivery.md §A3, §A4), and what the geobase makes of an address. Pure but for the
reading of a list that comes whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any

import ijson

from b24app.logistics.model import Address
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, SpecialDays, Takes
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.cities import ambiguous, choose
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import day_of, whole
from b24app.systems.yandex_delivery.errors import child

#: Ours of theirs; a sorting centre gives nothing out.
_KINDS = {"pickup_point": OFFICE, "terminal": LOCKER}
#: §A4, from production code: grams, and cells (an office takes any shape up to one side of 1.5 m; its sum of three
#: sides is checked by Yandex). A locker: one side 40 cm, three sides together 118 cm.
_WEIGHTS = {OFFICE: 30_000, LOCKER: 20_000}
_CELLS = {OFFICE: ((1500, 1500, 1500),), LOCKER: ((400, 400, 380), (393, 393, 393))}
_PAYING = frozenset({"card_on_receipt", "postpay"})


def rows(file: IO[bytes]) -> Iterator[Any]:
    """The records of the list, one by one."""
    yield from ijson.items(file, "points.item", use_float=True)


def parse_point(row: Mapping[str, Any], today: date) -> PickupPoint | None:
    """None for a place that gives nothing out. Raises KeyError, TypeError, ValueError for a record without sense."""
    if row["type"] == "warehouse":
        return None
    kind, code = _KINDS[row["type"]], str(row["id"] or "")
    address, position = row["address"], row["position"]
    if not code:
        raise ValueError("a point without an id")
    return PickupPoint(
        code=code,
        name=str(row.get("name") or code),
        address=str(address.get("full_address") or ""),
        city=str(address.get("locality") or address.get("region") or ""),
        takes=_takes(row, kind, today),
        hours=_hours(row),
        lat=float(position["latitude"]),
        lon=float(position["longitude"]),
        region=str(address.get("region") or ""),
        postal_code=str(address.get("postal_code") or ""),
        note=str(row.get("instruction") or address.get("comment") or ""),
        phone=str(child(row, "contact").get("phone") or ""),
    )


def _takes(row: Mapping[str, Any], kind: str, today: date) -> Takes:
    """`postpay` pays in some way on delivery: whether by cash nobody says."""
    methods = row.get("payment_methods")
    known = set(methods) if isinstance(methods, list) else None
    leaves = day_of(row.get("deactivation_date"))
    gives = child(row, "pickup_services")
    return Takes(
        kind=kind,
        active=leaves is None or leaves > today,
        hands_out=True,
        cod=None if known is None else bool(known & _PAYING),
        card=None if known is None else "card_on_receipt" in known,
        fitting=_flag(gives.get("is_fitting_allowed")),
        max_weight_g=_WEIGHTS[kind],
        cells_mm=_CELLS[kind],
        partial=_flag(gives.get("is_partial_refuse_allowed")),
    )


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _hours(row: Mapping[str, Any]) -> Hours:
    """Days 1 = Monday … 7; times are the place's own."""
    week = {
        day: Opening(day, _minutes(rule.get("time_from")), _minutes(rule.get("time_to")))
        for rule in rows_of(child(row, "schedule").get("restrictions"))
        for day in rule.get("days") or ()
        if day in range(1, 8)
    }
    days = [day for off in rows_of(row.get("dayoffs")) if (day := day_of(off.get("date_utc")))]
    return Hours(tuple(week[day] for day in sorted(week)), tuple(SpecialDays(day, day, False) for day in days))


def _minutes(told: Any) -> int:
    at = told if isinstance(told, Mapping) else {}
    return (whole(at.get("hours")) or 0) * 60 + (whole(at.get("minutes")) or 0)


def parse_variants(data: Mapping[str, Any], address: Address) -> CheckedAddress:
    """`location/detect` (§A3): no variant = the place is unknown; of several localities the one that is meant."""
    said = {
        str(row["geo_id"]): str(row.get("address") or "")
        for row in reversed(rows_of(data.get("variants")))
        if row.get("geo_id") is not None
    }
    cities = [_city(geo_id, text, address) for geo_id, text in reversed(said.items())]
    if not cities:
        name = next(iter(address.city_names), address.text)
        return CheckedAddress(problem=Problem("city_unknown", Field.ADDRESS, params={"city": name}))
    city = choose(cities, address)
    if city is None:
        return CheckedAddress(offered=tuple(cities), problem=ambiguous(cities))
    return CheckedAddress(city, normal=said[city.code])


def _city(geo_id: str, said: str, address: Address) -> City:
    """Their text is `Россия, region, city, …`: the part that the address names, else the last of the first three."""
    parts = [part.strip() for part in said.split(",")]
    names = {name.casefold() for name in address.city_names}
    name = next((part for part in parts if part.casefold() in names), parts[:3][-1])
    region = parts[1] if len(parts) > 2 and parts[1] != name else ""
    return City(geo_id, name, region)
