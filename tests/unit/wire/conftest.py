"""A wire over loopback sockets: peers that behave badly in exactly one way."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from b24app.clock import FixedClock
from b24app.wire.calls import Call, Limits, RemoteKey
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from b24app.wire.log import CallRecord

Behaviour = Callable[[socket.socket, bytes], None]


@dataclass
class Records:
    """A log that keeps what it was told."""

    entries: list[CallRecord] = field(default_factory=list)

    def record(self, entry: CallRecord) -> None:
        self.entries.append(entry)

    @property
    def last(self) -> CallRecord:
        return self.entries[-1]


class Peer:
    """Accepts connections and lets `behaviour(connection, request)` answer each request it reads."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour = behaviour
        self._tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), self._secured(connection) as secured:
            while request := read_request(secured):
                self.requests.append(request)
                self.behaviour(secured, request)

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            part = connection.recv(65536)
        except OSError:
            return b""
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b'{"result": true}', status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def peers() -> Iterator[Callable[[Behaviour], Peer]]:
    made: list[Peer] = []

    def make(behaviour: Behaviour) -> Peer:
        made.append(Peer(behaviour))
        return made[-1]

    yield make
    for peer in made:
        peer.close()


@pytest.fixture
def wire(clock: FixedClock, records: Records) -> Iterator[Callable[..., Http]]:
    made: list[Http] = []

    def make(*origins: str, **more: object) -> Http:
        made.append(Http(clock, records, Guard(origins), **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for http in made:
        http.close()


def call_to(url: str, total_s: float = 2.0, **more: object) -> Call:
    return Call(RemoteKey("test", "one"), "POST", url, "test", Limits(1.0, 1.0, total_s), **more)  # type: ignore[arg-type]
