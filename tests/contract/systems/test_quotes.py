"""Prices: the ports Quotes and Offers."""

from __future__ import annotations

from b24app.logistics.model import DeliveryKind, Parcel
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, ODD_LISTS, SILENT

PARTS = {"tariff", "insurance", "cod", "service", "vat"}


def sound(quote: Quote) -> bool:
    """A price, a term that makes sense, and parts that add up to it where all of them are told."""
    assert quote.price.minor > 0
    assert quote.price.currency == "RUB"
    assert quote.days_max is None or quote.days_max >= (quote.days_min or 0)
    assert {line.what for line in quote.lines} <= PARTS
    outer = [line.amount for line in quote.lines if not line.within]
    told = [amount.minor for amount in outer if amount is not None]
    return len(told) < len(outer) or not told or sum(told) == quote.price.minor


def test_the_service_has_a_price_made_of_parts(system: Harness) -> None:
    if not system.has("Quotes"):
        return
    request = system.request()
    quote = system.port.quote(request)
    assert sound(quote)
    assert quote.service_code == request.service_code
    heavy = system.port.quote(system.request(parcels=(Parcel(9000, 400, 300, 300, request.parcels[0].items),)))
    assert sound(heavy)
    assert heavy.price.minor > quote.price.minor
    dear = system.port.quote(system.request(declared=Money.of(30_000)))
    assert sound(dear)
    assert dear.price.minor >= quote.price.minor
    if system.takes_cod:
        paid = system.port.quote(system.request(cod=Money.of(900)))
        assert sound(paid)
        assert paid.price.minor >= quote.price.minor
    assert system.accepted(request.number) == 0
    assert system.port.find(request.number) is None


def test_all_services_are_priced_at_once_and_like_one(system: Harness) -> None:
    if not system.has("Offers"):
        return
    request = system.request()
    offers = {quote.service_code: quote for quote in system.port.offers(request)}
    assert set(offers) <= {code for code, _ in system.manifest.services}
    assert len(offers) > min(1, len(system.manifest.services) - 1)
    assert all(sound(quote) for quote in offers.values())
    assert offers[request.service_code] == system.port.quote(request)


def test_a_point_is_priced_too(system: Harness) -> None:
    if not system.has("Offers") or not system.has("PickupPoints"):
        return
    request = system.point_request()
    assert request.kind is DeliveryKind.PICKUP
    offers = {quote.service_code: quote for quote in system.port.offers(request)}
    assert all(sound(quote) for quote in offers.values())
    assert offers[request.service_code] == system.port.quote(request)


def test_a_silent_calculator_is_unavailable_and_no_refusal(system: Harness) -> None:
    if not system.has("Quotes"):
        return
    request = system.request()
    quote = system.port.quote(request)  # what it needs beside is known now
    said = system.raised_by((*SILENT, *ODD, *ODD_LISTS), system.pricing(), lambda: system.port.quote(request))
    assert said == dict.fromkeys(said, "Unavailable")
    assert system.port.quote(request) == quote
