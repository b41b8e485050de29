"""Every address of the table is typed into a connection's form and called over the wire: no byte leaves the machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from b24app.clock import FixedClock
from b24app.runners.connection.reaching import reach
from b24app.systems import typed
from b24app.systems.typed import UrlError
from b24app.wire.errors import NotSent, Why, WireError
from b24app.wire.guard import Guard, Private
from b24app.wire.http import Http
from tests.unit.wire.conftest import Peer, Records, answer, call_to
from tests.unit.wire.ssrf_table import ALLOWED, BY_NAME, PUBLIC, REFUSED, Allowed, Row, markdown

PAGE = Path(__file__).parents[3] / "docs" / "addresses.md"
ids = [f"{row.what}: {row.url}" for row in REFUSED]


class Net:
    """Names that lead where the row says, and a network on which every connection is refused and written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: tuple[tuple[str, ...], ...]) -> None:
        self.asked: list[str] = []
        self.tried: list[str] = []
        self._answers = iter(answers)

        def connect(_sock: socket.socket, address: tuple[str, int]) -> None:
            self.tried.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket.socket, "connect", connect)

    def resolve(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return list(next(self._answers))


Laid = Callable[..., tuple[Net, Http]]


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch, clock: FixedClock, records: Records) -> Iterator[Laid]:
    made: list[Http] = []

    def lay(answers: tuple[tuple[str, ...], ...], *entries: str) -> tuple[Net, Http]:
        net = Net(monkeypatch, answers)
        made.append(Http(clock, records, Guard(resolver=net.resolve, private=Private(entries))))
        return net, made[-1]

    yield lay
    for http in made:
        http.close()


def why(http: Http, url: str) -> Why:
    with pytest.raises(WireError) as caught:
        http.send(call_to(url))
    assert isinstance(caught.value, NotSent)
    return caught.value.why


@pytest.mark.parametrize("row", REFUSED, ids=ids)
def test_typed_into_the_form(row: Row) -> None:
    def looked_up(host: str, _port: int) -> list[str]:
        raise AssertionError(f"{host} was looked up while somebody waits for the page")

    guard = Guard(resolver=looked_up)
    if row.rule == BY_NAME:
        assert typed.checked(row.url, guard.refusal) == row.url.rstrip("/")
        return
    with pytest.raises(UrlError) as caught:
        typed.checked(row.url, guard.refusal)
    assert caught.value.rule == row.rule


@pytest.mark.parametrize("row", REFUSED, ids=ids)
def test_called_over_the_wire(row: Row, laid: Laid, records: Records) -> None:
    net, http = laid(row.answers)
    for found in row.answers[:-1]:  # the first look-up was harmless: the call goes there, and nowhere else
        assert why(http, row.url) is Why.CONNECT
        assert net.tried == list(found)
    tried = len(net.tried)
    assert why(http, row.url) is Why.GUARD
    assert len(net.tried) == tried
    assert bool(net.asked) is (row.rule == BY_NAME)
    assert records.last.outcome == "not_sent"


@pytest.mark.parametrize("row", [row for row in REFUSED if row.rule == BY_NAME], ids=lambda row: row.what)
def test_the_test_of_a_connection_says_so(row: Row, laid: Laid) -> None:
    _, http = laid(row.answers[-1:])
    field = SimpleNamespace(name="address", kind="url")
    services: Any = SimpleNamespace(
        plugins={"toad": SimpleNamespace(manifest=SimpleNamespace(settings_form=(field,)))},
        wire_of=lambda _connection: http,
        system_url=lambda _connection: row.url,
        typed=lambda _connection: {"address": row.url},
    )
    step = reach(services, cast("Any", SimpleNamespace(id=1, system="toad")))
    assert step is not None
    assert step.problem is not None
    assert (step.ok, step.problem.code) == (False, "host_private")
    assert step.problem.params["host"] == urlsplit(row.url).netloc


@pytest.mark.parametrize("one", ALLOWED, ids=lambda one: f"{one.what}: {one.url}")
def test_what_the_operator_allowed(one: Allowed, laid: Laid) -> None:
    net, http = laid((one.answers or (urlsplit(one.url).hostname or "",),), *one.entries)
    assert why(http, one.url) is (Why.CONNECT if one.reached else Why.GUARD)
    assert bool(net.tried) is one.reached


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_redirect_is_an_answer_and_is_not_followed(
    status: str, verb: str, wire: Callable[..., Http], peers: Callable[..., Peer]
) -> None:
    """Not even to an origin that may be called: its address was not asked for."""
    inside = peers(lambda connection, _: connection.sendall(answer()))
    more = f"Location: {inside.url}/secrets\r\nRefresh: 0; url={inside.url}\r\n"
    outside = peers(lambda connection, _: connection.sendall(answer(status=status, more=more)))
    http = wire(outside.url, inside.url)
    call = call_to(outside.url)
    found = http.send(type(call)(call.remote, verb, call.url, call.label, call.limits))
    assert found.status == int(status[:3])
    assert (inside.connections, len(outside.requests)) == (0, 1)


def test_a_kept_connection_is_no_way_round_the_name(wire: Callable[..., Http], peers: Callable[..., Peer]) -> None:
    """A name is looked up for each connection and for no call: what moved afterwards leads nobody anywhere."""
    peer = peers(lambda connection, _: connection.sendall(answer()))
    answers = iter([["127.0.0.1"]])
    http = wire(peer.url)
    http._guard._resolver = lambda _host, _port: next(answers)
    assert [http.send(call_to(peer.url)).status for _ in range(3)] == [200, 200, 200]
    assert peer.connections == 1


def test_portals_and_systems_are_allowed_apart(laid: Laid) -> None:
    """Whoever may be called as a portal is no system that a tenant may type, and the other way round."""
    from b24app.settings import Settings

    settings = Settings.model_validate({"private_portals": "b24.firma.local", "private_systems": "1c.firma.local"})
    portals, systems = Private(settings.private_portals), Private(settings.private_systems)
    assert [private.has("b24.firma.local", ["10.2.0.9"]) for private in (portals, systems)] == [True, False]
    assert [private.has("1c.firma.local", ["10.2.0.9"]) for private in (portals, systems)] == [False, True]


def test_public_addresses_are_called(laid: Laid) -> None:
    net, http = laid(((PUBLIC,),))
    assert why(http, "https://1c.firma.example:8443/base") is Why.CONNECT
    assert net.tried == [PUBLIC]


def test_the_page_shows_the_table() -> None:
    assert markdown() in PAGE.read_text("utf-8")
