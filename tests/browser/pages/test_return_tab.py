"""The page of a return where a manager meets it, with the whole program behind it: from the request to the money at a
desk, a replacement on an English phone; what cannot be is said where it was pressed, and nobody's typing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Frame, Locator, expect

from b24app.flows.returns.quantities import Wish
from b24app.store.return_acts import ActKind
from b24app.store.return_process import entity_of
from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.watched import WIDTHS
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.town import Shop, Town

DEAL, WAIT_MS = 501, 30000
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def mine(installed: int, desk: Desk) -> ReturnsOf:
    """The returns of a deal whose goods (two of one row, one of another) the client has."""
    shop = Shop(Town(desk.program), desk.address["member_id"])
    delivered(shop, DEAL)
    found = ReturnsOf(shop, DEAL)
    found.act(ActKind.READ)
    return found


def fits(desk: Desk, ours: Frame, width: str) -> None:
    desk.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    ours.wait_for_function("wide => innerWidth <= wide", arg=WIDTHS[width])
    assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def opened(desk: Desk, return_id: int) -> Frame:
    ours = desk.open_tab(DEAL)
    ours.locator(f"#back-go-{return_id}").click()
    expect(ours.locator("#return")).to_be_visible(timeout=WAIT_MS)
    return ours


def opened_in_item(desk: Desk, mine: ReturnsOf, return_id: int) -> Frame:
    """The tab of the return's own item in the portal."""
    mine.shop.town.wait(lambda: mine.kept(return_id).item_id, "the return's item")
    entity = entity_of(mine.shop.row.settings)
    desk.page.goto(f"{desk.address['base_url']}/crm/type/{entity}/details/{mine.kept(return_id).item_id}/")
    desk.page.get_by_text("Возврат" if desk.lang == "ru" else "Return", exact=True).first.click()
    return desk.ours()


def says(ours: Frame, text: str) -> Locator:
    now = ours.locator("#return #now")
    expect(now).to_contain_text(text, timeout=WAIT_MS)
    return now


def test_a_manager_leads_a_return_from_the_request_to_the_money(desk: Desk, mine: ReturnsOf) -> None:
    cup, saucer = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, Decimal(2), "defect"),))
    desk.sign_in(MANAGER)
    ours = opened(desk, kept.id)
    says(ours, "просит возврат")
    fits(desk, ours, "phone")
    fits(desk, ours, "desk")

    ours.locator("#do-move-approved").click()
    says(ours, "Как он поедет?")
    # The price of the way back comes by itself; what a way needs is asked before it is chosen.
    expect(ours.locator("#ways .wb-option").first).to_contain_text("₽", timeout=WAIT_MS)
    fits(desk, ours, "desk")
    ours.get_by_label("Другой перевозчик").check()
    ours.locator("#do-way").click()
    expect(ours.locator("#form-way .wb-error")).to_contain_text("Напишите, кто повезёт", timeout=WAIT_MS)
    ours.get_by_label("Без перевозчика").check()
    ours.locator("#do-way").click()
    says(ours, "везёт товар без перевозчика")
    ours.locator("#do-move-received").click()
    says(ours, "посчитайте")

    # By keys: the form says what is wrong in it; a colleague's change does not take what was typed.
    ours.locator("#do-count").focus()
    desk.page.keyboard.press("Enter")
    dialog = ours.locator("#ask-count")
    expect(dialog).to_be_visible()
    fits(desk, ours, "phone")
    desk.page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
    fields = dialog.locator("fieldset").first
    fields.get_by_label("Как новых").fill("1,5")
    mine.does(ActKind.NOTE, kept.id, text="клиент звонил")
    expect(dialog.locator("[data-changed]")).to_be_visible(timeout=WAIT_MS)
    expect(fields.get_by_label("Как новых")).to_have_value("1,5")
    dialog.locator("#count-done").click()
    expect(dialog.locator(".wb-error")).to_contain_text("целое число", timeout=WAIT_MS)
    fields = dialog.locator("fieldset").first
    fields.get_by_label("Как новых").fill("1")
    fields.get_by_label("С дефектом").fill("1")
    fields.get_by_label("Что с ним").fill("скол")
    dialog.locator("#count-done").focus()
    desk.page.keyboard.press("Enter")
    expect(says(ours, "Посчитали: есть дефект")).to_be_focused()
    expect(ours.locator("#goods tbody tr")).to_have_count(2)
    expect(ours.locator("#goods")).to_contain_text("скол")

    ours.locator("#do-outcome-refund").click()
    expect(ours.locator("#return .wb-now p").first).to_contain_text("Осталось вернуть", timeout=WAIT_MS)
    fits(desk, ours, "desk")

    # More than is left is refused by the portal's lane, and said where it was pressed.
    ours.locator("#do-paid").click()
    paid = ours.locator("#ask-paid")
    left = paid.get_by_label("Сколько вернули").input_value()
    paid.get_by_label("Сколько вернули").fill("999999")
    paid.get_by_role("button", name="Отметить").click()
    expect(ours.locator("#return-refused")).to_be_visible(timeout=WAIT_MS)
    expect(paid).not_to_be_visible()
    ours.locator("#do-paid").click()
    expect(paid.get_by_label("Сколько вернули")).to_have_value(left)
    paid.get_by_label("Как и кому").fill("на карту")
    paid.get_by_role("button", name="Отметить").click()
    says(ours, "Деньги вернули")
    expect(ours.locator("#money")).to_contain_text("на карту")
    ours.locator("#return-back").click()
    expect(ours.locator(f"#back-{kept.id}")).to_contain_text("Деньги возвращены", timeout=WAIT_MS)
    # The same page in the app, from the list of all returns.
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.locator("a[hx-get='/app/s/returns']").click()
    ours.locator("#returns-flt").wait_for()
    ours.locator(f"#return-{kept.id}").click(timeout=WAIT_MS)
    ours.locator("#do-move-closed").click()
    says(ours, "Возврат закрыт")
    expect(ours.locator("#return button.wb-btn--primary")).to_have_count(0)
    fits(desk, ours, "desk")
    ours.locator("#return-back").click()
    expect(ours.locator("#returns-flt")).to_be_visible(timeout=WAIT_MS)
    desk.page.wait_for_load_state("networkidle", timeout=60000)
    assert desk.watched.faults == []
    assert mine.kept(kept.id).case.refunded is not None
    assert saucer not in {line.row for line in kept.case.lines}


