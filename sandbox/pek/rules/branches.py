"""The list of branches, divisions and warehouses (§3.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.cdek.geo import City, cities
from sandbox.kernel.unknown import with_unknown_fields
from sandbox.pek.core import Pek
from sandbox.pek.data import network
from sandbox.pek.data.network import Branch, Division, Warehouse
from sandbox.pek.model import Account
from sandbox.pek.wire import UNKNOWN, Streamed

OPERATIONS = ("Прием груза", "Выдача груза")
HOLIDAYS = ["2027-01-01T00:00:00", "2027-01-02T00:00:00"]
SHORT_DAY = {"date": "2026-12-31T00:00:00", "breakTime": None,
              "workTime": {"periodTimeFrom": "10:00", "periodTimeTo": "15:00"}}  # fmt: skip


def all_branches(pek: Pek, account: Account, body: Any) -> Streamed:
    """``branches/all``: everything, or one branch, division or warehouse (the first id present wins)."""
    del account
    wanted = dict(body or {})
    key = next((name for name in ("branchId", "divisionId", "warehouseId") if wanted.get(name)), "")
    return Streamed(_pieces(pek, key, str(wanted.get(key) or "")))


def _pieces(pek: Pek, key: str, value: str) -> Iterator[str]:
    yield '{"branches": ['
    comma = ""
    for branch in network.branches():
        if key == "branchId" and branch.id != value:
            continue
        head = json.dumps(_shown(pek, _branch_row(branch)), ensure_ascii=False)
        mine = _divisions(pek, branch, key, value)
        first = next(mine, None)
        if key in ("divisionId", "warehouseId") and first is None:
            continue
        yield f'{comma}{head[:-1]}, "divisions": ['
        if first is not None:
            yield json.dumps(_shown(pek, first), ensure_ascii=False)
        for row in mine:
            yield ", " + json.dumps(_shown(pek, row), ensure_ascii=False)
        yield "]}"
        comma = ", "
    yield "]}"


def _shown(pek: Pek, row: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = with_unknown_fields(row, UNKNOWN) if pek.switches.unknown_fields else row
    return shown


def _divisions(pek: Pek, branch: Branch, key: str, value: str) -> Iterator[dict[str, Any]]:
    if not key and branch is network.branches()[0]:
        yield from (_broken(number) for number in range(pek.switches.broken_points))
    for division in (*branch.divisions, *network.extras_of(branch, pek.switches.extra_points)):
        if key == "divisionId" and division.id != value:
            continue
        if key == "warehouseId" and (division.warehouse is None or division.warehouse.id != value):
            continue
        yield _division_row(pek, division)


def _broken(number: int) -> dict[str, Any]:
    """A record without sense: no id, no place, or words where numbers are due."""
    kinds: list[dict[str, Any]] = [
        {"id": None, "name": None, "warehouses": [{"id": None, "address": None, "coordinatesobj": None}]},
        {"id": "x", "departmentTypeId": "?", "warehouses": [{"id": "x", "coordinatesobj": {"Latitude": "north"}}]},
        {"warehouses": None},
    ]
    return kinds[number % len(kinds)]


def _branch_row(branch: Branch) -> dict[str, Any]:
    city, main = branch.city, branch.main
    served = [town for town in cities().values() if network.branch_for(town, town.longitude).id == branch.id]
    return {
        "id": branch.id,
        "title": branch.title,
        "branchCode": branch.code,
        "bitrixId": str(network.branches().index(branch) + 1),
        "address": f"г. {city.name}, {main.address}",
        "postalCode": city.postal_code,
        "country": "Россия",
        "countryOfRegistrationCode": "643",
        "timezone": city.time_zone,
        "coordinates": f"{main.latitude};{main.longitude}",
        "coordinatesobj": {"Latitude": main.latitude, "Longitude": main.longitude},
        "cities": [_city_row(town, branch) for town in served],
    }


def _city_row(city: City, branch: Branch) -> dict[str, Any]:
    own = [division.id for division in branch.divisions if division.city.code == city.code]
    return {"cityId": network.city_id(city), "title": city.name, "divisions": own, "cityStatus": 1, "bitrixId": None}


def _division_row(pek: Pek, division: Division) -> dict[str, Any]:
    house = division.warehouse
    return {
        "id": division.id,
        "name": division.name,
        "cityId": network.city_id(division.city),
        "departmentType": division.type_name,
        "departmentTypeId": division.type,
        "divisionPriority": 1 if division.type == network.MAIN else 2,
        "isAcceptanceOnly": division.acceptance_only,
        "kindsOfTransportation": [
            {"type": 3, "description": "LTL (сборный груз)", "operations": operations(division)},
            {"type": 12, "description": "EasyWay", "operations": operations(division)},
        ],
        "warehouses": [_warehouse_row(pek, division, house)] if house and is_open(pek, house) else [],
    }


def operations(division: Division) -> list[str]:
    takes, gives = not division.gives_only, not division.acceptance_only
    return [name for name, able in zip(OPERATIONS, (takes, gives), strict=True) if able]


def is_open(pek: Pek, house: Warehouse) -> bool:
    return pek.changes.get(house.id, {}).get("open") is not False


def _warehouse_row(pek: Pek, division: Division, house: Warehouse) -> dict[str, Any]:
    row = {
        "id": house.id,
        "name": division.name,
        "warehouseCode": house.code,
        "divisionId": division.id,
        "divisionName": division.name,
        "address": f"г. {division.city.name}, {house.address}",
        "addressDivision": network.full_address(division),
        "coordinates": f"{house.latitude};{house.longitude}",
        "coordinatesobj": {"Latitude": house.latitude, "Longitude": house.longitude},
        "telephone": "+7 (495) 660-11-11",
        "email": f"{house.code.lower()}@pecom.ru",
        "pointerDescription": "Вход со двора" if division.type == network.PVZ else "",
        "isAcceptanceOnly": division.acceptance_only,
        "maxWeight": house.max_weight,
        "maxVolume": house.max_volume,
        "maxWeightPerPlace": house.max_place,
        "maxDimension": house.max_dimension,
        "divisionTimeOfWork": _hours(house),
        "scheduleHolidayDays": HOLIDAYS,
        "scheduleShortWorkDays": [SHORT_DAY],
        "departmentClosingDate": house.closing,
        "endOfAvailabilityBeforeClosing": None,
        "endOfCostCalculationAvailability": None,
    }
    return network.changed(row, pek.changes.get(house.id, {}))


def _hours(house: Warehouse) -> list[dict[str, Any]]:
    # Round midnight is an empty string in the real list; a missing weekday is closed (§3.1).
    return [
        {"dayOfWeek": str(day), "workFrom": "" if opens == "00:00" else opens, "workTo": closes, "dinnerFrom": None,
         "dinnerTo": None}
        for day, (opens, closes) in enumerate(house.hours, start=1)
    ]  # fmt: skip
