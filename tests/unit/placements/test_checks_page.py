"""The reconciliation on the app's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.store import jobs, portals, reconciling
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, ForeignOrder, InboxRow, Portal
from b24app.store.reconciling import Missing
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one


@pytest.fixture
def found(sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    now = clock.now()
    with session_scope(sessions) as session:
        rows = [Missing(501, "Забытая сделка", "SHIP", 0, now - timedelta(hours=1))]
        reconciling.keep(session, set_up.id, rows, [], now, 12, more=False)
        account = portals.connections(session, set_up.id)[0].id
        reconciling.note_foreign(session, set_up.id, account, {"u": "STRANGER-1"}, now)


def test_findings_are_shown_with_what_mends_them(page: Page, found: None, sessions: Sessions) -> None:
    shown = page.ask("GET", "/app/s/checks").text
    for part in ("Найдено 2 расхождения", "Забытая сделка", "На отгрузку", "STRANGER-1", "Всё в порядке…"):
        assert part in shown
    page.ask("POST", "/app/checks/ship/501", key="pressed-1-501")
    row = one(sessions, InboxRow)
    assert (row.kind, row.key) == ("ship_now", "501")


def test_a_finding_is_settled_with_a_reason_and_audited(page: Page, found: None, sessions: Sessions) -> None:
    assert "Напишите, почему" in page.ask("POST", "/app/checks/off/missing/501", reason=" ").text
    assert "Забытая сделка" not in page.ask("POST", "/app/checks/off/missing/501", reason="Самовывоз").text
    row = one(sessions, AuditRow, deal_id=501)
    wanted = {"name": "Анна Лугова", "what": "missing", "reason": "Самовывоз", "deal": 501}
    assert (row.action, row.user_id, row.detail) == ("checked_off", 7, wanted)
    assert page.ask("POST", "/app/checks/off/missing/501", reason="ещё").status_code == 409
    assert page.ask("POST", "/app/checks/off/nonsense/1", reason="x").status_code == 422
    with sessions() as session:
        order = session.query(ForeignOrder).one().id
    assert "STRANGER-1" not in page.ask("POST", f"/app/checks/off/foreign/{order}", reason="Наш второй склад").text


def test_one_look_at_a_time(page: Page, sessions: Sessions, set_up: Portal) -> None:
    version = page.ask("GET", "/app/s/checks").text.partition('data-version="')[2].partition('"')[0]
    headers = {"Authorization": f"Bearer {page.token}"}
    assert page.client.get("/app/checks/version", query_string={"v": version}, headers=headers).status_code == 204
    assert "Сверяем…" in page.ask("POST", "/app/checks/run").text
    page.ask("POST", "/app/checks/run")
    assert one(sessions, InboxRow, kind="job").priority == 1
    assert "Сверяем…" in page.ask("GET", "/app/checks/version?v=old").text
    with session_scope(sessions) as session:
        job = jobs.latest(session, set_up.id, "reconcile")
        assert job is not None
        jobs.fail(job, "refused|X", job.created_at)
    assert "Последняя попытка не удалась" in page.ask("GET", "/app/s/checks").text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/app/s/checks"), ("GET", "/app/checks/version"), ("POST", "/app/checks/run"),
     ("POST", "/app/checks/ship/1"), ("POST", "/app/checks/off/missing/1")],
)  # fmt: skip
def test_only_administrators(page: Page, parts: Any, clock: FixedClock, method: str, path: str) -> None:
    from dataclasses import replace

    page.token = parts.signer.write(replace(parts.signer.read(page.token, clock.now()), admin=False))
    assert page.ask(method, path).status_code == 403