def test_a_replacement_on_an_english_phone(desk: Desk, mine: ReturnsOf) -> None:
    cup, saucer = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(saucer, Decimal(1), "defect"),))
    desk.lang = "en"
    desk.program.steer("POST", f"/bitrix24/{desk.address['member_id']}/users", {"id": MANAGER, "language": "en"})
    desk.sign_in(MANAGER)
    ours = opened_in_item(desk, mine, kept.id)
    fits(desk, ours, "phone")
    ours.locator("#do-move-approved").click()
    says(ours, "How does it travel?")
    ours.get_by_label("Without a carrier").check()
    ours.locator("#do-way").click()
    says(ours, "brings the goods")
    ours.locator("#do-move-received").click()
    says(ours, "count it")
    ours.get_by_label("Replace").check()
    ours.locator("#do-outcome").click()
    expect(ours.locator("#ending input[value=replacement]")).to_be_checked(timeout=WAIT_MS)
    ours.locator("#do-count").click()
    dialog = ours.locator("#ask-count")
    dialog.get_by_label("As new").fill("1")
    dialog.locator("#count-done").click()
    says(ours, "everything is here")
    fits(desk, ours, "phone")
    ours.locator("#do-sent").click()
    sent = ours.locator("#ask-sent")
    sent.get_by_role("button", name="Note it").click()
    expect(sent.locator(".wb-error")).to_contain_text("number is needed", timeout=WAIT_MS)
    sent.get_by_label("Shipment number").fill("RA-77")
    sent.get_by_role("button", name="Note it").click()
    says(ours, "The new goods are sent")
    # Who refuses says why; it may be opened again.
    other = mine.does(ActKind.BEGIN, wishes=(Wish(cup, Decimal(1), "colour"),))
    ours = opened(desk, other.id)
    ours.locator("#do-refuse").click()
    refuse = ours.locator("#ask-refuse")
    refuse.get_by_role("button", name="Refuse", exact=True).click()
    expect(refuse.locator(".wb-error")).to_contain_text("Say why", timeout=WAIT_MS)
    refuse.get_by_label("Why").fill("worn")
    refuse.get_by_role("button", name="Refuse", exact=True).click()
    says(ours, "The return was refused")
    expect(ours.locator("#return .wb-now")).to_contain_text("worn")
    desk.page.wait_for_load_state("networkidle", timeout=60000)
    assert desk.watched.faults == []
    assert mine.kept(kept.id).replacement == "RA-77"
