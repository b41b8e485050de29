"""Prices (dpd.md §4): one call tells all services of the contract. Roubles with decimals, VAT as in the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Field, Problem
from b24app.systems.dpd.orders import End, Way, extra_services, goods_worth
from b24app.systems.dpd.vocabulary import EXTRAS, SERVICES, TERMINAL, kilos, roubles
from b24app.systems.kit import unsaid
from b24app.systems.kit.soap import rows
from b24app.systems.kit.units import centimetres, money_of, whole

_KNOWN = frozenset(code for code, _ in SERVICES)


#: The only operation that takes what the buyer chose beside carrying (§4.2).
WITH_SERVICES = "getServiceCostByParcels3"


def build_quote(request: ShipmentRequest, way: Way, service: str = "") -> tuple[str, dict[str, Any]]:
    """(operation, its request). `…ByParcels3` knows points and extra services, `…ByParcels2` cities; without sides the
    plain weight is priced, between cities only. Raises Refused."""
    body: dict[str, Any] = {
        "pickup": _place(way.start),
        "delivery": _place(way.end),
        "selfPickup": way.start.letter == TERMINAL,
        "selfDelivery": way.end.letter == TERMINAL,
        "pickupDate": way.day,
    }
    body |= {"serviceCode": service} if service else {}
    worth = goods_worth(request)
    body |= {"declaredValue": roubles(worth)} if worth else {}
    at_points = bool(way.start.point or way.end.point)
    if all(min(each.length_mm, each.width_mm, each.height_mm) > 0 for each in request.parcels):
        names = ("length", "width", "height")
        body["parcel"] = [
            {"weight": kilos(each.weight_g), "quantity": 1}
            | dict(zip(names, map(centimetres, (each.length_mm, each.width_mm, each.height_mm)), strict=True))
            for each in request.parcels
        ]
        if services := extra_services(request):
            body["extraService"] = services
        return (WITH_SERVICES if at_points or services else "getServiceCostByParcels2"), body
    if at_points:
        raise Refused([Problem("size_refused", Field.SIZE)])
    return "getServiceCost2", body | {"weight": kilos(request.weight_g)}


def _place(end: End) -> dict[str, Any]:
    return {"terminalCode": end.point} if end.point else {"cityId": int(end.city.code if end.city else 0)}


#: A kilogram from Moscow to Kazan, for trying an account out.
TRIAL: Mapping[str, Any] = {
    "pickup": {"cityId": 49694102},
    "delivery": {"cityName": "Казань", "regionCode": 16, "countryCode": "RU"},
    "selfPickup": False,
    "selfDelivery": False,
    "weight": 1.0,
}


def parse_trial(found: Any) -> dict[str, str]:
    """How many services there are (`n`), and the cheapest (`minor`, `currency`)."""
    prices = [price for row in rows(found) if (price := money_of(row.get("cost"))) is not None]
    cheapest = min(prices, key=lambda price: price.minor, default=None)
    money = {"minor": str(cheapest.minor), "currency": cheapest.currency} if cheapest else {}
    return {"n": str(len(prices)), **money}


def parse_quotes(found: Any, request: ShipmentRequest, asked: str = WITH_SERVICES) -> Iterator[Quote]:
    """Services that people can choose. The price has the declared value in it, and what the buyer chose where the
    operation that was `asked` takes it; what DPD takes of the money it collects is in the contract alone."""
    later = [PriceLine("cod", of=request.cod)] if request.cod else []
    if asked != WITH_SERVICES:
        later += unsaid.services(request.extras, EXTRAS)
    for row in rows(found):
        code, price = str(row.get("serviceCode") or ""), money_of(row.get("cost"))
        if code in _KNOWN and price is not None:
            lines = (PriceLine("tariff", price), *later) if later else ()
            days = whole(row.get("days"))
            yield Quote(code, price, days, days, lines=lines)
