"""Wake-ups: a hint that a lane has work. Best effort and coalesced; a lost one costs a sweep, never a row.

In Redis: one list of lane ids per kind of lane, and one short-lived mark per lane while it is listed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from b24app.store.lanes import LaneRef
from b24app.store.models import LaneKind
from b24app.wire.shared import Shared, connect

MARK_S = 5  # a mark outlives a crash between popping and unmarking by at most this
_LIST = "waybill:wake:{kind}"
_MARK = "waybill:wake:mark:{id}"
_WAKE = """
for i = 1, #ARGV do
  if redis.call('SET', KEYS[2 * i], '1', 'NX', 'EX', tonumber('5')) then
    redis.call('RPUSH', KEYS[2 * i - 1], ARGV[i])
  end
end
return #ARGV
"""

_FORGET = """
for i = 1, #KEYS - 1 do redis.call('LREM', KEYS[i], 0, ARGV[1]) end
redis.call('DEL', KEYS[#KEYS])
return 1
"""
_LET_GO = "for i = 1, tonumber(ARGV[1]) do redis.call('RPUSH', KEYS[1], '0') end return 1"
#: Every thread of a worker waits for portals' lanes.
EVERYBODY = LaneKind.PORTAL


class Waker(Protocol):
    """Whoever appended a row calls this after the commit. Never raises and never waits for a remote."""

    def wake(self, lane: LaneRef) -> None: ...


class Source(Protocol):
    """Where a worker's thread gets lanes from."""

    def pop(self, kinds: Sequence[LaneKind], timeout_s: float) -> LaneRef | None: ...


class LocalWakes:
    """Wake-ups inside one process: tests, `run_until_idle`, and a worker while Redis is away."""

    def __init__(self) -> None:
        self._waiting: dict[LaneKind, OrderedDict[int, None]] = {kind: OrderedDict() for kind in LaneKind}
        self._news = threading.Condition()

    def wake(self, lane: LaneRef) -> None:
        with self._news:
            self._waiting[lane.kind][lane.id] = None
            self._news.notify_all()

    def pop(self, kinds: Sequence[LaneKind], timeout_s: float) -> LaneRef | None:
        """Return a woken lane of one of `kinds`, waiting at most `timeout_s`; None when there is none."""
        with self._news:
            if not any(self._waiting[kind] for kind in kinds):
                self._news.wait(timeout_s)
            for kind in kinds:
                if self._waiting[kind]:
                    return LaneRef(self._waiting[kind].popitem(last=False)[0], kind)
        return None

    def let_go(self) -> None:
        """Whoever waits goes on without a lane."""
        with self._news:
            self._news.notify_all()


class RedisWakes:
    """Wake-ups between processes. `send` says whether Redis took them."""

    def __init__(self, url: str, timeout_s: float = 0.3, pause_s: float = 1.0) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._shared = Shared(connect(url, timeout_s))
        self._poppers = threading.local()
        self._away_until = 0.0

    def send(self, lanes: Iterable[LaneRef]) -> bool:
        """List lanes that are not listed yet; False when Redis is away (then the sweep finds them)."""
        keys: list[str] = []
        ids: list[int] = []
        for lane in lanes:
            keys += [_LIST.format(kind=lane.kind.value), _MARK.format(id=lane.id)]
            ids.append(lane.id)
        return not ids or self._shared.run(_WAKE, keys, ids) is not None

    def forget(self, lane_ids: Iterable[int]) -> None:
        """Unlist lanes that exist no more."""
        for lane_id in lane_ids:
            keys = [_LIST.format(kind=kind.value) for kind in LaneKind]
            self._shared.run(_FORGET, [*keys, _MARK.format(id=lane_id)], [lane_id])

    def let_go(self, waiting: int) -> None:
        """So many that wait go on without a lane. One of another worker that is let go instead just waits on."""
        self._shared.run(_LET_GO, [_LIST.format(kind=EVERYBODY.value)], [waiting])

    @property
    def away(self) -> bool:
        """Whether Redis failed less than a moment ago and is left alone."""
        return time.monotonic() < self._away_until

    def pop(self, kinds: Sequence[LaneKind], timeout_s: float) -> LaneRef | None:
        """Return a listed lane, waiting at most `timeout_s`; None when there is none or Redis is away."""
        if self.away:
            return None
        try:
            return self._pop(self._popper(timeout_s), kinds, timeout_s)
        except redis.RedisError:
            self._away_until = time.monotonic() + self._pause_s
            return None

    @staticmethod
    def _pop(client: redis.Redis, kinds: Sequence[LaneKind], timeout_s: float) -> LaneRef | None:
        lists: dict[str | bytes, LaneKind] = {_LIST.format(kind=kind.value).encode(): kind for kind in kinds}
        found = client.blpop(list(lists), timeout=timeout_s)
        if not isinstance(found, list | tuple):
            return None
        name, lane_id = found
        if not int(lane_id):
            return None  # let go
        # Unmarked before the claim: whoever is suppressed until here committed its row before that claim reads.
        client.delete(_MARK.format(id=int(lane_id)))
        return LaneRef(int(lane_id), lists[name])

    def _popper(self, timeout_s: float) -> redis.Redis:
        client: redis.Redis | None = getattr(self._poppers, "client", None)
        if client is None:
            client = redis.Redis.from_url(
                self._url,
                socket_connect_timeout=self._timeout_s,
                socket_timeout=timeout_s + 2.0,
                retry=Retry(NoBackoff(), 0),
                single_connection_client=False,
            )
            self._poppers.client = client
        return client


class BackgroundWaker:
    """Sends wake-ups from a thread of its own, so that a request never waits for Redis.

    A lane woken again and again is sent at most once per `gap_s`, the last wake-up always after its commit. The thread
    starts with the first wake-up, and anew in a forked process.
    """

    def __init__(self, wakes: RedisWakes, gap_s: float = 0.01) -> None:
        self._wakes = wakes
        self._gap_s = gap_s
        self._pending: dict[LaneRef, None] = {}
        self._news = threading.Event()
        self._pid = 0
        self._starting = threading.Lock()

    def wake(self, lane: LaneRef) -> None:
        if self._pid != os.getpid():
            with self._starting:
                self._start()
        self._pending[lane] = None
        if not self._news.is_set():
            self._news.set()

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        self._pending, self._news = {}, threading.Event()
        self._pid = os.getpid()
        threading.Thread(target=self._run, args=(self._news,), name="waker", daemon=True).start()

    def _run(self, news: threading.Event) -> None:
        while True:
            news.wait()
            news.clear()
            lanes = list(self._pending)
            for lane in lanes:
                self._pending.pop(lane, None)
            self._wakes.send(lanes)
            time.sleep(self._gap_s)


class Wakes:
    """What a worker uses: Redis when it is there, this process alone when not. It is a Waker and a Source."""

    def __init__(self, remote: RedisWakes | None, local: LocalWakes | None = None) -> None:
        self._remote = remote
        self._local = local or LocalWakes()

    def wake(self, lane: LaneRef) -> None:
        if self._remote is None or not self._remote.send([lane]):
            self._local.wake(lane)

    def wake_here(self, lane: LaneRef) -> None:
        """Wake the lane in this very process, also when Redis believes that it is listed already."""
        self._local.wake(lane)

    def let_go(self, waiting: int) -> None:
        """So many threads that wait for a lane go on without one: a worker that ends does not wait for them."""
        self._local.let_go()
        if self._remote is not None:
            self._remote.let_go(waiting)

    def pop(self, kinds: Sequence[LaneKind], timeout_s: float) -> LaneRef | None:
        found = self._local.pop(kinds, 0.0)
        if found is not None or self._remote is None:
            return found or self._local.pop(kinds, timeout_s)
        found = self._remote.pop(kinds, timeout_s)
        if found is None and self._remote.away:
            found = self._local.pop(kinds, timeout_s)
        return found
