"""Documents and changes where a manager meets them: in the portal's frame by keys and mouse, on an English phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages.conftest import desk
from tests.browser.pages.test_in_the_portal import DEAL, MANAGER, Desk
from tests.browser.pages.watched import WIDTHS, Watched, open_page
from tests.flows.town import Town

__all__ = ["desk"]
pytestmark = pytest.mark.timeout(240)


def test_a_label_by_keys_and_a_change_by_mouse(installed: int, desk: Desk) -> None:
    desk.fill_in(DEAL)
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    ours.locator("#do-ship_now").click()
    expect(ours.locator("#now")).to_contain_text("создан, передайте посылку", timeout=40000)

    label = ours.locator("#do-paper-label_a6")
    expect(label).to_have_text("Подготовить")
    desk.program.steer("POST", "/cdek/settings", {"print_seconds": 60})
    label.focus()
    desk.page.keyboard.press("Enter")
    expect(label).to_have_text("Готовим…")
    town = Town(desk.program)
    town.wait(lambda: town.journal("print.accepted"), "the label is asked for")
    town.advance(60)
    expect(label).to_have_text("Печать", timeout=40000)
    # Whoever works by keys goes on from the same button.
    expect(label).to_be_focused()
    with desk.page.context.expect_page() as opened:
        desk.page.keyboard.press("Enter")
    # Marked as printed by the request for the file itself, which came from the new window.
    expect(ours.locator("#paper-label_a6")).to_contain_text("печать", timeout=30000)
    opened.value.close()

    ours.locator("#do-change").click()
    form = ours.locator("#change-form")
    form.locator("[name=phone]").fill("12")
    form.locator("button[type=submit]").click()
    expect(form.locator("[name=phone]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=phone]").fill("8 (900) 000-14-62")
    form.locator("[name=name]").fill("Северцева Мария")
    form.locator("button[type=submit]").click()
    expect(ours.locator("#change-dialog[open]")).to_have_count(0)
    expect(ours.locator("#where").locator("xpath=..").locator("xpath=..")).to_contain_text(
        "Северцева Мария", timeout=40000
    )
    # The label named the former recipient: it is forgotten, and can be prepared anew.
    expect(label).to_have_text("Подготовить")
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.faults == []


def test_the_change_dialog_on_an_english_phone_by_keys(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 800}, bypass_csp=True)
    watched = Watched(context.new_page())
    page = watched.page
    open_page(page, f"{gallery}/created/en")
    for button, dialog in (("#do-change", "#change-dialog"), ("#do-anew", "#anew-dialog")):
        page.locator(button).focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"{dialog}[open]")).to_be_visible()
        assert (watched.overflow(), watched.axe()) == (0, [])
        page.keyboard.press("Escape")
        expect(page.locator(button)).to_be_focused()
    assert watched.faults == []
    context.close()
