"""How fast events are taken in: requests per second and p99 against bare views on the same server and database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet
from sqlalchemy import create_engine

from b24app.dev.postgres_server import PostgresServer
from b24app.dev.processes import Supervisor
from b24app.dev.redis_server import RedisServer
from b24app.settings import PREFIX
from b24app.store import migrate
from b24app.store.engine import make_engine, make_sessions, session_scope
from b24app.store.lanes import ensure_lane
from b24app.store.models import LaneKind, Portal, PortalState
from bench.figures import Bar, Figure, Say
from bench.samples import alternate, median
from bench.servers import Load, Server, start

ROWS = ("intake_vs_commit_sqlite", "intake_vs_commit_postgres", "intake_vs_empty", "intake_p99_vs_commit")
ROUNDS = 7
SECONDS = 2.0
MEMBER, TOKEN = "bench0000000000000000000000member", "0123456789abcdef0123456789abcdef"
RATE_BAR, EMPTY_BAR, P99_BAR = Bar(0.7, at_least=True), Bar(0.15, at_least=True), Bar(3)
#: An event as the cloud sends it (bitrix24-app.md §4.2).
EVENT = {
    "event": "ONCRMDEALUPDATE",
    "event_handler_id": "11",
    "data[FIELDS][ID]": "501",
    "ts": "1763900000",
    "auth[access_token]": "f" * 70,
    "auth[expires]": "1763903600",
    "auth[expires_in]": "3600",
    "auth[scope]": "crm,catalog,placement,im,user_brief",
    "auth[domain]": "example.bitrix24.ru",
    "auth[server_endpoint]": "https://oauth.bitrix24.tech/rest/",
    "auth[status]": "L",
    "auth[client_endpoint]": "https://example.bitrix24.ru/rest/",
    "auth[member_id]": MEMBER,
    "auth[user_id]": "7",
    "auth[application_token]": TOKEN,
}


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """The rows asked for."""
    figures: list[Figure] = []
    if {"intake_vs_commit_sqlite", "intake_vs_empty", "intake_p99_vs_commit"} & set(rows):
        say("intake: SQLite")
        with _place() as place:
            path = place.var / "bare.db"
            figures += _sqlite_figures(place.run(f"sqlite:///{place.var / 'own.db'}", f"sqlite:///{path}", empty=True))
    if "intake_vs_commit_postgres" in rows:
        say("intake: PostgreSQL")
        with _place() as place, PostgresServer(place.var / "pg", durable=True) as server:
            found = place.run(server.create_database("own"), server.create_database("bare"))
            figures.append(_rate("intake_vs_commit_postgres", found["program"], found["commit"], RATE_BAR))
    return [figure for figure in figures if figure.name in rows]


def _sqlite_figures(found: Mapping[str, Sequence[Load]]) -> list[Figure]:
    ours, bare = found["program"], found["commit"]
    own, theirs = [load.p99_ms for load in ours], [load.p99_ms for load in bare]
    return [
        _rate("intake_vs_commit_sqlite", ours, bare, RATE_BAR),
        _rate("intake_vs_empty", ours, found["empty"], EMPTY_BAR),
        Figure("intake_p99_vs_commit", median(own), "ms", P99_BAR, own, median(theirs), theirs),
    ]


def _rate(name: str, ours: Sequence[Load], bare: Sequence[Load], bar: Bar) -> Figure:
    own, theirs = [load.per_second for load in ours], [load.per_second for load in bare]
    idle = median([load.idle for load in [*ours, *bare]])
    errors = sum(load.errors for load in [*ours, *bare])
    note = f"client waiting {idle:.0%} of the time" + (f", {errors} errors" if errors else "")
    return Figure(name, median(own), "1/s", bar, own, median(theirs), theirs, holds_too=not errors, note=note)


class _Place:
    """A directory with Redis, in which the program's hooks and the bare views run."""

    def __init__(self, var: Path, supervisor: Supervisor, redis: RedisServer) -> None:
        self.var = var
        self._supervisor = supervisor
        self._redis = redis
        self._body = var / "event"
        self._body.write_bytes(urlencode(EVENT, quote_via=quote).encode())

    def run(self, own_url: str, bare_url: str, *, empty: bool = False) -> dict[str, list[Load]]:
        """Start the servers, warm them up, measure them in turn."""
        bare = create_engine(bare_url)
        with bare.begin() as connection:
            kind = "SERIAL" if bare.dialect.name == "postgresql" else "INTEGER"
            connection.exec_driver_sql(f"CREATE TABLE bench_row (id {kind} PRIMARY KEY, body TEXT)")
        bare.dispose()
        servers = {
            "program": self._start("program", "wsgi:hooks", _program(own_url, self._redis.url())),
            "commit": self._start("commit", "bench.baselines.commit:app", {"BENCH_DATABASE_URL": bare_url}),
        }
        if empty:
            servers["empty"] = self._start("empty", "bench.baselines.empty:app", {})
        for server in servers.values():
            server.load(0.5)
        return alternate(ROUNDS, {name: _loader(server) for name, server in servers.items()})

    def _start(self, name: str, app: str, env: Mapping[str, str]) -> Server:
        return start(self._supervisor, name, app, env, self._body)


def _loader(server: Server) -> Callable[[], Load]:
    return lambda: server.load(SECONDS)


@contextmanager
def _place() -> Iterator[_Place]:
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waybill-bench-")))
        redis = stack.enter_context(RedisServer(var / "redis"))
        yield _Place(var, stack.enter_context(Supervisor(var / "log")), redis)


def _program(database_url: str, redis_url: str) -> dict[str, str]:
    """A database with one portal, and the settings of a server over it."""
    key = Fernet.generate_key().decode()
    engine = make_engine(database_url, [key])
    migrate.upgrade(engine)
    with session_scope(make_sessions(engine)) as session:
        portal = Portal(
            member_id=MEMBER,
            code="B",
            domain="example.bitrix24.ru",
            client_endpoint="https://example.bitrix24.ru/rest/",
            oauth_endpoint="https://oauth.bitrix24.tech/rest/",
            application_token=TOKEN,
            state=PortalState.ACTIVE,
            created_at=datetime.now(UTC),
        )
        session.add(portal)
        session.flush()
        ensure_lane(session, LaneKind.PORTAL, portal.id, portal.id)
    engine.dispose()
    values = {"database_url": database_url, "redis_url": redis_url, "encryption_keys": key, "signing_keys": "bench"}
    return {PREFIX + name.upper(): value for name, value in values.items()}
