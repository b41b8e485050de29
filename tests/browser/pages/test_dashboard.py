"""The dashboard in the portal: empty, then a day's work and a period's figures, narrowed by keys,
its file opened and read, an invoice put beside the quotes; at a desk and on a phone, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Frame, expect

from b24app.store.engine import session_scope
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.town import Shop, Town
from tests.unit.placements.test_returns_report import cells
from tests.unit.store import figured
from tests.unit.store.figured import Shipped

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
DEAL = 501
SLOW_MS = 40_000
INVOICE = "Номер заказа;Вес, кг;Сумма\nN501;3;520,00\nX7;1;99\n"


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    return Town(desk.program).installed()


def furnish(shop: Shop) -> None:
    """Weeks of shipments; one parcel's storage ends, one was not handed over, one was quoted and waits for its bill."""
    parts = shop.town.program.parts
    now = parts.clock.now()
    with session_scope(parts.sessions) as session:
        figured.many(session, shop.row, 500, now - timedelta(hours=3))
        made = [
            Shipped(DEAL, now, quoted=486, told_g=2100), Shipped(502, now, "ready_for_pickup"),
            Shipped(503, now, "delivery_failed"),
        ]  # fmt: skip
        rows = figured.put(session, shop.row, made)
        rows[1].keep_until, rows[2].incident = now + timedelta(hours=20), "no_answer"


def unfolded(ours: Frame) -> None:
    ours.evaluate("document.querySelectorAll('#dashboard details').forEach(each => each.open = true)")


def test_empty_then_full_in_both_languages(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    expect(ours.locator("#dash-figures")).to_contain_text("За эти дни ничего не отправлено.")
    expect(ours.locator("#tile-person b")).to_have_text("2")  # they stood in the stage before
    looks_fine(desk, ours)
    furnish(shop)
    for lang, period in (("ru", "Последние 8 недель"), ("en", "Last 8 weeks")):
        shop.ask("POST", "/users", {"id": ADMIN, "language": lang})
        ours = desk.open_app()
        expect(ours.locator("html")).to_have_attribute("lang", lang)
        expect(ours.locator("#tile-person b")).to_have_text("4")
        expect(ours.locator("#dash-period option:checked")).to_have_text(period)
        expect(ours.locator("#dash-figures svg[role=img]:visible")).to_have_count(4)
        unfolded(ours)
        looks_fine(desk, ours)
    assert desk.watched.faults == []


def test_narrowed_exported_and_billed(shop: Shop, desk: Desk, tmp_path: Path) -> None:
    furnish(shop)
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    # Seven weeks and the days of this one, by the portal's clock.
    weekday = shop.town.program.parts.clock.now().astimezone(ZoneInfo("Europe/Moscow")).weekday()
    expect(ours.locator("#dash-numbers-days tbody tr")).to_have_count(50 + weekday, timeout=SLOW_MS)
    period = ours.locator("#dash-period")
    period.focus()
    desk.page.keyboard.press("ArrowUp")
    expect(ours.locator("#dash-period option:checked")).to_have_text("Последние 2 недели")
    shown = ours.locator("#dash-numbers-days tbody tr")
    expect(shown).to_have_count(8 + weekday)
    with desk.page.expect_download() as file:
        ours.locator("#dash-file").click()
    file.value.save_as(tmp_path / "dashboard.xlsx")
    book = (tmp_path / "dashboard.xlsx").read_bytes()
    days, [carrier] = cells(book, 5)[1:], cells(book, 7)[1:]
    ours.locator("#dash-numbers-days summary").click()
    last = shown.last.locator("td").last.inner_text()
    assert (len(days), float(last)) == (shown.count(), days[-1][2])
    assert carrier[0] == "СДЭК"

    ours.locator("#dash-costs").click()
    expect(ours.locator("#costs-diff")).to_be_visible(timeout=SLOW_MS)
    ours.locator("#costs-file").set_input_files(
        {"name": "октябрь.csv", "mimeType": "text/csv", "buffer": INVOICE.encode("cp1251")}
    )
    take = ours.get_by_role("button", name="Сверить 2 строки")
    expect(take).to_be_visible(timeout=SLOW_MS)
    ours.get_by_label("Вес", exact=True).select_option(label="Нет такого столбца")
    expect(ours.locator("#costs-mapping tbody tr").first).not_to_contain_text("3,000")
    ours.get_by_label("Вес", exact=True).select_option(label="Вес, кг (3)")
    expect(ours.locator("#costs-mapping tbody tr").first).to_contain_text("3,000")
    looks_fine(desk, ours)
    take.click()
    expect(ours.locator("section:has(#costs-taken) [role=status]")).to_contain_text(
        "сошлись с отправлениями: 1", timeout=SLOW_MS
    )
    first = ours.locator("section:has(#costs-diff) tbody tr").first
    expect(first).to_contain_text(re.compile(r"\+34,00.*вес 2,100 → 3,000", re.DOTALL))
    looks_fine(desk, ours)
    ours.locator("#costs-back").click()
    expect(ours.locator("#dash-period option:checked")).to_have_text("Последние 2 недели", timeout=SLOW_MS)
    ours.locator("#tile-person").click()
    expect(ours.locator("#flt-state option:checked")).to_have_text("Нужен человек", timeout=SLOW_MS)
    assert desk.watched.faults == []
