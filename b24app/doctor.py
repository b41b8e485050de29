"""`waybill doctor`: looks at a deployment from outside and inside, and says in words what is wrong and who can fix it.

It changes nothing. Every remote question has a limit of a few seconds; a check that cannot be made says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import redis
import requests
import sqlalchemy
from pydantic import ValidationError
from sqlalchemy.orm import Session

from b24app.parts import Parts
from b24app.settings import PREFIX, Settings
from b24app.store import checkup, migrate, stats
from b24app.store.engine import read_scope
from b24app.store.models import ConnectionState
from b24app.systems import broken
from b24app.wire.shared import connect

LIMIT_S = (2.0, 4.0)
LATE_WORKER_S = 4 * checkup.ALIVE_S
LATE_ROW_S = 120.0
STUBBORN = 3
SIGNING_KEY_LENGTH = 32
PAGE_PATHS = ("/install", "/tab", "/app", "/legal/privacy", "/legal/licence")
EVENTS_PATH = "/b24/events"

Grade = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. A note is worth knowing and no reason to fail."""

    what: str
    grade: Grade
    words: str

    @property
    def good(self) -> bool:
        return self.grade != "bad"


def examine(settings: Settings | None = None) -> list[Finding]:
    """Check the deployment of this environment (or of `settings`). Never raises for what it finds."""
    try:
        settings = settings or Settings()
    except ValidationError as error:
        return [_refused(place["loc"], place["msg"]) for place in error.errors()]
    parts = Parts.open(settings)
    try:
        found = [*_settings(settings), *_systems(), _redis(settings), *_public(settings), *_oauth(settings)]
        return [*found, *_database(parts)]
    finally:
        parts.engine.dispose()


def _refused(place: tuple[int | str, ...], words: str) -> Finding:
    name = f"{PREFIX}{str(place[0]).upper()}" if place else "settings"
    return Finding(name, "bad", f"{words}. Correct the variable (docs/operations.md, Settings)")


# --- settings --------------------------------------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    missing = settings.missing()
    if missing:
        yield Finding("settings", "bad", f"{', '.join(missing)} not set. Set them (docs/operations.md, Settings)")
    else:
        yield Finding("settings", "ok", f"everything needed is set, profile {settings.profile}")
    if any(len(key.get_secret_value()) < SIGNING_KEY_LENGTH for key in settings.signing_keys):
        yield Finding(
            f"{PREFIX}SIGNING_KEYS", "bad", f"shorter than {SIGNING_KEY_LENGTH} characters: set a random text"
        )
    if settings.profile == "production" and urlsplit(settings.public_url).scheme != "https":
        yield Finding(
            f"{PREFIX}PUBLIC_URL",
            "bad",
            f"{settings.public_url}: portals open only https pages. Set the public address",
        )
    yield from _vendor(settings)
    if settings.database_url.startswith("sqlite"):
        yield Finding(
            "database kind", "note", "SQLite: right for one machine only. Use PostgreSQL before a second one joins"
        )


def _vendor(settings: Settings) -> Iterator[Finding]:
    """The Market refuses legal documents without a licensor (contracts/bitrix24-app.md §6.2)."""
    named = {"VENDOR_NAME": settings.vendor_name, "VENDOR_EMAIL": settings.vendor_email}
    missing = [PREFIX + name for name, value in named.items() if not value]
    if missing:
        grade: Grade = "bad" if settings.profile == "production" else "note"
        words = f"{', '.join(missing)} not set: the legal pages name nobody. Set them (docs/operations.md, Settings)"
        yield Finding("vendor", grade, words)


def _systems() -> Iterator[Finding]:
    for name, why in broken().items():
        yield Finding(f"system {name}", "bad", f"could not be loaded: {why}. Install what it needs, or remove it")


# --- what is around us -----------------------------------------------------------------------------------------------


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding(
            "redis", "note", "not configured: the sweep finds work within a second, budgets hold per process"
        )
    client = connect(settings.redis_url, LIMIT_S[0])
    try:
        client.ping()
        policy = str(client.config_get("maxmemory-policy").get("maxmemory-policy", ""))
    except redis.RedisError as error:
        words = f"{type(error).__name__}: work goes on by the sweep, budgets hold per process. Start Redis again"
        return Finding("redis", "note", words)
    finally:
        client.close()
    if policy != "noeviction":
        return Finding("redis", "note", f"answers, but may evict keys ({policy}): set maxmemory-policy noeviction")
    return Finding("redis", "ok", "answers")


def _public(settings: Settings) -> Iterator[Finding]:
    machines = (settings.hooks_url or settings.public_url).rstrip("/")
    pages = settings.public_url.rstrip("/")
    for url in [*(pages + path for path in PAGE_PATHS), machines + EVENTS_PATH]:
        status, wrong = _head(url)
        if status == requests.codes.ok:
            yield Finding(url, "ok", "answers HEAD with 200")
        else:
            told = wrong or f"HEAD is answered with {status}"
            yield Finding(url, "bad", f"{told}. Look at the proxy, the certificate and the server behind it")


