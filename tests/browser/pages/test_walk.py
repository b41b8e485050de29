"""The whole way of a new customer, in the portal's own pages: the Market, every step of the set-up, and the first deal
that ships by itself. Clicks and keys only; the emulated carrier confirms the number at the end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import Desk
from tests.browser.pages.walker import SHIPS, Walker
from tests.browser.pages.watched import WIDTHS

DEAL = 501
FIELDS = {
    "ru": {
        "Адрес доставки": "г. Казань, ул. Баумана, д. 5, кв. 12",
        "Телефон получателя": "+7 917 000-00-01",
    },
    "en": {
        "Delivery address": "г. Казань, ул. Баумана, д. 5, кв. 12",
        "Recipient's phone": "+7 917 000-00-01",
    },
}


@pytest.mark.parametrize(("lang", "width"), [("ru", "desk"), ("en", "phone")])
def test_from_the_market_to_the_first_shipped_deal(desk: Desk, lang: str, width: str) -> None:
    desk.lang = lang
    desk.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    walker = Walker(desk)
    walker.install()
    walker.on_step("connections")
    walker.connect(desk.program.world.addresses["cdek"]["accounts"][0])
    walker.go_on("origins")
    walker.place()
    walker.go_on("stages")
    walker.done("origins")
    walker.stages()
    walker.go_on("fields")
    walker.go_on("defaults")
    walker.go_on("trial")
    walker.try_out(DEAL, lambda: walker.fill_in(DEAL, FIELDS[lang]))
    ready = walker.t("nav.ready", stages="").split(".")[0]
    expect(walker.ours.locator("#steps-bar")).to_contain_text(ready)
    expect(walker.ours.locator("#steps-bar")).to_contain_text(SHIPS)
    walker.move(DEAL, SHIPS)
    number = walker.number(DEAL)
    orders = desk.program.steer("GET", "/cdek/orders")["orders"]
    assert [order["cdek_number"] for order in orders] == [number]
    assert desk.watched.faults == []
