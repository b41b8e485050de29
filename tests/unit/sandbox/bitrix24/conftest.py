"""An emulated world of portals without seeded data, and a client that speaks to one portal as an app would."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.wire import build
from sandbox.kernel.server import Server, serve
from sandbox.world import World

SCOPES = "crm,placement,user_brief,userfieldconfig,catalog,im"


class App:
    """The app under the portal's nose: a receiver of events and frames on localhost, and its tokens."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.frames: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self._changed = threading.Condition()
        self.server: Server = serve(self._serve)
        self.base = f"http://localhost:{self.server.port}"

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        body = environ["wsgi.input"].read()
        form = build(parse_qsl(body.decode(), keep_blank_values=True))
        with self._changed:
            if environ["PATH_INFO"] == "/events":
                self.raw.append(body)
                self.events.append(form)
            else:
                self.frames.append({"path": environ["PATH_INFO"], "query": environ["QUERY_STRING"], "form": form})
            self._changed.notify_all()
        status = self.answers.pop(0) if self.answers else 200
        start_response(f"{status} X", [("Content-Type", "text/html")])
        return [b"<p>installer</p>"]

    def wait(self, count: int, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The events once ``count`` of them came; fails when they do not."""
        end = time.monotonic() + seconds
        with self._changed:
            while len(self.events) < count:
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"only {len(self.events)} of {count} events came: {self.events}")
                self._changed.wait(left)
            return list(self.events)

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]


class Client:
    """Calls one portal with one user's token."""

    def __init__(self, world: World, portal: Portal, token: str) -> None:
        self.world = world
        self.portal = portal
        self.token = token
        self.http = requests.Session()
        self.http.trust_env = False

    def raw(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        """One JSON call; ``params`` and keywords are the body."""
        body = {"auth": self.token} | (params or {}) | more
        return self.http.post(f"{self.portal.base_url}/rest/{method}", json=body, timeout=20)

    def call(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> Any:
        """The ``result`` of a call that must succeed."""
        answer = self.raw(method, params, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def page(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole envelope of a call that must succeed."""
        answer = self.raw(method, params)
        assert answer.status_code == 200, answer.text
        envelope: dict[str, Any] = answer.json()
        return envelope

    def refused(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> tuple[int, str, str]:
        """(HTTP status, error, description) of a call that must fail."""
        answer = self.raw(method, params, **more)
        body = answer.json()
        assert "error" in body, body
        return answer.status_code, str(body["error"]), body["error_description"]

    def batch(self, cmd: Any, halt: Any = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.call("batch", cmd=cmd, halt=halt)
        return found


@pytest.fixture(scope="session")
def portals_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("portals"), systems=["bitrix24"], empty=True) as world:
        yield world


@pytest.fixture
def app() -> Iterator[App]:
    found = App()
    yield found
    found.server.stop()


@pytest.fixture
def world(portals_world: World, app: App) -> World:
    """Fresh portals; the app's card points to ``app``; limits on requests are off until a test wants them."""
    portals_world.reset()
    system = portals_world.system("bitrix24")
    system.hub.card.update({"base": app.base})
    for portal in system.portals.values():
        portal.switches.rate_limit = False
        portal.switches.event_delay_min = portal.switches.event_delay_max = 0.0
    return portals_world


@pytest.fixture
def portals(world: World) -> list[Portal]:
    return list(world.system("bitrix24").portals.values())


@pytest.fixture
def portal(portals: list[Portal]) -> Portal:
    """The first portal, with the app installed to the end."""
    install(portals[0])
    return portals[0]


def install(portal: Portal) -> None:
    lifecycle.begin_install(portal, 1)
    lifecycle.finish_install(portal, 1)


@pytest.fixture
def client_of(world: World) -> Callable[..., Client]:
    """Makes a client for (portal, user id); the app must be installed there."""

    def make(portal: Portal, user: int = 1, **more: Any) -> Client:
        if portal.app.install is None:
            install(portal)
        pair = world.control.post(f"/bitrix24/{portal.member_id}/token", {"user": user, **more})
        return Client(world, portal, pair["access_token"])

    return make


@pytest.fixture
def client(client_of: Callable[..., Client], portal: Portal) -> Client:
    """The administrator at the first portal."""
    return client_of(portal)


@pytest.fixture
def manager(client_of: Callable[..., Client], portal: Portal) -> Client:
    """An ordinary manager at the first portal."""
    return client_of(portal, 7)
