"""The dry run's page: what may be asked, by whom, and when a pipeline may be switched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.bitrix24.errors import RestError
from b24app.clock import FixedClock
from b24app.flows.trial import Outcome, try_out
from b24app.frames.formats import Formats
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.ports import Outgoing
from b24app.store import jobs, portal_settings, portals, trials
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.portal import portal_facts
from b24app.store.models import AuditRow, InboxRow, Job, Pipeline, Portal
from placements.app import trial
from placements.app.trial_lines import Scene, line_groups
from placements.app.trial_view import ResultView, result_view
from tests.unit.flows.given import NOW, deal, pipeline
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one


def finish(sessions: Sessions, set_up: Portal, outcome: Outcome, at: Any) -> None:
    with session_scope(sessions) as session:
        job = jobs.latest(session, set_up.id, trials.KIND)
        assert job is not None
        jobs.finish(job, outcome.to_json(), at)
        trials.note(session, set_up.id, outcome.good, len(outcome.problems), at)


def outcome(sessions: Sessions, set_up: Portal, **changes: Any) -> Outcome:
    with sessions() as session:
        account = portals.connections(session, set_up.id)[0].id
    services = {DeliveryKind.COURIER: "parcel"}
    own = pipeline(category=0, connection_id=account, trigger_stage="SHIP", services=services)
    found = try_out(deal(category=0, stage="SHIP", **changes), own, (), NOW)
    return Outcome(found, Outgoing("POST", "https://cdek.test/v2/orders", {"number": "wb-42-1"}))


def ready(sessions: Sessions, set_up: Portal, state: str = "ready", enabled: bool = False) -> None:
    """A pipeline that lacks nothing but being on; an account in this state."""
    with session_scope(sessions) as session:
        account = portals.connections(session, set_up.id)[0]
        account.state = state
        row = portals.pipelines(session, set_up.id).get(0) or Pipeline(portal_id=set_up.id, category_id=0)
        row.enabled, row.trigger_stage, row.connection_id = enabled, "SHIP", account.id
        row.services, row.status_stages, row.on_since_history_id = {"courier": "parcel"}, {}, 77
        session.add(row)


@pytest.mark.parametrize("typed", ["", "сделка", "0", "-1", "1" * 13])
def test_a_number_is_a_number(page: Page, sessions: Sessions, typed: str) -> None:
    shown = page.ask("POST", "/app/trial", deal=typed).text
    assert "Введите номер сделки, только цифры" in shown
    with sessions() as session:
        assert session.query(Job).all() == []


def test_one_dry_run_at_a_time_and_the_last_one_is_kept(page: Page, sessions: Sessions, clock: FixedClock) -> None:
    assert "Читаем сделку 42…" in page.ask("POST", "/app/trial", deal="42").text
    page.ask("POST", "/app/trial", deal=" 42 ")
    row = one(sessions, InboxRow, kind="job")
    assert row.priority == 1
    assert one(sessions, AuditRow).deal_id == 42
    version = page.ask("GET", "/app/trial/result").text.partition("result?v=")[2].partition('"')[0]
    headers = {"Authorization": f"Bearer {page.token}"}
    assert page.client.get("/app/trial/result", query_string={"v": version}, headers=headers).status_code == 204
    clock.advance(90)
    assert "Долго нет ответа" in page.ask("GET", f"/app/trial/result?v={version}").text
    page.ask("POST", "/app/trial", deal="43")
    assert one(sessions, Job, kind="trial").input == {"deal_id": 43}


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("deal_gone", "Сделка 42 не найдена"),
        ("no_admin_key|NO_TOKEN", "нет ключа администратора"),
        ("refused|ACCESS_DENIED", "ACCESS_DENIED"),
    ],
)
def test_a_dry_run_that_failed_says_why(page: Page, sessions: Sessions, set_up: Portal, why: str, said: str) -> None:
    page.ask("POST", "/app/trial", deal="42")
    with session_scope(sessions) as session:
        job = jobs.latest(session, set_up.id, trials.KIND)
        assert job is not None
        jobs.fail(job, why, job.created_at)
    assert said in page.ask("GET", "/app/trial/result").text


def test_a_good_one_is_shown_and_marks_the_step(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    ready(sessions, set_up)
    page.ask("POST", "/app/trial", deal="42")
    finish(sessions, set_up, outcome(sessions, set_up), clock.now())
    shown = page.ask("GET", "/app/s/trial").text
    for part in ("Сделка уехала бы", "POST https://cdek.test/v2/orders", "+7", "Включить воронку", "сделка готова"):
        assert part in shown
    page.ask("POST", "/app/trial", deal="42")
    finish(sessions, set_up, outcome(sessions, set_up, contacts=()), clock.now())
    shown = page.ask("GET", "/app/s/trial").text
    assert "Мешают 2 проблемы" in shown
    assert "есть что поправить" in shown
    assert "Включить воронку" not in shown
    with sessions() as session:
        kept = portals.get(session, set_up.id).settings["trial"]
    assert (kept["good"], kept["problems"], bool(kept["passed_at"])) == (False, 2, True)


def test_a_pipeline_is_switched_on_only_when_it_lacks_nothing(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.ask("POST", "/app/trial", deal="42")
    finish(sessions, set_up, outcome(sessions, set_up), clock.now())
    ready(sessions, set_up, state="broken")
    assert "не проверен, на паузе" in page.ask("POST", "/app/trial/on/0").text
    assert one(sessions, Pipeline, portal_id=set_up.id, category_id=0).enabled is False
    ready(sessions, set_up)
    assert "включена" in page.ask("POST", "/app/trial/on/0").text
    row = one(sessions, Pipeline, portal_id=set_up.id, category_id=0)
    assert (row.enabled, row.on_since_history_id) == (True, None)
    assert one(sessions, AuditRow, action="pipeline_on").detail["pipeline"] == 0
    page.ask("POST", "/app/trial/on/99")
    assert one(sessions, Pipeline, portal_id=set_up.id, category_id=0).enabled is True


def test_others_than_administrators_prove_that_they_may_see_the_deal(
    page: Page, sessions: Sessions, set_up: Portal, parts: Any, clock: FixedClock, person: Any
) -> None:
    with session_scope(sessions) as session:
        rights = {"settings": {"everyone": False, "users": [7], "departments": []}}
        portal_settings.merge(session, set_up.id, rights=rights)
    page.token = parts.signer.write(replace(parts.signer.read(page.token, clock.now()), admin=False))
    shown = page.ask("GET", "/app/s/trial").text
    assert "data-key" in shown
    assert "Последние сделки" not in shown
    assert page.ask("POST", "/app/trial", deal="42").status_code == 422
    assert page.ask("POST", "/app/trial", deal="42", AUTH_ID="boris").json["error_code"] == "session_forged"  # type: ignore[index]
    assert "Последние" not in page.ask("POST", "/app/trial/deals").text
    with sessions() as session:
        assert session.query(Job).all() == []
    shown_to_them = person.answers["crm.item.get"]
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "Access denied.", "crm.item.get")
    assert page.ask("POST", "/app/trial", deal="501", AUTH_ID="anna").json["error_code"] == "no_access"  # type: ignore[index]
    person.answers["crm.item.get"] = shown_to_them
    assert "Читаем сделку 501…" in page.ask("POST", "/app/trial", deal="501", AUTH_ID="anna").text
    finish(sessions, set_up, outcome(sessions, set_up), clock.now())
    answer = page.ask("GET", "/app/trial/result")
    assert answer.headers["HX-Trigger"] == "steps-changed"
    assert answer.text.count("data-key") == answer.text.count('name="AUTH_ID"') == 1


def test_nothing_was_tried_yet(ru: Formats) -> None:
    scene: Any = Scene(None, {}, ru)  # type: ignore[arg-type]
    assert result_view(None, scene) == ResultView("none")
    assert trial.SECTION.progress is trial.progress


def test_who_sends_is_told_part_by_part_with_its_source(sessions: Sessions, set_up: Portal, ru: Formats) -> None:
    joined = Sender("Иван", "+79161234567", "ООО «Лён»", "MSK5")
    own = pipeline(sender=Sender("Иван", company="ООО «Лён»"), extras_of={1: ("sms",)})
    call = Outgoing("POST", "https://cdek.test", {}, joined)
    found = Outcome(try_out(deal(extras=("sms",)), own, (), NOW), call)
    with sessions() as session:
        scene = Scene(portal_facts(session, set_up.id), {}, ru)
        groups = dict(line_groups(found, scene))
    [*_, last], rest = groups["account"], groups["rest"]
    assert (last.label, last.value, last.source) == ("Кроме перевозки", "SMS о доставке", "выбрано для этой сделки")
    assert [(line.label, line.value, line.source) for line in rest[:4]] == [
        ("Отправитель, компания", "ООО «Лён»", "место отправки"),
        ("Отправитель, имя", "Иван", "место отправки"),
        ("Отправитель, телефон", "+7\xa0916\xa0123-45-67", "настройки перевозчика"),
        ("Пункт сдачи", "MSK5", "настройки перевозчика"),
    ]
