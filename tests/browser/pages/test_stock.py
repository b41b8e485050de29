"""The stock in the deal's tab where a manager meets it: row by row, by keys and on an English phone, and what is told
when the warehouse or the network is silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from b24app.demo.person import Person
from b24app.demo.setting_up import open_app
from b24app.store import portals
from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.watched import WIDTHS
from tests.flows.program import Program
from tests.flows.test_stock import goods_of
from tests.flows.town import Shop, Town
from tests.made_up_world.badger import KEY, Warehouse

DEAL, WAIT_MS = 501, 30000
MUCH_ELSE = """window.muchElse = setInterval(() => htmx.trigger(document.body, "htmx:afterRequest",
    {elt: document.body, requestConfig: {elt: document.body}, xhr: new XMLHttpRequest()}), 50)"""
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


def connect(program: Program, member: str, page: Person, badger: Warehouse) -> None:
    form = {"title": "Барсук", "mode": "live", "address": badger.url, "key": KEY, "warehouse": "MSK-01"}
    page.press("/app/account/badger/0", form)

    def ready() -> bool:
        portal = program.read(portals.by_member, member)
        rows = program.read(portals.connections, portal.id)
        return any(row.system == "badger" and row.state == "ready" for row in rows)

    program.wait(ready, "Badger's account")


def looks_fine(desk: Desk, ours: Frame, width: str) -> None:
    desk.widen(ours, WIDTHS[width])
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def test_the_stock_before_promising(desk: Desk, badger: Warehouse) -> None:
    member = desk.address["member_id"]
    connect(desk.program, member, open_app(desk.program.steer, member), badger)
    desk.fill_in(DEAL)
    rows = goods_of(Shop(Town(desk.program), member))
    lies: list[dict[str, str]] = [{"MSK-01": "12", "KZN-01": "3"}, {"MSK-01": "0", "KZN-01": "40"}]
    badger.lies = {sku: each for (_, sku, _), each in zip(rows, lies, strict=True)}
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    stock = ours.locator("#stock")
    first = stock.locator("tbody tr").first
    expect(first).to_contain_text("Хватает", timeout=WAIT_MS)
    expect(first).to_contain_text("Москва (отсюда отправляем) 12", timeout=WAIT_MS)
    expect(ours.locator("#now")).not_to_contain_text("На складе")  # CDEK ships this deal
    looks_fine(desk, ours, "desk")
    # A phone shows what lacks; what there is enough of lies folded, by keys too, and stays open when it is drawn anew.
    fold, lacking = ours.locator("#stock summary"), stock.locator("tbody tr").nth(1)
    expect(fold).to_be_hidden()
    expect(first).to_be_visible()
    looks_fine(desk, ours, "phone")
    expect(fold).to_contain_text("Барсук: хватает 1 из")
    expect(first).to_be_hidden()
    expect(lacking).to_be_visible()
    fold.focus()
    desk.page.keyboard.press("Enter")
    expect(first).to_be_visible()
    assert desk.watched.axe(ours) == []

    # By keys: asked anew, and the keyboard stays where it is; what came is said aloud once.
    badger.lies |= {sku: {"MSK-01": "11", "KZN-01": "1"} for _, sku, _ in rows}
    Town(desk.program).advance(5)
    # However much else on the page is answered meanwhile.
    ours.evaluate(MUCH_ELSE)
    button = ours.locator("#do-stock")
    button.focus()
    desk.page.keyboard.press("Enter")
    expect(lacking).to_contain_text("Хватает", timeout=WAIT_MS)  # it does not lack any more
    expect(lacking).to_be_visible()
    expect(button).to_have_text("Обновить", timeout=WAIT_MS)
    expect(button).to_be_focused()
    expect(ours.locator("#say")).to_contain_text("Барсук: хватает 2", timeout=WAIT_MS)
    ours.evaluate("clearInterval(window.muchElse)")

    # Silent, then refused: what was known stays with its time.
    badger.broken = True
    Town(desk.program).advance(5)
    button.click()
    expect(stock).to_contain_text("Барсук не отвечает", timeout=WAIT_MS)
    expect(stock.locator("tbody tr")).to_have_count(len(rows))
    badger.broken = False

    desk.page.wait_for_load_state("networkidle", timeout=60000)
    assert desk.watched.faults == []
    # Without the network nothing can be pressed, and nothing is lost from the page.
    desk.context.set_offline(True)
    ours.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(button).to_be_disabled(timeout=WAIT_MS)
    desk.context.set_offline(False)
    ours.evaluate("window.dispatchEvent(new Event('online'))")
    expect(button).to_be_enabled(timeout=WAIT_MS)
    desk.page.wait_for_load_state("networkidle", timeout=60000)
    desk.watched.faults.clear()  # what the browser says of requests without a network

    desk.lang = "en"
    desk.program.steer("POST", f"/bitrix24/{member}/users", {"id": MANAGER, "language": "en"})
    desk.page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    ours = desk.open_tab(DEAL)
    expect(ours.locator("#stock")).to_contain_text("Stock in the warehouses", timeout=WAIT_MS)
    expect(ours.locator("#stock tbody tr").first).to_contain_text("(we ship from here) 11", timeout=WAIT_MS)
    expect(ours.locator("#stock table")).to_be_hidden()  # one line, and the prices
    expect(ours.locator("#stock summary")).to_contain_text("Барсук: enough of 2 of 2, as of ")
    looks_fine(desk, ours, "phone")
    assert desk.watched.faults == []
