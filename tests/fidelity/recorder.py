"""Listens at the sandbox's door: what was asked and answered, as it went over the wire."""

from __future__ import annotations

import gzip
import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.kernel.gate import Gate
from sandbox.kernel.server import serve
from sandbox.world import World

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP call. Bodies are the parsed JSON, or None where there was none."""

    method: str
    path: str
    query: dict[str, str]
    sent: Any
    status: int
    answered: Any

    @property
    def what(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


class Recorder:
    """WSGI middleware that keeps every exchange."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.exchanges: list[Exchange] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sent = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(sent)
        status = 0

        def remember(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = int(line[:3])
            return start_response(line, headers, exc_info)

        answered = b"".join(self._app(environ, remember))
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        row = (environ["REQUEST_METHOD"], environ["PATH_INFO"], query)
        self.exchanges.append(Exchange(*row, _json(sent), status, _json(answered)))
        return [answered]


def _json(body: bytes) -> Any:
    try:
        return json.loads(gzip.decompress(body) if body.startswith(_GZIP) else body)
    except ValueError:
        return None


@contextmanager
def second_door(world: World, code: str) -> Iterator[tuple[str, list[Exchange]]]:
    """One more address of a system of one origin, and what goes over it: same accounts, same state."""
    (origin,) = world.system(code).origins()
    recorder = Recorder(Gate(code, origin, world.faults, world.journal, threading.Event()))
    server = serve(recorder, "127.0.0.1", 0)
    try:
        yield server.base_url, recorder.exchanges
    finally:
        server.stop()
