"""Messages to clients and the shop's looks, as an administrator sets them up: by keyboard, at a desk and on a phone, in
both languages, with the network gone in between."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from b24app.frames.words import words
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.flows.returning import delivered
from tests.flows.town import Shop, Town

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(300)
DEAL = 501
SLOW_MS = 40_000
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300">'
    '<circle cx="150" cy="150" r="140" fill="#060"/></svg>'
)
#: Pictures after it are drawn before it; resolved a moment after it is there.
FIRST_LATER = """() => { const all = HTMLCanvasElement.prototype, real = all.toBlob;
    all.toBlob = function (done, kind) {
        all.toBlob = real;
        window.later = () => new Promise((there) => {
            real.call(this, (blob) => { done(blob); setTimeout(there, 0); }, kind); }); }; }"""


@pytest.fixture
def shop(installed: int, desk: Desk) -> Shop:
    """A parcel is delivered."""
    shop = Town(desk.program).installed()
    delivered(shop, DEAL)
    return shop


def on_step(ours: Frame, name: str) -> None:
    expect(ours.locator(".wb-wiz [aria-current=step]")).to_contain_text(name)


def go_on(desk: Desk, ours: Frame) -> None:
    """By keyboard."""
    ours.locator("#wiz-next").focus()
    desk.page.keyboard.press("Enter")


def test_from_nothing_to_messages_that_are_on(shop: Shop, desk: Desk) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_section("messages")
    on_step(ours, "Чем")
    looks_fine(desk, ours)
    ours.get_by_label("Сначала").select_option(label="Письмо")
    ours.get_by_label("Если так не выйдет", exact=True).select_option(label="Роботы портала")
    go_on(desk, ours)
    on_step(ours, "Когда")
    expect(ours.get_by_label("Можно забрать")).to_be_checked()
    ours.get_by_label("Вручён", exact=True).check()
    looks_fine(desk, ours)
    go_on(desk, ours)
    on_step(ours, "Тексты")
    expect(ours.locator("#auto-h")).to_have_text("Настройка роботов портала")
    looks_fine(desk, ours)

    ours.locator("#wiz-edit-delivered").click()
    body = ours.locator("#plan-body")
    body.fill("Заказ {номер заказа} у вас. ")
    expect(ours.locator("#look")).to_contain_text("Такой подстановки нет: номер заказа.")
    ours.locator("#plan-save").click()
    expect(body).to_be_focused()
    expect(ours.locator("#e-plan-body")).to_contain_text("Такой подстановки нет")
    looks_fine(desk, ours)
    body.fill("У вас заказ ")
    ours.locator("[data-insert='{заказ}']").click()
    expect(body).to_have_value("У вас заказ {заказ}")
    expect(body).to_be_focused()
    expect(ours.locator("#look")).to_contain_text(re.compile(r"У вас заказ №\s5120"))
    # Another text of the same message: what was typed is kept.
    ours.get_by_role("button", name=re.compile("^SMS, по-русски")).click()
    expect(ours.locator("#segments")).to_contain_text("SMS, занято")
    ours.get_by_role("button", name=re.compile("^Письмо, по-русски")).click()
    expect(body).to_have_value("У вас заказ {заказ}")
    looks_fine(desk, ours)
    ours.locator("#plan-back").click()
    on_step(ours, "Тексты")
    go_on(desk, ours)

    on_step(ours, "Часы и имя")
    sender = ours.get_by_label("От кого письма")
    sender.fill("Ромашка")
    go_on(desk, ours)
    expect(sender).to_be_focused()
    expect(ours.locator("#e-ms-sender")).to_contain_text("Нужен адрес")
    looks_fine(desk, ours)
    sender.fill("Ромашка <shop@romashka.example>")
    go_on(desk, ours)
    on_step(ours, "Проба")
    ours.locator("#try-deal").fill(str(DEAL))
    ours.locator("#try-deal").press("Enter")
    tried = ours.locator("#tried")
    expect(tried).to_contain_text("Не уйдёт: сообщения выключены", timeout=SLOW_MS)
    expect(tried).to_contain_text("У вас заказ")
    looks_fine(desk, ours)
    ours.locator("#messages-on button").click()
    expect(ours.locator("#messages .wb-now")).to_contain_text("Сообщения включены")
    looks_fine(desk, ours)

    ours.locator("#stop-who").fill("8 900 000-14-62")
    ours.locator("#stop-who").press("Enter")
    expect(ours.locator("#messages-stops")).to_contain_text("+7 ••• •••-14-62")
    ours.locator("#switch-delivered button").click()
    expect(ours.locator("#switch-delivered button")).to_contain_text("Включить")
    expect(ours.locator("#switch-delivered button")).to_be_focused()
    assert desk.watched.faults == []

    expect(ours.locator(".htmx-request")).to_have_count(0)  # an answer on its way would say that the network is there
    desk.page.context.set_offline(True)
    expect(ours.locator("#offline")).to_be_visible()
    expect(ours.locator("#edit-ready")).to_be_disabled()
    desk.page.context.set_offline(False)
    expect(ours.locator("#offline")).to_be_hidden()
    expect(ours.locator("#edit-ready")).to_be_enabled()

    shop.ask("POST", "/users", {"id": ADMIN, "language": "en"})
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name=words("en")("nav.setup"), exact=True).click()
    ours.locator("a[hx-get='/app/s/messages']").click()
    expect(ours.locator("#messages .wb-now")).to_contain_text("Messages are on")
    looks_fine(desk, ours)


def test_how_clients_see_the_shop(shop: Shop, desk: Desk, tmp_path: Path) -> None:
    desk.sign_in(ADMIN)
    ours = desk.open_section("brand")
    looks_fine(desk, ours)
    ours.get_by_label("Название магазина").fill("Лён и Хвоя")
    sample = ours.locator("#brand-sample")
    expect(sample).to_contain_text("Лён и Хвоя")
    ours.get_by_label("Цвет", exact=True).fill("#ffee00")
    expect(sample).to_contain_text("Надписи чёрные")
    expect(sample).to_contain_text("На белом такой цвет почти не виден")
    ours.get_by_label("Цвет", exact=True).fill("#2f6b4f")
    expect(sample).to_contain_text("Надписи белые")
    ours.get_by_label("Телефон").fill("12")
    ours.locator("#brand-save").click()
    expect(ours.get_by_label("Телефон")).to_be_focused()
    expect(ours.locator("#e-brand-phone")).to_contain_text("Нужен один телефон")
    looks_fine(desk, ours)
    ours.get_by_label("Телефон").fill("8 495 123-45-67")
    ours.locator("#brand-save").click()
    expect(ours.locator("#brand")).to_contain_text("Сохранено")

    # Any picture: the page draws it anew as a small PNG.
    picture = tmp_path / "logo.svg"
    picture.write_text(MARK)
    ours.evaluate(FIRST_LATER)
    ours.locator("#brand-file").set_input_files({"name": "a.svg", "mimeType": "image/svg+xml", "buffer": MARK.encode()})
    ours.wait_for_function("() => window.later")
    ours.locator("#brand-file").set_input_files(picture)
    ours.wait_for_function("document.getElementById('brand-file').files[0].type === 'image/png'")
    # The one that was chosen first is drawn at last.
    last = "document.getElementById('brand-file').files[0]"
    assert ours.evaluate(f"async () => {{ const chosen = {last}; await window.later(); return chosen === {last}; }}")
    ours.locator("#brand-logo-save").click()
    shown = ours.locator(".wb-brandlogo img")
    expect(shown).to_be_visible()
    assert shown.evaluate("each => [each.naturalWidth, each.naturalHeight]") == [512, 171]
    expect(sample.locator("img")).to_be_visible()
    looks_fine(desk, ours)
    assert desk.watched.faults == []

    with desk.page.context.expect_page() as opened:
        ours.get_by_role("link", name="Открыть страницу для клиентов").click()
    theirs = opened.value
    expect(theirs.locator("header")).to_contain_text("Лён и Хвоя")
    expect(theirs.locator(".pub-logo img")).to_have_js_property("naturalWidth", 512)
    theirs.close()
