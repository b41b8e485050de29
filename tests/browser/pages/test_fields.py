"""An administrator gives a role one of the portal's own fields, is refused what cannot be, and mends a field that was
deleted, all in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine

pytestmark = pytest.mark.timeout(240)
LINK = "UF_CRM_LOGISTICS_LINK"


@pytest.fixture
def past_policy() -> bool:
    return True


def test_a_list_of_the_portal_says_how_to_deliver_and_a_deleted_field_is_made_again(desk: Desk) -> None:
    base = f"/bitrix24/{desk.address['member_id']}/fields"
    steer = desk.program.steer
    steer("POST", base, {"name": "UF_CRM_HOW", "kind": "enumeration", "label": "Как везти", "values": ["Сам", "К нам"]})
    steer("POST", base, {"name": "UF_CRM_WHEN", "kind": "date", "label": "Когда"})
    desk.sign_in(ADMIN)
    desk.install()
    ours = desk.open_section("fields")
    form = ours.locator("#fields-form")
    address = form.get_by_label("Адрес доставки", exact=True)
    expect(address).to_have_value("own")
    refused = "Когда: это дата, а нужно: адрес, строка"
    expect(address.locator("option:disabled", has_text=refused)).to_have_count(1)
    looks_fine(desk, ours)

    form.get_by_label("Способ доставки", exact=True).select_option(label="Как везти")
    expect(form.get_by_label("Сам", exact=True)).to_have_value("")
    form.get_by_role("button", name="Сохранить поля").click()
    expect(form.locator("#e-f-type")).to_contain_text("Укажите, какое значение означает курьера или пункт выдачи")
    form.get_by_label("Сам", exact=True).select_option("pickup")
    form.get_by_label("К нам", exact=True).select_option("courier")
    form.get_by_role("button", name="Сохранить поля").click()
    expect(ours.locator("#fields")).to_contain_text("Сохранено")
    looks_fine(desk, ours)

    steer("POST", f"{base}/{LINK}/delete", {})
    ours.get_by_role("button", name="Прочитать поля заново").click()
    drift = ours.locator("#drift-link")
    expect(drift).to_contain_text("поля «Ссылка на отслеживание» в портале больше нет", timeout=30000)
    looks_fine(desk, ours)
    drift.get_by_role("button", name="Создать заново").click()
    expect(ours.locator("#fields-reread")).to_be_visible(timeout=30000)
    expect(drift).to_have_count(0, timeout=30000)
    assert LINK in {row["name"] for row in steer("GET", base)["fields"]}
    assert desk.watched.faults == []
