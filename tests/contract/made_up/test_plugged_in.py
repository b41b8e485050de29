"""Five systems of somebody else's distribution: installed, found, and priced over their own protocols. Nothing of
Waybill was edited for them."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from b24app.clock import SystemClock
from b24app.logistics import ports
from b24app.logistics.addresses import read_address
from b24app.logistics.errors import LogisticsError, Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import is_ours
from b24app.systems import MemoryTokens, OpenContext, discover
from b24app.wire.calls import RemoteKey
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from tests.contract.systems.harness import Calls
from tests.made_up_world import KEY, Carriers

REQUEST = ShipmentRequest(
    number="wb-1-1",
    service_code="hop",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "+79000001462", "+79000001462"),
    parcels=(Parcel(6200, 400, 300, 250, (Item("Плед", "P1", 1, Money(432000), 6200),)),),
    address=read_address("Казань, ул. Баумана, 44"),
    cod=Money(648000),
    declared=Money(432000),
)


@pytest.fixture
def opened(made_up_plugins: None, made_up: Carriers) -> dict[str, object]:
    """The five, opened on their servers."""
    clock, urls = SystemClock(), [carrier.url for carrier in made_up.all.values()]
    http, tokens = Http(clock, Calls(), Guard(urls)), MemoryTokens(clock)
    found: dict[str, object] = {}
    for code, carrier in made_up.all.items():
        settings = {"address": carrier.url, "key": KEY}
        context = OpenContext(settings, "live", carrier.url, http, clock, tokens, RemoteKey(code, "1"))
        found[code] = discover()[code].open(context)
    return found


def test_they_are_found_and_do_what_their_manifests_say(opened: dict[str, object]) -> None:
    assert {"cdek", *opened} <= set(discover())
    for code, system in opened.items():
        assert discover()[code].manifest.title["ru"]
        missing = [name for name in discover()[code].manifest.ports if not isinstance(system, getattr(ports, name))]
        assert missing == []
        assert isinstance(system, ports.ConnectionTest)
        assert [step.ok for step in system.test()] == [True, True]


def said(system: object, request: ShipmentRequest) -> tuple[list[int], str]:
    """Prices in kopecks, or their refusal."""
    assert isinstance(system, ports.Offers)
    try:
        return [one.price.minor for one in system.offers(request)], ""
    except Refused as error:
        return [], f"{error.problems[0].code} {error.problems[0].their_code}"


def test_each_prices_or_refuses_in_its_own_way(opened: dict[str, object], made_up: Carriers) -> None:
    light = replace(REQUEST, parcels=(Parcel(2000, 0, 0, 0),), cod=None)
    assert {code: said(system, REQUEST) for code, system in opened.items()} == {
        "hare": ([9000 + 37200 + 3240 + 12960, 40000 + 37200 + 3240 + 12960], ""),
        "tortoise": ([15000 + 24800], ""),
        "owl": ([70000], ""),
        "feather": ([], "too_big_for_service W-5"),
        "barter": ([], "cod_not_allowed NO_CASH"),
    }
    assert [said(opened[code], light) for code in ("feather", "barter")] == [([30000], ""), ([25000], "")]
    made_up["tortoise"].delay_s = 0.3
    began = time.monotonic()
    said(opened["tortoise"], light)
    assert time.monotonic() - began > 0.3


def test_the_parts_of_a_price_add_up_to_it(opened: dict[str, object]) -> None:
    hare = opened["hare"]
    assert isinstance(hare, ports.Offers)
    for quote in hare.offers(REQUEST):
        assert sum(line.amount.minor for line in quote.lines if line.amount and not line.within) == quote.price.minor
        assert [line.what for line in quote.lines] == ["tariff", "insurance", "cod", "vat"]


def test_an_order_is_made_once_and_found_by_our_number(opened: dict[str, object]) -> None:
    hare = opened["hare"]
    assert isinstance(hare, ports.Orders)
    assert hare.find(REQUEST.number) is None
    made = hare.create(REQUEST)
    found = hare.find(REQUEST.number)
    assert found is not None
    assert (found.remote_id, is_ours(REQUEST, found)) == (made.remote_id, True)
    assert hare.read(made.remote_id).tracking_number == made.tracking_number
    with pytest.raises(LogisticsError):
        hare.create(REQUEST)
