"""Prices (russian-post.md §6): the contract's rate per product, in kopecks with the VAT beside it; a refusal is
explained by the public calculator, which has words. Pure but for `Desk`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Field, Problem
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.errors import problem_of, said
from b24app.systems.russian_post.orders import Way, category, extra_fields, money_of_parcels, product_number, sides_of
from b24app.systems.russian_post.vocabulary import RUSSIA, SERVICES, dimension_type

_WHAT = {"ground": "tariff", "avia": "tariff", "insurance": "insurance"}


def build_rate(service: str, way: Way, parcel: Parcel, insured: int, paid: int) -> dict[str, Any]:
    """The body of `POST /1.0/tariff` for one parcel."""
    product = SERVICES[service]
    body: dict[str, Any] = {
        "index-from": way.office,
        "mail-type": product.mail_type,
        "mail-category": category(insured, paid, bool(way.point)),
        "mail-direct": RUSSIA,
        "mass": parcel.weight_g,
        "payment-method": "CASHLESS",
        "transport-type": "STANDARD" if way.point else product.transport,
        "with-order-of-notice": False,
        "with-simple-notice": False,
    }
    if sides := sides_of(parcel):
        body["dimension"] = sides
    if insured:
        body["declared-value"] = insured
    if way.point:
        sides_mm = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
        return body | {"delivery-point-index": way.point, "dimension-type": dimension_type(sides_mm), "courier": False}
    return body | {"index-to": str(way.to.get("index-to") or "")}


@dataclass(frozen=True, slots=True)
class Rate:
    """The answer for one parcel, in kopecks: `parts` (by their names, without `-rate`) and `total` have no VAT in them.
    `weight_g` is what is paid for."""

    total: int
    vat: int
    parts: Mapping[str, int]
    days: tuple[int | None, int | None] = (None, None)
    weight_g: int | None = None


def parse_rate(data: Any) -> Rate:
    """Raises Refused, Unavailable."""
    if errors := said(data):
        # A bare UNDEFINED is the calculator's (shape 6): no rate for this.
        named = [replace(error, code="UNDEFINED_TARIFF") if error.code == "UNDEFINED" else error for error in errors]
        pairs = zip(map(problem_of, named), errors, strict=True)
        raise Refused([replace(problem, their_code=error.code) for problem, error in pairs])
    if not isinstance(data, Mapping) or not isinstance(data.get("total-rate"), int):
        raise Unavailable("tariff: an answer without a price")
    parts = {name.removesuffix("-rate"): _int(value, "rate") for name, value in data.items() if name.endswith("-rate")}
    term = data.get("delivery-time")
    return Rate(
        data["total-rate"],
        _int(data, "total-vat") or 0,
        {name: amount for name, amount in parts.items() if amount},
        (_int(term, "min-days"), _int(term, "max-days")),
        _int(data.get("tariffAdditionalFieldsJson"), "weight-pay"),
    )


def _int(row: Any, name: str) -> int | None:
    value = row.get(name) if isinstance(row, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def summed(service: str, rates: Sequence[Rate], request: ShipmentRequest) -> Quote:
    """One quote of the rates of all parcels: the totals are authoritative, parts that do not add up are not told."""
    total, vat = sum(rate.total for rate in rates), sum(rate.vat for rate in rates)
    parts: Counter[str] = Counter()
    for rate in rates:
        parts.update(rate.parts)
    if parts.total() != total:
        parts = Counter({"ground": total})
    weights = [rate.weight_g for rate in rates]
    weight = sum(filter(None, weights)) if None not in weights else None
    lines = [
        PriceLine(_WHAT.get(name, "service"), Money(amount), "" if name in _WHAT else name,
                  weight_g=weight if name == "ground" else None)
        for name, amount in parts.items()
    ]  # fmt: skip
    lines += [PriceLine("vat", Money(vat))] if vat else []
    lines += [PriceLine("cod", of=request.cod)] if request.cod else []
    least, most = (max(filter(None, (rate.days[n] for rate in rates)), default=None) for n in (0, 1))
    return Quote(service, Money(total + vat), least, most, lines=tuple(lines))


class Desk:
    """Asks for prices: one call a product and a kind of parcel."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def price(self, service: str, request: ShipmentRequest, way: Way) -> Quote:
        """Raises Refused, Unavailable, AccountProblem."""
        asked = [
            build_rate(service, way, parcel, *money) | extra_fields(request)
            for parcel, money in zip(request.parcels, money_of_parcels(request), strict=True)
        ]
        found = {}
        for body in asked:
            if str(body) not in found:
                found[str(body)] = parse_rate(self._client.call("POST", "1.0/tariff", "tariff", json=body))
        return summed(service, [found[str(body)] for body in asked], request)

    def explained(self, error: Refused, service: str, request: ShipmentRequest, way: Way) -> Refused:
        """The refusal with the public calculator's words, if it has any."""
        insured, paid = money_of_parcels(request)[0]
        name = category(insured, paid, bool(way.point))
        asked = {
            "object": str(product_number(service, name)),
            "from": way.office,
            "to": str(way.to.get("index-to") or way.point),
            "weight": str(request.parcels[0].weight_g),
        }
        asked |= {"sumoc": str(insured)} if insured else {}
        asked |= {"sumnp": str(paid)} if paid else {}
        with suppress(LogisticsError, AttributeError, LookupError, TypeError):
            data = self._client.public_tariff(**asked)
            words = "; ".join(str(row["msg"]) for row in data["errors"])
            return Refused([replace(problem, their_text=words or problem.their_text) for problem in error.problems])
        return error


def unfit_service(request: ShipmentRequest, service: str, *, to_point: bool, to_office: bool) -> Problem | None:
    """Before anything is asked: a service of another kind, or for lighter parcels."""
    known = SERVICES.get(service)
    if known is None:
        return Problem("service_unknown", Field.SERVICE, params={"service": service})
    if (to_point and not known.points) or (to_office and known.door):
        return Problem("service_mode", Field.SERVICE, params={"service": service})
    if any(parcel.weight_g > known.max_g for parcel in request.parcels):
        return Problem("too_big_for_service", Field.WEIGHT)
    return None
