"""A circuit per remote: after several failures in a row nothing is sent for a while, then one call tries.

State is shared by all processes through Redis; each process also keeps its own, which counts alone while Redis is away.
Not pybreaker: its `call` holds a lock while the remote is waited on, so calls to one remote would go one by one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from b24app.clock import Clock
from b24app.wire.errors import NotSent, Why
from b24app.wire.shared import Shared

#: KEYS[1] circuit; ARGV: now, alive 0/1, failures to open, first pause, longest pause. Returns nothing.
_NOTE = """
local state = redis.call('HMGET', KEYS[1], 'failures', 'pause', 'open_until')
if ARGV[2] == '1' then
  if state[1] then redis.call('DEL', KEYS[1]) end
  return 0
end
local failures = tonumber(state[1] or '0') + 1
redis.call('HSET', KEYS[1], 'failures', failures)
redis.call('HSETNX', KEYS[1], 'since', ARGV[1])
redis.call('PEXPIRE', KEYS[1], 600000)
if failures < tonumber(ARGV[3]) then return 0 end
local now, open_until = tonumber(ARGV[1]), tonumber(state[3] or '0')
if open_until > now then return 0 end
local pause = math.min(tonumber(state[2] or ARGV[4]), tonumber(ARGV[5]))
redis.call('HSET', KEYS[1], 'open_until', now + pause, 'pause', pause * 2, 'trial_until', 0)
return 0
"""
#: KEYS[1] circuit; ARGV: now, seconds one trial may take. Returns seconds to wait as a string; '0' = go on.
_CHECK = """
local state = redis.call('HMGET', KEYS[1], 'open_until', 'trial_until')
if not state[1] then return '0' end
local now = tonumber(ARGV[1])
if tonumber(state[1]) > now then return tostring(tonumber(state[1]) - now) end
local trial = tonumber(state[2] or '0')
if trial > now then return tostring(trial - now) end
redis.call('HSET', KEYS[1], 'trial_until', now + tonumber(ARGV[2]))
return '0'
"""


_PEEK = "return redis.call('HMGET', KEYS[1], 'failures', 'since', 'open_until')"


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    """A remote that is left alone: failing since, next trial at (seconds since the epoch)."""

    since: float
    until: float


@dataclass
class _Own:
    failures: int = 0
    since: float = 0.0
    pause: float = 0.0
    open_until: float = 0.0
    trial_until: float = 0.0


class Circuits:
    """All circuits of a process. `pause_s` doubles with every failed trial up to `longest_s`."""

    def __init__(
        self,
        clock: Clock,
        shared: Shared,
        failures: int = 5,
        pause_s: float = 5.0,
        longest_s: float = 60.0,
        trial_s: float = 10.0,
    ) -> None:
        self._clock = clock
        self._shared = shared
        self._failures = failures
        self._pause = pause_s
        self._longest = longest_s
        self._trial = trial_s
        self._own: dict[str, _Own] = {}
        self._lock = threading.Lock()

    def check(self, remote: str) -> None:
        """Raises NotSent (circuit) while the remote is left alone."""
        if remote not in self._own:
            return
        now = self._clock.now().timestamp()
        answer = self._shared.run(_CHECK, [_key(remote)], [now, self._trial])
        wait = float(answer) if answer is not None else self._own_wait(remote, now)
        if wait > 0:
            raise NotSent(Why.CIRCUIT, f"{remote} is left alone", retry_after=wait)

    def peek(self, remote: str) -> OpenCircuit | None:
        """How the circuit stands, for a page: no call is let through by it. None while it is closed."""
        found = self._shared.run(_PEEK, [_key(remote)], [])
        if found is not None:
            failures, since, until = (float(value or 0) for value in found)
        else:
            own = self._own.get(remote, _Own())
            failures, since, until = own.failures, own.since, own.open_until
        return OpenCircuit(since, until) if failures >= self._failures and until else None

    def note(self, remote: str, alive: bool) -> None:
        """How the last call went: `alive` = an answer that the remote itself gave, of any meaning."""
        with self._lock:
            if alive and remote not in self._own:
                return
            self._note_own(remote, alive)
        args = [self._clock.now().timestamp(), int(alive), self._failures, self._pause, self._longest]
        self._shared.run(_NOTE, [_key(remote)], args)

    def _note_own(self, remote: str, alive: bool) -> None:
        if alive:
            del self._own[remote]
            return
        now = self._clock.now().timestamp()
        own = self._own.setdefault(remote, _Own(pause=self._pause, since=now))
        own.failures += 1
        if own.failures >= self._failures and own.open_until <= now:
            pause = min(own.pause, self._longest)
            own.open_until, own.pause, own.trial_until = now + pause, pause * 2, 0.0

    def _own_wait(self, remote: str, now: float) -> float:
        with self._lock:
            own = self._own.get(remote)
            if own is None or own.failures < self._failures:
                return 0.0
            if max(own.open_until, own.trial_until) > now:
                return max(own.open_until, own.trial_until) - now
            own.trial_until = now + self._trial
            return 0.0


def _key(remote: str) -> str:
    return f"wb:circuit:{remote}"
