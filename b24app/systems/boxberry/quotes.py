"""Prices (boxberry.md §5.2). `DeliveryCalculation` only calculates: points and cities are checked before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.model import DeliveryKind, Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.boxberry.orders import Way, rubles, worth
from b24app.systems.boxberry.vocabulary import EXTRAS, TO_DOOR, TO_POINT, sides_cm
from b24app.systems.kit import unsaid
from b24app.systems.kit.units import money_of, whole


def build_quote(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    """The body: from the reception point, with the mark-ups of the cabinet."""
    to_point = request.kind is DeliveryKind.PICKUP
    body = {
        "BoxSizes": [_box(parcel) for parcel in request.parcels],
        "DeliveryType": TO_POINT if to_point else TO_DOOR,
        "TargetStart": way.reception,
        "RecipientCityId": way.city.code if way.city else "",
        "TargetStop": request.point_code or "" if to_point else "",
        "OrderSum": rubles(worth(request)),
        "PaySum": rubles(request.cod or Money(0)),
        "UseShopSettings": 1,
    }
    return {name: value for name, value in body.items() if value != ""}


def _box(parcel: Parcel) -> dict[str, int]:
    width, height, depth = sides_cm(parcel) or (0, 0, 0)
    return {"Width": width, "Height": height, "Depth": depth, "Weight": parcel.weight_g}


def parse_quote(data: Any, request: ShipmentRequest) -> Quote | None:
    """The variant that the request asks for; None when there is none. Raises Unavailable for an odd answer."""
    result = data.get("result") if isinstance(data, Mapping) else None
    if not isinstance(result, Mapping):
        raise Unavailable("DeliveryCalculation: no result")
    rows = result.get("DeliveryCosts")
    wanted = TO_POINT if request.kind is DeliveryKind.PICKUP else TO_DOOR
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and str(row.get("DeliveryTypeId")) == wanted:
            return _quote(row, request)
    return None


def _quote(row: Mapping[str, Any], request: ShipmentRequest) -> Quote:
    price, base = money_of(row.get("TotalPrice")), money_of(row.get("PriceBase"))
    if price is None or price.minor <= 0:
        raise Unavailable("DeliveryCalculation: a variant without a price")
    services = money_of(row.get("PriceService"))
    lines = [PriceLine("tariff", base)] if base else []
    lines += [PriceLine("service", services)] if services else []
    # No field of the question names what the buyer chose, and no source its price (§5.2).
    lines += unsaid.services(request.extras, EXTRAS)
    # Calendar days here (§5.2).
    days = whole(row.get("DeliveryPeriod"))
    return Quote(request.service_code, price, days, days, lines=tuple(lines))
