"""A robot's fields in the portal's designer: our own page beside the portal's form, at a desk and on a phone, in both
languages, with a mouse and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages.desk import ADMIN, MANAGER, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    return Town(desk.program).installed()


def test_what_is_chosen_in_our_page_stands_in_the_robot_and_is_kept(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    page = desk.page
    page.goto(f"{desk.address['base_url']}/crm/deal/automation/waybill_create/")
    page.get_by_role("button", name="Настроить в приложении").click()
    ours = desk.ours()
    form = ours.locator("#robot-form")
    expect(form).to_contain_text("Создать отправление")
    looks_fine(desk, ours)

    form.get_by_label("Чем везти").select_option(label="Самым быстрым")
    expect(form.get_by_role("status")).to_contain_text("Осталось сохранить")
    account = form.get_by_label("Подключение", exact=True)
    account.select_option(index=1)
    service = form.get_by_label("Услуга", exact=True)
    service.focus()
    page.keyboard.press("End")  # nothing but a key: an expression of the portal's is typed
    own = form.get_by_label("Значение поля «Услуга»")
    expect(own).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("{=A1:service_code}")
    page.keyboard.press("Tab")
    portals_own = page.locator("#robot")
    expect(portals_own.locator("[name=p_service]")).to_have_value("{=A1:service_code}")
    expect(portals_own.locator("[name=p_how]")).to_have_value("fastest")
    connection = portals_own.locator("[name=p_account]").input_value()
    assert connection == account.input_value()

    # Opened again it says what the form says.
    page.locator("dialog.slider header button").click()
    page.get_by_role("button", name="Настроить в приложении").click()
    ours = desk.ours()
    form = ours.locator("#robot-form")
    expect(form.get_by_label("Подключение", exact=True)).to_have_value(connection)
    expect(form.get_by_label("Значение поля «Услуга»")).to_have_value("{=A1:service_code}")
    form.get_by_label("Услуга", exact=True).select_option(index=1)
    form.get_by_label("Если не получилось").select_option(label="Только отдать результат")
    expect(portals_own.locator("[name=p_trouble]")).to_have_value("quiet")
    page.locator("dialog.slider header button").click()
    portals_own.get_by_role("button", name="Сохранить").click()
    [rule] = shop.ask("GET", "/rules")["rules"]
    [step] = rule["steps"]
    assert (step["properties"]["account"], step["properties"]["trouble"]) == (connection, "quiet")
    assert step["properties"]["service"] not in ("", "{=A1:service_code}")

    page.goto(f"{desk.address['base_url']}/crm/deal/automation/waybill_label/")
    page.get_by_role("button", name="EN", exact=True).click()
    page.get_by_role("button", name="Set up in the application").click()
    ours = desk.ours()
    expect(ours.get_by_label("Size of the label", exact=True)).to_contain_text("The usual one")
    looks_fine(desk, ours)


def test_somebody_who_sets_nothing_up_is_told_so(shop: Shop, desk: Desk) -> None:
    desk.sign_in(MANAGER)
    desk.page.goto(f"{desk.address['base_url']}/crm/deal/automation/waybill_quote/")
    desk.page.get_by_role("button", name="Настроить в приложении").click()
    expect(desk.page.frame_locator("iframe").locator("body")).to_contain_text("администратор")
