"""An account at an SMS gateway: connected like a carrier's, and offered nowhere as one."""

from __future__ import annotations

import pytest

from b24app.clock import FixedClock
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Connection, ConnectionState, Portal
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import page

__all__ = ["page"]

TITLE = "Наш SMS-шлюз 77"


@pytest.fixture
def gateway(sessions: Sessions, set_up: Portal, clock: FixedClock) -> Connection:
    with session_scope(sessions) as session:
        row = portals.add_connection(session, set_up.id, "smsc", TITLE, "live", {"token": "k"}, clock.now())
        row.state, row.tested_at = ConnectionState.READY, clock.now()
        by_hand = Problem("sms_callback_by_hand", Field.ACCOUNT, Who.ADMIN)
        steps = [
            TestStep("sign_in", True),
            TestStep("balance", True, facts={"minor": "100000", "currency": "RUB"}),
            TestStep("subscribed", False, by_hand, checked=False),
        ]
        rows = [step.to_json() for step in steps]
        portal_settings.save_test_report(session, set_up.id, row.id, rows, clock.now(), running=False)
        session.flush()
        session.expunge(row)
        return row


def test_it_is_chosen_under_a_heading_of_its_own(page: Page, set_up: Portal) -> None:
    page.open()
    text = page.ask("GET", "/app/accounts?open=add").text
    carriers, _, gateways = text.partition("Сообщения клиентам")
    assert "open=new:cdek" in carriers
    assert "open=new:smsc" not in carriers
    assert "open=new:smsc" in gateways
    form = page.ask("GET", "/app/accounts?open=new:smsc").text
    assert "сообщения настоящие и платные" in form
    assert "Откуда едет" not in form


def test_its_card_says_what_is_left_and_where_it_reports(page: Page, set_up: Portal, gateway: Connection) -> None:
    page.open()
    text = page.ask("GET", f"/app/accounts?open={gateway.id}").text
    for said in ("SMSC пускает с этим ключом", "на счёте 1\u00a0000,00\u00a0₽", gateway.hook_secret, "Обработчик для"):
        assert said in text
    assert "Новые заказы через секунды" not in text


@pytest.mark.parametrize("section", ["stages", "rules", "origins"])
def test_nothing_is_shipped_through_it(page: Page, set_up: Portal, gateway: Connection, section: str) -> None:
    page.open()
    assert TITLE not in page.ask("GET", f"/app/s/{section}").text


def test_a_rule_or_a_pipeline_cannot_name_it(
    page: Page, sessions: Sessions, set_up: Portal, gateway: Connection
) -> None:
    page.open()
    said = page.ask("POST", "/app/pipeline/0", connection_id=str(gateway.id), service_code="136", enabled="1")
    assert said.status_code == 200
    with session_scope(sessions) as session:
        assert portals.pipelines(session, set_up.id)[0].connection_id != gateway.id
