"""Manhattan picks by its default profile, then CDEK carries: one deal told from outside, and one with a shortage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


def parts_of(shop: Shop, number: str) -> list[str]:
    rows = shop.town.world.control.get("/manhattan/orders")["orders"]
    return sorted(row["number"] for row in rows if number in (row["number"], row["parent"]))


def test_picked_in_two_parts_at_manhattan_and_carried_by_cdek_once(shop: Shop) -> None:
    """Planning makes two orders of it: the carrier is booked when both lie packed, and the deal has left when both
    have."""
    number = at_the_warehouse(shop, "manhattan")
    floor(shop, "manhattan", number, code="split")
    one, two = parts_of(shop, number)
    floor(shop, "manhattan", one, code="6000")
    shop.town.wait(lambda: f"{one}: 6000" in shop.tab_says(DEAL), "the first part in the history")
    assert shop.orders(DEAL) == [], "the other part is still on the shelves"
    floor(shop, "manhattan", two, code="6000")
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [track] = shop.shipped(DEAL)
    boxes = [box for part in (one, two) for box in shop.town.world.control.get(f"/manhattan/orders/{part}")["packages"]]
    packages = shop.order(DEAL, 2)["packages"]
    assert {(each["length"], each["width"], each["height"]) for each in packages} == {(30, 20, 15)}
    assert sorted(each["weight"] for each in packages) == sorted(round(box["Weight"] * 1000) for box in boxes)
    goods = {row["ItemId"]: row["OrderedQuantity"] for row in _body(shop, number)["OriginalOrderLine"]}
    sent = [(item["ware_key"], item["amount"]) for each in packages for item in each["items"]]
    assert {sku: sum(n for name, n in sent if name == sku) for sku in goods} == goods
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track
    floor(shop, "manhattan", one, code="7200")
    shop.town.wait(lambda: f"{one}: 7200" in shop.tab_says(DEAL), "the first part has left")
    assert not any("отгружен со склада" in text for text in shop.comments(DEAL))
    floor(shop, "manhattan", two, code="7200")
    shop.told(DEAL, f"Заказ {number} отгружен со склада")
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    accepted = shop.town.world.control.journal(system="manhattan", kind="order.accepted")
    assert [row["key"] for row in accepted] == [number]
    assert len(shop.orders(DEAL)) == 1


def test_what_manhattan_does_not_take_or_calls_off_does_not_go_to_cdek(shop: Shop) -> None:
    """One row is refused when the order is saved, a piece of another is planned apart and cancelled: the rest goes, and
    a person is asked about both."""
    refused = {"item": "KM-TUR-350", "code": "X::7", "description": "Item is on hold"}
    shop.town.world.control.post("/manhattan/overrides", {"match": {"number": "*"}, "errors": [refused]})
    number = at_the_warehouse(shop, "manhattan")
    shop.town.wait(lambda: "принял заказ не целиком" in shop.tab_says(DEAL), "the rows that were not taken")
    assert "Item is on hold" in shop.tab_says(DEAL)
    floor(shop, "manhattan", number, code="split", take={"CF-ETH-1000": 1})
    one, two = parts_of(shop, number)
    floor(shop, "manhattan", two, code="9000")
    shop.town.wait(lambda: "CF-ETH-1000: 1 / 2" in shop.tab_says(DEAL), "the cancelled part is a shortage")
    floor(shop, "manhattan", one, code="6000")
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [package] = shop.order(DEAL, 2)["packages"]
    assert {item["ware_key"]: item["amount"] for item in package["items"]} == {"CF-ETH-1000": 1}
    shop.town.wait(lambda: "нашлось не всё" in shop.tab_says(DEAL), "both are missing in the tab")
    assert "принял заказ не целиком" not in shop.tab_says(DEAL)


def _body(shop: Shop, number: str) -> Any:
    return shop.town.world.control.get(f"/manhattan/orders/{number}")["body"]
