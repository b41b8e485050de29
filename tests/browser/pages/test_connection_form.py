"""An administrator connects a warehouse that stands at the company's: an address, the company's own certificate
authority, and what only the system itself can offer to choose from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Locator, expect

from b24app.store import portals
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.watched import WIDTHS
from tests.flows.program import Program
from tests.made_up_world import KEY
from tests.made_up_world.burrow import Den, den

WAIT_MS = 40000
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def past_policy() -> bool:
    return True


@pytest.fixture
def burrow(tmp_path: Path) -> Iterator[Den]:
    with den(tmp_path) as found:
        yield found


@pytest.fixture
def program(
    world: Any, installed_sqlite: str, redis_url: str, installed: int, made_up_plugins: None, burrow: Den
) -> Iterator[Program]:
    with Program(world, installed_sqlite, redis_url, origins=[burrow.url], port=installed) as running:
        yield running


def looks_fine(desk: Desk, ours: Frame) -> None:
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        desk.widen(ours, width)
        assert desk.watched.overflow(ours) == 0
    assert desk.watched.axe(ours) == []


def stored(desk: Desk) -> dict[str, Any]:
    portal = desk.program.read(portals.by_member, desk.address["member_id"])
    rows = desk.program.read(portals.connections, portal.id)
    found: dict[str, Any] = next(row.settings for row in rows if row.system == "burrow")
    return found


def opened(desk: Desk) -> tuple[Frame, Locator]:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name="Настройка").click()
    ours.locator("#account-cards").get_by_role("button", name="Добавить").click()
    ours.get_by_role("button", name="Нора", exact=True).click()
    return ours, ours.locator("form[id^=account-burrow-]")


def save(form: Locator) -> None:
    form.locator("button[type=submit]").click()


def choices(field: Locator) -> list[str]:
    return [text.strip() for text in field.locator("option").all_inner_texts()]


def test_from_a_typed_address_to_states_that_mean_something(desk: Desk, burrow: Den) -> None:
    ours, form = opened(desk)
    error, test = form.locator(".wb-error"), ours.locator("#account-test")
    lists = ours.locator("#account-lists")
    expect(lists).to_contain_text("Появятся, когда подключение сохранено и проверка прошла")
    looks_fine(desk, ours)
    # The address: which rule it breaks, and who may allow it.
    form.get_by_label("Адрес Норы").fill("http://burrow.firma.ru/")
    form.locator("[name=key]").fill(KEY)
    save(form)
    expect(error).to_contain_text("Нужен https. Разрешить http://burrow.firma.ru может только тот, кто держит сервер")
    form.get_by_label("Адрес Норы").fill("https://10.0.7.5:8443/nora")
    form.locator("[name=key]").fill(KEY)
    save(form)
    expect(error).to_contain_text("Разрешить 10.0.7.5 может только тот, кто держит сервер Waybill: настройкой WAYBILL_")
    expect(form.get_by_label("Адрес Норы")).to_be_focused()
    looks_fine(desk, ours)
    form.get_by_label("Адрес Норы").fill(f"{urlsplit(burrow.url).netloc}/")
    form.locator("[name=key]").fill(KEY)
    save(form)
    expect(test).to_contain_text("показывает сертификат, которому нет доверия", timeout=WAIT_MS)
    expect(form.get_by_label("Адрес Норы")).to_have_value(burrow.url)
    assert burrow.seen == []
    # The company's own authority.
    form.locator("summary").click()
    form.get_by_label("Сертификат вашего центра").fill("ключ от норы")
    save(form)
    expect(error).to_contain_text("Здесь нет сертификата")
    form.get_by_label("Сертификат вашего центра").fill(burrow.authority.pem)
    form.get_by_label("Записка кладовщику").fill("Осторожно:\nстекло")
    save(form)
    expect(form.locator(".wb-authorities")).to_contain_text("Нора Root CA, ООО «Лён и Хвоя»")
    expect(test.locator("li.is-ok")).to_have_count(3, timeout=WAIT_MS)
    expect(test).to_contain_text("Из списков системы выбрано не всё")
    # What the system offers, with what its states mean by themselves.
    store = lists.get_by_label("Склад")
    expect(store).to_be_visible(timeout=WAIT_MS)
    offered = ["не выбрано", "Москва, Северный", "Казань, Речной порт"]
    expect(store.locator("option")).to_have_text(offered, timeout=WAIT_MS)
    states = lists.get_by_role("table", name="Состояния заказа")
    expect(states.locator("tbody tr")).to_have_count(5)
    assert [states.locator("select").nth(n).input_value() for n in range(5)] == [
        "created",
        "accepted_at_warehouse",
        "packed",
        "in_transit",
        "",
    ]
    looks_fine(desk, ours)
    # By keyboard alone; what was chosen and not saved outlives new lists, and so does the place of the keyboard.
    store.focus()
    desk.page.keyboard.press("ArrowDown")
    states.get_by_label("На Луне").focus()
    desk.page.keyboard.press("End")
    expect(states.get_by_label("На Луне")).to_have_value("lost")
    burrow.states = [("new", "Новый"), ("pick", "Собирают"), ("done", "Готов к отгрузке"), ("moon", "На Луне")]
    lists.get_by_role("button", name="Обновить списки").focus()
    desk.page.keyboard.press("Enter")
    expect(states.get_by_label("Собирают")).to_be_visible(timeout=WAIT_MS)
    expect(ours.locator("#say")).to_have_text("Списки обновлены.")
    expect(store).to_have_value("MSK-01")
    expect(states.get_by_label("На Луне")).to_have_value("lost")
    assert ours.evaluate("document.activeElement.id") == "account-lists-again"
    save(form)
    expect(form).to_contain_text("Сохранено")
    expect(test.locator("li.is-ok")).to_have_count(4, timeout=WAIT_MS)
    kept = stored(desk)
    assert (kept["address"], kept["store"], kept["note"]) == (burrow.url, "MSK-01", "Осторожно:\nстекло")
    assert json.loads(kept["states"]) == {
        "new": "created",
        "pick": "accepted_at_warehouse",
        "done": "packed",
        "moon": "lost",
    }
    looks_fine(desk, ours)


def test_what_the_system_no_longer_has_and_what_it_does_not_tell(desk: Desk, burrow: Den) -> None:
    ours, form = opened(desk)
    lists, store = ours.locator("#account-lists"), ours.locator("#account-lists").get_by_label("Склад")
    again = lists.get_by_role("button", name="Обновить списки")
    form.get_by_label("Адрес Норы").fill(burrow.url)
    form.locator("[name=key]").fill(KEY)
    form.locator("summary").click()
    form.get_by_label("Сертификат вашего центра").fill(burrow.authority.pem)
    save(form)
    expect(store).to_be_visible(timeout=WAIT_MS)
    store.select_option("KZN-01")
    save(form)
    expect(ours.locator("#account-test")).to_contain_text("Из списков системы всё выбрано", timeout=WAIT_MS)
    expect(again).to_be_enabled(timeout=WAIT_MS)
    burrow.stores, burrow.states = burrow.stores[:1], burrow.states[:3]
    again.click()
    expect(lists).to_contain_text("Того, что здесь выбрано, в системе больше нет", timeout=WAIT_MS)
    expect(store).to_have_value("KZN-01")
    assert choices(store)[-2:] == ["KZN-01: в системе больше нет", "Москва, Северный"]
    gone = lists.locator("tr.is-gone")
    expect(gone).to_have_count(1)  # a state without a meaning is not missed
    expect(gone).to_contain_text("больше нет")
    looks_fine(desk, ours)
    burrow.broken, burrow.stores = {"/states"}, []
    again.click()
    expect(lists.locator("[data-list=states]")).to_contain_text("Показываем то, что знали раньше", timeout=WAIT_MS)
    expect(lists.locator("[data-list=states] tbody tr")).to_have_count(4)
    expect(lists.locator("[data-list=store]")).to_have_attribute("data-state", "empty")
    looks_fine(desk, ours)
    burrow.broken, burrow.stores = set(), [("MSK-01", "Москва, Северный")]
    again.click()
    expect(lists.locator("[data-list=states]")).to_have_attribute("data-state", "ready", timeout=WAIT_MS)
    store.select_option("MSK-01")
    save(form)
    desk.program.wait(lambda: stored(desk)["store"] == "MSK-01", "another store")
