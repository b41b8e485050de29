"""How often strangers may try something on a public page: counted in Redis, in the store while Redis is away.

A window begins with its first try and is not made longer by those that are turned away, so that whoever is told how
long to wait is let in afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from b24app.clock import Clock
from b24app.store import public_tries
from b24app.store.engine import Sessions, session_scope
from b24app.wire.shared import Shared

#: KEYS: counters; ARGV: for each, how often at most and for how many milliseconds. Returns the milliseconds to wait,
#: 0 = one try more is counted in all of them.
_TAKE = """
for at, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[at * 2 - 1]) then
    return math.max(redis.call('PTTL', key), 1)
  end
end
for at, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, ARGV[at * 2]) end
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So often in so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Tries:
    """`digest` hides what is counted: addresses of people, numbers of orders."""

    shared: Shared
    sessions: Sessions
    clock: Clock
    digest: Callable[[str], str]

    def take(self, portal_id: int, limits: Mapping[tuple[str, str], tuple[Limit, ...]]) -> int:
        """Counts a try of all `(what, of whom)`, or of none when one is used up; returns the seconds to wait then, 0 =
        counted."""
        wanted = {
            self.digest(f"{what}|{limit.seconds}|{whom}"): (limit.most, limit.seconds)
            for (what, whom), each in limits.items()
            for limit in each
        }
        answer = self._in_redis(portal_id, wanted)
        if answer is not None:
            return answer
        with session_scope(self.sessions) as session:
            return public_tries.take(session, portal_id, wanted, self.clock.now())

    def _in_redis(self, portal_id: int, wanted: Mapping[str, tuple[int, int]]) -> int | None:
        args = [each for most, seconds in wanted.values() for each in (most, seconds * 1000)]
        waits = self.shared.run(_TAKE, [f"wb:try:{portal_id}:{what}" for what in wanted], args)
        return None if waits is None else -(-int(waits) // 1000)
