"""The total limit of a call, really enforced: at its end the socket is shut down under whoever waits on it.

Time-outs of a socket only bound the pause between two bytes, so a peer that drips a byte a second could hold a thread
for ever, in the headers as well as in the body. One thread for the whole process watches all calls.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
import time


class Exchange:
    """One call under way: its limits, its socket, and how far it came. Times are readings of time.monotonic."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.started = False
        self.expired = False
        self.finished = False
        self._sock: socket.socket | None = None
        self._lock = threading.Lock()

    def use(self, sock: socket.socket) -> None:
        """The call goes over this socket from now on; a call that is over its limit gets a dead one."""
        with self._lock:
            self._sock = sock
            expired = self.expired
        if expired:
            _shut(sock)

    def finish(self) -> None:
        """The answer is read to its end (or given up): the socket may serve another call now."""
        with self._lock:
            self.finished = True
            self._sock = None

    def expire(self) -> None:
        """Too late: wake the waiting thread by an end of file."""
        with self._lock:
            if self.finished:
                return
            self.expired = True
            if self._sock is not None:
                _shut(self._sock)


class Watchdog:
    """Expires exchanges at their deadline. The thread starts with the first call (also in a forked child) and ends when
    there was none for `idle_s`."""

    def __init__(self, idle_s: float = 30.0) -> None:
        self._idle_s = idle_s
        self._heap: list[tuple[float, int, Exchange]] = []
        self._count = itertools.count()
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, exchange: Exchange) -> None:
        with self._condition:
            heapq.heappush(self._heap, (exchange.deadline, next(self._count), exchange))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wire-watchdog", daemon=True)
                self._thread.start()
            elif self._heap[0][2] is exchange:
                self._condition.notify()

    def _run(self) -> None:
        while self._wait():
            pass

    def _wait(self) -> bool:
        """Expire what is due, or wait for it; False when nobody called for long: the next call starts a new thread."""
        with self._condition:
            while self._heap and self._heap[0][2].finished:
                heapq.heappop(self._heap)
            if not self._heap:
                self._condition.wait(self._idle_s)
                if not self._heap:
                    self._thread = None
                return bool(self._heap)
            wait = self._heap[0][0] - time.monotonic()
            if wait > 0:
                self._condition.wait(wait)
                return True
            due = heapq.heappop(self._heap)[2]
        due.expire()
        return True


def _shut(sock: socket.socket) -> None:
    """Past the TLS layer on purpose: its own shutdown would tear objects out of the reading thread's hands."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
