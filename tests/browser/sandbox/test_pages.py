"""The emulated portal's pages as a person uses them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox.bitrix24.pages.frames import forbids
from sandbox.bitrix24.state.install import Placement
from sandbox.bitrix24.state.portal import Portal
from sandbox.world import World

TRIGGER = "UC_7KZ2QA"
PAID = "PREPAYMENT_INVOICE"
MANAGER, OWN_ONLY, CLERK = 7, 9, 12
PORTAL = "http://127.0.0.1:8701"


def test_nobody_gets_in_without_choosing_who_they_are(seat: Any) -> None:
    seat.open("/crm/deal/details/501/")
    expect(seat.page).to_have_url(re.compile("/login"))
    seat.page.click("button[name=user][value='7']")
    expect(seat.page.locator("h1")).to_have_text("Кофе и турка для Ольги")
    expect(seat.page.locator(".me__name")).to_have_text("Пётр Менеджеров")


def test_a_card_is_dragged_to_another_stage(seat: Any, world: World) -> None:
    seat.sign_in(MANAGER)
    cell = seat.page.locator(".cell[data-deal='567']")
    cell.drag_to(seat.page.locator(f".column[data-stage='{TRIGGER}'] .column__head"))
    expect(seat.page.locator(f".column[data-stage='{TRIGGER}'] .cell[data-deal='567']")).to_be_visible()
    assert seat.deal(567)["stageId"] == TRIGGER
    moves = world.journal.find(kind="stage.moved", key=567)
    assert [(row.data["old"], row.data["new"], row.data["by"]) for row in moves] == [(PAID, TRIGGER, MANAGER)]


def test_a_card_is_moved_by_its_menu_with_the_keyboard(seat: Any) -> None:
    seat.sign_in(MANAGER)
    menu = seat.page.locator("select.cell__move[data-deal='501']")
    menu.focus()
    menu.select_option(label="В пути")
    expect(seat.page.locator(".column[data-stage='EXECUTING'] .cell[data-deal='501']")).to_be_visible()
    assert seat.deal(501)["stageId"] == "EXECUTING"


def test_many_cards_are_moved_at_once(seat: Any, world: World) -> None:
    seat.sign_in()
    column = seat.page.locator(f".column[data-stage='{PAID}']")
    count = int(column.locator(".column__count").inner_text())
    column.locator(".column__all").check()
    expect(seat.page.locator("#many-count")).to_contain_text(str(count))
    seat.page.locator("#many-stage").select_option(TRIGGER)
    seat.page.click("#many-move")
    expect(column.locator(".column__count")).to_have_text("0")
    assert len(world.journal.find(kind="stage.moved")) == count


def test_what_happens_elsewhere_shows_up_by_itself(seat: Any, portal: Portal) -> None:
    from sandbox.bitrix24.rules.items import change
    from sandbox.bitrix24.state.users import ROBOT

    seat.sign_in()
    with portal.lock:
        change(portal, 2, seat.deal(502), {"stageId": "WON"}, ROBOT, via="robot")
    expect(seat.page.locator(".column[data-stage='WON'] .cell[data-deal='502']")).to_be_visible()


def test_who_may_not_edit_cannot_move_and_sees_only_what_is_his(seat: Any) -> None:
    seat.sign_in(CLERK)
    assert seat.page.locator("select.cell__move").count() == 0
    refused = seat.page.evaluate("Page.post('/crm/deal/move', {deals: [501], stage: 'WON'})")
    assert refused["refused"] == ["501: Недостаточно прав"]
    seat.sign_in(OWN_ONLY)
    mine = {row["id"] for row in seat.portal.crm.tables[2] if row["assignedById"] == OWN_ONLY and not row["categoryId"]}
    shown = {
        int(number) for number in seat.page.eval_on_selector_all(".cell", "cells => cells.map(c => c.dataset.deal)")
    }
    assert shown == mine
    seat.open("/crm/deal/details/501/")
    expect(seat.page.locator("h1")).to_have_text("Недостаточно прав")


def test_fields_of_the_app_are_edited_in_the_card_and_only_what_changed_is_written(seat: Any, portal: Portal) -> None:
    fields = portal.crm.userfields
    fields.add("CRM_DEAL", "UF_CRM_PVZ_CODE", "string", labels={"editFormLabel": {"ru": "Код пункта", "en": "Point"}})
    fields.add("CRM_DEAL", "UF_CRM_DELIVERY_ADDRESS", "address", labels={"editFormLabel": {"ru": "Адрес"}})
    kind = fields.add("CRM_DEAL", "UF_CRM_KIND", "enumeration", enum=[{"value": "Курьер"}, {"value": "Пункт"}])
    seat.deal(501)["UF_CRM_DELIVERY_ADDRESS"] = "Казань|;|215"
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/501/")
    seat.page.get_by_label("Код пункта").fill("NSK33")
    seat.page.locator("select[name=UF_CRM_KIND]").select_option(label="Пункт")
    seat.page.click("text=Сохранить")
    expect(seat.page.locator(".note")).to_contain_text("Сохранено")
    deal = seat.deal(501)
    assert deal["UF_CRM_PVZ_CODE"] == "NSK33"
    assert deal["UF_CRM_KIND"] == kind.enum[1]["id"]
    assert deal["UF_CRM_DELIVERY_ADDRESS"] == "Казань|;|215"


def test_a_comment_and_a_stage_are_seen_in_the_feed(seat: Any) -> None:
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/501/")
    seat.page.fill("#comment-text", "Позвонить <b>завтра</b> [b]утром[/b]")
    seat.page.click("text=Добавить")
    feed = seat.page.locator("#feed")
    expect(feed.locator(".entry--comment")).to_contain_text("Позвонить <b>завтра</b> утром")
    assert feed.locator(".entry--comment strong").inner_text() == "утром"
    seat.page.click(f".stage[data-stage='{TRIGGER}']")
    expect(seat.page.locator(".stage[aria-current]")).to_have_text("Передано на отгрузку")
    expect(feed.locator(".entry--stage").first).to_contain_text("Передано на отгрузку")


def test_the_recipient_is_put_right_in_the_contacts_card(seat: Any, portal: Portal) -> None:
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/549/")
    seat.page.click("text=Борис Журавлёв")
    seat.page.locator("input[name^=fm]").first.fill("+7 916 000-58-58")
    seat.page.fill("input[name=lastName]", "Журавлев")
    seat.page.click("text=Сохранить")
    expect(seat.page).to_have_url(re.compile("/crm/deal/details/549/"))
    contact = portal.crm.tables[3].get(seat.deal(549)["contactId"])
    assert contact is not None
    assert (contact["lastName"], contact["fm"][0]["value"]) == ("Журавлев", "+7 916 000-58-58")


def test_the_bell_counts_and_opens(seat: Any, portal: Portal) -> None:
    seat.sign_in(MANAGER)
    link = "[URL=/crm/deal/details/501/]Открыть[/URL] [url=javascript:alert(1)]злая[/url]"
    with portal.lock:
        portal.notices.add(MANAGER, {"text": link, "tag": "", "subTag": "", "from": 0, "created": portal.now()})
    expect(seat.page.locator("#bell-count")).to_have_text("1")
    seat.page.click("#bell")
    notice = seat.page.locator(".notices li")
    expect(notice).to_contain_text("злая")
    assert [a.get_attribute("href") for a in notice.locator("a").all()] == ["/crm/deal/details/501/"]
    seat.page.keyboard.press("Escape")
    expect(seat.page.locator("#bell-list")).to_be_hidden()
    expect(seat.page.locator("#bell-count")).to_be_hidden()


def test_the_language_is_switched_for_pages_and_frames(seat: Any, installed: Any) -> None:
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/501/")
    seat.page.click(".seg button[value=en]")
    expect(seat.page.get_by_role("tab", name="General")).to_be_visible()
    seat.page.get_by_role("tab", name="Delivery").click()
    expect(seat.page.frame_locator(".app-frame").locator("h1")).to_have_text("Child page")
    assert installed.queries[-1]["LANG"] == "en"


def test_the_frame_gets_the_documented_form(seat: Any, installed: Any, portal: Portal) -> None:
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/501/")
    assert installed.forms == []
    seat.page.get_by_role("tab", name="Доставка").click()
    expect(seat.page.frame_locator(".app-frame").locator("h1")).to_have_text("Child page")
    form, query = installed.forms[-1], installed.queries[-1]
    assert set(form) == {
        "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE",
        "member_id", "status", "PLACEMENT", "PLACEMENT_OPTIONS",
    }  # fmt: skip
    assert set(query) == {"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}
    assert (form["PLACEMENT"], json.loads(form["PLACEMENT_OPTIONS"])["ID"]) == ("CRM_DEAL_DETAIL_TAB", "501")
    assert (query["DOMAIN"], query["PROTOCOL"]) == (portal.domain, "0")
    frame = seat.page.locator("iframe.app-frame")
    assert frame.get_attribute("name") == f"{portal.domain}|0|{query['APP_SID']}"
    assert frame.get_attribute("id") == f"appframe_{query['APP_SID']}"


@pytest.fixture
def process(portal: Portal, installed: Any) -> int:
    """A smart process with our tab in its items."""
    flags = {"isStagesEnabled": "Y", "isClientEnabled": "Y", "isLinkWithProductsEnabled": "Y"}
    with portal.lock:
        found = portal.crm.add_type("Возвраты", flags, 1042, 1, portal.now())
        found.parents = [{"entityTypeId": 2, "isChildrenListEnabled": "Y", "isPredefined": "N"}]
        title = {"ru": {"TITLE": "Возврат"}, "en": {"TITLE": "Return"}}
        tab = Placement(2, "CRM_DYNAMIC_1042_DETAIL_TAB", installed.base_url + "/return", lang_all=title)
        portal.app.placements.append(tab)
    return 1042


def test_items_of_a_smart_process_have_a_board_a_card_and_our_tab(
    seat: Any, portal: Portal, process: int, installed: Any
) -> None:
    seat.sign_in(MANAGER)
    seat.page.get_by_role("link", name="Возвраты").click()
    seat.page.get_by_label("Название").fill("Вернули в салон")
    seat.page.get_by_label("Сделка №").fill("501")
    seat.page.get_by_role("button", name="Создать").click()
    expect(seat.page.locator("h1")).to_have_text("Вернули в салон")
    [item] = list(portal.crm.tables[process])
    assert (item["parentId2"], item["createdBy"]) == (501, MANAGER)
    seat.page.get_by_role("tab", name="Возврат").click()
    expect(seat.page.frame_locator(".app-frame").locator("h1")).to_have_text("Child page")
    form = installed.forms[-1]
    assert (form["PLACEMENT"], json.loads(form["PLACEMENT_OPTIONS"])["ID"]) == ("CRM_DYNAMIC_1042_DETAIL_TAB", "1")
    seat.page.get_by_role("tab", name="Общие").click()
    seat.page.fill("#comment-text", "Позвонили")
    seat.page.click("text=Добавить")
    expect(seat.page.locator("#feed .entry--comment")).to_contain_text("Позвонили")
    stages = portal.crm.stages(process, item["categoryId"])
    seat.page.get_by_role("button", name=stages[1].name).click()
    expect(seat.page.locator(".stage[aria-current]")).to_have_text(stages[1].name)
    seat.open(f"/crm/type/{process}/kanban/")
    cell = seat.page.locator(".cell[data-deal='1']")
    cell.drag_to(seat.page.locator(f".column[data-stage='{stages[2].status_id}'] .column__head"))
    expect(seat.page.locator(f".column[data-stage='{stages[2].status_id}'] .cell")).to_be_visible()
    assert item["stageId"] == stages[2].status_id
    for width, path in ((360, "kanban/"), (360, "details/1/"), (1280, "details/1/")):
        seat.page.set_viewport_size({"width": width, "height": 740})
        seat.open(f"/crm/type/{process}/{path}")
        assert seat.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    seat.page.get_by_role("button", name="Удалить").click()
    expect(seat.page.locator(".cell")).to_have_count(0)
    assert list(portal.crm.tables[process]) == []


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X-Frame-Options": "SAMEORIGIN"}, "X-Frame-Options: SAMEORIGIN"),
        ({"Content-Security-Policy": "frame-ancestors 'self' https://*.bitrix24.ru"}, "frame-ancestors"),
    ],
)
def test_an_answer_that_forbids_framing_is_refused_in_words(
    seat: Any, installed: Any, headers: dict[str, str], words: str
) -> None:
    installed.headers = headers
    seat.sign_in(MANAGER)
    seat.open("/crm/deal/details/501/")
    seat.page.get_by_role("tab", name="Доставка").click()
    refusal = seat.page.get_by_role("alert")
    expect(refusal).to_contain_text("Встройка не показана", timeout=12_000)
    expect(refusal).to_contain_text(words)


def test_an_unfinished_installation_is_for_the_administrator(
    seat: Any, world: World, portal: Portal, child: Any
) -> None:
    from sandbox.bitrix24 import lifecycle

    world.control.post("/bitrix24/app", {"base": child.base_url})
    seat.sign_in(MANAGER)
    seat.open("/marketplace/")
    expect(seat.page.get_by_text("Устанавливать приложения может администратор.")).to_be_visible()
    lifecycle.begin_install(portal, 1)
    seat.open("/marketplace/app/17/")
    expect(seat.page.get_by_role("alert")).to_contain_text("Установка приложения не завершена")
    seat.open("/crm/deal/details/501/")
    assert seat.page.get_by_role("tab").count() == 1


def test_a_blocked_app_shows_the_portals_own_words(seat: Any, installed: Any, portal: Portal) -> None:
    from sandbox.bitrix24.state.install import Licence

    seat.sign_in()
    portal.app.licence = Licence(blocked=True)
    seat.open("/marketplace/app/17/")
    expect(seat.page.get_by_role("alert")).to_contain_text("Срок действия подписки закончился")


def test_nothing_scrolls_sideways_on_a_phone(seat: Any) -> None:
    seat.page.set_viewport_size({"width": 360, "height": 740})
    seat.sign_in()
    for path in ("/crm/deal/kanban/", "/crm/deal/details/501/", "/marketplace/", "/login"):
        seat.open(path)
        assert seat.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path


def test_pages_ask_no_other_host(seat: Any, installed: Any) -> None:
    hosts = set()
    seat.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    seat.sign_in()
    seat.open("/crm/deal/details/501/")
    seat.page.get_by_role("tab", name="Доставка").click()
    expect(seat.page.frame_locator(".app-frame").locator("h1")).to_have_text("Child page")
    assert {host.split(":")[0] for host in hosts if host} <= {"127.0.0.1", "localhost"}


@pytest.mark.parametrize(
    ("x_frame", "ancestors", "allowed"),
    [
        (None, None, True),
        ("DENY", None, False),
        ("DENY", PORTAL, True),
        (None, "'self'", False),
        (None, "'none'", False),
        (None, "*", True),
        (None, "http:", True),
        (None, f"'self' {PORTAL}", True),
        (None, "http://127.0.0.1:*", True),
        (None, "https://127.0.0.1:8701", False),
        (None, "http://127.0.0.1:8702", False),
        (None, "https://*.bitrix24.ru", False),
        (None, "", False),
    ],
)
def test_headers_are_read_as_a_browser_reads_them(x_frame: str | None, ancestors: str | None, allowed: bool) -> None:
    assert (forbids(x_frame, ancestors, PORTAL) is None) is allowed
