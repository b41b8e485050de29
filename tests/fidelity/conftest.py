"""Other people's clients, unmodified, against the sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from sandbox.kernel.server import Server, serve
from sandbox.world import World
from tests.fidelity.net import leading, origin_of, write_certificate
from tests.fidelity.recorder import Exchange, second_door

OAUTH_EAST = "oauth.bitrix24.tech"
CDEK = "api.cdek.ru"


class Inbox:
    """A page that keeps what is POSTed to it and answers 200."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._came = threading.Condition()
        self._server: Server = serve(self._take, "127.0.0.1", 0)
        self.url = f"{self._server.base_url}/hook"

    def _take(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._came:
            self.bodies.append(environ["wsgi.input"].read())
            self._came.notify_all()
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    def wait(self, fits: Callable[[bytes], Any], within: float = 30.0) -> bytes:
        """The first body that fits; TimeoutError without one."""
        until = time.monotonic() + within
        with self._came:
            while True:
                for body in self.bodies:
                    if fits(body):
                        return body
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"nothing of the kind among {self.bodies}")
                self._came.wait(left)

    def close(self) -> None:
        self._server.stop()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    found = Inbox()
    yield found
    found.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "sandbox.pem", [OAUTH_EAST, CDEK])


@pytest.fixture
def vendors(world: World, certificate: Path) -> Iterator[World]:
    """The world where the vendors' names stand: the OAuth server, every portal's domain, CDEK's API."""
    routes = {(OAUTH_EAST, 443): world.addresses["oauth"], (CDEK, 443): world.addresses["cdek"]["base_url"]}
    for row in world.addresses["portals"]:
        routes[origin_of(row["base_url"])] = row["base_url"]
    with leading(routes, certificate):
        yield world


@pytest.fixture
def cdek_calls(world: World) -> Iterator[tuple[str, list[Exchange]]]:
    """A base URL of the emulated CDEK and what goes over it."""
    with second_door(world, "cdek") as found:
        yield found
