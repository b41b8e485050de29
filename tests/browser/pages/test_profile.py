"""An administrator of a warehouse system fits its profile to the site: faults by line, a trial on samples, saved only
when nothing is wrong, and back to the default. By keyboard, in both widths and languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Frame, Locator, expect

from b24app.demo.accounts import connect
from b24app.demo.setting_up import open_app
from b24app.store import portals
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.test_connections import looks_fine, past_policy

__all__ = ["past_policy"]
pytestmark = pytest.mark.timeout(240)
WAIT_MS = 40000


def stored(desk: Desk) -> dict[str, Any]:
    portal = desk.program.read(portals.by_member, desk.address["member_id"])
    rows = desk.program.read(portals.connections, portal.id)
    found: dict[str, Any] = next(row.settings for row in rows if row.system == "manhattan")
    return found


def connected(desk: Desk) -> None:
    account = desk.program.world.addresses["manhattan"]["accounts"][0]
    connect(open_app(desk.program.steer, desk.address["member_id"]), "manhattan", account, "Склад на Складочной")


def editor(desk: Desk, connection: str, edit: str) -> Frame:
    desk.sign_in(ADMIN)
    ours = desk.open_app()
    ours.get_by_role("link", name="Настройка" if desk.lang == "ru" else "Set-up").click()
    ours.locator("#account-cards").get_by_role("button", name=connection).click()
    ours.get_by_role("button", name=edit).click()
    expect(ours.locator("#profile-text")).to_be_visible()
    return ours


def replaced(desk: Desk, text: Locator, old: str, new: str) -> None:
    """As somebody types: the words are chosen and written over."""
    at = text.input_value().index(old)
    text.evaluate("(box, [from, to]) => { box.focus(); box.setSelectionRange(from, to); }", [at, at + len(old)])
    desk.page.keyboard.insert_text(new)


def test_a_profile_is_fitted_tried_and_saved(installed: int, desk: Desk) -> None:
    connected(desk)
    ours = editor(desk, "Склад на Складочной", "Изменить и попробовать")
    text, faults = ours.locator("#profile-text"), ours.locator("#profile-faults")
    expect(faults).to_contain_text("Всё верно")
    lines = text.input_value().count("\n") + 1
    expect(ours.locator(".wb-lines__n > div")).to_have_count(lines)
    looks_fine(desk, ours)
    # A fault is told while it is written, and leads to its line.
    replaced(desk, text, '"$recipient.phone"', '"$recipient.fone"')
    expect(faults).to_contain_text("Здесь нет «$recipient.fone». Есть: $recipient.phone")
    line = text.input_value()[: text.input_value().index("fone")].count("\n") + 1
    expect(ours.locator(".wb-lines__n > .is-wrong")).to_have_text(str(line))
    faults.get_by_role("button", name=f"Строка {line}").focus()
    desk.page.keyboard.press("Enter")
    chosen = text.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert '"Phone": "$recipient.fone"' in chosen
    assert ours.evaluate("document.activeElement.id") == "profile-text"
    looks_fine(desk, ours)
    # It is not saved so.
    ours.get_by_role("button", name="Сохранить профиль").click()
    expect(ours.get_by_role("alert")).to_contain_text("Не сохранено")
    assert not stored(desk).get("profile")
    expect(text).to_have_value(text.input_value())
    replaced(desk, text, "$recipient.fone", "$recipient.phone|truncate(5)")
    expect(faults).to_contain_text("Всё верно")
    # Tried on samples: what would be sent, what is read.
    ours.locator("#profile-trial").select_option("create_shipment")
    expect(ours.locator("#profile-source")).to_have_value(_holds("WB-1057-1"))
    ours.locator("#profile-try-go").focus()
    desk.page.keyboard.press("Enter")
    tried = ours.locator("#profile-tried")
    request = tried.get_by_role("region", name="Запрос")
    expect(request).to_contain_text("POST /dcorder/api/dcorder/originalOrder/save")
    expect(request).to_contain_text('"Phone": "+7900"')
    expect(tried.get_by_role("region", name="Что мы прочли")).to_contain_text('"accepted": "WB-1057-1"')
    left, right = (tried.locator("pre").nth(n).bounding_box() for n in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"], "side by side"
    assert right["x"] > left["x"]
    looks_fine(desk, ours)
    ours.locator("#profile-trial").select_option("status")
    expect(ours.locator("#profile-answer")).to_have_value(_holds("MinimumStatus"))
    ours.locator("#profile-answer").fill('{"data": [{"OrderId": "X", "MinimumStatus": "9900"}]}')
    ours.locator("#profile-try-go").click()
    expect(tried).to_contain_text('"→ status": "unknown"')
    ours.locator("#profile-answer").fill('{"rows": []}')
    ours.locator("#profile-try-go").click()
    expect(tried).to_contain_text("В ответе нет списка: $.data")
    # Saved, tested anew with it, and back.
    ours.get_by_role("button", name="Сохранить профиль").click()
    expect(ours.locator("#profile-form")).to_contain_text("Сохранено", timeout=WAIT_MS)
    assert "truncate(5)" in stored(desk)["profile"]
    looks_fine(desk, ours)
    ours.locator("#profile-back").click()
    expect(ours.locator("#account-test li.is-ok")).to_have_count(5, timeout=WAIT_MS)
    ours.get_by_role("button", name="Изменить и попробовать").click()
    ours.get_by_role("button", name="Вернуть стандартный…").click()
    ours.get_by_role("button", name="Вернуть", exact=True).click()
    expect(ours.locator("#profile-form")).to_contain_text("Снова действует стандартный профиль")
    expect(text).not_to_have_value(_holds("truncate(5)"))
    assert stored(desk)["profile"] == ""
    # In English.
    desk.lang = "en"
    desk.program.steer("POST", f"/bitrix24/{desk.address['member_id']}/users", {"id": ADMIN, "language": "en"})
    ours = editor(desk, "Склад на Складочной", "Edit and try")
    expect(ours.locator("#profile-faults")).to_contain_text("Nothing is wrong with it")
    replaced(desk, ours.locator("#profile-text"), '"version": 1', '"version": 2')
    expect(ours.locator("#profile-faults")).to_contain_text("This has to be the number 1")
    looks_fine(desk, ours)
    assert desk.watched.faults == []


def _holds(part: str) -> re.Pattern[str]:
    return re.compile(rf"[\s\S]*{re.escape(part)}[\s\S]*")
