"""Documents of a warehouse's order in the deal's tab: got and opened by keys, a file given by mouse, a late one is
heard of, on a desk and on an English phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_stock import looks_fine
from tests.browser.pages.watched import WIDTHS
from tests.flows.program import Program
from tests.flows.test_stock import connect_badger, goods_of
from tests.flows.town import Shop, Town
from tests.made_up_world.badger import PDF, Warehouse

DEAL, WAIT_MS = 501, 30000
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def program(
    world: Any, installed_sqlite: str, redis_url: str, installed: int, made_up_plugins: None, badger: Warehouse
) -> Iterator[Program]:
    with Program(world, installed_sqlite, redis_url, origins=[badger.url], port=installed) as running:
        yield running


@pytest.fixture
def order(desk: Desk, badger: Warehouse) -> str:
    """The deal's order at the warehouse."""
    town = Town(desk.program)
    shop = Shop(town, desk.address["member_id"])
    account = connect_badger(shop, badger)
    shop.fill_in(DEAL)
    badger.lies = {sku: {"MSK-01": "100"} for _, sku, _ in goods_of(shop)}
    form = {"trigger_stage": shop.triggers[0], "connection_id": str(account), "service": "pick", "hold_s": "0"}
    shop.app_press("/app/pipeline/0", enabled="on", **form)
    town.calm()
    shop.move(DEAL)
    return str(town.wait(lambda: next(iter(badger.orders), ""), "an order at the warehouse"))


def test_documents_both_ways(desk: Desk, badger: Warehouse, order: str) -> None:
    badger.files_one(order, "Лист отбора с очень длинным названием склада и ещё более длинным хвостом.pdf", kind="act")
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    docs = ours.locator("#documents")
    first = docs.locator("li").first
    expect(first).to_contain_text("Лист отбора", timeout=WAIT_MS)
    button = first.locator("button")
    expect(button).to_have_text("Получить")
    button.focus()
    desk.page.keyboard.press("Enter")
    expect(button).to_have_text("Открыть", timeout=WAIT_MS)
    expect(button).to_be_focused()
    with desk.page.context.expect_page() as opened:
        desk.page.keyboard.press("Enter")
    expect(first).to_contain_text("открывали", timeout=WAIT_MS)
    opened.value.close()

    # A file that is none of those that we take, then one that is.
    docs.locator("summary").click()
    file = docs.locator("input[type=file]")
    file.set_input_files({"name": "Доверенность.pdf", "mimeType": "application/pdf", "buffer": b"<html>"})
    docs.get_by_role("button", name="Приложить файл").click()
    expect(file).to_have_attribute("aria-invalid", "true", timeout=WAIT_MS)
    looks_fine(desk, ours, "desk")
    looks_fine(desk, ours, "phone")
    desk.widen(ours, WIDTHS["desk"])
    file.set_input_files({"name": "Доверенность.pdf", "mimeType": "application/pdf", "buffer": PDF})
    docs.get_by_role("button", name="Приложить файл").click()
    expect(docs.locator("li").filter(has_text="Доверенность.pdf")).to_contain_text("PDF", timeout=WAIT_MS)
    assert [row["name"] for row in badger.files[order]][1:] == ["Доверенность.pdf"]

    # A late one is there at the next look.
    badger.files_one(order, "УПД 77.pdf", kind="waybill")
    Town(desk.program).advance(5)
    ours.locator("#do-documents").focus()
    desk.page.keyboard.press("Enter")
    expect(docs).to_contain_text("УПД 77.pdf", timeout=WAIT_MS)
    expect(ours.locator("#do-documents")).to_be_focused()
    expect(ours.locator("#say")).to_contain_text("3 документа", timeout=WAIT_MS)
    desk.page.wait_for_load_state("networkidle", timeout=60000)

    desk.lang = "en"
    desk.program.steer("POST", f"/bitrix24/{desk.address['member_id']}/users", {"id": MANAGER, "language": "en"})
    desk.page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    ours = desk.open_tab(DEAL)
    expect(ours.locator("#documents")).to_contain_text("3 documents", timeout=WAIT_MS)
    looks_fine(desk, ours, "phone")
    assert desk.watched.faults == []
