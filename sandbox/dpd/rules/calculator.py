"""Prices and days (contract §4): a plausible list, deterministic; and the fault that names candidate cities (§2)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.dpd import geo
from sandbox.dpd.data.points import points_in, terminals
from sandbox.dpd.data.services import EXTRAS, SERVICES, Service
from sandbox.dpd.errors import AMBIGUOUS, Fault
from sandbox.dpd.geo import City
from sandbox.dpd.model import Order

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = Mapping[str, Any]
#: Roubles for each paid extra service.
_EXTRA = Decimal(120)
_VOLUME_KG = 250  # kilograms that a cubic metre is paid as


def by_shipment(dpd: Dpd, request: Row) -> list[dict[str, Any]]:
    """getServiceCost2."""
    return _costs(dpd, request, float(request["weight"]), float(request.get("volume") or 0), [])


def by_parcels(dpd: Dpd, request: Row) -> list[dict[str, Any]]:
    """getServiceCostByParcels2 and 3."""
    parcels = request.get("parcel") or []
    if not parcels:
        raise Fault("Не задана ни одна посылка", "wrong-parcel")
    if any(row["quantity"] < 1 or min(row["length"], row["width"], row["height"]) <= 0 for row in parcels):
        raise Fault("Габариты и количество посылок должны быть больше нуля", "wrong-parcel")
    weight = sum(float(row["weight"]) * row["quantity"] for row in parcels)
    volume = sum(float(row["length"] * row["width"] * row["height"]) * row["quantity"] for row in parcels) / 1e6
    return _costs(dpd, request, weight, volume, [float(row["weight"]) for row in parcels])


def _costs(dpd: Dpd, request: Row, weight: float, volume: float, pieces: Sequence[float]) -> list[dict[str, Any]]:
    start, end = _city(dpd, request, "pickup"), _city(dpd, request, "delivery")
    if weight <= 0:
        raise Fault("Вес должен быть больше нуля", "wrong-weight")
    declared = float(request.get("declaredValue") or 0)
    day = request.get("pickupDate")
    if day is not None and day < dpd.today():
        raise Fault("Дата приёма груза не может быть в прошлом", "wrong-date")
    wanted = {code.strip() for code in (request.get("serviceCode") or "").split(",") if code.strip()}
    if strange := sorted(wanted - set(SERVICES)):
        raise Fault(f"Неизвестный код услуги: {', '.join(strange)}", "wrong-service-code")
    more = extras_cost(request.get("extraService") or [])
    variant = ("Т" if request["selfPickup"] else "Д") + ("Т" if request["selfDelivery"] else "Д")
    found = [
        {
            "serviceCode": service.code,
            "serviceName": service.name,
            "cost": cost(service, start, end, variant, weight, volume, declared) + more,
            "days": days(service, start, end),
        }
        for service in _services(start, end, variant, pieces)
        if not wanted or service.code in wanted
    ]
    most_days, most_cost = request.get("maxDays"), request.get("maxCost")
    found = [row for row in found if most_days is None or row["days"] <= most_days]
    return [row for row in found if most_cost is None or row["cost"] <= most_cost]


def extras_cost(rows: Sequence[Row]) -> Decimal:
    """Of the extra services that are paid for. Raises Fault for one that nobody knows."""
    if strange := next((row["esCode"] for row in rows if row["esCode"] not in EXTRAS), None):
        raise Fault(f"Неизвестный код опции: {strange}", "wrong-extra-service")
    return _EXTRA * sum(EXTRAS[row["esCode"]][1] for row in rows)


def _services(start: City, end: City, variant: str, pieces: Sequence[float]) -> Iterator[Service]:
    if not start.served or not end.served or (variant[1] == "Т" and not has_points(end)):
        return
    for service in SERVICES.values():
        if variant in service.variants and max(pieces, default=0) <= service.piece_kg:
            yield service


def has_points(city: City) -> bool:
    return points_in(city) > 0 or any(row["address"]["cityId"] == city.id for row in terminals().values())


def cost(
    service: Service, start: City, end: City, variant: str, weight: float, volume: float, declared: float
) -> Decimal:
    """Roubles with kopecks."""
    paid = max(weight, volume * _VOLUME_KG)
    zone = 1 + geo.distance(start, end) / 900
    price = 190 + 95 * zone + math.ceil(paid) * 17 * zone**0.5
    price += 160 * (variant[0] == "Д") + 180 * (variant[1] == "Д")
    return Decimal(str(round(price * service.factor + declared * 0.0035, 2)))


def days(service: Service, start: City, end: City) -> int:
    return max(1, 2 + int(geo.distance(start, end) // 600) - service.faster)


def total_cost(order: Order) -> Decimal:
    """What an order costs."""
    start, end = geo.cities()[order.from_city], geo.cities()[order.to_city]
    declared = float(order.body.get("cargoValue") or 0)
    weight, volume = float(order.body["cargoWeight"]), float(order.body.get("cargoVolume") or 0)
    more = extras_cost(order.body.get("extraService") or [])
    return cost(SERVICES[order.body["serviceCode"]], start, end, order.variant, weight, volume, declared) + more


def _city(dpd: Dpd, request: Row, side: str) -> City:
    """By id, by the point's code, or by country, region and name together; anything less is ambiguous."""
    place = request[side]
    code = place.get("terminalCode")
    if code:
        point = dpd.point(code)
        if point is None:
            raise Fault(f"Терминал {code} не найден", "wrong-terminal-code")
        return geo.cities()[point["address"]["cityId"]]
    if place.get("cityId") is not None:
        found = geo.cities().get(place["cityId"])
        if found is None:
            raise Fault(f"Населенный пункт {place['cityId']} не найден", "city-not-found")
        return found
    candidates = geo.named(place.get("cityName") or "") or geo.with_index(place.get("index") or "")
    if not candidates:
        raise Fault(f"Населенный пункт {place.get('cityName') or ''} не найден", "city-not-found")
    exact = [
        city for city in candidates if city.region_code == place.get("regionCode") and place.get("countryCode") == "RU"
    ]
    if len(exact) == 1:
        return exact[0]
    dups = {f"{side}Dups": [city.row() for city in exact or candidates]}
    raise Fault(AMBIGUOUS, "too-many-rows", more=dups)
