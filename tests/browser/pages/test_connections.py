"""An administrator connects a carrier in the page: a wrong key and the carrier's own words, the fix, a place to ship
from, a pause with its reason."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.watched import WIDTHS

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


def looks_fine(desk: Desk, ours: Frame) -> None:
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        desk.widen(ours, width)
        assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def test_from_a_wrong_key_to_a_working_account(desk: Desk) -> None:
    account = desk.program.world.addresses["cdek"]["accounts"][0]
    desk.sign_in(ADMIN)
    desk.install()
    ours = desk.open_app()
    looks_fine(desk, ours)
    ours.get_by_role("button", name="Boxberry", exact=True).click()
    expect(ours.locator("form[id^=account-boxberry-]")).to_contain_text("Учебного стенда нет: заказы настоящие")
    looks_fine(desk, ours)
    ours.get_by_role("button", name="СДЭК", exact=True).click()
    form = ours.locator("form[id^=account-cdek-]")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wb-error").first).to_have_text("Без этого не получится")
    form.locator("[name=account]").fill(account["client_id"])
    form.locator("[name=secret]").fill("wrong")
    form.locator("[name=mode][value=test]").check()
    form.locator("button[type=submit]").click()
    test = ours.locator("#account-test")
    expect(test).to_contain_text("СДЭК не пускает с этим ключом", timeout=40000)
    expect(test.locator(".wb-quote")).to_contain_text("СДЭК:")
    expect(ours.locator("#account-cards")).to_contain_text("не пускает")
    looks_fine(desk, ours)
    form.get_by_role("button", name="Заменить").click()
    form.locator("[name=secret]").fill(account["client_secret"])
    form.locator("[name=shipment_point]").fill("MSK5")
    form.locator("button[type=submit]").click()
    expect(test).to_contain_text("СДЭК присылает нам статусы", timeout=40000)
    expect(test.locator("li.is-ok")).to_have_count(6)
    expect(ours.locator("#account-cards")).to_contain_text("работает")
    expect(ours.locator("#say")).to_have_text("Проверка закончена: работать можно.")
    ours.get_by_role("button", name="Поставить на паузу…").click()
    ours.get_by_label("Почему").fill("инвентаризация")
    ours.get_by_role("button", name="Поставить на паузу", exact=True).click()
    expect(form).to_contain_text("инвентаризация")
    ours.get_by_role("button", name="Продолжить", exact=True).click()
    expect(ours.locator("#account-cards")).to_contain_text("работает")
    looks_fine(desk, ours)
    ours.get_by_role("button", name="Дальше: откуда едет").click()
    place = ours.locator("form[id^=origin-]")
    for name, value in (("title", "Склад"), ("name", "Иван"), ("phone", "12"), ("address", "Москва, Тверская 1")):
        place.locator(f"[name={name}]").fill(value)
    place.locator("button[type=submit]").click()
    expect(place.locator(".wb-error")).to_contain_text("Не похоже на номер")
    place.locator("[name=phone]").fill("8 495 123-45-67")
    place.locator("button[type=submit]").click()
    expect(place).to_contain_text("Город: Москва")
    looks_fine(desk, ours)
    assert desk.watched.faults == []


def test_the_installer_says_which_step_failed_and_goes_on_from_there(desk: Desk) -> None:
    denied = {"status": 403, "body": {"error": "ACCESS_DENIED", "error_description": "Access denied!"}}
    control = desk.program.world.control
    fault = control.fault("bitrix24", "status", match={"contains": "placement.bind"}, params=denied)
    desk.sign_in(ADMIN)
    desk.page.goto(desk.address["base_url"] + "/marketplace/")
    desk.page.locator("form[action*=install] button").first.click()
    ours = desk.ours()
    again = ours.locator("#steps").get_by_role("button", name="Попробовать ещё раз")
    expect(again).to_be_visible(timeout=30000)
    expect(ours.locator("#steps li .wb-ink-red").first).to_be_visible()
    looks_fine(desk, ours)
    control.delete(f"/faults/{fault}")
    again.click()
    desk.page.wait_for_url("**install_finished=Y**", timeout=30000)


def test_a_gateway_for_messages(installed: int, desk: Desk) -> None:
    account = desk.program.world.addresses["smsc"]["accounts"][0]
    desk.sign_in(ADMIN)
    ours = desk.open_section("connections")
    ours.locator("#account-cards").get_by_role("button", name="Добавить").click()
    ours.get_by_role("button", name="SMSC", exact=True).click()
    form = ours.locator("form[id^=account-smsc-]")
    expect(form).to_contain_text("сообщения настоящие и платные")
    looks_fine(desk, ours)
    form.locator("[name=token]").fill(account["token"])
    form.locator("[name=sender]").fill("Nobody")
    form.locator("button[type=submit]").click()
    test = ours.locator("#account-test")
    expect(test).to_contain_text("Имени отправителя «Nobody» нет среди одобренных", timeout=40000)
    form.locator("[name=sender]").fill(account["sender"])
    form.locator("button[type=submit]").click()
    expect(test).to_contain_text("на счёте 1", timeout=40000)
    expect(ours.locator("#account-cards .wb-conn", has_text="SMSC")).to_contain_text("работает")
    expect(ours.locator("[value*='/hooks/carrier/']")).to_be_visible()
    looks_fine(desk, ours)
