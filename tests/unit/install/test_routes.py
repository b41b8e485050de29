"""The installer page over HTTP: proven, for administrators, and safe to open again."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.oauth import AppInfo, OAuthRefused
from b24app.bitrix24.transport import PortalAddress
from b24app.clock import FixedClock
from b24app.frames import pages
from b24app.frames.parts import PageParts
from b24app.frames.proof import FrameGate
from b24app.frames.session import SessionSigner
from b24app.lanes.wake import LocalWakes
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.leaving import BACK, ERASE
from b24app.store.models import InboxRow, Pipeline, Portal, PortalState, PortalToken
from b24app.wire.errors import NotSent, Why
from install import routes
from install.steps import STEPS

ROOT = Path(__file__).parents[3]
OAUTH = "https://oauth.bitrix24.tech"
QUERY = {"DOMAIN": "new.bitrix24.ru", "PROTOCOL": "1", "LANG": "ru", "APP_SID": "s"}
BODY = {
    "AUTH_ID": "key",
    "REFRESH_ID": "again",
    "AUTH_EXPIRES": "3600",
    "SERVER_ENDPOINT": f"{OAUTH}/rest/",
    "APPLICATION_TOKEN": "proof",
    "member_id": "new",
    "status": "S",
    "PLACEMENT": "DEFAULT",
}


class Oauth:
    """Knows one key."""

    client_id = "app.1"

    def allowed(self, server_endpoint: str) -> bool:
        return server_endpoint.startswith(OAUTH)

    def bases(self) -> tuple[str, ...]:
        return (OAUTH,)

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo:
        if access_token != "key":
            raise OAuthRefused("no_auth_found")
        return AppInfo("app.1", "new", "new.bitrix24.ru", "https://new.bitrix24.ru/rest/", 1, False, scope=("crm",))


class Person:
    """Whoever holds the key; an administrator or not."""

    admin = True
    address = PortalAddress(0, "new", "https://b24.firm.local/rest/", "https://oauth.test/rest/")

    def batch(self, commands: Any, **_: Any) -> BatchAnswer:
        return BatchAnswer({"me": {"ID": "1", "NAME": "Анна"}, "admin": self.admin}, {})


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def app(sessions: Sessions, clock: FixedClock, person: Person) -> Flask:
    parts = PageParts(
        sessions=sessions,
        clock=clock,
        signer=SessionSigner(["k"]),
        gate=FrameGate(Oauth(), clock, 300),
        waker=LocalWakes(),
        person=lambda *_: person,  # type: ignore[arg-type]
        public_url="http://localhost",
    )
    app = Flask("install", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    pages.setup(app)
    app.register_blueprint(routes.blueprint(parts))
    return app


def opened(app: Flask, **over: str) -> TestResponse:
    return app.test_client().post("/install", query_string=QUERY, data={**BODY, **over})


def fragment(app: Flask, page: TestResponse, method: str, path: str) -> TestResponse:
    token = re.findall(r"Bearer ([\w.-]+)", page.text)[0]
    return app.test_client().open(
        path, method=method, headers={"Authorization": f"Bearer {token}", "HX-Request": "true"}
    )


def count(sessions: Sessions, table: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def stored(sessions: Sessions) -> Portal:
    with sessions() as session:
        return session.scalars(select(Portal).where(Portal.member_id == "new")).one()


def test_a_genuine_frame_stores_the_portal_and_starts_the_job(
    app: Flask, sessions: Sessions, clock: FixedClock
) -> None:
    page = opened(app)
    assert page.status_code == 200
    assert "Установка Waybill" in page.text
    portal = stored(sessions)
    assert (portal.state, portal.application_token, portal.domain) == (
        PortalState.INSTALLING,
        "proof",
        "new.bitrix24.ru",
    )
    assert (portal.oauth_endpoint, portal.scopes, portal.language) == (f"{OAUTH}/rest/", ["crm"], "ru")
    with sessions() as session:
        token = session.scalars(select(PortalToken)).one()
        row = session.scalars(select(InboxRow)).one()
    assert (token.access, token.refresh, token.is_admin) == ("key", "again", True)
    assert (row.kind, row.priority) == ("install", 1)


def test_secrets_are_not_readable_in_the_database(app: Flask, sessions: Sessions) -> None:
    opened(app)
    with sessions() as session:
        raw = (
            session.connection()
            .exec_driver_sql("select application_token from portal where member_id = 'new'")
            .scalar()
        )
        keys = session.connection().exec_driver_sql("select access, refresh from portal_token").one()
    assert "proof" not in str(raw)
    assert "key" not in keys
    assert "again" not in keys


@pytest.mark.parametrize(
    "over", [{"AUTH_ID": "stolen"}, {"member_id": "other"}, {"SERVER_ENDPOINT": "https://evil.example/rest/"}]
)
def test_nothing_is_stored_for_a_frame_that_is_not_proven(
    app: Flask, sessions: Sessions, over: Mapping[str, str]
) -> None:
    assert opened(app, **over).status_code == 403
    assert (count(sessions, Portal), count(sessions, PortalToken)) == (0, 0)


def test_only_an_administrator_installs(app: Flask, sessions: Sessions, person: Person) -> None:
    person.admin = False
    assert opened(app).status_code == 403
    assert count(sessions, Portal) == 0


def test_opening_it_again_keeps_one_portal_and_takes_the_newer_proof(app: Flask, sessions: Sessions) -> None:
    opened(app)
    code = stored(sessions).code
    opened(app, APPLICATION_TOKEN="newer")
    assert (count(sessions, Portal), count(sessions, PortalToken)) == (1, 1)
    assert (stored(sessions).code, stored(sessions).application_token) == (code, "newer")


def test_an_active_portal_stays_active_while_it_is_looked_at_again(app: Flask, sessions: Sessions) -> None:
    opened(app)
    with session_scope(sessions) as session:
        portals.set_state(session, stored(sessions).id, PortalState.ACTIVE)
    opened(app)
    assert stored(sessions).state == PortalState.ACTIVE


def test_who_comes_back_finds_the_set_up_switched_off_and_is_not_erased(app: Flask, sessions: Sessions) -> None:
    opened(app)
    with session_scope(sessions) as session:
        portal = portals.get(session, stored(sessions).id)
        portal.state, portal.settings, portal.history_cursor = PortalState.UNINSTALLED, {ERASE: True, "units": {}}, 9
        session.add(Pipeline(portal_id=portal.id, category_id=0, enabled=True, on_since_history_id=9))
    opened(app)
    portal = stored(sessions)
    assert (portal.state, portal.history_cursor) == (PortalState.INSTALLING, None)
    assert sorted(portal.settings) == [BACK, "units"]
    with sessions() as session:
        pipeline = portals.pipelines(session, portal.id)[0]
        assert (pipeline.enabled, pipeline.on_since_history_id) == (False, None)


def test_the_page_watches_the_steps_and_finishes_when_all_are_done(
    app: Flask, sessions: Sessions, clock: FixedClock
) -> None:
    page = opened(app)
    version = re.findall(r'data-version="(\w+)"', page.text)[0]
    assert fragment(app, page, "GET", f"/install/progress?v={version}").status_code == 204
    assert "data-finish" not in page.text
    done = [{"step": step.name, "state": "done"} for step in STEPS]
    with session_scope(sessions) as session:
        portals.save_steps(session, stored(sessions).id, done, clock.now())
    answer = fragment(app, page, "GET", f"/install/progress?v={version}")
    assert "data-finish" in answer.text
    assert f"Готово {len(STEPS)} из {len(STEPS)} шагов" in answer.text


def test_a_refused_step_says_the_portals_words_and_can_be_asked_for_again(
    app: Flask, sessions: Sessions, clock: FixedClock
) -> None:
    page = opened(app)
    failed = [{"step": "fields", "state": "failed", "words": "refused|Too many fields"}]
    with session_scope(sessions) as session:
        portals.save_steps(session, stored(sessions).id, failed, clock.now())
    assert "Битрикс24 ответил: «Too many fields»" in fragment(app, page, "GET", "/install/progress").text
    before = count(sessions, InboxRow)
    assert "Too many fields" not in fragment(app, page, "POST", "/install/again").text
    assert count(sessions, InboxRow) == before + 1


def test_a_portal_on_a_private_address_is_told_what_the_operator_has_to_set(
    app: Flask, sessions: Sessions, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> BatchAnswer:
        raise NotSent(Why.GUARD, "b24.firm.local leads to an address that is not public")

    monkeypatch.setattr(person, "batch", refuse)
    answer = opened(app)
    assert answer.status_code == 409
    assert "«b24.firm.local» в настройку WAYBILL_PRIVATE_PORTALS" in answer.text
    assert count(sessions, Portal) == 0


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_the_markets_check(app: Flask, method: str) -> None:
    assert app.test_client().open("/install", method=method).status_code == 200
