"""A load client in a process of its own: `connections` requests under way at any moment, on plain sockets.

    python -m bench.load --url http://127.0.0.1:8000/b24/events --body-file body --seconds 2

A server that closes after its answer (gunicorn's sync worker does) is connected to anew; that is part of the latency.
Prints one JSON object: count, errors, seconds, p50_ms, p99_ms, idle (share of the time the client itself waited).
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.samples import percentile

LIMIT = 65536


@dataclass
class Client:
    """Drives all connections from one thread."""

    address: tuple[str, int]
    request: bytes
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    waited: float = 0.0

    def run(self, connections: int, seconds: float) -> float:
        """Seconds it really took; requests under way at the end are dropped."""
        began = time.perf_counter()
        end = began + seconds
        for _ in range(connections):
            self._begin()
        while (now := time.perf_counter()) < end:
            ready = self.selector.select(0.05)
            self.waited += time.perf_counter() - now
            for key, events in ready:
                self._advance(key.data, events)
        return time.perf_counter() - began

    def _begin(self, sock: socket.socket | None = None) -> None:
        flight = Flight(sock or self._connect(), time.perf_counter())
        self.selector.register(flight.sock, selectors.EVENT_WRITE, flight)

    def _connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        sock.connect_ex(self.address)
        return sock

    def _advance(self, flight: Flight, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                flight.sock.sendall(self.request)
                self.selector.modify(flight.sock, selectors.EVENT_READ, flight)
                return
            got = flight.sock.recv(LIMIT)
        except OSError:
            self._end(flight, failed=True)
            return
        flight.answer += got
        if not got or flight.complete:
            self._end(flight, failed=not flight.answer.startswith(b"HTTP/1.1 200"))

    def _end(self, flight: Flight, failed: bool) -> None:
        if failed:
            self.errors += 1
        else:
            self.latencies.append(time.perf_counter() - flight.began)
        self.selector.unregister(flight.sock)
        if failed or flight.closes:
            flight.sock.close()
            self._begin()
        else:
            self._begin(flight.sock)


@dataclass
class Flight:
    """One request under way."""

    sock: socket.socket
    began: float
    answer: bytes = b""

    @property
    def complete(self) -> bool:
        head, separator, body = self.answer.partition(b"\r\n\r\n")
        if not separator:
            return False
        _, found, length = head.lower().partition(b"content-length:")
        return bool(found) and len(body) >= int(length.split(b"\r\n", 1)[0])

    @property
    def closes(self) -> bool:
        return b"connection: close" in self.answer.partition(b"\r\n\r\n")[0].lower()


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--url", required=True)
    parser.add_argument("--body-file", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    parts = urlsplit(given.url)
    client = Client((parts.hostname or "", parts.port or 80), _request(parts.netloc, parts.path, given.body_file))
    seconds = client.run(given.connections, given.seconds)
    sys.stdout.write(json.dumps(_figures(client, seconds)))
    return 0


def _request(host: str, path: str, body_file: str) -> bytes:
    body = Path(body_file).read_bytes()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Bitrix24 Webhook Engine",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _figures(client: Client, seconds: float) -> dict[str, float]:
    return {
        "count": len(client.latencies),
        "errors": client.errors,
        "seconds": seconds,
        "p50_ms": percentile(client.latencies, 50) * 1000,
        "p99_ms": percentile(client.latencies, 99) * 1000,
        "idle": client.waited / seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
