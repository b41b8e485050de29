"""Prices (apiship.md §3): one calculation tells the tariffs of every carrier; a service of ours is a carrier, and the
cheapest of its tariffs that goes this way is taken; a number is a tariff of ApiShip, taken literally."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.model import Address, DeliveryKind, Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import ANY, COURIER, PATIENCE_MS, POINT
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import centimetres, money_of, whole, whole_units


@dataclass(frozen=True, slots=True)
class Priced:
    """A tariff that could carry the request: `pickup` is COURIER or POINT. `fees` are what the carrier takes beside:
    None = it does not tell; `included` = they are in `price`."""

    carrier: str
    tariff: int
    name: str
    pickup: int
    price: Money
    days: tuple[int | None, int | None]
    insurance: Money | None
    cash: Money | None
    included: bool


def delivery_type(request: ShipmentRequest) -> int:
    return POINT if request.kind is DeliveryKind.PICKUP else COURIER


def declared(request: ShipmentRequest) -> Money:
    """What the goods are insured for."""
    items = [item for parcel in request.parcels for item in parcel.items]
    goods = Money(sum(item.price.minor * item.quantity for item in items))
    return goods if request.declared is None else request.declared


def in_rubles(request: ShipmentRequest) -> bool:
    """ApiShip has no other currency (§2)."""
    money = [item.price for parcel in request.parcels for item in parcel.items]
    return all(each is None or each.currency == "RUB" for each in (*money, request.cod, request.declared))


def place(address: Address, city: str) -> dict[str, Any]:
    """`from` and `to`: by the name of the city; an address line would be preferred to it by ApiShip, so it only goes
    where no name was recognised."""
    found: dict[str, Any] = {"countryCode": address.country}
    found |= {"city": city} if city else {"addressString": address.text[:255]}
    if address.postal_code:
        found["index"] = address.postal_code
    if address.region:
        found["region"] = address.region[:100]
    return found | spot(address)


def spot(address: Address) -> dict[str, float]:
    """Where it is, if that is known: carriers that are taxis go by it."""
    known = address.lat is not None and address.lon is not None
    return {"lat": float(address.lat or 0), "lng": float(address.lon or 0)} if known else {}


def build_calculation(
    request: ShipmentRequest,
    start: Mapping[str, Any],
    end: Mapping[str, Any],
    service: str = "",
    connects: Mapping[str, str] | None = None,
    patience_ms: int = PATIENCE_MS,
) -> dict[str, Any]:
    """`service` "" and ANY = of all carriers."""
    body: dict[str, Any] = {
        "from": dict(start),
        "to": dict(end),
        "places": [box(parcel) for parcel in request.parcels],
        "deliveryTypes": [delivery_type(request)],
        "assessedCost": whole_units(declared(request)),
        "codCost": whole_units(request.cod) if request.cod else 0,
        "includeFees": True,
        "timeout": patience_ms,
    }
    if service.isdigit():
        body["tariffIds"] = [int(service)]
    elif service not in ("", ANY):
        body["providerKeys"] = [service]
    if request.kind is DeliveryKind.PICKUP and request.point_code:
        body["pointOutId"] = int(request.point_code)
    if connects:
        body["extraParams"] = {f"{carrier}.providerConnectId": found for carrier, found in connects.items()}
    return body


def box(parcel: Parcel) -> dict[str, int]:
    """Grams and centimetres; sides only when all are known."""
    found = {"weight": parcel.weight_g}
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if min(sides) > 0:
        found |= dict(zip(("length", "width", "height"), map(centimetres, sides), strict=True))
    return found


def parse_tariffs(reply: Reply, request: ShipmentRequest, drops: Iterable[str]) -> list[Priced]:
    """Tariffs that go this way: from our drop-off point for the carriers in `drops`, from our door for the others.
    Raises Unavailable for an answer that is none."""
    name = "deliveryToPoint" if delivery_type(request) == POINT else "deliveryToDoor"
    if not isinstance(reply.row.get(name), list):
        raise Unavailable(f"calculator: HTTP {reply.status} without {name}")
    found = []
    for group in rows_of(reply.row[name]):
        carrier = str(group.get("providerKey") or "")
        pickup = POINT if carrier in drops else COURIER
        found += [
            priced for row in rows_of(group.get("tariffs")) if (priced := _priced(carrier, pickup, row)) is not None
        ]
    return found


def _priced(carrier: str, pickup: int, row: Mapping[str, Any]) -> Priced | None:
    tariff, price = whole(row.get("tariffId")), money_of(row.get("deliveryCost"))
    if tariff is None or price is None or pickup not in (row.get("pickupTypes") or (COURIER, POINT)):
        return None
    insurance, cash = money_of(row.get("insuranceFee")), money_of(row.get("cashServiceFee"))
    days = (_days(row, "Min"), _days(row, "Max"))
    included = row.get("feesIncluded") is True
    name = str(row.get("tariffName") or tariff)
    return Priced(carrier, tariff, name, pickup, price, days, insurance, cash, included)


def _days(row: Mapping[str, Any], end: str) -> int | None:
    """Calendar days; `days…` is the old name."""
    found = whole(row.get(f"calendarDays{end}"))
    return found if found is not None else whole(row.get(f"days{end}"))


def cheapest(found: Iterable[Priced]) -> Priced | None:
    return min(found, key=lambda priced: (total(priced).minor, priced.tariff), default=None)


def total(priced: Priced) -> Money:
    """With what the carrier takes for insurance and cash, if it tells."""
    fees = [] if priced.included else [fee for fee in (priced.insurance, priced.cash) if fee]
    return Money(priced.price.minor + sum(fee.minor for fee in fees), priced.price.currency)


def quote_of(priced: Priced, service: str, request: ShipmentRequest) -> Quote:
    """What is not told beforehand is a line without an amount."""
    fees = [fee for fee in (priced.insurance, priced.cash) if fee] if priced.included else []
    base = Money(priced.price.minor - sum(fee.minor for fee in fees), priced.price.currency)
    lines = [PriceLine("tariff", base, code=priced.name)]
    for what, fee, of in (("insurance", priced.insurance, declared(request)), ("cod", priced.cash, request.cod)):
        if of and (fee or fee is None):
            lines.append(PriceLine(what, fee, of=of))
    return Quote(service, total(priced), *priced.days, lines=tuple(lines))


def best_by_carrier(found: Iterable[Priced]) -> dict[str, Priced]:
    groups: dict[str, list[Priced]] = {}
    for priced in found:
        groups.setdefault(priced.carrier, []).append(priced)
    return {carrier: best for carrier, group in groups.items() if (best := cheapest(group))}


def parse_trial(reply: Reply) -> dict[str, str]:
    """How many tariffs there are (`n`), and the cheapest (`minor`, `currency`)."""
    groups = [group for name in ("deliveryToDoor", "deliveryToPoint") for group in rows_of(reply.row.get(name))]
    rows = [row for group in groups for row in rows_of(group.get("tariffs"))]
    prices = [price for row in rows if (price := money_of(row.get("deliveryCost")))]
    best = min(prices, key=lambda price: price.minor, default=None)
    return {"n": str(len(rows)), **({"minor": str(best.minor), "currency": best.currency} if best else {})}
