"""A deal is split in its tab: by keys at a desk, then what is left by mouse; the English form on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.watched import WIDTHS

__all__ = ["past_policy"]
DEAL = 501
SLOW_MS = 40_000
NUMBER = re.compile(r"^1\d{9}")


@pytest.fixture
def shop(installed: int, desk: Desk) -> Desk:
    """A portal that ships; the deal is filled in and stands before the stage that ships."""
    desk.fill_in(DEAL)
    desk.sign_in(MANAGER)
    return desk


def test_a_part_by_keys_the_rest_by_mouse(shop: Desk) -> None:
    ours, keys = shop.open_tab(DEAL), shop.page.keyboard
    ours.locator("#do-part").focus()
    keys.press("Enter")
    expect(ours.locator("#part-h")).to_be_focused(timeout=SLOW_MS)
    looks_fine(shop, ours)
    first = ours.locator("#part-form input[type=number]").first
    first.focus()
    keys.type("7")
    first.press("Enter")  # more than there is
    expect(ours.locator("#part-form [aria-invalid=true]")).to_be_focused()
    keys.press("Control+A")
    keys.type("1")
    expect(ours.locator("[data-part-sum]")).to_have_text("Выбрано: 1 из 3 шт.")
    keys.press("Enter")
    pieces = ours.locator("#several li[aria-current], #several li:has(button[id^=show-])")
    expect(pieces).to_have_count(1, timeout=SLOW_MS)
    expect(pieces.first.locator("b")).to_have_text(NUMBER, timeout=SLOW_MS)
    expect(ours.locator("#several-left")).to_contain_text("1 шт.")
    looks_fine(shop, ours)

    ours.locator("#do-rest").click()
    expect(pieces).to_have_count(2, timeout=SLOW_MS)
    expect(pieces.nth(1).locator("b")).to_have_text(NUMBER, timeout=SLOW_MS)
    expect(ours.locator("#several-left")).to_have_count(0)
    show = ours.locator("#several button[id^=show-]")
    other = show.locator("xpath=ancestor::li").locator("b").inner_text()
    show.click()
    expect(ours.locator("#several li[aria-current] b")).to_have_text(other)
    expect(ours.locator("#tab")).to_contain_text("Заказ " + other)
    ours.locator("#do-cancel").click()
    ours.locator("#ask-cancel button[type=submit]").click()
    cancelled = ours.locator("#several li", has_text=other)
    expect(cancelled).to_contain_text("Отменён", timeout=SLOW_MS)
    expect(ours.locator("#several-left")).to_be_visible()
    assert shop.watched.faults == []

    shop.page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
    shop.page.reload()
    ours = shop.open_tab(DEAL)
    looks_fine(shop, ours)
    ours.locator("#do-part").click()
    expect(ours.locator("#part-h")).to_be_focused(timeout=SLOW_MS)
    ours.get_by_role("button", name=re.compile("^Всё: ")).first.click()
    expect(ours.locator("[data-part-sum]")).to_contain_text("Выбрано: ")
    looks_fine(shop, ours)
    ours.locator("[data-part-close]").click()
    expect(ours.locator("#do-part")).to_be_focused()
    assert shop.watched.faults == []
