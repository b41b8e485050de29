"""The online store: switched on in the app's page, seen by a buyer in the portal's shop; at a desk and on a phone, in
both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
SLOW_MS = 40_000


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    return Town(desk.program).installed()


def test_switched_on_corrected_and_bought_from(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_section("shop")
    form = ours.locator("#shop")
    expect(form).to_contain_text("Доставка в интернет-магазине")
    form.get_by_label("Валюта цен").fill("рубли")
    form.get_by_role("button", name="Сохранить").click()
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.get_by_label("Валюта цен")).to_have_attribute("aria-invalid", "true")
    expect(form).to_contain_text("Три латинские буквы")
    looks_fine(desk, ours)

    form.get_by_label("Валюта цен").fill("rub")
    form.get_by_label("Название для покупателя").fill("До двери или рядом")
    form.get_by_role("switch", name="Продавать с доставкой Waybill").check()
    form.get_by_label("Предлагать страховку").check()
    form.get_by_role("button", name="Сохранить").click()
    expect(form).to_contain_text("Служба доставки стоит в магазине", timeout=SLOW_MS)
    looks_fine(desk, ours)

    # A buyer: nobody signs in, and the price is there before the order.
    desk.page.goto(f"{desk.address['base_url']}/shop/")
    page = desk.page
    page.locator("input[name^=g]").first.fill("1")
    page.get_by_label("Город", exact=True).fill("Казань")
    page.get_by_label("Улица", exact=True).fill("улица Баумана")
    page.get_by_label("Дом", exact=True).fill("5")
    page.get_by_label("Имя", exact=True).fill("Ольга Синицына")
    page.get_by_label("Телефон", exact=True).fill("+79170000001")
    page.get_by_label("Застраховать").check()

    def priced() -> bool:
        """A slow machine's first answer comes too late for its asker, and serves the next one."""
        page.get_by_role("button", name="Сколько стоит доставка?").click()
        expect(page.locator("#price, #reason")).to_be_visible()
        return page.locator("#price").count() > 0

    shop.town.wait(priced, "the price on the page")
    expect(page.locator("#price")).to_contain_text("₽")
    page.get_by_role("button", name="Заказать").click()
    expect(page.locator("#made")).to_contain_text("Заказ принят", timeout=SLOW_MS)

    # The manager orders the delivery there, and its number comes back.
    page.goto(f"{desk.address['base_url']}/shop/orders/")
    page.get_by_role("button", name="Заказать доставку").click()
    expect(page.get_by_role("button", name="Отменить доставку")).to_be_visible()
    deal = int(
        str(page.locator("a[href*='/crm/deal/details/']").first.get_attribute("href")).rstrip("/").split("/")[-1]
    )
    [track] = shop.shipped(deal)
    shop.town.wait(lambda: track in str(shop.ask("GET", "/shop")["shipments"]), "the number in the store")
