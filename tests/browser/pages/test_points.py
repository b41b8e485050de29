"""The pickup point chooser in the deal's tab: by mouse with the map, by keyboard without it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, expect
from sqlalchemy import select

from b24app.runners.connection import refreshing
from b24app.store import points
from b24app.store.audit import Act
from b24app.store.models import AuditRow
from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.watched import WIDTHS

__all__ = ["past_policy"]
#: To the door of a house in Kazan.
DEAL = 501
SLOW_MS = 20_000


@pytest.fixture
def shop(installed: int, desk: Desk) -> Desk:
    """A portal that ships, with CDEK's points in our store."""
    program, member = desk.program, desk.address["member_id"]
    refreshing.start_due(program.remotes.services())  # or the schedule was first
    program.steer("POST", f"/bitrix24/{member}/wishes", {"deals": [DEAL]})
    program.wait(lambda: all(row.refreshed_at for row in program.read(points.sources)), "the list of points", 40)
    return desk


def field(desk: Desk, name: str) -> str:
    found = desk.program.steer("GET", f"/bitrix24/{desk.address['member_id']}/deal/{DEAL}")
    return str(found["item"][name] or "")


def rows(ours: Frame) -> list[str]:
    return [text.replace("\xa0", " ") for text in ours.locator("#points-list .wb-pt").all_inner_texts()]


def test_by_mouse_a_point_is_found_on_the_map_and_written_to_the_deal(shop: Desk) -> None:
    shop.sign_in(MANAGER)
    ours = shop.open_tab(DEAL)
    ours.locator("#points-open").click()
    expect(ours.locator("#points-h")).to_be_focused()
    expect(ours.locator("#points-list .wb-pt")).to_have_count(10, timeout=SLOW_MS)
    expect(ours.locator("#points-map[data-drawn]")).to_be_visible(timeout=SLOW_MS)
    expect(ours.locator(".leaflet-tile-loaded").first).to_be_visible(timeout=SLOW_MS)
    assert ours.locator(".wb-pin").count() + ours.locator(".wb-cluster").count() > 5

    ours.locator("label.wb-tick", has_text="Примерка").click()
    expect(ours.locator("#points-why summary")).not_to_contain_text("подходит 28")
    assert all("примерка" in row for row in rows(ours))
    ours.locator("#points-why summary").click()
    expect(ours.locator("#points-why")).to_contain_text("нет примерки")
    ours.get_by_label("Показать их серыми").check()
    grey = ours.locator("#points-list .wb-pt.is-off")
    expect(grey.first).to_contain_text("нет примерки")
    assert grey.first.locator("input").is_disabled()
    ours.get_by_label("Показать их серыми").uncheck()
    expect(grey).to_have_count(0)
    looks_fine(shop, ours)
    ours.locator("label.wb-tick", has_text="Примерка").click()

    ours.get_by_label("Адрес, метро или код пункта").fill("метро Козья слобода")
    ours.get_by_role("button", name="Найти").click()
    expect(ours.locator("#points-list")).to_contain_text("Показываем рядом с «метро Козья слобода»")
    expect(ours.locator("#points-list .wb-pt").first).to_contain_text("м. Козья слобода")
    # The map has moved there, nearer than before, and its pins are those of the new window.
    ours.wait_for_function(
        "() => Number(document.querySelector('[name=z]').value) > 11"
        " && document.getElementById('points-map').dataset.drawn",
        timeout=SLOW_MS,
    )
    ours.locator(".wb-pin:not(.is-off) b").first.click()
    expect(ours.locator("[data-chosen]")).to_contain_text(re.compile(r"СДЭК, KZN\d+: Казань"))
    code = ours.locator("[data-chosen]").inner_text().partition(":")[0].rpartition(" ")[2]
    ours.get_by_role("button", name="Выбрать этот пункт").click()
    expect(ours.locator("#send")).to_be_visible(timeout=SLOW_MS)
    expect(ours.locator("#tab")).to_contain_text(code, timeout=SLOW_MS)
    assert field(shop, "UF_CRM_PVZ_CODE") == code
    expect(ours.locator("#now")).to_have_text("Можно отправлять")
    with shop.program.parts.sessions() as session:
        [noted] = session.scalars(select(AuditRow).where(AuditRow.action == Act.POINT))
    assert (noted.deal_id, noted.user_id, noted.detail["title"]) == (DEAL, MANAGER, code)
    assert shop.watched.faults == []


def test_by_keyboard_on_a_phone_the_list_works_without_the_map(shop: Desk) -> None:
    shop.lang = "en"
    shop.sign_in(MANAGER)
    shop.page.get_by_role("button", name="EN", exact=True).click()
    shop.page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
    shop.page.route(re.compile(r"leaflet\.js"), lambda route: route.abort())
    ours = shop.open_tab(DEAL)
    ours.locator("#points-open").focus()
    shop.page.keyboard.press("Enter")
    expect(ours.locator("[data-map-off]")).to_have_text(
        "The map did not open. The list works without it.", timeout=SLOW_MS
    )
    ours.get_by_label("Address, metro station or point code").focus()
    shop.page.keyboard.type("kzn6")
    shop.page.keyboard.press("Enter")
    expect(ours.locator("#points-list")).to_contain_text("Found point “kzn6”.")
    first = ours.locator("#points-list .wb-pt").first
    expect(first).to_contain_text("CDEK, KZN6")
    first.locator("input").focus()
    shop.page.keyboard.press("Space")
    expect(ours.locator("[data-chosen]")).to_contain_text("CDEK, KZN6")
    assert shop.watched.overflow(ours) == 0
    assert shop.watched.axe(ours) == []

    # Somebody else was quicker: nothing is written before the person has been told.
    member = shop.address["member_id"]
    shop.program.steer("POST", f"/bitrix24/{member}/edit", {"id": DEAL, "fields": {"UF_CRM_PVZ_CODE": "KZN3"}})
    ours.get_by_role("button", name="Choose this point").press("Enter")
    expect(ours.locator("#points-changed")).to_contain_text("the deal was changed to: KZN3", timeout=SLOW_MS)
    assert field(shop, "UF_CRM_PVZ_CODE") == "KZN3"
    ours.get_by_role("button", name="Choose this point").press("Enter")
    expect(ours.locator("#points")).to_have_count(0, timeout=SLOW_MS)
    shop.program.wait(lambda: field(shop, "UF_CRM_PVZ_CODE") == "KZN6", "the point in the deal")
    assert [fault for fault in shop.watched.faults if "leaflet" not in fault and "ERR_FAILED" not in fault] == []
