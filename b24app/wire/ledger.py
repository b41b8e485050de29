"""Bitrix24's second limit: execution time per method (bitrix24-app.md §3.6). We stop before it stops us.

The portal tells with every answer how many seconds a method has used in its ten-minute window and when the oldest part
of that drops out. A method near the limit is left alone until then. Times are the injected clock's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from b24app.clock import Clock
from b24app.wire.shared import Shared

#: KEYS[1] hash of one portal: method -> moment until which it is blocked; ARGV: method, until, now.
_BLOCK = """
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], 900000)
return 1
"""
_READ = "return redis.call('HGETALL', KEYS[1])"
#: KEYS[1] hash of one portal: method -> "seconds used|moment when they drop out"; ARGV: method, that.
_USED = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], 900000)
return 1
"""
#: Methods that have used less than this share of their time are not worth telling other processes about.
TOLD_FROM = 0.1
#: How long what Redis said is believed: other processes' blocks may be seen this late, and one more call is no harm.
BELIEVED_S = 0.5
#: Blocked without a word about the end: first wait, doubled with every further refusal, at most the whole window.
FIRST_WAIT_S = 10.0
WINDOW_S = 600.0


@dataclass(frozen=True, slots=True)
class MethodTime:
    """What a method has used of its limit, in seconds; `blocked_until` (since the epoch) 0 = it may be called."""

    method: str
    used_s: float
    limit_s: float
    blocked_until: float = 0.0


@dataclass
class _Known:
    until: dict[str, float]
    refusals: dict[str, int]
    read_at: float = float("-inf")


class OperatingLedger:
    """Which methods of which portal must not be called now. `limit_s`: the portal's limit (480 in the cloud)."""

    def __init__(self, clock: Clock, shared: Shared, limit_s: float = 480.0, stop_at: float = 0.95) -> None:
        self._clock = clock
        self._shared = shared
        self._limit_s = limit_s
        self._stop_s = limit_s * stop_at
        self._portals: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def wait(self, portal: str, methods: Iterable[str]) -> float:
        """Seconds until all of `methods` may be called; 0 = now."""
        now = self._clock.now().timestamp()
        with self._lock:
            known = self._fresh(portal)
            return max(0.0, *(known.until.get(method.lower(), 0.0) - now for method in methods), 0.0)

    def note(self, portal: str, method: str, operating_s: float, resets_in_s: float) -> None:
        """What an answer said: seconds used, and in how many seconds the oldest of them drop out."""
        with self._lock:
            self._known(portal).refusals.pop(method.lower(), None)
        if operating_s >= self._limit_s * TOLD_FROM:
            until = self._clock.now().timestamp() + min(max(resets_in_s, 1.0), WINDOW_S)
            self._shared.run(_USED, [_used_key(portal)], [method.lower(), f"{operating_s:.1f}|{until:.0f}"])
        if operating_s >= self._stop_s:
            self._block(portal, method, min(max(resets_in_s, 1.0), WINDOW_S))

    def peek(self, portal: str) -> list[MethodTime]:
        """The methods that have used much of their time or are left alone, the fullest first; for a page."""
        now = self._clock.now().timestamp()
        with self._lock:
            blocked = {method: until for method, until in self._fresh(portal).until.items() if until > now}
        used = dict.fromkeys(blocked, self._limit_s)
        flat = self._shared.run(_READ, [_used_key(portal)], []) or []
        for method, told in zip(flat[::2], flat[1::2], strict=False):
            seconds, _, until = str(told).partition("|")
            if float(until) > now:
                used[method] = float(seconds)
        found = [MethodTime(method, spent, self._limit_s, blocked.get(method, 0.0)) for method, spent in used.items()]
        return sorted(found, key=lambda each: (-each.used_s, each.method))

    def refused(self, portal: str, method: str, resets_in_s: float | None = None) -> float:
        """429: blocked until the known end, else longer each time. Returns the wait in seconds."""
        with self._lock:
            known = self._known(portal)
            count = known.refusals[method.lower()] = known.refusals.get(method.lower(), 0) + 1
        wait = resets_in_s if resets_in_s and resets_in_s > 0 else min(FIRST_WAIT_S * 2 ** (count - 1), WINDOW_S)
        self._block(portal, method, wait)
        return wait

    def _block(self, portal: str, method: str, seconds: float) -> None:
        until = self._clock.now().timestamp() + seconds
        with self._lock:
            mine = self._known(portal).until
            mine[method.lower()] = max(until, mine.get(method.lower(), 0.0))
        self._shared.run(_BLOCK, [_key(portal)], [method.lower(), until])

    def _known(self, portal: str) -> _Known:
        return self._portals.setdefault(portal, _Known({}, {}))

    def _fresh(self, portal: str) -> _Known:
        known = self._known(portal)
        moment = self._clock.monotonic()
        if moment - known.read_at >= BELIEVED_S or moment < known.read_at:
            known.read_at = moment
            flat = self._shared.run(_READ, [_key(portal)], []) or []
            for method, until in zip(flat[::2], flat[1::2], strict=False):
                known.until[method] = max(float(until), known.until.get(method, 0.0))
        return known


def _key(portal: str) -> str:
    return f"wb:operating:{portal}"


def _used_key(portal: str) -> str:
    return f"wb:operating-used:{portal}"
