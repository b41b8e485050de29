"""Cities, points and what a route offers (contract §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.cdek.geo import fold
from sandbox.dpd import geo
from sandbox.dpd.data.points import broken_shops, extra_shops, terminals
from sandbox.dpd.data.services import EXTRAS, SERVICES
from sandbox.dpd.errors import Fault

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = dict[str, Any]


def cash_cities(request: Mapping[str, Any]) -> list[Row]:
    """getCitiesCashPay: places that no service goes to take no cash either."""
    country = request.get("countryCode") or "RU"
    return [city.row() for city in geo.cities().values() if city.served] if country == "RU" else []


def parcel_shops(dpd: Dpd, request: Mapping[str, Any]) -> Iterator[Row]:
    """getParcelShops, filtered by whatever is given; generated and broken ones behind the plain list."""
    if (request.get("countryCode") or "RU") != "RU":
        return
    for row in dpd.shops():
        if _fits(row, request):
            yield row
    narrowed = any(request.get(name) for name in ("regionCode", "cityCode", "cityName"))
    moscow = (
        request.get("regionCode") in ("77", "", None) and not request.get("cityCode") and not request.get("cityName")
    )
    if moscow:
        yield from broken_shops(dpd.switches.broken_points)
    if not narrowed:
        yield from extra_shops(dpd.switches.extra_points)
        return
    for city in geo.cities().values():
        if _fits({"address": _address(city)}, request):
            yield from extra_shops(dpd.switches.extra_points, city)


def _address(city: geo.City) -> Row:
    return {"regionCode": str(city.region_code), "cityCode": city.code, "cityName": city.name}


def _fits(row: Row, request: Mapping[str, Any]) -> bool:
    address = row["address"]
    for name in ("regionCode", "cityCode"):
        if request.get(name) and address[name].lstrip("0") != request[name].lstrip("0"):
            return False
    return not request.get("cityName") or fold(address["cityName"]) == fold(request["cityName"])


def self_terminals(dpd: Dpd) -> list[Row]:
    """getTerminalsSelfDelivery2."""
    return [row | dpd.changed_points.get(code, {}) for code, row in terminals().items()]


def storage_periods(dpd: Dpd, request: Mapping[str, Any]) -> list[Row]:
    """getStoragePeriod: a week at points, ten days at terminals."""
    code, service = request.get("terminalCode"), request.get("serviceCode")
    if service and service not in SERVICES:
        raise Fault(f"Неизвестный код услуги: {service}", "wrong-service-code")
    found = [dpd.point(code)] if code else [*dpd.shops(), *self_terminals(dpd)]
    rows = []
    for point in found:
        if point is None:
            raise Fault(f"Терминал {code} не найден", "wrong-terminal-code")
        days = 10 if "terminalCode" in point else 7
        services = [name for name in point["services"]["serviceCode"] if not service or name == service]
        periods = [{"serviceCode": name, "days": days} for name in services]
        rows.append({"terminalCode": point.get("terminalCode") or point["code"], "services": periods})
    return rows


def possible_extras(dpd: Dpd, request: Mapping[str, Any]) -> Row:
    """getPossibleExtraService. A sparse request meets a Java null pointer, as it was seen to (§3.4)."""
    places = (request.get("pickup"), request.get("delivery"))
    if not all(places) or request.get("selfPickup") is None or request.get("selfDelivery") is None:
        raise Fault("java.lang.NullPointerException", declared=False)
    for place in places:
        if place and place.get("cityId") not in geo.cities():
            return {"resultCode": "ERROR", "resultMessage": "Населенный пункт не найден"}
    point = dpd.point(request["delivery"].get("terminalCode") or "") if request["selfDelivery"] else None
    allowed = {row["esCode"] for row in point["extraService"]} if point else set(EXTRAS) - {"НПП"}
    rows = [{"code": code, "name": EXTRAS[code][2], "isPaid": EXTRAS[code][1]} for code in EXTRAS if code in allowed]
    return {"resultCode": "OK", "resultMessage": "", "extraService": rows}
