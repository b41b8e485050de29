"""Health, the desk, requests, a deal's whole way and the reconciliation as an administrator sees them after a bad hour:
in both languages, at a desk and on a phone, with every group and detail open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Frame, expect

from tests.browser.pages.aimed import PAINTED
from tests.browser.pages.conftest import WIDTHS, Watched
from tests.browser.pages.test_in_the_portal import ADMIN, Desk
from tests.browser.pages.watched import FINE
from tests.flows.program import Program
from tests.flows.town import Shop, Town

if TYPE_CHECKING:
    from sandbox.world import World

pytestmark = pytest.mark.timeout(400)
DEAD, ALSO, NO_CITY, GOOD = 501, 502, 558, 503
SECTIONS = ("health", "log", "checks")


@pytest.fixture
def town(world: World, installed_sqlite: str, redis_url: str, installed: int) -> Iterator[Town]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, installed_sqlite, redis_url, dead_after=2, port=installed) as program:
        yield Town(program)


@pytest.fixture
def shop(town: Town) -> Shop:
    """One deal shipped, one with a problem, two given up while CDEK was silent."""
    shop = town.installed()
    shop.ship(GOOD, NO_CITY)
    shop.shipped(GOOD)
    shop.noticed(NO_CITY)
    shop.fill_in(DEAD, ALSO)
    town.calm()
    town.fault("status", match={"path": "/v2/orders*"}, params={"status": 503})
    shop.move(DEAD, ALSO)

    def dead() -> bool:
        town.advance(120)
        town.calm()
        return "Не получилось 2" in shop.health()

    town.wait(dead, "two dead calls", 60)
    return shop


@pytest.fixture
def desk(shop: Shop, browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900})
    context.set_default_timeout(20000)
    yield Desk(shop.town.program, context, Watched(context.new_page()))
    context.close()


def unfold(ours: Frame) -> None:
    """Everything that can be opened is, and what is read then has come."""
    ours.evaluate("document.querySelectorAll('main details, #app details').forEach(each => each.open = true)")
    ours.evaluate(PAINTED)  # they are told a moment later that they are open, and ask then
    expect(ours.locator(".htmx-request")).to_have_count(0)


def looks_fine(desk: Desk, ours: Frame, what: str, axe_at: str) -> None:
    unfold(ours)
    assert desk.at_both_widths(ours, axe_at) == FINE, what
    desk.widen(ours, WIDTHS["desk"])


def test_after_a_bad_hour(desk: Desk, shop: Shop) -> None:
    desk.sign_in(ADMIN)
    for lang, width in (("en", "phone"), ("ru", "desk")):
        shop.ask("POST", "/users", {"id": ADMIN, "language": lang})
        ours = desk.open_app()
        expect(ours.locator("html")).to_have_attribute("lang", lang)
        for section in SECTIONS:
            ours.locator(f"nav a[hx-get='/app/s/{section}']").click()
            ours.wait_for_selector(f"#app[data-section='{section}']")
            looks_fine(desk, ours, f"{section} {lang}", width)
        ours.locator("nav a[hx-get='/app/s/log']").click()
        ours.wait_for_selector("#app[data-section='log']")
        ours.locator("#log-deal").fill(str(DEAD))
        ours.locator("#log-deal").press("Enter")
        expect(ours.locator(".wb-trace")).to_be_visible()
        looks_fine(desk, ours, f"trace {lang}", width)
    the_desk_by_keyboard(desk)
    assert desk.watched.faults == []


def the_desk_by_keyboard(desk: Desk) -> None:
    """Filtered by who can fix it, one given up with its reason, the other tried again."""
    ours = desk.open_section("health")
    group = ours.locator("#desk details.wb-group")
    expect(group).to_have_count(1)
    expect(group).to_contain_text("СДЭК: нет ответа")
    expect(ours.locator("#h-p")).to_contain_text("Нужно исправить 1")
    ours.get_by_role("button", name="Менеджеры").click()
    expect(group).to_be_hidden()
    ours.get_by_role("button", name="Все 3").click()
    expect(group).to_be_visible()

    group.get_by_role("button", name="Отказаться с причиной…").press("Enter")
    dialog = group.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("От чего отказаться").select_option(index=1)
    dialog.get_by_label("Причина").fill("везём сами")
    dialog.get_by_label("Причина").press("Enter")
    expect(ours.locator("#h-d")).to_contain_text("Не получилось 1")

    with desk.page.expect_download() as waited:
        ours.get_by_role("button", name="Отчёт для поддержки").click()
    assert waited.value.suggested_filename.endswith(".zip")
