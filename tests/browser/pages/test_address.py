"""The address panel of the tab: a city that the carrier does not know is put right by mouse; on a phone, in English and
by keyboard, a customer's message fills it, and a colleague's change meanwhile is told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Frame, expect

from b24app.frames.words import words
from tests.browser.pages.conftest import WIDTHS, Watched
from tests.browser.pages.test_in_the_portal import MANAGER, Desk
from tests.flows.program import Program
from tests.flows.town import ADDRESS, PHONE, Shop, Town

if TYPE_CHECKING:
    from sandbox.world import World

pytestmark = pytest.mark.timeout(240)
NO_CITY, PASTED = 558, 501
WRITTEN = "420111 Казнь ул Баумана 44/8к2 кв12 домофон 12К4582 звонить с угла"
MESSAGE = "Здравствуйте, это Мария Северцева! Адрес Казань ул. Баумана 44 корп 2 кв 12, тел 8 900 000 14 62"


@pytest.fixture
def shop(world: World, installed_sqlite: str, redis_url: str, installed: int) -> Iterator[Shop]:
    """One deal whose city CDEK refused, one that nobody shipped yet."""
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, installed_sqlite, redis_url, port=installed) as program:
        shop = Town(program).installed()
        shop.fill_in(NO_CITY, PASTED)
        shop.edit(NO_CITY, **{ADDRESS: WRITTEN})
        shop.move(NO_CITY)
        shop.noticed(NO_CITY)
        yield shop


@pytest.fixture
def desk(shop: Shop, browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900}, bypass_csp=True)
    context.set_default_timeout(20000)
    yield Desk(shop.town.program, context, Watched(context.new_page()))
    context.close()


def looks_fine(desk: Desk, ours: Frame) -> None:
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def test_an_address_is_put_right_and_ships(desk: Desk, shop: Shop) -> None:
    desk.sign_in(MANAGER)
    by_mouse(desk, shop)
    by_keyboard(desk, shop)
    assert desk.watched.faults == []


def by_mouse(desk: Desk, shop: Shop) -> None:
    """Russian, at a desk: the word that failed, what the directory offers for it, a word without a place; it ships."""
    ours = desk.open_tab(NO_CITY)
    ours.locator("#do-address").click()
    expect(ours.locator("#a-now")).to_be_focused()
    expect(ours.locator("#tab")).to_be_hidden()
    bad, lost = ours.locator(".wb-words .is-bad"), ours.locator(".wb-words .is-lost")
    expect(bad).to_have_text("Казньтакого города нет")
    expect(lost).to_contain_text("звонить с угла")
    offer = ours.locator("#a-offers .wb-option")
    expect(offer).to_contain_text("Казань")
    expect(ours.locator("#a-house")).to_have_value("44/8")
    expect(ours.locator("#a-block")).to_have_value("2")
    looks_fine(desk, ours)
    offer.first.click()
    expect(ours.locator("#a-city")).to_have_value("Казань")
    expect(ours.locator("[data-field=city] .wb-hint")).to_have_text("было Казнь")
    expect(ours.locator("#a-offers")).to_contain_text("СДЭК знает этот город: Казань")
    ours.locator("#a-ship").click()  # words without a place are never decided about silently
    expect(ours.locator("[data-lost]")).to_contain_text("Решите, куда их деть")
    expect(ours.locator("#a-city")).to_have_value("Казань")
    ours.locator("[data-lost-keep]").click()
    expect(ours.locator("#a-comment")).to_have_value("домофон 12К4582, звонить с угла")
    expect(ours.locator("[data-line]")).to_contain_text("Казань, ул. Баумана, 44/8 к2, кв. 12, домофон 12К4582, зв")
    ours.locator("#a-ship").click()
    expect(ours.locator("#panel")).to_be_empty()
    expect(ours.locator("#now")).to_contain_text("создан, передайте посылку", timeout=30000)
    told = shop.told(NO_CITY, "исправлен адрес доставки")
    assert "Было: 420111 Казнь" in told
    assert "Стало: 420111, Республика Татарстан, Казань, ул. Баумана, 44/8 к2, кв. 12" in told
    edited = ours.locator(".wb-line li", has_text="Пётр Менеджеров: исправлен адрес")
    expect(edited.locator("del")).to_have_text(WRITTEN)
    expect(edited.locator("ins")).to_contain_text("Казань, ул. Баумана, 44/8 к2")
    assert shop.order(NO_CITY)["to_location"]["code"] == 424


def by_keyboard(desk: Desk, shop: Shop) -> None:
    """English, on a phone: a customer's message fills the fields; what a colleague wrote meanwhile is told first."""
    t = words("en")
    desk.page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    desk.page.goto(desk.address["base_url"])
    desk.page.get_by_role("button", name="EN", exact=True).click()
    desk.lang = "en"
    ours = desk.open_tab(PASTED)
    ours.locator("#do-address").focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#a-now")).to_be_focused()
    expect(ours.locator("#a-offers")).to_contain_text("CDEK knows this city")
    message = ours.locator("#a-msg")
    message.focus()
    desk.page.keyboard.insert_text(MESSAGE)
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#a-review")).to_contain_text("Мария Северцева")
    expect(ours.locator("#a-review .wb-tag")).to_have_text(["Здравствуйте", "это"])
    desk.page.keyboard.press("Tab")
    expect(ours.locator("#a-fill")).to_be_focused()
    looks_fine(desk, ours)
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#a-house")).to_have_value("44")
    expect(ours.locator("#a-phone.is-new")).to_have_value("+79000001462")
    shop.edit(PASTED, **{ADDRESS: "Казань, ул. Баумана, 7"})
    expect(ours.locator("#a-changed")).to_be_visible(timeout=20000)
    ours.locator("#a-save").focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("[role=alert][data-focus]")).to_contain_text("The deal was changed while you were editing")
    expect(ours.locator("[role=alert][data-focus]")).to_contain_text("Казань, ул. Баумана, 7")
    expect(ours.locator("#a-house")).to_have_value("44")
    looks_fine(desk, ours)
    ours.locator("#a-save").focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#panel")).to_be_empty()
    expect(ours.locator("#now")).to_have_text(t("now.can_ship.title"))
    assert shop.deal(PASTED)[ADDRESS] == "Казань, ул. Баумана, 44 к2, кв. 12"
    assert shop.deal(PASTED)[PHONE] == "+79000001462"
    assert shop.orders(PASTED) == []
