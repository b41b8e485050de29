"""Prices of both services (yandex-delivery.md §A5, §B3): build the question, parse the answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address, DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit import unsaid
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import money_of, whole
from b24app.systems.yandex_delivery.errors import child
from b24app.systems.yandex_delivery.orders import dims, policy
from b24app.systems.yandex_delivery.vocabulary import EXPRESS, EXTRAS, OTHER_DAY, house_and_flat, price_of


def build_price(request: ShipmentRequest, station: str) -> dict[str, Any]:
    """The body of `pricing-calculator`: grams, centimetres, kopecks; the address without its flat."""
    body: dict[str, Any] = {
        "source": {"platform_station_id": station},
        "destination": short_destination(request),
        "tariff": policy(request.kind),
        "total_weight": request.weight_g,
        "total_assessed_price": request.declared.minor if request.declared else _worth(request),
        "places": [{"physical_dims": dims(parcel)} for parcel in request.parcels],
    }
    if request.cod:
        # The calculator knows no other way to pay on delivery.
        body |= {"client_price": request.cod.minor, "payment_method": "card_on_receipt"}
    return body


def build_trial(address: Address, station: str) -> dict[str, Any]:
    return {
        "source": {"platform_station_id": station},
        "destination": {"address": address.text},
        "tariff": "time_interval",
        "total_weight": 1000,
    }


def build_windows(request: ShipmentRequest, station: str) -> dict[str, Any]:
    """The body of `offers/info`."""
    names = ("source", "destination", "places")
    return {name: value for name, value in build_price(request, station).items() if name in names}


def short_destination(request: ShipmentRequest) -> dict[str, str]:
    if request.kind is DeliveryKind.PICKUP:
        return {"platform_station_id": request.point_code or ""}
    return {"address": house_and_flat(request.address.text)[0] if request.address else ""}


def _worth(request: ShipmentRequest) -> int:
    return sum(item.price.minor * item.quantity for parcel in request.parcels for item in parcel.items)


def parse_price(data: Mapping[str, Any], extras: Sequence[str] = ()) -> Quote:
    """The sum is all they tell: VAT and what they take of a payment are in it. No field of the question names `extras`,
    which the buyer chose. Raises Unavailable."""
    price = price_of(data.get("pricing_total"))
    if price is None:
        raise Unavailable("pricing-calculator: an answer without a price")
    days = whole(data.get("delivery_days"))
    later = unsaid.services(extras, EXTRAS)
    lines = (PriceLine("tariff", price), *later) if later else ()
    return Quote(OTHER_DAY, price, days, days, lines=lines)


def parse_offer(data: Mapping[str, Any]) -> tuple[str, Money | None]:
    """`(offer_id, its price)` of the soonest offer; `("", None)` when there is none (§A6)."""
    offers = [row for row in rows_of(data.get("offers")) if row.get("offer_id")]
    soonest = min(offers, key=_begins, default=None)
    if soonest is None:
        return "", None
    details = child(soonest, "offer_details")
    return str(soonest["offer_id"]), price_of(details.get("pricing_total")) or price_of(details.get("pricing"))


def _begins(offer: Mapping[str, Any]) -> str:
    return str(child(offer, "offer_details", "delivery_interval").get("min") or "9")


def first_window(rows: Any) -> dict[str, Any] | None:
    """`from`/`to` of the soonest window (§A5, §A9)."""
    windows = [row for row in rows_of(rows) if row.get("from") and row.get("to")]
    soonest = min(windows, key=lambda row: str(row["from"]), default=None)
    return {"from": soonest["from"], "to": soonest["to"]} if soonest else None


def parse_ride(data: Mapping[str, Any]) -> tuple[Quote, str]:
    """The cheapest of `offers/calculate` and its payload, good for two minutes. Raises Refused, Unavailable."""
    if not isinstance(data.get("offers"), list):
        raise Unavailable("offers/calculate: an answer without offers")
    rides = [(quote, str(row["payload"])) for row in rows_of(data["offers"]) if (quote := _ride(row))]
    if not rides:
        raise Refused([Problem("service_unavailable", Field.SERVICE)])
    return min(rides, key=lambda ride: ride[0].price.minor)


def _ride(row: Mapping[str, Any]) -> Quote | None:
    told = child(row, "price")
    currency = str(told.get("currency") or "RUB")
    net, gross = (money_of(told.get(name), currency) for name in ("total_price", "total_price_with_vat"))
    price = gross or net
    if not row.get("payload") or price is None:
        return None
    lines = [PriceLine("tariff", price)]
    if gross and net:
        lines.append(PriceLine("vat", Money(gross.minor - net.minor, currency), within=True))
    return Quote(EXPRESS, price, 0, 0, lines=tuple(lines))
