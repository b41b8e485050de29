"""The journal in the portal's frame: read, filtered and opened by keyboard, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.conftest import WIDTHS
from tests.browser.pages.test_in_the_portal import ADMIN, DEAL, MANAGER, Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.timeout(240)


def test_who_did_what(installed: int, desk: Desk) -> None:
    desk.fill_in(DEAL)
    desk.sign_in(MANAGER)
    tab = desk.open_tab(DEAL)
    tab.locator("#do-ship_now").click()
    expect(tab.locator("#now")).to_contain_text("создан, передайте посылку", timeout=30000)
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.locator("a[hx-get='/app/s/journal']").click()
    rows = ours.locator(".wb-journal")
    expect(rows.first).to_contain_text("«Оформить»")
    expect(rows.first).to_contain_text("Пётр Менеджеров")
    expect(rows.last).to_contain_text("Приложение установлено")
    for width in WIDTHS.values():
        desk.widen(ours, width)
        assert (desk.watched.overflow(ours), desk.watched.axe(ours)) == (0, [])

    account = rows.filter(has_text="Добавлено подключение")
    account.locator("summary").focus()
    desk.page.keyboard.press("Enter")
    expect(account.locator("dl")).to_contain_text("Secure password")
    assert (desk.watched.overflow(ours), desk.watched.axe(ours)) == (0, [])

    ours.locator("#journal-by").select_option(label="Пётр Менеджеров")
    ours.locator(".wb-logform").evaluate("form => form.requestSubmit()")
    expect(rows).to_have_count(1)
    ours.locator("#journal-deal").fill("7")
    ours.locator("#journal-deal").press("Enter")
    expect(ours.locator("#journal-rows")).to_contain_text("Таких действий нет")
    ours.locator("#journal-deal").fill(str(DEAL))
    ours.locator("#journal-deal").press("Enter")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name=f"Сделка {DEAL}").click()
    expect(ours.locator("h1")).to_contain_text(f"Весь путь сделки {DEAL}")
    expect(ours.locator(".wb-trace")).to_contain_text("Пётр Менеджеров: «Оформить»")
    assert desk.watched.faults == []
