"""The emulated CDEK over real HTTP for the tests of this folder."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import pytest
import requests

from sandbox.kernel.server import Server, serve
from sandbox.world import World

from .sap_client import Client as SapClient

_BODY: dict[str, Any] = {
    "type": 1,
    "number": "D-100500",
    "tariff_code": 136,
    "recipient": {"name": "Петров Иван", "phones": [{"number": "+79001112233"}]},
    "from_location": {"city": "Москва", "address": "Москва"},
    "delivery_point": "MSK65",
    "packages": [
        {
            "number": "1", "weight": 1000, "length": 20, "width": 20, "height": 20,
            "items": [
                {"name": "Джинсы", "ware_key": "SKU-1", "payment": {"value": 0}, "cost": 1000, "weight": 1000,
                 "amount": 1}
            ],
        }
    ],
}  # fmt: skip


class CdekClient:
    """One account of the emulated CDEK, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.base_url = world.addresses["cdek"]["base_url"]
        self.keys = world.addresses["cdek"]["accounts"][index]
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        form = {"grant_type": "client_credentials"} | {name: self.keys[name] for name in ("client_id", "client_secret")}
        answer = self.http.post(self.base_url + "/v2/oauth/token", data=form, timeout=10)
        self.http.headers["Authorization"] = "Bearer " + answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.http.request(method, self.base_url + path, json=body, params=query, timeout=10)

    def set(self, **switches: Any) -> None:
        self.world.control.post("/cdek/settings", switches)

    def body(self, **changes: Any) -> dict[str, Any]:
        """A creation body that succeeds, with top-level changes; None takes a field out."""
        made = copy.deepcopy(_BODY) | changes
        return {name: value for name, value in made.items() if value is not None}

    def door(self, **changes: Any) -> dict[str, Any]:
        place = {"code": 270, "address": "ул. Красный проспект, д. 1, кв. 2"}
        return self.body(**({"tariff_code": 137, "delivery_point": None, "to_location": place} | changes))

    def create(self, body: dict[str, Any] | None = None, **changes: Any) -> str:
        """Post an order and give its uuid; it is not decided yet."""
        answer = self.call("POST", "/v2/orders", body or self.body(**changes))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["entity"]["uuid"])

    def settle(self) -> None:
        """Let the longest decision pass."""
        self.world.clock.advance(8)

    def ready(self, body: dict[str, Any] | None = None, **changes: Any) -> str:
        """Post an order and let it be decided."""
        uuid = self.create(body, **changes)
        self.settle()
        return uuid

    def read(self, uuid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/v2/orders/{uuid}").json()
        return found

    def codes(self, uuid: str, request: str = "CREATE") -> list[str]:
        """Error codes of the newest request of that type."""
        row = next(row for row in self.read(uuid)["requests"] if row["type"] == request)
        return [found["code"] for found in row.get("errors", [])]

    def refusal(self, body: dict[str, Any]) -> list[str]:
        """Codes of a synchronous refusal of a creation."""
        answer = self.call("POST", "/v2/orders", body)
        assert answer.status_code == 400, answer.text
        row = answer.json()["requests"][0]
        assert (row["type"], row["state"]) == ("CREATE", "INVALID")
        return [found["code"] for found in row["errors"]]


class Receiver:
    """A server that takes webhooks and remembers them; ``status`` is what it answers. A context manager: it stops at
    the end."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.status = 200
        self._arrived = threading.Condition()
        self.server: Server = serve(self._app)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        return self.server.base_url + "/hook/secret"

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._arrived:
            self.bodies.append(json.loads(environ["wsgi.input"].read()))
            self._arrived.notify_all()
        start_response(f"{self.status} X", [])
        return [b""]

    def wait(self, number: int, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The bodies, once there are ``number`` of them."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while len(self.bodies) < number:
                left = deadline - time.monotonic()
                assert left > 0, f"only {len(self.bodies)} of {number} arrived: {self.bodies}"
                self._arrived.wait(left)
            return list(self.bodies)


def journalled(world: World, kind: str, number: int) -> None:
    """Wait until the journal has so many of a kind: pushes leave, and what is due happens, in another thread."""
    deadline = time.monotonic() + 30
    while len(world.journal.find(kind=kind)) < number:
        assert time.monotonic() < deadline, (kind, number)
        time.sleep(0.01)


@pytest.fixture(scope="session")
def cdek_world() -> Iterator[World]:
    with World(systems=["cdek"]) as world:
        yield world


@pytest.fixture
def cdek(cdek_world: World) -> CdekClient:
    cdek_world.reset()
    return CdekClient(cdek_world)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def other_cdek(cdek: CdekClient) -> CdekClient:
    """The second account: a delivery contract."""
    return CdekClient(cdek.world, 1)


@pytest.fixture(scope="session")
def sap_world() -> Iterator[World]:
    with World(systems=["sap_ewm"]) as world:
        yield world


@pytest.fixture
def sap(sap_world: World) -> SapClient:
    sap_world.reset()
    return SapClient(sap_world)
