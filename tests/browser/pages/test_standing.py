"""What is said about the portal itself, in its frame: at a desk and on a phone, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from b24app.store import portal_settings, portals, updates
from b24app.store.engine import session_scope
from tests.browser.pages.conftest import WIDTHS, Watched
from tests.browser.pages.test_in_the_portal import ADMIN, Desk
from tests.flows.program import Program

pytestmark = pytest.mark.timeout(240)
TOLD = {
    "ru": (
        "Обновление остановилось: Уведомления об изменении сделок",
        "Портал теперь по адресу",
        "Попробовать ещё раз",
    ),
    "en": ("The update has stopped: ", "The portal is at", "Try again"),
}


def bend(program: Program, member: str) -> None:
    """The portal has moved, and the last update was refused."""
    with session_scope(program.parts.sessions) as session:
        portal = portals.by_member(session, member)
        assert portal is not None
        now = program.parts.clock.now()
        moved = {"at": now.isoformat(), "from": "prezhniy-adres-portala.bitrix24.ru", "to": portal.domain}
        portal_settings.merge(session, portal.id, **{portal_settings.MOVED: moved, updates.VERSION: ""})
        portal.provisioned, portal.provision_tried = "older", program.wanted
        step = {
            "step": "events",
            "state": "failed",
            "words": "refused|Unable to set event handler: host is not allowed",
        }
        portals.save_steps(session, portal.id, [step], now)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_banners_fit_and_the_button_mends(installed: int, program: Program, browser: Browser, lang: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900}, bypass_csp=True)
    context.set_default_timeout(20000)
    desk = Desk(program, context, Watched(context.new_page()), lang)
    member = str(desk.address["member_id"])
    desk.sign_in(ADMIN)
    # The page is open while the portal bends: a frame that an administrator opens begins the update by itself.
    program.steer("POST", f"/bitrix24/{member}/users", {"id": ADMIN, "language": lang})
    ours = desk.open_app()
    bend(program, member)
    _show_setup(ours, lang)
    title, moved, again = TOLD[lang]
    expect(ours.locator("[data-news=update_waits] h2")).to_contain_text(title)
    expect(ours.locator("[data-news=update_waits] p span")).to_contain_text("host is not allowed")
    expect(ours.locator("[data-news=moved] h2")).to_contain_text(moved)
    for width in WIDTHS.values():
        desk.widen(ours, width)
        assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []
    ours.get_by_role("button", name=again).click()
    program.wait(lambda: _provisioned(program, member) == program.wanted, "the update", 20)
    _show_setup(ours, lang)
    expect(ours.locator("[data-news=update_waits]")).to_have_count(0)
    context.close()


def _show_setup(ours: Any, lang: str) -> None:
    ours.get_by_role("link", name="Настройка" if lang == "ru" else "Set-up", exact=True).first.click()
    ours.wait_for_selector("#app .wb-steps")


def _provisioned(program: Program, member: str) -> str:
    portal = program.read(portals.by_member, member)
    return portal.provisioned if portal else ""
