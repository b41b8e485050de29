"""A warehouse that picks, then CDEK that carries, told from outside: what people and both systems see of one deal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from sandbox.world import World
from tests.flows.program import Program
from tests.flows.town import LOST, NUMBER, STATUS, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, account_of, picked_first, rows_of
from tests.made_up_world import KEY
from tests.made_up_world.barn import Barn, barn


@pytest.fixture
def store(world: World) -> Iterator[Barn]:
    with barn(lambda: datetime.fromisoformat(world.control.now().isoformat())) as found:
        yield found


@pytest.fixture
def town(
    world: World, database: str, redis_url: str, made_up_plugins: None, store: Barn, kept_port: int
) -> Iterator[Town]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, database, redis_url, origins=[store.url], port=kept_port) as program:
        yield Town(program)


@pytest.fixture
def shop(town: Town, store: Barn) -> Shop:
    """Deals of the first pipeline are picked in the barn before CDEK is booked."""
    shop = town.installed()
    connect_barn(shop, store)
    picked_first(shop, "barn", {"warehouse_stages": {"packed": "PREPAYMENT_INVOICE"}})
    shop.fill_in(DEAL)
    town.calm()
    return shop


def connect_barn(shop: Shop, store: Barn) -> None:
    shop.app().press("/app/account/barn/0", {"title": "Амбар", "mode": "live", "address": store.url, "key": KEY})


def picked(shop: Shop, store: Barn, n: int = 1) -> str:
    """Wait until the warehouse has the order; its number."""
    number = shop.our_number(DEAL, n)
    shop.town.wait(lambda: any(row["number"] == number for row in store.orders.values()), "an order at the barn")
    return number


def test_picked_there_and_carried_by_cdek(shop: Shop, store: Barn) -> None:
    shop.move(DEAL)
    number = picked(shop, store)
    shop.becomes(DEAL, "Передан на склад")
    assert shop.deal(DEAL)[NUMBER] == "B0001"
    assert shop.orders(DEAL) == []
    store.pack(number, (2400, 300, 200, 150))
    [track] = shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK") and shop.shipped(DEAL)
    order = shop.order(DEAL, 2)
    [package] = order["packages"]
    assert (package["weight"], package["length"], package["width"], package["height"]) == (2400, 30, 20, 15)
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track
    shop.told(DEAL, "Заказ B0001 собран на складе, мест: 1, 2.4 кг")
    shop.town.wait(lambda: store.told.get(number), "the barn hears of CDEK's number")
    assert store.told[number][-1]["tracking_number"] == track
    label = shop.town.wait(lambda: store.papers.get(number), "CDEK's label at the barn")
    assert [each[:5] for each in label.values()] == [b"%PDF-"]
    store.happens(number, "gone", "Отгружен")
    shop.told(DEAL, "Заказ B0001 отгружен со склада")
    shop.town.wait(lambda: rows_of(shop)[0].closed, "the warehouse's leg is over")
    assert shop.deal(DEAL)[NUMBER] == track
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", 2)
    shop.becomes(DEAL, "В пути")
    shop.town.advance(60)
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    shop.town.wait(lambda: store.told[number][-1]["status"] == "delivered", "the barn hears that it was delivered")
    assert store.created == len(shop.orders(DEAL)) == 1


def test_a_shortage_goes_on_without_the_rest(shop: Shop, store: Barn) -> None:
    shop.move(DEAL)
    number = picked(shop, store)
    sku = store.of(number)["goods"][0]["sku"]
    store.pack(number, (900, 300, 200, 150), **{sku.replace("-", "_"): 1})
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [package] = shop.order(DEAL, 2)["packages"]
    amounts = {item["ware_key"]: item["amount"] for item in package["items"]}
    assert amounts[sku] == store.of(number)["goods"][0]["n"] - 1
    assert "нашлось не всё" in shop.tab_says(DEAL)


def test_a_refused_carrier_keeps_what_is_packed(shop: Shop, store: Barn) -> None:
    shop.move(DEAL)
    number = picked(shop, store)
    shop.ask("POST", "/edit", {"id": DEAL, "fields": {"UF_CRM_DELIVERY_ADDRESS": "Нигдеград, Тупиковая 1"}, "user": 7})
    shop.town.calm()
    store.pack(number, (900, 300, 200, 150))
    shop.noticed(DEAL)
    assert shop.orders(DEAL) == []
    shop.ask("POST", "/edit", {"id": DEAL, "fields": {"UF_CRM_DELIVERY_ADDRESS": "Казань, улица Баумана 5"}, "user": 7})
    shop.shipped(DEAL)
    assert (store.created, len(shop.orders(DEAL))) == (1, 1)


def test_a_wrong_address_is_found_before_anything_is_picked(shop: Shop, store: Barn) -> None:
    shop.ask("POST", "/edit", {"id": DEAL, "fields": {"UF_CRM_DELIVERY_ADDRESS": "Нигдеград, Тупиковая 1"}, "user": 7})
    shop.move(DEAL)
    shop.noticed(DEAL)
    assert "Перевозчик не знает такого города" in shop.tab_says(DEAL)
    assert store.created == 0
    shop.ask("POST", "/edit", {"id": DEAL, "fields": {"UF_CRM_DELIVERY_ADDRESS": "Казань, улица Баумана 5"}, "user": 7})
    picked(shop, store)


def test_cancelled_in_the_right_order(shop: Shop, store: Barn) -> None:
    shop.move(DEAL)
    number = picked(shop, store)
    store.pack(number, (900, 300, 200, 150))
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    shop.press("cancel", DEAL)
    shop.town.wait(lambda: store.of(number)["state"] == "off", "the barn's order is cancelled")
    shop.town.wait(lambda: [row.status for row in rows_of(shop)] == ["cancelled", "cancelled"], "both legs are over")
    warehouse, carrier = rows_of(shop)
    assert carrier.status_at <= warehouse.status_at


def test_a_lost_deal_books_nobody(shop: Shop, store: Barn) -> None:
    shop.move(DEAL)
    number = picked(shop, store)
    shop.becomes(DEAL, "Передан на склад")
    shop.move(DEAL, to=LOST)
    shop.told(DEAL, "остался на складе")
    store.pack(number, (900, 300, 200, 150))
    shop.told(DEAL, "собран на складе")
    shop.town.calm(2.0)
    assert shop.orders(DEAL) == []


def test_the_warehouse_refuses_and_cancels(shop: Shop, store: Barn) -> None:
    store.knows_nothing = True
    shop.move(DEAL)
    shop.noticed(DEAL)
    assert shop.deal(DEAL)[STATUS] == "Не принят складом"
    store.knows_nothing = False
    shop.press("retry", DEAL)
    number = picked(shop, store)
    store.pack(number, (900, 300, 200, 150))
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    store.happens(number, "off", "Пожар")
    shop.town.wait(lambda: "Склад отменил заказ" in shop.tab_says(DEAL), "the problem in the tab")


def test_a_paused_carrier_keeps_nobody_from_picking(shop: Shop, store: Barn) -> None:
    cdek = account_of(shop, "cdek").id
    shop.app_press(f"/app/account/{cdek}/pause", reason="отпуск")
    shop.move(DEAL)
    number = picked(shop, store)
    store.pack(number, (900, 300, 200, 150))
    shop.town.wait(lambda: len(rows_of(shop)) == 2, "the carrier's leg")
    assert shop.orders(DEAL) == []
    shop.app_press(f"/app/account/{cdek}/resume")
    shop.shipped(DEAL)
    assert (store.created, len(shop.orders(DEAL))) == (1, 1)
