"""Prices: of one tariff (cdek.md §5.2), of all that could carry a parcel (§5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.ports import Quote
from b24app.systems.cdek.client import Reply
from b24app.systems.cdek.errors import problems_of, rows_of
from b24app.systems.cdek.orders import FREIGHT, Way
from b24app.systems.cdek.vocabulary import centimetres, money_of, rubles


def build_quote(request: ShipmentRequest, way: Way, date: str) -> dict[str, Any]:
    """`date` = planned hand-over, `yyyy-MM-dd'T'HH:mm:ssZ`. An online-shop contract must not ask for insurance: a real
    one refuses every row then (§5.3)."""
    return {**build_offers(request, way, date), "tariff_code": way.tariff}


def build_offers(request: ShipmentRequest, way: Way, date: str) -> dict[str, Any]:
    """The same parcel, without naming a tariff: `tariffAndService` (§5.3)."""
    body: dict[str, Any] = {
        "type": way.order_type,
        "date": date,
        "from_location": {"code": int(way.from_city)},
        "to_location": {"code": int(way.to_city)},
        "packages": [_package(parcel) for parcel in request.parcels],
    }
    if way.order_type == FREIGHT and request.declared:
        body["services"] = [{"code": "INSURANCE", "parameter": f"{rubles(request.declared.minor):.2f}"}]
    return body


#: A parcel of one kilogram from Moscow to Kazan, for trying an account out: their city codes (§14).
_MOSCOW, _KAZAN = 44, 424


def build_trial(order_type: int) -> dict[str, Any]:
    """The body of `tarifflist` (§5.1): `type` must be the contract's, else the prices are another one's."""
    package = {"weight": 1000, "length": 20, "width": 15, "height": 10}
    return {
        "type": order_type,
        "from_location": {"code": _MOSCOW},
        "to_location": {"code": _KAZAN},
        "packages": [package],
    }


def parse_trial(reply: Reply) -> dict[str, str]:
    """How many tariffs there are (`n`), and the cheapest (`minor`, `currency`). Raises Refused."""
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    data: Mapping[str, Any] = reply.data if isinstance(reply.data, Mapping) else {}
    rows = rows_of(data.get("tariff_codes"))
    prices = [price for row in rows if (price := money_of(row.get("delivery_sum")))]
    cheapest = min(prices, key=lambda price: price.minor, default=None)
    money = {"minor": str(cheapest.minor), "currency": cheapest.currency} if cheapest else {}
    return {"n": str(len(rows)), **money}


def _package(parcel: Parcel) -> dict[str, int]:
    package = {"weight": parcel.weight_g}
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if min(sides) > 0:
        package |= dict(zip(("length", "width", "height"), map(centimetres, sides), strict=True))
    return package


def parse_quote(reply: Reply, service: str) -> Quote:
    """Errors stand in the 200 body too. Raises Refused, Unavailable."""
    data: Mapping[str, Any] = reply.data if isinstance(reply.data, Mapping) else {}
    currency = str(data.get("currency") or "RUB")
    price = money_of(data.get("total_sum"), currency) or money_of(data.get("delivery_sum"), currency)
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    if price is None:
        raise Unavailable("calculator.tariff: an answer without a price")
    return Quote(service, price, _days(data.get("calendar_min")), _days(data.get("calendar_max")))


#: A priced row says "true"; one that only the insurance does not fit still stands at its base price (§5.3).
_PRICED, _NOT_INSURED = "true", frozenset({"ve_additional_service_unavailable", "ve_as_insurance_min_declared_cost"})


def parse_offers(reply: Reply, services: Mapping[int, str]) -> list[Quote]:
    """The rows of our services (tariff's number -> service). Codes are texts here, and so is the verdict of a row.
    Raises Refused, Unavailable."""
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    data: Mapping[str, Any] = reply.data if isinstance(reply.data, Mapping) else {}
    if not isinstance(data.get("tariff_codes"), list):
        raise Unavailable(f"calculator.offers: HTTP {reply.status} without tariffs")
    ours = {str(tariff): service for tariff, service in services.items()}
    found = ((ours.get(str(row.get("tariff_code"))), row) for row in rows_of(data["tariff_codes"]))
    return [quote for service, row in found if service and (quote := _offer(row, service)) is not None]


def _offer(row: Mapping[str, Any], service: str) -> Quote | None:
    result = row.get("result")
    priced: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    why = {str(error.get("code")) for error in rows_of(priced.get("errors"))}
    if row.get("status") != _PRICED and not (why and why <= _NOT_INSURED):
        return None
    currency = str(priced.get("currency") or "RUB")
    price = money_of(priced.get("total_sum"), currency) or money_of(priced.get("delivery_sum"), currency)
    if price is None:
        return None
    return Quote(service, price, _days(priced.get("calendar_min")), _days(priced.get("calendar_max")))


def _days(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
