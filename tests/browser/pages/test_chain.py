"""A warehouse first, a carrier next: an administrator joins them in the settings, a manager follows the goods in the
deal's tab, both by mouse in the portal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from b24app.demo import setting_up
from b24app.store import portals
from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.program import Program
from tests.made_up_world import KEY
from tests.made_up_world.barn import Barn, barn

__all__ = ["past_policy"]
DEAL = 501
SLOW_MS = 40_000
NUMBER = re.compile(r"1\d{9}")
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def store(world: Any) -> Iterator[Barn]:
    with barn(lambda: datetime.fromisoformat(world.control.now().isoformat())) as found:
        yield found


@pytest.fixture
def program(
    world: Any, installed_sqlite: str, redis_url: str, made_up_plugins: None, store: Barn, kept_port: int
) -> Iterator[Program]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, installed_sqlite, redis_url, origins=[store.url], port=kept_port) as running:
        yield running


@pytest.fixture
def number(desk: Desk, store: Barn) -> str:
    """The warehouse's account works; our number of the deal's first order."""
    program, member = desk.program, desk.address["member_id"]
    page = setting_up.open_app(program.steer, member)
    page.press("/app/account/barn/0", {"title": "Амбар", "mode": "live", "address": store.url, "key": KEY})
    portal = program.read(portals.by_member, member)

    def ready() -> bool:
        return any(
            row.system == "barn" and row.state == "ready" for row in program.read(portals.connections, portal.id)
        )

    program.wait(ready, "the barn's account works")
    desk.fill_in(DEAL)
    return f"{portal.code}-{DEAL}-1"


def test_joined_in_the_settings_and_followed_in_the_tab(desk: Desk, store: Barn, number: str) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name="Настройка").click()
    ours.locator("a[hx-get='/app/s/stages']").first.click()
    card = ours.locator("form#pipeline-0")
    card.get_by_label("Через склад").select_option(label="Сначала «Амбар», перевозчик — когда собрано")
    card.locator("summary", has_text="по шагам склада").click()
    card.get_by_label("Собран", exact=True).select_option(label="Оплачена")
    looks_fine(desk, ours)
    card.get_by_role("button", name="Сохранить").click()
    expect(card.get_by_role("status")).to_contain_text("Сохранено", timeout=SLOW_MS)
    expect(card.get_by_label("Через склад")).to_have_value(re.compile(r"^\d+:packed$"))
    ours.locator("a[hx-get='/app/s/rules']").click()
    ours.get_by_role("button", name=re.compile("правило", re.IGNORECASE)).first.click()
    expect(ours.get_by_label("Через склад")).to_contain_text("Как в воронке")
    looks_fine(desk, ours)

    steer, member = desk.program.steer, desk.address["member_id"]
    trigger = desk.program.read(portals.pipelines, desk.program.read(portals.by_member, member).id)[0].trigger_stage
    steer("POST", f"/bitrix24/{member}/move", {"deals": [DEAL], "stage": trigger, "user": MANAGER})
    desk.program.wait(lambda: store.orders, "an order at the barn")
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    expect(ours.locator("#now")).to_contain_text("передан на склад", timeout=SLOW_MS)
    looks_fine(desk, ours)
    sku = store.of(number)["goods"][0]["sku"].replace("-", "_")
    store.pack(number, (2400, 300, 200, 150), **{sku: 1})
    legs = ours.locator("#chain .wb-chain li")
    expect(legs.nth(1)).to_contain_text(NUMBER, timeout=SLOW_MS)
    expect(ours.locator("#chain")).to_contain_text("не хватает 1")
    expect(ours.locator("#chain-boxes")).to_contain_text("Измерено на складе")
    expect(ours.locator("#several-left")).to_contain_text("1 шт.")
    looks_fine(desk, ours)
    ours.locator("#do-leave-rest").click()
    expect(ours.locator("#several-left")).to_have_count(0, timeout=SLOW_MS)
    expect(ours.locator("#do-leave-rest")).to_have_count(0)
    ours.locator("#do-cancel-alone").click()
    ours.locator("#ask-alone button[type=submit]").click()
    expect(ours.locator("#now")).to_contain_text("перевозчик отменён", timeout=SLOW_MS)
    assert store.of(number)["state"] == "picking"
    looks_fine(desk, ours)
    ours.get_by_role("button", name="Заказать перевозчика").click()
    expect(ours.locator("#do-cancel-alone")).to_be_visible(timeout=SLOW_MS)
    ours.locator("#do-cancel").click()
    expect(ours.locator("#ask-cancel")).to_contain_text("Сначала отменим заказ")
    ours.locator("#ask-cancel button[type=submit]").click()
    desk.program.wait(lambda: store.of(number)["state"] == "off", "the barn's order is cancelled", 40)
    assert desk.watched.faults == []
