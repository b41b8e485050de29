"""The page of accounts: cards, one open at a time, its test step by step, pause with a reason, removal."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import origins, portal_settings, portals, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Connection, Pipeline, Portal
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import ACCOUNT, one, page

__all__ = ["page"]

BAD_URL = Problem("refused_unknown", Field.NONE, Who.ADMIN, "v2_bad", "URL is not available, response code 403")
GOOD = [
    TestStep("settings", True),
    TestStep("sign_in", True, ms=310),
    TestStep("call", True, facts={"n": "14", "minor": "31800", "currency": "RUB"}, ms=620),
    TestStep("sender", True, said="MSK5, Москва"),
    TestStep("callback", True),
]


def account_of(sessions: Sessions, portal: Portal) -> int:
    with sessions() as session:
        return portals.connections(session, portal.id)[0].id


def report(sessions: Sessions, portal: Portal, clock: FixedClock, steps: list[TestStep], running: bool = False) -> None:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        rows = [step.to_json() for step in steps]
        portal_settings.save_test_report(session, portal.id, account, rows, clock.now(), running)


def test_a_warning_keeps_the_account_working_and_quotes_the_system(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.open()
    refused = TestStep("subscribed", False, BAD_URL, "v2_bad", soft=True, ms=5000)
    report(sessions, set_up, clock, [*GOOD, refused])
    text = page.ask("GET", "/app/s/connections").text
    for said in (
        "5 из 6, 1 вопрос",
        "14 тарифов, от 318,00\u00a0₽. Заказ не создавали",
        "«URL is not available, response code 403»",
        "0,3 с",
        "5,0 с",
        "Работать можно уже сейчас",
        "1 подключён",
    ):
        assert said in text


def test_an_address_that_a_person_has_to_type_is_shown(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.open()
    assert "/hooks/carrier/" not in page.ask("GET", "/app/s/connections").text
    by_hand = TestStep("subscribed", False, Problem("callback_by_hand", Field.ACCOUNT, Who.ADMIN), checked=False)
    report(sessions, set_up, clock, [*GOOD, by_hand])
    with sessions() as session:
        row = portals.connections(session, set_up.id)[0]
    text = page.ask("GET", "/app/s/connections").text
    assert f'/hooks/carrier/{row.public_id}/{row.hook_secret}" readonly' in text
    assert "Вписан ли он, отсюда не видно" in text
    assert "вопрос" not in text


def test_while_the_test_runs_what_is_left_waits(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.open()
    account = account_of(sessions, set_up)
    shown = page.ask("POST", f"/app/account/{account}/test").text
    assert shown.count("is-waiting") == 5
    assert shown.count("is-running") == 1
    assert "проверяем…" in shown
    report(sessions, set_up, clock, GOOD[:2], running=True)
    part = page.ask("GET", f"/app/account/{account}/progress?v=old").text
    assert (part.count("is-ok"), part.count("is-running"), part.count("is-waiting")) == (2, 1, 3)
    assert 'id="say" hx-swap-oob="innerHTML">СДЭК пускает с этим ключом<' in part
    version = part.split('data-version="')[1].split('"')[0]
    assert page.ask("GET", f"/app/account/{account}/progress?v={version}").status_code == 204
    with session_scope(sessions) as session:  # its last step was seen, its end was not
        portals.connections(session, set_up.id)[0].state = "broken"
    assert page.ask("GET", f"/app/account/{account}/progress?v={version}").status_code == 200


def test_after_a_failure_the_rest_is_said_to_wait(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.open()
    wrong = Problem("account_refused", Field.ACCOUNT, Who.ADMIN, "invalid_client", "Bad client credentials")
    report(sessions, set_up, clock, [GOOD[0], TestStep("sign_in", False, wrong)])
    text = page.ask("GET", "/app/s/connections").text
    assert "СДЭК не пускает с этим ключом" in text
    assert "«Bad client credentials»" in text
    assert text.count("Проверим, когда исправите то, что выше") == 4


def test_a_pause_needs_a_reason_and_is_audited(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    account = account_of(sessions, set_up)
    assert "Напишите, почему пауза" in page.ask("POST", f"/app/account/{account}/pause", reason="  ").text
    assert one(sessions, Connection, id=account).state == "ready"
    text = page.ask("POST", f"/app/account/{account}/pause", reason="инвентаризация").text
    assert "Анна Лугова: инвентаризация" in text
    row = one(sessions, Connection, id=account)
    assert (row.state, row.pause_reason, row.paused_by) == ("paused", "инвентаризация", "Анна Лугова")
    assert row.paused_at is not None
    assert one(sessions, AuditRow, action="pause").detail["reason"] == "инвентаризация"
    page.ask("POST", f"/app/account/cdek/{account}", **ACCOUNT)
    assert one(sessions, Connection, id=account).state == "paused"
    page.ask("POST", f"/app/account/{account}/resume")
    row = one(sessions, Connection, id=account)
    assert (row.state, row.pause_reason, row.paused_by, row.paused_at) == ("ready", "", "", None)


def test_an_account_with_parcels_on_their_way_stays(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    page.open()
    account = account_of(sessions, set_up)
    with session_scope(sessions) as session:
        portal = portals.get(session, set_up.id)
        row = shipments.create(
            session, portal, 501, 1, account, status="in_transit", request={}, now=clock.now(), closed=False
        )
        number = row.id
    assert "едет 1 посылка" in page.ask("POST", f"/app/account/{account}/remove").text
    assert one(sessions, Connection, id=account).state == "ready"
    with session_scope(sessions) as session:
        found = shipments.get(session, set_up.id, number)
        assert found is not None
        found.closed = True
    text = page.ask("POST", f"/app/account/{account}/remove").text
    assert "СДЭК</b></button>" in text  # to be chosen anew, among the others
    row = one(sessions, Connection, id=account)
    assert (row.state, row.settings) == ("removed", {})
    pipeline = one(sessions, Pipeline)
    assert (pipeline.enabled, pipeline.connection_id) == (False, None)
    assert page.ask("POST", f"/app/account/{account}/test").status_code == 409


def test_a_kept_secret_says_since_when_and_by_whom(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    text = page.ask("POST", "/app/account/cdek/0", **ACCOUNT).text
    assert "Анна Лугова. Показать его нельзя, только заменить" in text
    assert "s3cret" not in text


def test_an_account_may_leave_from_its_own_place(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock, neighbour: Portal
) -> None:
    from b24app.logistics.model import Sender

    page.open()
    account = account_of(sessions, set_up)
    with session_scope(sessions) as session:
        found: dict[str, Any] = {}
        for portal, title in ((set_up, "Москва"), (set_up, "Казань"), (neighbour, "Чужой")):
            place = origins.save(session, portal.id, 0, title, Sender("Иван"), False, clock.now())
            assert place is not None
            found[title] = place.id
    assert 'name="origin_id"' in page.ask("GET", "/app/s/connections").text
    page.ask("POST", f"/app/account/cdek/{account}", **ACCOUNT, origin_id=str(found["Казань"]))
    assert one(sessions, Connection, id=account).origin_id == found["Казань"]
    wrong = page.ask("POST", f"/app/account/cdek/{account}", **ACCOUNT, origin_id=str(found["Чужой"])).text
    assert "Выберите из списка" in wrong
    assert one(sessions, Connection, id=account).origin_id == found["Казань"]


@pytest.mark.parametrize("path", ["/app/accounts?open=999", "/app/accounts?open=new:nobody", "/app/accounts?open="])
def test_what_is_not_there_opens_the_first_account(page: Page, path: str) -> None:
    page.open()
    assert 'id="account-cdek-1"' in page.ask("GET", path).text