def _oauth(settings: Settings) -> Iterator[Finding]:
    for host in settings.oauth_hosts:
        status, wrong = _head(host if "://" in host else f"https://{host}/")
        if wrong:
            yield Finding(f"OAuth {host}", "bad", f"{wrong}. Let this machine out to it (DNS, firewall)")
        else:
            yield Finding(f"OAuth {host}", "ok", f"reachable (HTTP {status})")


def _head(url: str) -> tuple[int, str]:
    """Status and what went wrong: one of them says something."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.head(url, timeout=LIMIT_S, allow_redirects=False).status_code, ""
    except (requests.RequestException, ValueError) as error:
        return 0, f"no answer ({type(error).__name__})"


# --- the database ----------------------------------------------------------------------------------------------------

Check = Callable[[Session, Parts], Iterator[Finding]]


def _database(parts: Parts) -> Iterator[Finding]:
    newest = migrate.head()
    try:
        at = migrate.current(parts.engine)
    except sqlalchemy.exc.SQLAlchemyError as error:
        yield Finding("database", "bad", f"does not answer ({type(error).__name__}). Start it, or correct its address")
        return
    if at != newest:
        yield Finding("database", "bad", f"is at revision {at}, this release needs {newest}. Run `waybill db upgrade`")
        return
    yield Finding("database", "ok", f"answers, schema {at}")
    checks: tuple[Check, ...] = (_keys, _workers, _dead, _portals, _connections, _call_log)
    with read_scope(parts.sessions) as session:
        for check in checks:
            yield from check(session, parts)


def _keys(session: Session, parts: Parts) -> Iterator[Finding]:
    if not parts.settings.encryption_keys:
        return  # said among the settings
    lost = checkup.unreadable(session)
    if lost:
        words = f"{', '.join(lost)} cannot be read. Put the key they were stored with back behind the newest one"
        yield Finding("encryption keys", "bad", words)
    else:
        yield Finding("encryption keys", "ok", "read what is stored")


def _workers(session: Session, parts: Parts) -> Iterator[Finding]:
    now, seen = parts.clock.now(), checkup.last_sign_of_workers(session)
    if checkup.is_late(seen, now, LATE_WORKER_S):
        last = f"the last sign was at {seen:%Y-%m-%d %H:%M:%S} UTC" if seen else "none has ever run here"
        yield Finding("workers", "bad", f"no worker is alive: {last}. Start `waybill worker`")
    else:
        yield Finding("workers", "ok", f"alive, {stats.held_lanes(session, now)} lanes being served")
    waiting = stats.oldest_due_s(session, now)
    if waiting > LATE_ROW_S:
        yield Finding("queue", "bad", f"the oldest row waits for {waiting:.0f} s. Start more workers, read their log")
    for job, why in checkup.failed_jobs(session).items():
        yield Finding(f"job {job}", "bad", f"failed when it last ran: {why}. Read the workers' log")
    for kind, count, why in checkup.failing_lanes(session, STUBBORN):
        yield Finding(f"{kind} lane", "bad", f"failed {count} times in a row: {why}. Read the workers' log")


def _dead(session: Session, _parts: Parts) -> Iterator[Finding]:
    found = checkup.dead_rows(session)
    if found:
        counts = ", ".join(f"{count} in {table}" for table, count in found.items())
        words = f"{counts} were given up. Portals' administrators see them on the app's page and may retry"
        yield Finding("dead rows", "bad", words)
    else:
        yield Finding("dead rows", "ok", "none")


def _portals(session: Session, _parts: Parts) -> Iterator[Finding]:
    for code, why in checkup.blocked_portals(session).items():
        told = why or "our access is refused"
        yield Finding(f"portal {code}", "bad", f"blocked: {told}. Its owner renews the licence or the payment")
    for code in checkup.portals_without_key(session):
        yield Finding(f"portal {code}", "bad", "no usable key. An administrator of the portal opens the app once")


def _connections(session: Session, _parts: Parts) -> Iterator[Finding]:
    for code, system, state, reason in checkup.stopped_connections(session):
        grade: Grade = "bad" if state == ConnectionState.BROKEN else "note"
        why = f": {reason}" if reason else ""
        yield Finding(f"{system} of portal {code}", grade, f"{state}{why}. Its administrator sees to it in the set-up")


def _call_log(session: Session, parts: Parts) -> Iterator[Finding]:
    days = parts.settings.call_log_days
    oldest = checkup.oldest_call(session)
    # One day of grace: the job that forgets runs once an hour, and not while workers are stopped.
    if oldest is not None and checkup.is_late(oldest, parts.clock.now(), (days + 1) * 86400):
        words = f"holds calls from {oldest:%Y-%m-%d}, though {days} days are kept. Look at the job `retention`"
        yield Finding("call log", "bad", words)
    else:
        yield Finding("call log", "ok", f"kept for {days} days, nothing older")
