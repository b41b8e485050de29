"""The last step of the set-up: a dry run of a real deal, what is missing, and the pipeline that is switched on."""

from __future__ import annotations

from playwright.sync_api import Frame, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.demo import setting_up
from b24app.store.audit import Act
from b24app.store.models import AuditRow
from tests.browser.pages.test_connections import looks_fine, past_policy
from tests.browser.pages.test_in_the_portal import ADMIN, DEAL, MANAGER, Desk

__all__ = ["past_policy"]


def to_trial(desk: Desk) -> Frame:
    ours = desk.open_app()
    if ours.locator("#app[data-section=dashboard]").count():
        ours.locator("nav.wb-tabs a").last.click()
    ours.locator("ol.wb-steps a[hx-get='/app/s/trial']").click()
    expect(ours.locator("#trial-h")).to_have_text("Пробный прогон на вашей сделке")
    return ours


def test_from_nothing_to_a_pipeline_that_is_on(desk: Desk) -> None:
    desk.sign_in(ADMIN)
    desk.install()
    ours = to_trial(desk)
    expect(ours.locator("#trial")).to_contain_text("Перевозчик ещё не подключён")
    offered = ours.locator("#trial-deals li")
    expect(offered).to_have_count(10, timeout=20000)
    ours.get_by_label("Номер сделки").fill("сделка")
    ours.get_by_label("Номер сделки").press("Enter")
    expect(ours.locator("#trial-wrong")).to_have_text("Введите номер сделки, только цифры")
    looks_fine(desk, ours)
    offered.first.get_by_role("button").click()
    expect(ours.locator("#trial-now")).to_be_focused()
    expect(ours.locator("#trial-verdict")).to_contain_text("Ничего не отправлено.", timeout=20000)
    expect(ours.locator("#trial-result")).to_contain_text("Не выбран перевозчик для этой сделки.")
    looks_fine(desk, ours)

    member, steer = desk.address["member_id"], desk.program.steer
    page = setting_up.open_app(steer, member)
    setting_up.connect(page, desk.program.world.addresses["cdek"]["accounts"][0])
    setting_up.switch_on(page, more={"enabled": ""})
    steer("POST", f"/bitrix24/{member}/wishes", {"deals": [DEAL]})
    ours = to_trial(desk)
    ours.get_by_label("Номер сделки").fill(str(DEAL))
    ours.get_by_label("Номер сделки").press("Enter")
    expect(ours.locator("#trial-verdict h3")).to_have_text("Сделка уехала бы: СДЭК", timeout=30000)
    expect(ours.locator(".wb-trial__told")).to_contain_text("UF_CRM_DELIVERY_ADDRESS")
    ours.locator(".wb-trial__call > summary").click()
    expect(ours.locator("#trial-body")).to_contain_text('"tariff_code"')
    looks_fine(desk, ours)
    ours.get_by_role("button", name="Включить воронку").click()
    expect(ours.locator("#trial-on")).to_contain_text("включена")
    looks_fine(desk, ours)
    ours = to_trial(desk)
    step = ours.locator("ol.wb-steps li", has=ours.locator("a[hx-get='/app/s/trial']"))
    expect(step).to_contain_text("сделка готова")
    assert "is-done" in (step.get_attribute("class") or "")
    assert desk.program.world.journal.find(system="cdek", kind="order.accepted") == []
    assert desk.watched.faults == []


def test_who_is_no_administrator_tries_with_their_own_key(desk: Desk) -> None:
    desk.sign_in(ADMIN)
    desk.install()
    everyone = {f"{right}_who": "everyone" for right in ("ship", "cancel", "costs")}
    chosen = {"settings_who": "chosen", "settings_user": f"{MANAGER}|Пётр Менеджеров"}
    setting_up.open_app(desk.program.steer, desk.address["member_id"]).press("/app/rights", {**everyone, **chosen})
    desk.sign_in(MANAGER)
    ours = to_trial(desk)
    expect(ours.locator("#trial-deals")).to_have_count(0)
    ours.get_by_label("Номер сделки").fill(str(DEAL))
    ours.get_by_label("Номер сделки").press("Enter")
    expect(ours.locator("#trial-verdict")).to_contain_text("Ничего не отправлено.", timeout=30000)
    ours.get_by_role("button", name="Проверить ещё раз").click()
    desk.program.wait(lambda: len(desk.program.read(_tries)) == 2, "the second dry run")
    expect(ours.locator("#trial-verdict")).to_contain_text("Ничего не отправлено.", timeout=30000)
    assert desk.watched.faults == []


def _tries(session: Session) -> list[AuditRow]:
    return list(session.scalars(select(AuditRow).where(AuditRow.action == Act.TRIAL, AuditRow.user_id == MANAGER)))
