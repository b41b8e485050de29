"""One deal through MoySklad and CDEK, told from outside: notices, the carrier's number and label on the shipment."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from b24app.store import reconciling
from b24app.store.engine import read_scope
from sandbox.world import World
from tests.flows.town import NUMBER, TRACK, Shop, Town
from tests.flows.warehouses import DEAL, account_of, at_the_warehouse, picked_first, rows_of

STRANGER = "0a0000ff-0000-11f1-0a80-0000000000aa"


@pytest.fixture
def shop(town: Town, world: World) -> Shop:
    shop = town.installed()
    account = world.addresses["moysklad"]["accounts"][0]
    chosen = {"organization": account["organizations"]["ООО «Ромашка»"], "store": account["stores"]["MSK-01"]}
    keys = {"login": account["login"], "password": account["password"]}
    shop.app().press(
        "/app/account/moysklad/0", {"title": "Склад", "mode": "live", "demand_by": "ours", **keys, **chosen}
    )
    picked_first(shop, "moysklad")
    shop.fill_in(DEAL)
    town.calm()
    return shop


def sklad(shop: Shop, verb: str, path: str, body: Any = None) -> Any:
    control = shop.town.world.control
    return control.get(f"/moysklad/{path}") if verb == "GET" else control.post(f"/moysklad/{path}", body)


def test_an_order_that_could_not_be_looked_up_is_not_called_a_strangers(shop: Shop) -> None:
    """A busy account names all its orders; while MoySklad does not answer, nobody can say whose they are."""
    account, told = account_of(shop, "moysklad"), shop.town.program.parts.sessions
    shop.town.wait(lambda: sklad(shop, "GET", "webhooks")["webhooks"], "the subscription")
    url = sklad(shop, "GET", "webhooks")["webhooks"][0]["url"]
    meta = {"type": "customerorder", "href": f"https://moysklad.test/entity/customerorder/{STRANGER}"}
    shop.town.fault("status", "moysklad", match={"path": "*/entity/customerorder"}, params={"status": 500}, times=1)
    requests.post(url, json={"events": [{"meta": meta, "action": "UPDATE"}]}, timeout=10)
    shop.town.wait(lambda: account_of(shop, "moysklad").hook_seen_at != account.hook_seen_at, "the notice is heard")
    with read_scope(told) as session:
        assert reconciling.foreign(session, shop.id) == []


def test_picked_in_moysklad_and_carried_by_cdek(shop: Shop) -> None:
    number = at_the_warehouse(shop, "moysklad")
    sklad(shop, "POST", f"orders/{number}/status", {"code": "Собран", "pack": True})
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK")
    [track] = shop.shipped(DEAL)
    [package] = shop.order(DEAL, 2)["packages"]
    assert (package["length"], package["width"], package["height"]) == (30, 20, 15)
    assert shop.deal(DEAL)[NUMBER] == shop.deal(DEAL)[TRACK] == track

    def shipment() -> dict[str, Any]:
        found: dict[str, Any] = sklad(shop, "GET", f"orders/{number}")["shipment"]
        return found

    shop.town.wait(lambda: shipment().get("shippingDocumentNumber") == track, "the number on the shipment")
    shop.town.wait(lambda: any("[wb" in name for name in shipment()["files"]), "CDEK's label on the shipment")
    sklad(shop, "POST", f"orders/{number}/status", {"code": "Отгружен", "ship": True})
    shop.told(DEAL, "отгружен со склада")
    shop.happens(DEAL, "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", 2)
    shop.becomes(DEAL, "В пути")
    shop.town.advance(60)
    shop.happens(DEAL, "DELIVERED", 2)
    shop.becomes(DEAL, "Вручён")
    shop.town.wait(lambda: shipment()["attributes"].get("b24_status") == "delivered", "MoySklad hears of the end")
    assert shipment()["state"] == "Доставлена"
    orders = [row["number"] for row in sklad(shop, "GET", "orders")["orders"]]
    assert (orders.count(number), len(rows_of(shop))) == (1, 2)
