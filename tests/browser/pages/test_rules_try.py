"""An administrator tries the rules in the page: results come by themselves, and each says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from b24app.demo.setting_up import open_app, switch_on
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.test_in_the_portal import ADMIN, MANAGER, Desk

__all__ = ["past_policy"]
DEALS = [501, 502, 516]
pytestmark = pytest.mark.timeout(240)


def furnish(desk: Desk) -> None:
    """Deals stand where they ship and wait there for an hour; one rule is on, one is off."""
    steer, member = desk.program.steer, desk.address["member_id"]
    page = open_app(steer, member)
    trigger = switch_on(page, more={"hold_s": "3600"})[0]
    form = page.get("/app/rules/0/form").split('name="connection_id"')[1]
    account = form.split('value="')[1].split('"')[0]
    for title, cities in (("Москва экспрессом", "Москва"), ("Казань экспрессом", "Казань")):
        rule = {"title": title, "cities": cities, "connection_id": account, "service_courier": "express"}
        shown = page.press("/app/rules/0", rule)
    last = max(int(part.split("/")[0]) for part in shown.split("/app/rules/")[1:] if "/off" in part[:8])
    page.press(f"/app/rules/{last}/off")
    steer("POST", f"/bitrix24/{member}/wishes", {"deals": DEALS})
    steer("POST", f"/bitrix24/{member}/move", {"deals": DEALS, "stage": trigger, "user": MANAGER})


def rules_page(desk: Desk) -> Frame:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name="Настройка").click()
    ours.locator("a[hx-get='/app/s/rules']").click()
    expect(ours.locator("#rules-try-h")).to_be_visible()
    return ours


def test_the_rules_are_tried_with_one_that_is_off(installed: int, desk: Desk) -> None:
    furnish(desk)
    ours = rules_page(desk)
    ours.locator("#rules-try-count").select_option("5")
    ours.locator("#rules-try-go").click()
    trying = ours.locator("#rules-try")
    expect(ours.locator("#rules-try-say")).to_contain_text("Проверено", timeout=40000)
    first, moscow = (trying.locator("tr", has_text=name) for name in ("Кофе и турка для Ольги", "Заказ с сайта № 1042"))
    expect(first).to_contain_text("без правила")
    expect(first).to_contain_text("₽")
    expect(moscow).to_contain_text("СДЭК, Экспресс")
    looks_fine(desk, ours)
    trying.get_by_label("Казань экспрессом").check()
    ours.locator("#rules-try-go").focus()
    desk.page.keyboard.press("Enter")
    expect(first).to_contain_text("Казань экспрессом", timeout=40000)
    expect(ours.locator("#rules-try-say")).to_contain_text("Проверено", timeout=40000)
    first.locator("summary").focus()
    desk.page.keyboard.press("Enter")
    expect(first).to_contain_text("Подошло правило «Казань экспрессом»")
    expect(first).to_contain_text("Москва экспрессом — едет в другое место: Казань")
    looks_fine(desk, ours)
    assert desk.program.world.journal.find(system="cdek", kind="order.accepted") == []
    assert desk.watched.faults == []
