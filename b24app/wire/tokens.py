"""Access tokens of carriers, shared by all processes through Redis (sealed) and kept in memory while Redis is away."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from b24app.clock import Clock
from b24app.wire.shared import Shared

_SET = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1"
_GET = "return redis.call('GET', KEYS[1]) or ''"
_DROP = "redis.call('DEL', KEYS[1]) return 1"
_LOCK = "if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end return 0"
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"
LOCK_MS = 20_000
LOCK_WAIT_S = 10.0
POLL_S = 0.05


class Sealer(Protocol):
    """Encryption of what lies in Redis, injected (MultiFernet fits)."""

    def encrypt(self, msg: bytes) -> bytes: ...

    def decrypt(self, msg: bytes) -> bytes: ...


class SharedTokens:
    """A `TokenCache`. Validity is the injected clock's; Redis only forgets late. `unsealed`: what `decrypt` raises."""

    def __init__(
        self,
        clock: Clock,
        shared: Shared,
        sealer: Sealer,
        unsealed: type[Exception],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._shared = shared
        self._sealer = sealer
        self._unsealed = unsealed
        self._sleep = sleep
        self._own: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str) -> str | None:
        """The token while it is valid. What another process renewed or dropped counts, unless Redis is away."""
        raw = self._shared.run(_GET, [_key(key)], [])
        if raw is None:
            value, until = self._own.get(key, ("", 0.0))
        else:
            value, until = self._opened(raw)
        return value if value and until > self._clock.now().timestamp() else None

    def set(self, key: str, value: str, ttl_s: float) -> None:
        until = self._clock.now().timestamp() + ttl_s
        self._own[key] = (value, until)
        sealed = self._sealer.encrypt(f"{until}|{value}".encode()).decode()
        self._shared.run(_SET, [_key(key)], [sealed, max(1, int(ttl_s * 1000))])

    def drop(self, key: str) -> None:
        self._own.pop(key, None)
        self._shared.run(_DROP, [_key(key)], [])

    @contextmanager
    def lock(self, key: str) -> Iterator[bool]:
        """One renewal at a time, in this process and among all. Yields whether we really hold it (False after 10 s)."""
        with self._guard:
            local = self._locks.setdefault(key, threading.Lock())
        held = local.acquire(timeout=LOCK_WAIT_S)
        owner = secrets.token_hex(8)
        try:
            yield held and self._lock_shared(key, owner)
        finally:
            if held:
                self._shared.run(_UNLOCK, [_key(key, "lock")], [owner])
                local.release()

    def _lock_shared(self, key: str, owner: str) -> bool:
        waited = 0.0
        while True:
            got = self._shared.run(_LOCK, [_key(key, "lock")], [owner, LOCK_MS])
            if got is None or got == 1:
                return True
            if waited >= LOCK_WAIT_S:
                return False
            self._sleep(POLL_S)
            waited += POLL_S

    def _opened(self, raw: str) -> tuple[str, float]:
        if not raw:
            return "", 0.0
        try:
            until, _, value = self._sealer.decrypt(raw.encode()).decode().partition("|")
            return value, float(until)
        except (self._unsealed, ValueError):
            return "", 0.0


def _key(key: str, kind: str = "token") -> str:
    return f"wb:{kind}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
