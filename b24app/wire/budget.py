"""Rate budgets: Bitrix24's leaky bucket per portal, and calls per second plus calls at one time per carrier account.

Shared by all processes through Redis, whose clock is the one clock of all machines (a rate is about real time, so the
injected clock is not asked). Each process also keeps its own count: it is the floor after Redis lost its data, and
alone while Redis is away, then for a share of the budget only.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from b24app.wire.calls import Grant, RemoteKey
from b24app.wire.shared import Shared

Monotonic = Callable[[], float]
#: Of every budget this share is only for calls that a person waits for.
FOR_PEOPLE = 0.2
#: KEYS[1] bucket; ARGV: drain per second, ceiling for this call, floor of the caller's own count, charge.
#: Returns seconds to wait as a string, '0' = charged.
_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local drain, ceiling, charge = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local state = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = 0
if state[1] then level = math.max(0, tonumber(state[1]) - (now - tonumber(state[2])) * drain) end
level = math.max(level, tonumber(ARGV[3]))
local wait = 0
if level + charge > ceiling + 0.000001 then wait = (level + charge - ceiling) / drain else level = level + charge end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(level / drain * 1000) + 1000)
return tostring(wait)
"""
#: KEYS[1] bucket; ARGV: level to fill to at least.
_FILL = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
redis.call('HSET', KEYS[1], 'level', ARGV[1], 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], 600000)
return 1
"""
#: KEYS[1] bucket; ARGV: drain per second. Returns its level as a string and changes nothing.
_PEEK = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local state = redis.call('HMGET', KEYS[1], 'level', 'at')
if not state[1] then return '0' end
return tostring(math.max(0, tonumber(state[1]) - (now - tonumber(state[2])) * tonumber(ARGV[1])))
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """A leaky bucket: `size` calls at once, then `drain` per second."""

    size: float
    drain: float

    def share(self, of: int) -> Rate:
        """One process's part, never less than one call."""
        return Rate(max(1.0, self.size / of), self.drain / of)


class Leaky:
    """A leaky bucket in memory: pure arithmetic over readings of `monotonic`. Not thread-safe by itself."""

    def __init__(self, rate: Rate, monotonic: Monotonic = time.monotonic) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._level = 0.0
        self._at = monotonic()

    @property
    def level(self) -> float:
        """Calls that have not drained yet."""
        now = self._monotonic()
        self._level = max(0.0, self._level - (now - self._at) * self._rate.drain)
        self._at = now
        return self._level

    def wait(self, ceiling: float) -> float:
        """Seconds until one more call stays under `ceiling`; 0 = now."""
        over = self.level + 1 - ceiling
        return over / self._rate.drain if over > 1e-6 else 0.0

    def charge(self, calls: float = 1.0) -> None:
        """Count calls; what others spend is not known here, so it never fills above the size."""
        self._level = min(self.level + calls, self._rate.size)


class RateBudget:
    """`take` for one remote. `processes`: how many share it, to divide by while Redis is away."""

    def __init__(
        self, key: str, rate: Rate, shared: Shared, processes: int = 1, monotonic: Monotonic = time.monotonic
    ) -> None:
        self._key = f"wb:rate:{key}"
        self._rate = rate
        self._shared = shared
        self._own = Leaky(rate, monotonic)
        self._alone_rate = rate.share(processes)
        self._alone = Leaky(self._alone_rate, monotonic)
        self._lock = threading.Lock()

    def take(self, people: bool) -> Grant:
        with self._lock:
            wait = self._shared_wait(people)
            if wait is None:
                wait = self._alone.wait(_ceiling(self._alone_rate, people))
            if wait <= 0:
                self._own.charge()
                self._alone.charge()
            return Grant(wait)

    @property
    def level(self) -> float:
        """Calls that have not drained yet, everybody's. Costs no budget."""
        answer = self._shared.run(_PEEK, [self._key], [self._rate.drain])
        with self._lock:
            return max(self._own.level, float(answer or 0))

    def give_back(self) -> None:
        """A call that was granted stays charged: the remote may have counted it."""

    def exhausted(self) -> None:
        """The remote says its bucket is full (others on our address spend from it too): everybody waits for a drain."""
        with self._lock:
            self._own.charge(self._rate.size)
            self._alone.charge(self._rate.size)
        self._shared.run(_FILL, [self._key], [self._rate.size])

    def _shared_wait(self, people: bool) -> float | None:
        args = [self._rate.drain, _ceiling(self._rate, people), self._own.level, 1]
        answer = self._shared.run(_TAKE, [self._key], args)
        return None if answer is None else float(answer)


def _ceiling(rate: Rate, people: bool) -> float:
    """Background stops a fifth below the brim; a tiny bucket still lets one background call through."""
    return rate.size if people else max(1.0, math.floor(rate.size * (1 - FOR_PEOPLE)))


class PaceBudget:
    """Calls per second (shared) and calls at one time (per process) of one account at a carrier."""

    def __init__(
        self, shared: Shared, remote: RemoteKey, per_second: float, concurrency: int, processes: int = 1
    ) -> None:
        self._rate = RateBudget(f"pace:{remote}", Rate(max(1.0, per_second), per_second), shared, processes)
        self._slots = max(1, concurrency)
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def level(self) -> float:
        return self._rate.level

    def take(self, people: bool) -> Grant:
        """A person may use one place more than the background."""
        with self._lock:
            if self._busy >= self._slots + (1 if people else 0):
                return Grant(0.1)
            grant = self._rate.take(people)
            self._busy += 1 if grant.granted else 0
            return grant

    def give_back(self) -> None:
        with self._lock:
            self._busy = max(0, self._busy - 1)


class Budgets:
    """The budgets of a process, one per remote, made when first asked for; a changed rate makes a new one."""

    def __init__(self, shared: Shared, processes: int = 1) -> None:
        self._shared = shared
        self._processes = processes
        self._portals: dict[tuple[str, Rate], RateBudget] = {}
        self._paces: dict[tuple[RemoteKey, float, int], PaceBudget] = {}
        self._lock = threading.Lock()

    def portal(self, member_id: str, rate: Rate) -> RateBudget:
        """Bitrix24's bucket: per portal and our address, shared by all our processes (bitrix24-app.md §3.5)."""
        with self._lock:
            key = (member_id, rate)
            if key not in self._portals:
                self._portals[key] = RateBudget(f"portal:{member_id}", rate, self._shared, self._processes)
            return self._portals[key]

    def pace(self, remote: RemoteKey, per_second: float, concurrency: int) -> PaceBudget:
        """A carrier's account. Always the same object, or calls at one time could not be counted."""
        with self._lock:
            key = (remote, per_second, concurrency)
            if key not in self._paces:
                self._paces[key] = PaceBudget(self._shared, remote, per_second, concurrency, self._processes)
            return self._paces[key]
