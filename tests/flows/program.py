"""The whole program beside the emulated world, in this process: a web server, a worker's threads, real HTTP between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast
from unittest import mock

from cryptography.fernet import Fernet
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from b24app import create_app, parts
from b24app.demo.house import origins_of, urls_of
from b24app.demo.person import Person
from b24app.logs import configure_logs
from b24app.parts import Parts, open_worker
from b24app.remotes import Remotes
from b24app.settings import Settings
from b24app.store import lanes
from b24app.store.engine import read_scope
from b24app.store.models import Lane, ScheduleRow
from b24app.workroom import join_lanes
from install.wanted import fingerprint
from sandbox.world import World

LOCAL = "localhost"
BUSY = 3
#: A look costs as much as a step of the program: what takes long is not looked for so often.
FIRST_LOOK_S, LAST_LOOK_S = 0.1, 0.4
KEY = Fernet.generate_key().decode()


def settings_for(world: World, port: int, database_url: str, redis_url: str, **more: Any) -> Settings:
    app = world.addresses["app"]
    values: dict[str, Any] = {
        "profile": "test",
        "public_url": f"http://{LOCAL}:{port}",
        # Handlers of events need a dot in their host (contracts/bitrix24-app.md §4.1).
        "hooks_url": f"http://127.0.0.1:{port}",
        "app_id": app["client_id"],
        "app_secret": app["client_secret"],
        "oauth_hosts": (world.addresses["oauth"], world.addresses["oauth_west"]),
        # … and its own hooks: the test of an account looks whether they answer.
        "allowed_origins": (*sorted(origins_of(world.addresses)), f"http://127.0.0.1:{port}", *more.pop("origins", ())),
        "map_tiles_url": world.addresses["tiles"]["template"],
        "system_urls": urls_of(world.addresses),
        "sandbox_clock_url": world.addresses["control"],
        "database_url": database_url,
        "redis_url": redis_url,
        "encryption_keys": (KEY,),
        "signing_keys": ("a-signing-key-of-tests-only",),
        "log_level": "WARNING",
    }
    return Settings.model_validate(values | more)


class Busy:
    """How many requests are being answered, and a wait for the last of them."""

    def __init__(self) -> None:
        self._count, self._changed = 0, threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def any(self) -> bool:
        with self._changed:
            return self._count > 0

    def wait(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, seconds)


def counted_by(busy: Busy) -> type[WSGIRequestHandler]:
    """A request handler that is busy from the request's first line until its answer is out and closed."""

    class Handler(WSGIRequestHandler):
        def run_wsgi(self) -> None:
            with busy:
                super().run_wsgi()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nobody reads who asked for what: what a story sees is in the world's journal."""

    return Handler


@dataclass(frozen=True)
class WorldClock:
    """The world's clock, read where it is. Other processes ask the control API for it ten times a second
    (`b24app.clock.SandboxClock`), which costs more than everything else that an idle program does."""

    world: World

    def now(self) -> datetime:
        return self.world.clock.now()

    def monotonic(self) -> float:
        return time.monotonic() + self.world.clock.offset


def throw_away(engine: Engine) -> None:
    """No story outlives the machine's power: SQLite need not wait for the disk, as the tests' PostgreSQL does not."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


class Program:
    """A context manager. `worker=False` leaves lanes alone: serve them by `engine.run_until_idle()`. `origins` are
    further addresses that it may call; `port` is a free one, unless portals know it already."""

    def __init__(
        self, world: World, database_url: str, redis_url: str, *, worker: bool = True, port: int = 0, **more: Any
    ) -> None:
        self.world = world
        self._answering = Busy()
        handler = counted_by(self._answering)
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, _not_yet, threaded=True, request_handler=handler)
        port = self._server.server_port
        self.url = f"http://{LOCAL}:{port}"
        configure_logs("WARNING", "text")
        self.settings = settings_for(world, port, database_url, redis_url, **more)
        with mock.patch.object(parts, "SandboxClock", lambda _url: WorldClock(world)):
            app = create_app(self.settings)
            self.parts = Parts.open(self.settings)
        self._server.app = app
        self._web: Remotes = app.extensions["waybill.remotes"]
        for engine in (self._web.parts.engine, self.parts.engine):
            throw_away(engine)
        #: What this release wants in portals, as its pages know it.
        self.wanted = fingerprint(self.url, self.settings.hooks_url.rstrip("/"))
        self.remotes = Remotes.open(self.parts)
        self.work = open_worker(self.parts)
        join_lanes(self.work, self.parts, self.remotes)
        self.engine = self.work.engine
        self._working = worker

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="web", daemon=True).start()
        self.steer("POST", "/bitrix24/app", {"base": self.url})
        if self._working:
            self.work.worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.work.worker.stop()
        if self._working:
            self.work.worker.wait(10)
        self._server.shutdown()
        self._server.server_close()
        # A request under way would give its connection back to a pool that is closed already, and leave it open.
        self._answering.wait(10)
        self.remotes.close()
        self._web.close()
        self.parts.engine.dispose()
        self._web.parts.engine.dispose()

    def steer(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call to the world's control API."""
        control = self.world.control
        return control.get(path) if verb == "GET" else cast("Any", control.post(path, dict(body or {})))

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        """A query of the store in a transaction of its own."""
        with read_scope(self.parts.sessions) as session:
            return query(session, *args)

    def busy(self) -> bool:
        """Whether somebody is being answered, or the worker has something to do."""
        return self._answering.any() or (self._working and bool(self.read(_waiting, self.parts.clock.now())))

    def wait(self, until: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
        """Look until something true comes, ever more seldom; fails the test otherwise. The limit is for a machine at
        rest: a busy one gets three times as long, which costs a passing test nothing."""
        end, pause = time.monotonic() + seconds * BUSY, FIRST_LOOK_S
        while time.monotonic() < end:
            found = until()
            if found:
                return found
            time.sleep(pause)
            pause = min(pause * 1.25, LAST_LOOK_S)
        raise AssertionError(f"{what}: not within {seconds:g} s")

    def open_frame(
        self, member_id: str, user: int = 1, placement: str = "DEFAULT", deal_id: int | None = None
    ) -> Person:
        body: dict[str, Any] = {"user": user, "placement": placement}
        if deal_id is not None:
            body["entity_id"] = deal_id
        return Person(self.steer("POST", f"/bitrix24/{member_id}/frame", body))


def _waiting(session: Session, now: datetime) -> int:
    """Lanes that are due or held, jobs whose date has come."""
    held = session.scalars(select(Lane.id).where(Lane.lease_until > now)).all()
    jobs = session.scalars(select(ScheduleRow.name).where(ScheduleRow.next_run_at <= now)).all()
    return len(lanes.due_lanes(session, now)) + len(held) + len(jobs)


def _not_yet(_environ: Any, start: Any) -> list[bytes]:
    start("503 Service Unavailable", [])
    return [b""]
