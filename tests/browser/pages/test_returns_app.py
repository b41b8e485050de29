"""Returns in the app's page: the list narrowed by hand and by scanner, a return opened from it, the report with its
file, the rules; at a desk and on a phone, in both languages."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.returning import Condition, Counted, ReturnStage
from b24app.store import return_photos
from b24app.store.engine import session_scope
from b24app.store.return_acts import ActKind
from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
DEAL = 501
SLOW_MS = 40_000
PICTURE = b"\xff\xd8\xff\xe0 a stain"
S = ReturnStage


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    """One return is inspected, with a picture of the damage; another one waits for a decision."""
    shop = Town(desk.program).installed()
    delivered(shop, DEAL)
    mine = ReturnsOf(shop, DEAL)
    mine.act(ActKind.READ)
    first, second = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(first, Decimal(1), "colour"),), approve=True)
    mine.does(ActKind.WAY, kept.id, way=Way(WayKind.BROUGHT), book=True)
    kept = mine.moves(kept.id, S.RECEIVED)
    parts = desk.program.parts
    with session_scope(parts.sessions) as session:
        photo = return_photos.Photo("p1", "image/jpeg", parts.clock.now(), first, by=7, name="Илья")
        return_photos.keep(session, shop.row.id, kept.id, photo, PICTURE, parts.clock.now())
    found = Counted(first, Decimal(1), Condition.DAMAGED, note="пятно", photos=("p1",))
    mine.does(ActKind.COUNT, kept.id, counted=(found,), finished=True)
    mine.does(ActKind.BEGIN, wishes=(Wish(second, Decimal(1), "defect"),))
    return shop


def test_the_list_the_report_and_the_rules(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_section("returns")
    rows = ours.locator("#returns-rows tbody tr")
    expect(rows).to_have_count(2, timeout=SLOW_MS)
    looks_fine(desk, ours)
    ours.get_by_role("button", name=re.compile("^Проверен")).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("-501-R1")
    ours.get_by_label("Причина").select_option(label="Брак")
    expect(ours.locator("#returns-rows")).to_contain_text("Ничего не нашлось")
    ours.get_by_role("button", name=re.compile("^В работе")).click()
    expect(rows).to_contain_text("-501-R2")
    ours.get_by_label("Причина").select_option(label="Любая")
    expect(rows).to_have_count(2)
    ours.locator("#returns-q").fill("501-r1")  # as a scanner does: the text, then Enter
    desk.page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    rows.get_by_role("button").first.click()
    expect(ours.locator("#return")).to_contain_text("пятно", timeout=SLOW_MS)
    ours.locator("#return-back").click()
    expect(rows).to_have_count(2, timeout=SLOW_MS)

    ours.get_by_role("button", name="Отчёт по причинам").click()
    bars = ours.get_by_role("img", name=re.compile(r"^Возвраты по причинам: Не подошёл цвет\s50\s%, Брак\s50\s%$"))
    expect(bars.first).to_be_visible()
    ours.locator("#report-numbers-product summary").click()
    looks_fine(desk, ours)
    with desk.page.expect_download() as file:
        ours.locator("#returns-report-file").click()
    assert file.value.suggested_filename.endswith(".xlsx")
    with desk.page.context.expect_page() as opened:
        ours.get_by_role("button", name=re.compile("^Фото 1")).click()
    opened.value.close()

    ours = desk.open_section("returns_rules")
    form = ours.locator("#returns-rules")
    form.get_by_label("Дней на возврат").first.fill("год")
    form.get_by_text("Добавить исключение").click()
    form.locator("#rr-x0_title").fill("Кофе не возвращают")
    form.locator("#rr-x0_skus").fill("SKU-1, SKU-2")
    looks_fine(desk, ours)
    ours.locator("#returns-rules-save").click()
    expect(form.locator("#rr-days")).to_be_focused()
    expect(form).to_contain_text("Нужно целое число от 0 до 365.")
    form.locator("#rr-days").fill("21")
    ours.locator("#returns-rules-save").click()
    expect(form).to_contain_text("Сохранено")
    expect(form.locator("#rr-x0_title")).to_have_value("Кофе не возвращают")
    looks_fine(desk, ours)
    assert desk.watched.faults == []

    # A manager has the list alone, with what their own key reads.
    shop.ask("POST", "/users", {"id": MANAGER, "language": "en"})
    desk.sign_in(MANAGER)
    ours = desk.open_app()
    expect(ours.locator("#returns-rows tbody tr")).to_have_count(2, timeout=SLOW_MS)
    expect(ours.locator("nav.wb-tabs a")).to_have_count(1)
    looks_fine(desk, ours)
    assert desk.watched.faults == []
