"""A connection's profile on the app's page: checked, tried, stored only when nothing is wrong with it."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from b24app.store import portals
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Connection, ConnectionState, InboxRow, Portal
from b24app.systems import discover
from b24app.systems.profiles import Profiled
from tests.unit.placements.page import Page
from tests.unit.placements.test_app_page import one, page

__all__ = ["page"]


def default() -> str:
    plugin = discover()["manhattan"]
    assert isinstance(plugin, Profiled)
    return plugin.profile_default("profile")


OWN = default().replace('"reuse_seconds": 3000', '"reuse_seconds": 600')
WRONG = default().replace('"version": 1,', '"version": 7,')


#: The account's own form.
FORM = {
    "title": "Склад", "mode": "live", "address": "https://wms.example.com", "auth": "https://wms-auth.example.com",
    "client_id": "c", "client_secret": "s", "username": "u", "password": "p", "organization": "ACME",
    "warehouse": "KZN-01",
}  # fmt: skip


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: a setting is stored as any other."""
    return sqlite_database_url


@pytest.fixture
def account(sessions: Sessions, set_up: Portal, page: Page) -> int:
    """A connection whose system has a profile, and works."""
    with session_scope(sessions) as session:
        row = portals.connections(session, set_up.id)[0]
        row.system, row.settings, row.state = "manhattan", {"warehouse": "MSK-01"}, ConnectionState.READY
        found = row.id
    page.open()
    return found


def at(account: int, rest: str = "") -> str:
    return f"/app/account/{account}/profile/profile{rest}"


def settings(sessions: Sessions, account: int) -> dict[str, str]:
    row: Connection = one(sessions, Connection, id=account)
    return dict(row.settings)


def test_the_editor_shows_the_default_and_what_can_be_tried(page: Page, account: int) -> None:
    shown = html.unescape(page.ask("GET", at(account)).text)
    assert "стандартный" in shown
    assert '"OriginalOrderId": "$shipment.externalId"' in shown
    assert "Всё верно" in shown
    assert '<option value="create_shipment">Отправка заказа</option>' in shown
    assert "Вернуть стандартный…" not in shown
    form = page.ask("GET", "/app/accounts").text
    assert at(account) in form
    assert 'name="profile"' not in form


def test_what_is_wrong_is_said_by_line_and_not_stored(page: Page, account: int, sessions: Sessions) -> None:
    line = next(n for n, text in enumerate(WRONG.splitlines(), 1) if '"version": 7' in text)
    for answer in (page.ask("POST", at(account, "/check"), text=WRONG), page.ask("POST", at(account), text=WRONG)):
        shown = html.unescape(answer.text)
        assert f'data-to-line="{line}"' in shown
        assert "Здесь должно быть: число 1" in shown
    assert "Не сохранено" in shown
    assert '"version": 7' in shown, "what was written is not lost"
    assert settings(sessions, account) == {"warehouse": "MSK-01"}


def test_a_document_of_ones_own_is_stored_tested_and_noted(page: Page, account: int, sessions: Sessions) -> None:
    shown = page.ask("POST", at(account), text=OWN.replace("\n", "\r\n")).text
    assert "Сохранено. Подключение проверяется заново." in shown
    assert "Вернуть стандартный…" in shown
    assert settings(sessions, account) == {"warehouse": "MSK-01", "profile": OWN}
    row: Connection = one(sessions, Connection, id=account)
    assert row.state == ConnectionState.UNTESTED
    assert one(sessions, InboxRow, kind="test") is not None
    noted: AuditRow = one(sessions, AuditRow, action=Act.CONNECTION)
    assert [(each["field"], each["hidden"]) for each in noted.detail["changes"]] == [("own_profile", True)]
    assert page.ask("POST", f"/app/account/manhattan/{account}", **FORM).status_code == 200
    kept = settings(sessions, account)
    assert (kept["warehouse"], kept["profile"]) == ("KZN-01", OWN), "the form of the account does not touch it"


def test_the_default_comes_back(page: Page, account: int, sessions: Sessions) -> None:
    page.ask("POST", at(account), text=OWN)
    assert "Снова действует стандартный профиль" in page.ask("POST", at(account, "/restore")).text
    assert settings(sessions, account)["profile"] == ""
    page.ask("POST", at(account), text=default() + "\n")
    assert settings(sessions, account)["profile"] == "", "the default is nobody's own"


def test_a_paused_account_stays_paused(page: Page, account: int, sessions: Sessions) -> None:
    with session_scope(sessions) as session:
        row = session.scalars(select(Connection).filter_by(id=account)).one()
        row.state, row.pause_reason = ConnectionState.PAUSED, "инвентаризация"
    page.ask("POST", at(account), text=OWN)
    row = one(sessions, Connection, id=account)
    assert row.state == ConnectionState.PAUSED


def test_it_is_tried_on_samples(page: Page, account: int) -> None:
    shown = html.unescape(page.ask("GET", at(account, "/samples?trial=status")).text)
    assert '"MinimumStatus": "6000"' in shown
    tried = html.unescape(page.ask("POST", at(account, "/try"), text=OWN, trial="status").text)
    assert "POST /dcorder/api/dcorder/order/search" in tried
    assert "SelectedLocation: MSK-01" in tried
    assert '"→ status": "accepted_at_warehouse"' in tried
    odd = html.unescape(page.ask("POST", at(account, "/try"), text=OWN, trial="status", answer="{").text)
    assert "Ответ, строка 1" in odd
    wrong = html.unescape(page.ask("POST", at(account, "/try"), text=WRONG, trial="status").text)
    assert "data-to-line" in wrong
    assert "wb-code" not in wrong


def test_only_what_has_a_profile_is_edited(page: Page, account: int, sessions: Sessions) -> None:
    assert page.ask("GET", f"/app/account/{account}/profile/warehouse").status_code == 422
    assert page.ask("GET", at(account, "/samples?trial=nothing")).status_code == 422
    assert page.ask("POST", at(account, "/check"), text="x" * 300_000).status_code == 422
    with session_scope(sessions) as session:
        session.scalars(select(Connection).filter_by(id=account)).one().system = "cdek"
    assert page.ask("GET", at(account)).status_code == 422
