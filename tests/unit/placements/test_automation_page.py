"""Robots and triggers on the app's page: what is on, what is there, what was used, and why something is not."""

from __future__ import annotations

import re

from sqlalchemy import select

from b24app.bitrix24.robots import CREATE, OF_DEALS, QUOTE
from b24app.clock import FixedClock
from b24app.flows.automation import Automation
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan
from b24app.flows.messages.rules import KEY as RULES
from b24app.store import automation_use, portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, InboxKind, InboxRow, Portal
from tests.unit.placements.page import Page


def shown(page: Page) -> str:
    return page.ask("GET", "/app/s/automation").text


def checked(text: str) -> set[str]:
    return set(re.findall(r'value="([\w.]+)" role="switch" checked', text))


def test_nothing_fires_before_somebody_switched_it_on(page: Page, sessions: Sessions, set_up: Portal) -> None:
    assert checked(shown(page)) == set(OF_DEALS)
    answer = page.ask("POST", "/app/automation", on=["ready", "made_up"], robot=[CREATE])
    assert checked(answer.text) == {"ready", CREATE}
    with session_scope(sessions) as session:
        kept = Automation.of(portals.get(session, set_up.id).settings)
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "automation"))
    assert (kept.triggers, set(kept.off)) == (("ready",), {*OF_DEALS} - {CREATE})
    assert row.detail["changes"][0]["after"] == ["Waybill: готово к выдаче в пункте"]
    assert "Включённые триггеры" in page.ask("GET", "/app/s/journal").text


def test_what_is_there_what_was_used_and_what_was_not(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    plans = {EVERY: {Moment.READY: Plan(True, (Channel.TRIGGER,))}}
    with session_scope(sessions) as session:
        done = [
            {"step": "triggers", "state": "done"},
            {"step": "robots", "state": "done", "words": "skipped|No tariff"},
        ]
        portals.save_steps(session, set_up.id, done, clock.now())
        automation_use.note(session, set_up.id, "waybill.delivered", clock.now())
        automation_use.note(session, set_up.id, "waybill.late", clock.now(), trouble=automation_use.MAYBE)
        automation_use.note(session, set_up.id, QUOTE, clock.now(), trouble="Нет адреса")
        portal_settings.merge(session, set_up.id, **{RULES: MessageRules(on=True, plans=plans).to_json()})
    text = shown(page)
    for said in ("No tariff", "всего 1", "мог и не сработать", "Нет адреса", "запускают сообщения клиентам"):
        assert text.count(said) == 1, said
    page.ask("POST", "/app/automation/again")
    with session_scope(sessions) as session:
        asked = session.scalars(select(InboxRow.key).where(InboxRow.kind == InboxKind.INSTALL))
        assert sorted(asked) == ["robots", "triggers"]
