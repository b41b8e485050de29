"""Prices: of one tariff (cdek.md §5.2), of all that could carry a parcel (§5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.systems.cdek.client import Reply
from b24app.systems.cdek.errors import problems_of, rows_of
from b24app.systems.cdek.orders import FREIGHT, Way, extra_services
from b24app.systems.kit.units import centimetres, money_of, whole_units


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
    services = extra_services(request)
    if way.order_type == FREIGHT and request.declared:
        services.append({"code": "INSURANCE", "parameter": f"{whole_units(request.declared):.2f}"})
    return body | ({"services": services} if services else {})


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
    rows = rows_of(reply.document.get("tariff_codes"))
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


def unsaid(request: ShipmentRequest, way: Way) -> tuple[PriceLine, ...]:
    """What CDEK bills and its calculator does not tell. An online shop's contract is insured by the goods' value
    without being asked (§5.3: 150 quoted, 189 charged), and no method takes a declared value then; what it takes of the
    recipient's payment is in the contract alone."""
    insured = request.declared if way.order_type != FREIGHT else None
    lines = [PriceLine("insurance", of=insured)] if insured else []
    return (*lines, *([PriceLine("cod", of=request.cod)] if request.cod else []))


def parse_quote(reply: Reply, service: str, more: tuple[PriceLine, ...] = ()) -> Quote:
    """Errors stand in the 200 body too; `more` are the lines of `unsaid`. Raises Refused, Unavailable."""
    data = reply.document
    currency = str(data.get("currency") or "RUB")
    price = money_of(data.get("total_sum"), currency) or money_of(data.get("delivery_sum"), currency)
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    if price is None:
        raise Unavailable("calculator.tariff: an answer without a price")
    return _quote(service, price, data, more)


#: A priced row says "true"; one that only the insurance does not fit still stands at its base price (§5.3).
_PRICED, _NOT_INSURED = "true", frozenset({"ve_additional_service_unavailable", "ve_as_insurance_min_declared_cost"})


def parse_offers(
    reply: Reply, services: Mapping[int, str], more: tuple[PriceLine, ...] = (), whole: bool = False
) -> list[Quote]:
    """The rows of our services (tariff's number -> service). Codes are texts here, and so is the verdict of a row.
    `more` are the lines of `unsaid`; `whole`: a row without one of the services that were asked for is none. Raises
    Refused, Unavailable."""
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    rows = reply.document.get("tariff_codes")
    if not isinstance(rows, list):
        raise reply.odd("calculator.offers")
    ours = {str(tariff): service for tariff, service in services.items()}
    found = ((ours.get(str(row.get("tariff_code"))), row) for row in rows_of(rows))
    return [quote for service, row in found if service and (quote := _offer(row, service, more, whole)) is not None]


def parse_bare_offers(reply: Reply, services: Mapping[int, str], request: ShipmentRequest, way: Way) -> list[Quote]:
    """The rows of `tarifflist` (§5.1): numbers for codes, prices without any service, not even the insurance. Raises
    Refused."""
    if reply.errors:
        raise Refused(problems_of(reply.errors))
    insured = [PriceLine("insurance", of=request.declared)] if request.declared and way.order_type == FREIGHT else []
    more = (*insured, *unsaid(request, way))
    rows = [(services.get(row.get("tariff_code", 0)), row) for row in rows_of(reply.document.get("tariff_codes"))]
    priced = [(service, money_of(row.get("delivery_sum")), row) for service, row in rows if service]
    return [_quote(service, price, row, more) for service, price, row in priced if price is not None]


def _offer(row: Mapping[str, Any], service: str, more: tuple[PriceLine, ...], whole: bool) -> Quote | None:
    result = row.get("result")
    priced: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    why = {str(error.get("code")) for error in rows_of(priced.get("errors"))}
    if row.get("status") != _PRICED and (whole or not (why and why <= _NOT_INSURED)):
        return None
    currency = str(priced.get("currency") or "RUB")
    price = money_of(priced.get("total_sum"), currency) or money_of(priced.get("delivery_sum"), currency)
    if price is None:
        return None
    return _quote(service, price, priced, more)


def _quote(service: str, price: Money, priced: Mapping[str, Any], more: tuple[PriceLine, ...]) -> Quote:
    lines = _lines(priced, price.currency, more)
    return Quote(service, price, _days(priced.get("calendar_min")), _days(priced.get("calendar_max")), lines=lines)


#: Their services that we have words for; others are named by their code.
_WHAT = {"INSURANCE": "insurance"}


def _lines(priced: Mapping[str, Any], currency: str, more: tuple[PriceLine, ...]) -> tuple[PriceLine, ...]:
    """The tariff, each service with the VAT in it, what is billed beside. Of the tariff CDEK tells no VAT (§5.3)."""
    base, weight = money_of(priced.get("delivery_sum"), currency), priced.get("weight_calc")
    tariff = PriceLine("tariff", base, weight_g=weight if isinstance(weight, int) else None)
    rows = rows_of(priced.get("services"))
    services = [(row, money) for row in rows if (money := money_of(row.get("total_sum"), currency))]
    told = [_service(str(row.get("code")), money) for row, money in services]
    vat = [_vat(row, currency) for row, _ in services]
    known = {line.what for line in told}
    others = [line for line in more if line.what not in known]
    return (*([tariff] if base else []), *told, *others, *(line for line in vat if line))


def _service(code: str, money: Money) -> PriceLine:
    return PriceLine(_WHAT.get(code, "service"), money, code)


def _vat(row: Mapping[str, Any], currency: str) -> PriceLine | None:
    amount, rate = money_of(row.get("vat_sum"), currency), row.get("vat_rate")
    return PriceLine("vat", amount, str(row.get("code")), f"{rate:g}" if rate else "", within=True) if amount else None


def _days(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
