"""What lies in a warehouse, asked from the deal's tab through the whole program: row by row, once a minute, and a
warning where the deal goes through that warehouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from b24app.store.faces import many
from sandbox.world import World
from tests.flows.program import Program
from tests.flows.town import Shop, Town, words_of
from tests.flows.warehouses import account_of, working
from tests.made_up_world.badger import KEY, Warehouse

DEAL = 501
PANEL = "/tab/stock/version?v="


@pytest.fixture
def town(
    world: World, database: str, redis_url: str, made_up_plugins: None, badger: Warehouse, installed: int
) -> Iterator[Town]:
    with Program(world, database, redis_url, origins=[badger.url], port=installed) as program:
        yield Town(program)


@pytest.fixture
def shop(town: Town, badger: Warehouse) -> Shop:
    """One portal with CDEK, which ships, and Badger, which is only asked."""
    shop = town.installed()
    connect_badger(shop, badger)
    shop.fill_in(DEAL)
    town.calm()
    return shop


def connect_badger(shop: Shop, badger: Warehouse) -> int:
    """The account's id, once it works."""
    form = {"title": "Барсук", "mode": "live", "address": badger.url, "key": KEY, "warehouse": ""}
    shop.app().press("/app/account/badger/0", form)
    return int(working(shop, "badger").id)


def goods_of(shop: Shop, deal: int = DEAL) -> list[tuple[str, str, str]]:
    """Name, article and quantity of the deal's rows, as the emulated portal has them."""
    portal = shop.town.world.system("bitrix24").portals[shop.member]
    rows = portal.crm.product_rows.of((2, deal))
    wares = {row["id"]: row for row in portal.catalog.products}
    return [(row["productName"], wares[row["productId"]]["xmlId"], f"{row['quantity']:g}") for row in rows]


def test_every_row_is_told_once_a_minute_and_again_when_asked(shop: Shop, badger: Warehouse) -> None:
    [(name, sku, quantity), *more] = goods_of(shop)
    badger.lies = {sku: {"MSK-01": "100", "KZN-01": "0"}} | {each[1]: {"MSK-01": "0"} for each in more}
    tab = shop.tab(DEAL)
    assert "Остатки на складах" in words_of(tab.page)
    tab.press("/tab/stock")
    panel = words_of(tab.wait(PANEL, lambda text: "Хватает" in text, "the stock"))
    assert f"{name} арт. {sku} {quantity} Москва 100 шт." in panel.replace("\xa0", " ")
    assert panel.count("Нет") == len(more)
    [asked] = badger.asked("/stock")
    assert sorted(asked.said["articles"]) == sorted([sku, *(each[1] for each in more)])

    # Another look within the minute asks nobody; a person who presses the button does.
    badger.lies[sku] = {"MSK-01": "0", "KZN-01": "0"}
    again = shop.tab(DEAL)
    again.press("/tab/stock")
    shop.town.calm()
    assert "Хватает" in words_of(again.get(PANEL))
    assert len(badger.asked("/stock")) == 1
    shop.town.advance(5)
    again.press("/tab/stock/again")
    again.wait(PANEL, lambda text: "Хватает" not in text, "the stock as it is now")
    assert len(badger.asked("/stock")) == 2
    # CDEK ships this deal, the warehouse only knows: no word of it in the first line.
    assert "На складе не хватает" not in shop.tab_says(DEAL)

    badger.broken = True
    shop.town.advance(61)
    again.press("/tab/stock")
    silent = words_of(again.wait(PANEL, lambda text: "не отвечает" in text, "its silence"))
    assert name in silent  # what was heard before, with its time


def test_a_deal_that_the_warehouse_ships_warns_in_its_first_line_and_in_the_list(shop: Shop, badger: Warehouse) -> None:
    rows = goods_of(shop)
    badger.lies = {sku: {"MSK-01": "0", "KZN-01": "0"} for _, sku, _ in rows}
    account = account_of(shop, "badger").id
    form = {"trigger_stage": shop.triggers[0], "connection_id": str(account), "service": "pick", "hold_s": "0"}
    said = shop.app_press("/app/pipeline/0", enabled="on", **form)
    assert "Сохранено" in said, said
    tab = shop.tab(DEAL)
    tab.press("/tab/stock")
    tab.wait(PANEL, lambda text: "Обновить" in text and "Нет" in text, "the stock")
    shop.town.wait(lambda: f"На складе не хватает: {rows[0][0]}" in shop.tab_says(DEAL), "the warning")
    found = shop.town.program.read(many.standings, shop.id, [DEAL])[DEAL]
    assert found.lacking == tuple(name for name, _, _ in rows)
