"""One attempt: its limits really hold, and "not sent" is never said when something may have left."""

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.wire.calls import Grant
from b24app.wire.circuit import Circuits
from b24app.wire.deadline import sending_until
from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from b24app.wire.http import Http
from b24app.wire.shared import Shared
from b24app.wire.trace import tracing
from tests.unit.wire.conftest import Behaviour, Peer, Records, answer, call_to

Wire = Callable[..., Http]
Peers = Callable[[Behaviour], Peer]


def say(data: bytes) -> Behaviour:
    return lambda connection, _: connection.sendall(data)


def reset(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(head: bytes, each: bytes, pause: float = 0.1) -> Behaviour:
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(each)
            time.sleep(pause)

    return behave


def test_any_status_is_an_answer(wire: Wire, peers: Peers, records: Records) -> None:
    peer = peers(say(answer(b'{"error": "X"}', "403 Forbidden")))
    got = wire(peer.url).send(call_to(f"{peer.url}/a", json={"q": 1}))
    assert (got.status, got.json(), got.is_json) == (403, {"error": "X"}, True)
    assert peer.requests[0].startswith(b"POST /a HTTP/1.1")
    assert (records.last.outcome, records.last.status, records.last.bytes_in) == ("answered", 403, 14)


def test_redirects_are_not_followed_and_cookies_not_kept(wire: Wire, peers: Peers) -> None:
    peer = peers(say(answer(b"", "302 Found", "Location: http://127.0.0.1:1/x\r\nSet-Cookie: tenant=a; Path=/\r\n")))
    http = wire(peer.url)
    assert http.send(call_to(peer.url)).headers["location"] == "http://127.0.0.1:1/x"
    http.send(call_to(peer.url))
    assert b"cookie" not in peer.requests[1].lower()


def test_a_connection_is_kept_and_left_when_it_idled(wire: Wire, peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = peers(say(answer()))
    http = wire(peer.url)
    http.send(call_to(peer.url))
    http.send(call_to(peer.url))
    assert peer.connections == 1
    monkeypatch.setattr("b24app.wire.connections.IDLE_MOST_S", -1.0)
    http.send(call_to(peer.url))
    assert peer.connections == 2


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["body", "headers", "chunks"],
)
def test_the_total_limit_ends_a_dripping_answer(
    wire: Wire, peers: Peers, records: Records, behaviour: Behaviour
) -> None:
    peer = peers(behaviour)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        wire(peer.url).send(call_to(peer.url, total_s=0.5))
    assert caught.value.why is Why.TOTAL_LIMIT
    assert 0.4 < time.monotonic() - began < 5
    assert (records.last.outcome, records.last.why[:11]) == ("unknown", "total_limit")


def test_a_silent_peer_ends_at_the_read_limit(wire: Wire, peers: Peers) -> None:
    peer = peers(lambda *_: time.sleep(3))
    with pytest.raises(OutcomeUnknown) as caught:
        wire(peer.url).send(call_to(peer.url, total_s=5))
    assert caught.value.why is Why.READ_TIMEOUT


def test_a_reset_after_the_request_leaves_the_outcome_unknown(wire: Wire, peers: Peers) -> None:
    peer = peers(reset)
    with pytest.raises(OutcomeUnknown) as caught:
        wire(peer.url).send(call_to(peer.url))
    assert caught.value.why is Why.RESET


def test_nobody_listening_means_nothing_was_sent(wire: Wire, records: Records) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with pytest.raises(NotSent) as caught:
        wire(url).send(call_to(url))
    assert caught.value.why is Why.CONNECT
    assert records.last.outcome == "not_sent"


def test_the_deadline_is_checked_once_more_when_the_connection_stands(
    wire: Wire, peers: Peers, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped while it connected must not send afterwards."""
    peer = peers(say(answer()))
    http = wire(peer.url)
    real = socket.socket.connect

    def slow(self: socket.socket, address: object) -> None:
        real(self, address)  # type: ignore[arg-type]
        clock.advance(60)

    monkeypatch.setattr(socket.socket, "connect", slow)
    with pytest.raises(NotSent) as caught:
        http.send(call_to(peer.url, send_by=clock.monotonic() + 30))
    assert caught.value.why is Why.DEADLINE
    time.sleep(0.05)
    assert (peer.connections, peer.requests) == (1, [])


def test_a_deadline_around_the_call_counts_too(wire: Wire, peers: Peers, clock: FixedClock) -> None:
    peer = peers(say(answer()))
    with sending_until(clock.monotonic()), pytest.raises(NotSent):
        wire(peer.url).send(call_to(peer.url))
    assert peer.connections == 0


def test_a_body_that_grows_when_unpacked_is_cut(wire: Wire, peers: Peers) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    peer = peers(say(answer(bomb, more="Content-Encoding: gzip\r\n")))
    with pytest.raises(OutcomeUnknown) as caught:
        wire(peer.url).send(call_to(peer.url))
    assert caught.value.why is Why.TOO_LARGE


class Stingy:
    """A budget that grants at the n-th asking."""

    def __init__(self, refusals: int, wait_s: float = 0.5) -> None:
        self.refusals = refusals
        self.wait_s = wait_s
        self.back = 0

    def take(self, people: bool) -> Grant:
        self.refusals -= 1
        return Grant(self.wait_s if self.refusals >= 0 else 0.0)

    def give_back(self) -> None:
        self.back += 1


def test_without_patience_the_wait_is_handed_back(wire: Wire, peers: Peers) -> None:
    peer = peers(say(answer()))
    budget = Stingy(1)
    with pytest.raises(NotSent) as caught:
        wire(peer.url).send(call_to(peer.url, budget=budget))
    assert (caught.value.why, caught.value.retry_after, peer.connections, budget.back) == (Why.BUDGET, 0.5, 0, 0)


def test_a_person_waits_a_little(wire: Wire, peers: Peers) -> None:
    peer = peers(say(answer()))
    slept: list[float] = []
    http = wire(peer.url, sleep=slept.append)
    budget = Stingy(2)
    assert http.send(call_to(peer.url, budget=budget, patience_s=1.2)).status == 200
    assert (slept, budget.back) == ([0.5, 0.5], 1)
    with pytest.raises(NotSent):
        http.send(call_to(peer.url, budget=Stingy(9), patience_s=1.2))


def test_calls_to_one_remote_go_side_by_side(wire: Wire, peers: Peers) -> None:
    gate = threading.Barrier(4, timeout=3)

    def together(connection: socket.socket, request: bytes) -> None:
        gate.wait()
        connection.sendall(answer())

    peer = peers(together)
    http = wire(peer.url)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(http.send(call_to(peer.url)).status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert statuses == [200] * 4


def test_the_record_hides_secrets_and_people(wire: Wire, peers: Peers, records: Records) -> None:
    peer = peers(say(answer(b'{"result": {"NAME": "Olga", "PHONE": "+79170000001", "STAGE_ID": "C3:NEW"}}')))
    body = {"auth": "aa11bb22cc33", "fields": {"COMMENT": "call Olga", "id": 7}}
    with tracing("abc"):
        wire(peer.url).send(call_to(f"{peer.url}/rest/x?client_secret=hidden", json=body))
    entry = records.last
    everything = entry.url + entry.sent + entry.got
    for secret in ("aa11bb22", "Olga", "79170000001", "hidden"):
        assert secret not in everything
    assert (entry.trace_id, "C3:NEW" in entry.got, '"id":7' in entry.sent) == ("abc", True, True)


def test_a_remote_that_fails_again_and_again_is_left_alone(wire: Wire, peers: Peers, clock: FixedClock) -> None:
    peer = peers(reset)
    http = wire(peer.url, circuits=Circuits(clock, Shared(None), failures=3, pause_s=5))
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            http.send(call_to(peer.url))
    with pytest.raises(NotSent) as caught:
        http.send(call_to(peer.url))
    assert (caught.value.why, len(peer.requests)) == (Why.CIRCUIT, 3)
    assert caught.value.retry_after == pytest.approx(5)
    clock.advance(6)
    peer.behaviour = say(answer())
    assert [http.send(call_to(peer.url)).status for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    ("status", "body", "alive"), [("503 X", b'{"error": "BUSY"}', True), ("502 X", b"<html>", False)]
)
def test_only_an_answer_of_the_remote_itself_keeps_its_circuit(
    wire: Wire, peers: Peers, clock: FixedClock, status: str, body: bytes, alive: bool
) -> None:
    peer = peers(say(answer(body, status)))
    http = wire(peer.url, circuits=Circuits(clock, Shared(None), failures=2))
    for _ in range(2):
        http.send(call_to(peer.url))
    if alive:
        assert http.send(call_to(peer.url)).status == 503
    else:
        with pytest.raises(NotSent):
            http.send(call_to(peer.url))


def test_a_call_that_came_too_late_says_nothing_about_the_remote(wire: Wire, peers: Peers, clock: FixedClock) -> None:
    peer = peers(say(answer()))
    http = wire(peer.url, circuits=Circuits(clock, Shared(None), failures=1))
    with pytest.raises(NotSent):
        http.send(call_to(peer.url, send_by=clock.monotonic()))
    assert http.send(call_to(peer.url)).status == 200


@pytest.mark.parametrize(
    "what",
    [
        {"headers": {"X-Api-Token": "ключ"}},
        {"headers": {"X-Api-Token": "a\r\nHost: b"}},
        {"json": {"lat": float("nan")}},
    ],
)
def test_what_cannot_be_written_into_a_request_is_not_sent(
    wire: Wire, peers: Peers, records: Records, what: dict[str, Any]
) -> None:
    """A key that was typed with a letter of another alphabet: its account's lane failed, and its test never ended."""
    peer = peers(say(answer(b"{}")))
    with pytest.raises(NotSent) as caught:
        wire(peer.url).send(call_to(peer.url, **what))
    assert (caught.value.why, records.last.outcome, peer.requests) == (Why.GUARD, "not_sent", [])
    assert "ключ" not in str(caught.value)
