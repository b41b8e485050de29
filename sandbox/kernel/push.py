"""Outgoing HTTP of the sandbox (events, webhooks): a few threads, bounded waits, results handed to a callback."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import urllib3

from .guarded import guarded

log = logging.getLogger("sandbox.push")


@dataclass(frozen=True, slots=True)
class Result:
    """How a push ended: the HTTP status, or None with the reason when there was no answer."""

    status: int | None
    seconds: float
    error: str = ""

    @property
    def ok(self) -> bool:
        return self.status == 200


@dataclass(frozen=True, slots=True)
class Push:
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    done: Callable[[Result], None] | None = None


class Pusher:
    """Sends pushes side by side, never retrying: a system's own rules decide about retries."""

    def __init__(self, workers: int = 24) -> None:
        self._queue: queue.SimpleQueue[Push | None] = queue.SimpleQueue()
        self._pool = urllib3.PoolManager(num_pools=32, maxsize=workers, retries=False)
        self._threads = [threading.Thread(target=self._loop, name="sandbox:push", daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def send(self, push: Push) -> None:
        """Queue one push and return at once."""
        self._queue.put(push)

    def clear(self) -> None:
        """Forget what has not left yet."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def stop(self) -> None:
        self.clear()
        for _ in self._threads:
            self._queue.put(None)

    def _loop(self) -> None:
        while (push := self._queue.get()) is not None:
            result = self._send(push)
            if push.done is None:
                continue
            guarded(log, "what follows a push failed", partial(push.done, result))

    def _send(self, push: Push) -> Result:
        started = time.monotonic()
        try:
            answer = self._pool.request(
                "POST",
                push.url,
                body=push.body,
                headers=dict(push.headers),
                timeout=urllib3.Timeout(total=push.timeout),
                redirect=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            return Result(None, time.monotonic() - started, f"{type(problem).__name__}: {problem}")
        return Result(answer.status, time.monotonic() - started)
