"""An administrator sees which smart process keeps the portal's returns, names one of its own, and gets ours back
when that is deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


def test_the_process_for_returns_is_shown_chosen_and_found_again(desk: Desk) -> None:
    crm = desk.program.world.system("bitrix24").portals[desk.address["member_id"]].crm
    theirs = crm.add_type("Рекламации", {"isStagesEnabled": "Y"}, 1030, 1, "2026-11-23T12:00:00+03:00")
    desk.sign_in(ADMIN)
    desk.install()
    ours = desk.open_section("fields")
    card = ours.locator("#returns")
    expect(card).to_contain_text("Возвраты портал держит в процессе «Возвраты»")
    expect(card.get_by_role("row", name="посылка на складе Получен складом")).to_be_visible()
    looks_fine(desk, ours)

    card.get_by_label("Процесс для возвратов").select_option(label="Рекламации")
    card.get_by_role("button", name="Сохранить").click()
    expect(card).to_contain_text("держит в процессе «Рекламации»", timeout=30000)
    expect(card.get_by_role("row", name="возврат просят Начало")).to_be_visible()

    crm.remove_type(theirs)
    card.get_by_role("button", name="Проверить ещё раз").click()
    expect(card).to_contain_text("держит в процессе «Возвраты»", timeout=30000)
    expect(card.get_by_label("Процесс для возвратов").locator("option")).to_have_text(["Возвраты"])
    looks_fine(desk, ours)
    assert desk.watched.faults == []
