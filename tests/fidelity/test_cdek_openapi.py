"""What our CDEK plug-in sends, and what the emulated CDEK answers, against CDEK's own specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cdek import CdekClient
from cdek.apps.tariff import TariffCodeRequest, TariffListRequest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.order import Decision
from b24app.systems import discover
from sandbox.world import World
from tests.contract.systems.cdek_harness import CdekHarness
from tests.fidelity.openapi import complaints, operation_of
from tests.fidelity.recorder import Exchange

Calls = tuple[str, list[Exchange]]
SERVICES = [code for code, _ in discover()["cdek"].manifest.services]


class Recorded(CdekHarness):
    """Our plug-in, at the recorded door."""

    door = ""

    def base_url(self) -> str:
        return self.door


@pytest.fixture
def cdek(world: World, cdek_calls: Calls) -> Iterator[Recorded]:
    harness = type("AtTheDoor", (Recorded,), {"door": cdek_calls[0]})(world)
    yield harness
    harness.close()


def judged(calls: Calls) -> set[str]:
    """Every recorded call is as specified; the operations that were called."""
    assert [text for call in calls[1] for text in complaints(call)] == []
    return {operation_of(call) for call in calls[1]}


def test_orders_to_the_door_and_to_an_office(cdek: Recorded, cdek_calls: Calls) -> None:
    courier = cdek.settle(cdek.port.create(cdek.request("fid-1", cod=Money.of(900), declared=Money.of(900))))
    office = cdek.request("fid-2", kind=DeliveryKind.PICKUP, point_code="KZN1", address=None, comment="Позвонить")
    kept = cdek.settle(cdek.port.create(office))
    assert (courier.decision, kept.decision) == (Decision.ACCEPTED, Decision.ACCEPTED)
    cdek.move(courier, "delivered")
    cdek.port.read(courier.remote_id)
    cdek.port.find("fid-2")
    cdek.port.cancel(kept.remote_id)
    assert judged(cdek_calls) >= {
        "POST /v2/oauth/token", "GET /v2/location/cities", "GET /v2/deliverypoints", "POST /v2/orders",
        "GET /v2/orders/{uuid}", "GET /v2/orders", "DELETE /v2/orders/{uuid}",
    }  # fmt: skip


def test_every_service_of_both_contracts(cdek: Recorded, cdek_calls: Calls, world: World) -> None:
    """Each service is priced and ordered under the contract that has it."""
    shop, freight = world.addresses["cdek"]["accounts"][:2]
    done = {service: ordered(cdek, shop, "1", service) or ordered(cdek, freight, "2", service) for service in SERVICES}
    assert done == dict.fromkeys(SERVICES, True)
    assert judged(cdek_calls) >= {
        "POST /v2/calculator/tariff", "POST /v2/calculator/tariffAndService", "POST /v2/orders",
    }  # fmt: skip


def ordered(cdek: Recorded, account: dict[str, Any], contract: str, service: str) -> bool:
    """False when this contract does not have the service."""
    keys = {"account": account["client_id"], "secret": account["client_secret"], "contract": contract}
    cdek.port = cdek.open(**keys, sender_phone="+74950000001")
    request = cdek.request(f"fid-{contract}-{service}", service_code=service, declared=Money.of(900))
    try:
        assert cdek.port.quote(request) in cdek.port.offers(request)
    except Refused as error:
        assert [problem.code for problem in error.problems] == ["service_contract"]
        return False
    return cdek.settle(cdek.port.create(request)).decision is Decision.ACCEPTED


def test_refusals_at_once_and_later(cdek: Recorded, cdek_calls: Calls) -> None:
    refused = cdek.settle(cdek.port.create(cdek.refused_request()))
    assert refused.decision is Decision.REFUSED
    with pytest.raises(Refused):
        cdek.port.create(cdek.request("", recipient=replace(cdek.request().recipient, name="")))
    assert cdek.port.find("fid-nobody") is None
    judged(cdek_calls)


def test_cities_and_their_suggestions(cdek: Recorded, cdek_calls: Calls) -> None:
    with pytest.raises(Refused):
        cdek.port.create(cdek.request("fid-1", address=read_address("Казаань, ул. Баумана, 1")))
    assert "GET /v2/location/suggest/cities" in judged(cdek_calls)


def test_subscriptions(cdek: Recorded, cdek_calls: Calls) -> None:
    cdek.port.ensure_subscribed("http://127.0.0.1:9/hooks/cdek/1/one")
    cdek.port.ensure_subscribed("http://127.0.0.1:9/hooks/cdek/1/two")
    assert judged(cdek_calls) >= {"GET /v2/webhooks", "POST /v2/webhooks", "DELETE /v2/webhooks/{uuid}"}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_answers_that_only_others_ask_for(world: World, cdek_calls: Calls) -> None:
    """The tariff lists and labels, asked by the published client."""
    account = world.addresses["cdek"]["accounts"][0]
    client: Any = CdekClient(account["client_id"], account["client_secret"])
    client.base_url = f"{cdek_calls[0]}/v2/"
    client.tariff.calc_list(TariffListRequest().set_city_codes(44, 424).set_package_weight(700))
    client.tariff.calc(TariffCodeRequest(tariff_code=136).set_city_codes(44, 424).set_package_weight(700))
    client.tariff.all()
    client.office.get()
    client.tariff._post("calculator/tariffAndService", json=_route())
    # A shop's contract refuses insurance, row by row (§5.3).
    insured = _route() | {"services": [{"code": "INSURANCE", "parameter": "900"}]}
    rows = client.tariff._post("calculator/tariffAndService", json=insured)["tariff_codes"]
    assert {row["status"] for row in rows} == {"false"}
    assert {"POST /v2/calculator/tarifflist", "GET /v2/calculator/alltariffs"} <= judged(cdek_calls)


def test_the_judge_objects(cdek_calls: Calls) -> None:
    """A check that accepts everything would prove nothing."""
    route = _route()
    wrong = {**route, "packages": [{"weight": "heavy"}], "colour": "red"}
    good = Exchange("POST", "/v2/calculator/tarifflist", {}, route, 200, {"tariff_codes": []})
    bad = replace(
        good, sent=wrong, query={"page": "1"}, answered={"tariff_codes": [{"tariff_code": "136"}]}, status=200
    )
    assert complaints(good) == []
    text = "\n".join(complaints(bad))
    for part in ("page is unknown", "'heavy'", "'colour' was unexpected", "'136'"):
        assert part in text


def _route() -> dict[str, Any]:
    return {"type": 1, "from_location": {"code": 44}, "to_location": {"code": 424}, "packages": [{"weight": 700}]}
