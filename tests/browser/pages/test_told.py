"""A manager sees in the deal's tab that a letter did not leave, and has it sent once more: in the portal's frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from tests.browser.pages.desk import MANAGER, Desk
from tests.flows.messaging import Telling
from tests.flows.town import Shop, Town

DEAL, WAIT_MS = 501, 30000
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


def test_a_letter_that_did_not_leave_is_sent_again_from_the_tab(installed: int, desk: Desk) -> None:
    shop = Shop(Town(desk.program), desk.address["member_id"])
    mine = Telling(shop, DEAL)
    mine.rules(Channel.EMAIL, moments=(Moment.NUMBER,))
    shop.settings(mailbox="")
    shop.ship(DEAL)
    shop.shipped(DEAL)
    mine.becomes(Moment.NUMBER, "failed no_mailbox")
    desk.sign_in(MANAGER)
    ours = desk.open_tab(DEAL)
    card = ours.locator("#told")
    expect(card).to_contain_text("Не ушло")
    expect(ours.get_by_role("heading", name="Сообщение клиенту не ушло")).to_be_visible()
    again = card.get_by_role("button", name="Отправить ещё раз")
    assert desk.watched.axe(ours) == []
    assert desk.watched.overflow(ours) == 0

    shop.settings(mailbox="shop@portal.test")
    again.focus()
    desk.page.keyboard.press("Enter")
    expect(card).to_contain_text("Отправлено", timeout=WAIT_MS)
    expect(card).to_contain_text("ещё раз: ")
    expect(ours.get_by_role("heading", name="Сообщение клиенту не ушло")).to_have_count(0)
    expect(again).to_have_count(0)
    assert len(mine.letters) == 1
    assert desk.watched.faults == []
