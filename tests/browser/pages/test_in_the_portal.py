"""The pages where people meet them: frames of an emulated portal, spoken to through the real frame protocol."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Frame, expect

from b24app.bitrix24.own_fields import OWN
from b24app.store import portals
from b24app.store.engine import session_scope
from b24app.store.models import PortalToken
from install import wanted_returns
from install.wanted import EVENTS
from tests.browser.pages.conftest import desk
from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.watched import WIDTHS
from tests.flows.town import Town

DEAL = 501
__all__ = ["ADMIN", "DEAL", "MANAGER", "Desk", "connect", "desk"]  # other scenarios begin with these
pytestmark = pytest.mark.timeout(240)


def connect(desk: Desk) -> None:
    """An administrator connects CDEK and switches the main pipeline on, in the page."""
    account = desk.program.world.addresses["cdek"]["accounts"][0]
    ours = desk.open_app()
    ours.get_by_role("button", name="СДЭК", exact=True).click()
    expect(ours.locator("#section")).to_contain_text("Новое подключение: СДЭК")
    form = ours.locator("#account-cdek-0")
    form.locator("[name=account]").fill(account["client_id"])
    form.locator("[name=secret]").fill(account["client_secret"])
    form.locator("[name=contract]").select_option(str(account["contract"]))
    form.locator("[name=shipment_point]").fill("MSK5")
    form.locator("summary").click()
    form.locator("[name=sender_name]").fill("Склад")
    form.locator("[name=sender_phone]").fill("+79161234567")
    form.locator("button[type=submit]").click()
    expect(ours.locator("#account-test")).to_contain_text("СДЭК присылает нам статусы", timeout=40000)
    expect(ours.locator("#account-cards")).to_contain_text("работает", timeout=40000)
    ours.locator("a[hx-get='/app/s/stages']").click()
    pipeline = ours.locator("#pipeline-0")
    pipeline.locator("[name=enabled]").check()
    pipeline.locator("[name=connection_id]").select_option(index=1)
    pipeline.locator("[name=service]").select_option("parcel")
    pipeline.locator("button[type=submit]").click()
    expect(pipeline).to_contain_text("Сохранено")
    member = desk.address["member_id"]
    desk.program.wait(lambda: desk.program.read(_started, member), "the pipeline's start")
    desk.program.steer("POST", f"/bitrix24/{member}/wishes", {})


def _started(session: Any, member: str) -> bool:
    portal = portals.by_member(session, member)
    assert portal is not None
    return portals.pipelines(session, portal.id)[0].on_since_history_id is not None


def test_from_the_market_to_a_number_on_the_deal(desk: Desk) -> None:
    """Install, connect, switch on, ship one deal with a double click, cancel it, all with a mouse."""
    desk.sign_in(ADMIN)
    desk.install()
    expect(desk.ours().locator("#section button.wb-conn", has_text="Почта России")).to_be_visible()
    a_manager_finds_the_returns_and_no_setup(desk)
    desk.sign_in(ADMIN)
    connect(desk)
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    expect(ours.locator("#now")).to_have_text("Можно отправлять")
    ours.locator("#do-ship_now").dblclick()
    expect(ours.locator("#now")).to_contain_text("создан, передайте посылку", timeout=30000)
    assert len(desk.program.world.journal.find(system="cdek", kind="order.accepted")) == 1
    expect(ours.locator(".wb-line")).to_contain_text("Пётр Менеджеров: «Оформить»")
    ours.locator("#do-cancel").click()
    ours.get_by_role("button", name="Отменить заказ", exact=True).click()
    expect(ours.locator("#now")).to_have_text("Заказ отменён", timeout=30000)
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.faults == []


def a_manager_finds_the_returns_and_no_setup(desk: Desk) -> None:
    desk.sign_in(MANAGER)
    ours = desk.open_app()
    expect(ours.locator("h1")).to_have_text("Возвраты")
    assert ours.locator("a[hx-get='/app/s/connections'], a[hx-get='/app/s/stages']").count() == 0
    tab = desk.open_tab(DEAL)
    expect(tab.locator("#now")).to_have_text("Доставка ещё не настроена")


def test_the_frame_is_as_tall_as_its_page_and_scrolls_nowhere(installed: int, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name="Настройка").click()
    ours.locator("a[hx-get='/app/s/stages']").click()
    expect(ours.locator("#pipeline-0")).to_be_visible()
    desk.program.wait(lambda: _fits(desk, ours), "a frame that fits", 10)
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        desk.widen(ours, width)
        desk.program.wait(lambda: _fits(desk, ours), f"a frame that fits at {width}", 10)
    assert desk.watched.faults == []


def _fits(desk: Desk, ours: Frame) -> bool:
    desk.page.wait_for_timeout(100)
    sizes = ours.evaluate(
        "(e => ({w: e.scrollWidth - innerWidth, h: e.scrollHeight - innerHeight}))(document.documentElement)"
    )
    return bool(sizes["w"] <= 0 and sizes["h"] <= 1)


def test_closing_the_installer_half_way_and_installing_again_is_safe(desk: Desk) -> None:
    desk.sign_in(ADMIN)
    desk.page.goto(desk.address["base_url"] + "/marketplace/")
    desk.page.locator("form[action*=install] button").first.click()
    desk.ours()
    desk.page.goto("about:blank")
    desk.sign_in(ADMIN)
    desk.page.goto(desk.address["base_url"] + "/marketplace/app/17/")
    desk.page.wait_for_url("**install_finished=Y**", timeout=30000)
    expect(desk.ours().locator("#section button.wb-conn", has_text="Почта России")).to_be_visible()
    portal = next(iter(desk.program.world.system("bitrix24").portals.values()))
    ours = [f"{desk.program.url}/{page}" for page in ("tab", "deals", "return")]
    assert [row.handler for row in portal.app.placements] == ours
    events = sorted(re.sub(r"_\d+$", "", row.event) for row in portal.app.handlers)  # those of items name their type
    assert events == sorted([*EVENTS, *wanted_returns.EVENTS])
    assert {own.name for own in OWN.values()} <= set(portal.crm.userfields.of("CRM_DEAL"))


def test_a_session_that_ran_out_is_renewed_without_the_person_noticing(installed: int, desk: Desk) -> None:
    desk.fill_in(DEAL)
    desk.sign_in(ADMIN)
    ours = desk.open_tab(DEAL)
    expect(ours.locator("#do-ship_now")).to_be_visible()
    Town(desk.program).advance(3 * 3600)
    ours.locator("#do-ship_now").click()
    expect(ours.locator("#now")).to_contain_text("создан, передайте посылку", timeout=40000)
    with session_scope(desk.program.parts.sessions) as session:
        assert session.query(PortalToken).count() == 1
