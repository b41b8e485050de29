"""The watchdog's thread: there while calls are, gone when nobody calls, there again for the next call."""

from __future__ import annotations

import threading
import time

from b24app.wire.watchdog import Exchange, Watchdog

IDLE_S = 0.05


def _threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "wire-watchdog"]


def _expires(exchange: Exchange) -> bool:
    end = time.monotonic() + 30
    while not exchange.expired and time.monotonic() < end:
        time.sleep(0.005)
    return exchange.expired


def test_the_thread_ends_when_nobody_calls_and_the_next_call_is_watched_too() -> None:
    before = set(_threads())
    watchdog = Watchdog(IDLE_S)
    for _ in range(3):
        late, done = Exchange(time.monotonic() + 0.02), Exchange(time.monotonic() + 0.01)
        watchdog.watch(late)
        watchdog.watch(done)
        done.finish()
        assert _expires(late)
        assert not done.expired
        for thread in set(_threads()) - before:
            thread.join(30)
            assert not thread.is_alive()
