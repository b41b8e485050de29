"""Around an address: the nearest points, the zone that serves it, limits between two branches (§3.2, §3.3)."""

from __future__ import annotations

from typing import Any

from sandbox.cdek.geo import distance_km
from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.data import network
from sandbox.pek.data.directories import COD_AGREEMENT, SMS_SERVICE
from sandbox.pek.data.network import Branch, Division, Warehouse
from sandbox.pek.errors import Refused
from sandbox.pek.geo import Place, locate, locate_point, suggestions
from sandbox.pek.model import Account
from sandbox.pek.wire import as_object

from .branches import HOLIDAYS, OPERATIONS, SHORT_DAY, is_open, operations


def nearest_departments(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """§3.2. Raises Refused."""
    del account
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    operation = check.take(data, "", "departmentOperation", "whole")
    check.take(data, "", "type", "whole")
    limit = check.take(data, "", "limit", "whole")
    radius = check.take(data, "", "searchRadius", "number")
    if operation not in (2, 3, None):
        check.bad("departmentOperation", "Допустимые значения: 2, 3")
    point = point_of(check, data.get("coordinates"), "coordinates", kind=str)
    if point is None and not data.get("address"):
        check.bad("address", "Необходимо указать адрес или координаты")
    check.done()
    place = locate_point(*point) if point else locate(str(data["address"]))
    found = _around(pek, place, data, operation, float(radius)) if place else []
    rows = [_department(branch, division) for _, branch, division in found]
    free = [row for row in rows if row["departmentTypeId"] != network.PVZ]
    paid = [row for row in rows if row["departmentTypeId"] == network.PVZ]
    return {"freeDepartments": free[:limit], "paidDepartments": paid[:limit]}


def _around(
    pek: Pek, place: Place, data: dict[str, Any], operation: int, radius: float
) -> list[tuple[float, Branch, Division]]:
    found = []
    for branch, division in network.division_of_warehouse().values():
        house = division.warehouse
        able = OPERATIONS[operation - 2] in operations(division)
        if house is None or not able or not is_open(pek, house) or _too_big(house, data):
            continue
        away = distance_km(place.latitude, place.longitude, house.latitude, house.longitude)
        if away <= radius:
            found.append((away, branch, division))
    return sorted(found, key=lambda row: row[0])


def _too_big(house: Warehouse, data: dict[str, Any]) -> bool:
    limits = (("weight", house.max_weight), ("volume", house.max_volume), ("maxDimension", house.max_dimension),
              ("maxWeightPerPlace", house.max_place))  # fmt: skip
    return any(limit and (data.get(name) or 0) > limit for name, limit in limits)


def _department(branch: Branch, division: Division) -> dict[str, Any]:
    house = division.warehouse
    assert house is not None  # noqa: S101
    return {
        "warehouseId": house.id,
        "divisionName": division.name,
        "address": network.full_address(division),
        "coordinates": {"Latitude": house.latitude, "Longitude": house.longitude},
        "branchId": branch.id,
        "branchName": branch.title,
        "departmentTypeId": division.type,
        "departmentType": division.type_name,
        "phone": "+7 (495) 660-11-11",
        "email": f"{house.code.lower()}@pecom.ru",
        "timeZone": division.city.time_zone,
        "maxWeight": house.max_weight,
        "maxVolume": house.max_volume,
        "maxDimension": house.max_dimension,
        "maxWeightOnePlace": house.max_place,
        "maxCount": 0,
        "priority": 1 if division.type == network.MAIN else 2,
        "isActive": True,
        "scheduleHolidayDays": HOLIDAYS,
        "scheduleShortWorkDays": [SHORT_DAY],
    }


def point_of(check: Check, value: Any, path: str, *, kind: type) -> tuple[float, float] | None:
    """``{latitude, longitude}``: strings in most methods, numbers in one (§4.2)."""
    if value is None:
        return None
    if not isinstance(value, dict):
        check.bad(path, "Неверный тип значения")
        return None
    found = []
    for name in ("latitude", "longitude"):
        given = value.get(name)
        good = isinstance(given, str) if kind is str else isinstance(given, int | float)
        try:
            found.append(float(given) if good and given is not None else float("x"))
        except ValueError:
            check.bad(f"{path}.{name}", "Неверный тип значения")
    return (found[0], found[1]) if len(found) == 2 else None


def zone_by_address(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """§3.3; an empty object when nobody serves it."""
    del account
    check = Check(strict=pek.switches.strict_fields)
    address = check.take(as_object(body), "", "address", "text")
    check.done()
    place = locate(address)
    return _zone(place) if place else {}


def zones_by_coordinates(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    del account
    if not isinstance(body, list):
        raise Refused("Ошибка разбора запроса", "Ожидается массив")
    check = Check(strict=pek.switches.strict_fields)
    points = [point_of(check, row, f"[{at}]", kind=float) for at, row in enumerate(body)]
    check.done()
    places = [locate_point(*point) for point in points if point]
    return [_zone(place) for place in places if place]


def _zone(place: Place) -> dict[str, Any]:
    branch = place.branch
    return {
        "branchTitle": branch.title,
        "branchUID": branch.id,
        "branchCode": branch.code,
        "bitrixId": str(network.branches().index(branch) + 1),
        "zoneId": str(place.city.code),
        "zoneName": place.city.name,
        "mainWarehouseId": branch.main.id,
        "warehousePoint": {"Latitude": branch.main.latitude, "Longitude": branch.main.longitude},
        "GeoData": {
            "kind": place.kind,
            "precision": place.precision,
            "Address": {
                "formatted": place.formatted,
                "country_code": "RU",
                "Components": [{"kind": kind, "name": name} for kind, name in place.components],
            },
        },
    }


def suggest(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """A geocoder's answer. Raises Refused above the daily number."""
    check = Check(strict=pek.switches.strict_fields)
    part = check.take(as_object(body), "", "address", "text")
    check.done()
    if pek.count_today(account.login, "suggest") > pek.switches.suggestions_a_day:
        raise Refused("Превышен суточный лимит запросов", "Повторите запрос завтра", status=429)
    members = [
        {
            "GeoObject": {
                "name": place.formatted.rsplit(", ", 1)[-1],
                "Point": {"pos": f"{place.longitude} {place.latitude}"},
                "metaDataProperty": {
                    "GeocoderMetaData": {"kind": place.kind, "text": place.formatted, "precision": place.precision}
                },
            }
        }
        for place in suggestions(part)[:10]
    ]
    return {"response": {"GeoObjectCollection": {"featureMember": members}}}


def limits(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """``departmentslimit``: the ceilings of a product between two branches."""
    del account
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    product = check.take(data, "", "type", "whole")
    for name in ("senderBranchId", "recipientBranchId"):
        value = check.take(data, "", name, "text")
        if value and value not in network.branch_by_id():
            check.bad(name, "Филиал не найден")
    check.done()
    small = product in (1, 5)
    ceilings = {
        "weight": 80.0 if small else 1000.0, "totalWeight": 500.0 if small else 20000.0,
        "volume": 2.0 if small else 80.0, "length": 2.0 if small else 13.0, "width": 1.0 if small else 2.4,
        "height": 0.8 if small else 2.4, "maxLength": 2.0 if small else 13.0,
    }  # fmt: skip
    kept = ("type", "senderBranchId", "recipientBranchId", "senderWarehouseId", "recipientWarehouseId")
    return {name: data.get(name) for name in kept} | {"wdcLimits": ceilings}


def uncounted_services(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """``checknocalcservices``: what two branches can do beside what the calculator prices."""
    del account
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    for name in ("branchSenderId", "branchReceiverId"):
        value = check.take(data, "", name, "text")
        if value and value not in network.branch_by_id():
            check.bad(name, "Филиал не найден")
    check.done()
    rows = ((COD_AGREEMENT, "Наложенный платеж"), (SMS_SERVICE, "Упрощенная выдача"))
    return [{"specialCondition": {"UID": uid, "Title": title}} for uid, title in rows]
