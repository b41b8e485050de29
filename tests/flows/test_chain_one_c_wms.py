"""1C:WMS picks, by our HTTP service or by standard OData, then CDEK carries: deals told from outside."""

from __future__ import annotations

import pytest

from b24app.demo.accounts import connect
from tests.flows.town import NUMBER, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, at_the_warehouse, floor, picked_first


@pytest.fixture
def shop(town: Town, request: pytest.FixtureRequest) -> Shop:
    """Deals of the first pipeline are picked at 1C:WMS before CDEK is booked; by our service, unless a test says
    otherwise."""
    interface = getattr(request, "param", "http_service")
    shop, about = town.installed(), town.world.addresses["one_c_wms"]
    connect(shop.app(), "one_c_wms", {**about["accounts"][0], "interface": interface}, "Склад", about)
    picked_first(shop, "one_c_wms")
    shop.fill_in(DEAL)
    town.calm()
    return shop


@pytest.mark.parametrize("shop", ["http_service", "odata"], indirect=True)
def test_picked_at_1c_and_carried_by_cdek(shop: Shop) -> None:
    """By the service the boxes are those that were measured; OData tells of none, so that the deal's go."""
    number, town = at_the_warehouse(shop, "one_c_wms"), shop.town
    [accepted] = town.world.control.journal(system="one_c_wms", kind="order.accepted")
    service = accepted["data"]["http"]
    floor(shop, "one_c_wms", number, code="Упакован")
    town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [track] = shop.shipped(DEAL)
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track
    [measured] = town.world.control.get(f"/one_c_wms/orders/{number}")["packages"]
    [package] = shop.order(DEAL, 2)["packages"]
    sides = [package["length"], package["width"], package["height"]]
    same = (package["weight"], sides) == (round(measured["weight_kg"] * 1000), measured["sides_cm"])
    assert same is service
    floor(shop, "one_c_wms", number, code="Отгружен")
    shop.told(DEAL, "отгружен со склада")
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    assert [row["key"] for row in town.world.control.journal(system="one_c_wms", kind="order.accepted")] == [number]


def test_what_1c_has_not_does_not_go_to_cdek(shop: Shop) -> None:
    number, town = at_the_warehouse(shop, "one_c_wms"), shop.town
    floor(shop, "one_c_wms", number, code="Упакован", short=1)
    town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    lines = town.world.control.get(f"/one_c_wms/orders/{number}")["lines"]
    picked = {row["sku"]: row["picked"] for row in lines if row["picked"]}
    [package] = shop.order(DEAL, 2)["packages"]
    assert {item["ware_key"]: item["amount"] for item in package["items"]} == picked
    town.wait(lambda: "нашлось не всё" in shop.tab_says(DEAL), "the shortage in the tab")
