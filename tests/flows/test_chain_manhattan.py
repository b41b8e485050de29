"""Manhattan picks by its default profile, then CDEK carries: one deal told from outside, and one with a shortage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from b24app.demo.accounts import connect
from sandbox.world import World
from tests.flows.program import Program
from tests.flows.town import NUMBER, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, at_the_warehouse, floor, picked_first


@pytest.fixture
def town(world: World, database: str, redis_url: str, kept_port: int) -> Iterator[Town]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    world.control.post("/manhattan/settings", {"decision_min": 0.0, "decision_max": 0.0})
    with Program(world, database, redis_url, port=kept_port) as program:
        yield Town(program)


@pytest.fixture
def shop(town: Town) -> Shop:
    """Deals of the first pipeline are picked at Manhattan before CDEK is booked."""
    shop = town.installed()
    connect(shop.app(), "manhattan", town.world.addresses["manhattan"]["accounts"][0], "Склад")
    picked_first(shop, "manhattan")
    shop.fill_in(DEAL)
    town.calm()
    return shop


def test_picked_at_manhattan_and_carried_by_cdek(shop: Shop) -> None:
    number = at_the_warehouse(shop, "manhattan")
    floor(shop, "manhattan", number, code="6000")
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [track] = shop.shipped(DEAL)
    [measured] = shop.town.world.control.get(f"/manhattan/orders/{number}")["packages"]
    [package] = shop.order(DEAL, 2)["packages"]
    assert (package["length"], package["width"], package["height"]) == (30, 20, 15)
    assert package["weight"] == round(measured["Weight"] * 1000)
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track
    floor(shop, "manhattan", number, code="7200")
    shop.told(DEAL, f"Заказ {number} отгружен со склада")
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    accepted = shop.town.world.control.journal(system="manhattan", kind="order.accepted")
    assert [row["key"] for row in accepted] == [number]


def test_what_manhattan_has_not_does_not_go_to_cdek(shop: Shop) -> None:
    number = at_the_warehouse(shop, "manhattan")
    floor(shop, "manhattan", number, code="6000", short=1)
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    lines = shop.town.world.control.get(f"/manhattan/orders/{number}")["lines"]
    packed = {row["ItemId"]: row["PackedQuantity"] for row in lines if row["PackedQuantity"]}
    [package] = shop.order(DEAL, 2)["packages"]
    assert {item["ware_key"]: item["amount"] for item in package["items"]} == packed
    shop.town.wait(lambda: "нашлось не всё" in shop.tab_says(DEAL), "the shortage in the tab")
