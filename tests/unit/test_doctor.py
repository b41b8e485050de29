"""The doctor over real databases, a real Redis and real HTTP: what is healthy, and each thing that can be wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from b24app.cli import main
from b24app.clock import SystemClock
from b24app.doctor import Finding, examine
from b24app.parts import Parts
from b24app.settings import Settings
from b24app.store import checkup, portals, schedule, tokens
from b24app.store.engine import session_scope
from b24app.store.intake import Intake
from b24app.store.models import CallLogRow, ConnectionState, InboxRow, Lane, Portal, PortalState, ScheduleRow

NOW = SystemClock().now()


class Outside(BaseHTTPRequestHandler):
    """Our pages and hooks, and the OAuth server, as the doctor sees them; `broken` answer 502."""

    broken: ClassVar[set[str]] = set()

    def do_HEAD(self) -> None:
        self.send_response(502 if self.path in self.broken else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - theirs
        pass


@pytest.fixture
def outside() -> Iterator[str]:
    Outside.broken = set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Outside) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(outside: str, database_url: str, redis_url: str) -> Settings:
    values = {
        "profile": "test",
        "public_url": outside,
        "app_id": "app.1",
        "app_secret": "s",
        "encryption_keys": Fernet.generate_key().decode(),
        "signing_keys": "k" * 40,
        "oauth_hosts": outside,
        "database_url": database_url,
        "redis_url": redis_url,
    }
    return Settings.model_validate(values)


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    """A deployment with one portal, its key and its account, and a worker that was seen just now."""
    parts = Parts.open(settings)
    with session_scope(parts.sessions) as session:
        portal = portals.remember(session, "north", now=NOW, application_token="t", state=PortalState.ACTIVE)
        tokens.remember(session, portal.id, 1, access="a", refresh="r", expires_at=NOW, is_admin=True, now=NOW)
        portals.add_connection(session, portal.id, "cdek", "CDEK", "test", {"account": "a"}, NOW)
        schedule.ensure(session, {checkup.ALIVE: checkup.ALIVE_S}, NOW)
        # Not NOW: that is when pytest read this file, and a worker unseen for a minute counts as dead.
        session.execute(update(ScheduleRow).values(last_run_at=SystemClock().now()))
    yield parts
    parts.engine.dispose()


def bad(settings: Settings) -> dict[str, str]:
    return {finding.what: finding.words for finding in examine(settings) if not finding.good}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


def change(parts: Parts, table: Any, **values: Any) -> None:
    with session_scope(parts.sessions) as session:
        session.execute(update(table).values(**values))


def test_a_healthy_deployment_has_nothing_to_mend(settings: Settings, parts: Parts) -> None:
    found = by_name(examine(settings))
    assert [finding for finding in found.values() if not finding.good] == []
    assert {"settings", "redis", "database", "encryption keys", "workers", "dead rows", "call log"} <= set(found)
    assert found[settings.public_url + "/b24/events"].grade == "ok"


def test_what_is_not_set_is_named(settings: Settings, parts: Parts) -> None:
    poor = settings.model_copy(update={"app_id": "", "signing_keys": ()})
    assert bad(poor)["settings"].startswith("WAYBILL_APP_ID, WAYBILL_SIGNING_KEYS not set")


def test_a_wrong_variable_is_named_and_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_CALL_LOG_DAYS", "1")
    (found,) = examine()
    assert (found.what, found.grade) == ("WAYBILL_CALL_LOG_DAYS", "bad")
    assert "greater than or equal to 3" in found.words


def test_the_command_prints_a_line_a_finding_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAYBILL_CALL_LOG_DAYS", "1")
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.startswith("BAD  WAYBILL_CALL_LOG_DAYS: ")


def test_the_command_succeeds_when_nothing_is_bad(
    settings: Settings, parts: Parts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("profile", "public_url", "app_id", "database_url", "redis_url"):
        monkeypatch.setenv(f"WAYBILL_{name.upper()}", str(getattr(settings, name)))
    for name in ("encryption_keys", "signing_keys"):
        monkeypatch.setenv(f"WAYBILL_{name.upper()}", getattr(settings, name)[0].get_secret_value())
    monkeypatch.setenv("WAYBILL_APP_SECRET", "s")
    monkeypatch.setenv("WAYBILL_OAUTH_HOSTS", settings.oauth_hosts[0])
    assert main(["doctor"]) == 0
    assert "ok   workers: alive" in capsys.readouterr().out


def test_a_system_that_cannot_be_loaded_is_told(
    settings: Settings, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("b24app.doctor.broken", lambda: {"pek": "ImportError: No module named 'zeep'"})
    assert "No module named 'zeep'" in bad(settings)["system pek"]


def test_production_wants_https(settings: Settings, parts: Parts) -> None:
    assert "only https" in bad(settings.model_copy(update={"profile": "production"}))["WAYBILL_PUBLIC_URL"]


def test_an_empty_database_wants_the_upgrade(settings: Settings, postgres_url: str) -> None:
    assert "waybill db upgrade" in bad(settings.model_copy(update={"database_url": postgres_url}))["database"]


def test_a_database_that_is_away_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
    assert bad(away)["database"].startswith("does not answer")


def test_redis_away_is_a_note(settings: Settings, parts: Parts) -> None:
    found = by_name(examine(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})))
    assert (found["redis"].grade, found["redis"].good) == ("note", True)
    assert "sweep" in found["redis"].words


def test_public_addresses_must_answer(settings: Settings, parts: Parts) -> None:
    Outside.broken = {"/b24/events"}
    assert bad(settings) == {
        f"{settings.public_url}/b24/events": "HEAD is answered with 502. "
        "Look at the proxy, the certificate and the server behind it"
    }


def test_an_oauth_host_out_of_reach_is_told(settings: Settings, parts: Parts) -> None:
    assert (
        "Let this machine out"
        in bad(settings.model_copy(update={"oauth_hosts": ("http://127.0.0.1:1",)}))["OAuth http://127.0.0.1:1"]
    )


def test_secrets_of_a_lost_key_are_found(settings: Settings, parts: Parts) -> None:
    other = Settings.model_validate({"encryption_keys": Fernet.generate_key().decode()}).encryption_keys
    words = bad(settings.model_copy(update={"encryption_keys": other}))["encryption keys"]
    assert "portal_token.access" in words
    both = settings.model_copy(update={"encryption_keys": other + settings.encryption_keys})
    assert "encryption keys" not in bad(both)


@pytest.mark.parametrize("seen", [None, NOW - timedelta(minutes=10)])
def test_no_worker_is_noticed(settings: Settings, parts: Parts, seen: Any) -> None:
    change(parts, ScheduleRow, last_run_at=seen)
    assert bad(settings)["workers"].startswith("no worker is alive")


def test_rows_that_wait_and_rows_that_died(settings: Settings, parts: Parts) -> None:
    with session_scope(parts.sessions) as session:
        lane = session.query(Lane.id).first()
    assert lane is not None
    with closing(Intake(parts.engine)) as intake:
        intake.append(lane[0], "deal", "7", {}, NOW - timedelta(minutes=5), "trace")
    assert "oldest row waits for" in bad(settings)["queue"]
    change(parts, InboxRow, state="dead")
    found = bad(settings)
    assert "queue" not in found
    assert found["dead rows"].startswith("1 in inbox")


def test_lanes_and_jobs_that_fail_say_why(settings: Settings, parts: Parts) -> None:
    change(parts, ScheduleRow, last_error="OSError: disk full")
    change(parts, Lane, failures=9, last_error="KeyError: 'ID'")
    found = bad(settings)
    assert "disk full" in found["job alive"]
    assert "failed 9 times in a row: KeyError: 'ID'" in found["portal lane"]


def test_portals_that_are_blocked_or_have_no_key(settings: Settings, parts: Parts) -> None:
    with session_scope(parts.sessions) as session:
        code = session.query(Portal.code).scalar()
        tokens.forget(session, session.query(Portal.id).scalar())
    assert bad(settings)[f"portal {code}"].startswith("no usable key")
    change(parts, Portal, state=PortalState.BLOCKED, blocked_reason="PAYMENT_REQUIRED")
    assert bad(settings)[f"portal {code}"].startswith("blocked: PAYMENT_REQUIRED")


@pytest.mark.parametrize(("state", "grade"), [(ConnectionState.BROKEN, "bad"), (ConnectionState.PAUSED, "note")])
def test_accounts_that_stand_still(settings: Settings, parts: Parts, state: ConnectionState, grade: str) -> None:
    with session_scope(parts.sessions) as session:
        portal_id, code = session.query(Portal.id, Portal.code).one()
        portals.set_connection_state(session, portal_id, 1, state, "401 unauthorized", now=NOW)
    found = by_name(examine(settings))[f"cdek of portal {code}"]
    assert (found.grade, "401 unauthorized" in found.words) == (grade, True)


def test_a_call_log_that_is_not_forgotten(settings: Settings, parts: Parts) -> None:
    texts = dict.fromkeys(("trace_id", "remote", "label", "verb", "url", "outcome", "why", "sent", "got"), "x")
    numbers = dict.fromkeys(("status", "ms", "bytes_out", "bytes_in"), 0)
    with session_scope(parts.sessions) as session:
        session.add(CallLogRow(at=NOW - timedelta(days=30), people=False, **texts, **numbers))
    assert "though 7 days are kept" in bad(settings)["call log"]


def test_legal_pages_that_name_nobody_are_told(settings: Settings, parts: Parts) -> None:
    found = by_name(examine(settings))["vendor"]
    assert (found.grade, found.words.partition(":")[0]) == (
        "note",
        "WAYBILL_VENDOR_NAME, WAYBILL_VENDOR_EMAIL not set",
    )
    named = settings.model_copy(update={"vendor_name": "n", "vendor_email": "e"})
    assert "vendor" not in by_name(examine(named))
    strict = settings.model_copy(update={"profile": "production", "vendor_name": "n"})
    assert bad(strict)["vendor"].startswith("WAYBILL_VENDOR_EMAIL not set")
