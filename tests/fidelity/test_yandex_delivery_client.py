"""The published client `yandex-delivery-sdk` 0.1.4 (express), as it is, against the emulated API; it writes the older
spelling `droppof_point`, and `null` for what it does not say."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yandex_delivery.client import YandexDeliveryClient
from yandex_delivery.exceptions import APIError
from yandex_delivery.objects import (
    Address,
    ClientRequirements,
    Contact,
    Item,
    ItemSizes,
    RoutePoint,
    RoutePointWithAddress,
)

from sandbox.world import World
from tests.fidelity.net import leading, write_certificate

HOST = "b2b.taxi.yandex.net"
FROM, TO = [37.6173, 55.7558], [37.65, 55.76]
COURIER = ClientRequirements(taxi_class="courier")


@pytest.fixture
def client(world: World, tmp_path: Path) -> Iterator[Any]:
    world.control.post("/yandex_delivery/settings", {"decision_min": 0.0, "decision_max": 0.0})
    found = world.addresses["yandex_delivery"]
    certificate = write_certificate(tmp_path / "yandex.pem", [HOST])
    with leading({(HOST, 443): found["urls"]["express"]}, certificate):
        made = YandexDeliveryClient(found["accounts"][0]["express_token"])
        yield made
        made._session.close()


def points() -> list[Any]:
    shop = Contact("Склад", "+79000001400", email="shop@example.com")
    mary = Contact("Мария Северцева", "+79000001462")
    return [
        RoutePoint(1, 1, shop, Address(FROM, "Москва, Тверская улица, 1"), "source"),
        RoutePoint(2, 2, mary, Address(TO, "Москва, Покровка, 10"), "destination", external_order_id="wb-9-1"),
    ]


def goods() -> list[Any]:
    return [Item("wb-9-1-1", 1, 2, "Чашка", "900.00", "RUB", 1, ItemSizes(0.2, 0.15, 0.1), 1)]


def test_a_ride_from_its_price_to_its_end(client: Any, world: World) -> None:
    route = [RoutePointWithAddress(1, FROM), RoutePointWithAddress(2, TO)]
    assert client.check_price(route, COURIER) > 200
    token = uuid.uuid4()
    claim_id = client.create_claim(token, goods(), points(), COURIER)
    assert client.create_claim(token, goods(), points(), COURIER) == claim_id
    claim = client.get_info(claim_id)
    assert claim["status"] == "ready_for_approval"
    assert client.accept(claim_id, claim["version"])["status"] == "accepted"
    world.control.post(f"/yandex_delivery/orders/{claim_id}/status", {"code": "performer_found"})
    assert client.get_performer_phone(claim_id, claim["route_points"][1]["id"])["phone"].startswith("+7")
    assert client.cancel_claim(claim_id, claim["version"], "free") == "cancelled"


def test_what_it_gets_wrong_is_told_in_yandexs_codes(client: Any) -> None:
    swapped = [RoutePointWithAddress(1, FROM), RoutePointWithAddress(2, TO[::-1])]
    with pytest.raises(APIError) as caught:
        client.check_price(swapped, COURIER)
    assert (caught.value.code, caught.value.http_status) == ("estimating.swapped_coordinates", 409)
    claim_id = client.create_claim(uuid.uuid4(), goods(), points(), COURIER)
    client.get_info(claim_id)
    with pytest.raises(APIError) as caught:
        client.accept(claim_id, 7)
    assert caught.value.code == "old_version"
