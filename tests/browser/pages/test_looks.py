"""Every state of the tab, at a desk and on a phone, in both languages: nothing sticks out, nothing is wrong for axe."""

import pytest
from playwright.sync_api import Browser, Route, expect

from b24app.frames.errors import ErrorCode
from tests.browser.pages.states import STATES
from tests.browser.pages.watched import FINE, WIDTHS, Watched, open_page


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_state_of_the_tab(roomy: Watched, gallery: str, lang: str) -> None:
    found: dict[str, object] = {}
    for state in STATES:
        roomy.widen("desk")
        roomy.page.goto(f"{gallery}/{state}/{lang}")
        found[state] = roomy.at_both_widths("desk" if lang == "ru" else "phone")
    assert found == dict.fromkeys(STATES, FINE)
    assert roomy.faults == []


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_error_page(roomy: Watched, gallery: str, lang: str) -> None:
    """They differ in their words: axe reads them all in one language, and one of them in the other."""
    found: dict[str, object] = {}
    roomy.widen("phone")
    for code in ErrorCode:
        roomy.page.goto(f"{gallery}/error/{code.value}/{lang}")
        found[code.value] = (roomy.overflow(), roomy.axe() if lang == "ru" or code is ErrorCode.NO_ACCESS else [])
    assert found == {code.value: (0, []) for code in ErrorCode}


def test_on_a_phone_everything_that_can_be_pressed_is_large_enough(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 800})
    page = context.new_page()
    small = {}
    for state in ("created", "refused", "ready"):
        page.goto(f"{gallery}/{state}/ru")
        small[state] = page.eval_on_selector_all(
            "main button",
            "all => all.filter(b => b.offsetParent && b.offsetHeight < 40).map(b => b.textContent.trim())",
        )
    context.close()
    assert small == {"created": [], "refused": [], "ready": []}


def test_prices_that_are_awaited_have_their_final_shape_on_a_phone(browser: Browser, gallery: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 800})
    page = context.new_page()
    held = list[Route]()
    page.route("**/tab/rates", lambda route: held.append(route))
    open_page(page, f"{gallery}/ready/ru")
    bars = page.eval_on_selector_all("#rates .wb-stack--2 .wb-bone", "all => all.map(each => each.offsetWidth)")
    context.close()
    assert bars
    assert min(bars) > 60


def test_what_is_asked_names_the_language_of_the_page(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/created/ru")
    with page.expect_request("**/tab/refresh") as pressed:
        page.locator("#do-refresh").click()
    with page.expect_request("**/named") as asked:
        page.evaluate("() => { window.Session.ask('/named').catch(() => {}); }")
    assert {each.value.headers["x-waybill-lang"] for each in (pressed, asked)} == {"ru"}


def test_the_history_can_be_filtered_by_who_made_it(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/in_transit/ru")
    page.get_by_role("button", name="Мы").click()
    assert page.get_by_role("button", name="Мы").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-who=carrier]:visible").count() == 0
    assert page.locator("[data-who=us]:visible").count() == 2
    page.get_by_role("button", name="Все").click()
    assert page.locator("[data-who=carrier]:visible").count() == 3


def test_the_cancel_dialog_by_keyboard(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/created/ru")
    page.locator("#do-cancel").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    assert "1573840216" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.id") == "do-cancel"


def test_calling_a_courier_by_keyboard(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/to_collect/ru")
    page.locator("#do-courier").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Вызвать курьера: СДЭК")
    expect(dialog).to_be_visible()
    assert dialog.get_by_label("День").input_value() == "2026-11-13"
    for label in ("С", "До", "Комментарий курьеру"):
        expect(dialog.get_by_label(label, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.id") == "do-courier"
    page.locator("#do-handover").press("Enter")
    assert "нельзя ни изменить, ни отменить" in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    open_page(page, f"{gallery}/collected/ru")
    assert "Передано" in page.locator("#collect").inner_text()
    assert page.locator("#do-cancel, #do-change, #do-anew, #do-handover").count() == 0
    page.locator("#do-courier-off").press("Enter")
    assert "завтра, 10:00–18:00" in page.get_by_role("dialog").inner_text()
    assert watched.faults == []


def test_a_press_before_the_scripts_are_there_is_kept(watched: Watched, gallery: str) -> None:
    page, held = watched.page, list[Route]()
    page.route("**/htmx.min.js*", lambda route: held.append(route))
    page.goto(f"{gallery}/created/ru")
    page.locator("#do-cancel").click()
    while not held:
        page.wait_for_timeout(20)
    assert not page.get_by_role("dialog").is_visible()
    held[0].continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.url == f"{gallery}/created/ru"


def test_a_press_on_what_moves_away_meanwhile_is_kept(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/created/ru")
    moves = (
        "document.addEventListener('pointerdown', () => { document.querySelector('main').style.paddingTop = '400px'; })"
    )
    page.evaluate(moves)
    page.locator("#do-cancel").scroll_into_view_if_needed()
    box = page.locator("#do-cancel").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").press("Escape")
    # Drawn anew between mouse down and mouse up: what has its name and its words is pressed.
    anew = "document.addEventListener('pointerdown', () => { const it = document.getElementById('do-cancel');"
    page.evaluate(f"{anew} it.replaceWith(it.cloneNode(true)); }})")
    page.locator("#do-cancel").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").press("Escape")
    page.mouse.move(9, 9)  # drawn away from where it was pressed: thought better of it
    page.locator("#do-cancel").scroll_into_view_if_needed()
    page.locator("#do-cancel").hover()
    page.mouse.down()
    page.mouse.move(9, 9)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert not page.get_by_role("dialog").is_visible()


def test_copying_says_so(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/in_transit/en")
    page.get_by_role("button", name="Copy the number").click()
    page.wait_for_function("document.getElementById('say').textContent !== ''")
    assert page.locator("#say").inner_text() in {"Copied", "Could not copy. Select the text and press Ctrl+C."}
    assert watched.faults == []


def test_a_lost_network_keeps_what_is_shown_and_says_since_when(watched: Watched, gallery: str) -> None:
    page = watched.page
    open_page(page, f"{gallery}/created/ru")
    page.context.set_offline(True)
    page.wait_for_selector("#offline:visible")
    assert page.locator("#do-refresh").is_disabled()
    assert "1573840216" in page.locator("#now").inner_text()
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden", timeout=20000)
    assert page.locator("#do-refresh").is_enabled()
