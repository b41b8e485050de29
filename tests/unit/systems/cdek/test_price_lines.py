"""What a price of CDEK's is made of: what its calculator tells, and what it bills beside and does not tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.model import DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine
from b24app.systems.cdek.client import Reply
from b24app.systems.cdek.orders import FREIGHT, SHOP, Way
from b24app.systems.cdek.quotes import parse_offers, parse_quote, unsaid

REQUEST = ShipmentRequest(
    "wb-1-1",
    "parcel",
    DeliveryKind.PICKUP,
    Recipient("", "", None),
    (Parcel(6200, 0, 0, 0),),
    cod=Money(648000),
    declared=Money(432000),
)
#: cdek.md §5.3, as answered for a declared value of 1000.
PRICED: dict[str, Any] = {
    "delivery_sum": 150.0,
    "weight_calc": 6200,
    "calendar_min": 2,
    "calendar_max": 3,
    "total_sum": 159.0,
    "currency": "RUB",
    "services": [{"code": "INSURANCE", "sum": 7.5, "total_sum": 9, "vat_rate": 20, "vat_sum": 1.5}],
}
TARIFF = PriceLine("tariff", Money(15000), weight_g=6200)


def way(order_type: int) -> Way:
    return Way(order_type=order_type, tariff=136, sender=Sender(), to_city="424", from_city="44", vat="")


@pytest.mark.parametrize("method", ["tariff", "tariffAndService"])
def test_services_are_told_with_the_vat_that_is_in_them(method: str) -> None:
    more = unsaid(replace(REQUEST, cod=None), way(FREIGHT))
    if method == "tariff":
        quote = parse_quote(Reply(200, PRICED, ()), "parcel", more)
    else:
        row = {"tariff_code": "136", "status": "true", "result": PRICED}
        (quote,) = parse_offers(Reply(200, {"tariff_codes": [row]}, ()), {136: "parcel"}, more)
    assert quote.price == Money(15900)
    assert quote.lines == (
        TARIFF,
        PriceLine("insurance", Money(900), "INSURANCE"),
        PriceLine("vat", Money(150), "INSURANCE", "20", within=True),
    )


def test_what_an_online_shop_pays_beside_is_named_without_a_sum() -> None:
    bare = {name: value for name, value in PRICED.items() if name not in ("services", "total_sum")}
    quote = parse_quote(Reply(200, bare, ()), "parcel", unsaid(REQUEST, way(SHOP)))
    assert quote.price == Money(15000)
    assert quote.lines == (TARIFF, PriceLine("insurance", of=Money(432000)), PriceLine("cod", of=Money(648000)))


def test_a_service_that_was_told_is_not_named_twice_and_an_own_one_keeps_its_code() -> None:
    services = [*PRICED["services"], {"code": "SMS", "sum": 30, "total_sum": 36.6, "vat_rate": 22, "vat_sum": 6.6}]
    quote = parse_quote(Reply(200, {**PRICED, "services": services}, ()), "parcel", unsaid(REQUEST, way(SHOP)))
    assert [(line.what, line.code) for line in quote.lines if not line.within] == [
        ("tariff", ""),
        ("insurance", "INSURANCE"),
        ("service", "SMS"),
        ("cod", ""),
    ]
    assert [line.percent for line in quote.lines if line.within] == ["20", "22"]
