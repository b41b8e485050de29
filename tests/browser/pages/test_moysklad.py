"""MoySklad in the deal's tab: what lies there before it is promised, and documents of its order both ways, while CDEK
carries what it picks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_stock import looks_fine
from tests.browser.pages.watched import WIDTHS
from tests.flows.town import Shop, Town
from tests.flows.warehouses import picked_first
from tests.made_up_world.badger import PDF

DEAL, SKIS, WAIT_MS = 501, 533, 30000
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    """MoySklad picks in Moscow, CDEK carries."""
    town = Town(desk.program)
    shop = Shop(town, desk.address["member_id"])
    account = town.world.addresses["moysklad"]["accounts"][0]
    chosen = {"organization": account["organizations"]["ООО «Ромашка»"], "store": account["stores"]["MSK-01"]}
    form = {"title": "МойСклад", "mode": "live", "demand_by": "ours", **chosen}
    shop.app().press("/app/account/moysklad/0", {**form, "login": account["login"], "password": account["password"]})
    picked_first(shop, "moysklad")
    shop.fill_in(DEAL, SKIS)
    town.calm()
    return shop


def test_stock_and_documents(shop: Shop, desk: Desk) -> None:
    control: Any = desk.program.world.control
    desk.sign_in(MANAGER)
    # An article that MoySklad has never heard of: the deal goes through it, and the first line says so.
    ours = desk.open_tab(SKIS)
    expect(ours.locator("#stock tbody tr")).to_contain_text("Склад не знает", timeout=WAIT_MS)
    expect(ours.locator("#now")).to_contain_text("Склад не знает товар: Лыжи", timeout=WAIT_MS)
    desk.page.wait_for_load_state("networkidle", timeout=60000)

    ours = desk.open_tab(DEAL)
    expect(ours.locator("#stock tbody tr").first).to_contain_text("(отсюда отправляем)", timeout=WAIT_MS)
    expect(ours.locator("#stock .wb-chip.is-green")).to_have_count(2, timeout=WAIT_MS)
    expect(ours.locator("#now")).not_to_contain_text("На складе не хватает")
    looks_fine(desk, ours, "desk")
    desk.widen(ours, WIDTHS["desk"])
    desk.page.wait_for_load_state("networkidle", timeout=60000)

    shop.move(DEAL)
    number = shop.our_number(DEAL, 1)
    shop.town.wait(
        lambda: number in [row["number"] for row in control.get("/moysklad/orders")["orders"]], "an order at MoySklad"
    )
    shop.becomes(DEAL, "Передан на склад")
    control.post(f"/moysklad/orders/{number}/documents", {"kind": "act", "name": "Лист комплектации.pdf"})
    ours = desk.open_tab(DEAL)
    docs = ours.locator("#documents")
    sheet = docs.locator("li").filter(has_text="Лист комплектации.pdf")
    expect(sheet).to_be_visible(timeout=WAIT_MS)
    sheet.get_by_role("button").click()
    expect(sheet.get_by_role("button")).to_have_text("Открыть", timeout=WAIT_MS)
    with desk.page.context.expect_page() as opened:
        sheet.get_by_role("button").click()
    expect(sheet).to_contain_text("открывали", timeout=WAIT_MS)
    opened.value.close()

    # Packed: CDEK's label goes there by itself; a person's file by hand. Both are MoySklad's files afterwards.
    control.post(f"/moysklad/orders/{number}/status", {"code": "Собран", "pack": True})
    shop.town.wait(lambda: shop.orders(DEAL), "an order at CDEK", 60)
    shop.shipped(DEAL)

    def files() -> list[str]:
        found: list[str] = control.get(f"/moysklad/orders/{number}")["shipment"]["files"]
        return found

    shop.town.wait(lambda: any("[wb" in name for name in files()), "CDEK's label at MoySklad", 60)
    ours = desk.open_tab(DEAL)
    docs = ours.locator("#documents")
    docs.locator("summary", has_text="Приложить").click()
    given: FilePayload = {"name": "Доверенность.pdf", "mimeType": "application/pdf", "buffer": PDF}
    docs.locator("input[type=file]").set_input_files(given)
    docs.get_by_role("button", name="Приложить файл").click()
    mine = docs.locator("li").filter(has_text="Доверенность.pdf")
    expect(mine.get_by_role("button")).to_have_text("Получить", timeout=WAIT_MS)
    expect(docs.locator("li").filter(has_text="Waybill, сам")).to_contain_text("этикетка", timeout=WAIT_MS)
    assert sum("Доверенность" in name for name in files()) == 1
    looks_fine(desk, ours, "phone")
    assert desk.watched.faults == []
