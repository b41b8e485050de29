"""The rates in the tab: they come carrier by carrier, and a manager picks and books one with a mouse or with keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Frame, Route, expect

from b24app.demo.setting_up import open_app
from tests.browser.pages.desk import MANAGER, Desk
from tests.browser.pages.watched import WIDTHS, until
from tests.flows.program import Program
from tests.flows.six import connect_five
from tests.made_up_world import HANGS_S, Carriers

DEAL, WAIT_MS = 501, 30000
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def program(
    world: Any, installed_sqlite: str, redis_url: str, installed: int, made_up_plugins: None, made_up: Carriers
) -> Iterator[Program]:
    origins = [carrier.url for carrier in made_up.all.values()]
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, installed_sqlite, redis_url, origins=origins, port=installed) as running:
        yield running
        made_up.close()


@pytest.fixture
def made_up_town(desk: Desk, made_up: Carriers) -> Carriers:
    """Six accounts: one hangs, one finds the parcel too heavy, one was paused by an administrator."""
    steer, member = desk.program.steer, desk.address["member_id"]
    page = open_app(steer, member)
    accounts = connect_five(desk.program, member, page, made_up)
    page.press(f"/app/account/{accounts['barter']}/pause", {"reason": "Меняем ключи, включу к обеду"})
    steer("POST", f"/bitrix24/{member}/wishes", {"deals": [DEAL]})
    made_up["owl"].delay_s, made_up["feather"].most_g = HANGS_S, 1000
    return made_up


def looks_fine(desk: Desk, ours: Frame, width: str) -> None:
    desk.widen(ours, WIDTHS[width])
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def test_picked_and_booked_in_both_languages(desk: Desk, made_up_town: Carriers) -> None:
    hare = made_up_town["hare"]
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    rates = ours.locator("#rates")
    expect(ours.locator("#rates-status")).to_have_text("ответили 4 из 5, ждём ещё одного", timeout=WAIT_MS)
    expect(rates.locator(".wb-rate[aria-busy]")).to_contain_text("Сова считает…", timeout=WAIT_MS)
    expect(rates.locator("#rates-outs li")).to_have_count(2, timeout=WAIT_MS)
    expect(rates.locator("#rates-outs")).to_contain_text("Не возим тяжелее 1 кг", timeout=WAIT_MS)
    expect(rates.locator("#rates-outs")).to_contain_text("«Меняем ключи, включу к обеду»", timeout=WAIT_MS)
    expect(ours.locator("#rates-book")).to_have_text(
        "Оформить за 370,00 ₽", timeout=WAIT_MS
    )  # what the pipeline would ship
    rates.get_by_label("Заяц, «Прыжок»").check()
    expect(rates.locator(".is-picked .wb-sums")).to_contain_text("Страховка, 0,75 % от 5 570,00 ₽", timeout=WAIT_MS)
    expect(ours.locator("#rates-book")).to_have_text("Оформить за 282,37 ₽", timeout=WAIT_MS)
    looks_fine(desk, ours, "desk")
    desk.program.world.control.advance(12)
    expect(rates.locator("#rates-outs")).to_contain_text("молчит", timeout=WAIT_MS)
    ours.locator("#rates-choose").click()
    expect(rates).to_contain_text("Для этой сделки выбрали: Заяц, «Прыжок»", timeout=WAIT_MS)

    # What a manager ticks is asked of everybody: who does not give it does not carry the deal. By keys.
    extras = ours.locator("#extras")
    fitting = extras.get_by_label("Примерка")
    fitting.focus()
    desk.page.keyboard.press("Space")
    expect(extras).to_contain_text("Цены ниже — с отмеченным. Кто не даёт", timeout=WAIT_MS)
    expect(ours.locator("#extra-fitting")).to_be_focused()
    expect(rates.locator("#rates-outs")).to_contain_text("не даёт: Примерка", timeout=WAIT_MS)
    expect(rates.get_by_label("Заяц, «Прыжок»")).to_have_count(0)
    expect(ours.locator("#rates-book")).to_contain_text("Оформить за", timeout=WAIT_MS)
    expect(ours.locator("#rates-book")).not_to_have_text("Оформить за 370,00 ₽")
    looks_fine(desk, ours, "phone")
    # One that could not be kept is not ticked.
    desk.page.route("**/tab/extras", lambda route: route.abort())
    extras.get_by_label("SMS").click()
    expect(extras.get_by_label("SMS")).not_to_be_checked()
    desk.page.unroute("**/tab/extras")
    desk.program.wait(lambda: ours.locator("#extras-drop").is_enabled(), "the network again")
    extras.get_by_role("button", name="Вернуть как в воронке").click()
    expect(rates.get_by_label("Заяц, «Прыжок»")).to_have_count(1, timeout=WAIT_MS)
    expect(fitting).not_to_be_checked()
    desk.program.world.control.advance(12)  # everybody was asked anew: the one that hangs is silent again
    expect(rates.locator("#rates-outs")).to_contain_text("молчит", timeout=WAIT_MS)
    hare.extra = 25
    desk.page.wait_for_load_state("networkidle", timeout=60000)  # nothing is left unanswered when the page is left

    # The same deal on a phone, in English, with keys alone.
    desk.lang = "en"
    user = {"id": MANAGER, "language": "en"}
    desk.program.steer("POST", f"/bitrix24/{desk.address['member_id']}/users", user)
    desk.page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    ours = desk.open_tab(DEAL)
    book = ours.locator("#rates-book")
    expect(book).to_have_text("Book for ₽282.37", timeout=WAIT_MS)
    ours.locator("#rates [name=rate]:checked").focus()
    desk.page.keyboard.press("ArrowDown")
    expect(book).not_to_have_text("Book for ₽282.37", timeout=WAIT_MS)
    expect(ours.locator("#rates [name=rate]:checked")).to_be_focused(timeout=WAIT_MS)
    desk.page.keyboard.press("ArrowUp")
    expect(book).to_have_text("Book for ₽282.37", timeout=WAIT_MS)
    expect(ours.locator("#rates [name=rate]:checked")).to_be_focused(timeout=WAIT_MS)
    # Down and up again before the first is answered: the last counts.
    asked = list[Route]()

    def first_held(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    desk.page.route("**/tab/rates/panel*", first_held)
    desk.page.keyboard.press("ArrowDown")
    until(desk.page, lambda: len(asked) == 1, "the first pick")
    desk.page.keyboard.press("ArrowUp")
    with suppress(Error):  # nobody waits for it any more
        asked[0].continue_()
    until(desk.page, lambda: len(asked) == 2, "the second pick")
    expect(book).to_have_text("Book for ₽282.37", timeout=WAIT_MS)
    desk.page.unroute("**/tab/rates/panel*")
    looks_fine(desk, ours, "phone")
    book.focus()
    desk.page.keyboard.press("Enter")
    told = ours.locator("#rates-booking-h")
    expect(told).to_have_text("The price changed: it was ₽282.37, now it is ₽307.37", timeout=WAIT_MS)
    looks_fine(desk, ours, "phone")
    accept = ours.locator("#rates-accept")
    expect(accept).to_have_text("Book for ₽307.37", timeout=WAIT_MS)
    assert hare.orders == {}
    accept.focus()
    desk.page.keyboard.press("Enter")
    expect(ours.locator("#now")).to_contain_text("created", timeout=WAIT_MS, ignore_case=True)
    assert len(hare.orders) == 1
    # htmx says of a question that nobody waits for any more that it is an error.
    assert [each for each in desk.watched.faults if "htmx:" not in each and "ERR_FAILED" not in each] == []
