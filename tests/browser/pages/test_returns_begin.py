"""A manager begins returns in the deal's tab: by keys at a desk, in time; then late, with their word for it, on an
English phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.watched import WIDTHS
from tests.flows.returning import delivered
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
DEAL = 501
SLOW_MS = 40_000
LATE_S = 20 * 24 * 3600


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    """The client has the goods of the deal: two of one row, one of another."""
    found = Town(desk.program).installed()
    delivered(found, DEAL)
    desk.sign_in(MANAGER)
    return found


def test_in_time_by_keys_and_late_with_a_word(shop: Shop, desk: Desk) -> None:
    ours, keys = desk.open_tab(DEAL), desk.page.keyboard
    card = ours.locator("#backs")
    expect(card).to_contain_text("По этой сделке ничего не возвращали")
    ours.locator("#do-back").focus()
    keys.press("Enter")
    expect(ours.locator("#back-h")).to_be_focused(timeout=SLOW_MS)
    expect(ours.locator("#back-form")).to_contain_text("вручено сегодня, на возврат 14 дней")
    looks_fine(desk, ours)
    first = ours.locator("#back-form input[type=number]").first
    first.focus()
    keys.press("Control+A")
    keys.type("7")
    keys.press("Enter")  # more than there is
    expect(ours.locator("#back-form [aria-invalid=true]")).to_be_focused()
    keys.press("Control+A")
    keys.type("0")
    keys.press("Tab")
    expect(ours.get_by_role("button", name=re.compile("^На одну штуку больше")).first).to_be_focused()
    keys.press("Enter")
    expect(ours.locator("[data-back-sum]")).to_have_text("Выбрано: 1")
    expect(ours.locator("[data-back-late]")).to_have_count(0)
    ours.get_by_label(re.compile("^Причина: ")).first.select_option(label="Не подошёл цвет")
    ours.get_by_label("Комментарий").fill("звонил, просит быстрее")
    ours.locator("#back-send").click()
    expect(ours.locator("#back-h")).to_contain_text(re.compile(r"Возврат \w+-501-R1 оформлен"), timeout=SLOW_MS)
    looks_fine(desk, ours)
    ours.locator("#back-go").click()
    expect(ours.locator("#return")).to_contain_text("звонил, просит быстрее")
    expect(ours.locator("#panel > *")).to_have_count(0)
    ours.locator("#return-back").click()
    expect(card).to_contain_text("Одобрен")
    expect(card).to_contain_text("Не подошёл цвет")
    expect(ours.locator(".wb-line")).to_contain_text(re.compile(r"возврат \w+-501-R1, одобрен"))
    looks_fine(desk, ours)
    assert desk.watched.faults == []

    desk.page.goto("about:blank")  # who asks with a session of twenty days ago is refused
    shop.town.advance(LATE_S)
    shop.ask("POST", "/users", {"id": MANAGER, "language": "en"})
    desk.lang = "en"
    ours = desk.open_tab(DEAL)
    desk.widen(ours, WIDTHS["phone"])
    ours.locator("#do-back").click()
    form = ours.locator("#back-form")
    expect(form).to_contain_text("day 20, goods may come back within 14", timeout=SLOW_MS)
    word = ours.locator("[data-back-late]")
    expect(word).to_be_hidden()
    more = ours.get_by_role("button", name=re.compile("^One more")).first
    more.click()
    expect(word).to_be_visible()
    reason = ours.get_by_label(re.compile("^Reason: ")).first
    reason.select_option(label="Faulty")
    expect(word).to_be_hidden()
    reason.select_option(label="Wrong size")
    ours.locator("#back-send").click()
    expect(ours.locator("#b-why")).to_be_focused()
    expect(word).to_contain_text("Say why you take the return against the rules.")
    assert (desk.watched.overflow(ours), desk.watched.axe(ours)) == (0, [])
    ours.locator("#b-why").fill("a client for ten years")
    ours.locator("#back-send").click()
    expect(ours.locator("#back-h")).to_contain_text("R2 has begun", timeout=SLOW_MS)
    ours.locator("[data-back-close]").click()
    expect(ours.locator("#backs li")).to_have_count(2, timeout=SLOW_MS)
    assert (desk.watched.overflow(ours), desk.watched.axe(ours)) == (0, [])
    assert desk.watched.faults == []
