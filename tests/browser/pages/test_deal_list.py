"""Many deals from their own page: chosen by mouse and by keys, shipped together, each with its result."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
import requests
from playwright.sync_api import Error, Frame, Route, expect
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.demo.setting_up import open_app, switch_on
from b24app.store.models import AuditRow
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.test_in_the_portal import ADMIN, MANAGER, Desk
from tests.browser.pages.watched import until

__all__ = ["past_policy"]
#: The last one has no address.
DEALS = [501, 502, 503, 504, 505, 506]
pytestmark = pytest.mark.timeout(240)


def furnish(desk: Desk) -> None:
    """Deals stand where they ship and wait there for an hour."""
    steer, member = desk.program.steer, desk.address["member_id"]
    trigger = switch_on(open_app(steer, member), more={"hold_s": "3600"})[0]
    steer("POST", f"/bitrix24/{member}/wishes", {"deals": DEALS[:-1]})
    steer("POST", f"/bitrix24/{member}/move", {"deals": DEALS, "stage": trigger, "user": MANAGER})


def open_list(desk: Desk) -> Frame:
    desk.page.goto(f"{desk.address['base_url']}/crm/deal/kanban/")
    desk.page.locator("[data-toolbar]").click()
    ours = desk.ours()
    ours.wait_for_load_state("load")
    return ours


def asked(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.action == "ship_now")) or 0


def test_chosen_deals_are_shipped_together(installed: int, desk: Desk) -> None:
    furnish(desk)
    desk.sign_in(MANAGER)
    ours = open_list(desk)
    expect(ours.locator("#deals-count")).to_have_text("8 ждут отправки")
    expect(ours.locator("#st-506")).to_contain_text("Не заполнено")
    expect(ours.locator("#deals-bar")).to_be_hidden()
    looks_fine(desk, ours)
    boxes = [ours.locator(f"[data-row='{deal}']") for deal in DEALS]
    boxes[0].click()
    boxes[3].click(modifiers=["Shift"])
    expect(ours.locator("#do-ship_now")).to_have_text("Оформить 4")
    boxes[3].focus()
    desk.page.keyboard.press("Shift+ArrowDown")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Space")
    expect(ours.locator("[data-picked]")).to_have_text("Выбрано: 6")
    looks_fine(desk, ours)
    ours.locator("#do-ship_now").dblclick()
    expect(ours.locator("#deals-live")).to_contain_text("Отправили 5 из 6 сделок", timeout=60000)
    expect(ours.locator("#deals-live")).to_contain_text("нужны вы 1")
    for deal in DEALS[:-1]:
        expect(ours.locator(f"#st-{deal}")).to_contain_text("Заказ создан")
    expect(ours.locator("#st-506")).to_contain_text("Открыть сделку")
    expect(ours.locator("#deals-bar")).to_be_hidden()
    assert len(desk.program.world.journal.find(system="cdek", kind="order.accepted")) == 5
    assert desk.program.read(asked) == 6
    looks_fine(desk, ours)

    # Their labels as one file, each once; of the deal without an order it says why.
    desk.program.steer("POST", "/cdek/settings", {"print_seconds": 0.2})
    for box in boxes:
        box.click()
    expect(ours.locator("#do-print")).to_have_text("Этикетки 5")
    ours.locator("#do-print").dblclick()
    expect(ours.locator("#deals-live")).to_contain_text("Готовы этикетки: 5 из 6", timeout=60000)
    expect(ours.locator("#deals-lacks")).to_contain_text("506 Заказа ещё нет: сначала оформите сделку.")
    looks_fine(desk, ours)
    printed = ours.locator("#do-print-fresh")
    expect(printed).to_have_text("Напечатать 5")
    with desk.page.expect_response("**/deals/print/*/link") as told, desk.page.context.expect_page() as opened:
        printed.click()
    expect(ours.locator("#deals-live")).to_contain_text("Все готовые этикетки уже открыты для печати", timeout=30000)
    opened.value.close()
    # The file itself: the link of the window is spent, the next one is as good.
    spent = requests.get(desk.program.url + told.value.json()["url"], timeout=10)
    with desk.page.expect_response("**/deals/print/*/link") as told:
        ours.locator("#do-print-all").focus()
        ours.evaluate("window.open = () => null")
        desk.page.keyboard.press("Enter")
    file = requests.get(desk.program.url + told.value.json()["url"], timeout=10)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages]
    numbers = [ours.locator(f"#st-{deal} .wb-muted").inner_text() for deal in DEALS[:-1]]
    assert (spent.status_code, file.headers["Content-Type"]) == (410, "application/pdf")
    assert [sum(number in page for page in pages) for number in numbers] == [1] * 5
    assert len(pages) == 5
    assert len(desk.program.world.journal.find(system="cdek", kind="print.accepted")) == 5

    # Two choices, the second before the first is answered: both count.
    held = list[Route]()

    def first_held(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    desk.page.route("**/deals/rows", first_held)
    ours.locator("#flt-state").select_option("problem")
    until(desk.page, lambda: len(held) == 1, "the first choice")
    ours.locator("#flt-moved").select_option("week")
    ours.evaluate("document.activeElement.blur()")
    with suppress(Error):  # nobody waits for it any more
        held[0].continue_()
    until(desk.page, lambda: len(held) == 2, "the second choice")
    desk.page.unroute("**/deals/rows")
    assert "moved=week" in (held[1].request.post_data or "")
    expect(ours.locator("#deals-count")).to_have_text("1 с проблемой")
    expect(ours.locator("#flt-state")).to_have_value("problem")
    expect(ours.locator("#flt-moved")).to_have_value("week")
    ours.locator("#st-506").get_by_role("button", name="Исправить адрес").click()
    field = ours.locator("#fix-value-506")
    field.fill("Казань, ул. Баумана, д. 7, кв. 3")
    looks_fine(desk, ours)
    field.press("Enter")
    expect(ours.locator("#st-506")).to_contain_text("Заказ создан", timeout=60000)
    ours.locator("[data-open='/crm/deal/details/506/']").first.click()
    expect(desk.page.locator("iframe.slider__page")).to_be_visible()
    assert len(desk.program.world.journal.find(system="cdek", kind="order.accepted")) == 6
    # htmx says of a question that nobody waits for any more that it is an error.
    assert [each for each in desk.watched.faults if "htmx:" not in each] == []


def test_the_list_in_the_apps_page_by_keys_on_a_phone(installed: int, desk: Desk) -> None:
    furnish(desk)
    desk.sign_in(ADMIN)
    desk.page.request.post(f"{desk.address['base_url']}/lang", form={"lang": "en", "next": "/"})
    desk.page.set_viewport_size({"width": 360, "height": 800})
    ours = desk.open_app()
    ours.wait_for_load_state("load")
    ours.locator("a[hx-get='/app/s/deals']").focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#deals-count")).to_have_text("8 are waiting to be shipped", timeout=20000)
    ours.locator("[data-filters]").focus()
    desk.page.keyboard.press("Enter")
    ours.get_by_role("searchbox").fill("503")
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#deals-count")).to_have_text("1 is waiting to be shipped")
    ours.locator("[data-row='503']").focus()
    desk.page.keyboard.press("Space")
    ours.locator("#do-ship_now").focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#deals-live")).to_contain_text("Shipped 1 of 1 deal", timeout=60000)
    looks_fine(desk, ours)
    ours = desk.open_app()
    ours.wait_for_load_state("load")
    ours.locator("a[hx-get='/app/s/deals']").click()
    expect(ours.locator("#deals-live")).to_contain_text("Shipped 1 of 1 deal", timeout=20000)
    expect(ours.locator("#deals-count")).to_have_text("7 are waiting to be shipped")
    assert not desk.watched.faults, desk.watched.faults
