"""State shared by processes through Redis, for things that must go on without it: budgets, circuits, ledgers."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

#: After a failure Redis is not asked again for so long, so that a lost one costs one time-out a second, not one a call.
LOST_FOR_S = 1.0


class Shared:
    """Runs small scripts in Redis. Answers None instead of raising: then the caller goes on with what it knows itself.

    `client` None = no Redis at all (tests, single process).
    """

    def __init__(self, client: redis.Redis | None) -> None:
        self._client = client
        self._scripts: dict[str, Script] = {}
        self._lost_until = 0.0
        self._lock = threading.Lock()

    @property
    def available(self) -> bool:
        """False without Redis, and for a second after it failed."""
        return self._client is not None and time.monotonic() >= self._lost_until

    def run(self, script: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """What the script answers, bytes decoded; None when Redis is away."""
        if self._client is None or not self.available:
            return None
        try:
            answer = self._script(script)(keys=list(keys), args=list(args))
        except redis.RedisError:
            self._lost_until = time.monotonic() + LOST_FOR_S
            return None
        return _decoded(answer)

    def forget(self, keys: Sequence[str], containing: str) -> None:
        """Delete these keys, and all whose names contain a text. Redis away: they end by themselves."""
        if self._client is None or not self.available:
            return
        try:
            named = list(self._client.scan_iter(match=f"*{containing}*", count=1000)) if containing else []
            if gone := [*keys, *named]:
                self._client.delete(*gone)
        except redis.RedisError:
            self._lost_until = time.monotonic() + LOST_FOR_S

    def _script(self, source: str) -> Script:
        with self._lock:
            if source not in self._scripts and self._client is not None:
                self._scripts[source] = self._client.register_script(source)
            return self._scripts[source]


def connect(url: str, timeout_s: float = 0.5) -> redis.Redis:
    """A client that fails fast instead of waiting for a Redis that is down. Connects with the first command."""
    once = Retry(NoBackoff(), 0)
    client: redis.Redis = redis.Redis.from_url(
        url, socket_connect_timeout=timeout_s, socket_timeout=timeout_s, retry=once, health_check_interval=0
    )
    return client


def _decoded(answer: Any) -> Any:
    if isinstance(answer, bytes):
        return answer.decode()
    if isinstance(answer, list):
        return [_decoded(item) for item in answer]
    return answer
